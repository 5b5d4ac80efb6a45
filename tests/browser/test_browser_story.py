"""The story that must work, by clicks: found by search, bought as a guest, paid, made ready, handed over by code."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import NewVisitor
from tests.browser.stage import SIZES, Shopkeeper, Visitor, check_page, pairing_code
from tests.flows.actors import eventually, new_phone, new_variant

pytestmark = pytest.mark.slow

sizes = pytest.mark.parametrize("size", SIZES)


@dataclass
class Goods:
    """What is bought in a story."""

    name: str
    variant_id: str
    product_id: str


@pytest.fixture
async def goods(keeper: Shopkeeper) -> Goods:
    """Goods that no other test knows."""
    name = f"Калпак белый {secrets.token_hex(3)}"
    made = await keeper.new_goods(name, stock_qty=9, price=120_050)
    return Goods(name, made["id"], made["product_id"])


async def find_and_take(visitor: Visitor, goods: Goods) -> None:
    """From the first page to the cart, by a suggestion of the search."""
    page = visitor.page
    await visitor.open("/")
    field = page.get_by_role("combobox", name="Поиск товаров")
    await field.fill(goods.name)
    suggestion = page.get_by_role("option", name=goods.name)
    await expect(suggestion).to_be_visible()
    await visitor.picture("search-suggestions")
    await suggestion.click()
    await expect(page.get_by_role("heading", level=1, name=goods.name)).to_be_visible()
    await page.get_by_role("main").get_by_role("button", name="Купить").click()
    await expect(page.get_by_text("Товар в корзине", exact=True)).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Перейти в корзину").click()
    await expect(page.get_by_role("heading", name="Корзина")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name=goods.name)).to_be_visible()
    await check_page(visitor, "cart-full")


async def check_out(visitor: Visitor, phone: str, payment: str, total: str = "1 200,50 сом") -> None:
    """From the cart to the order, as a guest."""
    page = visitor.page
    await page.get_by_role("link", name="Оформить").click()
    await expect(page.get_by_role("heading", name="Оформление заказа")).to_be_visible()
    order = page.get_by_role("button", name=re.compile("Заказать за"))
    await order.click()
    await expect(page.get_by_label("Имя")).to_be_focused()
    await page.get_by_label("Имя").fill("Айгуль")
    await page.get_by_label("Телефон").fill(phone)
    await page.get_by_label("Электронная почта").fill("aigul@example.kg")
    await page.get_by_role("radio", name=re.compile("Самовывоз")).check()
    await page.get_by_role("radio", name=re.compile(payment)).check()
    await expect(order).to_contain_text(total)
    await check_page(visitor, "checkout")
    await order.click()


async def pay_at_acquirer(page: Page) -> None:
    """The page of the acquirer's sandbox and the way back."""
    await expect(page.get_by_label("Номер карты")).to_be_visible()
    assert "/sandbox/acquirer/pay/" in page.url
    await page.get_by_role("button", name=re.compile("Оплатить")).click()
    await come_back(page)


async def come_back(page: Page) -> None:
    """From the acquirer to the order: by itself, or by its link."""
    back = page.get_by_role("link", name="Вернуться в магазин")
    order = page.get_by_role("heading", level=1, name=re.compile("Заказ"))
    await expect(back.or_(order).first).to_be_visible()
    if await back.is_visible():
        await back.click()


def order_id_of(page: Page) -> str:
    """The order that is shown."""
    found = re.search(r"/orders/([0-9a-f-]{36})", page.url)
    assert found is not None, page.url
    return found[1]


