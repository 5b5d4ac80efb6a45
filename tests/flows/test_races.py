"""Many at once, in two server processes on one database: one wins, and the books stay right."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.flows.actors import Admin, Buyer, Seller, eventually, new_variant, stamp
from tests.flows.conftest import NewBuyer, NewSeller
from tests.flows.market import Market, end, free_ports

pytestmark = pytest.mark.slow

RACES: Final = 200
REVOKED_S_MAX: Final = 1.0
PAYMENT_RACES: Final = 12


@pytest.fixture(scope="module")
async def seller(new_seller: NewSeller) -> Seller:
    """A seller whose shop sells online."""
    return await new_seller()


async def single_units(seller: Seller, count: int) -> list[str]:
    """Variants of which there is one piece each."""
    ids: list[str] = []
    while len(ids) < count:
        batch = [new_variant(f"ONE-{uuid4().hex[:10]}", 1) for _ in range(min(50, count - len(ids)))]
        made = await seller.add_product(batch, name=f"Последние {len(ids)}")
        ids += [variant["id"] for variant in made["variants"]]
    return ids


async def race(seller: Seller, buyers: tuple[Buyer, Buyer], variant_id: str, n: int) -> tuple[httpx.Response, ...]:
    """Both order the last one at once, each on a server of their own; who starts changes from race to race."""

    async def order(buyer: Buyer, server: int) -> httpx.Response:
        body = buyer.order_body(seller.shop_id, variant_id)
        return await buyer.send(
            "POST", "/orders", json=body, headers={"Idempotency-Key": str(uuid4())}, server=server
        )

    first, second = (0, 1) if n % 2 else (1, 0)
    one, other = buyers if n % 3 else buyers[::-1]
    return tuple(await asyncio.gather(order(one, first), order(other, second)))


async def test_two_buyers_race_for_the_last_unit(market: Market, seller: Seller, new_buyer: NewBuyer) -> None:
    buyers = (await new_buyer(), await new_buyer())
    variants = await single_units(seller, RACES)
    winners: Counter[int] = Counter()
    for n, variant_id in enumerate(variants):
        answers = await race(seller, buyers, variant_id, n)
        assert sorted(a.status_code for a in answers) == [201, 409], [a.text for a in answers]
        loser = next(a.json() for a in answers if a.status_code == 409)
        assert loser["code"] == "OUT_OF_STOCK"
        (item,) = loser["data"]["items"]
        assert (item["variant_id"], item["left"]) == (variant_id, 0)
        winners[[a.status_code for a in answers].index(201)] += 1
    assert sum(winners.values()) == RACES
    rows = await market.fetch(
        "SELECT s.on_hand, s.reserved, (SELECT count(*) FROM inventory.reservation r"
        " WHERE r.variant_id = s.variant_id AND r.status = 'active') AS holders"
        " FROM inventory.stock s WHERE s.variant_id = ANY($1::uuid[])",
        variants,
    )
    assert [tuple(row) for row in rows] == [(1000, 1000, 1)] * RACES
    placed = await market.value(
        "SELECT count(DISTINCT l.order_id) FROM orders.order_line l WHERE l.variant_id = ANY($1::uuid[])", variants
    )
    assert placed == RACES


async def test_a_crowd_takes_no_more_than_there_is(market: Market, seller: Seller, new_buyer: NewBuyer) -> None:
    buyer = await new_buyer()
    variant = await seller.add_variant(stock_qty=25)

    async def order(n: int) -> int:
        body = buyer.order_body(seller.shop_id, variant["id"])
        keyed = {"Idempotency-Key": str(uuid4())}
        return (await buyer.send("POST", "/orders", json=body, headers=keyed, server=n % 2)).status_code

    assert Counter(await asyncio.gather(*(order(n) for n in range(80)))) == {201: 25, 409: 55}
    sql = "SELECT on_hand, reserved FROM inventory.stock WHERE variant_id = $1::uuid"
    assert tuple((await market.fetch(sql, variant["id"]))[0]) == (25_000, 25_000)
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 0


async def test_the_same_key_32_times_at_once_is_one_order(
    market: Market, seller: Seller, new_buyer: NewBuyer
) -> None:
    buyer = await new_buyer()
    variant = await seller.add_variant(stock_qty=50)
    body, key = buyer.order_body(seller.shop_id, variant["id"], 2), str(uuid4())

    async def order(n: int) -> httpx.Response:
        return await buyer.send("POST", "/orders", json=body, headers={"Idempotency-Key": key}, server=n % 2)

    answers = await asyncio.gather(*(order(n) for n in range(32)))
    assert {a.status_code for a in answers} == {201}, [a.text for a in answers if a.status_code != 201]
    assert len({a.content for a in answers}) == 1
    assert Counter(a.headers.get("Idempotent-Replayed", "false") for a in answers) == {"false": 1, "true": 31}
    assert len((await buyer.get("/orders"))["items"]) == 1
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 48
    count = 'SELECT count(*) FROM orders."order" WHERE user_id = $1::uuid'
    assert await market.value(count, buyer.user_id) == 1
    other = await buyer.send("POST", "/orders", json={**body, "comment": "иначе"}, headers={"Idempotency-Key": key})
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 48


async def test_the_same_key_for_the_last_unit_never_answers_out_of_stock(seller: Seller, new_buyer: NewBuyer) -> None:
    buyer = await new_buyer()
    for variant_id in await single_units(seller, 10):
        body, key = buyer.order_body(seller.shop_id, variant_id), str(uuid4())
        sent = [
            buyer.send("POST", "/orders", json=body, headers={"Idempotency-Key": key}, server=n % 2) for n in range(6)
        ]
        answers = await asyncio.gather(*sent)
        assert {a.status_code for a in answers} == {201}, [a.text for a in answers if a.status_code != 201]
        assert len({a.json()["id"] for a in answers}) == 1


async def test_the_same_receipt_16_times_at_once_counts_once(seller: Seller) -> None:
    variant = await seller.add_variant(stock_qty=30)
    body = seller.till.sale_body([{"sku": variant["sku"], "qty": 3, "unit_price": 1500}])
    sent = [seller.till.signed("/pos/sales", body, server=n % 2) for n in range(16)]
    answers = await asyncio.gather(*sent)
    assert Counter(a.status_code for a in answers) == {201: 1, 409: 15}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"DUPLICATE_SALE"}
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 27


async def test_till_and_buyers_at_once_lose_nothing(market: Market, seller: Seller, new_buyer: NewBuyer) -> None:
    buyer = await new_buyer()
    variant = await seller.add_variant(stock_qty=40)

    async def order(n: int) -> Any:
        body = buyer.order_body(seller.shop_id, variant["id"], payment="cash_on_receipt")
        keyed = {"Idempotency-Key": str(uuid4())}
        return await buyer.call("POST", "/orders", json=body, headers=keyed, server=n % 2, expect=201)

    async def sell(n: int) -> Any:
        return await seller.till.sell([{"sku": variant["sku"], "qty": 1, "unit_price": 1500}], server=n % 2)

    await asyncio.gather(*(order(n) for n in range(20)), *(sell(n) for n in range(20)))
    sql = "SELECT on_hand, reserved FROM inventory.stock WHERE variant_id = $1::uuid"
    assert tuple((await market.fetch(sql, variant["id"]))[0]) == (20_000, 20_000)


async def test_a_revoked_session_is_refused_by_the_other_server_within_a_second(new_buyer: NewBuyer) -> None:
    buyer = await new_buyer()
    # Both servers have seen the token and remember that it is good.
    for server in (0, 1):
        await buyer.get("/me", server=server)
    (current,) = [s["id"] for s in (await buyer.get("/auth/sessions"))["items"] if s["current"]]
    await buyer.call("DELETE", f"/auth/sessions/{current}", expect=(200, 204))
    revoked_at = time.monotonic()

    async def refused() -> bool:
        return (await buyer.send("GET", "/me", server=1)).status_code == 401

    await eventually(refused, within_s=REVOKED_S_MAX, what="the token is refused by the other server")
    assert time.monotonic() - revoked_at < REVOKED_S_MAX
    assert (await buyer.send("GET", "/me", server=0)).status_code == 401


async def test_a_revoked_till_is_refused_by_the_other_server_within_a_second(new_seller: NewSeller) -> None:
    seller = await new_seller()
    body = {"device_id": seller.till.device_id, "status": "active", "timestamp": stamp()}
    for server in (0, 1):
        assert (await seller.till.signed("/pos/heartbeat", body, server=server)).status_code == 200
    path = f"/shops/{seller.shop_id}/pos-devices/{seller.till.device_id}"
    await seller.call("DELETE", path, expect=(200, 204), server=0)

    async def refused() -> bool:
        return (await seller.till.signed("/pos/heartbeat", body, server=1)).status_code == 401

    await eventually(refused, within_s=REVOKED_S_MAX, what="the till is refused by the other server")
    assert (await seller.eligibility(server=1))["buy_eligibility"] == "manual_contact"


async def test_orders_of_the_same_goods_in_any_order_do_not_block_each_other(
    market: Market, seller: Seller, new_buyer: NewBuyer
) -> None:
    buyer = await new_buyer()
    made = await seller.add_product([new_variant(f"MIX-{uuid4().hex[:8]}", 200) for _ in range(4)])
    ids = [variant["id"] for variant in made["variants"]]

    async def order(n: int) -> Any:
        turned = ids[n % 4 :] + ids[: n % 4]
        lines = [{"variant_id": i, "qty": 1} for i in (turned if n % 8 < 4 else turned[::-1])]
        body = {**buyer.order_body(seller.shop_id, ids[0]), "items": lines}
        keyed = {"Idempotency-Key": str(uuid4())}
        return await buyer.call("POST", "/orders", json=body, headers=keyed, server=n % 2, expect=201)

    await asyncio.gather(*(order(n) for n in range(80)))
    sql = "SELECT on_hand, reserved FROM inventory.stock WHERE variant_id = ANY($1::uuid[])"
    assert [tuple(row) for row in await market.fetch(sql, ids)] == [(200_000, 80_000)] * 4


async def test_a_payment_that_races_the_cancellation_has_one_outcome(
    market: Market, new_seller: NewSeller, new_buyer: NewBuyer, admin: Admin
) -> None:
    seller, buyer = await new_seller(), await new_buyer()
    variant = await seller.add_variant(stock_qty=PAYMENT_RACES, price=10_000)

    async def race_one(n: int) -> dict[str, Any]:
        order = await buyer.order(buyer.order_body(seller.shop_id, variant["id"]), server=n % 2)
        await buyer.open_payment(order)
        cancel = buyer.send("POST", f"/orders/{order['id']}/cancel", json={"reason": "Передумал"}, server=n % 2)
        approve = buyer.send("POST", f"/sandbox/acquirer/payments/{order['payment']['id']}/approve")
        cancelled, _ = await asyncio.gather(cancel, approve)
        assert cancelled.status_code == 200, cancelled.text

        async def over() -> bool:
            return (await buyer.order_state(order["id"]))["payment"]["status"] in {"voided", "refunded", "failed"}

        await eventually(over, within_s=40, what="the money is back, or was never taken")
        return await buyer.order_state(order["id"])

    ended = await asyncio.gather(*(race_one(n) for n in range(PAYMENT_RACES)))
    assert {order["status"] for order in ended} == {"cancelled"}
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == PAYMENT_RACES
    assert all(c["difference"] == 0 for c in await admin.trial_balance())
    # What was captured and paid out before its refund is owed by the seller now, and nothing else.
    sql = "SELECT coalesce(sum(amount), 0)::bigint FROM payouts.payout WHERE merchant_id = $1::uuid"
    assert await seller.balance() == -(await market.value(sql, seller.merchant_id))


async def test_a_server_killed_in_the_middle_leaves_each_order_once_or_not_at_all(
    market: Market, seller: Seller, new_buyer: NewBuyer
) -> None:
    buyer = await new_buyer()
    variant = await seller.add_variant(stock_qty=500)
    (port,) = free_ports(1)
    doomed = market.serve("server-doomed", port)
    market.wait_ready(port)
    keys = [str(uuid4()) for _ in range(60)]
    body = buyer.order_body(seller.shop_id, variant["id"])
    answered: list[str] = []

    async def send(key: str) -> None:
        url = f"http://127.0.0.1:{port}/api/v1/orders"
        with contextlib.suppress(httpx.HTTPError):
            await buyer.call("POST", url, json=body, headers={"Idempotency-Key": key}, expect=201)
            answered.append(key)

    async def kill() -> None:
        await eventually(lambda: asyncio.sleep(0, len(answered) >= 5), what="some orders are through")
        os.killpg(doomed.popen.pid, signal.SIGKILL)

    async def one_after_another(mine: list[str]) -> None:
        for key in mine:
            await send(key)

    await asyncio.gather(kill(), *(one_after_another(keys[n::6]) for n in range(6)))
    end(doomed.popen)
    market.processes.remove(doomed)
    assert 5 <= len(answered) < len(keys)
    # The buyers' programs try all of it again, at a server that lives.
    again = [await buyer.order(body, key=key, server=1) for key in keys]
    assert len({order["id"] for order in again}) == len(keys)
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 500 - len(keys)
