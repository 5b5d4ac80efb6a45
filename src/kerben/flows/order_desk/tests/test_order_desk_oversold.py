"""A till sells what orders had reserved: the newest unpaid order loses, then the newest paid one needs attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust
from kerben.domains.orders.api import Actor, Move, OrderStatus, mark_paid, move
from kerben.domains.payments import api as payments
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import Market, make_market, order, stock
from kerben.flows.order_desk.module import MODULE
from kerben.platform.consumers import Consumer
from kerben.platform.db import Database, ReadTx
from kerben.platform.runtime import Runtime


@pytest.fixture
async def client(http_client: Any) -> httpx.AsyncClient:
    return await http_client(CHECKOUT, MODULE)


async def placed(client: httpx.AsyncClient, market: Market, qty: int = 1, **changed: Any) -> UUID:
    item = {"variant_id": str(market.counter.goods[0].id), "qty": qty}
    answer = await order(client, market.body(item, **changed), market.buyer_headers)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def sell_at_till(db: Database, market: Market, qty: int) -> None:
    async with db.write() as tx:
        variant_id = market.counter.goods[0].id
        await adjust(
            tx, [StockChange(variant_id=variant_id, delta_milli=-1000 * qty, cause=AdjustmentCause.POS_SALE)]
        )


async def pay(db: Database, *ids: UUID) -> None:
    async with db.write() as tx:
        await mark_paid(tx, ids)


async def react(runtime: Runtime) -> None:
    consumer = Consumer(runtime, MODULE.reactions[0])
    for _ in range(2):
        await consumer.step()
    while await consumer.step():
        pass


async def standing(db: Database, *ids: UUID) -> list[tuple[str, bool]]:
    async with db.read() as tx:
        rows = await tx.fetch(
            "SELECT id, status, needs_attention IS NOT NULL AS alarm FROM orders.order WHERE id = ANY($1)", list(ids)
        )
    by_id = {row["id"]: (row["status"], row["alarm"]) for row in rows}
    return [by_id[i] for i in ids]


async def test_the_newest_unpaid_order_loses_first(client: httpx.AsyncClient, runtime: Runtime, db: Database) -> None:
    market = await make_market(runtime, goods=1, qty=4)
    paid = await placed(client, market)
    older, newer = await placed(client, market), await placed(client, market)
    late_paid = await placed(client, market)
    await pay(db, paid, late_paid)
    await sell_at_till(db, market, 1)
    await react(runtime)
    assert await standing(db, paid, older, newer, late_paid) == [
        ("awaiting_shipment", False), ("awaiting_payment", False), ("cancelled", False), ("awaiting_shipment", False),
    ]  # fmt: skip
    await sell_at_till(db, market, 2)
    await react(runtime)
    assert await standing(db, paid, older, late_paid) == [
        ("awaiting_shipment", False), ("cancelled", False), ("awaiting_shipment", True),
    ]  # fmt: skip
    await sell_at_till(db, market, 1)
    await react(runtime)
    assert await standing(db, paid, late_paid) == [("awaiting_shipment", True), ("awaiting_shipment", True)]
    level = await stock(db, market.counter.goods[0].id)
    assert (level.on_hand_milli, level.reserved_milli) == (0, 2000)
    async with db.read() as tx:
        reasons = await tx.fetch("SELECT cancel_reason FROM orders.order WHERE id = ANY($1)", [older, newer])
    assert [row["cancel_reason"] for row in reasons] == ["oversold", "oversold"]


async def test_one_large_order_is_enough(client: httpx.AsyncClient, runtime: Runtime, db: Database) -> None:
    market = await make_market(runtime, goods=1, qty=6)
    small = await placed(client, market)
    large = await placed(client, market, 5, payment_method="cash_on_receipt")
    await sell_at_till(db, market, 3)
    await react(runtime)
    assert await standing(db, small, large) == [("awaiting_payment", False), ("cancelled", False)]
    assert (await stock(db, market.counter.goods[0].id)).reserved_milli == 1000


async def test_a_sale_that_leaves_enough_touches_nobody(
    client: httpx.AsyncClient, runtime: Runtime, db: Database
) -> None:
    market = await make_market(runtime, goods=1, qty=3)
    made = await placed(client, market)
    await sell_at_till(db, market, 2)
    await react(runtime)
    assert await standing(db, made) == [("awaiting_payment", False)]


async def test_an_order_that_moves_on_meanwhile_keeps_its_payment(
    client: httpx.AsyncClient, runtime: Runtime, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = await make_market(runtime, goods=1, qty=2)
    older = await placed(client, market)
    newer = await placed(client, market, payment_method="cash_on_receipt")
    await step(db, newer, OrderStatus.AWAITING_SHIPMENT_COD)
    original = payments.open_payments
    calls = 0

    async def while_the_shop_works(tx: ReadTx, ids: Sequence[UUID], subject: str = "order") -> list[UUID]:
        nonlocal calls
        calls += 1
        if calls == 1:
            await step(db, newer, OrderStatus.COOKING)
        return await original(tx, ids, subject)

    monkeypatch.setattr(payments, "open_payments", while_the_shop_works)
    await sell_at_till(db, market, 1)
    await react(runtime)
    assert await standing(db, older, newer) == [("cancelled", False), ("cooking", False)]
    async with db.read() as tx:
        found = await payments.payments_by_subjects(tx, [newer])
    assert found[newer].status is payments.PaymentStatus.PENDING
    assert calls == 2


async def step(db: Database, order_id: UUID, to: OrderStatus) -> None:
    async with db.write() as tx:
        assert await move(tx, [Move(order_id=order_id, to=to, actor=Actor(None, "manager"))])
