"""A statement as a table for spreadsheets.

Written in pages as it is read by the client; no connection is held between them. The last line is the first one plus
what stands between, whatever is booked meanwhile.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Final

import msgspec

from kerben.domains.merchants.api import MerchantAccess
from kerben.domains.payouts import statement as service
from kerben.domains.payouts import statement_rules as rules
from kerben.domains.payouts.statement_model import TITLES, Period, StatementEntry
from kerben.platform import money
from kerben.platform.db import Database

PAGE: Final = 500
"""Operations read at once."""

COLUMNS: Final = ("Дата", "Время", "Операция", "Заказ", "Приход", "Расход", "Остаток", "Валюта")
_BYTE_ORDER_MARK: Final = "\ufeff"


async def to_csv(
    db: Database, access: MerchantAccess, period: Period, currency: str, opening: int
) -> AsyncIterator[bytes]:
    """All operations of a period, oldest first, between two lines with the balances.

    UTF-8 with a byte order mark, semicolons, decimal commas and days as Excel of this region reads them; times are
    those of the market.
    """
    first = (_day(period.first), "", "Остаток на начало", "", "", "", _sum(opening, currency), currency)
    yield _lines([COLUMNS, first], _BYTE_ORDER_MARK)
    balance, wanted = opening, rules.moves(period, None)
    while True:
        async with db.snapshot() as tx:
            page = await service.oldest(tx, access, wanted, currency, balance, PAGE)
        if page:
            balance = page[-1].balance or 0
            wanted = msgspec.structs.replace(wanted, first=(page[-1].at, page[-1].id + 1))
            yield _lines([_row(entry, currency) for entry in page])
        if len(page) < PAGE:
            break
    yield _lines([(_day(period.last), "", "Остаток на конец", "", "", "", _sum(balance, currency), currency)])


def _row(entry: StatementEntry, currency: str) -> tuple[str, ...]:
    at = entry.at.astimezone(rules.ZONE)
    amount = _sum(abs(entry.amount), currency)
    return (
        _day(at),
        f"{at:%H:%M:%S}",
        TITLES[entry.kind],
        _safe(entry.order.number) if entry.order else "",
        amount if entry.amount > 0 else "",
        amount if entry.amount < 0 else "",
        _sum(entry.balance or 0, currency),
        currency,
    )


def _lines(rows: Sequence[Sequence[str]], before: str = "") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return (before + out.getvalue()).encode()


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _sum(amount: int, currency: str) -> str:
    return money.to_major(amount, currency).replace(".", ",")


def _safe(text: str) -> str:
    """Spreadsheets run what begins like a formula; a leading apostrophe makes it text again."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
