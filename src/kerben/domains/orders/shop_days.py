"""A shop's orders by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kerben.domains.orders import shop_days_repository
from kerben.domains.orders.model import ShopDay
from kerben.platform.db import ReadTx
from kerben.platform.errors import invalid

ZONE: Final = ZoneInfo("Asia/Bishkek")
"""Where business days begin, as for the sums of tills."""
DAYS_MAX: Final = 366
_DAYS_SHOWN: Final = 30


async def shop_days(tx: ReadTx, shop_id: UUID, first: date | None, last: date | None, currency: str) -> list[ShopDay]:
    """Days from `first` to `last`, both included, on which a shop had orders, oldest first; by default the last 30.

    Raises InvalidRequestError for a span that ends before it begins or has more than 366 days.
    """
    since, until = _span(tx.now, first, last)
    start = datetime(since.year, since.month, since.day, tzinfo=ZONE)
    end = datetime(until.year, until.month, until.day, tzinfo=ZONE) + timedelta(days=1)
    return await shop_days_repository.days(tx, shop_id, start, end, currency)


def _span(now: datetime, first: date | None, last: date | None) -> tuple[date, date]:
    until = last or (first + timedelta(days=_DAYS_SHOWN - 1) if first else now.astimezone(ZONE).date())
    since = first or until - timedelta(days=_DAYS_SHOWN - 1)
    if since > until:
        raise invalid("/from", "Начало позже конца.")
    if (until - since).days >= DAYS_MAX:
        raise invalid("/from", f"Не больше {DAYS_MAX} дней за раз.")
    return since, until
