"""Orders in the seller's cabinet by clicks: steps, corrections, longer keeping, refunds, decisions asked for."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewShopkeeper, NewVisitor
from tests.browser.stage import BrowserBuyer, BrowserMarket, Shopkeeper, Visitor, check_page
from tests.flows.actors import eventually

pytestmark = pytest.mark.slow


async def show_order(visitor: Visitor, order: dict[str, Any]) -> None:
    """Open an order's page."""
    await visitor.open(f"/business/orders/{order['id']}")
    await visitor.page.get_by_role("heading", level=1, name=re.compile(order["number"])).wait_for()


async def test_a_new_order_appears_and_goes_its_way(
    visit: NewVisitor, bazaar: BrowserMarket, new_shopkeeper: NewShopkeeper
) -> None:
    keeper = await new_shopkeeper()
    goods = await keeper.new_goods("Шёлковый платок")
    buyer = await BrowserBuyer(bazaar).open_account()
    visitor = await visit("desktop")
    page = visitor.page
    await visitor.take_session(keeper.session)
    await visitor.open("/business/orders")
    await expect(page.get_by_role("heading", name="Заказов пока нет")).to_be_visible()
    order = await buyer.order(buyer.order_body(keeper.shop_id, goods["id"], payment="cash_on_receipt"))
    row = page.get_by_role("link", name=re.compile(order["number"])).first
    news = page.get_by_role("button", name=re.compile("Новых заказов"))
    await expect(row.or_(news).first).to_be_visible()
    if await news.is_visible():
        await news.click()
    await row.click()
    # The list has a button of that name too.
    await page.wait_for_url(re.compile("/business/orders/[0-9a-f-]{36}"))
    for button, status in (("Подтвердить", "awaiting_shipment_cod"), ("Готов к выдаче", "ready_for_pickup")):
        await page.get_by_role("button", name=button).click()

        async def there(wanted: str = status) -> bool:
            return (await buyer.order_state(order["id"]))["status"] == wanted

        await eventually(there, what=f"the order is {status}")
    await page.get_by_role("button", name="Отменить заказ").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(re.compile("Причина")).fill("Разбился при сборке")
    await dialog.get_by_role("button", name="Отменить заказ").click()
    await expect(page.get_by_role("main").get_by_text("Отменён").first).to_be_visible()
    assert (await buyer.order_state(order["id"]))["status"] == "cancelled"
    await check_page(visitor, "business-order-cancelled")
    await buyer.close()


async def test_an_order_is_corrected_before_it_is_confirmed(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper
) -> None:
    first, other = [await keeper.new_goods(f"{n} {secrets.token_hex(3)}", price=100_00) for n in ("Кийиз", "Чий")]
    buyer = await BrowserBuyer(bazaar).open_account()
    order = await buyer.order(buyer.order_body(keeper.shop_id, first["id"], payment="cash_on_receipt"))
    visitor = await visit("phone")
    page = visitor.page
    await visitor.take_session(keeper.session)
    await show_order(visitor, order)
    await page.get_by_role("link", name="Изменить заказ").click()
    await page.get_by_role("group", name=re.compile("Кийиз")).get_by_role("button").last.click()
    await page.get_by_role("searchbox").or_(page.get_by_placeholder("Название, артикул")).first.fill(other["sku"])
    await page.get_by_role("button", name=re.compile("Чий")).first.click()
    await page.get_by_label("Имя покупателя").fill("")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_label("Имя покупателя")).to_be_focused()
    assert len((await buyer.order_state(order["id"]))["items"]) == 1
    await page.get_by_label("Имя покупателя").fill("Жылдыз")
    await page.get_by_label("Комментарий").fill("После обеда")
    await check_page(visitor, "order-edit")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("Заказ изменён").first).to_be_visible()
    await expect(page.get_by_role("main").get_by_text("Жылдыз")).to_be_visible()
    state = await buyer.order_state(order["id"])
    assert [(line["variant_id"], line["qty"]) for line in state["items"]] == [(first["id"], 2), (other["id"], 1)]
    assert (state["total"]["amount"], state["contact"]["name"]) == (300_00, "Жылдыз")
    assert state["comment"] == "После обеда"
    await page.get_by_role("button", name="Подтвердить").click()
    await expect(page.get_by_role("link", name="Изменить заказ")).to_have_count(0)
    await buyer.close()


