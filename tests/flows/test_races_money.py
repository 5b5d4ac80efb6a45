"""Refund against refund, payout against payout, cancel against ship: in two processes, money moves once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.flows.actors import Admin, Buyer, Seller, eventually
from tests.flows.conftest import NewBuyer, NewSeller
from tests.flows.market import Market, Running, end
from tests.flows.races import (
    RACES,
    Headers,
    Stock,
    acquirer,
    actions,
    each,
    give_notice,
    in_order,
    paid_orders,
    place,
    stock_of,
    until_payments,
    variants,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def buyer(new_buyer: NewBuyer) -> Buyer:
    """A buyer."""
    return await new_buyer()


async def check_refunded(market: Market, orders: list[dict[str, Any]]) -> None:
    """Each order's money went back once, at the acquirer and in our books."""
    await until_payments(market, [order["payment"]["id"] for order in orders], {"refunded"})
    async with acquirer(market) as ask:
        for order in orders:
            state = await ask(order["payment"]["id"])
            assert (state.amount, state.refunded_amount) == (order["total"]["amount"],) * 2
    sql = (
        "SELECT count(*) FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id"
        " WHERE p.subject_id = ANY($1::uuid[])"
    )
    assert await market.value(sql, [order["id"] for order in orders]) == len(orders)


async def refund(caller: Seller | Admin, order_id: str, headers: Headers | None = None, *, server: int) -> Any:
    """Ask for an order's refund, whatever comes of it."""
    body = {"reason": "Брак", "responsible": "seller"}
    keyed = {"Idempotency-Key": str(uuid4()), **(headers or {})}
    return await caller.send("POST", f"/orders/{order_id}/refund", json=body, headers=keyed, server=server)


