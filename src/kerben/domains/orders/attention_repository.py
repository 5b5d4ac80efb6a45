"""SQL of orders that wait for the seller's decision."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.orders.model import Order
from kerben.domains.orders.repository import COLUMNS, order_of
from kerben.platform.db import ReadTx, WriteTx


async def mark(tx: WriteTx, ids: Sequence[UUID], reason: str) -> list[Order]:
    """Put orders before the seller; those already marked stay as they are. Uses order_pkey."""
    rows = await tx.fetch(
        f"""
        WITH o AS (
            UPDATE orders.order o SET version = version + 1, needs_attention = $3
            WHERE o.id = ANY($2::uuid[]) AND o.needs_attention IS NULL RETURNING {COLUMNS}
        ), kept AS (
            INSERT INTO orders.history (order_id, n, at, actor_role, action, from_status, to_status, comment)
            SELECT o.id, o.version, $1, 'system', 'attention', o.status, o.status, $3 FROM o
        )
        SELECT * FROM o
        """,
        tx.now,
        list(ids),
        reason,
    )
    return [order_of(row) for row in rows]


async def clear(tx: WriteTx, ids: Sequence[UUID], reason: str, actor_id: UUID | None, role: str) -> list[Order]:
    """Take the mark of this reason off orders; those that bore it. Uses order_pkey."""
    rows = await tx.fetch(
        f"""
        WITH o AS (
            UPDATE orders.order o SET version = version + 1, needs_attention = NULL
            WHERE o.id = ANY($2::uuid[]) AND o.needs_attention = $3 RETURNING {COLUMNS}
        ), kept AS (
            INSERT INTO orders.history (order_id, n, at, actor_id, actor_role, action, from_status, to_status)
            SELECT o.id, o.version, $1, $4, $5, 'attention_cleared', o.status, o.status FROM o
        )
        SELECT * FROM o
        """,
        tx.now,
        list(ids),
        reason,
        actor_id,
        role,
    )
    return [order_of(row) for row in rows]


async def marked(tx: ReadTx, reason: str, after: UUID | None, limit: int) -> list[UUID]:
    """Orders marked for this reason, oldest first, after the cursor. Uses order_attention."""
    rows = await tx.fetch(
        """
        SELECT id FROM orders.order
        WHERE needs_attention IS NOT NULL AND needs_attention = $1 AND ($2::uuid IS NULL OR id > $2)
        ORDER BY id LIMIT $3
        """,
        reason,
        after,
        limit,
    )
    return [row["id"] for row in rows]
