"""Orders of the whole market, for admins."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from kerben.domains.orders import market_repository
from kerben.domains.orders.model import DayFigures, MarketFilter, Order
from kerben.platform.db import ReadTx

_NUMBER: Final = re.compile(r"(?:[KkКк]-?)?0*(\d{1,12})")


def number_of(text: str) -> int | None:
    """The number in «K-000123», «к123» or «123»; None when it is no order's number."""
    match = _NUMBER.fullmatch(text.strip())
    return int(match.group(1)) if match else None


async def market_orders(tx: ReadTx, wanted: MarketFilter, limit: int) -> list[Order]:
    """Orders of all shops, newest first."""
    return await market_repository.page(tx, wanted, limit)


async def orders_needing_attention(tx: ReadTx) -> int:
    """How many orders wait for their sellers' decision."""
    return await market_repository.count_attention(tx)


async def day_figures(tx: ReadTx, since: datetime, until: datetime, currency: str) -> DayFigures:
    """Orders placed between two moments, the first included, and the sum of those in a currency that are paid."""
    return await market_repository.day(tx, since, until, currency)