@sizes
async def test_a_guest_buys_with_a_card_and_takes_the_goods_by_code(
    visit: NewVisitor, keeper: Shopkeeper, goods: Goods, size: str
) -> None:
    buyer = await visit(size)
    page = buyer.page
    await find_and_take(buyer, goods)
    await check_out(buyer, new_phone(), "Картой онлайн")
    await pay_at_acquirer(page)
    main = page.get_by_role("main")
    await expect(main.get_by_role("heading", name="Собирается")).to_be_visible()
    await expect(main.get_by_text("Оплачено").first).to_be_visible()
    await check_page(buyer, "order-paid")
    assert await keeper.stock_qty(goods.product_id, goods.variant_id) == 8
    loads = buyer.watch_loads()

    # The seller makes it ready in the cabinet.
    seller = await visit(size)
    await seller.take_session(keeper.session)
    await seller.open("/business/orders")
    order_id = order_id_of(page)
    number = (await keeper.get(f"/orders/{order_id}"))["number"]
    await seller.page.get_by_role("link", name=re.compile(str(number))).first.click()
    await seller.page.get_by_role("heading", name=re.compile(str(number))).first.wait_for()
    await check_page(seller, "business-order")
    await seller.page.get_by_role("button", name="Готов к выдаче").click()
    await confirm_if_asked(seller.page)

    # The buyer's page knows by itself.
    await expect(main.get_by_role("heading", name="Можно забирать")).to_be_visible()
    code = main.get_by_label("Код для получения")
    await expect(code).to_have_text(re.compile(r"^\s*\d{3}\s?\d{3}\s*$"))
    await check_page(buyer, "order-ready")

    # The till hands it over against the code.
    till = await visit(size)
    made = await keeper.post(f"/shops/{keeper.shop_id}/pos-devices", {"name": "Касса выдачи"}, expect=201)
    await till.open("/pos/")
    await till.page.get_by_label("Или вставьте код текстом").fill(pairing_code(made))
    await till.page.get_by_role("button", name="Подключить").click()
    await till.page.get_by_role("link", name="Выдача").click()
    await till.page.get_by_role("button", name=re.compile(str(number))).click()
    dialog = till.page.get_by_role("dialog")
    till.expected += ["422", "409", "403"]
    told = re.sub(r"\D", "", await code.inner_text())
    wrong = "000000" if told != "000000" else "111111"
    await dialog.get_by_label("Код выдачи").fill(wrong)
    await dialog.get_by_role("button", name="Выдать заказ").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await check_page(till, "pos-pickup", targets=44)
    await dialog.get_by_label("Код выдачи").fill(told)
    await dialog.get_by_role("button", name="Выдать заказ").click()
    await expect(till.page.get_by_text(f"Заказ {number} выдан")).to_be_visible()

    await expect(main.get_by_role("heading", name="Получен")).to_be_visible()
    assert loads == []
    await expect(seller.page.get_by_text("Получен").first).to_be_visible()
    assert await keeper.stock_qty(goods.product_id, goods.variant_id) == 8
    await buyer.open("/orders")
    await expect(page.get_by_role("main").get_by_role("link", name=re.compile(str(number)))).to_be_visible()
    await check_page(buyer, "orders")


async def confirm_if_asked(page: Page) -> None:
    """Say yes where the page asks once more before it does it."""
    dialog = page.get_by_role("dialog")
    if await dialog.is_visible():
        await dialog.get_by_role("button").filter(has_not_text="Отмена").last.click()


@sizes
async def test_an_order_paid_on_receipt_is_confirmed_by_the_seller(
    visit: NewVisitor, keeper: Shopkeeper, goods: Goods, size: str
) -> None:
    buyer = await visit(size)
    page = buyer.page
    await find_and_take(buyer, goods)
    await check_out(buyer, new_phone(), "Наличными при получении")
    main = page.get_by_role("main")
    await expect(main.get_by_role("heading", name="Ждёт подтверждения")).to_be_visible()
    await check_page(buyer, "order-unconfirmed")
    order_id = order_id_of(page)
    loads = buyer.watch_loads()
    seller = await visit(size)
    await seller.take_session(keeper.session)
    await seller.open(f"/business/orders/{order_id}")
    await seller.page.get_by_role("button", name="Подтвердить").click()
    await confirm_if_asked(seller.page)
    await expect(main.get_by_role("heading", name=re.compile("Собирается"))).to_be_visible()
    assert loads == []


async def test_a_guest_cancels_while_it_is_possible(visit: NewVisitor, keeper: Shopkeeper, goods: Goods) -> None:
    buyer = await visit("phone")
    page = buyer.page
    await find_and_take(buyer, goods)
    await check_out(buyer, new_phone(), "Наличными при получении")
    await expect(page.get_by_role("heading", name="Ждёт подтверждения")).to_be_visible()
    assert await keeper.stock_qty(goods.product_id, goods.variant_id) == 8
    await page.get_by_role("button", name="Отменить заказ").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Больше не нужно").check()
    await check_page(buyer, "order-cancel")
    await dialog.get_by_role("button", name="Отменить заказ").click()
    await expect(page.get_by_role("main").get_by_role("heading", name="Отменён")).to_be_visible()

    async def back_on_sale() -> bool:
        return await keeper.stock_qty(goods.product_id, goods.variant_id) == 9

    await eventually(back_on_sale, what="the goods are on sale again")


