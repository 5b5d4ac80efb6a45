"""A payment that races the cancellation for non-payment, on two pools: never both outcomes, never neither."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec
import pytest

from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.orders.api import (
    Contact,
    Delivery,
    DeliveryMethod,
    OutOfStockError,
    PaymentLinks,
    PaymentMethod,
    WantedLine,
)
from kerben.domains.orders.module import MODULE as ORDERS
from kerben.domains.payments.api import PaymentProvider, ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.flows.checkout.model import Caller, Wanted
from kerben.flows.checkout.service import Checkout
from kerben.flows.checkout.tests.make import Market, keep_alive, make_market, stock
from kerben.flows.order_payment import expiry
from kerben.flows.order_payment.module import MODULE
from kerben.flows.order_payment.service import OrderPayments
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.idempotency import KeyedRequest
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

FEW, MANY = 6, 40


@pytest.fixture
async def other(settings: Settings, database_url: str, clock: ManualClock) -> AsyncGenerator[Runtime]:
    """A second process: pools of its own on the same database."""
    database = Database(database_url, size=4, clock=clock)
    await database.open()
    yield Runtime(settings, database, clock=clock)
    await database.close()


class Placed(msgspec.Struct):
    """Ids in the answer to an order."""

    class Payment(msgspec.Struct):
        """The payment."""

        id: UUID

    id: UUID
    payment: Payment


async def place(runtime: Runtime, market: Market) -> Placed:
    wanted = Wanted(
        KeyedRequest("test", uuid.uuid4().hex, b"hash"),
        Caller(market.buyer.id),
        market.shop_id,
        [WantedLine(market.counter.goods[0].id, None, 1)],
        Delivery(DeliveryMethod.PICKUP),
        PaymentMethod.CARD,
        Contact("Айгуль", "+996700123456", "a@example.kg"),
        None,
    )
    answered = await runtime.part(Checkout).place(wanted)
    return msgspec.json.decode(answered.stored.body, type=Placed)


async def open_at_acquirer(runtime: Runtime, placed: Placed) -> None:
    links = PaymentLinks(runtime.keys, runtime.settings.base_url)
    await runtime.part(OrderPayments).open(placed.payment.id, links.signature(placed.payment.id))


async def outcome(db: Database, order_id: UUID) -> tuple[str, bool]:
    async with db.read() as tx:
        row = await tx.fetchrow(
            """
            SELECT o.status, r.id IS NOT NULL AS refunded FROM orders.order o
            JOIN payments.payment p ON p.subject_id = o.id
            LEFT JOIN payments.refund r ON r.payment_id = p.id WHERE o.id = $1
            """,
            order_id,
        )
    assert row is not None
    return row["status"], row["refunded"]


@pytest.mark.parametrize(
    ("rival", "rounds"),
    [
        (False, FEW),
        (True, FEW),
        pytest.param(False, MANY, marks=pytest.mark.slow),
        pytest.param(True, MANY, marks=pytest.mark.slow),
    ],
)
async def test_capture_against_expiry(
    runtime: Runtime, other: Runtime, clock: ManualClock, acquirer: FakeAcquirer, rival: bool, rounds: int
) -> None:
    """`rival`: another buyer takes the goods the moment they are free, so the late capture has to be refunded."""
    other.bind(PaymentProvider, acquirer)
    market = await make_market(runtime, goods=1, qty=1)
    seen: set[tuple[str, bool]] = set()
    for _ in range(rounds):
        await keep_alive(runtime, market.counter)
        placed = await place(runtime, market)
        await open_at_acquirer(runtime, placed)
        clock.advance(minutes=30)
        await keep_alive(runtime, market.counter)
        state = acquirer.set(f"fp-{placed.payment.id}", ProviderStatus.CAPTURED)

        async def pay(body: bytes = msgspec.json.encode(state)) -> None:
            await other.part(OrderPayments).notice("fake", SIGNED, body, "test")

        async def buy_again() -> None:
            with contextlib.suppress(OutOfStockError):
                await place(other, market)

        rivals = [buy_again()] if rival else []
        await asyncio.gather(expiry.sweep(runtime), pay(), *rivals)
        end = await outcome(runtime.db, placed.id)
        assert end in {("awaiting_shipment", False), ("cancelled", True)}, end
        seen.add(end)
        level = await stock(runtime.db, market.counter.goods[0].id)
        assert level.reserved_milli <= level.on_hand_milli
        if not rival:
            assert end == ("awaiting_shipment", False)
        await free(runtime, market)
    async with runtime.db.read() as tx:
        for name, sql in {**INVENTORY.checks, **ORDERS.checks, **MODULE.checks}.items():
            assert await tx.fetch(sql) == [], name
    assert seen


@pytest.fixture
def acquirer(runtime: Runtime) -> FakeAcquirer:
    fake = FakeAcquirer()
    runtime.bind(PaymentProvider, fake)
    return fake


async def free(runtime: Runtime, market: Market) -> None:
    """Put a new piece on the shelf for each one that is taken."""
    variant_id = market.counter.goods[0].id
    level = await stock(runtime.db, variant_id)
    delta = level.reserved_milli + 1000 - level.on_hand_milli
    async with runtime.db.write() as tx:
        await adjust(tx, [StockChange(variant_id=variant_id, delta_milli=delta, cause=AdjustmentCause.GOODS_IN)])
