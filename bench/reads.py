"""Requests that change nothing, each different from the one before."""

from __future__ import annotations

import itertools
from typing import Final
from urllib.parse import quote

from bench import names
from bench.load import NextRequest, get, post
from bench.world import World
from kerben.platform.http import encode_cursor

STRIDE: Final = 48_271
"""Prime, and no divisor of any number of goods here: steps of it visit every product, neighbours far apart."""
PAGE: Final = 24


def _spread(requests: list[bytes], numbers: itertools.count[int]) -> NextRequest:
    count = len(requests)
    return lambda: requests[next(numbers) * STRIDE % count]


def products(world: World, numbers: itertools.count[int]) -> NextRequest:
    """Product pages, spread evenly over all products."""
    return _spread([get(f"/api/v1/products/{product_id}") for product_id in world.products], numbers)


def lists(world: World, numbers: itertools.count[int]) -> NextRequest:
    """Pages of shops and of categories in turn; where they begin is spread evenly over all products."""
    goods = [(shop, item) for shop in world.shops for item in shop.goods]

    def make() -> bytes:
        n = next(numbers)
        shop, item = goods[n * STRIDE % len(goods)]
        whose = f"shop_id={shop.id}" if n % 2 else f"category_id={item.category_id}"
        return get(f"/api/v1/products?{whose}&limit={PAGE}&cursor={encode_cursor(item.product_id)}")

    return make


def searches(world: World, numbers: itertools.count[int]) -> NextRequest:
    """Searches for words of the products' names: rare, common, misspelt (`names.query`)."""
    titles = [item.name for shop in world.shops for item in shop.goods]

    def make() -> bytes:
        n = next(numbers)
        text = names.query(titles[n * STRIDE % len(titles)], n)
        return get(f"/api/v1/search?q={quote(text)}&limit={PAGE}")

    return make


def _bearer(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n"


def accounts(world: World, numbers: itertools.count[int]) -> NextRequest:
    """GET /me with the token of each session in turn."""
    requests = [get("/api/v1/me", _bearer(token)) for token in world.tokens]
    return lambda: requests[next(numbers) % len(requests)]


def refusals(world: World, numbers: itertools.count[int]) -> NextRequest:
    """A signed-in route that asks the database nothing: it refuses, once the token is found good."""
    requests = [post("/api/v1/cart/merge", _bearer(token), b"{}") for token in world.tokens]
    return lambda: requests[next(numbers) % len(requests)]


def is_refusal(status: int, answer: bytes) -> bool:
    """Whether a refusal is the one that was meant: of the missing cart, not of the token."""
    return 400 <= status < 500 and b"CART_TOKEN" in answer
