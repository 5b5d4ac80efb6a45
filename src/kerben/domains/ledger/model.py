"""Accounts, transfers and totals of the ledger. All amounts are integers in minor units."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

import msgspec


class AccountKind(StrEnum):
    """What an account stands for. Merchants have `merchant_payable`; the others are the platform's own."""

    ACQUIRER_RECEIVABLE = "acquirer_receivable"
    """Money buyers paid that the acquirer has not yet handed to us (asset)."""
    BANK = "bank"
    """Money on our bank account (asset); below zero until the acquirer's settlements are booked."""
    MERCHANT_PAYABLE = "merchant_payable"
    """What we owe a merchant: his balance (liability). Below zero after a refund of what was paid out."""
    PAYOUT_TRANSIT = "payout_transit"
    """Money on its way to merchants, sent or about to be (liability)."""
    REFUNDS_PAYABLE = "refunds_payable"
    """Money owed to buyers (liability)."""
    PLATFORM_REVENUE = "platform_revenue"
    """Commissions earned (income)."""
    ACQUIRING_FEES = "acquiring_fees"
    """Acquirer's fees withheld from merchants, to be kept back by the acquirer (liability)."""


DEBIT_NORMAL: Final = frozenset({AccountKind.ACQUIRER_RECEIVABLE, AccountKind.BANK})
"""Assets: their balance is debits − credits. All other kinds: credits − debits."""

SHARDED: Final = frozenset(AccountKind) - {AccountKind.MERCHANT_PAYABLE}
"""Kinds that every sale touches; they are split so that concurrent batches seldom wait for one row."""

SHARDS: Final = 8


class AccountRef(msgspec.Struct, frozen=True):
    """An account, whatever the currency. `owner_id` is the merchant; None for the platform's own."""

    kind: AccountKind
    owner_id: UUID | None = None


class Transfer(msgspec.Struct, frozen=True):
    """One movement: `amount` (> 0) leaves by the credit and arrives by the debit side.

    `kind` with `reference` (payment, payout …) is unique for ever, so one cause is booked once.
    """

    kind: str
    debit: AccountRef
    credit: AccountRef
    amount: int
    currency: str
    reference: UUID


class LedgerEntry(msgspec.Struct, frozen=True):
    """One side of a transfer: an account, and how much was booked on it. `side` 0 is the debit, 1 the credit."""

    id: int
    side: int
    at: datetime
    kind: str
    account: AccountRef
    other: AccountRef
    amount: int
    currency: str
    reference: UUID

    @property
    def is_debit(self) -> bool:
        """Whether the account is debited."""
        return self.side == 0


class AccountDay(msgspec.Struct, frozen=True):
    """What transfers of one kind did to an account on one day: `change` of its balance by `count` transfers."""

    day: date
    kind: str
    count: int
    change: int


class AccountMove(msgspec.Struct, frozen=True):
    """What one transfer did to an account: `change` of its balance, above or below zero."""

    id: int
    at: datetime
    kind: str
    change: int
    reference: UUID

    @property
    def position(self) -> Position:
        """Where it stands among the account's transfers."""
        return self.at, self.id


Position: TypeAlias = tuple[datetime, int]
"""Moment and id of a transfer: the order in which an account's transfers are read. Id 0 stands before all of them."""


class Moves(msgspec.Struct, frozen=True):
    """Which transfers of an account are wanted: from `first` on and before `end`, of `kinds`.

    `kinds` None: of all; with `others` of all that are not among `kinds`.
    """

    first: Position
    end: Position
    kinds: tuple[str, ...] | None = None
    others: bool = False


class CurrencyTotals(msgspec.Struct, frozen=True):
    """One line of the trial balance; `difference` = debits − credits, which must be 0."""

    currency: str
    debits: int
    credits: int
    difference: int


def merchant_balance(merchant_id: UUID) -> AccountRef:
    """The account of what we owe a merchant."""
    return AccountRef(AccountKind.MERCHANT_PAYABLE, merchant_id)


def platform_account(kind: AccountKind) -> AccountRef:
    """One of the platform's own accounts."""
    return AccountRef(kind, None)
