"""All SQL of inventory. Stock rows are always locked in variant id order, so that batches cannot deadlock.

In each writing statement the CTE `locked` takes the locks in order and shows the newest committed values; the
UPDATE beside it then touches rows that are ours already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from kerben.domains.inventory.model import (
    Adjustment,
    AdjustmentCause,
    OpeningStock,
    Reservation,
    ReserveRequest,
    StockChange,
    StockLevel,
)
from kerben.platform.db import ReadTx, Row, WriteTx


def _level(row: Row) -> StockLevel:
    return StockLevel(
        variant_id=row["variant_id"],
        shop_id=row["shop_id"],
        on_hand_milli=row["on_hand"],
        reserved_milli=row["reserved"],
        product_id=row["product_id"],
        updated_at=row["updated_at"],
        low_stock_milli=row["low_stock"],
    )


# Uses stock_pkey.
_LEVELS = "SELECT * FROM inventory.stock WHERE variant_id = ANY($1::uuid[])"

# Uses stock_shop.
_SHOP_LEVELS = """
SELECT * FROM inventory.stock
WHERE shop_id = $1 AND ($2::timestamptz IS NULL OR updated_at >= $2) AND ($3::uuid IS NULL OR variant_id > $3)
ORDER BY variant_id LIMIT $4
"""


async def levels(tx: ReadTx, variant_ids: Sequence[UUID]) -> list[StockLevel]:
    """Stock of the variants that are known."""
    return [_level(row) for row in await tx.fetch(_LEVELS, list(variant_ids))]


async def free(tx: ReadTx, variant_ids: Sequence[UUID]) -> list[int]:
    """What can be bought of each variant, in the order given; zero for unknown ones. Uses stock_pkey."""
    found: list[int] = await tx.fetchval(
        """
        SELECT array_agg(greatest(coalesce(s.on_hand - s.reserved, 0), 0) ORDER BY w.n)
        FROM unnest($1::uuid[]) WITH ORDINALITY AS w(id, n) LEFT JOIN inventory.stock AS s ON s.variant_id = w.id
        """,
        list(variant_ids),
    )
    return found


async def levels_of_shop(
    tx: ReadTx, shop_id: UUID, since: datetime | None, after: UUID | None, limit: int | None
) -> list[StockLevel]:
    """All stock of a shop, or what changed since a moment, from behind a variant on."""
    return [_level(row) for row in await tx.fetch(_SHOP_LEVELS, shop_id, since, after, limit)]


async def insert_stock(tx: WriteTx, items: Sequence[OpeningStock]) -> list[StockLevel]:
    """Insert rows that are not there yet; returns those."""
    rows = await tx.fetch(
        """
        INSERT INTO inventory.stock (variant_id, product_id, shop_id, on_hand, updated_at)
        SELECT * , $5::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])
        ON CONFLICT (variant_id) DO NOTHING
        RETURNING *
        """,
        [i.variant_id for i in items],
        [i.product_id for i in items],
        [i.shop_id for i in items],
        [i.qty_milli for i in items],
        tx.now,
    )
    return [_level(row) for row in rows]


# Uses stock_pkey. Reserves for all, or changes nothing and shows what there is (`done` false everywhere).
_RESERVE_ALL = """
WITH demand AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS d(variant_id, qty)
), locked AS MATERIALIZED (
    SELECT s.variant_id, s.product_id, s.shop_id, s.on_hand, s.reserved, s.low_stock, d.qty
    FROM inventory.stock s JOIN demand d ON d.variant_id = s.variant_id
    ORDER BY s.variant_id FOR UPDATE OF s
), done AS (
    UPDATE inventory.stock s SET reserved = s.reserved + l.qty, updated_at = $3
    FROM locked l
    WHERE s.variant_id = l.variant_id
      AND (SELECT count(*) FROM locked WHERE on_hand - reserved >= qty) = cardinality($1::uuid[])
    RETURNING s.variant_id
)
SELECT l.variant_id, l.product_id, l.shop_id, l.on_hand, l.reserved, l.low_stock, $3::timestamptz AS updated_at,
       done.variant_id IS NOT NULL AS done
