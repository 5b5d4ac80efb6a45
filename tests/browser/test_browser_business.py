"""The seller's cabinet by clicks: opening a shop, goods, goods-in, files, requests, tills, staff, keys, money."""

from __future__ import annotations

import io
import re
import secrets

import pytest
from PIL import Image
from playwright.async_api import Page, expect
from pyotp.totp import TOTP

from tests.browser.barcode import gtin
from tests.browser.conftest import NewShopkeeper, NewVisitor
from tests.browser.stage import (
    SIZES,
    BrowserBuyer,
    BrowserMarket,
    Shopkeeper,
    Visitor,
    check_page,
    message_code,
    prove_phone,
)
from tests.flows.actors import Admin, eventually, new_phone

pytestmark = pytest.mark.slow

sizes = pytest.mark.parametrize("size", SIZES)


@pytest.fixture
async def cabinet(visit: NewVisitor, keeper: Shopkeeper) -> Visitor:
    """The seller at the cabinet, on a phone."""
    visitor = await visit("phone")
    await visitor.take_session(keeper.session)
    return visitor


async def choose_category(page: Page) -> None:
    """Take the first category there is."""
    await page.get_by_role("button", name=re.compile("^Категория")).click()
    dialog = page.get_by_role("dialog", name="Категория")
    await dialog.get_by_role("textbox").or_(dialog.get_by_role("searchbox")).fill("Платья")
    await dialog.get_by_role("button", name=re.compile("Платья")).first.click()


def photo() -> bytes:
    """A small picture, of another colour each time."""
    stream = io.BytesIO()
    Image.new("RGB", (640, 640), tuple(secrets.token_bytes(3))).save(stream, "JPEG")
    return stream.getvalue()


async def positions(keeper: Shopkeeper, person: BrowserBuyer) -> set[tuple[str, str | None]]:
    """What somebody does for the seller, and where; None: everywhere."""
    people = (await keeper.get(f"/merchants/{keeper.merchant_id}/staff"))["items"]
    (held,) = [one["positions"] for one in people if one["user_id"] == person.user_id]
    return {(one["role"], shop) for one in held for shop in one.get("shop_ids") or [None]}