async def test_a_variant_is_chosen_taken_out_put_back_and_bought(visit: NewVisitor, keeper: Shopkeeper) -> None:
    name = f"Чапан {secrets.token_hex(3)}"
    kinds = [("синий", "M", 3), ("синий", "L", 0), ("красный", "M", 2), ("красный", "L", 5)]
    made = await keeper.add_product(
        [
            {**new_variant(f"CH-{secrets.token_hex(4)}", left, 210_000), "attributes": {"color": color, "size": size}}
            for color, size, left in kinds
        ],
        name,
    )
    wanted = made["variants"][3]["id"]
    buyer = await visit("phone")
    page, main = buyer.page, buyer.page.get_by_role("main")
    await buyer.open(f"/p/{made['id']}")
    await main.get_by_role("button", name="Купить").click()
    await expect(main.get_by_role("radio", name="синий")).to_be_focused()
    await expect(main.get_by_text("выберите")).to_be_visible()
    await main.get_by_role("radio", name="синий").check(force=True)
    await expect(main.get_by_role("radio", name="L, нет в наличии")).to_be_visible()
    await main.get_by_role("radio", name="красный").check(force=True)
    await main.get_by_role("radio", name="L", exact=True).check(force=True)
    await expect(main.get_by_text("Осталось 5")).to_be_visible()
    await check_page(buyer, "product-variant-chosen")
    await main.get_by_role("button", name="Купить").click()
    await main.get_by_role("button", name="Больше").click()
    await main.get_by_role("link", name="Перейти в корзину").click()
    line = main.get_by_role("listitem").filter(has_text=name)
    await expect(line).to_contain_text("красный, L")
    await expect(line).to_contain_text("4 200 сом")
    await line.get_by_role("button", name="Убрать").click()
    await expect(main.get_by_text("В корзине пока пусто")).to_be_visible()
    await page.get_by_role("button", name="Вернуть").click()
    await expect(line).to_contain_text("4 200 сом")
    await line.get_by_role("button", name="Меньше").click()
    await expect(line).to_contain_text("2 100 сом")
    await check_out(buyer, new_phone(), "Наличными при получении", total="2 100 сом")
    await expect(main.get_by_role("heading", name="Ждёт подтверждения")).to_be_visible()
    await expect(main.get_by_text("красный, L")).to_be_visible()
    assert await keeper.stock_qty(made["id"], wanted) == 4

    # The guest has nothing but this browser, and finds the order again.
    number = await main.get_by_role("heading", level=1).inner_text()
    await page.reload()
    await expect(main.get_by_role("heading", name=number)).to_be_visible()
    await buyer.open("/account")
    await main.get_by_role("link", name="1 заказ с этого устройства").click()
    await main.get_by_role("link", name=re.compile(number.removeprefix("Заказ "))).click()
    await expect(main.get_by_role("heading", name="Ждёт подтверждения")).to_be_visible()


async def test_a_refused_card_can_be_tried_again(visit: NewVisitor, goods: Goods) -> None:
    buyer = await visit("phone")
    page = buyer.page
    await find_and_take(buyer, goods)
    await check_out(buyer, new_phone(), "Картой онлайн")
    await expect(page.get_by_label("Номер карты")).to_be_visible()
    await page.get_by_role("button", name="Отказаться").click()
    await come_back(page)
    main = page.get_by_role("main")
    await expect(main.get_by_text("Оплата не прошла").first).to_be_visible()
    await check_page(buyer, "order-unpaid")
    await main.get_by_role("button", name=re.compile("Оплатить")).click()
    await pay_at_acquirer(page)
    await expect(main.get_by_role("heading", name="Собирается")).to_be_visible()


async def test_a_lost_answer_to_an_order_makes_no_second_one(
    visit: NewVisitor, keeper: Shopkeeper, goods: Goods
) -> None:
    buyer = await visit("phone")
    page = buyer.page
    await find_and_take(buyer, goods)
    await page.route("**/api/v1/orders", drop_answer, times=1)
    buyer.expected.append("ERR_FAILED")
    phone = new_phone()
    await check_out(buyer, phone, "Наличными при получении")
    again = page.get_by_role("button", name="Проверить")
    found = page.get_by_role("heading", name="Ждёт подтверждения")
    await expect(again.or_(found).first).to_be_visible()
    if await again.is_visible():
        await again.click()
    await expect(found).to_be_visible()
    assert await keeper.stock_qty(goods.product_id, goods.variant_id) == 8


async def drop_answer(route: Route) -> None:
    """Let the request through and lose what the server says."""
    if route.request.method != "POST":
        await route.continue_()
        return
    answer = await route.fetch()
    assert answer.ok, await answer.text()
    await route.abort()
