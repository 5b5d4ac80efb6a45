"""Whatever is done to an order for pickup, in whatever order: goods and money never end up on the same side.

A model in the manner of a state machine: hypothesis chooses the steps, the database says what came of them, and after
each one the rules below hold.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust
from kerben.flows.checkout.tests.make import stock
from kerben.flows.order_desk.tests.make import World
from kerben.platform.clock import ManualClock

pytestmark = pytest.mark.slow

SWEEPS: Final = ("orders.expiry", "orders.pickups", "orders.unclaimed", "orders.attention", "payments.refunds.order")

STEPS: Final = st.sampled_from(
    [
        "pay", "confirm", "ready", "ready", "expire", "hand_over", "extend", "buyer_cancels", "seller_cancels",
        "refund", "refund_kept", "a_day", "a_day", "till_sells", "goods_in", "restocked", "sweep",
    ]
)  # fmt: skip


async def act(world: World, clock: ManualClock, made: dict[str, Any], step: str) -> None:
    """Do one thing; whether it is possible just now is the order desk's to say."""
    moves = {
        "confirm": "awaiting_shipment_cod", "ready": "ready_for_pickup", "expire": "pickup_expired",
        "hand_over": "delivered", "seller_cancels": "cancelled",
    }  # fmt: skip
    if step in moves:
        await world.post(made, "transitions", {"to": moves[step]})
    elif step == "pay":
        if made["payment"]["action"].get("url") and (await world.see(made))["payment"]["status"] == "pending":
            await world.pay(made) if await payable(world, made) else None
    elif step == "extend":
        await world.post(made, "extend", {"hours": 72})
    elif step == "buyer_cancels":
        await world.post(made, "cancel", {}, world.market.buyer_headers)
    elif step.startswith("refund"):
        kept = {"restock": False} if step == "refund_kept" else {}
        await world.post(made, "refund", {"reason": "Брак", "responsible": "seller", **kept})
    elif step == "a_day":
        clock.advance(hours=25)
    elif step == "restocked":
        await world.post(made, "attention", {"action": "restocked"})
    elif step in {"till_sells", "goods_in"}:
        sells = step == "till_sells"
        await count(world, -1000 if sells else 1000, AdjustmentCause.POS_SALE if sells else AdjustmentCause.GOODS_IN)
    await world.sweep(*SWEEPS)


async def payable(world: World, made: dict[str, Any]) -> bool:
    """Whether the acquirer's page can still be opened."""
    known = f"fp-{made['payment']['id']}" in world.acquirer.states
    return known or await world.status(made) == "awaiting_payment"


async def count(world: World, delta_milli: int, cause: AdjustmentCause) -> None:
    async with world.db.write() as tx:
        variant_id = world.market.counter.goods[0].id
        await adjust(tx, [StockChange(variant_id=variant_id, delta_milli=delta_milli, cause=cause)])


async def check(world: World, made: dict[str, Any]) -> None:
    """What must hold at any time."""
    seen = await world.see(made)
    async with world.db.read() as tx:
        goods = await tx.fetchval("SELECT status FROM inventory.reservation WHERE order_id = $1", UUID(made["id"]))
    gone = goods in {"handed_over", "returned"}
    money_back = seen["refund"] is not None or seen["payment"]["status"] == "refunded"
    if gone and money_back:
        assert seen["status"] == "returned", (seen["status"], goods)
    if seen["status"] == "delivered":
        assert (goods, seen["payment"]["status"], money_back) == ("handed_over", "captured", False)
    if seen["status"] == "cancelled":
        assert goods == "released"
        assert money_back or seen["payment"]["status"] in {"voided", "pending", "failed"}
    assert (await stock(world.db, world.market.counter.goods[0].id)).reserved_milli >= 0
    await world.assert_sound()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(["card", "cash_on_receipt"]), steps=st.lists(STEPS, min_size=3, max_size=10))
async def test_goods_and_money_lie_on_opposite_sides(
    world: World, clock: ManualClock, method: str, steps: list[str]
) -> None:
    # A piece of its own for each example, whatever the tills of the one before have sold.
    level = await stock(world.db, world.market.counter.goods[0].id)
    lacking = level.reserved_milli - level.on_hand_milli + 1000
    if lacking > 0:
        await count(world, lacking, AdjustmentCause.GOODS_IN)
    made = await world.place(payment_method=method)
    for step in steps:
        await act(world, clock, made, step)
        await check(world, made)