@sizes
async def test_a_newcomer_opens_a_shop_with_a_till(
    visit: NewVisitor, bazaar: BrowserMarket, admin: Admin, size: str
) -> None:
    visitor, phone, name = await visit(size), new_phone(), f"Лавка {secrets.token_hex(3)}"
    page = visitor.page
    await page.goto(bazaar.url() + "/business/")
    await page.get_by_role("main").get_by_role("link", name="Создать аккаунт").click()
    await page.get_by_label("Как вас зовут").fill("Нурлан")
    await page.get_by_label("Телефон или почта").fill(phone)
    await page.get_by_label("Новый пароль").fill(secrets.token_urlsafe(9))
    await page.get_by_role("button", name="Создать аккаунт").click()
    await page.get_by_label("Название продавца").fill(name)
    await check_page(visitor, "begin-merchant")
    await page.get_by_role("button", name="Дальше").click()
    await page.get_by_role("button", name="Настроить второй шаг").click()
    link = await page.get_by_role("link", name="Открыть в приложении").get_attribute("href")
    found = re.search(r"secret=([A-Z2-7]+)", link or "")
    assert found is not None, link
    await check_page(visitor, "begin-second-factor")
    await page.get_by_label("Код из приложения").fill(TOTP(found[1]).now())
    await page.get_by_role("button", name="Включить второй шаг").click()
    await page.get_by_label("Название магазина").fill(name)
    await page.get_by_role("button", name="Открыть магазин").click()
    await expect(page.get_by_label("Адрес")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Адрес").fill("Бишкек, рынок Дордой, ряд 7")
    await page.get_by_label("Точка на карте").fill("42.9396, 74.6198")
    await page.get_by_label("Телефон магазина").fill(phone)
    await check_page(visitor, "begin-shop")
    await page.get_by_role("button", name="Открыть магазин").click()
    await expect(page.get_by_text("Магазин открыт")).to_be_visible()

    await visitor.open("/business/tills")
    await page.get_by_role("button", name="Подключить кассу").click()
    await page.get_by_role("dialog").get_by_label("Название кассы").fill("Касса у входа")
    await page.get_by_role("button", name="Получить код").click()
    code = page.get_by_role("dialog", name="Код подключения").get_by_text(re.compile(r"^\s*kerben-pos:"))
    text = (await code.first.inner_text()).strip()
    await check_page(visitor, "till-code")
    await page.get_by_role("button", name="Код сохранён").click()
    till = await visit(size)
    await till.open("/pos/")
    await till.page.get_by_label("Или вставьте код текстом").fill(text)
    await till.page.get_by_role("button", name="Подключить").click()
    await expect(till.page.get_by_label("Название или код")).to_be_visible()
    await expect(page.get_by_role("main").get_by_text("касса на связи")).to_be_visible()
    shops = await bazaar.fetch("SELECT id FROM merchants.shop WHERE name = $1", name)
    assert len(shops) == 1


@sizes
async def test_goods_with_a_picture_and_variants_are_put_on_sale(
    visit: NewVisitor, keeper: Shopkeeper, size: str
) -> None:
    name, code = f"Пиала {secrets.token_hex(3)}", gtin()
    visitor = await visit(size)
    page = visitor.page
    await visitor.take_session(keeper.session)
    await visitor.open("/business/goods/new")
    await page.get_by_role("button", name="Выставить на продажу").click()
    await expect(page.get_by_label("Название")).to_be_focused()
    await check_page(visitor, "goods-new-wrong")
    await page.get_by_label("Название").fill(name)
    await choose_category(page)
    await page.get_by_label("Описание").fill("Ручная роспись")
    await page.get_by_label("Выбрать").set_input_files(
        [{"name": "bowl.jpg", "mimeType": "image/jpeg", "buffer": photo()}]
    )
    await expect(page.get_by_role("img", name=re.compile(f"{name}, фотография 1"))).to_be_visible()
    await page.get_by_role("textbox", name=re.compile("^Цена")).fill("1 500,50")
    await page.get_by_label("Сейчас в магазине").fill("7")
    await page.get_by_label("Артикул").fill(f"P-{secrets.token_hex(4)}")
    await page.get_by_label("Штрихкод", exact=True).fill(code)
    await page.get_by_role("button", name="Добавить свойство").first.click()
    await page.get_by_label("Свойство", exact=True).first.fill("Цвет")
    await page.get_by_label("Свойство", exact=True).first.press("Tab")
    await page.get_by_label("Значение").first.fill("Синяя")
    await page.get_by_role("button", name="Добавить вариант").click()
    second = page.get_by_role("heading", name="Вариант 2").locator("xpath=ancestor::section[1]")
    await second.get_by_label("Артикул").fill(f"P-{secrets.token_hex(4)}")
    await second.get_by_label("Сейчас в магазине").fill("3")
    if not await second.get_by_label("Значение").count():
        await second.get_by_role("button", name="Добавить свойство").click()
        await second.get_by_label("Свойство", exact=True).fill("Цвет")
        await second.get_by_label("Свойство", exact=True).press("Tab")
    await second.get_by_label("Значение").fill("Белая")
    await check_page(visitor, "goods-new")
    await page.get_by_role("button", name="Выставить на продажу").click()
    await expect(page.get_by_text(f"«{name}» на продаже")).to_be_visible()
    await check_page(visitor, "goods-edit")
    (product,) = (await keeper.get("/search", params={"q": name, "shop_id": keeper.shop_id}))["items"]
    made = await keeper.get(f"/products/{product['id']}")
    assert len(made["pictures"]) == 1
    assert [(v["price"]["amount"], v["stock_qty"]) for v in made["variants"]] == [(150_050, 7), (150_050, 3)]
    assert made["variants"][0]["barcode"] == code

    buyer = await visit(size)
    await buyer.open(f"/p/{made['id']}")
    await buyer.page.get_by_role("radio", name="Белая").check(force=True)
    await expect(buyer.page.get_by_role("main").get_by_text("Осталось 3")).to_be_visible()
    await check_page(buyer, "product-variants")


async def test_goods_come_in_by_a_scanner(cabinet: Visitor, keeper: Shopkeeper) -> None:
    name = f"Чыны {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=4)
    page = cabinet.page
    cabinet.expected.append("404")
    await cabinet.open("/business/stock/in")
    await cabinet.scan(goods["barcode"])
    line = page.get_by_label(f"Количество: {name}")
    await expect(line).to_have_value("1")
    await cabinet.scan(goods["barcode"])
    await expect(line).to_have_value("2")
    unknown = gtin()
    await cabinet.scan(unknown)
    await expect(page.get_by_text(f"Код {unknown} не найден")).to_be_visible()
    await check_page(cabinet, "goods-in")
    # What was scanned is there after a reload.
    await page.reload()
    await expect(line).to_have_value("2")
    await page.get_by_label(f"Закупочная цена: {name}").fill("850")
    await page.get_by_label("Поставщик").fill("ОсОО «Керамика»")
    await page.get_by_role("button", name="Сохранить приход").click()
    await expect(page.get_by_text("Приход сохранён")).to_be_visible()
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 6


async def test_a_stocktake_shows_what_differs_before_it_is_saved(cabinet: Visitor, keeper: Shopkeeper) -> None:
    name = f"Кесе {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=5)
    page = cabinet.page
    await cabinet.open("/business/stock/count")
    await cabinet.scan(goods["barcode"])
    await page.get_by_label(f"Количество: {name}").fill("3")
    await page.get_by_label(f"Количество: {name}").press("Tab")
    await page.get_by_role("button", name="Сверить с учётом").click()
    await expect(page.get_by_text("меньше 1")).to_be_visible()
    await check_page(cabinet, "stocktake")
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 5
    await page.get_by_role("button", name="Сохранить пересчёт").click()
    await expect(page.get_by_text("Остатки исправлены")).to_be_visible()
    assert await keeper.stock_qty(goods["product_id"], goods["id"]) == 3


@sizes
async def test_a_file_is_checked_and_loaded_and_its_faulty_row_told(
    visit: NewVisitor, keeper: Shopkeeper, size: str
) -> None:
    mark = secrets.token_hex(3)
    rows = [
        "артикул;название;цена;остаток;штрихкод",
        f"F-{mark}-1;Ложка {mark};120;10;",
        f"F-{mark}-2;Вилка {mark};абв;5;",
        f"F-{mark}-3;Нож {mark};340,50;2;{gtin()}",
    ]
    visitor = await visit(size)
    page = visitor.page
    await visitor.take_session(keeper.session)
    await visitor.open("/business/goods/import")
    content = "\n".join(rows).encode()
    await page.get_by_label("Выбрать файл").set_input_files(
        [{"name": f"goods-{mark}.csv", "mimeType": "text/csv", "buffer": content}]
    )
    await page.get_by_role("button", name="Проверить файл").click()
    await expect(page.get_by_role("heading", level=1, name="Проверка файла")).to_be_visible()
    faults = page.get_by_role("table", name="Что посмотреть")
    await expect(faults.get_by_text("Цена — число больше нуля")).to_be_visible()
    await expect(faults.get_by_role("row").filter(has_text="Цена — число")).to_contain_text("3")
    await check_page(visitor, "import-checked")
    found = await keeper.get("/products", params={"shop_id": keeper.shop_id, "limit": 100})
    assert not [p for p in found["items"] if mark in p["name"]]
    await page.get_by_role("button", name="Загрузить в магазин").click()
    await expect(page.get_by_role("heading", level=1, name="Загрузка")).to_be_visible()
    await expect(page.get_by_role("link", name="К товарам")).to_be_visible()
    await expect(faults.get_by_text("Цена — число больше нуля")).to_be_visible()
    await check_page(visitor, "import-done")

    async def names() -> list[str]:
        page = await keeper.get("/products", params={"shop_id": keeper.shop_id, "limit": 100})
        return sorted(p["name"] for p in page["items"] if mark in p["name"])

    assert await names() == [f"Ложка {mark}", f"Нож {mark}"]


async def test_a_question_of_a_buyer_is_answered(cabinet: Visitor, keeper: Shopkeeper) -> None:
    name = f"Комуз {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name)
    page = cabinet.page
    await cabinet.open("/business/requests")
    body = {"variant_id": goods["id"], "name": "Бермет", "phone": new_phone(), "comment": "Есть чехол?"}
    await keeper.post(f"/products/{goods['product_id']}/availability-requests", body, expect=201)
    request = page.get_by_role("listitem").filter(has_text=name)
    # It appears by itself.
    await expect(request).to_contain_text("Есть чехол?")
    await check_page(cabinet, "requests")
    await request.get_by_role("button", name="Отметить ответ").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Товар есть").check()
    await dialog.get_by_label("Заметка").fill("Придёт завтра")
    await dialog.get_by_role("button").last.click()
    await expect(request).to_have_count(0)
    answered = await keeper.get(f"/shops/{keeper.shop_id}/availability-requests", params={"status": "answered"})
    (one,) = [item for item in answered["items"] if item["product_name"] == name]
    assert (one["outcome"], one["note"]) == ("in_stock", "Придёт завтра")


async def test_a_till_that_counts_otherwise_is_settled(cabinet: Visitor, keeper: Shopkeeper) -> None:
    name = f"Арчын {secrets.token_hex(3)}"
    goods = await keeper.new_goods(name, stock_qty=10)
    await keeper.till.heartbeat([{"sku": goods["sku"], "qty": 7}])
    page = cabinet.page
    await cabinet.open("/business/tills")
    await page.get_by_role("button", name="Расхождения").click()
    row = page.get_by_role("listitem").filter(has_text=name)
    await expect(row).to_contain_text("7")
    await check_page(cabinet, "differences")
    await row.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio").first.check()
    await dialog.get_by_role("button").last.click()
    await expect(row).to_have_count(0)

    async def settled() -> bool:
        return await keeper.stock_qty(goods["product_id"], goods["id"]) in (7, 10)

    await eventually(settled, what="the stock is what was decided")
    assert await keeper.send("GET", f"/variants/{goods['id']}") is not None


async def test_somebody_is_invited_and_begins_to_work(
    visit: NewVisitor, bazaar: BrowserMarket, new_shopkeeper: NewShopkeeper
) -> None:
    keeper, cashier = await new_shopkeeper(), await BrowserBuyer(bazaar).open_account()
    visitor = await visit("phone")
    page = visitor.page
    await visitor.take_session(keeper.session)
    await visitor.open("/business/staff")
    await page.get_by_role("button", name="Пригласить").click()
    dialog = page.get_by_role("dialog", name="Пригласить")
    await dialog.get_by_label("Телефон или электронная почта").fill(cashier.phone)
    await dialog.get_by_role("radio", name=re.compile("Кассир")).check()
    await check_page(visitor, "staff-invite")
    await dialog.get_by_role("button", name="Отправить приглашение").click()
    await expect(page.get_by_role("region", name="Приглашения").get_by_role("listitem")).to_have_count(1)
    link = await message_code(bazaar, cashier.phone, r"/business/invite\?code=\S+")
    newcomer = await visit("phone")
    await newcomer.take_session(cashier.session)
    # Only who holds the phone that was invited may accept.
    await prove_phone(newcomer, cashier.phone)
    await newcomer.open(link)
    await expect(newcomer.page.get_by_label("Код приглашения")).to_have_value(link.partition("=")[2])
    await check_page(newcomer, "invite")
    await newcomer.page.get_by_role("button", name="Начать работать").click()
    await expect(newcomer.page.get_by_text("Теперь вы работаете")).to_be_visible()
    assert await positions(keeper, cashier) == {("cashier", None)}

    first = keeper.shop_id
    await keeper.found_shop()
    await visitor.open("/business/staff")
    # Not the name alone: the owner is called as all who sell here.
    await page.get_by_role("listitem").filter(has_text="Кассир").get_by_role("button", name="Изменить роль").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Одна роль во всех магазинах").uncheck()
    selects = dialog.get_by_role("combobox")
    await expect(selects).to_have_count(2)
    for select in await selects.all():
        await select.select_option("")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(dialog.get_by_text("Выберите хотя бы один магазин")).to_be_visible()
    assert await positions(keeper, cashier) == {("cashier", None)}
    await selects.nth(0).select_option("storekeeper")
    await selects.nth(1).select_option("cashier")
    await check_page(visitor, "staff-roles")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("Роль изменена")).to_be_visible()
    assert {role for role, _ in await positions(keeper, cashier)} == {"storekeeper", "cashier"}
    assert {shop for _, shop in await positions(keeper, cashier)} == {first, keeper.shop_id}
    await cashier.close()


