"""Every page of every application on both widths: accessible, whole, quiet; light and dark; three languages."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import NewVisitor
from tests.browser.routes import Things, market_routes, routes_of
from tests.browser.stage import SIZES, BrowserBuyer, BrowserMarket, Shopkeeper, Visitor, check_page, pairing_code

pytestmark = pytest.mark.slow

sizes = pytest.mark.parametrize("size", SIZES)

RAW: Final = re.compile(
    r"\{\{|\bundefined\b|\bnull\b|\bNaN\b|\[object|\{\"|\binvalid date\b"
    # A key of the catalogues, a status of the server.
    r"|\b(?:common|errors|shell|browse|buy|map|account|auth|goods|trade|pos|console|order_status)\.[a-z_]+"
    r"|\b[a-z]+_(?:payment|shipment|confirmation|pickup|purchase|contact|receipt)\b|\b[A-Z]{3,}_[A-Z_]+\b",
    re.IGNORECASE,
)
MAIN: Final = ("/", "/search", "/p/:id", "/cart", "/checkout/:shopId", "/orders/:id", "/account")


@pytest.fixture(scope="module")
async def buyer(bazaar: BrowserMarket) -> BrowserBuyer:
    """A buyer with an order and a cart."""
    return await BrowserBuyer(bazaar).open_account()


@pytest.fixture(scope="module")
async def things(keeper: Shopkeeper, buyer: BrowserBuyer) -> Things:
    """What the addresses name."""
    return await Things(keeper, buyer).find()


async def settled(page: Page) -> None:
    """Wait until a page is there: one heading of the first level, nothing being loaded."""
    await expect(page.locator("main#content")).to_have_count(1)
    await expect(page.get_by_role("main").get_by_text("Загружаем", exact=True)).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)


async def look_at(visitor: Visitor, name: str, address: str, *, targets: int = 40) -> None:
    """Open a page, wait for what it loads and check what holds for all pages."""
    page = visitor.page
    await page.goto(visitor.market.url() + address)
    await settled(page)
    text = await page.locator("body").inner_text()
    if raw := RAW.search(text):
        visitor.complaints.append(f"{name}: raw «{text[max(0, raw.start() - 40) : raw.end() + 40]!r}»")
    if await page.get_by_role("alert").filter(has_text="Не удалось загрузить").count():
        visitor.complaints.append(f"{name}: could not be loaded")
    title = await page.title()
    if not title or "." in title:
        visitor.complaints.append(f"{name}: its title is {title!r}")
    await check_page(visitor, name, targets=targets)


def named(app: str, route: str) -> str:
    """A route as a part of a file's name."""
    return f"page-{app}{re.sub('[^a-z]+', '-', route.lower()).rstrip('-') or '-home'}"


@sizes
async def test_every_page_of_the_storefront(
    visit: NewVisitor, things: Things, buyer: BrowserBuyer, size: str
) -> None:
    visitor = await visit(size)
    await visitor.take_session(buyer.session)
    for route in market_routes():
        await look_at(visitor, named("market", route), things.address(route))


@sizes
async def test_every_page_of_the_cabinet(visit: NewVisitor, things: Things, size: str) -> None:
    visitor = await visit(size)
    await visitor.take_session(things.keeper.session)
    for route in routes_of("business"):
        await look_at(visitor, named("business", route), "/business" + things.address(route))


@sizes
async def test_every_page_of_the_console(
    visit: NewVisitor, things: Things, admin_session: dict[str, Any], size: str
) -> None:
    visitor = await visit(size)
    await visitor.take_session(admin_session)
    for route in routes_of("console"):
        await look_at(visitor, named("console", route), "/console" + things.address(route))


