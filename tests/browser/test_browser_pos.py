"""The till in the browser: paired and used by clicks, without a network, after a loss of power, with a camera."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Playwright, Route, expect

from tests.browser import barcode
from tests.browser.conftest import NewVisitor
from tests.browser.counter import (
    add,
    controlled_by_worker,
    kill_browser,
    new_counter,
    pair,
    sell,
    take_cash,
    till_browser,
)
from tests.browser.line import Line
from tests.browser.stage import (
    BrowserMarket,
    Shopkeeper,
    Visitor,
    check_page,
)
from tests.flows.actors import eventually

pytestmark = pytest.mark.slow

UPLOAD = "**/api/v1/pos/sales/bulk"
sizes = pytest.mark.parametrize("size", ["phone", "desktop"])


def waiting(page: Page, number: int) -> Locator:
    """The bar that says how many receipts wait."""
    return page.get_by_text(f"отправки: {number}")


@sizes
async def test_a_sale_for_cash_with_change_and_its_refund(visit: NewVisitor, keeper: Shopkeeper, size: str) -> None:
    name = f"Ляган {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=10)
    counter = await new_counter(keeper)
    visitor = await visit(size)
    page = visitor.page
    await visitor.open("/pos/")
    await expect(page).to_have_title("Подключение кассы · Kerben")
    await check_page(visitor, "pos-pair")
    await page.get_by_label("Или вставьте код текстом").fill("kerben-pos:nothing")
    await page.get_by_role("button", name="Подключить").click()
    await expect(page.get_by_text("Это не код подключения")).to_be_visible()
    await pair(page, counter)
    await expect(page).to_have_title("Продажа · Kerben")
    await expect(page.get_by_text("Касса у входа")).to_be_visible()
    await check_page(visitor, "pos-empty", targets=56)
    await add(page, name)
    await page.get_by_role("button", name="Больше", exact=True).click()
    await check_page(visitor, "pos-receipt", targets=56)
    await page.get_by_role("button", name="Наличные", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Получено").fill("2000")
    await expect(dialog.get_by_text("Не хватает")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Принять оплату")).to_be_disabled()
    await dialog.get_by_label("Получено").fill("5000")
    await expect(dialog.get_by_text("2 000 сом")).to_be_visible()
    await check_page(visitor, "pos-pay", targets=56)
    await dialog.get_by_role("button", name="Принять оплату").click()
    await expect(page.get_by_role("heading", name="Продано")).to_be_visible()
    await expect(page.get_by_text("2 000 сом").first).to_be_visible()
    # The receipt names the seller.
    await expect(page.get_by_role("article")).to_contain_text(keeper.merchant_name)
    await check_page(visitor, "pos-sold", targets=56)
    await counter.until_received([("sale", 300_000)])
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 8

    await page.get_by_role("link", name="Чеки").click()
    await page.get_by_role("main").get_by_role("listitem").first.get_by_role("link").click()
    await page.get_by_role("link", name="Вернуть товар").click()
    await page.get_by_role("button", name="Больше", exact=True).click()
    await check_page(visitor, "pos-refund", targets=44)
    await page.get_by_role("button", name=re.compile("Вернуть 1 500 сом")).click()
    await page.get_by_role("dialog").get_by_role("button", name="Деньги возвращены").click()
    await expect(page.get_by_role("heading", name="Возврат оформлен")).to_be_visible()
    await counter.until_received([("sale", 300_000), ("refund", 150_000)])
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 9


async def test_a_scanner_that_types_fills_the_receipt(visit: NewVisitor, keeper: Shopkeeper) -> None:
    name = f"Самовар {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name)
    counter = await new_counter(keeper)
    visitor = await visit("desktop")
    page = visitor.page
    await visitor.open("/pos/")
    await pair(page, counter)
    await visitor.scan(goods["barcode"])
    await visitor.scan(goods["barcode"])
    receipt = page.get_by_role("region", name="Чек")
    await expect(receipt.get_by_role("button", name=re.compile(name))).to_contain_text("3 000 сом")
    await expect(page.get_by_label("Название или код")).to_have_value("")
    await visitor.scan(barcode_of("299999999999"))
    await expect(page.get_by_text("в магазине нет").first).to_be_visible()
    # From here on by keys alone.
    await page.keyboard.press("F8")
    await expect(page.get_by_role("dialog").get_by_label("Получено")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Продано")).to_be_visible()
    await expect(page.get_by_role("link", name="Новый чек")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Чек пуст")).to_be_visible()
    await counter.until_received([("sale", 300_000)])


def barcode_of(twelve: str) -> str:
    """A right GTIN-13."""
    return twelve + barcode.check_digit(twelve)


@sizes
async def test_the_till_sells_on_without_a_network(visit: NewVisitor, keeper: Shopkeeper, size: str) -> None:
    name = f"Кумган {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=10)
    counter = await new_counter(keeper)
    visitor = await visit(size, service_workers="allow")
    visitor.expected += ["ERR_INTERNET_DISCONNECTED", "WebSocket", "504"]
    page = visitor.page
    await visitor.open("/pos/")
    await pair(page, counter)
    await controlled_by_worker(page)
    await visitor.context.set_offline(True)
    await sell(page, name)
    await sell(page, name)
    await expect(waiting(page, 2)).to_be_visible()
    await check_page(visitor, "pos-offline", targets=44)
    assert await counter.receipts() == []
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 10
    await page.get_by_role("link", name="Чеки").click()
    await expect(page.get_by_text("ждёт отправки")).to_have_count(2)
    await visitor.context.set_offline(False)
    await counter.until_received([("sale", 150_000)] * 2)
    await expect(page.get_by_text("ждёт отправки")).to_have_count(0)
    await expect(page.get_by_text("Нет связи")).to_have_count(0)
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 8


async def test_a_dropped_answer_doubles_nothing(visit: NewVisitor, keeper: Shopkeeper) -> None:
    name = f"Тандыр {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=10)
    counter = await new_counter(keeper)
    visitor = await visit("desktop")
    visitor.expected.append("ERR_FAILED")
    page = visitor.page
    await visitor.open("/pos/")
    await pair(page, counter)
    calls: list[int] = []

    async def drop_first(route: Route) -> None:
        calls.append(len(calls))
        if len(calls) > 1:
            await route.continue_()
            return
        # The server records it; the till never hears.
        answer = await route.fetch()
        assert answer.ok
        await route.abort()

    await page.route(UPLOAD, drop_first)
    await sell(page, name)
    await counter.until_received([("sale", 150_000)])
    await sell(page, name)

    async def sent_again() -> bool:
        return len(calls) > 1

    await eventually(sent_again, what="the receipt is sent again")
    await counter.until_received([("sale", 150_000)] * 2)
    await page.get_by_role("link", name="Чеки").click()
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)
    await expect(page.get_by_text("ждёт отправки")).to_have_count(0)
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 8


async def test_a_refused_receipt_is_shown_and_the_others_go_on(visit: NewVisitor, keeper: Shopkeeper) -> None:
    name = f"Курпача {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=10)
    counter = await new_counter(keeper)
    visitor = await visit("phone")
    page = visitor.page
    await visitor.open("/pos/")
    await pair(page, counter)
    spoilt: list[str] = []

    async def spoil_first(route: Route) -> None:
        # Goods that the server does not know, as after a mistake on the device's disk.
        body: dict[str, Any] = json.loads(route.request.post_data or "")
        body["sales"][0]["items"][0]["variant_id"] = counter.device_id
        spoilt.append(body["sales"][0]["receipt_number"])
        answer = await counter.till.signed("/pos/sales/bulk", body)
        await route.fulfill(status=answer.status_code, body=answer.text, content_type="application/json")

    # The first one also loads the receipt's page, which the others show without a network.
    await sell(page, name)
    await visitor.context.set_offline(True)
    visitor.expected += ["ERR_INTERNET_DISCONNECTED", "WebSocket"]
    await sell(page, name)
    await sell(page, name)
    await page.route(UPLOAD, spoil_first, times=1)
    await visitor.context.set_offline(False)
    await counter.until_received([("sale", 150_000)] * 2)
    bar = page.get_by_role("link", name="Сервер не принял 1 чек")
    await expect(bar).to_be_visible()
    await sell(page, name)
    await counter.until_received([("sale", 150_000)] * 3)
    await bar.click()
    await expect(page.get_by_text(spoilt[0])).to_be_visible()
    await check_page(visitor, "pos-refused", targets=44)
    # It was a passing mistake: sent again as it is kept, it is taken.
    await page.get_by_role("button", name="Отправить ещё раз").click()
    await counter.until_received([("sale", 150_000)] * 4)
    await expect(bar).to_be_hidden()
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 6


async def test_what_was_sold_offline_survives_a_killed_browser(
    bazaar: BrowserMarket, keeper: Shopkeeper, driver: Playwright, tmp_path: Path
) -> None:
    name = f"Бешик {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=10)
    counter = await new_counter(keeper)
    line = await Line(bazaar.ports[0]).mend()
    try:
        async with till_browser(driver, tmp_path) as context:
            page = context.pages[0]
            await page.goto(f"{line.url}/pos/")
            await pair(page, counter)
            await controlled_by_worker(page)
            await line.cut()
            await sell(page, name)
            await add(page, name)
            await take_cash(page)
            assert kill_browser(tmp_path) >= 1
        async with till_browser(driver, tmp_path) as context:
            page = context.pages[0]
            # Nobody answers at the address: the page comes from the worker, the goods and the queue from the disk.
            await page.goto(f"{line.url}/pos/")
            await expect(page.get_by_label("Название или код")).to_be_visible()
            await expect(waiting(page, 2)).to_be_visible()
            await sell(page, name)
            await expect(waiting(page, 3)).to_be_visible()
            assert await counter.receipts() == []
            await line.mend()
            await counter.until_received([("sale", 150_000)] * 3)
            await expect(page.get_by_text("Нет связи")).to_have_count(0)
            numbers = await bazaar.fetch(
                "SELECT receipt_number FROM pos.sale WHERE device_id = $1::uuid", counter.device_id
            )
            assert len({row["receipt_number"] for row in numbers}) == 3
            assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 7
    finally:
        await line.cut()


async def test_the_camera_reads_a_barcode_into_the_receipt(
    bazaar: BrowserMarket, keeper: Shopkeeper, driver: Playwright, tmp_path: Path
) -> None:
    code = barcode_of(f"4870{secrets.randbelow(10**8):08d}")
    name = f"Мёд горный {secrets.token_hex(3)}"
    variant = {
        "sku": f"SKU-{secrets.token_hex(4)}",
        "barcode": code,
        "attributes": {},
        "price": {"amount": 45_000, "currency": "KGS"},
        "unit": "pcs",
        "stock_qty": 5,
    }
    await keeper.add_product([variant], name)
    counter = await new_counter(keeper)
    camera = barcode.film(code, tmp_path / "camera.y4m")
    flags = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={camera}")
    async with till_browser(driver, tmp_path / "profile", *flags) as context:
        visitor = Visitor(bazaar, context, context.pages[0], "desktop")
        page = visitor.page
        await visitor.open("/pos/")
        await pair(page, counter)
        await page.get_by_role("button", name="Сканировать камерой").click()
        dialog = page.get_by_role("dialog", name="Сканировать камерой")
        await expect(dialog.get_by_text(name)).to_be_visible()
        await check_page(visitor, "pos-camera", targets=44)
        await dialog.get_by_role("button", name="Закрыть").click()
        receipt = page.get_by_role("region", name="Чек")
        await expect(receipt.get_by_role("button", name=re.compile(name))).to_contain_text("450 сом")
        await take_cash(page)
        await counter.until_received([("sale", 45_000)])
        assert visitor.faults() == []
