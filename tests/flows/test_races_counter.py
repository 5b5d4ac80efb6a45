"""The counter and the web want the same last unit, in two server processes; tills want it from each other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.flows.actors import Buyer, Seller, Till, eventually
from tests.flows.conftest import NewBuyer, NewSeller
from tests.flows.market import Market
from tests.flows.races import (
    RACES,
    Headers,
    Stock,
    acquirer,
    actions,
    blocked,
    each,
    in_order,
    place,
    sell,
    stock_of,
    until_payments,
    variants,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def seller(new_seller: NewSeller) -> Seller:
    """A seller whose shop sells online."""
    return await new_seller()


@pytest.fixture(scope="module")
async def buyer(new_buyer: NewBuyer) -> Buyer:
    """A buyer."""
    return await new_buyer()


@pytest.fixture(scope="module")
async def second_till(market: Market, seller: Seller) -> Till:
    """Another till in the same shop."""
    made = await seller.post(f"/shops/{seller.shop_id}/pos-devices", {"name": "Касса 2"}, expect=201)
    till = Till(market, made)
    await till.heartbeat()
    return till


def one_piece(till: Till, variant: dict[str, Any], prefix: str = "A") -> dict[str, Any]:
    """A receipt for one piece; numbers of different prefixes never meet."""
    items = [{"sku": variant["sku"], "qty": 1, "unit_price": 1500}]
    return till.sale_body(items, receipt=f"{prefix}{till.next_receipt()}")


async def until_cancelled(market: Market, order_ids: list[str]) -> None:
    sql = "SELECT count(*) FROM orders.order WHERE id = ANY($1::uuid[]) AND status <> 'cancelled'"

    async def all_cancelled() -> bool:
        return await market.value(sql, order_ids) == 0

    await eventually(all_cancelled, what="those who lost their goods are cancelled")


async def test_a_till_that_is_first_leaves_nothing_for_the_web(market: Market, seller: Seller, buyer: Buyer) -> None:
    wanted = await variants(seller, RACES)
    for n, variant in enumerate(wanted):
        at, other = n % 2, 1 - n % 2

        async def sale(headers: Headers, variant: dict[str, Any] = variant, at: int = at) -> Any:
            return await sell(seller.till, one_piece(seller.till, variant), headers, server=at)

        async def order(variant: dict[str, Any] = variant, other: int = other) -> Any:
            return await place(buyer, seller.shop_id, variant["id"], server=other)

        sold, placed = await in_order(market, sale, order)
        assert (sold.status_code, placed.status_code) == (201, 409), (sold.text, placed.text)
        assert placed.json()["code"] == "OUT_OF_STOCK"
    assert await stock_of(market, [v["id"] for v in wanted]) == [Stock(0, 0)] * RACES
    lines = "SELECT count(*) FROM orders.order_line WHERE variant_id = ANY($1::uuid[])"
    assert await market.value(lines, [v["id"] for v in wanted]) == 0


async def test_a_web_order_that_is_first_but_unpaid_gives_way_to_the_till(
    market: Market, seller: Seller, buyer: Buyer
) -> None:
    wanted = await variants(seller, RACES)
    order_ids: list[str] = []
    for n, variant in enumerate(wanted):
        at, other = n % 2, 1 - n % 2

        async def order(headers: Headers, variant: dict[str, Any] = variant, at: int = at) -> Any:
            return await place(buyer, seller.shop_id, variant["id"], headers, server=at)

        async def sale(variant: dict[str, Any] = variant, other: int = other) -> Any:
            return await sell(seller.till, one_piece(seller.till, variant), server=other)

        placed, sold = await in_order(market, order, sale)
        assert (placed.status_code, sold.status_code) == (201, 201), (placed.text, sold.text)
        order_ids.append(placed.json()["id"])
    await until_cancelled(market, order_ids)
    reasons = await market.fetch(
        "SELECT DISTINCT o.cancel_reason, p.status FROM orders.order o JOIN payments.payment p ON p.subject_id = o.id"
        " WHERE o.id = ANY($1::uuid[])",
        order_ids,
    )
    assert [tuple(row) for row in reasons] == [("oversold", "voided")]
    assert await stock_of(market, [v["id"] for v in wanted]) == [Stock(0, 0)] * RACES
    assert await actions(market, order_ids[0]) == ["placed", "cancelled"]


async def _paid_and_sold(
    market: Market, seller: Seller, buyer: Buyer, variant: dict[str, Any], *, pays_first: bool
) -> dict[str, Any]:
    """A buyer pays for the last unit while a till sells it."""
    order = (await place(buyer, seller.shop_id, variant["id"], server=1)).json()
    await buyer.open_payment(order)
    gate = market.gate("batch-payment_notices")
    if pays_first:
        gate.shut()
    try:
        if pays_first:
            await buyer.approve(order)
            await gate.reached()
        sold = asyncio.ensure_future(sell(seller.till, one_piece(seller.till, variant), server=1))
        if pays_first:
            # The reaction that would cancel the order waits for the payment that is being captured.
            await blocked(market)
    finally:
        gate.open()
    if not pays_first:
        await buyer.approve(order)
    assert (await sold).status_code == 201, (await sold).text
    return order


@pytest.mark.parametrize("pays_first", [True, False])
async def test_an_order_paid_while_the_till_sells_its_goods_is_kept_or_refunded(
    market: Market, seller: Seller, buyer: Buyer, pays_first: bool
) -> None:
    wanted = await variants(seller, RACES)
    orders = [await _paid_and_sold(market, seller, buyer, v, pays_first=pays_first) for v in wanted]
    payment_ids = [order["payment"]["id"] for order in orders]
    await until_payments(market, payment_ids, {"captured", "refunded"})

    async def outcome(order: dict[str, Any]) -> str:
        async def settled() -> Any:
            (row,) = await market.fetch(
                "SELECT o.status, o.cancel_reason, o.needs_attention IS NOT NULL AS alarm, p.status AS payment"
                " FROM orders.order o JOIN payments.payment p ON p.subject_id = o.id WHERE o.id = $1::uuid",
                order["id"],
            )
            kept = tuple(row) == ("awaiting_shipment", None, True, "captured")
            return "kept" if kept else tuple(row) == ("cancelled", "oversold", False, "refunded") and "refunded"

        return await eventually(settled, within_s=60, what=f"order {order['id']} is kept with an alarm or refunded")

    outcomes = await each(orders, outcome)
    if pays_first:
        assert set(outcomes) == {"kept"}
    kept = [1.0 if o == "kept" else 0.0 for o in outcomes]
    assert await stock_of(market, [v["id"] for v in wanted]) == [Stock(0, reserved) for reserved in kept]
    async with acquirer(market) as ask:
        for order, outcome_ in zip(orders, outcomes, strict=True):
            state = await ask(order["payment"]["id"])
            back = order["total"]["amount"] if outcome_ == "refunded" else 0
            assert (state.amount, state.refunded_amount) == (order["total"]["amount"], back)


@pytest.mark.parametrize("reserved", [False, True])
async def test_two_tills_sell_the_last_unit_and_both_are_right(
    market: Market, seller: Seller, buyer: Buyer, second_till: Till, reserved: bool
) -> None:
    wanted = await variants(seller, 2 * RACES)
    order_ids: list[str] = []
    if reserved:
        placed = await each(wanted, lambda v: place(buyer, seller.shop_id, v["id"]))
        order_ids = [answer.json()["id"] for answer in placed]
    for n, variant in enumerate(wanted):
        one, other = (seller.till, second_till) if n % 2 else (second_till, seller.till)

        async def first(headers: Headers, variant: dict[str, Any] = variant, till: Till = one, n: int = n) -> Any:
            return await sell(till, one_piece(till, variant, "B"), headers, server=n // 2 % 2)

        async def second(variant: dict[str, Any] = variant, till: Till = other, n: int = n) -> Any:
            return await sell(till, one_piece(till, variant, "B"), server=1 - n // 2 % 2)

        answers = await in_order(market, first, second)
        assert [a.status_code for a in answers] == [201, 201], [a.text for a in answers]
    if reserved:
        await until_cancelled(market, order_ids)
    ids = [v["id"] for v in wanted]
    assert await stock_of(market, ids) == [Stock(-1, 0)] * len(wanted)
    assert await seller.stock_qty(wanted[0]["product_id"], ids[0]) == 0
    assert await seller.stock_qty(wanted[-1]["product_id"], ids[-1], server=1) == 0
    sales = "SELECT count(DISTINCT sale_id), sum(qty)::bigint FROM pos.sale_item WHERE variant_id = ANY($1::uuid[])"
    assert tuple((await market.fetch(sales, ids))[0]) == (2 * len(ids), 2000 * len(ids))
    alarms = "SELECT count(*) FROM platform.outbox WHERE name = 'inventory.oversold.v1' AND key = ANY($1::text[])"
    assert bool(await market.value(alarms, ids)) is reserved


async def test_two_tills_refund_the_same_receipt_once(market: Market, seller: Seller, second_till: Till) -> None:
    wanted = await variants(seller, 2 * RACES, stock_qty=5)
    for n, variant in enumerate(wanted):
        sold = one_piece(seller.till, variant, "C")
        assert (await sell(seller.till, sold)).status_code == 201
        refund = {"type": "refund", "original_receipt_number": sold["receipt_number"]}
        one, other = (seller.till, second_till) if n % 2 else (second_till, seller.till)

        async def first(
            headers: Headers, variant: dict[str, Any] = variant, till: Till = one, refund: Any = refund, n: int = n
        ) -> Any:
            return await sell(till, {**one_piece(till, variant, "D"), **refund}, headers, server=n // 2 % 2)

        async def second(
            variant: dict[str, Any] = variant, till: Till = other, refund: Any = refund, n: int = n
        ) -> Any:
            return await sell(till, {**one_piece(till, variant, "D"), **refund}, server=1 - n // 2 % 2)

        answers = await in_order(market, first, second)
        assert [a.status_code for a in answers] == [201, 422], [a.text for a in answers]
        assert answers[1].json()["code"] == "INVALID_ITEM"
    ids = [v["id"] for v in wanted]
    assert await stock_of(market, ids) == [Stock(5, 0)] * len(ids)
    refunds = "SELECT count(*) FROM pos.sale_item WHERE variant_id = ANY($1::uuid[]) AND type = 'refund'"
    assert await market.value(refunds, ids) == len(ids)
