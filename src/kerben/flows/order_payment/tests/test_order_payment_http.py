"""Paying orders over HTTP with an acquirer in memory."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from kerben.domains.ledger.api import trial_balance
from kerben.domains.orders.module import MODULE as ORDERS
from kerben.domains.payments.api import PaymentProvider, ProviderState, ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import Market, count, make_market, order, stock
from kerben.flows.order_payment import expiry
from kerben.flows.order_payment.module import MODULE
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime


@pytest.fixture
def acquirer(runtime: Runtime) -> FakeAcquirer:
    fake = FakeAcquirer()
    runtime.bind(PaymentProvider, fake)
    return fake


@pytest.fixture
async def client(http_client: Any, acquirer: FakeAcquirer) -> httpx.AsyncClient:
    return await http_client(CHECKOUT, MODULE)


@pytest.fixture
async def market(runtime: Runtime) -> Market:
    return await make_market(runtime)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def placed(client: httpx.AsyncClient, market: Market, **changed: Any) -> dict[str, Any]:
    answer = await order(client, market.body(**changed), market.buyer_headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def opened(client: httpx.AsyncClient, market: Market) -> dict[str, Any]:
    made = await placed(client, market)
    answer = await client.get(path_of(made["payment"]["action"]["url"]))
    assert answer.status_code == 303, answer.text
    return made


async def report(client: httpx.AsyncClient, state: ProviderState, headers: dict[str, str] = SIGNED) -> httpx.Response:
    return await client.post(
        "/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(headers)
    )


def captured(acquirer: FakeAcquirer, made: dict[str, Any]) -> ProviderState:
    return acquirer.set(f"fp-{made['payment']['id']}", ProviderStatus.CAPTURED)


async def status(db: Database, made: dict[str, Any]) -> tuple[str, str]:
    async with db.read() as tx:
        row = await tx.fetchrow(
            """
            SELECT o.status AS order_status, p.status AS payment_status FROM orders.order o
            JOIN payments.payment p ON p.subject_id = o.id WHERE o.id = $1
            """,
            uuid.UUID(made["id"]),
        )
    assert row is not None
    return row["order_status"], row["payment_status"]


async def assert_sound(db: Database) -> None:
    async with db.read() as tx:
        for name, sql in {**ORDERS.checks, **MODULE.checks}.items():
            assert await tx.fetch(sql) == [], name
        assert all(line.difference == 0 for line in await trial_balance(tx))


async def refunds(db: Database, made: dict[str, Any]) -> int:
    return await count(
        db, "SELECT count(*) FROM payments.refund WHERE payment_id = $1", uuid.UUID(made["payment"]["id"])
    )


async def test_from_opening_to_a_paid_order(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    made = await placed(client, market)
    url = path_of(made["payment"]["action"]["url"])
    answer = await client.get(url)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://acquirer.test/pay/fp-{made['payment']['id']}"
    assert (await client.get(url)).headers["location"] == answer.headers["location"]
    back = await client.get(url.replace("/open?", "/return?"))
    assert "Ждём ответ банка" in back.text
    state = captured(acquirer, made)
    answers = await asyncio.gather(*(report(client, state) for _ in range(3)))
    assert [(a.status_code, a.text) for a in answers] == [(200, "ok")] * 3
    assert await status(db, made) == ("awaiting_shipment", "captured")
    assert "Заказ оплачен" in (await client.get(url.replace("/open?", "/return?"))).text
    assert (await client.get(url)).headers["location"].startswith("http://localhost:8000/api/v1/payments/")
    assert (
        await count(db, "SELECT count(*) FROM payouts.payout WHERE merchant_id = $1", market.counter.merchant_id) == 1
    )
    assert (
        await count(db, "SELECT amount FROM payouts.payout WHERE merchant_id = $1", market.counter.merchant_id)
        == 150_000
    )
    assert (await stock(db, market.counter.goods[0].id)).reserved_milli == 1000
    await assert_sound(db)


async def test_forged_links_and_notices_do_nothing(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    made = await opened(client, market)
    payment_id = made["payment"]["id"]
    for sig in ("", "0" * 32, "é"):
        for what in ("open", "return"):
            answer = await client.get(f"/api/v1/payments/{payment_id}/{what}", params={"sig": sig})
            assert answer.status_code == 404
    state = captured(acquirer, made)
    assert (await report(client, state, {"x-signature": "bad"})).text.startswith("refused")
    assert (await client.post("/api/v1/payments/webhooks/other", content=b"x")).status_code == 404
    await report(client, msgspec.structs.replace(state, amount=1))
    await report(client, msgspec.structs.replace(state, currency="USD"))
    await report(client, msgspec.structs.replace(state, payment_id=uuid.uuid4()))
    assert await status(db, made) == ("awaiting_payment", "pending")
    await assert_sound(db)


async def test_a_browser_gets_a_page_when_the_acquirer_is_down(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer
) -> None:
    made = await placed(client, market)
    acquirer.down = True
    url = path_of(made["payment"]["action"]["url"])
    page = await client.get(url, headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "Банк сейчас не отвечает" in page.text
    assert (await client.get(url)).json()["code"] == "ACQUIRER_UNAVAILABLE"
    acquirer.down = False
    assert (await client.get(url)).status_code == 303


async def test_a_lost_webhook_is_found_by_asking(
    client: httpx.AsyncClient,
    market: Market,
    acquirer: FakeAcquirer,
    db: Database,
    clock: ManualClock,
    runtime: Runtime,
) -> None:
    made = await opened(client, market)
    captured(acquirer, made)
    clock.advance(seconds=16)
    await sweep(runtime, "payments.ask.order")
    assert await status(db, made) == ("awaiting_shipment", "captured")


async def sweep(runtime: Runtime, name: str) -> None:
    for candidate in MODULE.sweeps:
        if candidate.name == name:
            while await candidate.run(runtime):
                pass
            return
    raise AssertionError(name)


async def test_unpaid_orders_are_cancelled_and_their_goods_free(
    client: httpx.AsyncClient, market: Market, db: Database, clock: ManualClock, runtime: Runtime
) -> None:
    unopened = await placed(client, market)
    cash = await placed(client, market, payment_method="cash_on_receipt")
    clock.advance(minutes=30)
    await expiry.sweep(runtime)
    assert await status(db, unopened) == ("cancelled", "voided")
    assert await status(db, cash) == ("awaiting_confirmation", "pending")
    assert (await stock(db, market.counter.goods[0].id)).reserved_milli == 1000
    answer = await client.get(path_of(unopened["payment"]["action"]["url"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "PAYMENT_CLOSED")
    clock.advance(hours=24)
    await expiry.sweep(runtime)
    assert await status(db, cash) == ("cancelled", "voided")
    assert (await stock(db, market.counter.goods[0].id)).reserved_milli == 0
    await assert_sound(db)


async def test_a_late_capture_revives_the_order_where_stock_is_free(
    client: httpx.AsyncClient,
    market: Market,
    acquirer: FakeAcquirer,
    db: Database,
    clock: ManualClock,
    runtime: Runtime,
) -> None:
    made = await opened(client, market)
    clock.advance(minutes=30)
    await expiry.sweep(runtime)
    assert (await status(db, made))[0] == "cancelled"
    assert (await stock(db, market.counter.goods[0].id)).reserved_milli == 0
    await report(client, captured(acquirer, made))
    assert await status(db, made) == ("awaiting_shipment", "captured")
    assert (await stock(db, market.counter.goods[0].id)).reserved_milli == 1000
    assert await refunds(db, made) == 0
    await assert_sound(db)


async def test_a_late_capture_is_refunded_where_stock_is_gone(
    client: httpx.AsyncClient,
    market: Market,
    acquirer: FakeAcquirer,
    db: Database,
    clock: ManualClock,
    runtime: Runtime,
) -> None:
    made = await opened(client, market)
    clock.advance(minutes=30)
    await expiry.sweep(runtime)
    async with db.write() as tx:
        await tx.execute(
            "UPDATE inventory.stock SET reserved = on_hand WHERE variant_id = $1", market.counter.goods[0].id
        )
    await report(client, captured(acquirer, made))
    assert await status(db, made) == ("cancelled", "captured")
    assert await refunds(db, made) == 1
    url = path_of(made["payment"]["action"]["url"]).replace("/open?", "/return?")
    assert "Вернём деньги" in (await client.get(url)).text
    await assert_sound(db)
    await sweep(runtime, "payments.refunds.order")
    assert await status(db, made) == ("cancelled", "refunded")
    await assert_sound(db)


async def test_a_declined_payment_leaves_the_order_waiting(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    made = await opened(client, market)
    await report(client, acquirer.set(f"fp-{made['payment']['id']}", ProviderStatus.FAILED))
    assert await status(db, made) == ("awaiting_payment", "failed")
    assert (await stock(db, market.counter.goods[0].id)).reserved_milli == 1000


async def test_a_refund_by_the_acquirer_alone_alarms_the_seller(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    made = await opened(client, market)
    await report(client, captured(acquirer, made))
    await report(client, acquirer.set(f"fp-{made['payment']['id']}", ProviderStatus.REFUNDED))
    assert await count(
        db, "SELECT count(*) FROM orders.order WHERE id = $1 AND needs_attention IS NOT NULL", uuid.UUID(made["id"])
    )
    await assert_sound(db)
