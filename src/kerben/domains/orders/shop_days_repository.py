"""SQL of a shop's orders by day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kerben.domains.orders.model import ShopDay
from kerben.platform.db import ReadTx

_SLACK: Final = timedelta(hours=1)
"""Ids rise with time, but not in step with it: of two orders of one moment the older may have the greater id."""


async def days(tx: ReadTx, shop_id: UUID, start: datetime, end: datetime, currency: str) -> list[ShopDay]:
    """Days between two moments that have orders, oldest first. Uses order_shop from the newest order back to the
    first one that is too old."""
    rows = await tx.fetch(
        """
        SELECT (created_at AT TIME ZONE 'Asia/Bishkek')::date AS day, count(*) AS placed,
               count(*) FILTER (WHERE paid_at IS NOT NULL AND status NOT IN ('cancelled', 'returned')) AS paid,
               count(*) FILTER (WHERE status IN ('cancelled', 'returned')) AS cancelled,
               coalesce(sum(total) FILTER (
                   WHERE paid_at IS NOT NULL AND status NOT IN ('cancelled', 'returned') AND currency = $5
               ), 0)::bigint AS revenue
        FROM orders.order
        WHERE shop_id = $1 AND created_at >= $2 AND created_at < $3 AND id > coalesce((
            SELECT id FROM orders.order WHERE shop_id = $1 AND created_at < $4 ORDER BY id DESC LIMIT 1
        ), '00000000-0000-0000-0000-000000000000')
        GROUP BY 1 ORDER BY 1
        """,
        shop_id,
        start,
        end,
        start - _SLACK,
        currency,
    )
    return [ShopDay(r["day"], r["placed"], r["paid"], r["cancelled"], r["revenue"]) for r in rows]
