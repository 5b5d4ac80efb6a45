"""What payments publish."""

from __future__ import annotations

from uuid import UUID

from kerben.platform.events import Event, event


@event("payments.payment_changed.v1", key="subject_id")
class PaymentChanged(Event, frozen=True):
    """A payment moved; statuses as in the API. `amount` is in minor units."""

    payment_id: UUID
    subject: str
    subject_id: UUID
    merchant_id: UUID
    shop_id: UUID
    amount: int
    currency: str
    method: str
    old_status: str
    new_status: str


@event("payments.problem_found.v1", key="payment_id")
class ProblemFound(Event, frozen=True):
    """An acquirer's word does not fit our payment, or a refund was refused: a person has to look."""

    payment_id: UUID
    subject: str
    subject_id: UUID
    merchant_id: UUID
    problem: str


@event("payments.refund_borne.v1", key="payment_id")
class RefundBorne(Event, frozen=True):
    """It was decided who bears a refund; `borne_by` is platform or seller."""

    refund_id: UUID
    payment_id: UUID
    merchant_id: UUID
    borne_by: str


@event("payments.refund_requested.v1", key="subject_id")
class RefundWanted(Event, frozen=True):
    """A full refund is under way. `amount` is in minor units."""

    refund_id: UUID
    payment_id: UUID
    subject: str
    subject_id: UUID
    merchant_id: UUID
    shop_id: UUID
    amount: int
    currency: str
    reason: str
