"""What the order desk takes and shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kerben.domains.orders.api import (
    EXTENSION_H_MAX,
    Delivery,
    LineView,
    OrderStatus,
    OrderView,
    PaymentMethod,
    PaymentView,
)
from kerben.domains.payments.api import Bearer
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
    responsible: Bearer
    """The seller bears a refund until an admin has decided that the platform does; an admin's own word decides."""
    evidence: Annotated[list[Annotated[str, Meta(min_length=1, max_length=500)]], Meta(max_length=20)] = []
    """Media ids or links."""
    restock: bool = True
    """Whether goods that had left are back in the shop; goods that never left are freed in any case."""


class BearerBody(msgspec.Struct, frozen=True):
    """An admin's decision who bears a refund, and why."""

    borne_by: Bearer
    note: Reason


class ExtendBody(msgspec.Struct, frozen=True):
    """How many hours from now on goods are kept at the counter."""

    hours: Annotated[int, Meta(ge=1, le=EXTENSION_H_MAX)]
    comment: Annotated[str, Meta(max_length=500)] | None = None


class AttentionBody(msgspec.Struct, frozen=True):
    """What the seller does about an order that needs his attention: the goods are there after all, or it ends."""

    action: Literal["restocked", "refund"]
    reason: Annotated[str, Meta(max_length=500)] = ""
    responsible: Bearer = Bearer.SELLER
    restock: bool = True


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
    pickup_until: datetime | None


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
    """A full refund. The last three are for the shop's staff and admins; a buyer does not see them."""

    id: UUID
    status: str
    amount: MoneyView
    reason: str
    created_at: datetime
    responsible: Bearer | None = None
    borne_by: Bearer | None = None
    evidence: list[str] = []


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
    responsible: Bearer
    refund: RefundView
