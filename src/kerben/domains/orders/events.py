"""What orders publishes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kerben.platform.events import Event, event


@event("orders.order_placed.v1", key="order_id")
class OrderPlaced(Event, frozen=True):
    """A new order stands; its goods are kept until `reserved_until`."""

    order_id: UUID
    number: str
    user_id: UUID
    shop_id: UUID
    merchant_id: UUID
    status: str
    payment_method: str
    delivery_method: str
    total: int
    currency: str
    reserved_until: datetime | None


@event("orders.order_status_changed.v1", key="order_id")
class OrderStatusChanged(Event, frozen=True):
    """An order moved from `previous` to `status`."""

    order_id: UUID
    number: str
    user_id: UUID
    shop_id: UUID
    merchant_id: UUID
    previous: str
    status: str
    phase: str
    actor_role: str
    at: datetime


@event("orders.order_paid.v1", key="order_id")
class OrderPaid(Event, frozen=True):
    """The money of an order is here."""

    order_id: UUID
    user_id: UUID
    shop_id: UUID
    merchant_id: UUID
    total: int
    currency: str
    payment_method: str


@event("orders.order_cancelled.v1", key="order_id")
class OrderCancelled(Event, frozen=True):
    """An order will not be fulfilled; `reason` is a CancelReason."""

    order_id: UUID
    number: str
    user_id: UUID
    shop_id: UUID
    merchant_id: UUID
    reason: str


@event("orders.payment_reminder_due.v1", key="order_id")
class PaymentReminderDue(Event, frozen=True):
    """The order is cancelled at `due_at` unless it is paid before."""

    order_id: UUID
    number: str
    user_id: UUID
    shop_id: UUID
    total: int
    currency: str
    due_at: datetime


@event("orders.attention_needed.v1", key="order_id")
class AttentionNeeded(Event, frozen=True):
    """The seller must decide: refund or restock."""

    order_id: UUID
    number: str
    shop_id: UUID
    merchant_id: UUID
    reason: str


@event("orders.attention_cleared.v1", key="order_id")
class AttentionCleared(Event, frozen=True):
    """There are goods enough for the order again."""

    order_id: UUID
    number: str
    shop_id: UUID
    merchant_id: UUID


@event("orders.pickup_extended.v1", key="order_id")
class PickupExtended(Event, frozen=True):
    """The seller keeps the goods at the counter for longer, until `pickup_until`."""

    order_id: UUID
    number: str
    user_id: UUID
    shop_id: UUID
    merchant_id: UUID
    pickup_until: datetime


@event("orders.order_changed.v1", key="order_id")
class OrderChanged(Event, frozen=True):
    """A manager edited an order."""

    order_id: UUID
    user_id: UUID
    shop_id: UUID
    total: int
    currency: str
    version: int


@event("orders.delivery_option_changed.v1", key="shop_id")
class DeliveryOptionChanged(Event, frozen=True):
    """A shop changed its terms for one way of delivery."""

    shop_id: UUID
    method: str
