"""The seller's money by clicks: what was sold, what was taken, what is left, and the same as a table."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from kerben.domains.payouts.statement_model import TITLES, StatementKind
from tests.browser.conftest import NewShopkeeper, NewVisitor
from tests.browser.stage import SIZES, BrowserBuyer, BrowserMarket, Shopkeeper, check_page

pytestmark = pytest.mark.slow

sizes = pytest.mark.parametrize("size", SIZES)


async def pay_for_one(buyer: BrowserBuyer, keeper: Shopkeeper, variant: dict[str, Any]) -> str:
    """An order of one piece, paid online; its id. The demo takes nothing, so this one's terms are set beneath it."""
    order = await buyer.order(buyer.order_body(keeper.shop_id, variant["id"]))
    async with buyer.market.database() as connection:
        terms = "UPDATE payments.payment SET commission_bp = 500, acquiring_bp = 250 WHERE id = $1::uuid"
        assert await connection.execute(terms, order["payment"]["id"]) == "UPDATE 1"
    await buyer.open_payment(order)
    await buyer.approve(order)
    order_id = str(order["id"])
    await buyer.until_status(order_id, "awaiting_shipment")
    return order_id


async def statement(keeper: Shopkeeper) -> dict[str, Any]:
    """This month's, as the server tells it."""
    return dict(await keeper.get(f"/merchants/{keeper.merchant_id}/statement"))


async def download(page: Page) -> list[list[str]]:
    """The lines of the table that the button saves."""
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Скачать CSV").click()
    saved = await waiting.value
    assert saved.suggested_filename.endswith(".csv")
    content = await asyncio.to_thread(Path(await saved.path()).read_bytes)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def minor(cell: str) -> int:
    """«1200,50» in minor units; an empty cell is nothing."""
    return int(cell.replace(",", "")) if cell else 0


@sizes
async def test_a_seller_sees_what_came_what_was_taken_and_what_is_left(
    visit: NewVisitor, bazaar: BrowserMarket, new_shopkeeper: NewShopkeeper, size: str
) -> None:
    keeper = await new_shopkeeper()
    variant = await keeper.new_goods("Казан чугунный", price=120_050)
    buyer = await BrowserBuyer(bazaar).open_account()
    kept = await pay_for_one(buyer, keeper, variant)
    returned = await pay_for_one(buyer, keeper, variant)
    # It was paid out already: what is given back leaves the balance below zero.
    body = {"reason": "Не подошло", "responsible": "seller"}
    await keeper.post(f"/orders/{returned}/refund", body, expect=201, headers={"Idempotency-Key": str(uuid4())})
    number = (await keeper.get(f"/orders/{kept}"))["number"]
    balance = await keeper.balance()
    told = await statement(keeper)
    sums = {one["kind"]: one["amount"] for one in told["sums"]}
    assert told["closing"]["amount"] == balance < 0
    assert sums["sale"]["amount"] == 240_100
    assert sums["commission"]["amount"] == -2 * 6_003
    assert sums["commission_returned"]["amount"] == 6_003
    assert sums["refund"]["amount"] == -120_050

    seller = await visit(size)
    page = seller.page
    await seller.take_session(keeper.session)
    await seller.open("/business/money")
    slip = page.locator("b-money-summary")
    await expect(slip).to_contain_text(f"Продажи онлайн · 2 +{sums['sale']['display']}")
    await expect(slip).to_contain_text(f"Комиссия площадки {sums['commission']['display']}")
    await expect(slip).to_contain_text(f"Возвраты покупателям · 1 {sums['refund']['display']}")
    await expect(slip).to_contain_text(f"На балансе сейчас {told['closing']['display']}")
    await expect(page.get_by_label("Баланс")).to_contain_text(told["closing"]["display"])
    await check_page(seller, "money-days")

    head, *lines = await download(page)
    place = {name: n for n, name in enumerate(head)}
    by_title: defaultdict[str, int] = defaultdict(int)
    for line in lines[1:-1]:
        by_title[line[place["Операция"]]] += minor(line[place["Приход"]]) - minor(line[place["Расход"]])
    assert by_title == {TITLES[StatementKind(kind)]: amount["amount"] for kind, amount in sums.items()}
    assert minor(lines[0][place["Остаток"]]) + sum(by_title.values()) == minor(lines[-1][place["Остаток"]]) == balance
    assert number in {line[place["Заказ"]] for line in lines}

    await page.get_by_role("button", name="По операциям").click()
    await expect(page.get_by_role("link", name=f"заказ {number}").first).to_be_visible()
    await page.get_by_label("Какие операции").select_option("Продажи")
    rows = page.locator("b-money-entries li")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("Продажа онлайн")
    await check_page(seller, "money-operations")
    await page.get_by_role("link", name=f"заказ {number}").click()
    await expect(page.get_by_role("heading", name=number).first).to_be_visible()
    await buyer.close()


@sizes
async def test_days_are_chosen_and_wrong_ones_are_told(visit: NewVisitor, keeper: Shopkeeper, size: str) -> None:
    seller = await visit(size)
    page = seller.page
    await seller.take_session(keeper.session)
    await seller.open("/business/money")
    await expect(page.get_by_text("За эти дни движений не было")).to_be_visible()
    await page.get_by_role("button", name="Прошлый месяц").click()
    await expect(page.locator("b-money-summary")).to_contain_text("На конец")
    assert "period=last" in page.url
    await page.get_by_role("button", name="Свои даты").click()
    await page.get_by_label("С", exact=True).fill("2025-03-05")
    await page.get_by_label("По", exact=True).fill("2025-03-01")
    await expect(page.get_by_text("Первый день позже последнего.")).to_be_visible()
    await expect(page.get_by_role("button", name="Показать", exact=True)).to_be_disabled()
    await check_page(seller, "money-own-days")
    await page.get_by_label("По", exact=True).fill("2025-03-10")
    await page.get_by_label("По", exact=True).press("Enter")
    await expect(page.locator("b-money-summary")).to_contain_text("На конец, 10 марта 2025")
    await page.reload()
    await expect(page.locator("b-money-summary")).to_contain_text("На начало, 5 марта 2025")
    lines = await download(page)
    assert [line[2] for line in lines[1:]] == ["Остаток на начало", "Остаток на конец"]
