"""SQL of discrepancies: found and renewed by reports, closed by reports that agree or by a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.pos.model import Discrepancy, Resolution
from kerben.platform.db import ReadTx, Row, WriteTx


class Difference(msgspec.Struct, frozen=True):
    """What a till said of a variant and what we hold. `reported_at`: when it counted, for stock."""

    shop_id: UUID
    variant_id: UUID
    device_id: UUID
    reported: int
    ours: int
    reported_at: datetime | None = None


def _discrepancy(row: Row) -> Discrepancy:
    return Discrepancy(
        id=row["id"],
        shop_id=row["shop_id"],
        variant_id=row["variant_id"],
        kind=row["kind"],
        device_id=row["device_id"],
        reported=row["reported"],
        ours=row["ours"],
        version=row["version"],
        opened_at=row["opened_at"],
        seen_at=row["seen_at"],
        reported_at=row["reported_at"],
        resolved_at=row["resolved_at"],
        resolution=row["resolution"],
        resolved_by=row["resolved_by"],
        note=row["note"],
    )


# Uses discrepancy_open and discrepancy_muted. xmax is zero in a row that this statement inserted. What somebody has
# decided to hear no more of stays closed while the difference is the very same.
_DIFFER = """
INSERT INTO pos.discrepancy AS d
    (id, shop_id, variant_id, kind, device_id, reported, ours, reported_at, opened_at, seen_at)
SELECT n.id, n.shop_id, n.variant_id, $8, n.device_id, n.reported, n.ours, n.reported_at, $9, $9
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::timestamptz[])
     AS n(id, shop_id, variant_id, device_id, reported, ours, reported_at)
WHERE NOT EXISTS (
    SELECT 1 FROM pos.discrepancy m
    WHERE m.variant_id = n.variant_id AND m.kind = $8 AND m.muted AND (m.muted_until IS NULL OR m.muted_until > $9)
      AND m.reported - m.ours = n.reported - n.ours AND (m.kind = 'stock' OR m.reported = n.reported)
)
ORDER BY n.variant_id
ON CONFLICT (variant_id, kind) WHERE resolved_at IS NULL DO UPDATE
SET reported = excluded.reported, ours = excluded.ours, device_id = excluded.device_id, seen_at = excluded.seen_at,
    reported_at = excluded.reported_at,
    version = d.version + (
        d.reported - d.ours <> excluded.reported - excluded.ours
        OR (d.kind = 'price' AND d.reported <> excluded.reported)
    )::int
