"""Cancellation by the buyer: before cooking or shipment, however it is paid, once."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import UUID

import pytest

from kerben.flows.order_desk.tests.make import COURIER, World, in_this_order
from kerben.platform.clock import ManualClock

PICKUP = {"method": "pickup"}
PAID = "paid"

# How the order is bought, the steps it has made, and what the buyer's cancellation leaves: order, payment, refund.
POSSIBLE: list[tuple[str, dict[str, str], list[str], tuple[str, str | None]]] = [
    ("card", PICKUP, [], ("voided", None)),
    ("bank_qr", COURIER, [], ("voided", None)),
    ("card", PICKUP, [PAID], ("captured", "requested")),
    ("bank_qr", COURIER, [PAID], ("captured", "requested")),
    ("cash_on_receipt", PICKUP, [], ("voided", None)),
    ("terminal_on_receipt", COURIER, ["awaiting_shipment_cod"], ("voided", None)),
    ("card_transfer", COURIER, [], ("voided", None)),
    ("card_transfer", COURIER, ["awaiting_payment"], ("voided", None)),
    ("card_transfer", COURIER, ["awaiting_payment", "awaiting_shipment"], ("refunded", "done")),
]
TOO_LATE: list[tuple[str, dict[str, str], list[str]]] = [
    ("card", PICKUP, [PAID, "cooking"]),
    ("card", PICKUP, [PAID, "ready_for_pickup"]),
    ("card", PICKUP, [PAID, "ready_for_pickup", "pickup_expired"]),
    ("card", PICKUP, [PAID, "ready_for_pickup", "delivered"]),
    ("cash_on_receipt", PICKUP, ["awaiting_shipment_cod", "cooking"]),
    ("cash_on_receipt", COURIER, ["awaiting_shipment_cod", "shipped"]),
    ("bank_qr", COURIER, [PAID, "delivering"]),
    ("bank_qr", COURIER, [PAID, "delivering", "delivered"]),
    ("bank_qr", COURIER, [PAID, "delivering", "returned"]),
]


async def bought(
    world: World, method: str, delivery: dict[str, Any], steps: list[str], **options: Any
) -> dict[str, Any]:
    made = await world.place(payment_method=method, delivery=delivery, **options)
    for step in steps:
        if step == PAID:
            await world.pay(made)
        else:
            await world.step(made, step)
    return made


def name(value: Any) -> str:
    """A word for the test's id."""
    if isinstance(value, str):
        return value
    return str(cast("dict[str, str]", value)["method"]) if isinstance(value, dict) else "-".join(map(str, value))


@pytest.mark.parametrize("guest", [False, True], ids=["account", "guest"])
@pytest.mark.parametrize(("method", "delivery", "steps", "left"), POSSIBLE, ids=name)
async def test_a_buyer_may_cancel(
    world: World, method: str, delivery: dict[str, Any], steps: list[str], left: tuple[str, str | None], guest: bool
) -> None:
    made = await bought(world, method, delivery, steps, guest=guest)
    mine = {"X-Guest-Token": made["guest_token"]} if guest else world.market.buyer_headers
    before = await world.see(made)
    assert (await world.post(made, "cancel", {}, {"X-Guest-Token": "other"})).status_code == 404
    assert await world.see(made) == before
    gone = (await world.post(made, "cancel", {"reason": "Передумал"}, mine)).json()
    assert (gone["status"], gone["cancel_reason"]) == ("cancelled", "buyer")
    assert (gone["payment"]["status"], gone["refund"] and gone["refund"]["status"]) == left
    assert await world.shelf() == (10, 0)
    twice = await world.post(made, "cancel", {}, mine)
    assert (twice.status_code, twice.json()["code"]) == (409, "ILLEGAL_TRANSITION")
    assert (await world.see(made))["version"] == gone["version"]
    await world.assert_sound()


@pytest.mark.parametrize(("method", "delivery", "steps"), TOO_LATE, ids=name)
async def test_a_buyer_comes_too_late(world: World, method: str, delivery: dict[str, Any], steps: list[str]) -> None:
    made = await bought(world, method, delivery, steps)
    before, shelf = await world.see(made), await world.shelf()
    answer = await world.post(made, "cancel", {}, world.market.buyer_headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "ILLEGAL_TRANSITION")
    assert (await world.see(made), await world.shelf()) == (before, shelf)


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.slow)])
async def test_cancelling_against_shipping(world: World, rounds: int) -> None:
    """Who comes first counts; the other is refused, and goods and money lie on the same side."""
    for n in range(rounds):
        made = await bought(world, "bank_qr", COURIER, [PAID])
        rivals = [
            world.post(made, "cancel", {}, world.market.buyer_headers),
            world.post(made, "transitions", {"to": "shipped"}),
        ]
        if n % 2:
            rivals.reverse()
        first, second = await in_this_order(world.db, UUID(made["id"]), *rivals)
        assert (first.status_code, second.status_code) == (200, 409), second.text
        seen = await world.see(made)
        if n % 2:
            assert (seen["status"], seen["refund"]) == ("shipped", None)
        else:
            assert (seen["status"], seen["refund"]["status"]) == ("cancelled", "requested")
        await world.assert_sound()


async def test_cancelling_against_expiry(world: World, clock: ManualClock) -> None:
    for _ in range(4):
        made = await bought(world, "card", PICKUP, [])
        clock.advance(minutes=30)
        answer, _ = await asyncio.gather(
            world.post(made, "cancel", {}, world.market.buyer_headers), world.sweep("orders.expiry")
        )
        seen = await world.see(made)
        assert seen["status"] == "cancelled"
        assert (answer.status_code, seen["cancel_reason"]) in {(200, "buyer"), (409, "unpaid")}
        assert [h["to_status"] for h in seen["history"]] == ["awaiting_payment", "cancelled"]
        assert await world.shelf() == (10, 0)
    await world.assert_sound()
