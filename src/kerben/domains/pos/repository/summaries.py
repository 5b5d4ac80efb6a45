"""SQL of daily sums: added to by the consumer of receipts, worked out again from the receipts when asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.pos.summary_model import CONSUMER, DaySummary, TopGood
from kerben.platform.db import ReadTx, WriteTx

_KEY: Final = ("shop_id", "day", "currency")
_SUMS: Final = tuple(f for f in DaySummary.__struct_fields__ if f not in _KEY)
_COLUMNS: Final = ", ".join((*_KEY, *_SUMS))
_SELECT: Final = ", ".join((*_KEY, *(f"sum({name})::bigint AS {name}" for name in _SUMS)))

# Receipts that the consumer has not counted yet: it stands before them in the outbox, or has parked them. Position
# and sums move in one transaction, so in one snapshot the two add up to all receipts.
_PENDING: Final = f"""
SELECT (o.payload ->> 'sale_id')::uuid AS id
FROM platform.outbox o LEFT JOIN platform.consumer c ON c.name = '{CONSUMER}'
WHERE o.name = 'pos.sale_recorded.v1' AND (c.name IS NULL OR o.id > c.last OR o.id = ANY(c.gaps))
UNION ALL
SELECT (payload ->> 'sale_id')::uuid FROM platform.dead_letter
WHERE consumer = '{CONSUMER}' AND name = 'pos.sale_recorded.v1'
"""

_COUNTED: Final = f"""
SELECT {_SELECT} FROM pos.receipt_effect WHERE id NOT IN ({_PENDING}) GROUP BY shop_id, day, currency
"""

CHECK: Final = f"""
SELECT {", ".join(_KEY)} FROM (
    SELECT {_COLUMNS} FROM pos.summary_daily
    UNION ALL
    SELECT {", ".join((*_KEY, *(f"-{name}" for name in _SUMS)))} FROM ({_COUNTED}) AS counted
) AS both_ways
GROUP BY {", ".join(_KEY)} HAVING {" OR ".join(f"sum({name}) <> 0" for name in _SUMS)}
"""
"""Days whose sums are not those of their receipts."""

# Uses the primary key of one partition of sale for each receipt, and summary_daily_pkey.
_ADD: Final = f"""
INSERT INTO pos.summary_daily AS d ({_COLUMNS})
SELECT {_SELECT}
FROM unnest($1::uuid[], $2::timestamptz[]) AS w(id, sold_at)
JOIN pos.receipt_effect e ON e.id = w.id AND e.sold_at = w.sold_at
GROUP BY shop_id, day, currency ORDER BY shop_id, day, currency
ON CONFLICT (shop_id, day, currency) DO UPDATE SET {", ".join(f"{n} = d.{n} + excluded.{n}" for n in _SUMS)}
"""


async def add(tx: WriteTx, receipts: Sequence[tuple[UUID, datetime]]) -> None:
    """Add receipts (id, when made) to the sums of their days; each must be given once."""
    await tx.execute(_ADD, [r[0] for r in receipts], [r[1] for r in receipts])


async def rebuild(tx: WriteTx) -> int:
    """Work out all sums again from the receipts that the consumer has counted; how many days."""
    # The consumer waits, so that its position and our sums stay one thing.
    await tx.execute(f"SELECT 1 FROM platform.consumer WHERE name = '{CONSUMER}' FOR UPDATE")
    await tx.execute("DELETE FROM pos.summary_daily")
    return await tx.execute(f"INSERT INTO pos.summary_daily ({_COLUMNS}) {_COUNTED}")


async def days(tx: ReadTx, shop_id: UUID, first: date, last: date) -> list[DaySummary]:
    """The days of a shop that have receipts, oldest first. Uses summary_daily_pkey."""
    rows = await tx.fetch(
        "SELECT * FROM pos.summary_daily WHERE shop_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day, currency",
        shop_id,
        first,
        last,
    )
    return [msgspec.convert(dict(row), DaySummary) for row in rows]


async def top_goods(tx: ReadTx, shop_id: UUID, start: datetime, end: datetime, limit: int) -> list[TopGood]:
    """What brought most in a stretch of time. Uses sale_shop, and the primary key of sale_item."""
    rows = await tx.fetch(
        """
        SELECT i.variant_id, sum(e.sign * i.qty)::bigint AS qty, sum(e.sign * i.total_price)::bigint AS amount
        FROM pos.receipt_effect e
        JOIN pos.sale_item i ON i.sale_id = e.id AND i.sold_at = e.sold_at
        WHERE e.shop_id = $1 AND e.sold_at >= $2 AND e.sold_at < $3
        GROUP BY i.variant_id
        HAVING sum(e.sign * i.qty) > 0
        ORDER BY amount DESC, i.variant_id LIMIT $4
        """,
        shop_id,
        start,
        end,
        limit,
    )
    return [TopGood(row["variant_id"], row["qty"], row["amount"]) for row in rows]
