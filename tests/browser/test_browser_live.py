"""An open product page changes before the buyer's eyes: stock, price, and whether it can be bought."""

from __future__ import annotations

import secrets

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewShopkeeper, NewVisitor
from tests.browser.stage import SIZES, BrowserMarket, Shopkeeper, check_page
from tests.flows.actors import new_phone

pytestmark = pytest.mark.slow

TOLD_MS = 20_000
"""An open page knows within this time that a till has fallen silent."""

sizes = pytest.mark.parametrize("size", SIZES)


@sizes
async def test_a_sale_at_the_counter_counts_down_on_an_open_page(
    visit: NewVisitor, keeper: Shopkeeper, size: str
) -> None:
    goods = await keeper.new_goods(f"Казан чугунный {secrets.token_hex(3)}", stock_qty=6)
    visitor = await visit(size)
    await visitor.open(f"/p/{goods['product_id']}")
    main = visitor.page.get_by_role("main")
    await expect(main.get_by_text("В наличии 6 шт.")).to_be_visible()
    loads = visitor.watch_loads()
    await keeper.till.sell([{"variant_id": goods["id"], "qty": 3, "unit_price": 1500}])
    await expect(main.get_by_text("Осталось 3")).to_be_visible()
    await check_page(visitor, "product-few-left")
    await keeper.till.sell([{"variant_id": goods["id"], "qty": 3, "unit_price": 1500}])
    await expect(main.get_by_role("button", name="Купить")).to_be_hidden()
    await expect(main.get_by_text("Нет в наличии").first).to_be_visible()
    await expect(main.get_by_role("button", name="Спросить о наличии")).to_be_visible()
    assert loads == []


async def test_another_price_at_the_counter_shows_on_an_open_page(visit: NewVisitor, keeper: Shopkeeper) -> None:
    goods = await keeper.new_goods(f"Чайник медный {secrets.token_hex(3)}", stock_qty=9)
    visitor = await visit("phone")
    await visitor.open(f"/p/{goods['product_id']}")
    main = visitor.page.get_by_role("main")
    await expect(main.get_by_text("1 500 сом", exact=True)).to_be_visible()
    loads = visitor.watch_loads()
    await keeper.till.sell([{"variant_id": goods["id"], "qty": 1, "unit_price": "1399.50"}])
    await expect(main.get_by_text("1 399,50 сом", exact=True)).to_be_visible()
    await expect(main.get_by_text("1 500 сом", exact=True)).to_be_hidden()
    assert loads == []


@sizes
async def test_buy_becomes_contact_when_the_till_falls_silent_and_comes_back(
    visit: NewVisitor, bazaar: BrowserMarket, new_shopkeeper: NewShopkeeper, size: str
) -> None:
    keeper = await new_shopkeeper()
    goods = await keeper.new_goods(f"Пиала {secrets.token_hex(3)}")
    visitor = await visit(size)
    await visitor.open(f"/p/{goods['product_id']}")
    main = visitor.page.get_by_role("main")
    await expect(main.get_by_role("button", name="Купить")).to_be_visible()
    await expect(main.get_by_text("касса на связи")).to_be_visible()
    loads = visitor.watch_loads()
    await bazaar.silence(keeper.shop_id)
    await expect(main.get_by_role("heading", name="Связаться")).to_be_visible(timeout=TOLD_MS)
    await expect(main.get_by_role("button", name="Купить")).to_be_hidden()
    await expect(main.get_by_text("касса молчит")).to_be_visible()
    await expect(main.get_by_role("link", name="Позвонить")).to_have_attribute("href", f"tel:{keeper.phone}")
    await expect(main.get_by_role("button", name="Спросить о наличии")).to_be_visible()
    await check_page(visitor, "product-silent")
    await keeper.till.heartbeat()
    await expect(main.get_by_role("button", name="Купить")).to_be_visible(timeout=TOLD_MS)
    await expect(main.get_by_role("heading", name="Связаться")).to_be_hidden()
    assert loads == []


async def test_a_question_about_stock_reaches_the_seller(
    visit: NewVisitor, bazaar: BrowserMarket, new_shopkeeper: NewShopkeeper
) -> None:
    keeper = await new_shopkeeper()
    name = f"Шырдак {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name)
    await bazaar.silence(keeper.shop_id)
    phone = new_phone()
    visitor = await visit("phone")
    await visitor.open(f"/p/{goods['product_id']}")
    await visitor.page.get_by_role("button", name="Спросить о наличии").click()
    dialog = visitor.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Отправить вопрос").click()
    await expect(dialog.get_by_label("Ваше имя")).to_be_focused()
    await expect(dialog.get_by_text("Заполните это поле")).to_have_count(2)
    assert (await keeper.get(f"/shops/{keeper.shop_id}/availability-requests"))["items"] == []
    await dialog.get_by_label("Ваше имя").fill("Айгуль")
    await dialog.get_by_label("Телефон").fill(phone)
    await dialog.get_by_label("Что уточнить").fill("Есть ли красный?")
    await dialog.get_by_role("button", name="Отправить вопрос").click()
    await expect(dialog.get_by_text("Вопрос у продавца")).to_be_visible()
    await check_page(visitor, "asked")
    await dialog.get_by_role("button", name="Готово").click()
    await expect(dialog).to_be_hidden()
    (request,) = (await keeper.get(f"/shops/{keeper.shop_id}/availability-requests"))["items"]
    assert (request["name"], request["phone"], request["comment"]) == ("Айгуль", phone, "Есть ли красный?")