async def test_the_account_for_payouts_is_sent_for_checking(visit: NewVisitor, bazaar: BrowserMarket) -> None:
    keeper = await Shopkeeper(bazaar).sign_up("Гүлнара")
    await keeper.found_merchant()
    await keeper.found_shop()
    visitor = await visit("phone")
    page = visitor.page
    visitor.expected.append("422")
    await visitor.take_session(keeper.session)
    await visitor.open("/business/money")
    await page.get_by_label("Банк").fill("Оптима Банк")
    await page.get_by_label("Номер счёта или IBAN").fill("12")
    await page.get_by_role("button", name="Отправить на проверку").click()
    await expect(page.get_by_label("Номер счёта или IBAN")).to_have_attribute("aria-invalid", "true")
    status = "SELECT payout_status FROM merchants.merchant WHERE id = $1::uuid"
    assert await bazaar.value(status, keeper.merchant_id) == "none"
    await check_page(visitor, "money-wrong")
    await page.get_by_label("Номер счёта или IBAN").fill("1180000012345678")
    await page.get_by_role("button", name="Отправить на проверку").click()
    await expect(page.get_by_text("Счёт на проверке")).to_be_visible()
    await expect(page.get_by_text("•• 5678")).to_be_visible()
    assert await bazaar.value(status, keeper.merchant_id) == "pending"
    await keeper.close()


