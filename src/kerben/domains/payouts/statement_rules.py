"""Pure decisions of a statement: its days, its kinds, its sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from kerben.domains.ledger.api import AccountDay, Moves
from kerben.domains.payouts.statement_model import Period, StatementDay, StatementKind, StatementSum
from kerben.platform.errors import invalid

ZONE: Final = ZoneInfo("Asia/Bishkek")
"""Where business days begin, as for the sums of tills and of orders."""
DAYS_MAX: Final = 366
EARLIEST: Final = date(2000, 1, 1)

KINDS: Final = {
    "payment_captured": StatementKind.SALE,
    "commission_captured": StatementKind.COMMISSION,
    "acquiring_fee_captured": StatementKind.ACQUIRING_FEE,
    "payment_refund_due": StatementKind.REFUND,
    "payment_refunded": StatementKind.REFUND,
    "commission_refunded": StatementKind.COMMISSION_RETURNED,
    "acquiring_fee_refunded": StatementKind.ACQUIRING_FEE_RETURNED,
    "refund_borne": StatementKind.COMPENSATION,
    "payout_created": StatementKind.PAYOUT,
    "payout_failed": StatementKind.PAYOUT_RETURNED,
}
"""Kinds of transfers that touch a merchant's balance: those that `payments.rules` books, and a payout's own."""

PAYOUTS: Final = frozenset({StatementKind.PAYOUT, StatementKind.PAYOUT_RETURNED})


def period(now: datetime, first: date | None, last: date | None) -> Period:
    """The days asked for; by default those of `last`'s month up to it, `last` by default today.

    Raises InvalidRequestError for days to come, for a span that ends before it begins, has more than 366 days, or
    begins before 2000.
    """
    today = now.astimezone(ZONE).date()
    until = last or today
    since = first or until.replace(day=1)
    if until > today:
        raise invalid("/to", "Этот день ещё не наступил.")
    if since > today:
        raise invalid("/from", "Этот день ещё не наступил.")
    if since > until:
        raise invalid("/from", "Начало позже конца.")
    if since < EARLIEST:
        raise invalid("/from", "Выберите день не раньше 2000 года.")
    if (until - since).days >= DAYS_MAX:
        raise invalid("/from", f"Не больше {DAYS_MAX} дней за раз.")
    return Period(since, until, _midnight(since), _midnight(until + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def kind_of(transfer_kind: str) -> StatementKind:
    """What a transfer is to a merchant."""
    return KINDS.get(transfer_kind, StatementKind.OTHER)


def moves(wanted: Period, kinds: Collection[StatementKind] | None) -> Moves:
    """The transfers of a period, all or those of some kinds."""
    first, end = (wanted.start, 0), (wanted.end, 0)
    if not kinds:
        return Moves(first, end)
    if StatementKind.OTHER in kinds:
        return Moves(first, end, tuple(name for name, kind in KINDS.items() if kind not in kinds), others=True)
    return Moves(first, end, tuple(name for name, kind in KINDS.items() if kind in kinds))


def sums(found: Iterable[AccountDay]) -> list[StatementSum]:
    """Sums by kind, in the order of kinds; kinds that nothing was booked of are left out."""
    counts = dict.fromkeys(StatementKind, 0)
    amounts = dict.fromkeys(StatementKind, 0)
    for one in found:
        kind = kind_of(one.kind)
        counts[kind] += one.count
        amounts[kind] += one.change
    return [StatementSum(kind, counts[kind], amounts[kind]) for kind in StatementKind if counts[kind]]


def days(opening: int, found: Sequence[AccountDay]) -> list[StatementDay]:
    """The days that have operations, each with the balance at its end; `found` is ordered by day."""
    balance = opening
    made: list[StatementDay] = []
    for day, parts in groupby(found, key=lambda one: one.day):
        of_day = list(parts)
        change = sum(one.change for one in of_day)
        balance += change
        made.append(StatementDay(day, sums(of_day), change, balance))
    return made
