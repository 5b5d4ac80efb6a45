"""The sweep of overdue orders, in two workers at once and against a manager's confirmation."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.orders.api import Actor, Move, OrderStatus, move
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import make_market, order, stock
from kerben.flows.order_payment import expiry
from kerben.flows.order_payment.module import MODULE
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database, WriteTx
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings


@pytest.fixture
async def other(settings: Settings, database_url: str, clock: ManualClock) -> AsyncGenerator[Runtime]:
    """A second worker: pools of its own on the same database."""
    database = Database(database_url, size=4, clock=clock)
    await database.open()
    yield Runtime(settings, database, clock=clock)
    await database.close()


@pytest.fixture
async def client(http_client: Any) -> httpx.AsyncClient:
    return await http_client(CHECKOUT, MODULE)


async def states(db: Database, ids: list[UUID]) -> list[tuple[str, str]]:
    async with db.read() as tx:
        rows = await tx.fetch(
            """
            SELECT o.status AS order_status, p.status AS payment_status FROM orders.order o
            JOIN payments.payment p ON p.subject_id = o.id WHERE o.id = ANY($1)
            """,
            ids,
        )
    return [(row["order_status"], row["payment_status"]) for row in rows]


async def test_two_workers_cancel_each_order_once(
    client: httpx.AsyncClient, runtime: Runtime, other: Runtime, clock: ManualClock
) -> None:
    market = await make_market(runtime, goods=1, qty=20)
    made = [(await order(client, market.body(), market.buyer_headers)).json()["id"] for _ in range(20)]
    clock.advance(minutes=30)
    done = await asyncio.gather(*(expiry.sweep(r) for r in (runtime, other, runtime, other)))
    assert sum(done) == 20
    assert set(await states(runtime.db, [UUID(i) for i in made])) == {("cancelled", "voided")}
    assert (await stock(runtime.db, market.counter.goods[0].id)).reserved_milli == 0
    async with runtime.db.read() as tx:
        cancelled = await tx.fetchval(
            "SELECT count(*) FROM platform.outbox WHERE name = 'orders.order_cancelled.v1' AND key = ANY($1)", made
        )
    assert cancelled == 20


async def test_an_order_confirmed_in_the_last_second_keeps_its_payment(
    client: httpx.AsyncClient, runtime: Runtime, other: Runtime, clock: ManualClock
) -> None:
    market = await make_market(runtime, goods=1, qty=40)
    body = market.body(payment_method="cash_on_receipt")
    seen: set[tuple[str, str]] = set()
    for _ in range(6):
        pair = [UUID((await order(client, body, {"Idempotency-Key": uuid.uuid4().hex})).json()["id"]) for _ in "ab"]
        async with runtime.db.write() as tx:
            await tx.execute("UPDATE orders.order SET reserved_until = $2 WHERE id = ANY($1)", pair, tx.now)

        async def confirm(tx: WriteTx, order_id: UUID = pair[0]) -> None:
            step = Move(order_id=order_id, to=OrderStatus.AWAITING_SHIPMENT_COD, actor=Actor(None, "manager"))
            await move(tx, [step])

        await asyncio.gather(expiry.sweep(runtime), other.db.transact(confirm))
        await expiry.sweep(runtime)
        assert await states(runtime.db, pair[1:]) == [("cancelled", "voided")]
        (end,) = await states(runtime.db, pair[:1])
        assert end in {("cancelled", "voided"), ("awaiting_shipment_cod", "pending")}
        seen.add(end)
    assert seen
