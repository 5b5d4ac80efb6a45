"""The API's answers that come with a page, and the files of the program that it names."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.domains.geo.api import NewPlace, PlaceKind, create_places
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.entrypoints import wiring
from kerben.entrypoints.http.web import asks
from kerben.entrypoints.http.web.asks import STATE_MAX, address, answers, search_ask
from kerben.entrypoints.http.web.program import Program
from kerben.platform.ids import new_id
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime

EVIL = "</script><script>alert(1)</script><!--<script>"
PNG = "/media/{}.png"


@pytest.fixture
def modules() -> Sequence[Module]:
    """All of them: a page's answers come from several."""
    return wiring.load_modules()


class Bazaar(msgspec.Struct):
    """A place with a shop and its goods in a category."""

    slug: str
    merchant_id: UUID
    shop_id: UUID
    category_id: UUID
    product_id: UUID
    word: str

    @property
    def pages(self) -> dict[str, list[str]]:
        """Each kind of page, and what it asks first."""
        directory = ["/api/v1/categories", "/api/v1/places"]
        return {
            "/": ["/api/v1/home"],
            f"/search?q={self.word}": [address("/api/v1/search", {"limit": "24", "q": self.word}), *directory],
            f"/c/{self.category_id}": [
                f"/api/v1/search?category_id={self.category_id}&limit=24&sort=new",
                *directory,
            ],
            f"/s/{self.shop_id}": [
                f"/api/v1/shops/{self.shop_id}",
                f"/api/v1/merchants/{self.merchant_id}/eligibility",
                f"/api/v1/search?limit=24&shop_id={self.shop_id}&sort=new",
                *directory,
            ],
            f"/m/{self.slug}": ["/api/v1/shops?limit=24&place_id=", *directory],
            f"/p/{self.product_id}": [f"/api/v1/products/{self.product_id}", *directory],
        }


async def bazaar(runtime: Runtime, name: str = "") -> Bazaar:
    slug, word = f"bazar-{new_id().hex[-6:]}", f"шапка{new_id().hex[-8:]}"
    async with runtime.db.write() as tx:
        (place_id,) = await create_places(tx, [NewPlace(slug, f"Базар {name}", PlaceKind.BAZAAR, 42.87, 74.57, 400)])
        merchant_id = await make_merchant(tx)
        shop_id = await make_shop(tx, merchant_id, name=f"Лавка {name}", place_id=place_id)
        category_id = await make_category(tx, f"Шапки {name}")
        goods = [
            await make_product(tx, shop_id, name=f"{word} {name} {n}", category_id=category_id) for n in range(3)
        ]
        for made in goods:
            await tx.execute("UPDATE catalog.product SET picture = $2 WHERE id = $1", made.id, PNG.format(made.id))
    return Bazaar(slug, merchant_id, shop_id, category_id, goods[0].id, word)


def state_of(page: str) -> dict[str, Any]:
    """The answers in a page, as its program reads them."""
    block = re.search(r'<script type="application/json" id="kerben-state">(.*?)</script>', page)
    return json.loads(block[1]) if block else {}


