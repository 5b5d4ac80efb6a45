"""One-time codes, wrong guesses, the second factor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.identity import rules
from kerben.domains.identity.model import CodePurpose, Login
from kerben.platform.db import ReadTx, WriteTx

# One row per login and purpose. The WHERE is the resend limit: a pause after a code that was not used, and so many
# in an hour. It is part of the upsert, so requests that come together count as well.
_PUT_CODE: Final = """
INSERT INTO identity.code AS c (login, purpose, mac, created_at, expires_at, window_started_at)
VALUES ($1, $2, $3, $4, $5, $4)
ON CONFLICT (login, purpose) DO UPDATE SET
    mac = excluded.mac, created_at = excluded.created_at, expires_at = excluded.expires_at, tries = 0, used_at = NULL,
    window_started_at = CASE WHEN c.window_started_at <= $6 THEN $4 ELSE c.window_started_at END,
    sent = CASE WHEN c.window_started_at <= $6 THEN 1 ELSE c.sent + 1 END
WHERE (c.used_at IS NOT NULL OR c.created_at <= $7) AND (c.window_started_at <= $6 OR c.sent < $8)
RETURNING 1
"""


async def put_code(tx: WriteTx, login: Login, purpose: CodePurpose, mac: bytes) -> bool:
    """Replace the code of a login and purpose; False when it is too early for another."""
    return bool(
        await tx.fetchval(
            _PUT_CODE,
            login.value,
            purpose.value,
            mac,
            tx.now,
            tx.now + rules.CODE_LIFE,
            tx.now - rules.CODE_WINDOW,
            tx.now - rules.CODE_PAUSE,
            rules.CODES_PER_WINDOW,
        )
    )


async def count_try(tx: WriteTx, login: Login, purpose: CodePurpose) -> bytes | None:
    """Count a try of the current code and return its MAC; None when there is none, or no try is left."""
    return await tx.fetchval(
        "UPDATE identity.code SET tries = tries + 1"
        " WHERE login = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 AND tries < $4 RETURNING mac",
        login.value,
        purpose.value,
        tx.now,
        rules.CODE_TRIES,
    )


async def use_code(tx: WriteTx, login: Login, purpose: CodePurpose, mac: bytes) -> bool:
    """Use a code up; of several transactions exactly one gets True."""
    return bool(
        await tx.execute(
            "UPDATE identity.code SET used_at = $4"
            " WHERE login = $1 AND purpose = $2 AND mac = $3 AND used_at IS NULL AND expires_at > $4",
            login.value,
            purpose.value,
            mac,
            tx.now,
        )
    )


# An attempt's window or lock that is over starts anew; a lock is not made longer by guesses that come while it holds.
_FAIL: Final = """
INSERT INTO identity.attempt AS a (key, failures, allowed, window_started_at, locked_until)
SELECT f.key, 1, f.allowed, $3, CASE WHEN f.allowed <= 1 THEN $5::timestamptz END
FROM unnest($1::text[], $2::int[]) AS f(key, allowed) ORDER BY f.key
ON CONFLICT (key) DO UPDATE SET
    allowed = excluded.allowed,
    failures = CASE WHEN a.window_started_at <= $4 OR a.locked_until <= $3 THEN 1 ELSE a.failures + 1 END,
    window_started_at = CASE WHEN a.window_started_at <= $4 OR a.locked_until <= $3 THEN $3
                             ELSE a.window_started_at END,
    locked_until = CASE WHEN a.locked_until > $3 THEN a.locked_until
                        WHEN a.window_started_at <= $4 OR a.locked_until <= $3 THEN NULL
                        WHEN a.failures + 1 >= excluded.allowed THEN $5::timestamptz END
RETURNING failures > allowed AS refused, locked_until
"""


async def count_failures(tx: WriteTx, limits: Sequence[tuple[str, int]]) -> datetime | None:
    """Count a wrong guess against several (key, allowed) limits. Until when a limit that was already reached before
    this guess refuses; None when this guess was still among the allowed ones."""
    rows = await tx.fetch(
        _FAIL,
        [key for key, _ in limits],
        [allowed for _, allowed in limits],
        tx.now,
        tx.now - rules.LOCK_WINDOW,
        tx.now + rules.LOCK_TIME,
    )
    return max((row["locked_until"] for row in rows if row["refused"] and row["locked_until"]), default=None)


async def locked_until(tx: ReadTx, keys: Sequence[str]) -> datetime | None:
    """Until when the longest lock among the keys holds; None when none does."""
    return await tx.fetchval(
        "SELECT max(locked_until) FROM identity.attempt WHERE key = ANY($1::text[]) AND locked_until > $2",
        keys,
        tx.now,
    )


async def forgive(tx: WriteTx, key: str, *, only_unlocked: bool) -> bool:
    """Forget the wrong guesses of a key. With `only_unlocked`, False when it is locked just now: then a guess that
    was under way when the lock fell does not get in."""
    row = await tx.fetchrow("SELECT locked_until FROM identity.attempt WHERE key = $1 FOR UPDATE", key)
    if row is None:
        return True
    if only_unlocked and row["locked_until"] is not None and row["locked_until"] > tx.now:
        return False
    await tx.execute("DELETE FROM identity.attempt WHERE key = $1", key)
    return True


class TotpRow(msgspec.Struct, frozen=True):
    """A second factor as stored."""

    sealed_secret: bytes
    confirmed_at: datetime | None
    last_step: int


async def totp(tx: ReadTx, user_id: UUID) -> TotpRow | None:
    """A user's second factor, confirmed or not."""
    row = await tx.fetchrow(
        "SELECT sealed_secret, confirmed_at, last_step FROM identity.totp WHERE user_id = $1", user_id
    )
    return TotpRow(row["sealed_secret"], row["confirmed_at"], row["last_step"]) if row else None


