"""SQL of tills, presence and the sync log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kerben.domains.pos.model import DeviceRow, DeviceStatus, Heartbeat, Presence
from kerben.platform.db import ReadTx, Row, WriteTx


def device_of(row: Row) -> DeviceRow:
    """A till from its row."""
    return DeviceRow(
        id=row["id"],
        shop_id=row["shop_id"],
        name=row["name"],
        status=DeviceStatus(row["status"]),
        firmware_version=row["firmware_version"],
        last_heartbeat_at=row["last_heartbeat_at"],
        alive_at=row["alive_at"],
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )


def _presence(row: Row) -> Presence:
    return Presence(row["shop_id"], row["pos_status"], row["last_heartbeat_at"], row["alive_at"])


async def insert_device(
    tx: WriteTx, device_id: UUID, shop_id: UUID, name: str, token_hash: bytes, secret: bytes
) -> None:
    """Insert a till, and its shop's presence if this is the first one."""
    await tx.execute(
        """
        INSERT INTO pos.device (id, shop_id, name, token_hash, secret, status, created_at)
        VALUES ($1, $2, $3, $4, $5, 'registered', $6)
        """,
        device_id,
        shop_id,
        name,
        token_hash,
        secret,
        tx.now,
    )
    await tx.execute(
        """
        INSERT INTO pos.shop_presence (shop_id, pos_status, changed_at) VALUES ($1, 'pos_offline', $2)
        ON CONFLICT (shop_id) DO NOTHING
        """,
        shop_id,
        tx.now,
    )


async def device_by_token(tx: ReadTx, token_hash: bytes) -> tuple[UUID, UUID, bytes] | None:
    """Id, shop and sealed secret of a till that is not revoked. Uses device_token_hash_key."""
    row = await tx.fetchrow(
        "SELECT id, shop_id, secret FROM pos.device WHERE token_hash = $1 AND revoked_at IS NULL", token_hash
    )
    return None if row is None else (row["id"], row["shop_id"], bytes(row["secret"]))


async def devices_of_shop(tx: ReadTx, shop_id: UUID) -> list[DeviceRow]:
    """All tills of a shop, revoked ones too. Uses device_shop."""
    rows = await tx.fetch("SELECT * FROM pos.device WHERE shop_id = $1 ORDER BY created_at, id", shop_id)
    return [device_of(row) for row in rows]


async def revoke(tx: WriteTx, shop_id: UUID, device_id: UUID) -> bool:
    """Lock a till out; False when it is not this shop's or was revoked before."""
    return bool(
        await tx.execute(
            """
            UPDATE pos.device SET status = 'revoked', revoked_at = $3
            WHERE id = $2 AND shop_id = $1 AND revoked_at IS NULL
            """,
            shop_id,
            device_id,
            tx.now,
        )
    )


async def lock_presence(tx: WriteTx, shop_ids: Sequence[UUID]) -> dict[UUID, Presence]:
    """Presence of shops, locked in order. Uses shop_presence_pkey."""
    rows = await tx.fetch(
        "SELECT * FROM pos.shop_presence WHERE shop_id = ANY($1::uuid[]) ORDER BY shop_id FOR UPDATE",
        list(shop_ids),
    )
    return {row["shop_id"]: _presence(row) for row in rows}


async def alive_after(tx: ReadTx, after: UUID, since: datetime, limit: int) -> list[tuple[UUID, datetime]]:
    """Shops by id, those after one, whose tills were heard since a moment, and when. Uses shop_presence_pkey."""
    rows = await tx.fetch(
        """
        SELECT shop_id, alive_at FROM pos.shop_presence WHERE shop_id > $1 AND alive_at >= $2
        ORDER BY shop_id LIMIT $3
        """,
        after,
        since,
        limit,
    )
    return [(row[0], row[1]) for row in rows]


async def presence(tx: ReadTx, shop_ids: Sequence[UUID]) -> dict[UUID, Presence]:
    """Presence by shop; shops without a till are left out. Uses shop_presence_pkey."""
    rows = await tx.fetch("SELECT * FROM pos.shop_presence WHERE shop_id = ANY($1::uuid[])", list(shop_ids))
    return {row["shop_id"]: _presence(row) for row in rows}