async def test_every_page_brings_the_answers_that_it_asks_first(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await bazaar(runtime)
    for path, wanted in made.pages.items():
        state = state_of((await web.get(path)).text)
        assert [key for key in state if not key.startswith(tuple(wanted))] == [], path
        assert len(state) == len(wanted), path
        for asked, answer in state.items():
            assert answer == (await web.get(asked)).json(), asked


async def test_what_people_write_cannot_leave_an_answer(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await bazaar(runtime, EVIL)
    evil = await web.get("/search", params={"q": EVIL})
    for page in [evil.text, *[(await web.get(path)).text for path in made.pages]]:
        assert "<script>alert" not in page
        assert page.count("<script") == page.count("</script>")
        body = page[page.index("<body>") :]
        # The answers and the client's own: nothing else is a script, and none is hidden by a comment.
        assert (body.count("<script"), body.count("<!--")) == (2, 0)
        assert state_of(page)
    found = state_of((await web.get(f"/s/{made.shop_id}")).text)[f"/api/v1/shops/{made.shop_id}"]
    assert found["name"] == f"Лавка {EVIL}"


@pytest.mark.parametrize("path", ["/p/{id}", "/s/{id}", "/c/{id}", "/m/nowhere", "/searches", "/p/x"])
async def test_what_does_not_exist_brings_nothing(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path.format(id=new_id()))
    assert answer.status_code == 404
    assert state_of(answer.text) == {}


async def test_answers_are_the_public_s_whoever_asks(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await bazaar(runtime)
    strange = {"Authorization": "Bearer x", "Cookie": "a=b", "X-Cart-Token": "c", "If-None-Match": "*"}
    page = await web.get(f"/s/{made.shop_id}")
    signed_in = await web.get(f"/s/{made.shop_id}", headers=strange | {"If-None-Match": '"other"'})
    assert signed_in.status_code == 200
    assert state_of(signed_in.text) == state_of(page.text) != {}
    assert page.headers["cache-control"] == "no-cache"
    known = await web.get(f"/s/{made.shop_id}", headers={"If-None-Match": page.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    async with runtime.db.write() as tx:
        await make_product(tx, made.shop_id, name="Новое", category_id=made.category_id)
    anew = await web.get(f"/s/{made.shop_id}", headers={"If-None-Match": page.headers["etag"]})
    assert anew.status_code == 200
    assert "Новое" in anew.text


async def test_data_need_no_leave_of_the_policy(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await bazaar(runtime)
    policies = {(await web.get(path)).headers["content-security-policy"] for path in [*made.pages, "/index.html"]}
    (policy,) = policies
    assert "'unsafe-inline'" not in next(part for part in policy.split("; ") if part.startswith("script-src"))


async def test_the_pictures_seen_first_are_fetched_first(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await bazaar(runtime)
    for path in (f"/search?q={made.word}", f"/c/{made.category_id}", f"/s/{made.shop_id}"):
        page = (await web.get(path)).text
        (answer,) = [value for key, value in state_of(page).items() if "/search?" in key]
        hastened = re.findall(r'<link rel="preload" as="image" href="([^"]+)" fetchpriority="high">', page)
        assert hastened == [item["picture"] for item in answer["items"][:2]]
    assert 'as="image"' not in (await web.get(f"/m/{made.slug}")).text


@pytest.mark.parametrize(
    "query", ["c=1", "q=a&now=1", "sort=new", "a.color=red", "min=1", "near=1,1", f"q={'x' * 201}"]
)
def test_filters_are_the_client_s_to_read(query: str) -> None:
    assert search_ask(query) == []


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", "limit=24&sort=new"),
        ("utm_source=x&q=%20", "limit=24&sort=new"),
        ("q=%D1%87%D0%B0%D0%B9&q=b", "limit=24&q=%D1%87%D0%B0%D0%B9"),
        ("q=a+b%2B*~'(c)!_-.", "limit=24&q=a+b%2B*%7E%27%28c%29%21_-."),
    ],
)
def test_words_are_asked_as_browsers_write_them(query: str, asked: str) -> None:
    assert search_ask(query) == [f"/api/v1/search?{asked}"]


async def test_a_page_waits_for_no_answer_and_carries_no_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "WAIT_S", 0.01)
    never = asyncio.Event()

    async def ask(wanted: str) -> bytes | None:
        if wanted == "late":
            await never.wait()
        if wanted == "broken":
            raise RuntimeError(wanted)
        return {"large": b"1" * STATE_MAX, "refused": None}.get(wanted, b"1")

    assert await answers(ask, ["late", "broken", "refused", "small", "large", "other"]) == {
        "small": b"1",
        "other": b"1",
    }
    assert await answers(ask, []) == {}
    never.set()


async def test_a_page_names_the_files_that_it_needs(web: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await bazaar(runtime)
    main, fonts = ["main-ABCDEFGH.js", "chunk-FRAMEWRK.js"], ["assets/golos-cyrillic-wght-normal-ABCDEFGH.woff2"]
    fonts.append("assets/golos-latin-wght-normal-ABCDEFGH.woff2")
    own = {"/": ["chunk-HOMEPAGE.js", "chunk-GOODSLST.js"], f"/m/{made.slug}": []}
    own[f"/c/{made.category_id}"] = ["chunk-CATEGORY.js", "chunk-GOODSLST.js"]
    for path, chunks in own.items():
        head = (await web.get(path)).text.partition("</head>")[0]
        named = re.findall(r'<link rel="(?:preload|modulepreload)"(?! as="image")[^>]* href="([^"]+)"', head)
        assert named == ["styles-ABCDEFGH.css", *main, *chunks, *fonts], path
    # The first look is seen before the program: its picture has the connection to itself.
    assert "modulepreload" not in (await web.get(f"/p/{made.product_id}")).text


def test_a_program_of_another_form_is_left_as_it_is() -> None:
    def nothing(_: str) -> str:
        return ""

    assert Program("<html></html>", [], nothing).links("/") == ""
    lost = Program('<script src="main.js" type="module"></script>', ["s.css"], nothing)
    assert lost.links("/") == '<link rel="preload" as="style" href="s.css">'