async def test_a_key_for_a_program_is_issued_replaced_and_ended(cabinet: Visitor, keeper: Shopkeeper) -> None:
    name, keys = f"Склад {secrets.token_hex(3)}", f"/merchants/{keeper.merchant_id}/api-keys"
    page, dialog = cabinet.page, cabinet.page.get_by_role("dialog")
    await cabinet.open("/business/shops")
    await page.get_by_role("button", name="Выпустить ключ").click()
    await dialog.get_by_role("button", name="Выпустить ключ").click()
    await expect(dialog.get_by_label("Для какой программы")).to_be_focused()
    await dialog.get_by_label("Для какой программы").fill(name)
    await dialog.get_by_label("Сколько действует").select_option(label="90 дней")
    await check_page(cabinet, "key-new")
    await dialog.get_by_role("button", name="Выпустить ключ").click()
    first = await page.get_by_role("dialog", name="Ключ", exact=True).locator("code").inner_text()
    await page.get_by_role("button", name="Готово").click()
    row = page.get_by_role("listitem").filter(has_text=name)
    await expect(row).to_contain_text("действует до")
    await row.get_by_role("button", name="Заменить").click()
    await dialog.get_by_role("button", name="Заменить").click()
    shown = page.get_by_role("dialog", name="Ключ", exact=True)
    second = await shown.locator("code").inner_text()
    assert second != first
    await page.get_by_role("button", name="Готово").click()
    await expect(row).to_contain_text("прежний ключ действует до")
    await row.get_by_role("button", name="Отозвать").click()
    await dialog.get_by_role("button", name="Отозвать").click()
    await expect(row).to_contain_text("Отозван")
    (made,) = [one for one in (await keeper.get(keys))["items"] if one["name"] == name]
    assert made["expires_at"] is not None
    assert made["revoked_at"] is not None


