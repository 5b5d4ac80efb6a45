"""A payment arrives while its order expires: kept or refunded, never both, never neither."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import pytest

from tests.flows.actors import Admin, Buyer, Seller
from tests.flows.conftest import NewBuyer, NewSeller
from tests.flows.market import GATE_S_MAX, Market
from tests.flows.races import (
    RACES,
    Stock,
    acquirer,
    blocked,
    each,
    give_notice,
    place,
    stock_of,
    until_payments,
    variants,
)

pytestmark = pytest.mark.slow

NOTICES_AT_ONCE: Final = 1
"""Batches of notices that a server has in flight."""


@pytest.fixture(scope="module")
async def seller(new_seller: NewSeller) -> Seller:
    """A seller whose shop sells online."""
    return await new_seller()


@pytest.fixture(scope="module")
async def buyer(new_buyer: NewBuyer) -> Buyer:
    """A buyer."""
    return await new_buyer()


async def opened(buyer: Buyer, seller: Seller, variant_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Orders of the last unit each, whose buyers are on the acquirer's page."""

    async def one(variant_id: str) -> dict[str, Any]:
        answer = await place(buyer, seller.shop_id, variant_id, server=1)
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.json()
        await buyer.open_payment(order)
        return order

    return await each(variant_ids, one)


async def overdue(market: Market, orders: Sequence[dict[str, Any]]) -> None:
    """Let orders run out of time now."""
    async with market.database() as connection:
        await connection.execute(
            "UPDATE orders.order SET reserved_until = now() - interval '1 second' WHERE id = ANY($1::uuid[])",
            [order["id"] for order in orders],
        )


async def check_money(
    market: Market, admin: Admin, orders: Sequence[dict[str, Any]], *, refunded: Sequence[bool]
) -> None:
    """The acquirer has the money of the orders that were kept and gave all of the others' back; the ledger agrees."""
    wanted = {"refunded"} if all(refunded) else {"captured", "refunded"} if any(refunded) else {"captured"}
    await until_payments(market, [order["payment"]["id"] for order in orders], wanted)
    async with acquirer(market) as ask:
        for order, is_refunded in zip(orders, refunded, strict=True):
            state = await ask(order["payment"]["id"])
            total = order["total"]["amount"]
            assert (state.amount, state.refunded_amount) == (total, total if is_refunded else 0)
    rows = await market.fetch(
        "SELECT (SELECT count(*) FROM payments.refund r WHERE r.payment_id = p.id) AS refunds FROM payments.payment p"
        " JOIN unnest($1::uuid[]) WITH ORDINALITY AS o(id, n) ON o.id = p.subject_id ORDER BY o.n",
        [order["id"] for order in orders],
    )
    assert [row["refunds"] for row in rows] == [1 if is_refunded else 0 for is_refunded in refunded]
    assert all(c["difference"] == 0 for c in await admin.trial_balance())


async def held(market: Market, orders: Sequence[dict[str, Any]]) -> None:
    """Wait until transactions hold the payments of all of these orders."""
    free = "SELECT id FROM payments.payment WHERE id = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED"
    ids = [order["payment"]["id"] for order in orders]
    async with market.database() as connection:
        async with asyncio.timeout(GATE_S_MAX):
            while await connection.fetch(free, ids):
                await asyncio.sleep(0.005)


async def _capture_first(market: Market, seller: Seller, buyer: Buyer) -> list[dict[str, Any]]:
    """A few orders whose payments are being captured, all but committed, when the sweep comes to cancel them."""
    forerunner, *orders = await opened(
        buyer, seller, [v["id"] for v in await variants(seller, 1 + 2 * NOTICES_AT_ONCE)]
    )
    await each(orders, lambda order: buyer.spoil(order, webhook="never"))
    await each(orders, buyer.approve)
    sweep, notices = market.gate("orders.expiry"), market.gate("batch-payment_notices")
    sweep.shut()
    notices.shut()
    try:
        # The sweep is caught at another order, so that it does not come before the notices.
        await overdue(market, [forerunner])
        await sweep.reached()
        await overdue(market, orders)
        given = [
            asyncio.ensure_future(give_notice(market, buyer, order, server=n % 2)) for n, order in enumerate(orders)
        ]
        await held(market, orders)
        sweep.open()
        await blocked(market)
        notices.open()
        await asyncio.gather(*given)
    finally:
        sweep.open()
        notices.open()
    return orders


