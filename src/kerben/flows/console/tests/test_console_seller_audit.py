"""Every domain says whose things its audit entries are about, so that the seller finds them in his part."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kerben.domains.catalog.api import FALLBACK_CATEGORY
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.merchants.module import MODULE as MERCHANTS
from kerben.domains.payments.api import PaymentProvider
from kerben.domains.payments.tests.fake import FakeAcquirer
from kerben.domains.pos.module import MODULE as POS
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import make_market
from kerben.flows.goods.module import MODULE as GOODS
from kerben.flows.order_desk.module import MODULE as ORDER_DESK
from kerben.flows.order_desk.tests.make import World
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


@pytest.fixture
async def world(http_client: MakeClient, runtime: Runtime) -> World:
    """A shop that sells, with everything that its owner works with."""
    runtime.bind(PaymentProvider, FakeAcquirer())
    client = await http_client(IDENTITY, MERCHANTS, POS, INVENTORY, CHECKOUT, GOODS, ORDER_DESK)
    return World(client, await make_market(runtime), runtime)


async def log_of(world: World, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    merchant_id = world.market.counter.merchant_id
    answer = await world.client.get(
        f"/api/v1/merchants/{merchant_id}/audit", params={"limit": 100}, headers=headers or world.market.owner_headers
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def test_goods_stock_tills_and_orders_are_in_the_sellers_log(world: World, runtime: Runtime) -> None:
    client, market = world.client, world.market
    owner, shop, goods = market.owner_headers, f"/api/v1/shops/{market.shop_id}", market.counter.goods[0]
    price = {"amount": 175_000, "currency": "KGS"}
    variants = [{"sku": "H-1", "price": price, "attributes": {}}]
    body: dict[str, Any] = {"name": "Халат", "category_id": str(FALLBACK_CATEGORY), "variants": variants}
    made = ok(await client.post(f"{shop}/products", json=body, headers=owner))
    anyhow = owner | {"If-Match": "*"}
    ok(await client.patch(f"/api/v1/products/{made['id']}", json={"name": "Халат тёплый"}, headers=anyhow))
    ok(await client.patch(f"/api/v1/variants/{goods.id}", json={"price": price | {"amount": 1_000}}, headers=anyhow))
    moved = {"items": [{"variant_id": str(goods.id), "cause": "goods_in", "qty": 7}]}
    ok(await client.post(f"{shop}/stock-adjustments", json=moved, headers=owner | {"Idempotency-Key": "a" * 20}))
    alert = f"/api/v1/variants/{goods.id}/low-stock"
    low = await client.put(alert, json={"threshold": 2}, headers=owner)
    ok(await client.post(f"{shop}/pos-devices", json={"name": "Касса 9"}, headers=owner))
    terms = {"enabled": True, "fee": price, "payment_methods": ["card"], "countries": ["KG"]}
    delivery = await client.put(f"{shop}/delivery-options/courier", json=terms, headers=owner)
    order = await world.place(payment_method="cash_on_receipt")
    await world.step(order, "awaiting_shipment_cod")
    cancelled = await world.place(payment_method="cash_on_receipt")
    assert (await world.post(cancelled, "cancel", {}, market.buyer_headers)).status_code == 200
    log = await log_of(world)
    assert (low.status_code, delivery.status_code) == (200, 200), (low.text, delivery.text)
    assert [e["action"] for e in log][::-1] == [
        "product.create",
        "product.update",
        "variant.update",
        "stock.adjusted",
        "stock.low_stock_set",
        "pos.device_registered",
        "shop.delivery_option",
        "order.transition",
    ]
    assert {e["actor_name"] for e in log} == {market.owner.name}
    assert str(cancelled["id"]) not in {e["entity_id"] for e in log}, "what buyers do is not the staff's doing"


async def test_no_other_merchants_log_shows_them(world: World, runtime: Runtime) -> None:
    stranger = await make_market(runtime)
    order = await world.place(payment_method="cash_on_receipt")
    await world.step(order, "awaiting_shipment_cod")
    assert [e["entity_id"] for e in await log_of(world)] == [order["id"]]
    url = f"/api/v1/merchants/{stranger.counter.merchant_id}/audit"
    assert (await world.client.get(url, headers=stranger.owner_headers)).json()["items"] == []
    assert (await world.client.get(url, headers=world.market.owner_headers)).status_code == 404
    async with runtime.db.write() as tx:
        nobody = await make_user(tx)
    assert (await world.client.get(url, headers=await bearer(runtime, nobody))).status_code == 404
