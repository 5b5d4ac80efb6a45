"""The till where nobody looks: behind another tab, asleep, in a second browser, disconnected."""

from __future__ import annotations

import asyncio
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Playwright, Route, expect

from tests.browser.conftest import NewVisitor
from tests.browser.counter import everyday_browser, new_counter, open_shift, pair, sell
from tests.browser.stage import BrowserMarket, Shopkeeper, check_page
from tests.flows.actors import eventually

pytestmark = pytest.mark.slow

UPLOAD = "**/api/v1/pos/sales/bulk"


async def put_behind(page: Page) -> None:
    """Open another tab before the page; the browser must really slow the page down."""
    front = await page.context.new_page()
    await front.goto("about:blank")
    await front.bring_to_front()
    await page.wait_for_function("document.visibilityState === 'hidden'", polling=100)
    three_timers = """async () => {
        const start = Date.now();
        for (let n = 0; n < 3; n++) await new Promise((done) => setTimeout(done, 20));
        return Date.now() - start;
    }"""
    assert await page.evaluate(three_timers) > 1000, "the timers of the page go on at speed"


async def test_signs_of_life_go_on_behind_another_tab(
    bazaar: BrowserMarket, keeper: Shopkeeper, driver: Playwright, tmp_path: Path
) -> None:
    counter = await new_counter(keeper)
    async with everyday_browser(driver, tmp_path) as context:
        page = context.pages[0]
        # The till counts its half minutes by this clock.
        await page.add_init_script(
            "const real = performance.now.bind(performance); performance.now = () => real() * 20"
        )
        await page.goto(f"{bazaar.url()}/pos/")
        await pair(page, counter)
        await put_behind(page)
        for _ in range(3):
            await counter.until_heard_again()
        assert await page.evaluate("document.visibilityState") == "hidden"


async def test_a_till_that_slept_speaks_at_once_and_the_truth(
    bazaar: BrowserMarket, keeper: Shopkeeper, driver: Playwright, tmp_path: Path
) -> None:
    counter = await new_counter(keeper)
    async with everyday_browser(driver, tmp_path) as context:
        page = context.pages[0]
        await page.goto(f"{bazaar.url()}/pos/")
        await pair(page, counter)
        live, waking = page.get_by_text("касса на связи"), page.get_by_text("Касса просыпается")
        await expect(live.first).to_be_visible()
        await put_behind(page)
        cdp: Any = await context.new_cdp_session(page)
        await cdp.send("Page.setWebLifecycleState", {"state": "frozen"})
        # Ten minutes go by, and the network has become slow.
        await page.evaluate("const before = Date.now; Date.now = () => before() + 600_000")
        answered = asyncio.Event()

        async def wait_first(route: Route) -> None:
            await answered.wait()
            await route.continue_()

        await page.route("**/api/v1/pos/heartbeat", wait_first)
        heard = await counter.last_heard()
        await cdp.send("Page.setWebLifecycleState", {"state": "active"})
        await expect(waking).to_be_visible()
        await expect(live).to_have_count(0)
        assert await counter.last_heard() == heard
        answered.set()
        await expect(live.first).to_be_visible()
        await expect(waking).to_have_count(0)
        assert await counter.last_heard() > heard


