"""Requests that change something, each different from the one before."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import time
from typing import Final

import msgspec

from bench.load import NextRequest, post
from bench.world import PRICE, Shop, World

_json: Final = msgspec.json.Encoder()


def keyed(bearer: str, key: str) -> str:
    """Headers of a signed-in buyer's request that must not be carried out twice."""
    return f"Authorization: Bearer {bearer}\r\nIdempotency-Key: {key}\r\n"


def order(shop: Shop, variants: list[str], bearer: str, key: str) -> bytes:
    """An order of one piece each, paid by QR code and picked up."""
    body = _json.encode(
        {
            "shop_id": str(shop.id),
            "items": [{"variant_id": variant_id, "qty": 1} for variant_id in variants],
            "delivery": {"method": "pickup"},
            "payment_method": "bank_qr",
            "contact": {"name": "Айгуль Асанова", "phone": "+996555010203"},
        }
    )
    return post("/api/v1/orders", keyed(bearer, key), body)


def pair(count: int, turn: int) -> tuple[int, int]:
    """Two different goods of `count`, other ones in each turn: no pair comes again before all have come."""
    first = 2 * turn % count
    return first, (first + 1 + 2 * turn // count % (count - 1)) % count


def orders(world: World, numbers: itertools.count[int]) -> NextRequest:
    """Orders of two lines, by each buyer in turn, spread over all goods."""
    shops, bearers = world.shops, world.bearers
    ids = [[str(goods.variant_id) for goods in shop.goods] for shop in shops]

    def make() -> bytes:
        n = next(numbers)
        shop = n % len(shops)
        goods = ids[shop]
        first, second = pair(len(goods), n // len(shops))
        return order(shops[shop], [goods[first], goods[second]], bearers[n % len(bearers)], f"bench-{n}")

    return make


def hot_orders(world: World, numbers: itertools.count[int]) -> NextRequest:
    """Orders of always the same variant, by each buyer in turn."""
    shop, bearers = world.shops[0], world.bearers
    variant_id = str(shop.goods[0].variant_id)

    def make() -> bytes:
        n = next(numbers)
        return order(shop, [variant_id], bearers[n % len(bearers)], f"bench-{n}")

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


def sales(world: World, numbers: itertools.count[int]) -> NextRequest:
    """Receipts of one line, from each till in turn, spread over all goods."""
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


def heartbeats(world: World, numbers: itertools.count[int]) -> NextRequest:
    """Signs of life of each till in turn."""
    shops = world.shops

    def make() -> bytes:
        shop, now_s = shops[next(numbers) % len(shops)], time.time()
        body = _json.encode({"device_id": str(shop.device_id), "status": "active", "timestamp": _timestamp(now_s)})
        return _signed(shop, "/api/v1/pos/heartbeat", body, int(now_s))

    return make
