"""SQL of orders of the whole market, for admins."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kerben.domains.orders.model import DayFigures, MarketFilter, Order, OrderStatus
from kerben.domains.orders.repository import COLUMNS, order_of
from kerben.platform.db import ReadTx

_MOST: Final = frozenset({OrderStatus.DELIVERED, OrderStatus.CANCELLED})
"""Most orders stand here; order_status leaves them out."""


async def page(tx: ReadTx, wanted: MarketFilter, limit: int) -> list[Order]:
    """Orders, newest first. Uses order_pkey, order_phone, order_number_key, order_status or order_attention."""
    # Each condition is a statement of its own, so that its index is the one that is used.
    found = "$2::text IS NULL AND $3::bigint IS NULL"
    if wanted.phone is not None:
        found = "o.contact_phone = $2::text AND $3::bigint IS NULL"
    elif wanted.number is not None:
        found = "$2::text IS NULL AND o.number = $3::bigint"
    state = "($4::text IS NULL OR o.status = $4)"
    if wanted.status is not None and wanted.status not in _MOST:
        state = "o.status = $4::text AND o.status NOT IN ('delivered', 'cancelled')"
    attention = "o.needs_attention IS NOT NULL" if wanted.attention else "true"
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM orders.order o
        WHERE {found} AND {state} AND {attention} AND ($1::uuid IS NULL OR o.id < $1)
        ORDER BY o.id DESC LIMIT $5
        """,
        wanted.before,
        wanted.phone,
        wanted.number,
        wanted.status.value if wanted.status else None,
        limit,
    )
    return [order_of(row) for row in rows]


async def count_attention(tx: ReadTx) -> int:
    """Orders that are put before their sellers. Uses order_attention."""
    return int(await tx.fetchval("SELECT count(*) FROM orders.order WHERE needs_attention IS NOT NULL"))


async def day(tx: ReadTx, since: datetime, until: datetime, currency: str) -> DayFigures:
    """Orders placed between two moments, the first included. Uses order_created."""
    row = await tx.fetchrow(
        """
        SELECT count(*) AS placed, coalesce(sum(total) FILTER (
            WHERE paid_at IS NOT NULL AND currency = $3 AND status NOT IN ('cancelled', 'returned')
        ), 0)::bigint AS paid
        FROM orders.order WHERE created_at >= $1 AND created_at < $2
        """,
        since,
        until,
        currency,
    )
    return DayFigures(row["placed"], row["paid"]) if row else DayFigures(0, 0)
