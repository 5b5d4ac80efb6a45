"""A batch of orders: how many statements it takes, and races between two processes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest

from kerben.domains.orders.api import Contact, Delivery, DeliveryMethod, PaymentMethod, WantedLine
from kerben.flows.checkout.model import Caller, Wanted
from kerben.flows.checkout.service import Answered, Checkout
from kerben.flows.checkout.tests.make import Market, make_market, stock
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import DomainError
from kerben.platform.idempotency import KeyedRequest
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

STEPS = 10
"""Statements of a batch of new orders by signed-in buyers, besides BEGIN and COMMIT: idempotency, variants, shops,
presence, stock, reservations, orders (with lines and history), payments, idempotency, outbox. What shops offer is
kept in memory; guests cost one to three more, goods without a size two more."""


def wanted(market: Market, variant_id: UUID, *, key: str | None = None, qty: int = 1, guest: bool = False) -> Wanted:
    request = KeyedRequest("POST /api/v1/orders test", key or uuid.uuid4().hex, b"hash")
    return Wanted(
        request,
        Caller(None if guest else market.buyer.id),
        market.shop_id,
        [WantedLine(variant_id, None, qty)],
        Delivery(DeliveryMethod.PICKUP),
        PaymentMethod.CARD,
        Contact("Айгуль", "+996700123456", "a@example.kg"),
        None,
    )


@pytest.fixture
async def other(settings: Settings, database_url: str, clock: ManualClock) -> AsyncGenerator[Runtime]:
    """A second process: pools of its own on the same database."""
    database = Database(database_url, size=4, clock=clock)
    await database.open()
    yield Runtime(settings, database, clock=clock)
    await database.close()


async def test_a_batch_takes_a_fixed_number_of_statements(runtime: Runtime) -> None:
    market = await make_market(runtime, qty=200)
    checkout = Checkout(runtime)
    counts: list[int] = []
    await checkout.place(wanted(market, market.counter.goods[0].id))
    for size in (1, 32):
        batch = [wanted(market, market.counter.goods[0].id) for _ in range(size)]
        async with runtime.db.write() as tx:
            spy = _Spy(tx)
            outcomes = await checkout.place_batch(tx, batch)
            await tx.flush()
        assert all(isinstance(o, Answered) for o in outcomes), outcomes
        counts.append(spy.statements)
    assert counts == [STEPS, STEPS]


class _Spy:
    """Counts the statements of a transaction."""

    def __init__(self, tx: WriteTx) -> None:
        self.statements = 0
        for name in ("fetch", "fetchrow", "fetchval", "execute", "executemany"):
            setattr(tx, name, self._counted(getattr(tx, name)))

    def _counted(self, call: Any) -> Any:
        async def counted(*args: Any) -> Any:
            self.statements += 1
            return await call(*args)

        return counted


async def test_two_buyers_race_for_the_last_one_in_two_processes(runtime: Runtime, other: Runtime) -> None:
    market = await make_market(runtime, goods=1, qty=0)
    variant_id = market.counter.goods[0].id
    first, second = Checkout(runtime), Checkout(other)
    for n in range(1, 31):
        await _add_one(runtime, variant_id)
        results = await asyncio.gather(
            first.place(wanted(market, variant_id)),
            second.place(wanted(market, variant_id, guest=True)),
            return_exceptions=True,
        )
        assert sum(isinstance(r, Answered) for r in results) == 1
        assert [r.code for r in results if isinstance(r, DomainError)] == ["OUT_OF_STOCK"]
        level = await stock(runtime.db, variant_id)
        assert level.reserved_milli == level.on_hand_milli == n * 1000


async def test_the_last_one_and_the_same_key_in_two_processes(runtime: Runtime, other: Runtime) -> None:
    market = await make_market(runtime, goods=1, qty=0)
    variant_id = market.counter.goods[0].id
    checkouts = [Checkout(runtime), Checkout(other)]
    for n in range(15):
        await _add_one(runtime, variant_id)
        results = await asyncio.gather(
            *(c.place(wanted(market, variant_id, key=f"last-{n}")) for c in checkouts for _ in range(4))
        )
        assert len({r.stored.body for r in results}) == 1
        assert sum(not r.replayed for r in results) == 1


async def _add_one(runtime: Runtime, variant_id: UUID) -> None:
    from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust

    async with runtime.db.write() as tx:
        await adjust(tx, [StockChange(variant_id=variant_id, delta_milli=1000, cause=AdjustmentCause.GOODS_IN)])
