"""The console by clicks: sellers verified and paid out, failures, people, categories, broken neighbours."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.stage import SIZES, BrowserBuyer, BrowserMarket, Shopkeeper, Visitor, check_page
from tests.flows.actors import Admin, eventually

pytestmark = pytest.mark.slow

sizes = pytest.mark.parametrize("size", SIZES)


async def at_the_console(visit: NewVisitor, session: dict[str, Any], size: str = "desktop") -> Visitor:
    """The administrator."""
    visitor = await visit(size)
    await visitor.take_session(session)
    return visitor


async def sign_in_status(buyer: BrowserBuyer) -> int:
    """How a sign-in with the right password is answered."""
    body = {"login": buyer.phone, "password": buyer.password}
    return (await buyer.send("POST", "/auth/signin", json=body)).status_code


@sizes
async def test_a_seller_is_verified_and_paid_out_and_buyers_can_buy(
    visit: NewVisitor, bazaar: BrowserMarket, admin_session: dict[str, Any], size: str
) -> None:
    keeper = await Shopkeeper(bazaar).sign_up("Бакыт")
    await keeper.found_merchant()
    await keeper.found_shop()
    await keeper.register_till()
    await keeper.till.heartbeat()
    await keeper.onboard_payouts()
    goods = await keeper.new_goods(f"Седло {secrets.token_hex(3)}")
    buyer = await visit(size)
    await buyer.open(f"/p/{goods['product_id']}")
    await expect(buyer.page.get_by_role("heading", name="Связаться")).to_be_visible()

    visitor = await at_the_console(visit, admin_session, size)
    page = visitor.page
    await visitor.open("/console/")
    await check_page(visitor, "console-overview")
    await visitor.open("/console/merchants?verified=false")
    row = page.get_by_role("listitem").filter(has_text=keeper.merchant_name)
    await check_page(visitor, "console-merchants")
    await row.get_by_role("button", name="Проверить").click()
    await expect(page.get_by_text(f"{keeper.merchant_name}: проверен")).to_be_visible()
    await row.get_by_role("button", name="Подключить выплаты").click()
    await page.get_by_role("dialog").get_by_role("button", name="Подключить выплаты").click()
    await expect(row).to_contain_text("Выплаты идут")
    assert (await keeper.eligibility())["buy_eligibility"] == "online_purchase"
    await buyer.open(f"/p/{goods['product_id']}")
    await expect(buyer.page.get_by_role("main").get_by_role("button", name="Купить")).to_be_visible()

    await row.get_by_role("button", name="Остановить выплаты").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Отмена").click()
    await expect(row).to_contain_text("Выплаты идут")
    assert (await keeper.eligibility())["buy_eligibility"] == "online_purchase"
    await keeper.close()


async def test_an_event_that_could_not_be_handled_is_seen_and_given_up(
    visit: NewVisitor, bazaar: BrowserMarket, admin_session: dict[str, Any]
) -> None:
    mark = secrets.token_hex(6)
    async with bazaar.database() as connection:
        await connection.execute(
            "INSERT INTO platform.dead_letter (consumer, position, event_id, name, key, payload, occurred_at, error,"
            " attempts, parked_at) VALUES ('browser-test', 1, gen_random_uuid(), 'orders.order_paid', $1, '{}',"
            " now(), $2, 5, now())",
            mark,
            f"ValueError: {mark}",
        )
    visitor = await at_the_console(visit, admin_session)
    page = visitor.page
    await visitor.open("/console/failures")
    row = page.get_by_role("listitem").filter(has_text="Событие о заказе").first
    await expect(row).to_contain_text("5 попыток")
    await expect(row.get_by_text(mark)).to_be_hidden()
    await row.get_by_text("Подробности для разработчика").click()
    await expect(row.get_by_text(mark)).to_be_visible()
    await check_page(visitor, "console-failures")
    await row.get_by_role("button", name="Отбросить").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Отбросить").click()
    await expect(dialog.get_by_text("Заполните это поле")).to_be_visible()
    assert await bazaar.value("SELECT count(*) FROM platform.dead_letter WHERE key = $1", mark) == 1
    await dialog.get_by_label("Почему оно не нужно").fill("Проверка")
    await dialog.get_by_role("button", name="Отбросить").click()
    await expect(page.get_by_text("Событие отброшено")).to_be_visible()
    await expect(page.get_by_text(mark)).to_have_count(0)
    assert await bazaar.value("SELECT count(*) FROM platform.dead_letter WHERE key = $1", mark) == 0


@sizes
async def test_a_neighbour_is_broken_by_a_button_and_mended(
    visit: NewVisitor, admin: Admin, admin_session: dict[str, Any], size: str
) -> None:
    visitor = await at_the_console(visit, admin_session, size)
    page = visitor.page

    async def mode() -> str:
        return str((await admin.get("/sandbox/acquirer/faults"))["webhook"]["mode"])

    await visitor.open("/console/sandbox")
    webhook = page.get_by_role("region", name="Эквайер: сообщения об оплате")
    await expect(webhook.get_by_text("работает")).to_be_visible()
    try:
        await webhook.get_by_role("button", name="Сломать: Не придёт").click()
        await expect(webhook.get_by_text("сломан", exact=True)).to_be_visible()
        assert await mode() == "never"
        await check_page(visitor, "console-sandbox-broken")
        await webhook.get_by_role("button", name="Починить").click()
        await expect(webhook.get_by_text("работает")).to_be_visible()
        assert await mode() == "normal"
    finally:
        await admin.call("DELETE", "/sandbox/acquirer/faults", expect=(200, 204))


async def test_somebody_is_blocked_and_let_in_again(
    visit: NewVisitor, bazaar: BrowserMarket, admin_session: dict[str, Any]
) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    visitor = await at_the_console(visit, admin_session, "phone")
    page = visitor.page
    await visitor.open("/console/users")
    await page.get_by_label("Имя, телефон или почта").fill(buyer.phone)
    await page.get_by_role("button", name="Найти").click()
    people = page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("link", name="Действия"))
    await expect(people).to_have_count(1)
    await check_page(visitor, "console-user")
    await people.get_by_role("button", name="Заблокировать").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(re.compile("Причина")).fill("Проверка")
    await dialog.get_by_role("button", name="Заблокировать").click()
    await expect(people).to_contain_text("Заблокирован")
    assert await sign_in_status(buyer) in (401, 403)
    await people.get_by_role("button", name="Разблокировать").click()
    await expect(people.get_by_role("button", name="Заблокировать")).to_be_visible()
    assert await sign_in_status(buyer) == 200
    await buyer.close()


async def test_a_new_category_is_there_for_everybody(
    visit: NewVisitor, admin: Admin, admin_session: dict[str, Any]
) -> None:
    name = f"Сёдла {secrets.token_hex(3)}"
    visitor = await at_the_console(visit, admin_session)
    page = visitor.page
    await visitor.open("/console/categories")
    await page.get_by_role("button", name="Новая категория").click()
    dialog = page.get_by_role("dialog", name="Новая категория")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(dialog.get_by_label("Название")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Название").fill(name)
    await check_page(visitor, "console-category")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text(f"Сохранено: {name}")).to_be_visible()

    async def known() -> list[str]:
        return [c["id"] for c in (await admin.get("/categories"))["items"] if c["name"] == name]

    assert len(await known()) == 1
    await page.get_by_role("button", name=f"Скрыть: {name}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Скрыть").click()
    await expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text("скрыта")

    async def gone() -> bool:
        return await known() == []

    await eventually(gone, what="buyers do not see it")


async def test_an_order_is_found_by_its_number(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper, admin_session: dict[str, Any]
) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    goods = await keeper.new_goods("Платок для консоли")
    order = await buyer.order(buyer.order_body(keeper.shop_id, goods["id"], payment="cash_on_receipt"))
    visitor = await at_the_console(visit, admin_session, "phone")
    page = visitor.page
    await visitor.open("/console/orders")
    await page.get_by_label("Номер заказа или телефон").fill(order["number"])
    await page.get_by_role("button", name="Найти").click()
    await page.get_by_role("main").get_by_role("link", name=re.compile(order["number"])).first.click()
    await expect(page.get_by_role("heading", level=1, name=f"Заказ {order['number']}")).to_be_visible()
    await expect(page.get_by_text("Платок для консоли")).to_be_visible()
    await check_page(visitor, "console-order")
    await buyer.close()
