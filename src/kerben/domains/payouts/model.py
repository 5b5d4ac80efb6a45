"""Payouts. Amounts are integers in minor units."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class PayoutStatus(StrEnum):
    """How a payout stands. `sent` means that the bank may have it."""

    CREATED = "created"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"


class PayoutRow(msgspec.Struct, frozen=True):
    """A payout as stored. `account` shows the last four characters only."""

    id: UUID
    merchant_id: UUID
    amount: int
    currency: str
    status: PayoutStatus
    account: str | None
    bank_name: str | None
    attempts: int
    next_attempt_at: datetime | None
    failures_before: int
    bank_reference: str | None
    failure: str | None
    created_at: datetime
    sent_at: datetime | None
    paid_at: datetime | None


class MerchantBalance(msgspec.Struct, frozen=True):
    """What we owe a merchant (below zero: he owes us, later sales net it) and what is on its way to him."""

    amount: int
    in_transit: int
    currency: str
