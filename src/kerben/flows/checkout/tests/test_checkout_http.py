"""Placing orders over HTTP on a real database."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from kerben.domains.cart.module import MODULE as CART
from kerben.domains.catalog.api import PriceChange, set_prices
from kerben.domains.catalog.tests.make import make_product
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.orders.module import MODULE as ORDERS
from kerben.flows.checkout import service
from kerben.flows.checkout.module import MODULE
from kerben.flows.checkout.offers import Offers
from kerben.flows.checkout.tests.make import CONTACT, Market, count, keep_alive, make_market, order, stock
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime


@pytest.fixture
async def client(http_client: Any) -> httpx.AsyncClient:
    return await http_client(MODULE)


@pytest.fixture
async def market(runtime: Runtime) -> Market:
    return await make_market(runtime)


async def orders_of(db: Database, market: Market) -> int:
    return await count(db, "SELECT count(*) FROM orders.order WHERE shop_id = $1", market.shop_id)


async def assert_nothing_happened(db: Database, market: Market) -> None:
    assert await orders_of(db, market) == 0
    assert all([(await stock(db, g.id)).reserved_milli == 0 for g in market.counter.goods])
    assert await count(db, "SELECT count(*) FROM payments.payment WHERE shop_id = $1", market.shop_id) == 0


async def test_options_show_methods_fields_and_payments(client: httpx.AsyncClient, market: Market) -> None:
    answer = await client.get("/api/v1/checkout/options", params={"shop_id": str(market.shop_id)})
    assert answer.status_code == 200
    methods = {m["method"]: m for m in answer.json()["methods"]}
    assert {p["method"] for p in methods["carrier_door"]["payment_methods"]} == {"card_transfer", "card", "bank_qr"}
    assert [f["name"] for f in methods["post"]["fields"] if f["required"]] == [
        "index", "country", "city", "street", "house",
    ]  # fmt: skip
    assert (await client.get("/api/v1/checkout/options", params={"shop_id": str(uuid.uuid4())})).status_code == 404


async def test_a_card_order_reserves_and_waits_for_payment(
    client: httpx.AsyncClient, market: Market, db: Database
) -> None:
    first, second = market.counter.goods
    items = [{"variant_id": str(first.id), "qty": 2}, {"variant_id": str(second.id), "qty": 1, "note": "в подарок"}]
    answer = await order(client, market.body(*items), market.buyer_headers)
    assert answer.status_code == 201, answer.text
    placed = answer.json()
    assert placed["status"] == "awaiting_payment"
    assert placed["phase"] == "pending"
    assert placed["total"]["amount"] == 450_000
    assert placed["reserved_until"] == "2026-11-20T06:30:00Z"
    assert placed["number"].startswith("K-")
    assert placed["payment"]["status"] == "pending"
    assert placed["payment"]["action"]["type"] == "redirect"
    assert f"/api/v1/payments/{placed['payment']['id']}/open?sig=" in placed["payment"]["action"]["url"]
    assert "guest_token" not in placed
    assert [(await stock(db, g.id)).reserved_milli for g in (first, second)] == [2000, 1000]
    async with db.read() as tx:
        for name, sql in ORDERS.checks.items():
            assert await tx.fetch(sql) == [], name


async def test_a_guest_gets_a_token_and_other_methods_wait_for_confirmation(
    client: httpx.AsyncClient, market: Market
) -> None:
    body = market.body(payment_method="cash_on_receipt", contact={"name": "Нурлан", "phone": "0700 11 22 33"})
    placed = (await order(client, body)).json()
    assert placed["status"] == "awaiting_confirmation"
    assert placed["payment"]["action"] == {"type": "none"}
    assert len(placed["guest_token"]) == 48
    qr = (await order(client, market.body(payment_method="bank_qr"))).json()
    assert qr["payment"]["action"]["type"] == "qr"
    assert qr["payment"]["action"]["qr"].startswith("http")


async def test_a_signed_in_buyer_need_not_type_the_contact(
    client: httpx.AsyncClient, market: Market, runtime: Runtime
) -> None:
    async with runtime.db.write() as tx:
        user = await make_user(tx, email=f"{uuid.uuid4().hex}@example.kg")
    body = market.body()
    del body["contact"]
    assert (await order(client, body, await bearer(runtime, user))).status_code == 201


async def test_the_form_is_filled_from_the_account_and_the_last_order(
    client: httpx.AsyncClient, market: Market
) -> None:
    async def suggested(headers: dict[str, str] | None = None) -> Any:
        params = {"shop_id": str(market.shop_id)}
        return (await client.get("/api/v1/checkout/options", params=params, headers=headers)).json()["suggested"]

    assert await suggested() is None
    assert (await suggested(market.buyer_headers))["contact"]["phone"] == market.buyer.phone
    courier = {"method": "courier", "address": "ул. Киевская, 1"}
    await order(client, market.body(delivery=courier), market.buyer_headers)
    assert await suggested(market.buyer_headers) == {"contact": CONTACT, "delivery": courier}


async def test_the_same_key_gives_the_same_order(client: httpx.AsyncClient, market: Market, db: Database) -> None:
    key = uuid.uuid4().hex
    first = await order(client, market.body(), market.buyer_headers, key)
    again = await order(client, market.body(), market.buyer_headers, key)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    other = await order(client, market.body(comment="другой"), market.buyer_headers, key)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    without = await client.post("/api/v1/orders", json=market.body(), headers=market.buyer_headers)
    assert (without.status_code, without.json()["code"]) == (400, "IDEMPOTENCY_KEY_REQUIRED")
    assert await orders_of(db, market) == 1


async def test_an_order_that_hangs_is_409_and_its_key_gets_the_answer_later(
    client: httpx.AsyncClient, market: Market, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WAIT_S", 0.2)
    variant_id = market.counter.goods[0].id
    body = market.body({"variant_id": str(variant_id), "qty": 1})
    key = {"Idempotency-Key": str(uuid.uuid4()), **market.buyer_headers}
    async with db.write() as holder:
        await holder.fetch("SELECT 1 FROM inventory.stock WHERE variant_id = $1 FOR UPDATE", variant_id)
        hanging = await client.post("/api/v1/orders", json=body, headers=key)
        assert (hanging.status_code, hanging.json()["code"]) == (409, "REQUEST_IN_FLIGHT")
    monkeypatch.setattr(service, "WAIT_S", 5.0)
    answer = await client.post("/api/v1/orders", json=body, headers=key)
    assert answer.status_code == 201, answer.text
    assert await orders_of(db, market) == 1
    assert (await stock(db, variant_id)).reserved_milli == 1000


async def test_the_same_key_32_times_at_once_is_one_order(
    client: httpx.AsyncClient, market: Market, db: Database
) -> None:
    market.counter.goods = market.counter.goods[:1]
    body = market.body({"variant_id": str(market.counter.goods[0].id), "qty": 10})
    answers = await asyncio.gather(*(order(client, body, market.buyer_headers, "same") for _ in range(32)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 1
    assert sum("Idempotent-Replayed" not in a.headers for a in answers) == 1
    assert await orders_of(db, market) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [{"qty": 1}]}, "/items/0/variant_id"),
        ({"items": [{"variant_id": str(uuid.uuid4()), "qty": 1}]}, "/items/0/variant_id"),
        ({"items": [{"product_id": str(uuid.uuid4()), "qty": 1}]}, "/items/0/variant_id"),
        ({"contact": {**CONTACT, "phone": "123"}}, "/contact/phone"),
        ({"contact": {**CONTACT, "name": " "}}, "/contact/name"),
        ({"contact": {"name": "А", "phone": "+996700123456"}}, "/contact/email"),
        ({"contact": {**CONTACT, "email": "нет"}}, "/contact/email"),
        ({"delivery": {"method": "courier"}}, "/delivery/address"),
        ({"coupon": "СКИДКА"}, "/coupon"),
        ({"delivery": {"method": "teleport"}}, "/delivery/method"),
    ],
)
async def test_faults_are_pointed_at_and_change_nothing(
    client: httpx.AsyncClient, market: Market, db: Database, change: dict[str, Any], pointer: str
) -> None:
    answer = await order(client, market.body(**change))
    assert answer.status_code == 422
    assert pointer in {e["pointer"] for e in answer.json()["errors"]}
    await assert_nothing_happened(db, market)


@pytest.mark.parametrize("qty", [0, -1, 1.5, 1e13])
async def test_impossible_quantities(client: httpx.AsyncClient, market: Market, db: Database, qty: float) -> None:
    item = {"variant_id": str(market.counter.goods[0].id), "qty": qty}
    answer = await order(client, market.body(item))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/items/0/qty"
    await assert_nothing_happened(db, market)


async def test_a_foreign_shops_goods_are_refused(client: httpx.AsyncClient, market: Market, runtime: Runtime) -> None:
    other = await make_market(runtime)
    item = {"variant_id": str(other.counter.goods[0].id), "qty": 1}
    answer = await order(client, market.body(item))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "ITEM_UNAVAILABLE")
    unknown = await order(client, market.body(shop_id=str(uuid.uuid4())))
    assert unknown.status_code == 404
    await assert_nothing_happened(runtime.db, market)


async def test_no_buying_while_the_till_is_silent(
    client: httpx.AsyncClient, market: Market, db: Database, clock: ManualClock, runtime: Runtime
) -> None:
    clock.advance(minutes=11)
    answer = await order(client, market.body())
    assert (answer.status_code, answer.json()["code"]) == (409, "BUY_NOT_ELIGIBLE")
    assert "POS_OFFLINE" in answer.json()["data"]["reasons"]
    await assert_nothing_happened(db, market)
    await keep_alive(runtime, market.counter)
    assert (await order(client, market.body())).status_code == 201


async def test_out_of_stock_says_what_is_left(client: httpx.AsyncClient, market: Market, db: Database) -> None:
    goods = market.counter.goods[0]
    answer = await order(client, market.body({"variant_id": str(goods.id), "qty": 11}))
    assert (answer.status_code, answer.json()["code"]) == (409, "OUT_OF_STOCK")
    assert answer.json()["data"]["items"] == [{"variant_id": str(goods.id), "asked": 11, "left": 10}]
    await assert_nothing_happened(db, market)


async def test_payment_must_fit_the_delivery(client: httpx.AsyncClient, market: Market, db: Database) -> None:
    body = market.body(payment_method="card_transfer")
    answer = await order(client, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "PAYMENT_METHOD_NOT_ALLOWED")
    post = {
        "method": "post", "index": "720000", "country": "US", "city": "Бишкек", "street": "Чуй", "house": "1",
    }  # fmt: skip
    abroad = await order(client, market.body(delivery=post))
    assert abroad.json()["errors"][0]["pointer"] == "/delivery/country"
    await assert_nothing_happened(db, market)
    assert (await order(client, market.body(delivery=post | {"country": "kg"}))).status_code == 201


async def test_the_price_is_the_catalogues_of_this_moment(
    client: httpx.AsyncClient, market: Market, db: Database
) -> None:
    async with db.write() as tx:
        await set_prices(tx, [PriceChange(market.counter.goods[0].id, 12_345, "seller")])
    placed = (await order(client, market.body())).json()
    assert placed["total"]["amount"] == 12_345


async def test_a_size_may_be_agreed_later_without_online_payment(
    client: httpx.AsyncClient, market: Market, db: Database
) -> None:
    async with db.write() as tx:
        product = await make_product(tx, market.shop_id, variants=2, price=90_000)
    item = {"product_id": str(product.id), "qty": 1, "note": "размер уточню"}
    answer = await order(client, market.body(item, payment_method="cash_on_receipt"))
    assert answer.status_code == 201, answer.text
    assert answer.json()["items"][0]["variant_id"] is None
    assert answer.json()["total"]["amount"] == 90_000
    assert (await order(client, market.body(item))).status_code == 422


async def test_one_bad_order_does_not_fail_its_neighbours(
    client: httpx.AsyncClient, market: Market, db: Database
) -> None:
    goods = market.counter.goods[0]
    bodies = [market.body({"variant_id": str(goods.id), "qty": 1}) for _ in range(12)]
    bodies[3] = market.body({"variant_id": str(uuid.uuid4()), "qty": 1})
    answers = await asyncio.gather(*(order(client, body, market.buyer_headers) for body in bodies))
    codes = [a.status_code for a in answers]
    assert codes[3] == 422
    assert sorted(codes) == [201] * 10 + [409, 422]
    assert (await stock(db, goods.id)).reserved_milli == 10_000


async def test_a_manager_takes_an_order_by_phone(
    client: httpx.AsyncClient, market: Market, db: Database, clock: ManualClock
) -> None:
    clock.advance(minutes=11)
    body = market.body(payment_method="cash_on_receipt")
    del body["shop_id"]
    url = f"/api/v1/shops/{market.shop_id}/orders"
    answer = await client.post(url, json=body, headers={"Idempotency-Key": "k1", **market.owner_headers})
    assert answer.status_code == 201, answer.text
    assert "guest_token" not in answer.json()
    audited = "SELECT count(*) FROM audit.entry WHERE action = 'order.taken_by_phone' AND entity_id = $1"
    assert await count(db, audited, answer.json()["id"]) == 1
    stranger = await client.post(url, json=body, headers={"Idempotency-Key": "k2", **market.buyer_headers})
    assert stranger.status_code == 404
    online = body | {"payment_method": "card"}
    refused = await client.post(url, json=online, headers={"Idempotency-Key": "k3", **market.owner_headers})
    assert refused.json()["code"] == "BUY_NOT_ELIGIBLE"
    assert await orders_of(db, market) == 1


async def test_a_shop_sets_its_own_terms(client: httpx.AsyncClient, market: Market, runtime: Runtime) -> None:
    assert (await order(client, market.body(), market.buyer_headers)).status_code == 201
    url = f"/api/v1/shops/{market.shop_id}/delivery-options"
    terms = {"enabled": True, "fee": {"amount": 5000, "currency": "KGS"}, "payment_methods": ["cash_on_receipt"]}
    stranger = await client.put(f"{url}/pickup", json=terms, headers=market.buyer_headers)
    assert stranger.status_code == 404
    for bad in ({"fee": {"amount": -1, "currency": "KGS"}}, {"fee": {"amount": 1, "currency": "USD"}}):
        assert (await client.put(f"{url}/pickup", json=terms | bad, headers=market.owner_headers)).status_code == 422
    assert (await client.put(f"{url}/teleport", json=terms, headers=market.owner_headers)).status_code in {404, 422}
    changed = await client.put(f"{url}/pickup", json=terms, headers=market.owner_headers)
    assert changed.status_code == 200, changed.text
    off = terms | {"enabled": False}
    assert (await client.put(f"{url}/courier", json=off, headers=market.owner_headers)).status_code == 200
    assert (await client.get(url, headers=market.buyer_headers)).status_code == 404
    kept = (await client.get(url, headers=market.owner_headers)).json()["items"]
    fees = {item["terms"]["method"]: (item["enabled"], item["terms"]["fee"]["amount"]) for item in kept}
    assert (fees["pickup"], fees["courier"]) == ((True, 5000), (False, 5000))
    runtime.part(Offers).forget(market.shop_id)
    assert (await order(client, market.body())).json()["code"] == "PAYMENT_METHOD_NOT_ALLOWED"
    placed = (await order(client, market.body(payment_method="cash_on_receipt"))).json()
    assert (placed["delivery_fee"]["amount"], placed["total"]["amount"]) == (5000, 155_000)
    courier = {"method": "courier", "address": "ул. Киевская, 1"}
    refused = await order(client, market.body(delivery=courier))
    assert refused.json()["code"] == "DELIVERY_METHOD_NOT_ALLOWED"


async def test_a_guests_cart_is_emptied_of_what_was_ordered(http_client: Any, market: Market) -> None:
    client = await http_client(MODULE, CART)
    goods = market.counter.goods[0]
    cart = await client.put(f"/api/v1/cart/items/{goods.id}", json={"qty": 1})
    token = {"X-Cart-Token": cart.headers["X-Cart-Token"]}
    assert (await order(client, market.body(), token)).status_code == 201
    assert (await client.get("/api/v1/cart", headers=token)).json()["items_count"] == 0
