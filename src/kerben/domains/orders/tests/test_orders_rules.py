"""Rules and the transition table, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.orders import rules
from kerben.domains.orders.model import (
    ON_RECEIPT,
    ONLINE,
    AttentionCause,
    Delivery,
    DeliveryMethod,
    OrderStatus,
    PaymentMethod,
    Phase,
)
from kerben.domains.orders.states import FINAL, ORDER_STATES, targets

ACTORS = ("system", "buyer", "manager", "owner", "accountant", "storekeeper", "cashier", "courier", "admin")
NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
methods = st.sampled_from(PaymentMethod)
deliveries = st.sampled_from(DeliveryMethod)


def reachable(delivery: DeliveryMethod, payment: PaymentMethod) -> set[OrderStatus]:
    """Every state an order delivered and paid in this way can come to."""
    seen = {rules.initial_status(payment)}
    frontier = list(seen)
    while frontier:
        here = frontier.pop()
        for actor in ACTORS:
            for there in targets(here, delivery, payment, actor):
                if there not in seen:
                    seen.add(there)
                    frontier.append(there)
    return seen


@pytest.mark.parametrize("payment", PaymentMethod)
@pytest.mark.parametrize("delivery", DeliveryMethod)
def test_every_order_can_be_delivered_and_cancelled(delivery: DeliveryMethod, payment: PaymentMethod) -> None:
    states = reachable(delivery, payment)
    assert OrderStatus.DELIVERED in states
    assert OrderStatus.CANCELLED in states


@given(delivery=deliveries, payment=methods, status=st.sampled_from(OrderStatus))
def test_only_the_acquirer_makes_an_online_order_paid(
    delivery: DeliveryMethod, payment: PaymentMethod, status: OrderStatus
) -> None:
    for actor in ACTORS:
        if OrderStatus.AWAITING_SHIPMENT in targets(status, delivery, payment, actor):
            assert (actor == "system") == (payment in ONLINE)
            assert payment not in ON_RECEIPT


@given(delivery=deliveries, payment=methods, status=st.sampled_from(OrderStatus))
def test_a_buyer_only_ever_cancels_and_not_after_work_began(
    delivery: DeliveryMethod, payment: PaymentMethod, status: OrderStatus
) -> None:
    allowed = targets(status, delivery, payment, "buyer")
    assert set(allowed) <= {OrderStatus.CANCELLED}
    assert bool(allowed) == status.value.startswith("awaiting_")


def test_couriers_and_pickups_do_not_mix() -> None:
    assert OrderStatus.READY_FOR_PICKUP not in reachable(DeliveryMethod.COURIER, PaymentMethod.CARD)
    assert not {OrderStatus.SHIPPED, OrderStatus.DELIVERING} & reachable(DeliveryMethod.PICKUP, PaymentMethod.CARD)


@given(status=st.sampled_from(OrderStatus), paid=st.booleans())
def test_phase_follows_the_contract(status: OrderStatus, paid: bool) -> None:
    phase = rules.phase(status, paid=paid)
    if status in {OrderStatus.CANCELLED, OrderStatus.RETURNED}:
        assert phase is Phase.CANCELLED
    elif status is OrderStatus.DELIVERED:
        assert phase is Phase.FULFILLED
    else:
        assert phase is (Phase.PAID if paid else Phase.PENDING)


def test_nothing_but_the_system_leaves_cancelled() -> None:
    leaving = [t for t in ORDER_STATES.transitions if t.source is OrderStatus.CANCELLED]
    assert [t.by for t in leaving] == [frozenset({"system"})]
    assert OrderStatus.RETURNED in FINAL


@given(payment=methods, minutes=st.integers(20, 30))
def test_deadlines(payment: PaymentMethod, minutes: int) -> None:
    deadline = rules.first_deadline(payment, NOW, minutes)
    online = payment in ONLINE
    assert deadline - NOW == (timedelta(minutes=minutes) if online else timedelta(hours=24))
    assert rules.reminder_at(payment, deadline) == (deadline - timedelta(minutes=10) if online else None)


@pytest.mark.parametrize(
    ("delivery", "missing"),
    [
        (Delivery(DeliveryMethod.PICKUP), set[str]()),
        (Delivery(DeliveryMethod.COURIER), {"/delivery/address"}),
        (Delivery(DeliveryMethod.COURIER, address="  "), {"/delivery/address"}),
        (Delivery(DeliveryMethod.COURIER, address="Киевская, 1"), set[str]()),
        (Delivery(DeliveryMethod.COURIER, street="Киевская", house="1"), set[str]()),
        (Delivery(DeliveryMethod.CARRIER_BRANCH), {"/delivery/city", "/delivery/branch"}),
        (Delivery(DeliveryMethod.CARRIER_DOOR, city="Ош"), {"/delivery/street", "/delivery/house"}),
        (
            Delivery(DeliveryMethod.POST, city="Ош", street="Ленина", house="2"),
            {"/delivery/index", "/delivery/country"},
        ),
        (
            Delivery(DeliveryMethod.PICKUP, slot_from=NOW, slot_to=NOW),
            {"/delivery/slot_to"},
        ),
    ],
)
def test_each_delivery_method_has_its_own_fields(delivery: Delivery, missing: set[str]) -> None:
    assert {fault.pointer for fault in rules.delivery_faults(delivery)} == missing


def test_the_cause_of_attention_follows_from_the_mark() -> None:
    assert rules.attention_cause(rules.OVERSOLD) is AttentionCause.OVERSOLD
    assert rules.attention_cause(rules.CHARGED_BACK) is AttentionCause.CHARGED_BACK
    assert rules.attention_cause(None) is None
    assert rules.attention_cause("Другое") is None
    assert rules.attention_cause("") is None
