"""SQL of orders that wait at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.orders.model import Moved, OrderStatus, PickupExtension
from kerben.domains.orders.repository import COLUMNS, order_of
from kerben.platform.db import ReadTx, WriteTx


async def lock_due_pickups(tx: WriteTx, limit: int) -> list[UUID]:
    """Orders that nobody picked up in time; ones another process holds are skipped. Uses order_pickup_due."""
    rows = await tx.fetch(
        """
        SELECT id FROM orders.order WHERE status = 'ready_for_pickup' AND reserved_until <= $1
        ORDER BY reserved_until LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        tx.now,
        limit,
    )
    return [row["id"] for row in rows]


async def due_unclaimed(tx: ReadTx, limit: int) -> list[UUID]:
    """Orders whose expired pickup was not extended in time. Uses order_unclaimed_due."""
    rows = await tx.fetch(
        """
        SELECT id FROM orders.order WHERE status = 'pickup_expired' AND reserved_until <= $1
        ORDER BY reserved_until LIMIT $2
        """,
        tx.now,
        limit,
    )
    return [row["id"] for row in rows]


# Uses order_pkey. As with steps of the table, `locked` sees the newest committed state, so that an extension and
# whatever else happens to the order cannot both come first.
_EXTEND: Final = f"""
WITH wish AS MATERIALIZED (
    SELECT * FROM unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[])
        AS w(id, until, actor_id, actor_role, comment)
), locked AS MATERIALIZED (
    SELECT o.id, o.status, o.reserved_until FROM orders.order o JOIN wish w ON w.id = o.id
    WHERE o.status IN ('ready_for_pickup', 'pickup_expired')
    ORDER BY o.id FOR UPDATE OF o
), o AS (
    UPDATE orders.order o SET status = 'ready_for_pickup', version = o.version + 1,
        reserved_until = CASE WHEN l.status = 'ready_for_pickup' THEN greatest(o.reserved_until, w.until)
                              ELSE w.until END
    FROM wish w JOIN locked l ON l.id = w.id
    WHERE o.id = w.id
    RETURNING {COLUMNS}, l.status AS previous, l.reserved_until AS kept_until, w.actor_id, w.actor_role,
              w.comment AS remark
), kept AS (
    INSERT INTO orders.history (
        order_id, n, at, actor_id, actor_role, action, from_status, to_status, comment, before, after)
    SELECT o.id, o.version, $1, o.actor_id, o.actor_role, 'extended', o.previous, o.status, o.remark,
           jsonb_build_object('pickup_until', o.kept_until), jsonb_build_object('pickup_until', o.reserved_until)
    FROM o
)
SELECT * FROM o ORDER BY o.id
"""


async def extend(tx: WriteTx, wishes: Sequence[PickupExtension]) -> list[Moved]:
    """Keep goods at the counter for longer; those orders that do wait there, ready again, by id."""
    rows = await tx.fetch(
        _EXTEND,
        tx.now,
        [w.order_id for w in wishes],
        [w.until for w in wishes],
        [w.actor.id for w in wishes],
        [w.actor.role for w in wishes],
        [w.comment for w in wishes],
    )
    return [Moved(order_of(row), OrderStatus(row["previous"])) for row in rows]