FROM locked l LEFT JOIN done ON done.variant_id = l.variant_id
"""


async def reserve_all(tx: WriteTx, demand: Mapping[UUID, int]) -> tuple[dict[UUID, StockLevel], bool]:
    """The fast path: reserve the summed demand where all of it is there.

    Returns the levels from before, with their rows locked, and whether it was done.
    """
    ids = sorted(demand)
    rows = await tx.fetch(_RESERVE_ALL, ids, [demand[i] for i in ids], tx.now)
    return {row["variant_id"]: _level(row) for row in rows}, len(rows) == len(ids) and all(r["done"] for r in rows)


async def add_reserved(tx: WriteTx, demand: Mapping[UUID, int]) -> None:
    """Add to reserved; the rows are locked by the caller. Uses stock_pkey."""
    await tx.execute(
        """
        UPDATE inventory.stock s SET reserved = s.reserved + d.qty, updated_at = $3
        FROM unnest($1::uuid[], $2::bigint[]) AS d(variant_id, qty) WHERE s.variant_id = d.variant_id
        """,
        list(demand),
        list(demand.values()),
        tx.now,
    )


async def insert_reservations(
    tx: WriteTx, requests: Sequence[ReserveRequest], summed: Sequence[Mapping[UUID, int]]
) -> int:
    """Insert the lines of several orders; a released one is taken up again. Returns the number of lines written.

    Uses reservation_pkey.
    """
    rows = [
        (request.order_id, variant_id, qty, request.expires_at)
        for request, lines in zip(requests, summed, strict=True)
        for variant_id, qty in lines.items()
    ]
    return await tx.execute(
        """
        INSERT INTO inventory.reservation AS r (order_id, variant_id, qty, status, expires_at, created_at)
        SELECT l.order_id, l.variant_id, l.qty, 'active', l.expires_at, $5
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[])
             AS l(order_id, variant_id, qty, expires_at)
        ON CONFLICT (order_id, variant_id) DO UPDATE
        SET qty = excluded.qty, status = 'active', expires_at = excluded.expires_at, created_at = excluded.created_at
        WHERE r.status = 'released'
        """,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        tx.now,
    )


# Uses reservation_pkey, then stock_pkey. on_hand moves by $4, reserved by $5 times the quantity.
_CLOSE = """
WITH mine AS MATERIALIZED (
    SELECT order_id, variant_id FROM inventory.reservation
    WHERE order_id = ANY($1::uuid[]) AND status = $2
    ORDER BY order_id, variant_id FOR UPDATE
), closed AS (
    UPDATE inventory.reservation r SET status = $3
    FROM mine WHERE r.order_id = mine.order_id AND r.variant_id = mine.variant_id
    RETURNING r.order_id, r.variant_id, r.qty
), summed AS MATERIALIZED (
    SELECT variant_id, sum(qty)::bigint AS qty FROM closed GROUP BY variant_id
), locked AS MATERIALIZED (
    SELECT s.variant_id, summed.qty FROM inventory.stock s JOIN summed ON summed.variant_id = s.variant_id
    ORDER BY s.variant_id FOR UPDATE OF s
), moved AS (
    UPDATE inventory.stock s
    SET on_hand = s.on_hand + $4 * l.qty, reserved = s.reserved + $5 * l.qty, updated_at = $6
    FROM locked l WHERE s.variant_id = l.variant_id
    RETURNING s.*
)
SELECT c.order_id, c.qty, moved.* FROM closed c JOIN moved ON moved.variant_id = c.variant_id
"""


async def close(
    tx: WriteTx, order_ids: Sequence[UUID], *, source: str, target: str, on_hand: int, reserved: int
) -> tuple[list[Reservation], list[StockLevel]]:
    """Move reservations from one status to another, and stock with them (`on_hand` and `reserved` are −1, 0 or 1).

    Returns the lines that moved and the levels after it.
    """
    rows = await tx.fetch(_CLOSE, sorted(set(order_ids)), source, target, on_hand, reserved, tx.now)
    lines = [Reservation(row["order_id"], row["variant_id"], row["qty"], None, tx.now) for row in rows]
    return lines, list({row["variant_id"]: _level(row) for row in rows}.values())


async def extend(tx: WriteTx, order_ids: Sequence[UUID], expires_at: datetime | None) -> int:
    """Set another expiry on active lines. Uses reservation_pkey."""
    return await tx.execute(
        """
        UPDATE inventory.reservation SET expires_at = $2 WHERE order_id = ANY($1::uuid[]) AND status = 'active'
        """,
        list(order_ids),
        expires_at,
    )


async def active_reservations(tx: ReadTx, variant_ids: Sequence[UUID]) -> list[Reservation]:
    """Who holds these variants, newest first. Uses reservation_active."""
    rows = await tx.fetch(
        """
        SELECT order_id, variant_id, qty, expires_at, created_at FROM inventory.reservation
        WHERE variant_id = ANY($1::uuid[]) AND status = 'active'
        ORDER BY created_at DESC, order_id DESC
        """,
        list(variant_ids),
    )
    return [
        Reservation(row["order_id"], row["variant_id"], row["qty"], row["expires_at"], row["created_at"])
        for row in rows
    ]


# Uses stock_pkey. Moves all, or nothing when a variant is unknown or a guarded one would fall below zero.
_MOVE = """
WITH change AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::boolean[]) AS c(variant_id, delta, guarded)
), locked AS MATERIALIZED (
    SELECT s.*, c.delta, c.guarded
    FROM inventory.stock s JOIN change c ON c.variant_id = s.variant_id
    ORDER BY s.variant_id FOR UPDATE OF s
), verdict AS MATERIALIZED (
    SELECT count(*) = cardinality($1::uuid[])
           AND coalesce(bool_and(NOT (guarded AND on_hand + delta < 0)), true) AS good
    FROM locked
), moved AS (
    UPDATE inventory.stock s SET on_hand = s.on_hand + l.delta, updated_at = $4
    FROM locked l WHERE s.variant_id = l.variant_id AND (SELECT good FROM verdict)
    RETURNING s.variant_id
)
SELECT l.variant_id, l.product_id, l.shop_id, l.on_hand, l.reserved, l.low_stock, $4::timestamptz AS updated_at,
       moved.variant_id IS NOT NULL AS moved