async def put_totp(tx: WriteTx, user_id: UUID, sealed_secret: bytes, recovery_hashes: Sequence[bytes]) -> bool:
    """Store a new, unconfirmed second factor with its recovery codes; False when a confirmed one is there."""
    stored = await tx.execute(
        "INSERT INTO identity.totp AS t (user_id, sealed_secret, created_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret,"
        " created_at = excluded.created_at, last_step = 0 WHERE t.confirmed_at IS NULL",
        user_id,
        sealed_secret,
        tx.now,
    )
    if not stored:
        return False
    await tx.execute("DELETE FROM identity.recovery_code WHERE user_id = $1", user_id)
    await tx.execute(
        "INSERT INTO identity.recovery_code (user_id, hash) SELECT $1, h FROM unnest($2::bytea[]) AS h",
        user_id,
        recovery_hashes,
    )
    return True


async def put_confirmed_totps(
    tx: WriteTx, user_ids: Sequence[UUID], sealed_secrets: Sequence[bytes], recovery: Sequence[tuple[UUID, bytes]]
) -> None:
    """Store second factors that are in force at once, with (user, recovery hash) pairs; users must have none."""
    await tx.execute(
        "INSERT INTO identity.totp (user_id, sealed_secret, confirmed_at, created_at)"
        " SELECT t.user_id, t.sealed, $3, $3 FROM unnest($1::uuid[], $2::bytea[]) AS t(user_id, sealed)",
        user_ids,
        sealed_secrets,
        tx.now,
    )
    await tx.execute(
        "INSERT INTO identity.recovery_code (user_id, hash)"
        " SELECT r.user_id, r.hash FROM unnest($1::uuid[], $2::bytea[]) AS r(user_id, hash)",
        [user_id for user_id, _ in recovery],
        [code_hash for _, code_hash in recovery],
    )


async def has_second_factor(tx: ReadTx, user_id: UUID) -> bool:
    """Whether a second factor is in force: totp_pkey."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM identity.totp WHERE user_id = $1 AND confirmed_at IS NOT NULL)", user_id
        )
    )


async def use_totp_step(tx: WriteTx, user_id: UUID, step: int, *, confirm: bool) -> bool:
    """Use a time step up; False when it or a later one was used before."""
    return bool(
        await tx.execute(
            "UPDATE identity.totp SET last_step = $2,"
            " confirmed_at = CASE WHEN $4 THEN coalesce(confirmed_at, $3) ELSE confirmed_at END"
            " WHERE user_id = $1 AND last_step < $2 AND ($4 OR confirmed_at IS NOT NULL)",
            user_id,
            step,
            tx.now,
            confirm,
        )
    )


async def use_recovery_code(tx: WriteTx, user_id: UUID, code_hash: bytes) -> bool:
    """Use a recovery code up; False when it is none of the user's."""
    return bool(
        await tx.execute("DELETE FROM identity.recovery_code WHERE user_id = $1 AND hash = $2", user_id, code_hash)
    )


async def delete_totp(tx: WriteTx, user_id: UUID) -> bool:
    """Remove the second factor and its recovery codes."""
    return bool(await tx.execute("DELETE FROM identity.totp WHERE user_id = $1", user_id))


async def delete_stale(tx: WriteTx, codes_before: datetime, attempts_before: datetime, limit: int) -> int:
    """Forget codes and guesses that can no longer matter, some at a time: code_expires, attempt_window."""
    codes = await tx.execute(
        "DELETE FROM identity.code WHERE (login, purpose) IN (SELECT login, purpose FROM identity.code"
        " WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        codes_before,
        limit,
    )
    attempts = await tx.execute(
        "DELETE FROM identity.attempt WHERE key IN (SELECT key FROM identity.attempt"
        " WHERE window_started_at < $1 ORDER BY window_started_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        attempts_before,
        limit,
    )
    return codes + attempts