async def test_seller_and_admin_refund_the_same_order_once(
    market: Market, new_seller: NewSeller, buyer: Buyer, admin: Admin
) -> None:
    seller = await new_seller()
    ids = [v["id"] for v in await variants(seller, 2 * RACES)]
    orders = await paid_orders(buyer, seller.shop_id, ids)
    for n, order in enumerate(orders):
        one, other = (seller, admin) if n % 2 else (admin, seller)

        async def first(headers: Headers, who: Any = one, order_id: str = order["id"], n: int = n) -> Any:
            return await refund(who, order_id, headers, server=n // 2 % 2)

        async def second(who: Any = other, order_id: str = order["id"], n: int = n) -> Any:
            return await refund(who, order_id, server=1 - n // 2 % 2)

        won, lost = await in_order(market, first, second)
        assert (won.status_code, won.json()["status"]) == (201, "cancelled"), won.text
        assert lost.status_code in {201, 409}, lost.text
        if lost.status_code == 201:
            assert lost.json()["refund"]["id"] == won.json()["refund"]["id"]
        assert await actions(market, order["id"]) == ["placed", "paid", "refunded"]
    await check_refunded(market, orders)
    assert await stock_of(market, ids) == [Stock(1, 0)] * len(orders)
    assert all(c["difference"] == 0 for c in await admin.trial_balance())
    # What was paid out before the refunds is owed by the seller now, and nothing else.
    sql = "SELECT coalesce(sum(amount), 0)::bigint FROM payouts.payout WHERE merchant_id = $1::uuid"
    assert await seller.balance() == -(await market.value(sql, seller.merchant_id))


async def ship(seller: Seller, order_id: str, headers: Headers | None = None, *, server: int) -> Any:
    """Hand an order to the courier, whatever comes of it."""
    path = f"/orders/{order_id}/transitions"
    return await seller.send("POST", path, json={"to": "shipped", "comment": ""}, headers=headers, server=server)


async def cancel(buyer: Buyer, order_id: str, headers: Headers | None = None, *, server: int) -> Any:
    """Cancel an order, whatever comes of it."""
    path = f"/orders/{order_id}/cancel"
    return await buyer.send("POST", path, json={"reason": "Передумал"}, headers=headers, server=server)


@pytest.mark.parametrize("ships_first", [True, False])
async def test_either_the_buyer_cancels_or_the_seller_ships(
    market: Market, new_seller: NewSeller, buyer: Buyer, admin: Admin, ships_first: bool
) -> None:
    seller = await new_seller()
    ids = [v["id"] for v in await variants(seller, RACES)]
    orders = await paid_orders(buyer, seller.shop_id, ids, courier=True)
    for n, order in enumerate(orders):

        async def first(headers: Headers, order_id: str = order["id"], n: int = n) -> Any:
            if ships_first:
                return await ship(seller, order_id, headers, server=n % 2)
            return await cancel(buyer, order_id, headers, server=n % 2)

        async def second(order_id: str = order["id"], n: int = n) -> Any:
            if ships_first:
                return await cancel(buyer, order_id, server=1 - n % 2)
            return await ship(seller, order_id, server=1 - n % 2)

        won, lost = await in_order(market, first, second)
        assert (won.status_code, lost.status_code) == (200, 409), (won.text, lost.text)
        assert won.json()["status"] == ("shipped" if ships_first else "cancelled")
        assert len(await actions(market, order["id"])) == 3
    if ships_first:
        assert await stock_of(market, ids) == [Stock(0, 0)] * RACES
        sql = "SELECT count(*) FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id"
        assert await market.value(f"{sql} WHERE p.subject_id = ANY($1::uuid[])", [o["id"] for o in orders]) == 0
        await until_payments(market, [order["payment"]["id"] for order in orders], {"captured"})
    else:
        assert await stock_of(market, ids) == [Stock(1, 0)] * RACES
        await check_refunded(market, orders)
    assert all(c["difference"] == 0 for c in await admin.trial_balance())


@asynccontextmanager
async def another_worker(market: Market) -> AsyncGenerator[Running]:
    """A second worker process, as a larger installation has."""
    count = "SELECT count(*) FROM platform.worker WHERE seen_at > now() - interval '10 seconds'"
    before = await market.value(count)
    worker = market.run("worker-2", "-m", "kerben", "worker")

    async def alive() -> bool:
        return await market.value(count) > before

    try:
        await eventually(alive, what="the second worker has started")
        yield worker
    finally:
        end(worker.popen)
        market.processes.remove(worker)


async def bank_transfers(market: Market, account_number: str) -> dict[str, int]:
    """What the bank sent to an account: amount by our reference."""
    async with httpx.AsyncClient(base_url=market.settings.sandbox_url) as client:
        bearer = {"Authorization": f"Bearer {market.settings.sandbox_secret}"}
        answer = await client.get("/bank/transfers", params={"account_number": account_number}, headers=bearer)
    assert answer.status_code == 200, answer.text
    return {t["reference"]: t["amount"] for t in answer.json()["transfers"] if t["status"] == "paid"}


async def test_payments_captured_at_once_are_paid_out_once_by_two_workers(
    market: Market, new_seller: NewSeller, buyer: Buyer, admin: Admin
) -> None:
    seller = await new_seller()
    ids = [v["id"] for v in await variants(seller, 2 * RACES)]

    async def approved(variant_id: str) -> dict[str, Any]:
        order = (await place(buyer, seller.shop_id, variant_id)).json()
        await buyer.open_payment(order)
        await buyer.spoil(order, webhook="never")
        await buyer.approve(order)
        return order

    gate = market.gate("payouts.send")
    async with another_worker(market):
        orders = await each(ids, approved)
        gate.shut()
        try:
            for n in range(RACES):
                one, other = orders[2 * n], orders[2 * n + 1]

                async def first(headers: Headers, order: Any = one, n: int = n) -> Any:
                    return await give_notice(market, buyer, order, headers, server=n % 2)

                async def second(order: Any = other, n: int = n) -> Any:
                    return await give_notice(market, buyer, order, server=1 - n % 2)

                await in_order(market, first, second)
            await gate.reached()
        finally:
            gate.open()
        total = sum(order["total"]["amount"] for order in orders)

        async def all_paid() -> bool:
            paid = "SELECT coalesce(sum(amount), 0)::bigint FROM payouts.payout WHERE merchant_id = $1::uuid"
            return await market.value(f"{paid} AND status = 'paid'", seller.merchant_id) == total

        await eventually(all_paid, within_s=30, what="all the money has been paid out")
    payouts = await market.fetch(
        "SELECT id, amount FROM payouts.payout WHERE merchant_id = $1::uuid", seller.merchant_id
    )
    assert await bank_transfers(market, seller.account_number) == {str(p["id"]): p["amount"] for p in payouts}
    assert sum(p["amount"] for p in payouts) == total
    assert await seller.balance() == 0
    assert all(c["difference"] == 0 for c in await admin.trial_balance())
    assert await stock_of(market, ids) == [Stock(1, 1)] * len(ids)


async def test_switching_payouts_on_while_money_comes_in_pays_it_once(
    market: Market, new_seller: NewSeller, buyer: Buyer, admin: Admin
) -> None:
    seller = await new_seller()
    path = f"/admin/merchants/{seller.merchant_id}/payout"
    ids = [v["id"] for v in await variants(seller, 2 * RACES)]
    for n in range(RACES):
        earlier, later = [(await place(buyer, seller.shop_id, i)).json() for i in ids[2 * n : 2 * n + 2]]
        for order in (earlier, later):
            await buyer.open_payment(order)
            await buyer.spoil(order, webhook="never")
            await buyer.approve(order)
        await admin.post(f"{path}/suspend", expect=(200, 201, 204))
        await give_notice(market, buyer, earlier)

        async def captured(headers: Headers, order: Any = later, n: int = n) -> Any:
            return await give_notice(market, buyer, order, headers, server=n % 2)

        async def activated(n: int = n) -> Any:
            return await admin.post(f"{path}/activate", expect=(200, 201, 204), server=1 - n % 2)

        await in_order(market, captured, activated)
    total = sum(150_000 for _ in ids)

    async def all_paid() -> bool:
        paid = "SELECT coalesce(sum(amount), 0)::bigint FROM payouts.payout WHERE merchant_id = $1::uuid"
        return await market.value(f"{paid} AND status = 'paid'", seller.merchant_id) == total

    await eventually(all_paid, within_s=30, what="all the money has been paid out")
    sent = await bank_transfers(market, seller.account_number)
    assert sum(sent.values()) == total
    assert await seller.balance() == 0
    assert all(c["difference"] == 0 for c in await admin.trial_balance())
