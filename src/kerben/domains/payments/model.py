"""Payments and their parts. Amounts are integers in minor units."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec


class Method(StrEnum):
    """How the buyer pays."""

    CARD = "card"
    BANK_QR = "bank_qr"
    CASH_ON_RECEIPT = "cash_on_receipt"
    TERMINAL_ON_RECEIPT = "terminal_on_receipt"
    CARD_TRANSFER = "card_transfer"


ONLINE: Final = frozenset({Method.CARD, Method.BANK_QR})
"""Methods whose money goes through the acquirer; of the others a person says that they are paid."""


class PaymentStatus(StrEnum):
    """How a payment stands."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    FAILED = "failed"


class RefundStatus(StrEnum):
    """How a refund stands."""

    REQUESTED = "requested"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


class Bearer(StrEnum):
    """Who is answerable for a refund, or bears it."""

    PLATFORM = "platform"
    SELLER = "seller"


class Source(StrEnum):
    """How we learned an acquirer's answer."""

    WEBHOOK = "webhook"
    POLL = "poll"


class Verdict(StrEnum):
    """What we made of an acquirer's answer."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """We knew that."""
    AMOUNT_MISMATCH = "amount_mismatch"
    CURRENCY_MISMATCH = "currency_mismatch"
    UNKNOWN_PAYMENT = "unknown_payment"
    FOREIGN_PAYMENT_ID = "foreign_payment_id"
    """The acquirer's id belongs to another of our payments than the one named."""
    BAD_SIGNATURE = "bad_signature"
    IGNORED = "ignored"
    """Ambiguous, or late: the payment has moved on."""


class NewPayment(msgspec.Struct, frozen=True):
    """A payment to create. The fees are frozen here, at the sale (1 basis point = 0.01 %)."""

    subject: str
    """"order" or "bill"."""
    subject_id: UUID
    merchant_id: UUID
    shop_id: UUID
    amount: int
    currency: str
    method: Method
    commission_bp: int = 0
    acquiring_bp: int = 0


class PaymentRow(msgspec.Struct, frozen=True):
    """A payment as stored."""

    id: UUID
    subject: str
    subject_id: UUID
    merchant_id: UUID
    shop_id: UUID
    amount: int
    currency: str
    method: Method
    status: PaymentStatus
    commission_bp: int
    acquiring_bp: int
    created_at: datetime
    provider: str | None = None
    provider_payment_id: str | None = None
    redirect_url: str | None = None
    opened_at: datetime | None = None
    next_check_at: datetime | None = None
    checks: int = 0
    void_due_at: datetime | None = None
    captured_at: datetime | None = None
    refunded_at: datetime | None = None
    failure: str | None = None
    problem: str | None = None

    @property
    def is_online(self) -> bool:
        """Whether the money goes through the acquirer."""
        return self.method in ONLINE


class PaymentChange(msgspec.Struct, frozen=True):
    """A payment has really moved from `old` to `new`; each move is reported once."""

    payment_id: UUID
    subject: str
    subject_id: UUID
    merchant_id: UUID
    shop_id: UUID
    amount: int
    currency: str
    old: PaymentStatus
    new: PaymentStatus
    method: Method
    commission_bp: int
    acquiring_bp: int


class RefundRow(msgspec.Struct, frozen=True):
    """A refund as stored."""

    id: UUID
    payment_id: UUID
    amount: int
    status: RefundStatus
    reason: str
    attempts: int
    accepted_at: datetime | None
    failure: str | None
    created_at: datetime
    responsible: Bearer | None = None
    """Who is answerable, as whoever asked for the refund says; None: nobody was asked."""
    borne_by: Bearer = Bearer.SELLER
    """Whose money it is in the ledger."""
    evidence: list[str] = []
    """Media ids or links that show it."""


class RefundWish(msgspec.Struct, frozen=True):
    """A payment to refund in full, and why."""

    payment_id: UUID
    reason: str
    responsible: Bearer | None = None
    evidence: tuple[str, ...] = ()


class RefundRequested(msgspec.Struct, frozen=True):
    """A refund under way; `change` is set when it is done already (money that never went through an acquirer)."""

    refund: RefundRow
    change: PaymentChange | None


class PaymentProblem(msgspec.Struct, frozen=True):
    """Something about a payment that a person has to look into."""

    id: UUID
    payment_id: UUID
    problem: str
    found_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    """Who looked into it; None with `resolved_at`: the right answer came after all."""
    note: str | None
    subject: str
    subject_id: UUID
    merchant_id: UUID
    amount: int
    currency: str
    status: PaymentStatus


def change_of(payment: PaymentRow, new: PaymentStatus) -> PaymentChange:
    """The change of a payment to a new status."""
    return PaymentChange(
        payment.id,
        payment.subject,
        payment.subject_id,
        payment.merchant_id,
        payment.shop_id,
        payment.amount,
        payment.currency,
        payment.status,
        new,
        payment.method,
        payment.commission_bp,
        payment.acquiring_bp,
    )


class Opened(msgspec.Struct, frozen=True):
    """A payment that the acquirer has registered, with what it calls it and where its page is."""

    payment_id: UUID
    provider: str
    provider_payment_id: str
    redirect_url: str
