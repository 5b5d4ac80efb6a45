"""What the console's routes answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.ledger.api import AccountKind
from kerben.domains.orders.api import AttentionCause, OrderStatus, PaymentMethod
from kerben.domains.payments.api import Bearer, RefundStatus
from kerben.domains.pos.api import TillState
from kerben.platform.dead_letters import DeadLetter
from kerben.platform.jobs import FailedJob, QueueCount
from kerben.platform.money import MoneyView


class SummaryView(msgspec.Struct, frozen=True, kw_only=True):
    """What wants an admin's attention, and the day so far (in the market's time zone)."""

    merchants_unverified: int
    payouts_pending_activation: int
    """Merchants with a payout account whose payouts wait to be activated."""
    orders_need_attention: int
    payment_problems_open: int
    refunds_claimed: int
    """Refunds that a seller wants the platform to bear and nobody has decided."""
    dead_letters: int
    """Keys with parked events, as many as the list of dead letters has."""
    failed_jobs: int
    tills_silent: int
    payouts_failed: int
    """Payouts that failed and whose merchants are still to be paid again."""
    ledger_difference: int
    """Debits and credits apart, in minor units, summed over currencies; anything but 0 is a broken book."""
    orders_today: int
    revenue_today: MoneyView
    """Total of the orders placed today that are paid and neither cancelled nor returned."""


class MarketOrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order of any shop. The order itself is under `/orders/{id}`."""

    id: UUID
    number: str
    shop_id: UUID
    shop_name: str | None
    merchant_id: UUID
    merchant_name: str | None
    status: OrderStatus
    payment_method: PaymentMethod
    total: MoneyView
    created_at: datetime
    needs_attention: str | None
    attention_cause: AttentionCause | None
    """What `needs_attention` says, for programs; null without it, and for words of another cause."""
    contact_name: str
    contact_phone: str


class ShopRef(msgspec.Struct, frozen=True):
    """A shop or merchant by name."""

    id: UUID
    name: str


class MarketTillView(msgspec.Struct, frozen=True, kw_only=True):
    """A till of any shop. `pos_status`: whether it is heard now."""

    id: UUID
    name: str
    status: TillState
    pos_status: str
    shop: ShopRef | None
    merchant: ShopRef | None
    last_heartbeat_at: datetime | None
    firmware_version: str | None
    open_discrepancies: int
    created_at: datetime
    revoked_at: datetime | None


class AccountView(msgspec.Struct, frozen=True):
    """An account of the ledger; only `merchant_payable` has a merchant."""

    kind: AccountKind
    merchant_id: UUID | None
    merchant_name: str | None


class LedgerEntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a transfer: either `debit` or `credit` is set. `other` is the account of the other side.

    `kind` says what was booked (`payment_captured`, `payout_paid` …), `subject` what `reference` is the id of.
    """

    at: datetime
    transfer_id: int
    kind: str
    account: AccountView
    other: AccountView
    debit: MoneyView | None
    credit: MoneyView | None
    subject: str
    reference: UUID


class MarketRefundView(msgspec.Struct, frozen=True, kw_only=True):
    """A refund of any shop. `responsible`: who is answerable, as whoever asked for it says; `borne_by`: whose money
    it is. `order_id` and `order_number` are null for what is no order."""

    id: UUID
    order_id: UUID | None
    order_number: str | None
    merchant_id: UUID
    merchant_name: str | None
    amount: MoneyView
    status: RefundStatus
    reason: str
    responsible: Bearer | None
    borne_by: Bearer
    evidence: list[str]
    created_at: datetime


class JobsView(msgspec.Struct, frozen=True):
    """Background jobs that have not ended well yet: how many by queue and state, and what failed last."""

    queues: list[QueueCount]
    failures: list[FailedJob]


class DiscardBody(msgspec.Struct, frozen=True):
    """Why an event is given up."""

    note: Annotated[str, Meta(min_length=1, max_length=300)]


class Discarded(msgspec.Struct, frozen=True):
    """The event that was given up."""

    discarded: DeadLetter
