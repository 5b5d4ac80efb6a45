"""A merchant's statement. Amounts are integers in minor units, above zero into his balance, below zero out of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec


class StatementKind(StrEnum):
    """Why a merchant's balance changed, in the order in which a statement shows it."""

    SALE = "sale"
    """A buyer's online payment."""
    COMMISSION = "commission"
    """The platform's; of sales paid from hand to hand too."""
    ACQUIRING_FEE = "acquiring_fee"
    """The acquirer's, for an online payment."""
    REFUND = "refund"
    """Money given back to a buyer."""
    COMMISSION_RETURNED = "commission_returned"
    ACQUIRING_FEE_RETURNED = "acquiring_fee_returned"
    COMPENSATION = "compensation"
    """What the platform gives for a refund that it bears."""
    PAYOUT = "payout"
    """Sent to the merchant's bank account, or about to be."""
    PAYOUT_RETURNED = "payout_returned"
    """A payout that the bank refused."""
    OTHER = "other"
    """A kind of transfer that this table does not know: shown, so that the sums are right whatever is booked."""


TITLES: Final = {
    StatementKind.SALE: "Продажа онлайн",
    StatementKind.COMMISSION: "Комиссия площадки",
    StatementKind.ACQUIRING_FEE: "Комиссия банка",
    StatementKind.REFUND: "Возврат покупателю",
    StatementKind.COMMISSION_RETURNED: "Комиссия площадки возвращена",
    StatementKind.ACQUIRING_FEE_RETURNED: "Комиссия банка возвращена",
    StatementKind.COMPENSATION: "Возмещение от площадки",
    StatementKind.PAYOUT: "Выплата вам",
    StatementKind.PAYOUT_RETURNED: "Выплата не прошла, деньги вернулись",
    StatementKind.OTHER: "Прочее",
}
"""How the kinds are called in a merchant's own table."""


class Period(msgspec.Struct, frozen=True):
    """Business days, both included, and the moments at which the first begins and the last has ended."""

    first: date
    last: date
    start: datetime
    end: datetime


class StatementSum(msgspec.Struct, frozen=True):
    """What operations of one kind did to a balance."""

    kind: StatementKind
    count: int
    amount: int


class StatementDay(msgspec.Struct, frozen=True):
    """A day on which a balance moved. `closing` is the balance when it had ended, or now."""

    day: date
    sums: list[StatementSum]
    change: int
    closing: int


class Statement(msgspec.Struct, frozen=True):
    """`opening` + the amounts of `sums` = `closing`, and so do the days', one after another; oldest first."""

    period: Period
    currency: str
    opening: int
    sums: list[StatementSum]
    closing: int
    days: list[StatementDay]


class OrderRef(msgspec.Struct, frozen=True):
    """The order whose payment an operation is about."""

    id: UUID
    number: str


class StatementEntry(msgspec.Struct, frozen=True):
    """One operation. `balance`: after it, None where only some kinds are read. `payout_id` of payouts only."""

    id: int
    at: datetime
    kind: StatementKind
    amount: int
    order: OrderRef | None
    payout_id: UUID | None
    balance: int | None
