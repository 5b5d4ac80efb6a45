"""Sessions: one row is one family of refresh tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.identity.model import Device, RevocationCause, SessionView
from kerben.platform.db import ReadTx, WriteTx


class SessionState(msgspec.Struct, frozen=True):
    """What decides over a refresh token."""

    user_id: UUID
    generation: int
    revoked_at: datetime | None


async def insert(
    tx: WriteTx, session_id: UUID, user_id: UUID, refresh_hash: bytes, device: Device, expires_at: datetime
) -> None:
    """Open a session at generation 0."""
    await tx.execute(
        "INSERT INTO identity.session (id, user_id, refresh_hash, user_agent, ip, created_at, used_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        session_id,
        user_id,
        refresh_hash,
        device.user_agent,
        device.ip,
        tx.now,
        expires_at,
    )


async def rotate(
    tx: WriteTx,
    session_id: UUID,
    generation: int,
    old_hash: bytes,
    new_hash: bytes,
    device: Device,
    expires_at: datetime,
) -> UUID | None:
    """Exchange the newest refresh token for the next; the user's id, None when it is not the newest of an open
    session. One conditional UPDATE, so of two exchanges of one token exactly one succeeds."""
    return await tx.fetchval(
        "UPDATE identity.session SET generation = generation + 1, refresh_hash = $4, used_at = $5, expires_at = $6,"
        " user_agent = $7, ip = $8"
        " WHERE id = $1 AND generation = $2 AND refresh_hash = $3 AND revoked_at IS NULL AND expires_at > $5"
        " RETURNING user_id",
        session_id,
        generation,
        old_hash,
        new_hash,
        tx.now,
        expires_at,
        device.user_agent,
        device.ip,
    )


async def state(tx: ReadTx, session_id: UUID) -> SessionState | None:
    """How a session stands."""
    row = await tx.fetchrow("SELECT user_id, generation, revoked_at FROM identity.session WHERE id = $1", session_id)
    return SessionState(row["user_id"], row["generation"], row["revoked_at"]) if row else None


async def revoke(tx: WriteTx, session_id: UUID, user_id: UUID, cause: RevocationCause) -> bool:
    """Close one session of a user; False when there is none open."""
    return bool(
        await tx.execute(
            "UPDATE identity.session SET revoked_at = $3, revoked_for = $4"
            " WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
            session_id,
            user_id,
            tx.now,
            cause.value,
        )
    )


async def revoke_all(tx: WriteTx, user_id: UUID, cause: RevocationCause, *, but: UUID | None) -> list[UUID]:
    """Close a user's open sessions but one; their ids: session_of_user. Locked in id order."""
    rows = await tx.fetch(
        "WITH open AS (SELECT id FROM identity.session WHERE user_id = $1 AND revoked_at IS NULL"
        " AND id IS DISTINCT FROM $4::uuid ORDER BY id FOR UPDATE)"
        " UPDATE identity.session s SET revoked_at = $2, revoked_for = $3 FROM open WHERE s.id = open.id"
        " RETURNING s.id",
        user_id,
        tx.now,
        cause.value,
        but,
    )
    return [row["id"] for row in rows]


async def of_user(tx: ReadTx, user_id: UUID, current: UUID) -> list[SessionView]:
    """A user's open sessions, newest first: session_of_user."""
    rows = await tx.fetch(
        "SELECT id, user_agent, ip, created_at, used_at, expires_at FROM identity.session"
        " WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT 100",
        user_id,
        tx.now,
    )
    return [
        SessionView(
            id=row["id"],
            user_agent=row["user_agent"],
            ip=row["ip"],
            created_at=row["created_at"],
            used_at=row["used_at"],
            expires_at=row["expires_at"],
            current=row["id"] == current,
        )
        for row in rows
    ]


async def revoked_since(tx: ReadTx, since: datetime) -> list[tuple[UUID, datetime]]:
    """Sessions closed after a moment, oldest first: session_revoked."""
    rows = await tx.fetch(
        "SELECT id, revoked_at FROM identity.session WHERE revoked_at > $1 ORDER BY revoked_at", since
    )
    return [(row["id"], row["revoked_at"]) for row in rows]


async def delete_expired(tx: WriteTx, before: datetime, limit: int) -> int:
    """Forget sessions that ended before a moment, some at a time: session_expires."""
    return await tx.execute(
        "DELETE FROM identity.session WHERE id IN (SELECT id FROM identity.session WHERE expires_at < $1"
        " ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        before,
        limit,
    )