RETURNING d.variant_id, (d.xmax = 0) AS opened
"""


async def differ(tx: WriteTx, kind: str, found: Sequence[Difference]) -> list[Difference]:
    """Open or renew discrepancies, one per variant, in variant order; those that are new."""
    ordered = sorted({f.variant_id: f for f in found}.values(), key=lambda f: f.variant_id)
    rows = await tx.fetch(
        _DIFFER,
        [tx.new_id() for _ in ordered],
        [f.shop_id for f in ordered],
        [f.variant_id for f in ordered],
        [f.device_id for f in ordered],
        [f.reported for f in ordered],
        [f.ours for f in ordered],
        [f.reported_at for f in ordered],
        kind,
        tx.now,
    )
    opened = {row["variant_id"] for row in rows if row["opened"]}
    if opened:
        await unmute(tx, kind, list(opened))
    return [f for f in ordered if f.variant_id in opened]


async def unmute(tx: WriteTx, kind: str, variant_ids: Sequence[UUID]) -> None:
    """Let earlier differences be heard of again: things have moved on. Uses discrepancy_muted."""
    await tx.execute(
        "UPDATE pos.discrepancy SET muted = false WHERE variant_id = ANY($2::uuid[]) AND kind = $1 AND muted",
        kind,
        list(variant_ids),
    )


_AGREE = """
UPDATE pos.discrepancy SET resolved_at = $3, resolution = 'agreed'
WHERE variant_id = ANY($2::uuid[]) AND kind = $1 AND resolved_at IS NULL
RETURNING *
"""

# No row is both open and muted.
_AGREE_AND_UNMUTE = f"""
WITH unmuted AS (
    UPDATE pos.discrepancy SET muted = false WHERE variant_id = ANY($2::uuid[]) AND kind = $1 AND muted
)
{_AGREE}
"""


async def agree(tx: WriteTx, kind: str, variant_ids: Sequence[UUID], *, unmuting: bool = False) -> list[Discrepancy]:
    """Close open discrepancies: a report was equal to what we hold. Uses discrepancy_open and discrepancy_muted."""
    rows = await tx.fetch(_AGREE_AND_UNMUTE if unmuting else _AGREE, kind, list(variant_ids), tx.now)
    return [_discrepancy(row) for row in rows]


async def of_shop(
    tx: ReadTx, shop_id: UUID, *, open_only: bool, before: tuple[datetime, UUID] | None, limit: int
) -> list[Discrepancy]:
    """Discrepancies of a shop, newest first, from before (opened at, id): one heartbeat may open many at once.

    Uses discrepancy_shop.
    """
    rows = await tx.fetch(
        """
        SELECT * FROM pos.discrepancy
        WHERE shop_id = $1 AND (NOT $2 OR resolved_at IS NULL)
          AND ($3::timestamptz IS NULL OR (opened_at, id) < ($3, $4::uuid))
        ORDER BY opened_at DESC, id DESC LIMIT $5
        """,
        shop_id,
        open_only,
        *(before or (None, None)),
        limit,
    )
    return [_discrepancy(row) for row in rows]


async def shop_of(tx: ReadTx, discrepancy_id: UUID) -> UUID | None:
    """Whose discrepancy it is. Uses discrepancy_pkey."""
    return await tx.fetchval("SELECT shop_id FROM pos.discrepancy WHERE id = $1", discrepancy_id)


async def lock(tx: WriteTx, discrepancy_id: UUID) -> Discrepancy:
    """A discrepancy that exists, locked. Uses discrepancy_pkey."""
    row = await tx.fetchrow("SELECT * FROM pos.discrepancy WHERE id = $1 FOR UPDATE", discrepancy_id)
    assert row is not None  # noqa: S101 - discrepancies are never deleted
    return _discrepancy(row)


async def resolve(
    tx: WriteTx,
    discrepancy_id: UUID,
    resolution: Resolution,
    by: UUID | None,
    note: str | None,
    *,
    muted: bool,
    muted_until: datetime | None,
) -> Discrepancy:
    """Close a discrepancy by a person's decision; its row is locked by the caller. Uses discrepancy_pkey."""
    row = await tx.fetchrow(
        """
        UPDATE pos.discrepancy
        SET resolved_at = $2, resolution = $3, resolved_by = $4, note = $5, muted = $6, muted_until = $7
        WHERE id = $1 RETURNING *
        """,
        discrepancy_id,
        tx.now,
        resolution.value,
        by,
        note,
        muted,
        muted_until,
    )
    assert row is not None  # noqa: S101 - locked by the caller
    return _discrepancy(row)


async def counted_already(tx: ReadTx, found: Discrepancy) -> int:
    """What receipts that the till had made when it counted, but sent only after its report, did to stock (negative:
    goods went out). Uses sale_item_variant and the primary key of sale."""
    return int(
        await tx.fetchval(
            """
            SELECT coalesce(sum(-e.sign * i.qty), 0)::bigint
            FROM pos.sale_item i JOIN pos.receipt_effect e ON e.id = i.sale_id AND e.sold_at = i.sold_at
            WHERE i.variant_id = $1 AND i.sold_at <= $2 AND e.device_id = $3 AND e.created_at > $4
            """,
            found.variant_id,
            found.reported_at or found.seen_at,
            found.device_id,
            found.seen_at,
        )
    )


async def kept_since(tx: ReadTx, shop_id: UUID, since: datetime) -> list[UUID]:
    """Variants of which somebody decided that ours is right, for the tills to take over. Uses discrepancy_kept."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT variant_id FROM pos.discrepancy
        WHERE shop_id = $1 AND resolution = 'keep_ours' AND resolved_at >= $2
        """,
        shop_id,
        since,
    )
    return [row["variant_id"] for row in rows]
