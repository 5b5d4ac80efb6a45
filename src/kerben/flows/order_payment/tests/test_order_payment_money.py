"""Money that is to go back to a buyer: never paid out to a seller, never forgotten, never asked for twice."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.ledger.api import AccountKind, balances, merchant_balance, platform_account, trial_balance
from kerben.domains.merchants.api import PayoutStatus
from kerben.domains.orders.module import MODULE as ORDERS
from kerben.domains.payments.api import PaymentProvider, ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.domains.payouts.api import create_due
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import Market, count, make_market, order
from kerben.flows.order_desk.module import MODULE as DESK
from kerben.flows.order_payment import expiry
from kerben.flows.order_payment.module import MODULE
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

PRICE = 150_000


@pytest.fixture
def acquirer(runtime: Runtime) -> FakeAcquirer:
    fake = FakeAcquirer()
    runtime.bind(PaymentProvider, fake)
    return fake


@pytest.fixture
async def client(http_client: Any, acquirer: FakeAcquirer) -> httpx.AsyncClient:
    return await http_client(CHECKOUT, MODULE, DESK)


async def opened(client: httpx.AsyncClient, market: Market) -> dict[str, Any]:
    made = (await order(client, market.body(), market.buyer_headers)).json()
    await go_to(client, made["payment"])
    return made


async def go_to(client: httpx.AsyncClient, payment: dict[str, Any]) -> None:
    parts = urlsplit(str(payment["action"]["url"]))
    assert (await client.get(f"{parts.path}?{parts.query}")).status_code == 303


async def say(client: httpx.AsyncClient, acquirer: FakeAcquirer, payment_id: str, status: ProviderStatus) -> None:
    state = acquirer.set(f"fp-{payment_id}", status)
    answer = await client.post(
        "/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(SIGNED)
    )
    assert answer.text == "ok"


async def sweep(runtime: Runtime, name: str) -> None:
    (found,) = [s for s in MODULE.sweeps if s.name == name]
    while await found.run(runtime):
        pass


async def owed(db: Database, market: Market) -> tuple[int, int]:
    """What we owe the merchant, and what was paid out to it."""
    ref = merchant_balance(market.counter.merchant_id)
    async with db.read() as tx:
        balance = (await balances(tx, [ref], "KGS"))[ref]
        paid = await tx.fetchval(
            "SELECT coalesce(sum(amount), 0)::bigint FROM payouts.payout WHERE merchant_id = $1",
            market.counter.merchant_id,
        )
    return balance, paid


async def to_buyers(db: Database) -> int:
    ref = platform_account(AccountKind.REFUNDS_PAYABLE)
    async with db.read() as tx:
        return (await balances(tx, [ref], "KGS"))[ref]


async def desk(client: httpx.AsyncClient, market: Market, made: dict[str, Any]) -> dict[str, Any]:
    return (await client.get(f"/api/v1/orders/{made['id']}", headers=market.owner_headers)).json()


async def standing(db: Database, *made: dict[str, Any]) -> list[str]:
    async with db.read() as tx:
        return [await tx.fetchval("SELECT status FROM orders.order WHERE id = $1", UUID(m["id"])) for m in made]


async def assert_sound(db: Database) -> None:
    async with db.read() as tx:
        for name, sql in {**ORDERS.checks, **MODULE.checks}.items():
            assert await tx.fetch(sql) == [], name
        assert all(line.difference == 0 for line in await trial_balance(tx))


async def suspend(db: Database, market: Market, status: PayoutStatus) -> None:
    async with db.write() as tx:
        await tx.execute(
            "UPDATE merchants.merchant SET payout_status = $2 WHERE id = $1", market.counter.merchant_id, status.value
        )


async def test_money_of_a_cancelled_order_is_never_the_sellers(
    client: httpx.AsyncClient, runtime: Runtime, acquirer: FakeAcquirer, db: Database, clock: ManualClock
) -> None:
    market = await make_market(runtime, goods=2, qty=5)
    gone = await opened(client, market)
    answer = await client.post(f"/api/v1/orders/{gone['id']}/cancel", json={}, headers=market.buyer_headers)
    assert answer.status_code == 200, answer.text
    await say(client, acquirer, gone["payment"]["id"], ProviderStatus.CAPTURED)
    assert await owed(db, market) == (0, 0)
    assert await to_buyers(db) == PRICE
    await assert_sound(db)

    kept = await opened(client, market)
    await say(client, acquirer, kept["payment"]["id"], ProviderStatus.CAPTURED)
    assert await owed(db, market) == (0, PRICE)
    await sweep(runtime, "payments.refunds.order")
    assert await owed(db, market) == (0, PRICE)
    assert await to_buyers(db) == 0
    await assert_sound(db)


async def test_a_refund_under_way_is_not_paid_out(
    client: httpx.AsyncClient, runtime: Runtime, acquirer: FakeAcquirer, db: Database
) -> None:
    market = await make_market(runtime)
    made = await opened(client, market)
    await suspend(db, market, PayoutStatus.SUSPENDED)
    await say(client, acquirer, made["payment"]["id"], ProviderStatus.CAPTURED)
    assert await owed(db, market) == (PRICE, 0)
    await client.post(f"/api/v1/orders/{made['id']}/cancel", json={}, headers=market.buyer_headers)
    await suspend(db, market, PayoutStatus.ACTIVE)
    async with db.write() as tx:
        assert await create_due(tx, [market.counter.merchant_id], "KGS") == []
    assert await owed(db, market) == (0, 0)
    await assert_sound(db)
    await sweep(runtime, "payments.refunds.order")
    assert (await desk(client, market, made))["payment"]["status"] == "refunded"
    assert (await owed(db, market), await to_buyers(db)) == ((0, 0), 0)
    await assert_sound(db)


async def paid_by_the_first_of_two(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer
) -> tuple[dict[str, Any], str]:
    """An order whose first payment failed and was captured after all, when a second one had been opened."""
    made = await opened(client, market)
    await say(client, acquirer, made["payment"]["id"], ProviderStatus.FAILED)
    again = await client.post(f"/api/v1/orders/{made['id']}/payments", headers=market.buyer_headers)
    assert again.status_code == 201, again.text
    assert again.json()["id"] != made["payment"]["id"]
    await go_to(client, again.json())
    await say(client, acquirer, made["payment"]["id"], ProviderStatus.CAPTURED)
    return made, again.json()["id"]


async def test_the_payment_that_holds_the_money_is_the_one_refunded(
    client: httpx.AsyncClient, runtime: Runtime, acquirer: FakeAcquirer, db: Database
) -> None:
    market = await make_market(runtime)
    made, _ = await paid_by_the_first_of_two(client, market, acquirer)
    shown = await desk(client, market, made)
    assert (shown["status"], shown["payment"]["id"], shown["payment"]["status"]) == (
        "awaiting_shipment", made["payment"]["id"], "captured",
    )  # fmt: skip
    await client.post(f"/api/v1/orders/{made['id']}/cancel", json={}, headers=market.buyer_headers)
    await assert_sound(db)
    await sweep(runtime, "payments.refunds.order")
    shown = await desk(client, market, made)
    assert (shown["status"], shown["payment"]["status"], shown["refund"]["status"]) == (
        "cancelled",
        "refunded",
        "done",
    )
    await assert_sound(db)


async def test_a_second_payment_goes_back_and_alarms_nobody(
    client: httpx.AsyncClient, runtime: Runtime, acquirer: FakeAcquirer, db: Database
) -> None:
    market = await make_market(runtime)
    made, second = await paid_by_the_first_of_two(client, market, acquirer)
    await say(client, acquirer, second, ProviderStatus.CAPTURED)
    assert await owed(db, market) == (0, PRICE)
    assert await to_buyers(db) == PRICE
    await assert_sound(db)
    await sweep(runtime, "payments.refunds.order")
    shown = await desk(client, market, made)
    assert (shown["status"], shown["needs_attention"]) == ("awaiting_shipment", None)
    assert shown["payment"]["id"] == made["payment"]["id"]
    assert (await owed(db, market), await to_buyers(db)) == ((0, PRICE), 0)
    await assert_sound(db)


async def test_a_refund_that_the_acquirer_refused_can_be_asked_for_again(
    client: httpx.AsyncClient, runtime: Runtime, acquirer: FakeAcquirer, db: Database
) -> None:
    market = await make_market(runtime)
    made = await opened(client, market)
    await say(client, acquirer, made["payment"]["id"], ProviderStatus.CAPTURED)
    await client.post(f"/api/v1/orders/{made['id']}/cancel", json={}, headers=market.buyer_headers)
    async with db.write() as tx:
        await tx.execute(
            "UPDATE payments.refund SET status = 'failed', next_attempt_at = NULL WHERE payment_id = $1",
            UUID(made["payment"]["id"]),
        )
    asked = await client.post(
        f"/api/v1/orders/{made['id']}/refund",
        json={"reason": "Банк отказал", "responsible": "platform"},
        headers={**market.owner_headers, "Idempotency-Key": uuid.uuid4().hex},
    )
    assert asked.status_code == 201, asked.text
    assert asked.json()["refund"]["status"] == "requested"
    await assert_sound(db)
    await sweep(runtime, "payments.refunds.order")
    assert (await desk(client, market, made))["payment"]["status"] == "refunded"
    assert (await owed(db, market), await to_buyers(db)) == ((-PRICE, PRICE), 0)
    await assert_sound(db)


async def test_paying_again_while_the_first_payment_is_captured(
    client: httpx.AsyncClient, runtime: Runtime, acquirer: FakeAcquirer, db: Database
) -> None:
    market = await make_market(runtime, goods=1, qty=20)
    for _ in range(5):
        made = await opened(client, market)
        await say(client, acquirer, made["payment"]["id"], ProviderStatus.FAILED)
        await asyncio.gather(
            say(client, acquirer, made["payment"]["id"], ProviderStatus.CAPTURED),
            client.post(f"/api/v1/orders/{made['id']}/payments", headers=market.buyer_headers),
        )
        shown = await desk(client, market, made)
        assert (shown["status"], shown["payment"]["status"]) == ("awaiting_shipment", "captured")
        open_ones = await count(
            db,
            "SELECT count(*) FROM payments.payment WHERE subject_id = $1 AND status IN ('pending', 'authorized')",
            UUID(made["id"]),
        )
        assert open_ones == 0
    await assert_sound(db)


async def test_one_order_that_cannot_be_cancelled_does_not_keep_the_goods_of_others(
    client: httpx.AsyncClient, runtime: Runtime, db: Database, clock: ManualClock
) -> None:
    market = await make_market(runtime)
    broken = (await order(client, market.body(), market.buyer_headers)).json()
    fine = (await order(client, market.body(), market.buyer_headers)).json()
    async with db.write() as tx:
        # A history row where the cancellation would write its own.
        await tx.execute(
            "INSERT INTO orders.history (order_id, n, at, actor_role, action, to_status)"
            " VALUES ($1, 2, $2, 'system', 'test', 'awaiting_payment')",
            UUID(broken["id"]),
            tx.now,
        )
    clock.advance(minutes=30)
    assert await expiry.sweep(runtime) == 1
    assert await standing(db, fine, broken) == ["cancelled", "awaiting_payment"]
    async with db.write() as tx:
        await tx.execute("DELETE FROM orders.history WHERE order_id = $1 AND n = 2", UUID(broken["id"]))
    assert await expiry.sweep(runtime) == 1
    await assert_sound(db)