# Uses device_pkey.
_BEAT = """
WITH beat AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::text[]) AS b(id, active, firmware)
), locked AS MATERIALIZED (
    SELECT d.id, d.status AS old_status, b.active, b.firmware
    FROM pos.device d JOIN beat b ON b.id = d.id
    WHERE d.revoked_at IS NULL
    ORDER BY d.id FOR UPDATE OF d
)
UPDATE pos.device d
SET last_heartbeat_at = greatest(d.last_heartbeat_at, $4),
    alive_at = CASE WHEN l.active THEN greatest(d.alive_at, $4) END,
    status = CASE WHEN l.active THEN 'active' ELSE 'closed' END,
    firmware_version = coalesce(l.firmware, d.firmware_version)
FROM locked l WHERE d.id = l.id
RETURNING d.id, l.old_status, d.status
"""


async def beat(tx: WriteTx, beats: Sequence[Heartbeat], active: Sequence[bool]) -> dict[UUID, tuple[str, str]]:
    """Write heartbeats, one per till at most; old and new status of the tills that are not revoked."""
    rows = await tx.fetch(
        _BEAT, [b.device_id for b in beats], list(active), [b.firmware_version for b in beats], tx.now
    )
    return {row["id"]: (row["old_status"], row["status"]) for row in rows}


# Uses device_shop and shop_presence_pkey.
_REFRESH = """
WITH best AS (
    SELECT shop_id, max(alive_at) AS alive_at, max(last_heartbeat_at) AS last_heartbeat_at
    FROM pos.device WHERE shop_id = ANY($1::uuid[]) AND revoked_at IS NULL GROUP BY shop_id
), fresh AS (
    SELECT s.shop_id, b.alive_at, b.last_heartbeat_at,
           CASE WHEN $2::timestamptz - b.alive_at <= make_interval(secs => $3)
                THEN 'pos_active' ELSE 'pos_offline' END AS pos_status
    FROM unnest($1::uuid[]) AS s(shop_id) LEFT JOIN best b ON b.shop_id = s.shop_id
)
UPDATE pos.shop_presence p
SET alive_at = f.alive_at,
    last_heartbeat_at = greatest(p.last_heartbeat_at, f.last_heartbeat_at),
    pos_status = f.pos_status,
    changed_at = CASE WHEN p.pos_status = f.pos_status THEN p.changed_at ELSE $2 END
FROM fresh f WHERE p.shop_id = f.shop_id
RETURNING p.*
"""


async def refresh_presence(tx: WriteTx, shop_ids: Sequence[UUID], silence_s: int) -> dict[UUID, Presence]:
    """Work out presence again from the tills; the rows are locked by the caller."""
    rows = await tx.fetch(_REFRESH, list(shop_ids), tx.now, float(silence_s))
    return {row["shop_id"]: _presence(row) for row in rows}


async def silence(tx: WriteTx, silence_s: int, limit: int = 500) -> list[UUID]:
    """Mark shops whose tills fell silent; reads the whole table, one small row per shop."""
    rows = await tx.fetch(
        """
        UPDATE pos.shop_presence SET pos_status = 'pos_offline', changed_at = $1
        WHERE shop_id IN (
            SELECT shop_id FROM pos.shop_presence
            WHERE pos_status = 'pos_active'
              AND (alive_at IS NULL OR $1::timestamptz - alive_at > make_interval(secs => $2))
            ORDER BY shop_id LIMIT $3 FOR UPDATE SKIP LOCKED
        )
        RETURNING shop_id
        """,
        tx.now,
        float(silence_s),
        limit,
    )
    return [row["shop_id"] for row in rows]


async def log(tx: WriteTx, entries: Sequence[tuple[UUID, UUID, str, str]]) -> None:
    """Write (till, shop, status, message) to the sync log."""
    await tx.execute(
        """
        INSERT INTO pos.sync_log (id, device_id, shop_id, status, message, created_at)
        SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
        """,
        [tx.new_id() for _ in entries],
        [e[0] for e in entries],
        [e[1] for e in entries],
        [e[2] for e in entries],
        [e[3] for e in entries],
        tx.now,
    )


async def make_partitions(tx: WriteTx, today: date, months: int) -> int:
    """Make monthly partitions of sales ahead; how many are new."""
    return int(await tx.fetchval("SELECT pos.make_partitions($1, $2)", today, months))


async def purge_log(tx: WriteTx, before: datetime, limit: int = 5000) -> int:
    """Forget entries of the sync log older than a moment, some at a time. Uses sync_log_created."""
    return await tx.execute(
        """
        DELETE FROM pos.sync_log WHERE id IN (
            SELECT id FROM pos.sync_log WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        """,
        before,
        limit,
    )


async def oldest_transaction_s(tx: ReadTx) -> float:
    """For how many seconds the oldest transaction of this database has been running; 0 when there is no other."""
    return float(
        await tx.fetchval(
            """
            SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
              AND xact_start IS NOT NULL
            """
        )
    )
