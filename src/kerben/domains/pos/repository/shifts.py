"""SQL of shifts. Whoever opens, closes or moves cash locks the till's row first, so these never overlap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.pos.shift_model import CashOperation, Figures, Shift, Sums
from kerben.platform.db import ReadTx, Row, WriteTx


def _shift(row: Row) -> Shift:
    z = row["z_report"]
    return Shift(
        id=row["id"],
        device_id=row["device_id"],
        shop_id=row["shop_id"],
        cashier=row["cashier"],
        currency=row["currency"],
        opening_cash=row["opening_cash"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        z_number=row["z_number"],
        counted_cash=row["counted_cash"],
        z=None if z is None else msgspec.json.decode(z, type=Figures),
    )


async def lock_device(tx: WriteTx, device_id: UUID) -> None:
    """Let nobody else change this till's shifts until the transaction ends. Uses device_pkey."""
    await tx.execute("SELECT 1 FROM pos.device WHERE id = $1 FOR NO KEY UPDATE", device_id)


async def open_shift(tx: ReadTx, device_id: UUID) -> Shift | None:
    """The till's open shift. Uses shift_open."""
    row = await tx.fetchrow("SELECT * FROM pos.shift WHERE device_id = $1 AND closed_at IS NULL", device_id)
    return None if row is None else _shift(row)


async def last_closed(tx: ReadTx, device_id: UUID) -> Shift | None:
    """The till's shift that was closed last. Uses shift_z, backwards."""
    row = await tx.fetchrow(
        "SELECT * FROM pos.shift WHERE device_id = $1 AND z_number IS NOT NULL ORDER BY z_number DESC LIMIT 1",
        device_id,
    )
    return None if row is None else _shift(row)


async def by_id(tx: ReadTx, shift_id: UUID) -> Shift | None:
    """One shift. Uses shift_pkey."""
    row = await tx.fetchrow("SELECT * FROM pos.shift WHERE id = $1", shift_id)
    return None if row is None else _shift(row)


async def of_shop(tx: ReadTx, shop_id: UUID, before: tuple[datetime, UUID] | None, limit: int) -> list[Shift]:
    """A shop's shifts, newest first, from behind `before` (opened at, id). Uses shift_shop."""
    rows = await tx.fetch(
        """
        SELECT * FROM pos.shift
        WHERE shop_id = $1 AND ($2::timestamptz IS NULL OR (opened_at, id) < ($2, $3::uuid))
        ORDER BY opened_at DESC, id DESC LIMIT $4
        """,
        shop_id,
        *(before or (None, None)),
        limit,
    )
    return [_shift(row) for row in rows]


