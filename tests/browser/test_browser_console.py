"""The console by clicks: sellers verified and paid out, money, failures, people, categories, broken neighbours."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import quote

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
    visit: NewVisitor, bazaar: BrowserMarket, admin: Admin, admin_session: dict[str, Any], size: str
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
    await row.get_by_role("button", name="Остановить выплаты").click()
    await dialog.get_by_role("button", name="Остановить выплаты").click()
    await expect(row).to_contain_text("Выплаты остановлены")
    assert (await keeper.eligibility())["buy_eligibility"] != "online_purchase"
    await row.get_by_role("button", name="Подключить выплаты").click()
    await dialog.get_by_role("button", name="Подключить выплаты").click()
    await expect(row).to_contain_text("Выплаты идут")
    await row.get_by_role("button", name="Снять отметку").click()
    await dialog.get_by_role("button", name="Снять отметку").click()
    await expect(page.get_by_text(f"{keeper.merchant_name}: отметка снята")).to_be_visible()
    unverified = (await admin.get("/admin/merchants", params={"verified": "false"}))["items"]
    assert keeper.merchant_id in [merchant["id"] for merchant in unverified]
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


async def test_an_event_is_handled_again_once_what_was_wrong_is_mended(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper, admin_session: dict[str, Any]
) -> None:
    parked = "SELECT count(*) FROM platform.dead_letter WHERE consumer = 'payouts.pay_on_activation' AND key = $1"

    async def read() -> bool:
        return bool(
            await bazaar.value(
                "SELECT (SELECT last FROM platform.consumer WHERE name = 'payouts.pay_on_activation') >="
                " (SELECT max(id) FROM platform.outbox WHERE key = $1)",
                keeper.merchant_id,
            )
        )

    # Events that come to a parked key are parked behind it.
    await eventually(read, what="the worker has read all of the seller's events")
    async with bazaar.database() as connection:
        # A real event of this seller, parked as the worker parks what it cannot read.
        await connection.execute(
            "INSERT INTO platform.dead_letter (consumer, position, event_id, name, key, payload, occurred_at, error,"
            " attempts, parked_at) SELECT 'payouts.pay_on_activation', id, event_id, name, key, '{}', occurred_at,"
            " 'ValidationError: merchant_id', 5, now() FROM platform.outbox WHERE key = $1"
            " AND name LIKE 'merchants.payout_status_changed%' ORDER BY id DESC LIMIT 1",
            keeper.merchant_id,
        )
    assert await bazaar.value(parked, keeper.merchant_id) == 1
    visitor = await at_the_console(visit, admin_session, "phone")
    page = visitor.page
    await visitor.open("/console/failures")
    row = page.get_by_role("listitem").filter(has_text="Событие о продавце").first
    again = row.get_by_role("button", name="Обработать снова")
    await again.click()
    await expect(page.get_by_text("Снова не получилось. Обработано 0, ждут 1.")).to_be_visible()
    await expect(row).to_contain_text("6 попыток")
    assert await bazaar.value(parked, keeper.merchant_id) == 1
    async with bazaar.database() as connection:
        await connection.execute(
            "UPDATE platform.dead_letter d SET payload = o.payload FROM platform.outbox o"
            " WHERE o.event_id = d.event_id AND d.key = $1",
            keeper.merchant_id,
        )
    await again.click()
    await expect(page.get_by_text("Обработано: 1", exact=True)).to_be_visible()
    await expect(page.get_by_text("Событие о продавце")).to_have_count(0)
    assert await bazaar.value(parked, keeper.merchant_id) == 0


async def paid_order(
    buyer: BrowserBuyer, keeper: Shopkeeper, name: str, *, webhook: str = "normal"
) -> dict[str, Any]:
    """An order that the buyer has paid with a card; `webhook`: how the acquirer tells of it."""
    goods = await keeper.new_goods(name)
    order = await buyer.order(buyer.order_body(keeper.shop_id, goods["id"]))
    await buyer.open_payment(order)
    if webhook != "normal":
        await buyer.spoil(order, webhook=webhook)
    await buyer.approve(order)
    return dict(order)


async def test_a_payout_that_the_bank_refused_is_sent_again(
    visit: NewVisitor, bazaar: BrowserMarket, admin: Admin, keeper: Shopkeeper, admin_session: dict[str, Any]
) -> None:
    async def state() -> str | None:
        found: str | None = await bazaar.value(
            "SELECT status FROM payouts.payout WHERE merchant_id = $1::uuid ORDER BY created_at DESC LIMIT 1",
            keeper.merchant_id,
        )
        return found

    buyer = await BrowserBuyer(bazaar).open_account()
    await admin.call("PUT", "/sandbox/bank/faults", json={"mode": "fail"})
    try:
        await paid_order(buyer, keeper, "Казан чугунный")

        async def refused() -> bool:
            return await state() == "failed"

        await eventually(refused, within_s=60, what="the bank refuses")
    finally:
        await admin.call("PUT", "/sandbox/bank/faults", json={"mode": "normal"})
    visitor = await at_the_console(visit, admin_session)
    page = visitor.page
    await visitor.open("/console/payouts?status=failed")
    row = page.get_by_role("listitem").filter(has_text=keeper.merchant_name)
    await expect(row).to_contain_text("Счёт закрыт")
    await check_page(visitor, "console-payouts")
    await row.get_by_role("button", name="Повторить").click()
    dialog = page.get_by_role("dialog")
    await dialog.wait_for()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert await state() == "failed"
    await row.get_by_role("button", name="Повторить").click()
    await dialog.get_by_role("button", name="Повторить").click()
    await expect(row).to_contain_text("повторена")

    async def paid() -> bool:
        return await state() == "paid"

    await eventually(paid, within_s=60, what="the bank has paid")
    await buyer.close()


async def test_a_payment_that_differs_is_looked_into_and_closed(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper, admin_session: dict[str, Any]
) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    order = await paid_order(buyer, keeper, "Чайник заварочный", webhook="wrong_amount")
    open_ones = "SELECT count(*) FROM payments.problem WHERE payment_id = $1::uuid AND resolved_at IS NULL"

    async def noted() -> bool:
        return bool(await bazaar.value(open_ones, order["payment"]["id"]))

    await eventually(noted, what="the difference is noted")
    visitor = await at_the_console(visit, admin_session, "phone")
    page = visitor.page
    await visitor.open("/console/money?view=problems")
    row = page.get_by_role("listitem").filter(has_text="Не та сумма").first
    await check_page(visitor, "console-problems")
    await row.get_by_role("button", name="Разобрано").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Разобрано").click()
    await expect(dialog.get_by_text("Заполните это поле")).to_be_visible()
    assert await noted()
    await dialog.get_by_label("Чем кончилось").fill("Сверено с эквайером: списана верная сумма")
    await dialog.get_by_role("button", name="Разобрано").click()
    await expect(page.get_by_text("Проблема закрыта")).to_be_visible()
    assert not await noted()
    await page.get_by_role("link", name="Разобранные").click()
    await expect(page.get_by_text("Сверено с эквайером: списана верная сумма")).to_be_visible()
    await buyer.close()


@pytest.mark.parametrize("bearer", ["platform", "seller"])
async def test_who_bears_a_refund_is_decided(
    visit: NewVisitor, bazaar: BrowserMarket, keeper: Shopkeeper, admin_session: dict[str, Any], bearer: str
) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    order = await paid_order(buyer, keeper, "Пиала расписная")
    await buyer.until_status(order["id"], "awaiting_shipment")
    claim = {"reason": f"Разбил курьер Kerben {bearer}", "responsible": "platform", "evidence": ["Акт № 5"]}
    await keeper.call(
        "POST", f"/orders/{order['id']}/refund", json=claim, headers={"Idempotency-Key": order["id"]}, expect=201
    )

    async def compensated() -> int:
        return int(
            await bazaar.value(
                "SELECT count(*) FROM ledger.transfer WHERE reference = $1::uuid AND kind = 'refund_borne'",
                order["payment"]["id"],
            )
        )

    visitor = await at_the_console(visit, admin_session, "phone" if bearer == "seller" else "desktop")
    page = visitor.page
    await visitor.open("/console/money?view=refunds")
    row = page.get_by_role("listitem").filter(has_text=order["number"])
    await expect(row).to_contain_text("Акт № 5")
    await check_page(visitor, "console-refunds")
    words = {"platform": "Заплатит Kerben", "seller": "Заплатит продавец"}[bearer]
    await row.get_by_role("button", name=words).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 500")
    await dialog.get_by_role("button", name="Отмена").click()
    await expect(row.get_by_role("button", name=words)).to_be_focused()
    assert await compensated() == 0
    await row.get_by_role("button", name=words).click()
    await dialog.get_by_label("Почему так решили").fill("По записи курьера")
    await dialog.get_by_role("button", name=words).click()
    await expect(row).to_have_count(0)
    assert await compensated() == (1 if bearer == "platform" else 0)
    await page.get_by_role("link", name="Все возвраты").click()
    await expect(row).to_contain_text({"platform": "Платит Kerben", "seller": "Платит продавец"}[bearer])
    await buyer.close()


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
    people = page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("link", name="Журнал"))
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


async def test_somebody_is_put_into_a_group_and_taken_out_with_the_keyboard_alone(
    visit: NewVisitor, bazaar: BrowserMarket, admin: Admin, admin_session: dict[str, Any]
) -> None:
    buyer = await BrowserBuyer(bazaar).open_account()
    group = f"Курьеры {secrets.token_hex(3)}"
    visitor = await at_the_console(visit, admin_session)
    page = visitor.page
    keys = page.keyboard

    async def groups() -> list[str]:
        found = await admin.get("/admin/users", params={"q": buyer.phone})
        return [g["name"] for g in found["items"][0]["groups"]]

    await visitor.open(f"/console/users?q={quote(buyer.phone)}")
    rights = page.get_by_role("button", name=f"Права: {buyer.name}")
    await rights.focus()
    await keys.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Новая группа").focus()
    await keys.type(group)
    await keys.press("Enter")
    box = dialog.get_by_role("checkbox", name=group)
    await expect(box).not_to_be_checked()
    await box.focus()
    await keys.press("Space")
    await expect(page.get_by_text(f"Теперь в группе «{group}»")).to_be_visible()
    await expect(box).to_be_focused()
    assert await groups() == [group]
    await check_page(visitor, "console-rights")
    await keys.press("Space")
    await expect(page.get_by_text(f"Больше не в группе «{group}»")).to_be_visible()
    assert await groups() == []
    await keys.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(rights).to_be_focused()
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
    up = page.get_by_role("button", name=f"Выше: {name}")
    rows = page.get_by_role("main").get_by_role("listitem")
    await up.wait_for()
    before = await rows.all_inner_texts()
    await up.focus()
    await page.keyboard.press("Enter")

    async def higher() -> bool:
        return (await rows.all_inner_texts()).index(name) < before.index(name)

    await eventually(higher, what="it stands one place higher")
    await expect(up).to_be_focused()
    await page.get_by_role("button", name=f"Изменить: {name}").click()
    name = f"{name} и упряжь"
    rename = page.get_by_role("dialog", name="Категория")
    await rename.get_by_label("Название").fill(name)
    await rename.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text(f"Сохранено: {name}")).to_be_visible()
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
