"""The seller's cabinet by clicks: opening a shop, goods, goods-in, files, orders, requests, tills, staff, money."""

from __future__ import annotations

import io
import re
import secrets

import pytest
from PIL import Image
from playwright.async_api import Page, expect

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
from tests.flows.actors import Admin, Authenticator, eventually, new_phone

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
    await page.get_by_label("Код из приложения").fill(await Authenticator(found[1]).code())
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
    code = await message_code(bazaar, cashier.phone, r"(?:[a-z0-9]{4}-){2}[a-z0-9]{4}")
    newcomer = await visit("phone")
    await newcomer.take_session(cashier.session)
    # Only who holds the phone that was invited may accept.
    await prove_phone(newcomer, cashier.phone)
    await newcomer.open("/business/invite")
    await newcomer.page.get_by_label("Код приглашения").fill(code)
    await check_page(newcomer, "invite")
    await newcomer.page.get_by_role("button", name="Начать работать").click()
    await expect(newcomer.page.get_by_text("Теперь вы работаете")).to_be_visible()
    people = (await keeper.get(f"/merchants/{keeper.merchant_id}/staff"))["items"]
    assert cashier.user_id in str(people)
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
