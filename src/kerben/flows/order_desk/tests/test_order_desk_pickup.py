"""Orders handed over at the till against the buyer's code."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.orders.module import MODULE as ORDERS
from kerben.domains.payments.api import PaymentProvider, ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.domains.pos.tests.make import call, make_device
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import Market, make_market, order, stock
from kerben.flows.order_desk.module import MODULE
from kerben.flows.order_desk.pickup import TRIES, PickupCodes
from kerben.flows.order_payment.module import MODULE as PAYING
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

LIST = "/api/v1/pos/pickups"


@pytest.fixture
def acquirer(runtime: Runtime) -> FakeAcquirer:
    fake = FakeAcquirer()
    runtime.bind(PaymentProvider, fake)
    return fake


@pytest.fixture
async def client(http_client: Any, acquirer: FakeAcquirer) -> httpx.AsyncClient:
    return await http_client(CHECKOUT, PAYING, MODULE)


@pytest.fixture
async def market(runtime: Runtime) -> Market:
    return await make_market(runtime)


async def step(client: httpx.AsyncClient, market: Market, order_id: str, to: str) -> None:
    answer = await client.post(
        f"/api/v1/orders/{order_id}/transitions", json={"to": to}, headers=market.owner_headers
    )
    assert answer.status_code == 200, answer.text


async def ready(client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer | None = None) -> str:
    """An order that waits at the counter: paid by card with an acquirer, else to be paid there in cash."""
    method = "card" if acquirer else "cash_on_receipt"
    made = (await order(client, market.body(payment_method=method), market.buyer_headers)).json()
    if acquirer:
        parts = urlsplit(str(made["payment"]["action"]["url"]))
        await client.get(f"{parts.path}?{parts.query}")
        state = acquirer.set(f"fp-{made['payment']['id']}", ProviderStatus.CAPTURED)
        await client.post("/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(SIGNED))
    else:
        await step(client, market, made["id"], "awaiting_shipment_cod")
    await step(client, market, made["id"], "ready_for_pickup")
    return made["id"]


async def seen(client: httpx.AsyncClient, order_id: str, headers: dict[str, str]) -> dict[str, Any]:
    return (await client.get(f"/api/v1/orders/{order_id}", headers=headers)).json()


async def test_an_order_is_issued_against_its_code(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    till = market.counter.device
    paid, cash = await ready(client, market, acquirer), await ready(client, market)
    shown = (await call(client, db, till, LIST)).json()
    assert shown["next_cursor"] is None
    assert [(o["order_id"], o["to_pay"]["amount"]) for o in shown["items"]] == [(cash, 150_000), (paid, 0)]
    assert [o["items"][0]["qty"] for o in shown["items"]] == [1, 1]
    first = (await call(client, db, till, f"{LIST}?limit=1")).json()
    rest = (await call(client, db, till, f"{LIST}?limit=1&cursor={first['next_cursor']}")).json()
    assert [first["items"][0]["order_id"], rest["items"][0]["order_id"]] == [cash, paid]

    for order_id in (paid, cash):
        code = (await seen(client, order_id, market.buyer_headers))["pickup_code"]
        assert len(code) == 6
        for _ in range(2):
            answer = await call(client, db, till, f"{LIST}/{order_id}/issue", {"code": code})
            assert (answer.status_code, answer.json()["status"]) == (200, "delivered"), answer.text
            assert answer.json()["to_pay"]["amount"] == 0
        order_now = await seen(client, order_id, market.buyer_headers)
        assert (order_now["status"], order_now["payment"]["status"]) == ("delivered", "captured")
        assert order_now["pickup_code"] is None
    level = await stock(db, market.counter.goods[0].id)
    assert (level.on_hand_milli, level.reserved_milli) == (8000, 0)
    assert (await call(client, db, till, LIST)).json()["items"] == []
    async with db.read() as tx:
        for name, sql in {**ORDERS.checks, **PAYING.checks}.items():
            assert await tx.fetch(sql) == [], name


async def test_wrong_codes_and_foreign_tills_get_nothing(
    client: httpx.AsyncClient, market: Market, runtime: Runtime, db: Database
) -> None:
    till = market.counter.device
    order_id = await ready(client, market)
    path = f"{LIST}/{order_id}/issue"
    code = (await seen(client, order_id, market.buyer_headers))["pickup_code"]
    assert (await seen(client, order_id, market.owner_headers))["pickup_code"] is None
    foreign = (await make_market(runtime)).counter.device
    assert (await call(client, db, foreign, path, {"code": code})).status_code == 404
    assert (await call(client, db, foreign, LIST)).json()["items"] == []
    assert (await client.post(path, json={"code": code}, headers=market.owner_headers)).status_code == 401
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    other_till = await make_device(runtime, market.shop_id)
    for n in range(TRIES):
        answer = await call(client, db, (till, other_till)[n % 2], path, {"code": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "WRONG_PICKUP_CODE")
        assert answer.json()["errors"][0]["pointer"] == "/code"
    answer = await call(client, db, till, path, {"code": code})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    async with db.read() as tx:
        status = await tx.fetchval("SELECT status FROM orders.order WHERE id = $1", UUID(order_id))
    assert status == "ready_for_pickup"


async def test_an_order_that_is_not_ready_stays(
    client: httpx.AsyncClient, market: Market, runtime: Runtime, db: Database
) -> None:
    made = (await order(client, market.body(payment_method="cash_on_receipt"), market.buyer_headers)).json()
    code = runtime.part(PickupCodes).code(UUID(made["id"]))
    answer = await call(client, db, market.counter.device, f"{LIST}/{made['id']}/issue", {"code": code})
    assert (answer.status_code, answer.json()["code"]) == (409, "ILLEGAL_TRANSITION")
    assert (await seen(client, made["id"], market.buyer_headers))["status"] == "awaiting_confirmation"
