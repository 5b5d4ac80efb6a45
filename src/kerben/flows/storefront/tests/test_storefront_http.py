"""What buyers see, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.catalog.api import (
    PriceChange,
    ProductPatch,
    VariantPatch,
    set_prices,
    update_product,
    update_variant,
)
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.domains.inventory.api import (
    AdjustmentCause,
    OpeningStock,
    ReserveLine,
    ReserveRequest,
    StockChange,
    adjust,
    open_stock,
    reserve,
)
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.domains.pos.module import MODULE as POS
from kerben.domains.pos.tests.make import call, make_device
from kerben.flows.storefront.module import MODULE
from kerben.flows.storefront.service import ProductPages, SearchLimiter
from kerben.flows.storefront.shelf import Shops
from kerben.platform.clock import ManualClock
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import RateLimitedError
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


class Stage(msgspec.Struct):
    """A shop that may sell, with one product of two variants: 1 500 and 1 200 сом, 5 and 0 pieces."""

    client: httpx.AsyncClient
    runtime: Runtime
    shop_id: UUID
    category_id: UUID
    product_id: UUID
    variant_ids: list[UUID]


async def stocked(tx: WriteTx, shop_id: UUID, qty: list[int], **fields: Any) -> tuple[UUID, list[UUID]]:
    made = await make_product(tx, shop_id, variants=len(qty), **fields)
    items = [OpeningStock(i, shop_id, made.id, q * 1000) for i, q in zip(made.variant_ids, qty, strict=True)]
    await open_stock(tx, items)
    return made.id, made.variant_ids


@pytest.fixture
async def stage(runtime: Runtime, http_client: MakeClient) -> Stage:
    client = await http_client(POS, MODULE)
    async with runtime.db.write() as tx:
        shop_id = await make_shop(tx, await make_merchant(tx))
        category_id = await make_category(tx)
        product_id, variant_ids = await stocked(tx, shop_id, [5, 0], category_id=category_id)
        await set_prices(tx, [PriceChange(variant_ids[1], 120_000, "seller")])
    return Stage(client, runtime, shop_id, category_id, product_id, variant_ids)


async def page(stage: Stage, product_id: UUID | None = None) -> dict[str, Any]:
    answer = await stage.client.get(f"/api/v1/products/{product_id or stage.product_id}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_product_page_shows_prices_stock_and_the_shop(stage: Stage) -> None:
    body = await page(stage)
    assert body["id"] == str(stage.product_id)
    assert body["description"]
    assert body["price"] == {"amount": 120_000, "currency": "KGS", "display": "1\u202f200\u202fсом"}
    assert [(v["price"]["amount"], v["stock_qty"]) for v in body["variants"]] == [(150_000, 5), (120_000, 0)]
    assert set(body["variants"][0]) == {"id", "sku", "barcode", "attributes", "price", "unit", "stock_qty"}
    assert body["shop"]["id"] == str(stage.shop_id)
    assert body["shop"]["merchant_name"]
    assert (body["buy_eligibility"], body["shop"]["pos_status"]) == ("manual_contact", "pos_offline")


async def test_the_till_decides_whether_one_can_buy(stage: Stage, clock: ManualClock) -> None:
    device = await make_device(stage.runtime, stage.shop_id)
    heartbeat = {"status": "active", "timestamp": clock.now().isoformat()}
    answer = await call(stage.client, stage.runtime.db, device, "/api/v1/pos/heartbeat", heartbeat)
    assert answer.status_code == 200, answer.text
    body = await page(stage)
    assert (body["buy_eligibility"], body["shop"]["pos_status"]) == ("online_purchase", "pos_active")
    assert body["eligible_until"]
    clock.advance(seconds=601)
    body = await page(stage)
    assert (body["buy_eligibility"], body["eligible_until"]) == ("manual_contact", None)


async def test_stock_and_price_are_live_and_change_the_etag(stage: Stage) -> None:
    path = f"/api/v1/products/{stage.product_id}"
    first = await stage.client.get(path)
    etag = first.headers["etag"]
    same = await stage.client.get(path, headers={"If-None-Match": etag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    async with stage.runtime.db.write() as tx:
        await reserve(tx, [ReserveRequest(new_id(), None, [ReserveLine(stage.variant_ids[0], 2_000)])])
    second = await stage.client.get(path, headers={"If-None-Match": etag})
    assert second.status_code == 200
    assert second.json()["variants"][0]["stock_qty"] == 3
    async with stage.runtime.db.write() as tx:
        oversold = StockChange(variant_id=stage.variant_ids[0], delta_milli=-9_000, cause=AdjustmentCause.POS_SALE)
        await adjust(tx, [oversold])
    assert (await page(stage))["variants"][0]["stock_qty"] == 0


@pytest.mark.parametrize(
    "product_id", ["01939e5c-0000-7000-8000-000000000001", "nonsense", "00000000-0000-0000-0000-000000000000"]
)
async def test_an_unknown_product_is_404(stage: Stage, product_id: str) -> None:
    answer = await stage.client.get(f"/api/v1/products/{product_id}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "NOT_FOUND"


async def test_what_is_off_sale_is_not_seen(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        await update_variant(tx, stage.variant_ids[1], VariantPatch(is_active=False))
    body = await page(stage)
    assert [v["id"] for v in body["variants"]] == [str(stage.variant_ids[0])]
    assert body["price"]["amount"] == 150_000
    async with stage.runtime.db.write() as tx:
        await update_product(tx, stage.product_id, ProductPatch(is_active=False))
    assert (await stage.client.get(f"/api/v1/products/{stage.product_id}")).status_code == 404
    listed = await stage.client.get("/api/v1/products", params={"shop_id": str(stage.shop_id)})
    assert listed.json() == {"items": [], "next_cursor": None}


def _nothing(*_: object) -> None: ...


async def test_pages_of_one_batch_share_their_statements(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage.runtime.db.write() as tx:
        other_shop = await make_shop(tx, await make_merchant(tx))
        ids = [(await stocked(tx, shop, [n]))[0] for n in range(10) for shop in (stage.shop_id, other_shop)]
    statements: list[str] = []

    def counted(send: Callable[..., Any]) -> Callable[..., Any]:
        async def counting(self: ReadTx, sql: str, *args: Any) -> Any:
            # The application's own watcher reads the outbox meanwhile.
            if "platform." not in sql:
                statements.append(sql)
            return await send(self, sql, *args)

        return counting

    for name in ("fetch", "fetchval"):
        monkeypatch.setattr(ReadTx, name, counted(getattr(ReadTx, name)))
    # The application hears meanwhile that these merchants were verified a moment ago.
    monkeypatch.setattr(Shops, "forget_merchant", _nothing)
    unknown = new_id()
    pages = stage.runtime.part(ProductPages)
    answers = await asyncio.gather(*(pages.get(i) for i in [*ids, *ids, unknown]), return_exceptions=True)
    # Stamps, products, variants, stock, shops, tills; what is known already is not read again.
    assert len(statements) == 6, statements
    statements.clear()
    again = await asyncio.gather(*(pages.get(i) for i in ids))
    assert len(statements) == 3, statements
    assert [a.etag for a in again] == [a.etag for a in answers[: len(ids)] if not isinstance(a, BaseException)]
    bodies = [msgspec.json.decode(a.body) for a in answers if not isinstance(a, BaseException)]
    assert [b["id"] for b in bodies] == [str(i) for i in [*ids, *ids]]
    assert [type(a).__name__ for a in answers if isinstance(a, BaseException)] == ["NotFoundError"]


async def test_lists_go_page_by_page(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        more = [(await stocked(tx, stage.shop_id, [1], category_id=stage.category_id))[0] for _ in range(4)]
    seen: list[str] = []
    cursor = None
    while True:
        params = {"shop_id": str(stage.shop_id), "limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = await stage.client.get("/api/v1/products", params=params)
        assert answer.status_code == 200, answer.text
        seen += [item["id"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == [str(i) for i in [*reversed(more), stage.product_id]]
    one = (await stage.client.get("/api/v1/products", params={"category_id": str(stage.category_id)})).json()
    assert len(one["items"]) == 5
    assert "description" not in one["items"][0]
    empty = (await stage.client.get("/api/v1/products", params={"category_id": str(new_id())})).json()
    assert empty["items"] == []


async def search(stage: Stage, **params: Any) -> dict[str, Any]:
    answer = await stage.client.get("/api/v1/search", params={"shop_id": str(stage.shop_id), **params})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_search_finds_by_words_attributes_and_price(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        tea, _ = await stocked(
            tx, stage.shop_id, [3], name="Чай чёрный", price=12_000, attributes={"weight": "100 г"}
        )
    found = await search(stage, q="чая")
    assert [item["id"] for item in found["items"]] == [str(tea)]
    assert found["total"] == 1
    assert found["items"][0]["variants"][0]["stock_qty"] == 3
    assert [i["id"] for i in (await search(stage, price_max=50_000))["items"]] == [str(tea)]
    assert [i["id"] for i in (await search(stage, price_min=50_000))["items"]] == [str(stage.product_id)]
    assert [i["id"] for i in (await search(stage, **{"attr.weight": "100 г"}))["items"]] == [str(tea)]
    assert (await search(stage, **{"attr.weight": "1 кг"}))["items"] == []
    every = await search(stage)
    assert every["total"] == 2
    assert set(every["facets"]) == {"categories", "price", "attributes"}
    assert (await search(stage, limit=1))["next_cursor"]


async def test_search_near_a_place(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        far_shop = await make_shop(tx, await make_merchant(tx), lat=40.53, lon=72.79)
        there, _ = await stocked(tx, far_shop, [1], name="Арбуз")
    found = await stage.client.get("/api/v1/search", params={"near": "40.5301,72.79", "radius_m": "500"})
    items = found.json()["items"]
    assert [item["id"] for item in items] == [str(there)]
    assert 5 <= items[0]["shop"]["distance_m"] <= 20
    assert (await search(stage, near="40.53,72.79", radius_m=500))["items"] == []


@pytest.mark.parametrize(
    ("path", "params", "pointer"),
    [
        ("search", {"near": "42.87"}, "/near"),
        ("search", {"near": "north,east"}, "/near"),
        ("search", {"near": "91,0"}, "/near"),
        ("search", {"near": "nan,0"}, "/near"),
        ("search", {"radius_m": "5"}, "/near"),
        ("search", {"near": "42,74", "radius_m": "0"}, "/radius_m"),
        ("search", {"near": "42,74", "radius_m": "far"}, "/radius_m"),
        ("search", {"price_min": "-1"}, "/price_min"),
        ("search", {"price_max": "9" * 20}, "/price_max"),
        ("search", {"price_min": "2", "price_max": "1"}, "/price_min"),
        ("search", {"category_id": "shoes"}, "/category_id"),
        ("search", {"limit": "101"}, "/limit"),
        ("search", {"limit": "x"}, "/limit"),
        ("search", {"cursor": "%%%"}, "/cursor"),
        ("search", {"q": "я" * 201}, "/q"),
        ("search", {"attr.size": "a\x00b"}, "/attr.size"),
        ("search", {"attr.": "a"}, "/attr."),
        ("products", {"shop_id": "1"}, "/shop_id"),
        ("products", {"limit": "0"}, "/limit"),
        ("products", {"cursor": "zz"}, "/cursor"),
    ],
)
async def test_bad_parameters_are_422_with_a_pointer(
    stage: Stage, path: str, params: dict[str, str], pointer: str
) -> None:
    answer = await stage.client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("q", ["%", "' OR 1=1 --", "\x00", "&|!:*", "\\", "чай & !", "<->", "😀", "ы" * 200])
async def test_no_query_breaks_the_search(stage: Stage, q: str) -> None:
    assert (await search(stage, q=q))["total"] == 0


async def test_too_many_searches_from_one_address_are_refused(
    http_client: MakeClient, runtime: Runtime, clock: ManualClock
) -> None:
    limited = Runtime(msgspec.structs.replace(runtime.settings, rate_limits=True), runtime.db, clock=clock)
    clock_limit = SearchLimiter(limited)
    for _ in range(100):
        clock_limit.take("192.0.2.1")
    with pytest.raises(RateLimitedError):
        clock_limit.take("192.0.2.1")
    runtime._parts[SearchLimiter] = clock_limit  # pyright: ignore[reportPrivateUsage]
    for _ in range(100):
        clock_limit.take("127.0.0.1")
    client = await http_client(MODULE, POS)
    refused = await client.get("/api/v1/search", params={"q": "платье"})
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert int(refused.headers["retry-after"]) >= 1
    clock.advance(seconds=1)
    assert (await client.get("/api/v1/search", params={"q": "платье"})).status_code == 200


async def test_lines_of_carts_and_orders_find_their_pictures_at_once(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        gone, _ = await stocked(tx, stage.shop_id, [1], category_id=stage.category_id)
        await update_product(tx, gone, ProductPatch(is_active=False))
    ids = [gone, new_id(), stage.product_id, gone]
    answer = await stage.client.get("/api/v1/products/cards", params={"ids": [str(i) for i in ids]})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [(i["id"], i["is_active"]) for i in items] == [(str(gone), False), (str(stage.product_id), True)]
    shown = await page(stage)
    assert items[1] == {key: shown[key] for key in ("id", "name", "picture", "pictures")} | {"is_active": True}
    for bad in ([], ["x"], [str(new_id()) for _ in range(101)]):
        refused = await stage.client.get("/api/v1/products/cards", params={"ids": bad})
        assert refused.status_code == 422, refused.text