FROM locked l LEFT JOIN moved ON moved.variant_id = l.variant_id
"""


async def move(tx: WriteTx, deltas: Mapping[UUID, int], guarded: frozenset[UUID]) -> tuple[list[StockLevel], bool]:
    """Add to on hand. Returns the levels from before, and whether it was done."""
    ids = sorted(deltas)
    rows = await tx.fetch(_MOVE, ids, [deltas[i] for i in ids], [i in guarded for i in ids], tx.now)
    return [_level(row) for row in rows], len(rows) == len(ids) and all(row["moved"] for row in rows)


async def lock(tx: WriteTx, variant_ids: Sequence[UUID]) -> list[StockLevel]:
    """Lock rows in order and read them. Uses stock_pkey."""
    rows = await tx.fetch(
        "SELECT * FROM inventory.stock WHERE variant_id = ANY($1::uuid[]) ORDER BY variant_id FOR UPDATE",
        list(variant_ids),
    )
    return [_level(row) for row in rows]


async def insert_adjustments(tx: WriteTx, changes: Sequence[StockChange]) -> None:
    """Write history."""
    await tx.execute(
        """
        INSERT INTO inventory.adjustment
            (id, variant_id, delta, cause, reference, actor_id, note, unit_cost, supplier, created_at)
        SELECT *, $10::timestamptz
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::uuid[], $6::uuid[], $7::text[],
                    $8::bigint[], $9::text[])
        """,
        [tx.new_id() for _ in changes],
        [c.variant_id for c in changes],
        [c.delta_milli for c in changes],
        [c.cause.value for c in changes],
        [c.reference for c in changes],
        [c.actor_id for c in changes],
        [c.note for c in changes],
        [c.unit_cost for c in changes],
        [c.supplier for c in changes],
        tx.now,
    )


async def history(tx: ReadTx, variant_id: UUID, before: tuple[datetime, UUID] | None, limit: int) -> list[Adjustment]:
    """A variant's adjustments, newest first. Uses adjustment_variant."""
    rows = await tx.fetch(
        """
        SELECT * FROM inventory.adjustment
        WHERE variant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $4
        """,
        variant_id,
        before[0] if before else None,
        before[1] if before else None,
        limit,
    )
    return [
        Adjustment(
            row["id"],
            row["variant_id"],
            row["delta"],
            AdjustmentCause(row["cause"]),
            row["reference"],
            row["actor_id"],
            row["note"],
            row["unit_cost"],
            row["supplier"],
            row["created_at"],
        )
        for row in rows
    ]


async def set_low_stock(tx: WriteTx, shop_id: UUID, variant_id: UUID, threshold: int | None) -> bool:
    """Set from where on the seller is alerted; False when the shop has no such variant. Uses stock_pkey."""
    done = await tx.execute(
        "UPDATE inventory.stock SET low_stock = $3 WHERE variant_id = $1 AND shop_id = $2",
        variant_id,
        shop_id,
        threshold,
    )
    return done == 1


async def low_levels(tx: ReadTx, shop_id: UUID) -> list[StockLevel]:
    """A shop's variants at or below their alert level. Uses stock_low."""
    rows = await tx.fetch(
        """
        SELECT * FROM inventory.stock
        WHERE shop_id = $1 AND low_stock IS NOT NULL AND on_hand - reserved <= low_stock
        ORDER BY variant_id
        """,
        shop_id,
    )
    return [_level(row) for row in rows]


async def make_partitions(tx: WriteTx, today: date, months: int) -> int:
    """Make monthly partitions of the history ahead; how many are new."""
    return int(await tx.fetchval("SELECT inventory.make_partitions($1, $2)", today, months))
