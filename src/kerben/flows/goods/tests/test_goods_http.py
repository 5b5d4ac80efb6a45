"""Goods kept by hand, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.audit.api import AuditFilter, list_entries
from kerben.domains.catalog.api import FALLBACK_CATEGORY, check_digit, price_history
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.api import (
    AdjustmentCause,
    ReserveLine,
    ReserveRequest,
    StockChange,
    adjust,
    history,
    levels,
    reserve,
)
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.flows.goods.module import MODULE
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

Headers = dict[str, str]


class Stage(msgspec.Struct):
    """A shop with its owner signed in."""

    client: httpx.AsyncClient
    shop_id: UUID
    merchant_id: UUID
    owner: Headers
    runtime: Runtime


@pytest.fixture
async def stage(runtime: Runtime, http_client: MakeClient) -> Stage:
    client = await http_client(IDENTITY, MODULE)
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=user.id)
        shop_id = await make_shop(tx, merchant_id)
    return Stage(client, shop_id, merchant_id, await bearer(runtime, user), runtime)


async def staff(stage: Stage, role: StaffRole) -> Headers:
    async with stage.runtime.db.write() as tx:
        user = await make_user(tx)
        await add_staff(tx, [StaffMember(stage.merchant_id, user.id, role)])
    return await bearer(stage.runtime, user)


def variant(**fields: Any) -> dict[str, Any]:
    return {
        "sku": f"S-{new_id().hex[-10:]}",
        "price": {"amount": 150_000, "currency": "KGS"},
        "attributes": {"size": "44"},
        "stock_qty": 5,
        **fields,
    }


def product(*variants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "name": "Платье льняное",
        "description": "Лён",
        "category_id": str(FALLBACK_CATEGORY),
        "variants": list(variants) or [variant()],
        **fields,
    }


async def add(stage: Stage, body: Any, headers: Headers | None = None) -> httpx.Response:
    path = f"/api/v1/shops/{stage.shop_id}/products"
    return await stage.client.post(path, json=body, headers=stage.owner if headers is None else headers)


async def count(db: Database, shop_id: UUID) -> tuple[int, int, int]:
    async with db.read() as tx:
        row = await tx.fetchrow(
            """
            SELECT (SELECT count(*) FROM catalog.product WHERE shop_id = $1) AS products,
                   (SELECT coalesce(sum(version), 0) FROM catalog.variant WHERE shop_id = $1) AS versions,
                   (SELECT coalesce(sum(on_hand), 0)::bigint FROM inventory.stock WHERE shop_id = $1) AS stock
            """,
            shop_id,
        )
    assert row is not None
    return row["products"], row["versions"], row["stock"]


async def test_a_product_is_added_with_stock_barcodes_and_an_audit_entry(stage: Stage) -> None:
    answer = await add(stage, product(variant(barcode="4601546021298"), variant(unit="kg", stock_qty=1.25)))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    first, second = body["variants"]
    assert (first["barcode"], first["stock_qty"], first["price"]["amount"]) == ("4601546021298", 5, 150_000)
    assert second["stock_qty"] == 1.25
    assert second["barcode"].startswith("29")
    assert check_digit(second["barcode"][:-1]) == int(second["barcode"][-1])
    assert answer.headers["etag"] == body["etag"]
    async with stage.runtime.db.read() as tx:
        (entry, *_) = (await list_entries(tx, AuditFilter(entity="product", entity_id=body["id"]), None, 10)).items
        (opening,) = await history(tx, UUID(first["id"]))
    assert entry.action == "product.create"
    assert opening.cause is AdjustmentCause.OPENING


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (product(variant(barcode="4601546021299")), 422, "INVALID_BARCODE", "/variants/0/barcode"),
        (product(variant(stock_qty=1.5)), 422, "INVALID_QUANTITY", "/variants/0/stock_qty"),
        (product(variant(stock_qty=-1)), 422, "INVALID_QUANTITY", "/variants/0/stock_qty"),
        (product(variant(stock_qty=1e300)), 422, "INVALID_QUANTITY", "/variants/0/stock_qty"),
        (product(variant(price={"amount": 0})), 422, "INVALID_PRICE", "/variants/0/price"),
        (product(variant(price={"amount": 10**18})), 422, "INVALID_PRICE", "/variants/0/price"),
        (
            product(variant(price={"amount": 5, "currency": "USD"})),
            422,
            "UNSUPPORTED_CURRENCY",
            "/variants/0/price/currency",
        ),
        (product(category_id=str(new_id())), 422, "UNKNOWN_CATEGORY", "/category_id"),
        (product(category_id="x"), 422, "INVALID_VALUE", "/category_id"),
        (product(name="  "), 422, "REQUIRED", "/name"),
        (product(name="a\x00b"), 422, "INVALID_VALUE", "/name"),
        (product(variant(sku="")), 422, "REQUIRED", "/variants/0/sku"),
        (product(variants=[]), 422, "INVALID_VALUE", "/variants"),
        (product(variant(sku="SAME"), variant(sku="SAME")), 409, "SKU_TAKEN", "/variants/1/sku"),
        (
            product(variant(barcode="4601546021298"), variant(barcode="4601546021298")),
            409,
            "BARCODE_TAKEN",
            "/variants/1/barcode",
        ),
    ],
)
async def test_a_bad_product_is_refused_with_a_pointer_and_changes_nothing(
    stage: Stage, body: Any, status: int, code: str, pointer: str
) -> None:
    before = await count(stage.runtime.db, stage.shop_id)
    answer = await add(stage, body)
    assert answer.status_code == status, answer.text
    faults = [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]
    assert (code, pointer) in faults
    assert await count(stage.runtime.db, stage.shop_id) == before


async def test_a_taken_sku_or_barcode_is_a_conflict(stage: Stage) -> None:
    assert (await add(stage, product(variant(sku="A", barcode="4601546021298")))).status_code == 201
    before = await count(stage.runtime.db, stage.shop_id)
    for given, code in ((variant(sku="A"), "SKU_TAKEN"), (variant(barcode="4601546021298"), "BARCODE_TAKEN")):
        answer = await add(stage, product(given))
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await count(stage.runtime.db, stage.shop_id) == before


async def test_only_the_shops_own_keepers_may_add(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        stranger = await make_user(tx)
    before = await count(stage.runtime.db, stage.shop_id)
    assert (await add(stage, product(), {})).status_code == 401
    assert (await add(stage, product(), await bearer(stage.runtime, stranger))).status_code == 404
    assert (await add(stage, product(), await staff(stage, StaffRole.CASHIER))).status_code == 403
    assert (await add(stage, product(), await staff(stage, StaffRole.ACCOUNTANT))).status_code == 403
    assert await count(stage.runtime.db, stage.shop_id) == before
    assert (await add(stage, product(), await staff(stage, StaffRole.STOREKEEPER))).status_code == 201


async def test_a_bulk_call_answers_for_each_product(stage: Stage) -> None:
    path = f"/api/v1/shops/{stage.shop_id}/products/bulk"
    bad = [product(variant(barcode="4601546021299")), product(variant(stock_qty=0.5))]
    same = product(variant(sku="TWICE"))
    body = {"products": [product(), bad[0], same, bad[1], same, product()]}
    answer = await stage.client.post(path, json=body, headers=stage.owner)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [r["status"] for r in results] == [201, 422, 201, 422, 409, 201]
    assert results[1]["error"]["errors"][0]["pointer"] == "/variants/0/barcode"
    assert results[5]["product"]["variants"][0]["stock_qty"] == 5
    assert (await count(stage.runtime.db, stage.shop_id))[0] == 3
    before = await count(stage.runtime.db, stage.shop_id)
    for size in (0, 101):
        refused = await stage.client.post(path, json={"products": [product()] * size}, headers=stage.owner)
        assert refused.status_code == 422
    assert await count(stage.runtime.db, stage.shop_id) == before


async def test_100_products_go_in_together(stage: Stage) -> None:
    path = f"/api/v1/shops/{stage.shop_id}/products/bulk"
    answer = await stage.client.post(path, json={"products": [product() for _ in range(100)]}, headers=stage.owner)
    assert {r["status"] for r in answer.json()["results"]} == {201}
    assert (await count(stage.runtime.db, stage.shop_id))[0] == 100


async def made(stage: Stage, **fields: Any) -> dict[str, Any]:
    answer = await add(stage, product(variant(**fields)))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def change(stage: Stage, path: str, body: Any, match: str | None = None) -> httpx.Response:
    headers = stage.owner if match is None else {**stage.owner, "If-Match": match}
    return await stage.client.patch(f"/api/v1/{path}", json=body, headers=headers)


async def test_price_and_stock_need_the_version_that_was_seen(stage: Stage) -> None:
    (given,) = (await made(stage))["variants"]
    path = f"variants/{given['id']}"
    price = {"price": {"amount": 99_000}}
    before = await count(stage.runtime.db, stage.shop_id)
    for body in (price, {"stock_qty": 9}, {"on_hand": 9}):
        assert (await change(stage, path, body)).status_code == 428
        assert (await change(stage, path, body, '"77.0.0"')).status_code == 412
        assert (await change(stage, path, body, "nonsense")).status_code == 412
    assert await count(stage.runtime.db, stage.shop_id) == before
    changed = await change(stage, path, price, given["etag"])
    assert changed.status_code == 200, changed.text
    assert changed.json()["price"]["amount"] == 99_000
    assert changed.headers["etag"] == changed.json()["etag"] != given["etag"]
    assert (await change(stage, path, price, given["etag"])).status_code == 412
    shown = await stage.client.get(f"/api/v1/{path}", headers=stage.owner)
    assert shown.json() == changed.json()
    assert shown.headers["etag"] == changed.headers["etag"]
    async with stage.runtime.db.read() as tx:
        (point,) = await price_history(tx, UUID(given["id"]))
        (entry, *_) = (await list_entries(tx, AuditFilter(entity="variant", entity_id=given["id"]), None, 10)).items
    assert (point.source, point.old_price, point.new_price) == ("seller", 150_000, 99_000)
    assert (entry.before, entry.after) == ({"price": 150_000}, {"price": 99_000})


async def test_stock_by_hand_is_an_adjustment_with_its_cause(stage: Stage) -> None:
    (given,) = (await made(stage))["variants"]
    changed = await change(stage, f"variants/{given['id']}", {"on_hand": 12, "note": "Пересчёт"}, given["etag"])
    assert changed.status_code == 200, changed.text
    assert changed.json()["on_hand"] == 12
    async with stage.runtime.db.read() as tx:
        newest = (await history(tx, UUID(given["id"])))[0]
    assert (newest.cause, newest.delta_milli, newest.note) == (AdjustmentCause.MANUAL, 7_000, "Пересчёт")


async def test_a_till_that_sells_in_between_makes_the_change_stale(stage: Stage) -> None:
    (given,) = (await made(stage))["variants"]
    variant_id = UUID(given["id"])
    async with stage.runtime.db.write() as tx:
        await adjust(tx, [StockChange(variant_id=variant_id, delta_milli=-1_000, cause=AdjustmentCause.POS_SALE)])
    for body in ({"on_hand": 9}, {"stock_qty": 9}, {"on_hand": 5}):
        assert (await change(stage, f"variants/{variant_id}", body, given["etag"])).status_code == 412
    async with stage.runtime.db.read() as tx:
        assert (await levels(tx, [variant_id]))[variant_id].on_hand_milli == 4_000
    priced = await change(stage, f"variants/{variant_id}", {"price": {"amount": 1}}, given["etag"])
    assert priced.status_code == 200


async def test_stock_qty_leaves_reserved_goods_reserved(stage: Stage) -> None:
    (given,) = (await made(stage))["variants"]
    variant_id = UUID(given["id"])
    async with stage.runtime.db.write() as tx:
        await reserve(tx, [ReserveRequest(new_id(), None, [ReserveLine(variant_id, 2_000)])])
    path = f"variants/{variant_id}"
    assert (await change(stage, path, {"stock_qty": 10}, given["etag"])).status_code == 412
    etag = (await stage.client.get(f"/api/v1/{path}", headers=stage.owner)).headers["etag"]
    body = (await change(stage, path, {"stock_qty": 10}, etag)).json()
    assert (body["stock_qty"], body["on_hand"], body["reserved"]) == (10, 12, 2)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"on_hand": 1, "stock_qty": 1}, "/on_hand"),
        ({"on_hand": -1}, "/on_hand"),
        ({"stock_qty": 1.5}, "/stock_qty"),
        ({"price": {"amount": 5, "currency": "EUR"}}, "/price/currency"),
        ({"price": {"amount": -5}}, "/price"),
        ({"barcode": "123"}, "/barcode"),
        ({"sku": " "}, "/sku"),
        ({"attributes": {"size": "x" * 200}}, "/attributes/size"),
        ({"on_hand": 7, "note": "x" * 501}, "/note"),
        ({"on_hand": 7, "sku": "\x07"}, "/sku"),
    ],
)
async def test_a_bad_change_is_refused_and_changes_nothing(stage: Stage, body: Any, pointer: str) -> None:
    (given,) = (await made(stage))["variants"]
    before = await count(stage.runtime.db, stage.shop_id)
    answer = await change(stage, f"variants/{given['id']}", body, given["etag"])
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert await count(stage.runtime.db, stage.shop_id) == before


async def test_a_product_changes_and_goes_off_sale(stage: Stage) -> None:
    body = await made(stage)
    path = f"products/{body['id']}"
    changed = await change(stage, path, {"name": "Платье новое", "picture": None}, body["etag"])
    assert (changed.status_code, changed.json()["name"]) == (200, "Платье новое")
    assert (await change(stage, path, {"name": "Ещё раз"}, body["etag"])).status_code == 412
    assert (await change(stage, path, {"nmae": "Опечатка"})).status_code == 422
    gone = await stage.client.delete(f"/api/v1/{path}", headers=stage.owner)
    assert (gone.status_code, gone.content) == (204, b"")
    shown = await stage.client.get(f"/api/v1/shops/{stage.shop_id}/{path}", headers=stage.owner)
    assert (shown.json()["is_active"], shown.json()["name"]) == (False, "Платье новое")
    back = await change(stage, path, {"is_active": True})
    assert back.json()["is_active"] is True
    variant_id = body["variants"][0]["id"]
    assert (await stage.client.delete(f"/api/v1/variants/{variant_id}", headers=stage.owner)).status_code == 204
    shown = await stage.client.get(f"/api/v1/variants/{variant_id}", headers=stage.owner)
    assert shown.json()["is_active"] is False


async def test_a_stranger_sees_and_changes_nothing(stage: Stage) -> None:
    body = await made(stage)
    variant_id = body["variants"][0]["id"]
    async with stage.runtime.db.write() as tx:
        user = await make_user(tx)
        other_shop = await make_shop(tx, await make_merchant(tx, owner_id=user.id))
    stranger = {**await bearer(stage.runtime, user), "If-Match": "*"}
    before = await count(stage.runtime.db, stage.shop_id)
    calls = [
        ("GET", f"variants/{variant_id}", None),
        ("GET", f"shops/{other_shop}/products/{body['id']}", None),
        ("PATCH", f"variants/{variant_id}", {"price": {"amount": 1}}),
        ("PATCH", f"products/{body['id']}", {"name": "Моё"}),
        ("DELETE", f"products/{body['id']}", None),
        ("DELETE", f"variants/{variant_id}", None),
        ("PATCH", f"variants/{new_id()}", {"sku": "X"}),
    ]
    for method, path, data in calls:
        answer = await stage.client.request(method, f"/api/v1/{path}", json=data, headers=stranger)
        assert answer.status_code == 404, (method, path, answer.text)
    assert await count(stage.runtime.db, stage.shop_id) == before
