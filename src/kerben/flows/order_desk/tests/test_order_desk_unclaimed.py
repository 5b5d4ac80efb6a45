"""Orders that wait at the counter: how long, kept longer, and given up in the end."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from kerben.domains.merchants.api import StaffRole
from kerben.domains.orders.api import expire_pickups
from kerben.domains.pos.tests.make import call
from kerben.flows.order_desk.pickup import PickupCodes
from kerben.flows.order_desk.tests.make import COURIER, PRICE, World, held, in_this_order, waiting_for_locks
from kerben.platform.clock import ManualClock

EXPIRY, GIVING_UP, REFUNDS = "orders.pickups", "orders.unclaimed", "payments.refunds.order"


async def expired(world: World, clock: ManualClock, method: str = "card") -> dict[str, object]:
    made = await world.ready(method)
    clock.advance(hours=24)
    await world.sweep(EXPIRY)
    return made


async def test_a_paid_order_is_kept_then_expired_then_refunded(world: World, clock: ManualClock) -> None:
    made = await world.place()
    await world.pay(made)
    assert (await world.see(made))["pickup_until"] is None
    clock.advance(hours=30)
    await world.sweep(EXPIRY, GIVING_UP)
    assert await world.status(made) == "awaiting_shipment"
    await world.step(made, "ready_for_pickup")
    assert (await world.see(made))["pickup_until"] == "2026-11-22T12:00:00Z"
    clock.advance(hours=23, minutes=59)
    await world.sweep(EXPIRY)
    assert await world.status(made) == "ready_for_pickup"
    clock.advance(minutes=1)
    await world.sweep(EXPIRY, GIVING_UP)
    seen = await world.see(made, world.market.buyer_headers)
    assert (seen["status"], seen["pickup_until"]) == ("pickup_expired", "2026-11-23T12:00:00Z")
    assert await world.shelf() == (10, 1)
    clock.advance(hours=23, minutes=59)
    await world.sweep(GIVING_UP)
    assert await world.status(made) == "pickup_expired"
    assert await world.owed() == (0, PRICE)
    clock.advance(minutes=1)
    await world.sweep(GIVING_UP)
    seen = await world.see(made)
    assert (seen["status"], seen["cancel_reason"], seen["refund"]["status"]) == (
        "cancelled",
        "unclaimed",
        "requested",
    )
    assert [h["action"] for h in seen["history"]][-2:] == ["pickup_expired", "unclaimed"]
    assert await world.shelf() == (10, 0)
    assert await world.owed() == (-PRICE, PRICE)
    await world.assert_sound()
    await world.sweep(REFUNDS, GIVING_UP)
    assert (await world.see(made))["payment"]["status"] == "refunded"
    assert await world.owed() == (-PRICE, PRICE)
    await world.assert_sound()


async def test_an_unpaid_order_is_cancelled_without_a_refund(world: World, clock: ManualClock) -> None:
    made = await expired(world, clock, "cash_on_receipt")
    clock.advance(hours=24)
    await world.sweep(GIVING_UP)
    seen = await world.see(made)
    assert (seen["status"], seen["payment"]["status"], seen["refund"]) == ("cancelled", "voided", None)
    assert await world.shelf() == (10, 0)
    assert await world.owed() == (0, 0)
    await world.assert_sound()


async def test_many_are_given_up_at_once_and_a_broken_one_keeps_nobody(world: World, clock: ManualClock) -> None:
    fine = [await world.ready("card"), await world.ready("cash_on_receipt")]
    broken = await world.ready("card")
    clock.advance(hours=24)
    await world.sweep(EXPIRY)
    async with world.db.write() as tx:
        # A history row where giving up would write its own.
        version = await tx.fetchval("SELECT version FROM orders.order WHERE id = $1", UUID(broken["id"]))
        await tx.execute(
            "INSERT INTO orders.history (order_id, n, at, actor_role, action, to_status)"
            " VALUES ($1, $2, $3, 'system', 'test', 'pickup_expired')",
            UUID(broken["id"]), version + 1, tx.now,
        )  # fmt: skip
    clock.advance(hours=24)
    await world.sweep(GIVING_UP)
    assert [await world.status(o) for o in (*fine, broken)] == ["cancelled", "cancelled", "pickup_expired"]
    async with world.db.write() as tx:
        await tx.execute("DELETE FROM orders.history WHERE order_id = $1 AND n = $2", UUID(broken["id"]), version + 1)
    await world.sweep(GIVING_UP)
    assert await world.status(broken) == "cancelled"
    await world.assert_sound()


async def test_an_extension_keeps_an_order_and_revives_an_expired_one(world: World, clock: ManualClock) -> None:
    made = await world.ready()
    cashier = await world.staff(StaffRole.CASHIER)
    longer = await world.post(made, "extend", {"hours": 48, "comment": "Покупатель попросил"}, cashier)
    assert (longer.status_code, longer.json()["pickup_until"]) == (200, "2026-11-22T06:00:00Z"), longer.text
    last = longer.json()["history"][-1]
    assert (last["action"], last["actor_role"], last["comment"]) == ("extended", "cashier", "Покупатель попросил")
    assert last["after"]["pickup_until"].startswith("2026-11-22T06:00:00")
    clock.advance(hours=48)
    await world.sweep(EXPIRY)
    assert await world.status(made) == "pickup_expired"
    again = (await world.post(made, "extend", {"hours": 1})).json()
    assert (again["status"], again["pickup_until"]) == ("ready_for_pickup", "2026-11-22T07:00:00Z")
    clock.advance(hours=24)
    await world.sweep(GIVING_UP, EXPIRY)
    assert await world.status(made) == "pickup_expired"
    async with world.db.read() as tx:
        audited = await tx.fetchval(
            "SELECT count(*) FROM audit.entry WHERE entity_id = $1 AND action = 'order.pickup_extended'", made["id"]
        )
        told = await tx.fetchval(
            "SELECT count(*) FROM platform.outbox WHERE key = $1 AND name = 'orders.pickup_extended.v1'", made["id"]
        )
        reserved = await tx.fetchval("SELECT status FROM inventory.reservation WHERE order_id = $1", UUID(made["id"]))
    assert (audited, told, reserved) == (2, 2, "active")
    await world.assert_sound()


async def test_who_may_not_extend_and_what(world: World) -> None:
    made = await world.ready()
    before = await world.see(made)
    buyer, accountant = world.market.buyer_headers, await world.staff(StaffRole.ACCOUNTANT)
    assert (await world.post(made, "extend", {"hours": 30}, buyer)).status_code == 404
    assert (await world.post(made, "extend", {"hours": 30}, accountant)).status_code == 403
    for hours in (0, 73, "x", None):
        bad = await world.post(made, "extend", {"hours": hours})
        assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/hours")
    short = await world.post(made, "extend", {"hours": 24})
    assert (short.status_code, short.json()["errors"][0]["code"]) == (422, "NOT_LONGER")
    assert (await world.post({"id": str(uuid4())}, "extend", {"hours": 30})).status_code == 404
    assert await world.see(made) == before
    elsewhere = await world.place(delivery=COURIER)
    assert (await world.post(elsewhere, "extend", {"hours": 30})).json()["code"] == "ILLEGAL_TRANSITION"
    assert await world.status(elsewhere) == "awaiting_payment"


async def test_an_expired_order_can_still_be_collected(world: World, clock: ManualClock) -> None:
    made = await expired(world, clock)
    answer = await issue(world, made)
    assert answer == (200, "delivered")
    clock.advance(hours=24)
    await world.sweep(GIVING_UP)
    seen = await world.see(made)
    assert (seen["status"], seen["refund"], seen["pickup_until"]) == ("delivered", None, None)
    assert await world.shelf() == (9, 0)
    await world.assert_sound()


async def issue(world: World, made: dict[str, object]) -> tuple[int, str]:
    order_id = UUID(str(made["id"]))
    code = world.runtime.part(PickupCodes).code(order_id)
    till = world.market.counter.device
    answer = await call(world.client, world.db, till, f"/api/v1/pos/pickups/{order_id}/issue", {"code": code})
    return answer.status_code, answer.json().get("status", "")


ROUNDS = [pytest.param(2, id="few"), pytest.param(20, id="many", marks=pytest.mark.slow)]


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("method", ["card", "cash_on_receipt"])
async def test_handing_over_against_giving_up(world: World, clock: ManualClock, method: str, rounds: int) -> None:
    """Either the buyer has the goods and the seller the money, or the buyer his money and the shop the goods."""
    await world.goods_in(rounds)
    for n in range(rounds):
        made = await expired(world, clock, method)
        clock.advance(hours=24)
        order_id = UUID(str(made["id"]))
        rivals = [issue(world, made), world.sweep(GIVING_UP)]
        if n % 2:
            rivals.reverse()
        results = await in_this_order(world.db, order_id, *rivals)
        seen = await world.see(made)
        if n % 2:
            assert results[1] == (409, 409)
            assert (seen["status"], seen["refund"] is not None) == ("cancelled", method == "card")
        else:
            assert results[0] == (200, "delivered")
            assert (seen["status"], seen["refund"]) == ("delivered", None)
        assert (await world.shelf())[1] == 0
        await world.assert_sound()


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_handing_over_against_expiry(world: World, clock: ManualClock, rounds: int) -> None:
    """The goods are handed over, whoever is first."""
    await world.goods_in(rounds)
    for n in range(rounds):
        made = await world.ready()
        clock.advance(hours=24)
        if n % 2:
            async with held(world.db, UUID(made["id"])):
                handing = asyncio.ensure_future(issue(world, made))
                await waiting_for_locks(world.db, 1)
                # The sweep skips what somebody else is about to change.
                await world.sweep(EXPIRY)
        else:
            async with world.db.write() as tx:
                assert UUID(made["id"]) in await expire_pickups(tx, 100)
                handing = asyncio.ensure_future(issue(world, made))
                await waiting_for_locks(world.db, 1)
        assert await handing == (200, "delivered")
        await world.sweep(EXPIRY)
        assert await world.status(made) == "delivered"
    await world.assert_sound()


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_extending_against_giving_up(world: World, clock: ManualClock, rounds: int) -> None:
    await world.goods_in(rounds)
    for n in range(rounds):
        made = await expired(world, clock)
        clock.advance(hours=24)
        rivals = [world.post(made, "extend", {"hours": 24}), world.sweep(GIVING_UP)]
        if n % 2:
            rivals.reverse()
        results = await in_this_order(world.db, UUID(str(made["id"])), *rivals)
        seen = await world.see(made)
        if n % 2:
            assert results[1].json()["code"] == "ILLEGAL_TRANSITION"
            assert (seen["status"], seen["refund"]["status"]) == ("cancelled", "requested")
        else:
            assert results[0].status_code == 200
            assert (seen["status"], seen["refund"]) == ("ready_for_pickup", None)
        await world.assert_sound()
