"""Further variants of a product, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.audit.api import AuditFilter, list_entries
from kerben.domains.catalog.api import search_product_ids
from kerben.domains.catalog.model import SearchQuery
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.merchants.api import StaffRole
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.flows.goods.module import MODULE
from kerben.flows.goods.tests.test_goods_http import Stage, add, count, product, staff, variant
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


async def grow(
    stage: Stage, product_id: str, body: dict[str, Any], headers: dict[str, str] | None = None
) -> httpx.Response:
    path = f"/api/v1/products/{product_id}/variants"
    return await stage.client.post(path, json=body, headers=stage.owner if headers is None else headers)


async def test_a_product_gets_another_variant_that_is_found_and_audited(stage: Stage) -> None:
    made = (await add(stage, product(variant(sku="КУРТКА-44")))).json()
    answer = await grow(stage, made["id"], variant(sku="КУРТКА-46", attributes={"size": "46"}, stock_qty=3))
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert (new["stock_qty"], new["attributes"], new["barcode"][:2]) == (3, {"size": "46"}, "29")
    assert answer.headers["etag"] == new["etag"]
    shown = await stage.client.get(f"/api/v1/shops/{stage.shop_id}/products/{made['id']}", headers=stage.owner)
    assert [v["sku"] for v in shown.json()["variants"]] == ["КУРТКА-44", "КУРТКА-46"]
    async with stage.runtime.db.read() as tx:
        found = await search_product_ids(tx, SearchQuery(q="КУРТКА-46"))
        (entry, *_) = (await list_entries(tx, AuditFilter(entity="variant", entity_id=new["id"]), None, 10)).items
    assert found.ids == [UUID(made["id"])]
    assert entry.action == "variant.create"


async def test_what_cannot_be_added_is_refused_and_changes_nothing(stage: Stage) -> None:
    made = (await add(stage, product(variant(sku="A-1", barcode="4601546021298")))).json()
    before = await count(stage.runtime.db, stage.shop_id)
    for body, status, pointer in (
        (variant(sku="A-1"), 409, "/sku"),
        (variant(barcode="4601546021298"), 409, "/barcode"),
        (variant(barcode="4601546021299"), 422, "/barcode"),
        (variant(sku=" "), 422, "/sku"),
        (variant(price={"amount": 0}), 422, "/price"),
        (variant(stock_qty=1.5), 422, "/stock_qty"),
    ):
        answer = await grow(stage, made["id"], body)
        assert answer.status_code == status, answer.text
        assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert await count(stage.runtime.db, stage.shop_id) == before


async def test_only_keepers_of_the_shop_add_variants(stage: Stage) -> None:
    made = (await add(stage, product())).json()
    before = await count(stage.runtime.db, stage.shop_id)
    cashier = await staff(stage, StaffRole.CASHIER)
    assert (await grow(stage, made["id"], variant(), cashier)).status_code == 403
    async with stage.runtime.db.write() as tx:
        stranger = await make_user(tx)
    assert (await grow(stage, made["id"], variant(), await bearer(stage.runtime, stranger))).status_code == 404
    assert (await grow(stage, made["id"], variant(), {})).status_code == 401
    assert await count(stage.runtime.db, stage.shop_id) == before
    assert (await grow(stage, made["id"], variant(), await staff(stage, StaffRole.STOREKEEPER))).status_code == 201
