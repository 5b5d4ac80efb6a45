"""What an order is made of. Amounts are minor units, quantities thousandths."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from kerben.platform.qty import Unit


class OrderStatus(StrEnum):
    """Where an order stands."""

    AWAITING_CONFIRMATION = "awaiting_confirmation"
    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_SHIPMENT = "awaiting_shipment"
    AWAITING_SHIPMENT_COD = "awaiting_shipment_cod"
    COOKING = "cooking"
    READY_FOR_PICKUP = "ready_for_pickup"
    PICKUP_EXPIRED = "pickup_expired"
    SHIPPED = "shipped"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class Phase(StrEnum):
    """The coarse state of document 5."""

    PENDING = "pending"
    PAID = "paid"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class DeliveryMethod(StrEnum):
    """How the goods reach the buyer."""

    PICKUP = "pickup"
    COURIER = "courier"
    CARRIER_BRANCH = "carrier_branch"
    CARRIER_DOOR = "carrier_door"
    POST = "post"


class PaymentMethod(StrEnum):
    """How the buyer pays."""

    CARD = "card"
    BANK_QR = "bank_qr"
    CASH_ON_RECEIPT = "cash_on_receipt"
    TERMINAL_ON_RECEIPT = "terminal_on_receipt"
    CARD_TRANSFER = "card_transfer"


ONLINE: Final = frozenset({PaymentMethod.CARD, PaymentMethod.BANK_QR})
"""Paid through the acquirer."""
ON_RECEIPT: Final = frozenset({PaymentMethod.CASH_ON_RECEIPT, PaymentMethod.TERMINAL_ON_RECEIPT})
"""Taken by the seller when the goods change hands."""


class CancelReason(StrEnum):
    """Why an order was cancelled, for programs; people's own words stand in the history's comment."""

    UNPAID = "unpaid"
    UNCONFIRMED = "unconfirmed"
    BUYER = "buyer"
    SELLER = "seller"
    OVERSOLD = "oversold"
    UNCLAIMED = "unclaimed"
    REFUNDED = "refunded"


class AttentionCause(StrEnum):
    """Why an order waits for the seller's decision, for programs; `Order.needs_attention` is the sentence."""

    OVERSOLD = "oversold"
    CHARGED_BACK = "charged_back"


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """How and where to; which fields count depends on the method (see `rules.DELIVERY_FIELDS`)."""

    method: DeliveryMethod
    city: str | None = None
    branch: str | None = None
    address: str | None = None
    street: str | None = None
    house: str | None = None
    flat: str | None = None
    index: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    slot_from: datetime | None = None
    slot_to: datetime | None = None
    note: str | None = None


class Contact(msgspec.Struct, frozen=True):
    """Whom to call. `phone` is E.164."""

    name: str
    phone: str
    email: str | None = None


class NewLine(msgspec.Struct, frozen=True):
    """A line as it is bought: the name and the price of that moment. Without a variant the size is to be agreed."""

    product_id: UUID
    variant_id: UUID | None
    sku: str | None
    name: str
    attributes: dict[str, str]
    unit: Unit
    qty_milli: int
    unit_price: int
    amount: int
    note: str | None = None


class OrderLine(NewLine, frozen=True):
    """A stored line; `n` counts from 1."""

    n: int = 0


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to place, already checked."""

    id: UUID
    user_id: UUID
    guest_token_hash: bytes | None
    shop_id: UUID
    merchant_id: UUID
    status: OrderStatus
    delivery: Delivery
    payment_method: PaymentMethod
    contact: Contact
    comment: str | None
    lines: list[NewLine]
    delivery_fee: int
    currency: str
    commission_bp: int
    reserved_until: datetime | None
    remind_at: datetime | None
    actor_id: UUID | None
    actor_role: str

    @property
    def items_total(self) -> int:
        """Sum of the lines."""
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.items_total + self.delivery_fee


class PlacedOrder(msgspec.Struct, frozen=True):
    """What placing gave an order."""

    id: UUID
    number: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A stored order without its lines."""

    id: UUID
    number: str
    version: int
    user_id: UUID
    guest_token_hash: bytes | None
    shop_id: UUID
    merchant_id: UUID
    status: OrderStatus
    delivery: Delivery
    payment_method: PaymentMethod
    contact: Contact
    comment: str | None
    items_total: int
    delivery_fee: int
    total: int
    currency: str
    commission_bp: int
    reserved_until: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    paid_at: datetime | None
    cooking_at: datetime | None
    ready_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    needs_attention: str | None

    @property
    def pickup_until(self) -> datetime | None:
        """Until when the buyer finds the goods at the counter; None while they do not wait there.

        An order whose pickup has expired may still be collected, until it is refunded or cancelled at that moment.
        """
        waits = self.status in {OrderStatus.READY_FOR_PICKUP, OrderStatus.PICKUP_EXPIRED}
        return self.reserved_until if waits else None

    @property
    def handed_over(self) -> bool:
        """Whether the goods have left the shop."""
        return self.shipped_at is not None or self.delivered_at is not None


