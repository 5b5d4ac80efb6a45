"""Pages when things go wrong or are missing: no network, a failing server, empty lists, no map, no mouse."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import NewShopkeeper, NewVisitor
from tests.browser.stage import SIZES, BrowserBuyer, BrowserMarket, Shopkeeper, check_page
from tests.flows.actors import new_phone

pytestmark = pytest.mark.slow

sizes = pytest.mark.parametrize("size", SIZES)


async def fail(route: Route) -> None:
    """What a server says that has a fault."""
    problem = '{"type":"about:blank","title":"Internal Server Error","status":500,"code":"INTERNAL","errors":[]}'
    await route.fulfill(status=500, body=problem, content_type="application/problem+json")


class Case:
    """A list, where it comes from, and whose it is."""

    def __init__(self, address: str, api: str, who: str = "") -> None:
        self.address = address
        self.api = api
        self.who = who

    def __str__(self) -> str:
        return self.address.strip("/").replace("/", "-") or "home"


FAILING = [
    Case("/", "**/api/v1/home*"),
    Case("/search?q=чай", "**/api/v1/search?*"),
    Case("/cart", "**/api/v1/cart", "buyer"),
    Case("/orders", "**/api/v1/orders?*", "buyer"),
    Case("/account/sessions", "**/api/v1/auth/sessions*", "buyer"),
    Case("/map", "**/api/v1/map*"),
    Case("/business/goods", "**/api/v1/shops/*/products*", "seller"),
    Case("/business/stock", "**/api/v1/shops/*/products*", "seller"),
    Case("/business/orders", "**/api/v1/orders?*", "seller"),
    Case("/business/requests", "**/availability-requests*", "seller"),
    Case("/console/merchants", "**/api/v1/admin/merchants*", "admin"),
    Case("/console/users", "**/api/v1/admin/users*", "admin"),
    Case("/console/orders", "**/api/v1/admin/orders*", "admin"),
    Case("/console/failures", "**/api/v1/admin/dead-letters*", "admin"),
]


@pytest.fixture(scope="module")
async def sessions(
    bazaar: BrowserMarket, keeper: Shopkeeper, admin_session: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Somebody of each kind, signed in."""
    buyer = await BrowserBuyer(bazaar).open_account()
    await buyer.close()
    return {"buyer": buyer.session, "seller": keeper.session, "admin": admin_session}


@pytest.mark.parametrize("case", FAILING, ids=str)
async def test_a_failing_server_is_told_and_tried_again(
    visit: NewVisitor, sessions: dict[str, dict[str, Any]], case: Case
) -> None:
    visitor = await visit("phone")
    visitor.expected.append("500")
    if case.who:
        await visitor.take_session(sessions[case.who])
    page = visitor.page
    broken = re.compile(glob(case.api))
    await page.route(broken, fail)
    # Answers that come with the page would leave nothing to fail.
    await page.add_init_script(
        "document.addEventListener('readystatechange', () => document.getElementById('kerben-state')?.remove())"
    )
    await page.goto(visitor.market.url() + case.address)
    failed = page.get_by_role("alert").filter(has_text="Не удалось загрузить").first
    await expect(failed).to_be_visible()
    await expect(failed).to_contain_text("На сервере сбой")
    await check_page(visitor, f"failed-{case}")
    await page.unroute(broken)
    await failed.get_by_role("button", name="Повторить").click()
    await expect(page.get_by_text("Не удалось загрузить")).to_have_count(0)


def glob(pattern: str) -> str:
    """A pattern with stars as a regular expression."""
    return re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") + "$"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/cart", "В корзине пока пусто"),
        ("/orders", "Заказов пока нет"),
        ("/search?q=щщщъъъыыы", "Ничего не нашлось"),
    ],
)
async def test_an_empty_list_says_what_to_do(visit: NewVisitor, address: str, words: str) -> None:
    visitor = await visit("phone")
    await visitor.open(address)
    await expect(visitor.page.get_by_role("heading", name=words)).to_be_visible()
    await check_page(visitor, f"empty-{address[1:4]}")


async def test_a_new_shop_is_empty_and_says_what_to_do(visit: NewVisitor, new_shopkeeper: NewShopkeeper) -> None:
    keeper = await new_shopkeeper()
    visitor = await visit("phone")
    await visitor.take_session(keeper.session)
    for address, words in (
        ("goods", "Здесь будут ваши товары"),
        ("stock", "Товаров пока нет"),
        ("orders", "Заказов пока нет"),
        ("requests", "Никто не ждёт звонка"),
    ):
        await visitor.open(f"/business/{address}")
        await expect(visitor.page.get_by_role("heading", name=words)).to_be_visible()
        await check_page(visitor, f"empty-business-{address}")


