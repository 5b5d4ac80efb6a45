"""What is asked of the market: requests of each kind, each different from the one before."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import time
from collections.abc import Callable
from typing import Final

import msgspec

from bench.load import NextRequest, get, post
from bench.world import PRICE, Shop, World

_STRIDE: Final = 48_271
"""Prime, and no divisor of any number of goods here: steps of it visit every product, neighbours far apart."""

_json = msgspec.json.Encoder()


class Scenario(msgspec.Struct, frozen=True):
    """One kind of load. `limit` is the pgbench script that does the equivalent."""

    name: str
    title: str
    limit: str
    requests: Callable[[World, itertools.count[int]], NextRequest]


def _products(world: World, numbers: itertools.count[int]) -> NextRequest:
    requests = [get(f"/api/v1/products/{product_id}") for product_id in world.products]
    count = len(requests)
    return lambda: requests[next(numbers) * _STRIDE % count]


def _order(shop: Shop, variants: list[str], bearer: str, number: int) -> bytes:
    body = _json.encode(
        {
            "shop_id": str(shop.id),
            "items": [{"variant_id": variant_id, "qty": 1} for variant_id in variants],
            "delivery": {"method": "pickup"},
            "payment_method": "bank_qr",
            "contact": {"name": "Айгуль Асанова", "phone": "+996555010203"},
        }
    )
    return post("/api/v1/orders", f"Authorization: Bearer {bearer}\r\nIdempotency-Key: bench-{number}\r\n", body)


def _orders(world: World, numbers: itertools.count[int]) -> NextRequest:
    shops, bearers = world.shops, world.bearers
    ids = [[str(goods.variant_id) for goods in shop.goods] for shop in shops]

    def make() -> bytes:
        n = next(numbers)
        shop, turn = n % len(shops), n // len(shops)
        goods = ids[shop]
        first = 2 * turn % len(goods)
        # The distance grows by one each time round, so that pairs do not come again.
        second = (first + 1 + 2 * turn // len(goods) % (len(goods) - 1)) % len(goods)
        return _order(shops[shop], [goods[first], goods[second]], bearers[n % len(bearers)], n)

    return make


def _hot_orders(world: World, numbers: itertools.count[int]) -> NextRequest:
    shop, bearers = world.shops[0], world.bearers
    variant_id = str(shop.goods[0].variant_id)

    def make() -> bytes:
        n = next(numbers)
        return _order(shop, [variant_id], bearers[n % len(bearers)], n)

    return make


def _signed(shop: Shop, path: str, body: bytes, now_s: int) -> bytes:
    stamp = str(now_s)
    signature = hmac.digest(shop.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hex()
    headers = (
        f"Authorization: Bearer {shop.token}\r\nX-Kerben-Timestamp: {stamp}\r\n"
        f"X-Kerben-Signature: sha256={signature}\r\n"
    )
    return post(path, headers, body)


def _timestamp(now_s: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s))


def _sales(world: World, numbers: itertools.count[int]) -> NextRequest:
    shops = world.shops

    def make() -> bytes:
        n = next(numbers)
        now_s = time.time()
        shop = shops[n % len(shops)]
        goods = shop.goods[n // len(shops) % len(shop.goods)]
        body = _json.encode(
            {
                "device_id": str(shop.device_id),
                "receipt_number": f"B-{n}",
                "items": [{"barcode": goods.barcode, "qty": 1, "unit_price": PRICE // 100}],
                "payment": "cash",
                "timestamp": _timestamp(now_s),
            }
        )
        return _signed(shop, "/api/v1/pos/sales", body, int(now_s))

    return make


def heartbeats(world: World) -> NextRequest:
    """One sign of life of each till in turn."""
    turns = itertools.cycle(world.shops)

    def make() -> bytes:
        shop, now_s = next(turns), time.time()
        body = _json.encode({"device_id": str(shop.device_id), "status": "active", "timestamp": _timestamp(now_s)})
        return _signed(shop, "/api/v1/pos/heartbeat", body, int(now_s))

    return make


SCENARIOS: Final = (
    Scenario("product", "Product by id", "product", _products),
    Scenario("order", "Order, 2 lines, spread", "order", _orders),
    Scenario("order_hot", "Order, one hot product", "order_hot", _hot_orders),
    Scenario("sale", "POS receipt, 1 line", "sale", _sales),
)
