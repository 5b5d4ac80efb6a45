"""The transition table of orders: who may move an order from where to where (O4)."""

from __future__ import annotations

from typing import Final

from kerben.domains.orders.model import (
    ON_RECEIPT,
    ONLINE,
    DeliveryMethod,
    OrderStatus,
    PaymentMethod,
)
from kerben.platform.states import StateMachine, step

MANAGER: Final = ("manager", "owner", "admin")
ACCOUNTANT: Final = ("accountant", "owner", "admin")
STORE: Final = ("storekeeper", *MANAGER)
COUNTER: Final = ("cashier", *STORE)
CARRIES: Final = ("courier", *STORE)

_S = OrderStatus

ORDER_STATES: Final = StateMachine(
    initial=[_S.AWAITING_CONFIRMATION, _S.AWAITING_PAYMENT],
    final=[_S.CANCELLED, _S.RETURNED],
    transitions=[
        # A manager confirms; what comes next depends on how the order is paid.
        step(_S.AWAITING_CONFIRMATION, _S.AWAITING_PAYMENT, *MANAGER),
        step(_S.AWAITING_CONFIRMATION, _S.AWAITING_SHIPMENT_COD, *MANAGER),
        step(_S.AWAITING_CONFIRMATION, _S.CANCELLED, "system", "buyer", *MANAGER),
        # The acquirer's word (system) or, for a transfer to a card, an accountant's.
        step(_S.AWAITING_PAYMENT, _S.AWAITING_SHIPMENT, "system", *ACCOUNTANT),
        step(_S.AWAITING_PAYMENT, _S.CANCELLED, "system", "buyer", *MANAGER),
        # A capture that came after the cancellation for non-payment revives the order.
        step(_S.CANCELLED, _S.AWAITING_SHIPMENT, "system"),
        step(_S.AWAITING_SHIPMENT, _S.COOKING, *STORE),
        step(_S.AWAITING_SHIPMENT, _S.READY_FOR_PICKUP, *COUNTER),
        step(_S.AWAITING_SHIPMENT, _S.SHIPPED, *STORE),
        step(_S.AWAITING_SHIPMENT, _S.DELIVERING, *CARRIES),
        step(_S.AWAITING_SHIPMENT, _S.CANCELLED, "buyer", *MANAGER),
        step(_S.AWAITING_SHIPMENT_COD, _S.COOKING, *STORE),
        step(_S.AWAITING_SHIPMENT_COD, _S.READY_FOR_PICKUP, *COUNTER),
        step(_S.AWAITING_SHIPMENT_COD, _S.SHIPPED, *STORE),
        step(_S.AWAITING_SHIPMENT_COD, _S.DELIVERING, *CARRIES),
        step(_S.AWAITING_SHIPMENT_COD, _S.CANCELLED, "system", "buyer", *MANAGER),
        step(_S.COOKING, _S.READY_FOR_PICKUP, *COUNTER),
        step(_S.COOKING, _S.DELIVERING, *CARRIES),
        step(_S.COOKING, _S.CANCELLED, *MANAGER),
        step(_S.READY_FOR_PICKUP, _S.DELIVERED, *COUNTER),
        step(_S.READY_FOR_PICKUP, _S.PICKUP_EXPIRED, "system", *MANAGER),
        step(_S.READY_FOR_PICKUP, _S.CANCELLED, *MANAGER),
        step(_S.PICKUP_EXPIRED, _S.READY_FOR_PICKUP, *COUNTER),
        step(_S.PICKUP_EXPIRED, _S.DELIVERED, *COUNTER),
        # Nobody came for it at all: the system gives the money back and frees the goods.
        step(_S.PICKUP_EXPIRED, _S.CANCELLED, "system", *MANAGER),
        step(_S.SHIPPED, _S.DELIVERING, *CARRIES),
        step(_S.SHIPPED, _S.DELIVERED, *CARRIES),
        step(_S.SHIPPED, _S.RETURNED, *MANAGER),
        step(_S.DELIVERING, _S.DELIVERED, *CARRIES),
        step(_S.DELIVERING, _S.RETURNED, *MANAGER),
        step(_S.DELIVERED, _S.RETURNED, *MANAGER),
    ],
)

FINAL: Final = frozenset({_S.DELIVERED, _S.CANCELLED, _S.RETURNED})
"""No goods are kept for an order in one of these."""

_ONLY_FOR_DELIVERY: Final[dict[OrderStatus, frozenset[DeliveryMethod]]] = {
    _S.READY_FOR_PICKUP: frozenset({DeliveryMethod.PICKUP}),
    _S.PICKUP_EXPIRED: frozenset({DeliveryMethod.PICKUP}),
    _S.SHIPPED: frozenset(
        {DeliveryMethod.COURIER, DeliveryMethod.CARRIER_BRANCH, DeliveryMethod.CARRIER_DOOR, DeliveryMethod.POST}
    ),
    _S.DELIVERING: frozenset({DeliveryMethod.COURIER, DeliveryMethod.CARRIER_BRANCH, DeliveryMethod.CARRIER_DOOR}),
}


def fits(target: OrderStatus, delivery: DeliveryMethod, payment: PaymentMethod, actor: str) -> bool:
    """Whether a state makes sense for an order delivered and paid in this way.

    Nobody but the system, on the acquirer's word, calls an order paid that is paid through the acquirer.
    """
    if target is _S.AWAITING_PAYMENT:
        return payment not in ON_RECEIPT
    if target is _S.AWAITING_SHIPMENT:
        return payment in ONLINE if actor == "system" else payment is PaymentMethod.CARD_TRANSFER
    if target is _S.AWAITING_SHIPMENT_COD:
        return payment in ON_RECEIPT
    methods = _ONLY_FOR_DELIVERY.get(target)
    return methods is None or delivery in methods


def targets(source: OrderStatus, delivery: DeliveryMethod, payment: PaymentMethod, actor: str) -> list[OrderStatus]:
    """Where this actor may move such an order now."""
    return [t for t in ORDER_STATES.targets(source, actor) if fits(t, delivery, payment, actor)]