@sizes
async def test_the_seller_and_a_further_shop_are_set_up(
    visit: NewVisitor, new_shopkeeper: NewShopkeeper, size: str
) -> None:
    keeper, name = await new_shopkeeper(), f"Лавка {secrets.token_hex(4)}"
    visitor = await visit(size)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    await visitor.take_session(keeper.session)
    await visitor.open("/business/shops")
    await page.get_by_label("Название продавца").fill(name)
    await page.get_by_role("radio", name=re.compile("Никогда, только по звонку")).check()
    await page.get_by_role("main").get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("Сохранено")).to_be_visible()
    shops = await keeper.get("/me/merchants")
    (own,) = shops["items"]
    assert (own["merchant"]["name"], own["merchant"]["eligibility_mode"]) == (name, "manual")

    courier = page.get_by_role("listitem").filter(has_text="Курьер")
    await courier.get_by_role("button").click()
    await dialog.get_by_label(re.compile("Стоимость доставки")).fill("350")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(courier).to_contain_text("350")
    await courier.get_by_role("button").click()
    await dialog.get_by_role("button", name="Выключить").click()
    await expect(courier).to_contain_text("Выключено")
    # What it cost is not forgotten.
    await courier.get_by_role("button").click()
    await expect(dialog.get_by_label(re.compile("Стоимость доставки"))).to_have_value("350")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Открыть ещё магазин").click()
    await dialog.get_by_label("Название магазина").fill("У ворот")
    await dialog.get_by_label("Адрес").fill("Бишкек, Ошский рынок, ряд 3")
    await dialog.get_by_label("Точка на карте").fill("42.8746, 74.5698")
    await dialog.get_by_role("button", name=re.compile("Добавить перерыв, Понедельник")).click()
    begins = dialog.get_by_label(re.compile("Перерыв начинается, Понедельник"))
    await begins.fill("23:00")
    await dialog.locator("[type=submit]").click()
    await expect(dialog.get_by_text("Перерыв должен быть внутри")).to_be_visible()
    assert len((await keeper.get("/me/merchants"))["items"][0]["shops"]) == 1
    await begins.fill("13:00")
    await check_page(visitor, "shop-more")
    await dialog.locator("[type=submit]").click()
    await expect(page.get_by_role("heading", name="У ворот")).to_be_visible()
    made = [one for one in (await keeper.get("/me/merchants"))["items"][0]["shops"] if one["name"] == "У ворот"]
    assert made[0]["hours"]["mon"] == "09:00-13:00,14:00-18:00"