class Actor(msgspec.Struct, frozen=True):
    """Who makes a change; `role` is an actor of the transition table."""

    id: UUID | None
    role: str


SYSTEM: Final = Actor(None, "system")


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One step of one order. It happens only if the order stands in one of `sources` (default: the table's)."""

    order_id: UUID
    to: OrderStatus
    actor: Actor
    action: str = "transition"
    comment: str | None = None
    reason: CancelReason | None = None
    paid: bool = False
    """The money is here: `paid_at` is set."""
    keep_until: datetime | None = None
    """The new `reserved_until`; None: kept until handed over."""
    remind_at: datetime | None = None
    sources: tuple[OrderStatus, ...] | None = None
    cancelled_as: CancelReason | None = None
    """For a step out of `cancelled`: only if it was cancelled for this reason."""


class Moved(msgspec.Struct, frozen=True):
    """A step that happened."""

    order: Order
    previous: OrderStatus


class PickupExtension(msgspec.Struct, frozen=True):
    """Goods at the counter are to be kept until `until`."""

    order_id: UUID
    until: datetime
    actor: Actor
    comment: str | None = None


class HistoryEntry(msgspec.Struct, frozen=True):
    """One change of an order."""

    n: int
    at: datetime
    actor_id: UUID | None
    actor_role: str
    action: str
    from_status: OrderStatus | None
    to_status: OrderStatus
    comment: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class DeliveryOption(msgspec.Struct, frozen=True):
    """One way of delivery that a shop offers, and how it may be paid. `fee` is in minor units."""

    method: DeliveryMethod
    enabled: bool
    fee: int
    payment_methods: list[PaymentMethod]
    countries: list[str]


class OrderFilter(msgspec.Struct, frozen=True):
    """Which orders a list shows; exactly one of user and shop is given."""

    user_id: UUID | None = None
    shop_id: UUID | None = None
    statuses: tuple[OrderStatus, ...] = ()
    before: UUID | None = None
    """Only orders older than this one (ids rise with time)."""
    attention: bool = False
    """Only those that wait for the seller's decision."""


class MarketFilter(msgspec.Struct, frozen=True):
    """Which of all shops' orders an admin wants; None leaves a condition open. `phone` is E.164."""

    status: OrderStatus | None = None
    phone: str | None = None
    number: int | None = None
    attention: bool = False
    """Only those that wait for the seller's decision."""
    before: UUID | None = None


class DayFigures(msgspec.Struct, frozen=True):
    """How many orders were placed, and what those of them that are paid and not given back come to."""

    placed: int
    paid_total: int


class ShopDay(msgspec.Struct, frozen=True):
    """Orders placed at a shop on a day: how many, how many of them are paid and not given back and what those come
    to, how many were cancelled or returned."""

    day: date
    placed: int
    paid: int
    cancelled: int
    revenue: int


class OrderChange(msgspec.Struct, frozen=True, kw_only=True):
    """A manager's edit: all that can change, as it shall be after it."""

    delivery: Delivery
    contact: Contact
    comment: str | None
    payment_method: PaymentMethod
    delivery_fee: int
    lines: list[NewLine] | None = None
    """The new lines; None: they stay."""
