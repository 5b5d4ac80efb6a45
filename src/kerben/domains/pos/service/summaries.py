"""Daily sums of a shop's tills."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kerben.domains.pos.repository import summaries as repository
from kerben.domains.pos.summary_model import DaySummary, TopGood
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import invalid

ZONE: Final = ZoneInfo("Asia/Bishkek")
"""Where business days begin; `pos.receipt_effect` has it too, for sums that are stored cannot move with a setting."""

DAYS_MAX: Final = 366
_DAYS_SHOWN: Final = 30


def span(now: datetime, first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for; by default the last 30. Raises InvalidRequestError when there are too many or none."""
    until = last or (first + timedelta(days=_DAYS_SHOWN - 1) if first else now.astimezone(ZONE).date())
    since = first or until - timedelta(days=_DAYS_SHOWN - 1)
    if since > until:
        raise invalid("/from", "Начало позже конца.")
    if (until - since).days >= DAYS_MAX:
        raise invalid("/from", f"Не больше {DAYS_MAX} дней за раз.")
    return since, until


async def days(tx: ReadTx, shop_id: UUID, first: date, last: date) -> list[DaySummary]:
    """Days of a shop that have receipts, oldest first. Behind the receipts by as much as the worker is."""
    return await repository.days(tx, shop_id, first, last)


async def top_goods(tx: ReadTx, shop_id: UUID, day: date, limit: int) -> list[TopGood]:
    """What brought most money on a day, from its receipts."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return await repository.top_goods(tx, shop_id, start, start + timedelta(days=1), limit)


async def rebuild_summaries(tx: WriteTx) -> int:
    """Work out all daily sums again from the receipts; how many days there are. What the consumer has not read yet it
    adds later, so this may run at any time."""
    return await repository.rebuild(tx)
