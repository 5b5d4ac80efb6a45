"""The first page, suggestions, and searches among some shops or in another order, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.catalog.api import ProductPatch, update_product
from kerben.domains.catalog.module import MODULE as CATALOG
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.domains.geo.tests.make import make_place
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.merchants.module import MODULE as MERCHANTS
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.domains.pos.module import MODULE as POS
from kerben.domains.pos.tests.make import call, make_device
from kerben.flows.storefront.module import MODULE
from kerben.flows.storefront.service import COMMON_MIN
from kerben.flows.storefront.suggestions import SuggestionLimiter
from kerben.platform.clock import ManualClock
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


class Street(msgspec.Struct):
    """Three shops: two at a bazaar, the second of them of a merchant that may not sell online; one elsewhere."""

    client: httpx.AsyncClient
    runtime: Runtime
    clock: ManualClock
    place_id: UUID
    merchant_id: UUID
    root: UUID
    leaf: UUID
    shops: list[UUID]
    products: list[UUID]
    """Of the first shop, the second, the third, at 300, 100 and 200 сом."""

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def found(self, **params: Any) -> list[UUID]:
        """Products of a search among those of this street."""
        body = await self.get("search", **{"category_id": str(self.root), **params})
        assert body["total"] == len(body["items"])
        return [UUID(item["id"]) for item in body["items"]]

    async def beat(self, shop_id: UUID) -> None:
        """A heartbeat of a new till; whoever asks afterwards hears of it."""
        device = await make_device(self.runtime, shop_id)
        body = {"status": "active", "timestamp": self.clock.now().isoformat()}
        answer = await call(self.client, self.runtime.db, device, "/api/v1/pos/heartbeat", body)
        assert answer.status_code == 200, answer.text
        self.clock.advance(seconds=2)


async def on_sale(tx: WriteTx, shop_id: UUID, name: str, category_id: UUID, price: int) -> UUID:
    made = await make_product(tx, shop_id, name=name, category_id=category_id, price=price)
    await open_stock(tx, [OpeningStock(i, shop_id, made.id, 3_000) for i in made.variant_ids])
    return made.id


@pytest.fixture
async def street(runtime: Runtime, clock: ManualClock, http_client: MakeClient) -> Street:
    client = await http_client(POS, MERCHANTS, CATALOG, MODULE)
    async with runtime.db.write() as tx:
        # Tests share a database: what another made is closed.
        await tx.execute("UPDATE merchants.shop SET is_active = false")
        await tx.execute("UPDATE catalog.product SET is_active = false")
        await tx.execute("UPDATE pos.shop_presence SET alive_at = NULL")
        place_id = await make_place(tx, name="Ошский рынок")
        merchant_id, poor = await make_merchant(tx), await make_merchant(tx, payouts="none")
        shops = [
            await make_shop(tx, merchant_id, name="Чайный дом", place_id=place_id),
            await make_shop(tx, poor, name="Чаёк у дороги", place_id=place_id),
            await make_shop(tx, merchant_id, name="Кофе и чай", lat=40.53, lon=72.79),
        ]
        root = await make_category(tx, "Чай и кофе")
        leaf = await make_category(tx, "Чёрный чай", parent_id=root)
        names = ("Чай чёрный", "Чайник медный", "Мёд к чаю")
        products = [
            await on_sale(tx, shop, name, category, price)
            for shop, name, category, price in zip(
                shops, names, (leaf, root, leaf), (30_000, 10_000, 20_000), strict=True
            )
        ]
    return Street(client, runtime, clock, place_id, merchant_id, root, leaf, shops, products)


async def test_the_first_page_counts_places_and_categories_and_shows_what_is_new(street: Street) -> None:
    await street.beat(street.shops[0])
    body = await street.get("home")
    assert list(body) == ["places", "categories", "new_products"]
    place = next(p for p in body["places"] if p["id"] == str(street.place_id))
    assert (place["name"], place["kind"], place["shops_count"], place["live_count"]) == (
        "Ошский рынок",
        "bazaar",
        2,
        1,
    )
    assert body["places"][0] == place, "most shops first"
    assert set(place) >= {"slug", "address", "description", "lat", "lon", "radius_m"}
    counts = {c["id"]: c["products_count"] for c in body["categories"]}
    assert counts[str(street.root)] == 3
    assert str(street.leaf) not in counts, "roots only"
    shown = body["new_products"]
    assert [p["id"] for p in shown] == [str(i) for i in reversed(street.products)]
    assert shown == (await street.get("products", limit=24))["items"]
    assert shown[2]["buy_eligibility"] == "online_purchase"


async def test_the_first_page_counts_twice_a_minute_and_shows_stock_of_now(street: Street) -> None:
    first = await street.client.get("/api/v1/home")
    etag = first.headers["etag"]
    again = await street.client.get("/api/v1/home", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    async with street.runtime.db.write() as tx:
        await update_product(tx, street.products[0], ProductPatch(is_active=False))
    changed = await street.client.get("/api/v1/home", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert len(changed.json()["new_products"]) == 2
    assert changed.json()["categories"] == first.json()["categories"], "counted before"
    street.clock.advance(seconds=30)
    later = await street.get("home")
    assert {c["id"]: c["products_count"] for c in later["categories"]}[str(street.root)] == 2


async def test_callers_of_the_first_page_share_one_count(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    fetch = ReadTx.fetch

    async def counting(self: ReadTx, sql: str, *args: Any) -> Any:
        counted.extend([sql] if "count(*) FROM catalog.product" in sql else [])
        return await fetch(self, sql, *args)

    monkeypatch.setattr(ReadTx, "fetch", counting)
    pages = await asyncio.gather(*(street.get("home") for _ in range(8)))
    assert len(counted) == 1
    assert all(page == pages[0] for page in pages)
    street.clock.advance(seconds=31)
    await asyncio.gather(*(street.get("home") for _ in range(8)))
    assert len(counted) == 2


async def test_what_may_be_meant_is_suggested(street: Street) -> None:
    body = await street.get("search/suggestions", q="чай")
    assert [p["name"] for p in body["products"]] == ["Чайник медный", "Чай чёрный"]
    assert body["products"][0] == {
        "id": str(street.products[1]),
        "name": "Чайник медный",
        "picture": None,
        "price": {"amount": 10_000, "currency": "KGS", "display": "100\u202fсом"},
    }
    assert [(s["name"], s["place_name"]) for s in body["shops"]] == [
        ("Чайный дом", "Ошский рынок"),
        ("Кофе и чай", None),
    ]
    assert {"Чай и кофе", "Чёрный чай"} >= {c["name"] for c in body["categories"]}
    assert set(body["categories"][0]) == {"id", "name"}
    yo = await street.get("search/suggestions", q="ЧАЁК")
    assert [s["id"] for s in yo["shops"]] == [str(street.shops[1])]
    assert yo == await street.get("search/suggestions", q="чаек")
    assert [p["name"] for p in (await street.get("search/suggestions", q="мед"))["products"]] == [
        "Мёд к чаю",
        "Чайник медный",
    ]


async def test_nothing_is_suggested_for_nothing(street: Street) -> None:
    nothing: dict[str, list[Any]] = {"products": [], "categories": [], "shops": []}
    assert await street.get("search/suggestions") == nothing
    for q in ("", "  ", "?!", "%_", "щщщ", "я" * 80):
        assert await street.get("search/suggestions", q=q) == nothing, q


async def test_searches_among_the_shops_of_a_place(street: Street) -> None:
    first, second, third = street.products
    assert await street.found() == [third, second, first]
    assert await street.found(place_id=street.place_id) == [second, first]
    assert await street.found(place_id=street.place_id, shop_id=street.shops[0]) == [first]
    assert await street.found(place_id=street.place_id, shop_id=street.shops[2]) == []
    assert await street.found(place_id=street.place_id, near="40.53,72.79") == []
    assert await street.found(place_id=street.place_id, near="42.94,74.62") == [second, first]
    assert await street.found(place_id=street.root) == [], "no place"


async def test_searches_among_the_shops_that_sell_now(street: Street) -> None:
    first, _, third = street.products
    assert await street.found(buyable="true") == []
    street.clock.advance(seconds=2)
    for shop_id in street.shops:
        await street.beat(shop_id)
    assert await street.found(buyable="true") == [third, first], "the second has no payouts"
    assert await street.found(buyable="true", place_id=street.place_id, q="чай") == [first]
    assert await street.found(buyable="true", near="40.53,72.79") == [third]
    assert await street.found(buyable="true", shop_id=street.shops[1]) == []
    street.clock.advance(seconds=street.runtime.settings.pos_silence_s + 1)
    assert await street.found(buyable="true") == []
    assert len(await street.found(buyable="false")) == 3


async def test_searches_in_another_order(street: Street) -> None:
    first, second, third = street.products
    assert await street.found(sort="price_asc") == [second, third, first]
    assert await street.found(sort="price_desc") == [first, third, second]
    assert await street.found(sort="new", q="ча") == [third, second, first]
    page = await street.get("search", category_id=str(street.root), sort="price_asc", limit=2)
    assert [item["price"]["amount"] for item in page["items"]] == [10_000, 20_000]
    rest = await street.get(
        "search", category_id=str(street.root), sort="price_asc", limit=2, cursor=page["next_cursor"]
    )
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == ([str(first)], None)


async def test_common_searches_of_different_shops_are_kept_apart(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert COMMON_MIN > 1
    monkeypatch.setattr("kerben.flows.storefront.service.COMMON_MIN", 1)
    for _ in range(2):
        assert len(await street.found()) == 3
        assert len(await street.found(place_id=street.place_id)) == 2
        assert len(await street.found(shop_id=street.shops[0])) == 1
        assert (await street.found(sort="price_asc"))[0] == street.products[1]


@pytest.mark.parametrize(
    ("path", "params", "pointer"),
    [
        ("search", {"sort": "cheap"}, "/sort"),
        ("search", {"buyable": "perhaps"}, "/buyable"),
        ("search", {"place_id": "dordoi"}, "/place_id"),
        ("search/suggestions", {"q": "я" * 81}, "/q"),
    ],
)
async def test_bad_parameters_are_422_with_a_pointer(
    street: Street, path: str, params: dict[str, str], pointer: str
) -> None:
    answer = await street.client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_suggestions_are_limited_by_address(street: Street) -> None:
    settings = msgspec.structs.replace(street.runtime.settings, rate_limits=True)
    limiter = SuggestionLimiter(Runtime(settings, street.runtime.db, clock=street.clock))
    street.runtime._parts[SuggestionLimiter] = limiter  # pyright: ignore[reportPrivateUsage]
    for _ in range(100):
        limiter.take("127.0.0.1")
    answer = await street.client.get("/api/v1/search/suggestions", params={"q": "чай"})
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    street.clock.advance(seconds=1)
    assert (await street.get("search/suggestions", q="чай"))["products"]
