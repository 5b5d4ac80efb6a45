"""Builders of a shop that sells: merchant, goods, stock, a till, and its signed requests."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import msgspec

from kerben.domains.catalog.api import FALLBACK_CATEGORY, NewProduct, NewVariant, create_products, variants_by_ids
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.domains.pos.guards import signature
from kerben.domains.pos.model import DeviceSecrets
from kerben.domains.pos.service.devices import create_device
from kerben.platform.clock import Clock
from kerben.platform.db import Database, WriteTx
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit
from kerben.platform.runtime import Runtime


class Goods(msgspec.Struct):
    """A variant on sale; `price` in minor units."""

    id: UUID
    sku: str
    barcode: str
    price: int


class Counter(msgspec.Struct):
    """A shop with goods and a till."""

    merchant_id: UUID
    owner_id: UUID
    shop_id: UUID
    device: DeviceSecrets
    goods: list[Goods]


async def make_device(runtime: Runtime, shop_id: UUID, name: str = "Касса 1") -> DeviceSecrets:
    """A till of a shop."""
    async with runtime.db.write() as tx:
        return await create_device(tx, runtime.keys, shop_id, name)


async def make_goods(
    tx: WriteTx, shop_id: UUID, *, price: int = 150000, qty: int | None = 10, unit: Unit = Unit.PCS
) -> Goods:
    """A product with one variant; `qty` None: nobody has counted it."""
    sku = f"A-{new_id().hex[-10:]}"
    (made,) = await create_products(
        tx, [NewProduct(shop_id, "Чапан", "", FALLBACK_CATEGORY, [NewVariant(sku, None, {}, price, unit)])]
    )
    (variant_id,) = made.variant_ids
    if qty is not None:
        await open_stock(tx, [OpeningStock(variant_id, shop_id, made.id, qty * 1000)])
    facts = (await variants_by_ids(tx, [variant_id]))[variant_id]
    return Goods(variant_id, sku, facts.barcode or "", price)


async def make_counter(runtime: Runtime, *, goods: int = 2, qty: int = 10, **merchant: Any) -> Counter:
    """A verified, paid-out merchant's shop with `goods` variants at 1 500 сом, `qty` of each, and a till."""
    owner_id = merchant.pop("owner_id", None) or new_id()
    async with runtime.db.write() as tx:
        merchant_id = await make_merchant(tx, owner_id=owner_id, **merchant)
        shop_id = await make_shop(tx, merchant_id)
        made = [await make_goods(tx, shop_id, qty=qty) for _ in range(goods)]
    return Counter(merchant_id, owner_id, shop_id, await make_device(runtime, shop_id), made)


async def make_staff(db: Database, counter: Counter, user_id: UUID, role: str) -> None:
    """A person who works for the counter's merchant."""
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO merchants.staff (merchant_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)",
            counter.merchant_id,
            user_id,
            role,
            tx.now,
        )


def sign_headers(
    device: DeviceSecrets, body: bytes = b"", *, clock: Clock | None = None, at: float | None = None
) -> dict[str, str]:
    """Headers of a till's request at the clock's time, or at `at` (Unix seconds)."""
    moment = at if at is not None else clock.now().timestamp() if clock else time.time()
    timestamp = str(int(moment))
    return {
        "Authorization": f"Bearer {device.token}",
        "X-Kerben-Timestamp": timestamp,
        "X-Kerben-Signature": signature(device.secret.encode(), timestamp, body),
        "Content-Type": "application/json",
    }


async def call(
    client: httpx.AsyncClient, db: Database, device: DeviceSecrets, path: str, body: Mapping[str, Any] | None = None
) -> httpx.Response:
    """A signed request of a till at the test's time: POST with a body, GET without."""
    if body is None:
        return await client.get(path, headers=sign_headers(device, clock=db.clock))
    raw = msgspec.json.encode({"device_id": str(device.device_id), **body})
    return await client.post(path, content=raw, headers=sign_headers(device, raw, clock=db.clock))