async def test_what_was_typed_is_not_lost_without_asking(cabinet: Visitor, keeper: Shopkeeper) -> None:
    goods = await keeper.new_goods("Тумар")
    page, dialog = cabinet.page, cabinet.page.get_by_role("dialog")
    name = page.get_by_label("Название")
    for path in ("/business/goods/new", f"/business/goods/{goods['product_id']}"):
        await cabinet.open(path)
        await name.fill("Тумар из войлока")
        await page.get_by_role("main").get_by_role("link", name="Товары").click()
        await dialog.get_by_role("button", name="Остаться").click()
        await expect(name).to_have_value("Тумар из войлока")
        await page.get_by_role("main").get_by_role("link", name="Товары").click()
        await dialog.get_by_role("button", name="Уйти").click()
        await expect(page.get_by_role("heading", level=1, name="Товары")).to_be_visible()
    assert (await keeper.get(f"/products/{goods['product_id']}"))["name"] == "Тумар"


async def test_a_long_file_is_stopped(cabinet: Visitor, keeper: Shopkeeper) -> None:
    mark = secrets.token_hex(3)
    rows = [f"L-{mark}-{n};Ложка {mark} {n};120;10" for n in range(60_000)]
    content = "\n".join(["артикул;название;цена;остаток", *rows]).encode()
    page = cabinet.page
    await cabinet.open("/business/goods/import")
    await page.get_by_label("Выбрать файл").set_input_files(
        [{"name": f"long-{mark}.csv", "mimeType": "text/csv", "buffer": content}]
    )
    await page.get_by_role("button", name="Проверить файл").click()
    await page.get_by_role("button", name="Остановить").click()
    await expect(
        page.get_by_role("status").or_(page.locator(".k-notice")).get_by_text("становл").first
    ).to_be_visible()
    await expect(page.get_by_role("button", name="Остановить")).to_have_count(0)
    await expect(page.get_by_role("button", name="Загрузить в магазин")).to_have_count(0)
    found = await keeper.get("/products", params={"shop_id": keeper.shop_id, "limit": 100})
    assert not [p for p in found["items"] if mark in p["name"]]