async def test_two_browsers_of_one_till_share_its_shift(visit: NewVisitor, keeper: Shopkeeper) -> None:
    counter = await new_counter(keeper)
    first, second = (await visit("desktop")), (await visit("phone"))
    for visitor in (first, second):
        await visitor.open("/pos/")
        await pair(visitor.page, counter)
    page, other = first.page, second.page
    await open_shift(page, "Айгуль", "2000")
    await eventually(counter.shift_is_open, what="the server has the shift")
    # A browser that starts takes it over; one that is open does when its shift is looked at.
    await other.get_by_role("link", name="Смена").click()
    await expect(other.get_by_text("Смену открыли в другом браузере")).to_contain_text("2 000 сом")
    await other.get_by_role("button", name="Внести").click()
    dialog = other.get_by_role("dialog")
    await dialog.get_by_label("Причина").fill("Размен")
    await dialog.get_by_label("Сумма").fill("500")
    await dialog.get_by_role("button", name="Внести").click()
    await expect(other.get_by_role("article")).to_contain_text(re.compile(r"Должно быть в кассе\s*2\s500\sсом"))
    await other.get_by_role("button", name="Закрыть смену").click()
    await dialog.get_by_label("Сумма").fill("2500")
    await dialog.get_by_role("button", name="Закрыть и показать").click()
    await expect(other.get_by_role("heading", name="Z-отчёт № 1")).to_be_visible()
    await check_page(second, "pos-z", targets=56)
    # Closed there means closed here.
    await page.reload()
    await expect(page.get_by_text("Смена не открыта").first).to_be_visible()
    await expect(page.get_by_text("Прошлые смены")).to_be_visible()


async def test_a_shift_opened_offline_goes_on_in_the_one_that_is_open(visit: NewVisitor, keeper: Shopkeeper) -> None:
    counter = await new_counter(keeper)
    visitor = await visit("desktop")
    visitor.expected += ["ERR_INTERNET_DISCONNECTED", "WebSocket", "409"]
    page = visitor.page
    await visitor.open("/pos/")
    await pair(page, counter)
    await page.get_by_role("link", name="Смена").click()
    await visitor.context.set_offline(True)
    await open_shift(page, "Бакыт", "9000")
    opened = await counter.till.signed("/pos/shifts/open", {"opening_cash": "2000", "cashier": "Айгуль"})
    assert opened.status_code == 201, opened.text
    await visitor.context.set_offline(False)
    await expect(page.get_by_text("Смену открыли в другом браузере")).to_contain_text("2 000 сом")
    await expect(page.get_by_role("article")).to_contain_text("Айгуль")
    shifts = await counter.market.fetch(
        "SELECT opening_cash FROM pos.shift WHERE device_id = $1::uuid", counter.device_id
    )
    assert [row["opening_cash"] for row in shifts] == [200_000]


async def test_a_till_paired_anew_never_sends_a_receipt_twice(visit: NewVisitor, keeper: Shopkeeper) -> None:
    name = f"Чапан {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=10)
    old, new = await new_counter(keeper, "Старая"), await new_counter(keeper, "Новая")
    visitor = await visit("desktop")
    visitor.expected += ["ERR_FAILED", "401"]
    page = visitor.page
    await visitor.open("/pos/")
    await pair(page, old)

    async def record_and_drop(route: Route) -> None:
        assert (await route.fetch()).ok
        await route.abort()

    await page.route(UPLOAD, record_and_drop, times=1)
    await sell(page, name)
    await old.until_received([("sale", 150_000)])
    await keeper.call("DELETE", f"/shops/{keeper.shop_id}/pos-devices/{old.device_id}", expect=204)
    locked = page.get_by_role("link", name="Касса отключена в кабинете")
    await sell(page, name)
    await expect(locked).to_be_visible()
    await locked.click()
    await page.get_by_role("button", name="Отключить кассу").click()
    await page.get_by_role("dialog").get_by_role("button", name="Отключить кассу").click()
    await pair(page, new)
    # What the old one never got through goes with the new one; what may be recorded stays and is shown.
    await new.until_received([("sale", 150_000)])
    await page.get_by_role("link", name="Требует решения: 1").click()
    await expect(page.get_by_role("heading", name="Остались за отключённой кассой")).to_be_visible()
    await expect(page.get_by_role("button", name="Отправить ещё раз")).to_have_count(0)
    await check_page(visitor, "pos-left-behind", targets=44)
    await page.get_by_role("button", name="Решено вручную").click()
    await page.get_by_role("dialog").get_by_role("button", name="Решено вручную").click()
    await expect(page.get_by_text("Требует решения")).to_have_count(0)
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 8
    assert (await old.receipts(), await new.receipts()) == ([("sale", 150_000)], [("sale", 150_000)])
