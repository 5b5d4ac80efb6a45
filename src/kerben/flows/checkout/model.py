"""What checkout takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.orders.api import (
    Contact,
    Delivery,
    DeliveryMethod,
    LineView,
    NewLine,
    OrderStatus,
    PaymentMethod,
    PaymentView,
    Phase,
    WantedLine,
)
from kerben.platform.idempotency import KeyedRequest
from kerben.platform.money import Money, MoneyView

Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Text = Annotated[str, Meta(max_length=200)]


class ItemBody(msgspec.Struct, frozen=True):
    """One line: a variant, or a product whose size is to be agreed with the manager."""

    qty: int | float
    variant_id: UUID | None = None
    product_id: UUID | None = None
    note: Annotated[str, Meta(max_length=300)] | None = None


class ContactBody(msgspec.Struct, frozen=True):
    """Whom to call; what a signed-in buyer leaves out is taken from the account."""

    name: Text = ""
    phone: Text = ""
    email: Text | None = None


class OrderBody(msgspec.Struct, frozen=True):
    """An order to place."""

    shop_id: UUID
    items: Annotated[list[ItemBody], Meta(max_length=100)]
    delivery: Delivery
    payment_method: PaymentMethod
    contact: ContactBody = ContactBody()
    comment: Annotated[str, Meta(max_length=1000)] | None = None
    coupon: Annotated[str, Meta(max_length=100)] | None = None


class PhoneOrderBody(msgspec.Struct, frozen=True):
    """An order that a manager takes down for a caller; the shop is the one in the path."""

    items: Annotated[list[ItemBody], Meta(max_length=100)]
    delivery: Delivery
    payment_method: PaymentMethod
    contact: ContactBody
    comment: Annotated[str, Meta(max_length=1000)] | None = None


class Caller(msgspec.Struct, frozen=True):
    """Who places an order: a signed-in buyer, a guest (no user), or staff on somebody's behalf."""

    user_id: UUID | None = None
    staff_id: UUID | None = None
    staff_role: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether staff place the order for somebody else."""
        return self.staff_role is not None


class Wanted(msgspec.Struct, frozen=True):
    """An order whose shape is right; whether it can be had is decided in the batch."""

    request: KeyedRequest
    caller: Caller
    shop_id: UUID
    lines: list[WantedLine]
    delivery: Delivery
    payment_method: PaymentMethod
    contact: Contact
    comment: str | None


class Draft(msgspec.Struct, frozen=True):
    """An order that passed every check but stock."""

    wanted: Wanted
    merchant_id: UUID
    lines: list[NewLine]
    delivery_fee: int
    currency: str


class PlacedView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a placed order."""

    id: UUID
    number: str
    status: OrderStatus
    phase: Phase
    shop_id: UUID
    items: list[LineView]
    delivery: Delivery
    payment_method: PaymentMethod
    comment: str | None
    items_total: MoneyView
    delivery_fee: MoneyView
    total: MoneyView
    created_at: datetime
    reserved_until: datetime
    payment: PaymentView
    guest_token: str | None = None
    """Only for guests: lets its bearer see and cancel this order (header X-Guest-Token)."""


class FieldView(msgspec.Struct, frozen=True):
    """A field of the form of a delivery method, named as in `delivery`."""

    name: str
    title: str
    required: bool


class PaymentMethodView(msgspec.Struct, frozen=True):
    """A way to pay."""

    method: PaymentMethod
    title: str


class DeliveryMethodView(msgspec.Struct, frozen=True):
    """A way of delivery with its form, its price and how it may be paid."""

    method: DeliveryMethod
    title: str
    fee: MoneyView
    fields: list[FieldView]
    payment_methods: list[PaymentMethodView]
    countries: list[str]


class ShopOptionView(msgspec.Struct, frozen=True):
    """A shop's terms for a way of delivery, and whether buyers are offered it."""

    enabled: bool
    terms: DeliveryMethodView


class ShopOptionsView(msgspec.Struct, frozen=True):
    """A shop's terms for every way of delivery."""

    items: list[ShopOptionView]


class SuggestedView(msgspec.Struct, frozen=True):
    """What a signed-in buyer's form is filled with: contact and delivery of the last order, else the account's."""

    contact: ContactBody
    delivery: Delivery | None


class OptionsView(msgspec.Struct, frozen=True):
    """What a shop offers at checkout."""

    shop_id: UUID
    currency: str
    buy_eligibility: str
    reasons: list[str]
    methods: list[DeliveryMethodView]
    suggested: SuggestedView | None


class OptionBody(msgspec.Struct, frozen=True):
    """A shop's own terms for one way of delivery. `fee` in the market's currency."""

    enabled: bool
    fee: Money
    payment_methods: list[PaymentMethod]
    countries: Annotated[list[Country], Meta(min_length=1, max_length=50)] = msgspec.field(
        default_factory=lambda: ["KG"]
    )
