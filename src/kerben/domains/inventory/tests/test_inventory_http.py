"""Stock moved by hand over HTTP: causes, rights, idempotency, alerts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from kerben.domains.catalog.tests.make import make_product
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.events import LowStock
from kerben.domains.inventory.model import AdjustmentCause, OpeningStock, ReserveLine, ReserveRequest, StockChange
from kerben.domains.inventory.module import MODULE
from kerben.domains.inventory.service import adjust, open_stock, reserve
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


class Desk:
    """A shop with one variant of which five lie there, its owner, and a stranger."""

    shop_id: UUID
    variant_id: UUID
    owner: dict[str, str]
    stranger: dict[str, str]


async def make_desk(runtime: Runtime) -> Desk:
    desk = Desk()
    async with runtime.db.write() as tx:
        owner, stranger = await make_user(tx), await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=owner.id)
        desk.shop_id = await make_shop(tx, merchant_id)
        product = await make_product(tx, desk.shop_id)
        (desk.variant_id,) = product.variant_ids
        await open_stock(tx, [OpeningStock(desk.variant_id, desk.shop_id, product.id, 5000)])
    desk.owner, desk.stranger = await bearer(runtime, owner), await bearer(runtime, stranger)
    return desk


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


async def post(client: httpx.AsyncClient, desk: Desk, who: dict[str, str], **row: Any) -> httpx.Response:
    body = {"items": [{"variant_id": str(desk.variant_id), **row}]}
    return await client.post(f"/api/v1/shops/{desk.shop_id}/stock-adjustments", json=body, headers={**who, **key()})


async def history(client: httpx.AsyncClient, desk: Desk) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/variants/{desk.variant_id}/adjustments", headers=desk.owner)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_goods_in_write_off_and_stocktake_leave_their_cause(http_client: MakeClient, runtime: Runtime) -> None:
    client, desk = await http_client(MODULE), await make_desk(runtime)
    came = await post(client, desk, desk.owner, cause="goods_in", qty=7, unit_cost=90000, supplier="Дордой опт")
    assert came.status_code == 201, came.text
    assert came.json()["items"][0]["on_hand"] == 12
    assert (await post(client, desk, desk.owner, cause="write_off", qty=2, note="брак")).json()["items"][0][
        "on_hand"
    ] == 10
    assert (await post(client, desk, desk.owner, cause="stocktake", qty=9)).json()["items"][0]["stock_qty"] == 9
    rows = await history(client, desk)
    assert sorted((row["cause"], row["qty"]) for row in rows) == [
        ("goods_in", 7),
        ("opening", 5),
        ("stocktake", -1),
        ("write_off", -2),
    ]
    (goods_in,) = [row for row in rows if row["cause"] == "goods_in"]
    assert (goods_in["unit_cost"], goods_in["supplier"]) == (90000, "Дордой опт")


async def test_refusals_change_nothing(http_client: MakeClient, runtime: Runtime) -> None:
    client, desk = await http_client(MODULE), await make_desk(runtime)
    other = await make_desk(runtime)
    before = await history(client, desk)
    assert (await post(client, desk, desk.stranger, cause="goods_in", qty=1)).status_code == 404
    assert (await post(client, desk, {}, cause="goods_in", qty=1)).status_code == 401
    over = await post(client, desk, desk.owner, cause="write_off", qty=6)
    assert (over.status_code, over.json()["code"]) == (409, "NEGATIVE_STOCK")
    for row in ({"cause": "goods_in", "qty": 0}, {"cause": "goods_in", "qty": 0.5}, {"cause": "theft", "qty": 1}):
        refused = await post(client, desk, desk.owner, **row)
        assert refused.status_code == 422, refused.text
    foreign = {"items": [{"variant_id": str(other.variant_id), "cause": "goods_in", "qty": 1}]}
    url = f"/api/v1/shops/{desk.shop_id}/stock-adjustments"
    answer = await client.post(url, json=foreign, headers={**desk.owner, **key()})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items/0/variant_id")
    no_key = await client.post(url, json={"items": []}, headers=desk.owner)
    assert no_key.status_code in {400, 422}
    assert (
        await client.get(f"/api/v1/variants/{desk.variant_id}/adjustments", headers=desk.stranger)
    ).status_code == 404
    assert await history(client, desk) == before


async def test_goods_that_came_in_once_count_once(http_client: MakeClient, runtime: Runtime) -> None:
    client, desk = await http_client(MODULE), await make_desk(runtime)
    body = {"items": [{"variant_id": str(desk.variant_id), "cause": "goods_in", "qty": 3}]}
    headers = {**desk.owner, **key()}
    url = f"/api/v1/shops/{desk.shop_id}/stock-adjustments"
    first, again = [await client.post(url, json=body, headers=headers) for _ in range(2)]
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await history(client, desk)) == 2


async def test_the_seller_is_alerted_once_when_stock_falls_to_the_level(
    http_client: MakeClient, runtime: Runtime
) -> None:
    client, desk = await http_client(MODULE), await make_desk(runtime)
    url = f"/api/v1/variants/{desk.variant_id}/low-stock"
    assert (await client.put(url, json={"threshold": 3}, headers=desk.stranger)).status_code == 404
    assert (await client.put(url, json={"threshold": 3}, headers=desk.owner)).json()["low_stock"] == 3
    async with runtime.db.read() as tx:
        audited = "SELECT count(*) FROM audit.entry WHERE action = 'stock.low_stock_set' AND entity_id = $1"
        assert await tx.fetchval(audited, str(desk.variant_id)) == 1
    listing = f"/api/v1/shops/{desk.shop_id}/low-stock"
    assert (await client.get(listing, headers=desk.owner)).json()["items"] == []

    async with runtime.db.write() as tx:
        await reserve(tx, [ReserveRequest(new_id(), None, [ReserveLine(desk.variant_id, 2000)])])
    async with runtime.db.write() as tx:
        sold = StockChange(variant_id=desk.variant_id, delta_milli=-1000, cause=AdjustmentCause.POS_SALE)
        await adjust(tx, [sold])
    async with runtime.db.read() as tx:
        sql = "SELECT count(*) FROM platform.outbox WHERE name = $1 AND key = $2"
        assert await tx.fetchval(sql, LowStock.name, str(desk.variant_id)) == 1
    (low,) = (await client.get(listing, headers=desk.owner)).json()["items"]
    assert (low["variant_id"], low["stock_qty"]) == (str(desk.variant_id), 2)