async def insert(tx: WriteTx, shift: Shift) -> None:
    """Open a shift; the till has no other open one, its row is locked."""
    await tx.execute(
        """
        INSERT INTO pos.shift (id, device_id, shop_id, cashier, currency, opening_cash, opened_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        shift.id,
        shift.device_id,
        shift.shop_id,
        shift.cashier,
        shift.currency,
        shift.opening_cash,
        shift.opened_at,
        tx.now,
    )


async def newest_receipt(tx: ReadTx, shift: Shift) -> datetime | None:
    """When the till's last receipt since the shift's opening was made. Uses sale_device, backwards, per partition."""
    return await tx.fetchval(
        "SELECT max(sold_at) FROM pos.sale WHERE device_id = $1 AND sold_at >= $2", shift.device_id, shift.opened_at
    )


async def close(tx: WriteTx, shift: Shift, closed_at: datetime, z: Figures, counted_cash: int) -> Shift:
    """Close a shift under the till's next Z number. Uses shift_pkey and shift_z."""
    row = await tx.fetchrow(
        """
        UPDATE pos.shift SET closed_at = $2, counted_cash = $3, z_report = $4::jsonb,
            z_number = (SELECT coalesce(max(z_number), 0) + 1 FROM pos.shift WHERE device_id = $5)
        WHERE id = $1 RETURNING *
        """,
        shift.id,
        closed_at,
        counted_cash,
        msgspec.json.encode(z).decode(),
        shift.device_id,
    )
    assert row is not None  # noqa: S101 - locked by the caller
    return _shift(row)


async def insert_operation(tx: WriteTx, shift: Shift, operation: CashOperation) -> UUID | None:
    """Write a movement of cash; None when the till has used its number before. Uses cash_operation_pkey."""
    return await tx.fetchval(
        """
        INSERT INTO pos.cash_operation (device_id, number, id, shift_id, type, amount, reason, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (device_id, number) DO NOTHING RETURNING id
        """,
        shift.device_id,
        operation.number,
        tx.new_id(),
        shift.id,
        operation.type,
        operation.amount,
        operation.reason,
        tx.now,
    )


async def operation_of(tx: ReadTx, device_id: UUID, number: str) -> UUID | None:
    """A movement of cash by the till's number. Uses cash_operation_pkey."""
    return await tx.fetchval(
        "SELECT id FROM pos.cash_operation WHERE device_id = $1 AND number = $2", device_id, number
    )


# Uses sale_device of each partition that the shift touches, and the primary key of sale_item.
_RECEIPTS = """
SELECT w.n, e.kind, e.payment, count(*) AS count, sum(e.total)::bigint AS total, sum(e.discounts)::bigint AS discounts
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
     AS w(device_id, currency, opened_at, closed_at, n)
JOIN pos.receipt_effect e ON e.device_id = w.device_id AND e.currency = w.currency
    AND e.sold_at >= w.opened_at AND e.sold_at <= w.closed_at
GROUP BY w.n, e.kind, e.payment
"""

# Uses sale_device of each partition, from both ends.
_ENDS = """
SELECT w.n, first.receipt_number AS first, last.receipt_number AS last
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
     AS w(device_id, currency, opened_at, closed_at, n)
CROSS JOIN LATERAL (
    SELECT receipt_number FROM pos.sale s
    WHERE s.device_id = w.device_id AND s.sold_at >= w.opened_at AND s.sold_at <= w.closed_at
      AND s.currency = w.currency
    ORDER BY s.sold_at, s.id LIMIT 1
) first
CROSS JOIN LATERAL (
    SELECT receipt_number FROM pos.sale s
    WHERE s.device_id = w.device_id AND s.sold_at >= w.opened_at AND s.sold_at <= w.closed_at
      AND s.currency = w.currency
    ORDER BY s.sold_at DESC, s.id DESC LIMIT 1
) last
"""

# Uses cash_operation_shift.
_CASH = """
SELECT shift_id, type, count(*) AS count, sum(amount)::bigint AS amount
FROM pos.cash_operation WHERE shift_id = ANY($1::uuid[]) GROUP BY shift_id, type
"""


async def figures(tx: ReadTx, shifts: Sequence[Shift], until: datetime) -> list[Figures]:
    """What the receipts and cash operations of shifts add up to; of an open shift up to `until`."""
    given = (
        [s.device_id for s in shifts],
        [s.currency for s in shifts],
        [s.opened_at for s in shifts],
        [s.closed_at or until for s in shifts],
    )
    found = [Figures() for _ in shifts]
    for row in await tx.fetch(_RECEIPTS, *given):
        entry = found[int(row["n"]) - 1]
        sums: Sums = getattr(entry, row["kind"] + "s")
        sums.count += row["count"]
        setattr(sums, row["payment"], row["total"])
        entry.discounts += row["discounts"]
    for row in await tx.fetch(_ENDS, *given):
        found[int(row["n"]) - 1].first_receipt = row["first"]
        found[int(row["n"]) - 1].last_receipt = row["last"]
    places = {shift.id: entry for shift, entry in zip(shifts, found, strict=True)}
    for row in await tx.fetch(_CASH, list(places)):
        entry = places[row["shift_id"]]
        if row["type"] == "in":
            entry.cash_in_count, entry.cash_in = row["count"], row["amount"]
        else:
            entry.cash_out_count, entry.cash_out = row["count"], row["amount"]
    return found