@sizes
async def test_every_page_of_the_till(visit: NewVisitor, keeper: Shopkeeper, things: Things, size: str) -> None:
    made = await keeper.post(f"/shops/{keeper.shop_id}/pos-devices", {"name": "Касса страниц"}, expect=201)
    visitor = await visit(size)
    await look_at(visitor, "page-pos-pair", "/pos/", targets=48)
    await visitor.page.get_by_label("Или вставьте код текстом").fill(pairing_code(made))
    await visitor.page.get_by_role("button", name="Подключить").click()
    await expect(visitor.page.get_by_label("Название или код")).to_be_visible()
    for route in routes_of("pos"):
        await look_at(visitor, named("pos", route), "/pos" + things.address(route), targets=44)


@sizes
async def test_the_main_pages_in_the_dark(visit: NewVisitor, things: Things, buyer: BrowserBuyer, size: str) -> None:
    visitor = await visit(size, color_scheme="dark")
    await visitor.take_session(buyer.session)
    for route in MAIN:
        await look_at(visitor, named("dark", route), things.address(route))
    lightness = await visitor.page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert max(lightness[:3]) < 90


@sizes
@pytest.mark.parametrize("language", ["ky", "en"])
async def test_the_main_pages_in_other_languages(
    visit: NewVisitor, things: Things, buyer: BrowserBuyer, size: str, language: str
) -> None:
    visitor = await visit(size)
    await visitor.take_session(buyer.session)
    await visitor.context.add_init_script(f"localStorage.setItem('kerben.language', '{language}')")
    for route in MAIN:
        await look_at(visitor, named(language, route), things.address(route))
        await expect(visitor.page.locator("html")).to_have_attribute("lang", language)
        buttons = await visitor.page.locator("button:visible, h1:visible").all_inner_texts()
        for text in buttons:
            # Names and sums of the market are as they are; words of the page are not.
            if language == "en" and re.search(r"(?i)\b(купить|оформить|заказ\w*|корзин\w*|найти|показать)\b", text):
                visitor.complaints.append(f"{route} in {language}: {text!r}")


async def test_pages_of_strangers_ask_to_sign_in(visit: NewVisitor) -> None:
    visitor = await visit("phone")
    for address in ("/account/sessions", "/business/", "/business/orders", "/console/", "/console/merchants"):
        await visitor.page.goto(visitor.market.url() + address)
        await expect(visitor.page.get_by_role("heading", level=1, name="Вход")).to_be_visible()


async def test_a_buyer_is_told_that_the_console_is_not_for_buyers(visit: NewVisitor, buyer: BrowserBuyer) -> None:
    visitor = await visit("phone")
    await visitor.take_session(buyer.session)
    await look_at(visitor, "page-console-denied", "/console/merchants")
    await expect(visitor.page.get_by_role("heading", name="Сюда пускаем администраторов")).to_be_visible()


@sizes
async def test_a_newcomer_to_the_cabinet_is_led_in(visit: NewVisitor, bazaar: BrowserMarket, size: str) -> None:
    newcomer = await BrowserBuyer(bazaar).open_account()
    visitor = await visit(size)
    await visitor.take_session(newcomer.session)
    await look_at(visitor, "page-business-begin", "/business/begin")
    await newcomer.close()


NOWHERE: Final = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/nowhere", "Такой страницы нет"),
        (f"/p/{NOWHERE}", "Товара больше нет"),
        (f"/s/{NOWHERE}", "Такого магазина нет"),
        (f"/c/{NOWHERE}", "Такой категории нет"),
        ("/m/nowhere", "Такого рынка нет"),
        ("/p/not-an-id", "нет"),
    ],
)
async def test_what_does_not_exist_says_so(visit: NewVisitor, address: str, words: str) -> None:
    visitor = await visit("phone")
    visitor.expected += ["404", "422", "400"]
    answer = await visitor.page.goto(visitor.market.url() + address)
    assert answer is not None
    assert answer.status == 404
    await expect(visitor.page.get_by_role("main").get_by_text(words).first).to_be_visible()
    await check_page(visitor, named("missing", address))