async def test_an_order_is_kept_longer_issued_and_taken_back(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper
) -> None:
    goods = await keeper.new_goods(f"Шырдак {secrets.token_hex(3)}", stock_qty=5)
    buyer = await BrowserBuyer(bazaar).open_account()
    order = await buyer.order(buyer.order_body(keeper.shop_id, goods["id"], payment="cash_on_receipt"))
    for step in ("awaiting_shipment_cod", "ready_for_pickup"):
        await keeper.post(f"/orders/{order['id']}/transitions", {"to": step}, expect=200)
    before = (await buyer.order_state(order["id"]))["pickup_until"]
    visitor = await visit("desktop")
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    await visitor.take_session(keeper.session)
    await show_order(visitor, order)
    # By keyboard: a dialog is closed by Escape and gives the focus back.
    longer = page.get_by_role("button", name="Продлить хранение")
    await longer.focus()
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Отсчёт начнётся заново")).to_have_count(0)
    await expect(longer).to_be_focused()
    await page.keyboard.press("Enter")
    await dialog.get_by_text("72 ч").click()
    await dialog.get_by_role("button", name="Продлить").click()
    await expect(page.get_by_text("Срок продлён")).to_be_visible()
    assert (await buyer.order_state(order["id"]))["pickup_until"] > before
    await page.get_by_role("button", name="Выдан покупателю").click()
    await expect(page.get_by_role("button", name="Вернуть деньги")).to_be_visible()
    assert (await buyer.order_state(order["id"]))["status"] == "delivered"
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 4

    await page.get_by_role("button", name="Вернуть деньги").click()
    await dialog.get_by_role("button", name="Вернуть деньги").click()
    await expect(dialog.get_by_label("Причина")).to_be_focused()
    assert (await buyer.order_state(order["id"]))["status"] == "delivered"
    await dialog.get_by_label("Причина").fill("Трещина")
    await check_page(visitor, "order-refund")
    await dialog.get_by_role("button", name="Вернуть деньги").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("region", name="Оплата").get_by_text("Трещина")).to_be_visible()
    assert (await buyer.order_state(order["id"]))["status"] == "returned"
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 5
    await buyer.close()


async def test_what_was_sold_at_the_counter_is_given_back_to_its_buyer(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper
) -> None:
    goods = await keeper.new_goods(f"Комуз {secrets.token_hex(3)}", stock_qty=1)
    buyer = await BrowserBuyer(bazaar).open_account()
    order = await buyer.order(buyer.order_body(keeper.shop_id, goods["id"]))
    await buyer.open_payment(order)
    await buyer.approve(order)
    await buyer.until_status(order["id"], "awaiting_shipment")
    visitor = await visit("phone")
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    await visitor.take_session(keeper.session)
    await show_order(visitor, order)
    await keeper.till.sell([{"variant_id": goods["id"], "qty": 1, "unit_price": 1500}])
    # It is asked for by itself, and nothing else ends the order meanwhile.
    await expect(page.get_by_role("heading", name="Нужно ваше решение")).to_be_visible()
    await expect(page.get_by_role("button", name="Отменить заказ")).to_have_count(0)
    await check_page(visitor, "order-attention")
    await page.get_by_role("button", name="Завершить и вернуть деньги").click()
    await dialog.get_by_role("button", name="Завершить и вернуть").click()
    await expect(page.get_by_role("heading", name="Нужно ваше решение")).to_have_count(0)
    state = await buyer.until_status(order["id"], "cancelled")
    assert state["refund"]["amount"] == state["total"]
    await buyer.close()
