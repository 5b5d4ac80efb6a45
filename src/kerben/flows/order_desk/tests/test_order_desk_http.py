"""The order desk over HTTP: who sees what, who moves what, and where the money and the goods go."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from kerben.domains.catalog.tests.make import make_product
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.ledger.api import trial_balance
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.orders.module import MODULE as ORDERS
from kerben.domains.payments.api import PaymentProvider, ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import Market, count, make_market, order, stock
from kerben.flows.order_desk.module import MODULE
from kerben.flows.order_payment.module import MODULE as PAYING
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

COURIER = {"method": "courier", "address": "ул. Киевская, 1"}


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


class Desk:
    """Shorthands for calls about one order."""

    def __init__(self, client: httpx.AsyncClient, market: Market, made: dict[str, Any]) -> None:
        self.client, self.market = client, market
        self.made: dict[str, Any] = made
        self.url = f"/api/v1/orders/{made['id']}"

    async def see(self, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.get(self.url, headers=headers or self.market.buyer_headers)

    async def step(self, to: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.post(
            f"{self.url}/transitions", json={"to": to}, headers=headers or self.market.owner_headers
        )

    async def cancel(self, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.post(
            f"{self.url}/cancel", json={"reason": "передумал"}, headers=headers or self.market.buyer_headers
        )

    async def edit(self, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        return await self.client.patch(self.url, json=body, headers=headers or self.market.owner_headers)

    async def refund(self, headers: dict[str, str] | None = None, key: str = "r1") -> httpx.Response:
        return await self.client.post(
            f"{self.url}/refund",
            json={"reason": "брак", "responsible": "seller"},
            headers={"Idempotency-Key": key, **(headers or self.market.owner_headers)},
        )

    async def pay(self, acquirer: FakeAcquirer) -> None:
        parts = urlsplit(str(self.made["payment"]["action"]["url"]))
        await self.client.get(f"{parts.path}?{parts.query}")
        state = acquirer.set(f"fp-{self.made['payment']['id']}", ProviderStatus.CAPTURED)
        answer = await self.client.post(
            "/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(SIGNED)
        )
        assert answer.text == "ok"


async def desk(client: httpx.AsyncClient, market: Market, *items: dict[str, Any], **changed: Any) -> Desk:
    answer = await order(client, market.body(*items, **changed), market.buyer_headers)
    assert answer.status_code == 201, answer.text
    return Desk(client, market, answer.json())


async def staff(runtime: Runtime, market: Market, role: StaffRole) -> dict[str, str]:
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        await add_staff(tx, [StaffMember(market.counter.merchant_id, user.id, role)])
    return await bearer(runtime, user)


async def on_shelf(db: Database, market: Market) -> tuple[int, int]:
    level = await stock(db, market.counter.goods[0].id)
    return level.on_hand_milli // 1000, level.reserved_milli // 1000


async def assert_sound(db: Database) -> None:
    async with db.read() as tx:
        for name, sql in {**ORDERS.checks, **PAYING.checks}.items():
            assert await tx.fetch(sql) == [], name
        assert all(line.difference == 0 for line in await trial_balance(tx))


async def test_only_the_buyer_the_staff_and_the_guest_see_an_order(
    client: httpx.AsyncClient, market: Market, runtime: Runtime
) -> None:
    at = await desk(client, market)
    seen = (await at.see()).json()
    assert seen["number"] == at.made["number"]
    assert seen["payment"]["action"]["url"] == at.made["payment"]["action"]["url"]
    assert [h["action"] for h in seen["history"]] == ["placed"]
    assert seen["can_become"] == ["cancelled"]
    assert (await at.see(market.owner_headers)).status_code == 200
    assert (await at.see(await staff(runtime, market, StaffRole.CASHIER))).status_code == 200
    async with runtime.db.write() as tx:
        stranger = await make_user(tx)
    headers = await bearer(runtime, stranger)
    for refused in (await at.see(headers), await at.cancel(headers), await at.step("cancelled", headers)):
        assert refused.status_code == 404
    assert (await client.get(at.url)).status_code == 404
    assert (await at.see(await bearer(runtime, stranger, ["admin"]))).status_code == 200
    etag = (await at.see()).headers["etag"]
    assert (await at.see({**market.buyer_headers, "If-None-Match": etag})).status_code == 304
    guest = (await order(client, market.body())).json()
    there = f"/api/v1/orders/{guest['id']}"
    assert (await client.get(there, headers={"X-Guest-Token": guest["guest_token"]})).status_code == 200
    assert (await client.get(there, headers={"X-Guest-Token": "x"})).status_code == 404
    assert (await client.get(at.url, headers={"X-Guest-Token": guest["guest_token"]})).status_code == 404


async def test_lists_of_buyer_and_shop(client: httpx.AsyncClient, market: Market) -> None:
    made = [(await desk(client, market)).made["id"] for _ in range(3)]
    first = (await client.get("/api/v1/orders?limit=2", headers=market.buyer_headers)).json()
    rest = (
        await client.get(f"/api/v1/orders?limit=2&cursor={first['next_cursor']}", headers=market.buyer_headers)
    ).json()
    assert [o["id"] for o in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    shop = {"shop_id": str(market.shop_id), "status": "cancelled"}
    assert (await client.get("/api/v1/orders", params=shop, headers=market.owner_headers)).json()["items"] == []
    assert (await client.get("/api/v1/orders", params=shop, headers=market.buyer_headers)).status_code == 404
    assert (await client.get("/api/v1/orders")).status_code == 401


async def test_export_for_spreadsheets(client: httpx.AsyncClient, market: Market) -> None:
    contact = {"name": "=cmd()", "phone": "+996700123456", "email": "a@example.kg"}
    at = await desk(client, market, contact=contact)
    params = {"shop_id": str(market.shop_id)}
    answer = await client.get("/api/v1/orders/export", params=params, headers=market.owner_headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, row = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Номер,")
    assert row.startswith(f"{at.made['number']},2026-11-20T06:00:00+00:00,awaiting_payment,'=cmd(),'+996700123456,")
    assert ",1500.00,KGS," in row
    refused = await client.get("/api/v1/orders/export", params=params, headers=market.buyer_headers)
    assert refused.status_code == 404


async def test_a_card_order_is_carried_to_the_buyer(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    at = await desk(client, market, delivery=COURIER)
    assert (await at.step("awaiting_shipment")).status_code == 409
    assert (await at.step("delivered")).json()["code"] == "ILLEGAL_TRANSITION"
    await at.pay(acquirer)
    assert (await at.see()).json()["phase"] == "paid"
    assert await on_shelf(db, market) == (10, 1)
    assert (await at.step("delivering")).status_code == 200
    assert await on_shelf(db, market) == (9, 0)
    done = (await at.step("delivered")).json()
    assert (done["status"], done["phase"]) == ("delivered", "fulfilled")
    assert await on_shelf(db, market) == (9, 0)
    assert [h["to_status"] for h in done["history"]] == [
        "awaiting_payment", "awaiting_shipment", "delivering", "delivered",
    ]  # fmt: skip
    assert await count(
        db, "SELECT count(*) FROM audit.entry WHERE entity_id = $1 AND action = 'order.transition'", at.made["id"]
    ) == 2  # fmt: skip
    await assert_sound(db)


@pytest.mark.parametrize("method", ["cash_on_receipt", "terminal_on_receipt"])
async def test_pickup_paid_on_receipt(
    client: httpx.AsyncClient, market: Market, db: Database, runtime: Runtime, method: str
) -> None:
    at = await desk(client, market, payment_method=method)
    cashier = await staff(runtime, market, StaffRole.CASHIER)
    assert (await at.step("awaiting_shipment_cod", cashier)).status_code == 403
    assert (await at.step("awaiting_shipment_cod")).json()["reserved_until"] is None
    ready = (await at.step("ready_for_pickup", cashier)).json()
    assert ready["reserved_until"] == "2026-11-21T06:00:00Z"
    done = (await at.step("delivered", cashier)).json()
    assert (done["payment"]["status"], done["phase"]) == ("captured", "fulfilled")
    assert done["paid_at"] is not None
    assert await on_shelf(db, market) == (9, 0)
    assert (
        await count(db, "SELECT count(*) FROM payouts.payout WHERE merchant_id = $1", market.counter.merchant_id) == 0
    )
    await assert_sound(db)


async def test_a_transfer_is_confirmed_by_an_accountant(
    client: httpx.AsyncClient, market: Market, runtime: Runtime, db: Database
) -> None:
    at = await desk(client, market, payment_method="card_transfer", delivery=COURIER)
    assert (await at.step("awaiting_payment")).json()["reserved_until"] == "2026-11-21T06:00:00Z"
    assert (await at.step("awaiting_shipment", await staff(runtime, market, StaffRole.MANAGER))).status_code == 403
    done = await at.step("awaiting_shipment", await staff(runtime, market, StaffRole.ACCOUNTANT))
    assert (done.json()["status"], done.json()["payment"]["status"]) == ("awaiting_shipment", "captured")
    await assert_sound(db)


async def test_a_buyer_cancels_while_it_is_possible(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    unpaid = await desk(client, market)
    gone = (await unpaid.cancel()).json()
    assert (gone["status"], gone["cancel_reason"], gone["payment"]["status"]) == ("cancelled", "buyer", "voided")
    assert await on_shelf(db, market) == (10, 0)
    assert (await unpaid.cancel()).status_code == 409
    paid = await desk(client, market)
    await paid.pay(acquirer)
    back = (await paid.cancel()).json()
    assert (back["status"], back["refund"]["status"]) == ("cancelled", "requested")
    assert await on_shelf(db, market) == (10, 0)
    cooking = await desk(client, market)
    await cooking.pay(acquirer)
    await cooking.step("cooking")
    assert (await cooking.cancel()).status_code == 409
    assert (await cooking.see()).json()["status"] == "cooking"
    await assert_sound(db)


async def test_a_late_capture_of_an_order_the_buyer_cancelled_is_refunded(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    at = await desk(client, market)
    parts = urlsplit(str(at.made["payment"]["action"]["url"]))
    await client.get(f"{parts.path}?{parts.query}")
    await at.cancel()
    await at.pay(acquirer)
    seen = (await at.see()).json()
    assert (seen["status"], seen["refund"]["status"]) == ("cancelled", "requested")
    await assert_sound(db)


async def test_a_refund_is_full_and_asked_for_once(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database, runtime: Runtime
) -> None:
    at = await desk(client, market, delivery=COURIER)
    assert (await at.refund()).json()["code"] == "PAYMENT_CLOSED"
    await at.pay(acquirer)
    await at.step("delivering")
    await at.step("delivered")
    assert (await at.refund(market.buyer_headers)).status_code == 404
    assert (await at.refund(await staff(runtime, market, StaffRole.CASHIER))).status_code == 403
    first = await at.refund()
    assert first.status_code == 201, first.text
    assert first.json()["status"] == "returned"
    assert first.json()["refund"]["amount"]["amount"] == 150_000
    again = await at.refund()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await at.refund(key="r2")).json()["refund"]["id"] == first.json()["refund"]["id"]
    assert await on_shelf(db, market) == (10, 0)
    for sweep in PAYING.sweeps:
        if sweep.name == "payments.refunds.order":
            await sweep.run(runtime)
    seen = (await at.see()).json()
    assert (seen["payment"]["status"], seen["refund"]["status"]) == ("refunded", "done")
    await assert_sound(db)


async def test_a_manager_edits_while_it_is_possible(client: httpx.AsyncClient, market: Market, db: Database) -> None:
    first, second = market.counter.goods
    at = await desk(client, market, payment_method="card_transfer", delivery=COURIER)
    assert (await at.edit(market.buyer_headers, comment="я")).status_code == 404
    items = [{"variant_id": str(second.id), "qty": 3}]
    edited = await at.edit(items=items, comment="привезите вечером")
    assert edited.status_code == 200, edited.text
    assert edited.json()["total"]["amount"] == 450_000
    assert edited.json()["payment"]["id"] != at.made["payment"]["id"]
    assert [(await stock(db, g.id)).reserved_milli for g in (first, second)] == [0, 3000]
    too_many = await at.edit(items=[{"variant_id": str(second.id), "qty": 11}])
    assert (too_many.status_code, too_many.json()["code"]) == (409, "OUT_OF_STOCK")
    assert [(await stock(db, g.id)).reserved_milli for g in (first, second)] == [0, 3000]
    await at.step("awaiting_payment")
    moved = await at.edit(delivery={"method": "courier", "address": "ул. Чуй, 2"})
    assert moved.json()["delivery"]["address"] == "ул. Чуй, 2"
    assert (await at.edit(comment="ещё")).json()["code"] == "ORDER_NOT_EDITABLE"
    await at.step("awaiting_shipment")
    assert (await at.edit(delivery=COURIER)).status_code == 409
    assert (await at.see()).json()["delivery"]["address"] == "ул. Чуй, 2"
    await assert_sound(db)


async def test_sizes_are_agreed_before_an_order_is_confirmed(
    client: httpx.AsyncClient, market: Market, db: Database
) -> None:
    async with db.write() as tx:
        product = await make_product(tx, market.shop_id, variants=2, price=90_000)
        await open_stock(tx, [OpeningStock(i, market.shop_id, product.id, 5000) for i in product.variant_ids])
    at = await desk(client, market, {"product_id": str(product.id), "qty": 2}, payment_method="cash_on_receipt")
    assert (await at.step("awaiting_shipment_cod")).json()["code"] == "SIZE_NOT_AGREED"
    chosen = product.variant_ids[1]
    assert (await at.edit(items=[{"variant_id": str(chosen), "qty": 2}])).status_code == 200
    assert (await stock(db, chosen)).reserved_milli == 2000
    assert (await at.step("awaiting_shipment_cod")).status_code == 200
    await assert_sound(db)


async def test_another_payment_after_a_failed_one(
    client: httpx.AsyncClient, market: Market, acquirer: FakeAcquirer, db: Database
) -> None:
    at = await desk(client, market)
    same = await client.post(f"{at.url}/payments", headers=market.buyer_headers)
    assert same.json()["id"] == at.made["payment"]["id"]
    parts = urlsplit(str(at.made["payment"]["action"]["url"]))
    await client.get(f"{parts.path}?{parts.query}")
    state = acquirer.set(f"fp-{at.made['payment']['id']}", ProviderStatus.FAILED)
    await client.post("/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(SIGNED))
    assert (await at.see()).json()["payment"]["status"] == "failed"
    fresh = (await client.post(f"{at.url}/payments", headers=market.buyer_headers)).json()
    assert fresh["id"] != at.made["payment"]["id"]
    # The first payment is captured late after all: it pays the order; the second must not be taken as well.
    first = Desk(client, market, at.made)
    await first.pay(acquirer)
    second = Desk(client, market, {**at.made, "payment": fresh})
    parts = urlsplit(str(fresh["action"]["url"]))
    assert (await client.get(f"{parts.path}?{parts.query}")).status_code == 409
    shown = (await second.see()).json()["payment"]
    assert (shown["id"], shown["status"]) == (at.made["payment"]["id"], "captured")
    async with db.read() as tx:
        assert (
            await tx.fetchval("SELECT status FROM payments.payment WHERE id = $1", uuid.UUID(fresh["id"])) == "voided"
        )
    assert (await client.post(f"{at.url}/payments", headers=market.buyer_headers)).status_code == 409
    await assert_sound(db)


async def test_unknown_orders_and_bad_bodies(client: httpx.AsyncClient, market: Market) -> None:
    nowhere = Desk(client, market, {"id": str(uuid.uuid4())})
    assert (await nowhere.see()).status_code == 404
    assert (await nowhere.step("delivered")).status_code == 404
    at = await desk(client, market)
    assert (await at.step("eaten")).status_code == 422
    broken = await client.post(f"{at.url}/cancel", content=b"{", headers=market.buyer_headers)
    assert broken.status_code == 400
