"""SQL of all tills of the market, for admins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kerben.domains.pos.model import MarketTill, TillState
from kerben.domains.pos.repository.devices import device_of
from kerben.platform.db import ReadTx


async def page(
    tx: ReadTx, state: TillState | None, heard_since: datetime, before: UUID | None, limit: int
) -> list[MarketTill]:
    """Tills, newest first, with their open discrepancies. A till is silent that was heard last before `heard_since`.

    Uses device_pkey, device_active, discrepancy_device.
    """
    # Whole conditions, so that each gets its own plan; the last one has no index.
    chosen = "$1::text IS NULL AND $3::timestamptz IS NOT NULL"
    if state is TillState.ACTIVE:
        chosen = "$1::text IS NOT NULL AND d.status = 'active' AND d.alive_at >= $3::timestamptz"
    elif state is TillState.SILENT:
        chosen = (
            "$1::text IS NOT NULL AND d.status = 'active' AND (d.alive_at IS NULL OR d.alive_at < $3::timestamptz)"
        )
    elif state is not None:
        chosen = "d.status = $1::text AND $3::timestamptz IS NOT NULL"
    rows = await tx.fetch(
        f"""
        SELECT d.id, d.shop_id, d.name, d.status, d.firmware_version, d.last_heartbeat_at, d.alive_at, d.created_at,
               d.revoked_at,
               (SELECT count(*) FROM pos.discrepancy x WHERE x.device_id = d.id AND x.resolved_at IS NULL) AS open
        FROM pos.device d
        WHERE {chosen} AND ($2::uuid IS NULL OR d.id < $2)
        ORDER BY d.id DESC LIMIT $4
        """,
        state.value if state else None,
        before,
        heard_since,
        limit,
    )
    return [MarketTill(device_of(row), row["open"]) for row in rows]


async def count_silent(tx: ReadTx, heard_since: datetime) -> int:
    """Tills that did not say that they close and were heard last before a moment. Uses device_active."""
    return int(
        await tx.fetchval(
            "SELECT count(*) FROM pos.device"
            " WHERE status = 'active' AND (alive_at IS NULL OR alive_at < $1::timestamptz)",
            heard_since,
        )
    )
