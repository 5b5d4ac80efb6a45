"""Paid orders whose goods a till has sold: who is put before the seller, and how the mark comes off."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust
from kerben.domains.merchants.api import StaffRole
from kerben.domains.orders.api import CHARGED_BACK
from kerben.domains.payments.api import ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED
from kerben.flows.order_desk.module import MODULE
from kerben.flows.order_desk.tests.make import PRICE, World, held, waiting_for_locks
from kerben.platform.consumers import Consumer

CLEARING = "orders.attention"


async def stock_moves(world: World, pieces: int, n: int = 0) -> None:
    """Positive: goods in; negative: a till sells, and the worker reacts."""
    cause = AdjustmentCause.GOODS_IN if pieces > 0 else AdjustmentCause.POS_SALE
    variant_id = world.market.counter.goods[n].id
    async with world.db.write() as tx:
        await adjust(tx, [StockChange(variant_id=variant_id, delta_milli=1000 * pieces, cause=cause)])
    if pieces < 0:
        await react(world)


async def react(world: World) -> None:
    consumer = Consumer(world.runtime, MODULE.reactions[0])
    for _ in range(2):
        await consumer.step()
    while await consumer.step():
        pass


async def paid(world: World, qty: int = 1, n: int = 0) -> dict[str, Any]:
    made = await world.place({"variant_id": str(world.market.counter.goods[n].id), "qty": qty})
    await world.pay(made)
    return made


async def marked(world: World, *made: dict[str, Any]) -> list[bool]:
    return [(await world.see(o))["needs_attention"] is not None for o in made]


async def causes(world: World, *made: dict[str, Any]) -> list[str | None]:
    """As the order itself says it; the list must say the same."""
    alone = [(await world.see(o))["attention_cause"] for o in made]
    query = {"shop_id": str(world.market.counter.shop_id)}
    answer = await world.client.get("/api/v1/orders", params=query, headers=world.market.owner_headers)
    listed = {o["id"]: o["attention_cause"] for o in answer.json()["items"]}
    assert [listed[o["id"]] for o in made] == alone
    return alone


async def told(world: World, name: str, made: dict[str, Any]) -> int:
    async with world.db.read() as tx:
        return await tx.fetchval(
            "SELECT count(*) FROM platform.outbox WHERE key = $1 AND name = $2", str(made["id"]), name
        )


async def test_goods_that_come_in_serve_the_oldest_first(world: World) -> None:
    first, second, third = await paid(world), await paid(world, 2), await paid(world)
    await stock_moves(world, -10)
    assert await marked(world, first, second, third) == [True, True, True]
    assert await told(world, "orders.attention_needed.v1", first) == 1
    await world.sweep(CLEARING)
    assert await marked(world, first, second, third) == [True, True, True]
    await stock_moves(world, 1)
    await world.sweep(CLEARING)
    assert await marked(world, first, second, third) == [False, True, True]
    # One of the two pieces of the second order is there: it still lacks one.
    await stock_moves(world, 1)
    await world.sweep(CLEARING)
    assert await marked(world, first, second, third) == [False, True, True]
    await stock_moves(world, 1)
    await world.sweep(CLEARING)
    assert await marked(world, first, second, third) == [False, False, True]
    await stock_moves(world, 5)
    await world.sweep(CLEARING)
    assert await marked(world, first, second, third) == [False, False, False]
    seen = await world.see(third)
    assert [h["action"] for h in seen["history"]][-2:] == ["attention", "attention_cleared"]
    assert await told(world, "orders.attention_cleared.v1", third) == 1
    await world.assert_sound()


async def test_an_order_of_several_goods_waits_for_all(world: World) -> None:
    goods = [str(g.id) for g in world.market.counter.goods]
    made = await world.place(*({"variant_id": i, "qty": 1} for i in goods))
    await world.pay(made)
    for n in (0, 1):
        await stock_moves(world, -10, n)
    await stock_moves(world, 1, 0)
    await world.sweep(CLEARING)
    assert await marked(world, made) == [True]
    await stock_moves(world, 1, 1)
    await world.sweep(CLEARING)
    assert await marked(world, made) == [False]


async def test_another_orders_end_serves_the_next(world: World) -> None:
    older, newer = await paid(world), await paid(world)
    await stock_moves(world, -9)
    assert await marked(world, older, newer) == [False, True]
    assert (await world.post(older, "cancel", {}, world.market.buyer_headers)).status_code == 200
    await world.sweep(CLEARING)
    assert await marked(world, newer) == [False]


async def test_the_seller_finds_the_goods(world: World) -> None:
    older, newer = await paid(world), await paid(world, 2)
    await stock_moves(world, -12)
    assert await world.shelf() == (-2, 3)
    keeper = await world.staff(StaffRole.STOREKEEPER)
    found = await world.post(newer, "attention", {"action": "restocked"}, keeper)
    assert (found.status_code, found.json()["needs_attention"]) == (200, None), found.text
    assert await world.shelf() == (2, 3)
    await world.sweep(CLEARING)
    assert await marked(world, older, newer) == [True, False]
    again = await world.post(newer, "attention", {"action": "restocked"})
    assert (again.status_code, again.json()["code"]) == (409, "NO_ATTENTION_NEEDED")
    assert await world.shelf() == (2, 3)
    assert (await world.post(older, "attention", {"action": "restocked"})).status_code == 200
    assert await world.shelf() == (3, 3)
    await world.assert_sound()


async def test_the_seller_gives_the_money_back(world: World) -> None:
    made = await paid(world)
    await stock_moves(world, -10)
    keeper = await world.staff(StaffRole.STOREKEEPER)
    assert (await world.post(made, "attention", {"action": "refund"}, keeper)).status_code == 403
    assert (await world.post(made, "attention", {"action": "refund"}, world.market.buyer_headers)).status_code == 404
    assert (await world.post(made, "attention", {"action": "eat"})).json()["errors"][0]["pointer"] == "/action"
    assert await marked(world, made) == [True]
    ended = (await world.post(made, "attention", {"action": "refund"})).json()
    assert (ended["status"], ended["needs_attention"], ended["refund"]["status"]) == ("cancelled", None, "requested")
    assert await world.shelf() == (0, 0)
    assert await world.owed() == (-PRICE, PRICE)
    await world.assert_sound()


async def test_an_unpaid_order_at_the_counter_is_ended_without_a_refund(world: World) -> None:
    made = await world.ready("cash_on_receipt")
    await stock_moves(world, -10)
    assert await marked(world, made) == [True]
    ended = (await world.post(made, "attention", {"action": "refund"})).json()
    assert (ended["status"], ended["refund"], ended["payment"]["status"]) == ("cancelled", None, "voided")
    await world.assert_sound()


async def test_a_marked_order_that_is_handed_over_is_settled(world: World) -> None:
    made = await world.ready()
    await stock_moves(world, -10)
    await world.step(made, "delivered")
    assert await marked(world, made) == [False]
    assert await world.shelf() == (-1, 0)
    await world.assert_sound()


async def test_a_till_that_sells_while_the_mark_comes_off(world: World) -> None:
    made = await paid(world)
    await stock_moves(world, -10)
    await stock_moves(world, 1)
    async with held(world.db, UUID(made["id"])):
        clearing = asyncio.ensure_future(world.sweep(CLEARING))
        await waiting_for_locks(world.db, 1)
        async with world.db.write() as tx:
            variant_id = world.market.counter.goods[0].id
            await adjust(tx, [StockChange(variant_id=variant_id, delta_milli=-1000, cause=AdjustmentCause.POS_SALE)])
        reacting = asyncio.ensure_future(react(world))
        await waiting_for_locks(world.db, 2)
    await asyncio.gather(clearing, reacting)
    assert await marked(world, made) == [True]


async def test_programs_are_told_the_cause(world: World) -> None:
    oversold, given_back, fine = await paid(world), await paid(world, n=1), await paid(world, n=1)
    assert await causes(world, oversold, given_back, fine) == [None, None, None]
    await stock_moves(world, -10)
    # The acquirer gave the money back by itself.
    state = world.acquirer.set(f"fp-{given_back['payment']['id']}", ProviderStatus.REFUNDED)
    report = await world.client.post(
        "/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(SIGNED)
    )
    assert report.text == "ok"
    assert await causes(world, oversold, given_back, fine) == ["oversold", "charged_back", None]
    assert (await world.see(given_back))["needs_attention"] == CHARGED_BACK
    refused = await world.post(given_back, "attention", {"action": "restocked"})
    assert (refused.status_code, refused.json()["code"]) == (409, "NO_ATTENTION_NEEDED")
    assert await causes(world, given_back) == ["charged_back"]
    await world.post(oversold, "attention", {"action": "restocked"})
    assert await causes(world, oversold) == [None]
