"""What is put into the market's pages."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.catalog.api import ProductPatch, update_product
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.domains.geo.api import NewPlace, PlaceKind, create_places
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.entrypoints.http.web.config import read_center
from kerben.entrypoints.http.web.heads import first_picture, opening_hours, shorten
from kerben.entrypoints.http.web.sitemap import Sitemaps
from kerben.flows.storefront.api import ProductView
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from kerben.platform.settings import InvalidSettingsError

EVIL = "</script><script>alert(1)</script>\u2028<!--kerben:body-->\\1"


class Stall(msgspec.Struct):
    """A shop with a product of two variants, the first one in stock."""

    shop_id: UUID
    category_id: UUID
    product_id: UUID


async def stall(runtime: Runtime, name: str = "Платье льняное") -> Stall:
    async with runtime.db.write() as tx:
        shop_id = await make_shop(tx, await make_merchant(tx), name=f"Лавка {name}")
        root = await make_category(tx, "Одежда")
        category_id = await make_category(tx, "Платья", parent_id=root)
        made = await make_product(tx, shop_id, name=name, variants=2, category_id=category_id)
        await open_stock(tx, [OpeningStock(made.variant_ids[0], shop_id, made.id, 3000)])
        await open_stock(tx, [OpeningStock(made.variant_ids[1], shop_id, made.id, 0)])
        await update_product(tx, made.id, ProductPatch(picture="/media/dress/red.svg"))
    return Stall(shop_id, category_id, made.id)


def data_of(page: str) -> dict[str, Any]:
    """JSON-LD of a page by its type."""
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return {item["@type"]: item for item in map(json.loads, blocks)}


async def test_a_product_page_comes_with_what_is_seen_first(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime)
    answer = await web.get(f"/p/{made.product_id}")
    assert answer.status_code == 200
    page = answer.text
    assert "<title>Платье льняное · Kerben</title>" in page
    assert f'<link rel="canonical" href="https://kerben.example/p/{made.product_id}">' in page
    assert '<link rel="preload" as="image" href="/media/dress/red.svg" fetchpriority="high">' in page
    assert '<meta property="og:type" content="product">' in page
    assert '<meta property="og:image" content="https://kerben.example/media/dress/red.svg">' in page
    assert '<meta property="product:price:amount" content="1500.00">' in page
    assert "<style>.k-first{margin:0 auto}.k-first img{width:100%}</style>" in page
    first = page[page.index("<app-root>") : page.index("</app-root>")]
    assert '<img class="k-first-picture" src="/media/dress/red.svg" width="480" height="480"' in first
    assert '<h1 class="k-first-name">Платье льняное</h1>' in first
    assert f'<a href="/s/{made.shop_id}">Лавка Платье льняное</a>' in first
    product = data_of(page)["Product"]
    assert [offer["price"] for offer in product["offers"]] == ["1500.00", "1500.00"]
    assert [offer["availability"].rpartition("/")[2] for offer in product["offers"]] == ["InStoreOnly", "OutOfStock"]
    assert product["offers"][0]["priceCurrency"] == "KGS"
    trail = [step["name"] for step in data_of(page)["BreadcrumbList"]["itemListElement"]]
    assert trail == ["Kerben", "Одежда", "Платья", "Платье льняное"]


async def test_the_state_is_the_api_s_answer(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime)
    for page, path in ((f"/p/{made.product_id}", f"/api/v1/products/{made.product_id}"), ("/", "/api/v1/home")):
        text = (await web.get(page)).text
        state = re.search(r'<script type="application/json" id="kerben-state">(.*?)</script>', text)
        assert state
        # This application has no directory: what the API refuses is left out, and the page is whole.
        assert (await web.get("/api/v1/categories")).status_code == 404
        assert json.loads(state[1]) == {path: (await web.get(path)).json()}


async def test_what_people_write_stays_text(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime, f"Шапка {EVIL}")
    for path in (f"/p/{made.product_id}", f"/s/{made.shop_id}"):
        page = (await web.get(path)).text
        assert "<script>alert" not in page
        blocks = re.findall("<script type=.*?</script>", page, re.DOTALL)
        assert "\u2028" not in "".join(blocks)
        # Two of JSON-LD, the answers of the API, the client's own.
        assert page.count("<script") == page.count("</script>") == 4
        assert page.count("<app-root>") == 1
        title = re.search("<title>(.*?)</title>", page, re.DOTALL)
        assert title
        assert EVIL.replace("\u2028", " ") in html.unescape(title[1]).replace("\u2028", " ")
        assert data_of(page)


async def test_a_shop_page_says_where_and_when(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime)
    page = (await web.get(f"/s/{made.shop_id}/")).text
    store = data_of(page)["Store"]
    assert store["telephone"] == "+996555010203"
    assert store["geo"] == {"@type": "GeoCoordinates", "latitude": 42.9394, "longitude": 74.6205}
    assert store["openingHours"] == ["Mo 09:00-18:00"]
    assert store["address"]["streetAddress"] == "Бишкек, рынок Дордой, ряд «Кербен», 12"


async def test_categories_and_places_have_heads(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime)
    slug = f"osh-{new_id().hex[-6:]}"
    async with runtime.db.write() as tx:
        await create_places(tx, [NewPlace(slug, "Ошский базар", PlaceKind.BAZAAR, 42.87, 74.57, 400)])
    category = (await web.get(f"/c/{made.category_id}")).text
    assert "<title>Платья · Kerben</title>" in category
    place = (await web.get(f"/m/{slug}")).text
    assert data_of(place)["ShoppingCenter"]["name"] == "Ошский базар"
    assert data_of((await web.get("/")).text)["WebSite"]["url"] == "https://kerben.example/"


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/p/1", "/p/{id}", "/s/{id}", "/c/{id}", "/m/nowhere", "/orders/1", "/account/x", "/p/{id}/x"],
)
async def test_what_does_not_exist_is_404_with_the_market_s_page(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path.format(id=new_id()))
    assert answer.status_code == 404
    assert "<title>Такой страницы нет · Kerben</title>" in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "<app-root></app-root>" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/search?q=чай", "/map", "/cart", "/checkout/{id}", "/orders", "/orders/{id}", "/signin", "/account/security"],
)
async def test_the_client_s_own_routes_are_its_page(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path.format(id=new_id()))
    assert (answer.status_code, answer.headers["x-robots-tag"]) == (200, "noindex")


async def test_goods_taken_off_sale_are_gone(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime)
    assert (await web.get(f"/p/{made.product_id}")).status_code == 200
    async with runtime.db.write() as tx:
        await update_product(tx, made.product_id, ProductPatch(is_active=False))
        await tx.execute("UPDATE merchants.shop SET is_active = false WHERE id = $1", made.shop_id)
    assert (await web.get(f"/p/{made.product_id}")).status_code == 404
    assert (await web.get(f"/s/{made.shop_id}")).status_code == 404


async def test_pages_are_compressed_for_those_who_take_it(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime)
    answer = await web.get(f"/p/{made.product_id}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "Платье льняное" in answer.text


async def test_the_site_map_holds_every_product_and_shop_in_parts(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = [await stall(runtime) for _ in range(3)]
    runtime.part(Sitemaps).part_max = 2
    index = (await web.get("/sitemap.xml")).text
    parts = re.findall(r"<loc>https://kerben\.example(/sitemap/[^<]+)</loc>", index)
    found = ""
    for part in parts:
        answer = await web.get(part, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.text.count("<lastmod>") == (answer.text.count("<url>") if "-" in part else 0)
        if "products-" in part:
            assert 1 <= answer.text.count("<url>") <= 2
        found += answer.text
    assert [m for m in made if found.count(f"<loc>https://kerben.example/p/{m.product_id}</loc>") != 1] == []
    assert [m for m in made if found.count(f"<loc>https://kerben.example/s/{m.shop_id}</loc>") != 1] == []
    assert all(f"/c/{m.category_id}</loc>" in found for m in made)
    for name in ("x.xml", "products-1.xml", f"orders-{new_id()}.xml"):
        assert (await web.get(f"/sitemap/{name}")).status_code == 404


async def test_robots_are_told_what_is_nobody_s(web: httpx.AsyncClient) -> None:
    text = (await web.get("/robots.txt")).text
    for path in (
        "/api/",
        "/sandbox/",
        "/business/",
        "/console/",
        "/pos/",
        "/cart",
        "/checkout",
        "/orders",
        "/account",
    ):
        assert f"Disallow: {path}\n" in text
    assert "Sitemap: https://kerben.example/sitemap.xml" in text


async def test_pages_are_told_of_the_settings(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/web-config")
    assert answer.json() == {
        "tile_url": None,
        "tile_attribution": None,
        "base_url": "https://kerben.example",
        "demo": True,
        "languages": ["ru", "ky", "en"],
        "default_center": {"lat": 42.8746, "lon": 74.5698, "zoom": 12.0},
    }
    known = await web.get("/api/v1/web-config", headers={"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304


@pytest.mark.parametrize("text", ["", "42.87,74.57", "91,0,1", "nan,0,1", "42,74,40", "a,b,c"])
def test_a_middle_of_the_map_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidSettingsError, match="KERBEN_MAP_CENTER"):
        read_center(text)


def test_texts_are_cut_at_a_word() -> None:
    assert shorten("  Лён,\n свободный   крой ") == "Лён, свободный крой"
    assert shorten("слово " * 100, 20) == "слово слово слово…"


def test_opening_hours_are_said_day_by_day() -> None:
    assert opening_hours({"mon": "09:00-13:00, 14:00-18:00", "sun": "closed"}) == ["Mo 09:00-13:00", "Mo 14:00-18:00"]
    assert opening_hours({}) == []


async def test_an_uploaded_picture_is_offered_in_all_its_sizes(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await stall(runtime)
    body = (await web.get(f"/api/v1/products/{made.product_id}")).json()
    name = "a" * 64
    body["pictures"] = [
        {
            "url": f"/media/u/{name}.jpg",
            "width": 1600,
            "height": 1200,
            "thumbnails": [
                {"width": width, "height": width * 3 // 4, "url": f"/media/u/{name}-{width}.webp"}
                for width in (160, 480)
            ],
        }
    ]
    picture = first_picture(msgspec.convert(body, ProductView, strict=False))
    assert picture is not None
    assert picture.url == f"/media/u/{name}-480.webp"
    assert picture.srcset == f"/media/u/{name}-160.webp 160w, /media/u/{name}-480.webp 480w"
