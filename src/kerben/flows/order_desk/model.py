"""What the order desk takes and shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kerben.domains.orders.api import Delivery, LineView, OrderStatus, OrderView, PaymentMethod, PaymentView
from kerben.platform.money import MoneyView

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Text = Annotated[str, Meta(max_length=200)]


class CancelBody(msgspec.Struct, frozen=True):
    """Why an order is cancelled, in people's words."""

    reason: Annotated[str, Meta(max_length=500)] = ""


class TransitionBody(msgspec.Struct, frozen=True):
    """Where staff move an order."""

    to: OrderStatus
    comment: Annotated[str, Meta(max_length=500)] | None = None


class RefundBody(msgspec.Struct, frozen=True):
    """Why the money goes back, and who is answerable for it."""

    reason: Reason
    responsible: Literal["platform", "seller"]


class EditItem(msgspec.Struct, frozen=True):
    """A line as it shall be."""

    qty: int | float
    variant_id: UUID | None = None
    product_id: UUID | None = None
    note: Annotated[str, Meta(max_length=300)] | None = None


class EditContact(msgspec.Struct, frozen=True):
    """Whom to call."""

    name: Text
    phone: Text
    email: Text | None = None


class EditBody(msgspec.Struct, frozen=True):
    """A manager's edit; what is left out stays."""

    delivery: Delivery | UnsetType = UNSET
    contact: EditContact | UnsetType = UNSET
    comment: Annotated[str, Meta(max_length=1000)] | UnsetType | None = UNSET
    payment_method: PaymentMethod | UnsetType = UNSET
    items: Annotated[list[EditItem], Meta(min_length=1, max_length=100)] | UnsetType = UNSET


class IssueBody(msgspec.Struct, frozen=True):
    """The six digits that the buyer shows."""

    code: Annotated[str, Meta(min_length=1, max_length=20)]


class PickupView(msgspec.Struct, frozen=True, kw_only=True):
    """An order at the counter; `to_pay` is what the cashier takes."""

    order_id: UUID
    number: str
    status: OrderStatus
    contact_name: str
    items: list[LineView]
    payment_method: PaymentMethod
    total: MoneyView
    to_pay: MoneyView
    ready_at: datetime | None
    reserved_until: datetime | None


class HistoryView(msgspec.Struct, frozen=True):
    """One change of an order: who, when, what."""

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


class RefundView(msgspec.Struct, frozen=True):
    """A full refund."""

    id: UUID
    status: str
    amount: MoneyView
    reason: str
    created_at: datetime


class ListedOrder(OrderView, frozen=True, kw_only=True):
    """An order in a list."""

    payment: PaymentView | None


class DetailedOrder(OrderView, frozen=True, kw_only=True):
    """One order with all there is to know of it."""

    payment: PaymentView | None
    refund: RefundView | None
    history: list[HistoryView]
    can_become: list[OrderStatus]
    """Where the caller may move it now."""
    pickup_code: str | None
    """What the buyer shows at the counter, once the order waits there; null for everybody else."""


class RefundedView(msgspec.Struct, frozen=True):
    """The answer to a refund: the order as it stands, and the refund under way."""

    order_id: UUID
    status: OrderStatus
    responsible: str
    refund: RefundView