@sizes
async def test_a_lost_connection_shows_and_heals(visit: NewVisitor, keeper: Shopkeeper, size: str) -> None:
    goods = await keeper.new_goods(f"Ковёр {secrets.token_hex(3)}", stock_qty=10)
    visitor = await visit(size)
    visitor.expected += ["ERR_INTERNET_DISCONNECTED", "WebSocket"]
    page = visitor.page
    await visitor.open(f"/p/{goods['product_id']}")
    lost = page.get_by_text("Нет связи. Показываем то, что успели загрузить.")
    await expect(lost).to_have_count(0)
    await keeper.till.sell([{"variant_id": goods["id"], "qty": 1, "unit_price": 1500}])
    await expect(page.get_by_text("В наличии 9")).to_be_visible()
    await visitor.context.set_offline(True)
    await expect(lost).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await check_page(visitor, "offline")
    await keeper.till.sell([{"variant_id": goods["id"], "qty": 5, "unit_price": 1500}])
    loads = visitor.watch_loads()
    await visitor.context.set_offline(False)
    await expect(lost).to_have_count(0)
    # What happened meanwhile is there without a reload, and so is what happens next.
    await expect(page.get_by_text("Осталось 4")).to_be_visible()
    await keeper.till.sell([{"variant_id": goods["id"], "qty": 1, "unit_price": 1500}])
    await expect(page.get_by_text("Осталось 3")).to_be_visible()
    assert loads == []


@sizes
async def test_without_webgl_the_map_is_a_list(visit: NewVisitor, size: str) -> None:
    visitor = await visit(size)
    await visitor.context.add_init_script(
        "HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext, {"
        " apply: (f, self, args) => /webgl/.test(args[0]) ? null : Reflect.apply(f, self, args)})"
    )
    page = visitor.page
    await visitor.open("/map")
    await expect(page.get_by_text("Этот браузер не умеет рисовать карты")).to_be_visible()
    shops = page.get_by_role("region", name="Магазины").get_by_role("listitem")
    await expect(shops.first).to_be_visible()
    await check_page(visitor, "map-no-webgl")
    name = await shops.first.get_by_role("button").locator("span").first.inner_text()
    await shops.first.get_by_role("button").click()
    await page.get_by_role("link", name="Открыть магазин").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name)


@sizes
async def test_the_map_is_drawn_and_leads_to_a_shop(visit: NewVisitor, size: str) -> None:
    visitor = await visit(size)
    page = visitor.page
    await visitor.open("/map")
    drawn = page.get_by_role("region", name="Карта").locator("canvas")
    await expect(drawn).to_be_visible()
    await expect(page.get_by_text(re.compile(r"\d+ магазин[а-я]* на карте"))).to_be_visible()
    await check_page(visitor, "map")
    total = page.get_by_text(re.compile(r"\d+ магазин[а-я]* на карте"))
    before = await total.inner_text()
    await page.get_by_role("button", name="Можно купить сейчас", exact=True).click()
    await expect(total).not_to_have_text(before)
    if size == "phone":
        await page.get_by_role("button", name="Списком").click()
    shop = page.get_by_role("region", name="Магазины").get_by_role("listitem").first.get_by_role("button")
    await expect(shop).to_contain_text("можно купить сейчас")
    await shop.click()
    await page.get_by_role("link", name="Открыть магазин").click()
    await expect(page).to_have_url(re.compile(r"/s/[0-9a-f-]{36}"))
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def tab_to(page: Page, target: Locator, *, key: str = "Tab", most: int = 90) -> None:
    """Press Tab until the focus is where it should be, and can be seen there."""
    await target.first.wait_for()
    for _ in range(most):
        if await target.first.evaluate("e => e === document.activeElement"):
            assert await target.first.evaluate("e => e.matches(':focus-visible')"), "the focus cannot be seen"
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{most} times {key} do not reach {target}")


@sizes
async def test_the_keyboard_alone_is_enough_to_buy(visit: NewVisitor, keeper: Shopkeeper, size: str) -> None:
    name = f"Тюбетейка {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=9)
    visitor = await visit(size)
    page, keys, main = visitor.page, visitor.page.keyboard, visitor.page.get_by_role("main")
    await visitor.open("/")
    await tab_to(page, page.get_by_role("combobox", name="Поиск товаров"))
    await keys.type(name)
    await expect(page.get_by_role("option", name=name)).to_be_visible()
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    await tab_to(page, main.get_by_role("button", name="Купить"))
    await keys.press("Enter")
    await tab_to(page, main.get_by_role("link", name="Перейти в корзину"))
    await keys.press("Enter")
    await tab_to(page, main.get_by_role("link", name="Оформить"))
    await keys.press("Enter")
    for label, text in (("Имя", "Айгуль"), ("Телефон", new_phone()), ("Электронная почта", "aigul@example.kg")):
        await tab_to(page, main.get_by_label(label))
        await keys.type(text)
    cash = main.get_by_role("radio", name=re.compile("Наличными при получении"))
    await tab_to(page, main.get_by_role("radio", name=re.compile("Самовывоз")))
    payments = main.get_by_role("radiogroup", name="Как оплатить").get_by_role("radio", checked=True)
    await tab_to(page, payments)
    for _ in range(6):
        if await cash.is_checked():
            break
        await keys.press("ArrowDown")
    await expect(cash).to_be_checked()
    await tab_to(page, main.get_by_role("button", name=re.compile("Заказать за")))
    await keys.press("Enter")
    await expect(main.get_by_role("heading", name="Ждёт подтверждения")).to_be_visible()
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 8
