"""A market for tests of flows: a shop that sells, buyers, staff, and orders over HTTP."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

import httpx
import msgspec

from kerben.domains.identity.api import UserView
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.api import StockLevel, levels
from kerben.domains.pos.model import Heartbeat
from kerben.domains.pos.service.heartbeats import beat
from kerben.domains.pos.tests.make import Counter, make_counter
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

CONTACT = {"name": "Айгуль", "phone": "+996700123456", "email": "aigul@example.kg"}


class Market(msgspec.Struct):
    """A shop with its owner and a buyer, both signed in."""

    counter: Counter
    owner: UserView
    owner_headers: dict[str, str]
    buyer: UserView
    buyer_headers: dict[str, str]

    @property
    def shop_id(self) -> UUID:
        """The shop."""
        return self.counter.shop_id

    def body(self, *items: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """An order of one piece of the first goods, unless items are given."""
        lines = list(items) or [{"variant_id": str(self.counter.goods[0].id), "qty": 1}]
        return {
            "shop_id": str(self.shop_id),
            "items": lines,
            "delivery": {"method": "pickup"},
            "payment_method": "card",
            "contact": CONTACT,
        } | changed


async def keep_alive(runtime: Runtime, counter: Counter) -> None:
    """A heartbeat of the shop's till, now."""
    async with runtime.db.write() as tx:
        await beat(tx, [Heartbeat(counter.device.device_id, counter.shop_id, "active", None, ())], 600)


async def make_market(runtime: Runtime, **options: Any) -> Market:
    """A verified shop with two goods at 1 500 сом, 10 of each, a till that is alive, an owner and a buyer."""
    async with runtime.db.write() as tx:
        owner, buyer = await make_user(tx), await make_user(tx)
    counter = await make_counter(runtime, owner_id=owner.id, **options)
    await keep_alive(runtime, counter)
    return Market(counter, owner, await bearer(runtime, owner), buyer, await bearer(runtime, buyer))


async def order(
    client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str] | None = None, key: str | None = None
) -> httpx.Response:
    """Place an order."""
    return await client.post(
        "/api/v1/orders", json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex, **(headers or {})}
    )


async def stock(db: Database, variant_id: UUID) -> StockLevel:
    """The stock of a variant."""
    async with db.read() as tx:
        return (await levels(tx, [variant_id]))[variant_id]


async def count(db: Database, sql: str, *args: Any) -> int:
    """A number from the database."""
    async with db.read() as tx:
        return await tx.fetchval(sql, *args)