async def test_a_payment_that_is_first_keeps_the_order(
    market: Market, seller: Seller, buyer: Buyer, admin: Admin
) -> None:
    orders: list[dict[str, Any]] = []
    while len(orders) < RACES:
        orders += await _capture_first(market, seller, buyer)
    for order in orders:
        seen = await buyer.order_state(order["id"])
        assert (seen["status"], seen["phase"], seen["payment"]["status"]) == ("awaiting_shipment", "paid", "captured")
        assert [h["action"] for h in seen["history"]] == ["placed", "paid"]
    ids = [order["items"][0]["variant_id"] for order in orders]
    assert await stock_of(market, ids) == [Stock(1, 1)] * len(orders)
    await check_money(market, admin, orders, refunded=[False] * len(orders))


async def test_a_payment_that_is_second_revives_the_order_while_its_goods_are_free(
    market: Market, seller: Seller, buyer: Buyer, admin: Admin
) -> None:
    ids = [v["id"] for v in await variants(seller, RACES)]
    orders = await opened(buyer, seller, ids)
    gate = market.gate("orders.expiry")
    gate.shut()
    try:
        await overdue(market, orders)
        await gate.reached()
        await each(orders, buyer.approve)
        await blocked(market)
    finally:
        gate.open()
    for order in orders:
        seen = await buyer.until_status(order["id"], "awaiting_shipment")
        assert [h["action"] for h in seen["history"]] == ["placed", "expired", "revived"]
        assert (seen["phase"], seen["payment"]["status"]) == ("paid", "captured")
    assert await stock_of(market, ids) == [Stock(1, 1)] * RACES
    await check_money(market, admin, orders, refunded=[False] * RACES)


async def _expire_and_lose(
    market: Market, seller: Seller, buyer: Buyer, rival: Buyer, count: int
) -> tuple[list[dict[str, Any]], list[int]]:
    """Orders whose goods another buyer takes the moment they expire, and whose payment is heard of only then; with
    the answers the rival got."""
    ids = [v["id"] for v in await variants(seller, count)]
    orders = await opened(buyer, seller, ids)
    await each(orders, lambda order: buyer.spoil(order, webhook="late"))
    gate = market.gate("orders.expiry")
    gate.shut()
    try:
        await each(orders, buyer.approve)
        await overdue(market, orders)
        await gate.reached()
        rivals = [asyncio.ensure_future(place(rival, seller.shop_id, i, server=n % 2)) for n, i in enumerate(ids)]
        await blocked(market, *rivals)
    finally:
        gate.open()
    answers = [answer.status_code for answer in await asyncio.gather(*rivals)]
    assert set(answers) <= {201, 409}
    return orders, answers


async def test_a_payment_that_is_second_is_refunded_when_another_buyer_has_the_goods(
    market: Market, seller: Seller, buyer: Buyer, new_buyer: NewBuyer, admin: Admin
) -> None:
    rival = await new_buyer()
    orders: list[dict[str, Any]] = []
    rivals: list[int] = []
    while rivals.count(201) < RACES:
        more, answers = await _expire_and_lose(market, seller, buyer, rival, RACES - rivals.count(201))
        orders += more
        rivals += answers
    await check_money(market, admin, orders, refunded=[answer == 201 for answer in rivals])
    for order, answer in zip(orders, rivals, strict=True):
        seen = await buyer.order_state(order["id"])
        history = [h["action"] for h in seen["history"]]
        if answer == 201:
            assert (seen["status"], history) == ("cancelled", ["placed", "expired"])
        else:
            # The acquirer was asked before the rival came.
            assert (seen["status"], history) == ("awaiting_shipment", ["placed", "expired", "revived"])
    ids = [order["items"][0]["variant_id"] for order in orders]
    assert await stock_of(market, ids) == [Stock(1, 1)] * len(orders)
