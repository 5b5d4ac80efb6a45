"""The list of a shop's goods for its staff."""

from __future__ import annotations

from typing import Any

import pytest

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.merchants.api import StaffRole
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.flows.goods.module import MODULE
from kerben.flows.goods.tests.test_goods_http import Stage, add, product, staff, variant
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


@pytest.fixture
async def stage(runtime: Runtime, http_client: MakeClient) -> Stage:
    client = await http_client(IDENTITY, MODULE)
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=user.id)
        shop_id = await make_shop(tx, merchant_id)
    return Stage(client, shop_id, merchant_id, await bearer(runtime, user), runtime)


async def added(stage: Stage, name: str, **fields: Any) -> dict[str, Any]:
    return (await add(stage, product(variant(**fields), name=name))).raise_for_status().json()


async def listed(stage: Stage, headers: dict[str, str] | None = None, **query: Any) -> list[dict[str, Any]]:
    answer = await stage.client.get(
        f"/api/v1/shops/{stage.shop_id}/products", params=query, headers=headers or stage.owner
    )
    return answer.raise_for_status().json()["items"]


async def test_the_list_has_what_is_off_sale_too_newest_first(stage: Stage) -> None:
    first, second, third = [await added(stage, name) for name in ("Чапан", "Калпак", "Шырдак")]
    (await stage.client.delete(f"/api/v1/products/{second['id']}", headers=stage.owner)).raise_for_status()
    everything = await listed(stage)
    assert [item["id"] for item in everything] == [third["id"], second["id"], first["id"]]
    assert [item["id"] for item in await listed(stage, status="on_sale")] == [third["id"], first["id"]]
    assert [item["id"] for item in await listed(stage, status="off_sale")] == [second["id"]]
    (shown,) = everything[0]["variants"]
    assert (shown["stock_qty"], shown["reserved"], shown["low_stock"]) == (5, 0, None)
    assert shown["etag"]


async def test_pages_follow_each_other(stage: Stage) -> None:
    made = [(await added(stage, f"Платок {n}"))["id"] for n in range(5)]
    (await stage.client.delete(f"/api/v1/products/{made[2]}", headers=stage.owner)).raise_for_status()
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        path = f"/api/v1/shops/{stage.shop_id}/products"
        page = (await stage.client.get(path, params=query, headers=stage.owner)).raise_for_status().json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


async def test_words_sku_and_barcode_find_goods_of_this_shop_only(stage: Stage) -> None:
    wanted = await added(stage, "Кроссовки летние", sku="КР-77", barcode="4601546021298")
    await added(stage, "Платье")
    async with stage.runtime.db.write() as tx:
        other = await make_shop(tx, stage.merchant_id)
    elsewhere = Stage(stage.client, other, stage.merchant_id, stage.owner, stage.runtime)
    await added(elsewhere, "Кроссовки зимние", sku="КР-77")
    for text in ("кроссовками", "крос", "КР-77", "кр-77", "4601546021298", "летние кроссовки"):
        assert [item["id"] for item in await listed(stage, q=text)] == [wanted["id"]], text
    assert await listed(stage, q="сапоги") == []
    assert await listed(stage, q="%%%") == []
    assert await listed(stage, q="кроссовки", status="off_sale") == []


async def test_products_of_given_variants(stage: Stage) -> None:
    first, second = await added(stage, "Чапан"), await added(stage, "Калпак")
    await added(stage, "Шырдак")
    ids = [made["variants"][0]["id"] for made in (first, second)]
    assert [item["id"] for item in await listed(stage, variant_id=ids)] == [first["id"], second["id"]]
    async with stage.runtime.db.write() as tx:
        other = await make_shop(tx, stage.merchant_id)
    foreign = await stage.client.get(
        f"/api/v1/shops/{other}/products", params={"variant_id": ids}, headers=stage.owner
    )
    assert foreign.json()["items"] == []


async def test_any_staff_may_look_others_may_not(stage: Stage) -> None:
    made = await added(stage, "Чапан")
    assert [item["id"] for item in await listed(stage, await staff(stage, StaffRole.CASHIER))] == [made["id"]]
    async with stage.runtime.db.write() as tx:
        stranger = await make_user(tx)
        await make_merchant(tx, owner_id=stranger.id)
    path = f"/api/v1/shops/{stage.shop_id}/products"
    headers = await bearer(stage.runtime, stranger)
    assert (await stage.client.get(path, headers=headers)).status_code == 404
    assert (await stage.client.get(path)).status_code == 401


@pytest.mark.parametrize("query", ["status=gone", "cursor=abc", "limit=0", "variant_id=7"])
async def test_bad_queries_are_refused(stage: Stage, query: str) -> None:
    answer = await stage.client.get(f"/api/v1/shops/{stage.shop_id}/products?{query}", headers=stage.owner)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]
