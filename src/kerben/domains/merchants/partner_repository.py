"""SQL of partners' keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.merchants.model import Partner, Scope
from kerben.domains.merchants.staffing_model import ApiKey
from kerben.platform.db import ReadTx, Row, WriteTx

_SELECT: Final = """
SELECT k.id, k.name, s.prefix, k.scopes, k.shop_ids, k.created_by, k.created_at, k.expires_at, k.revoked_at,
       k.last_used_at, (
           SELECT max(f.valid_until) FROM merchants.api_key_secret AS f WHERE f.key_id = k.id AND f.valid_until > $2
       ) AS former_valid_until
FROM merchants.api_key AS k JOIN merchants.api_key_secret AS s ON s.key_id = k.id AND s.valid_until IS NULL
"""


class NewKey(msgspec.Struct, frozen=True):
    """A key to be added."""

    merchant_id: UUID
    name: str
    scopes: Sequence[Scope]
    shop_ids: Sequence[UUID] | None
    expires_at: datetime | None
    created_by: UUID


class KnownKey(msgspec.Struct, frozen=True):
    """Who a secret stands for, and until when; None: until it is revoked or replaced."""

    partner: Partner
    valid_until: datetime | None


def _key(row: Row) -> ApiKey:
    return ApiKey(
        id=row["id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=[Scope(scope) for scope in row["scopes"]],
        shop_ids=row["shop_ids"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
        former_valid_until=row["former_valid_until"],
    )


async def by_hash(tx: ReadTx, secret_hash: bytes) -> KnownKey | None:
    """A working key by the hash of one of its secrets. Uses api_key_secret_pkey, api_key_pkey."""
    row = await tx.fetchrow(
        """
        SELECT k.id, k.name, k.merchant_id, k.shop_ids, k.scopes, least(k.expires_at, s.valid_until) AS valid_until
        FROM merchants.api_key_secret AS s JOIN merchants.api_key AS k ON k.id = s.key_id
        WHERE s.hash = $1 AND k.revoked_at IS NULL
            AND (k.expires_at IS NULL OR k.expires_at > $2) AND (s.valid_until IS NULL OR s.valid_until > $2)
        """,
        secret_hash,
        tx.now,
    )
    if row is None:
        return None
    shops = frozenset(row["shop_ids"]) if row["shop_ids"] is not None else None
    scopes = frozenset(Scope(scope) for scope in row["scopes"])
    return KnownKey(Partner(row["id"], row["name"], row["merchant_id"], shops, scopes), row["valid_until"])


async def of_merchant(tx: ReadTx, merchant_id: UUID) -> list[ApiKey]:
    """Keys of a merchant, revoked ones too, newest first, at most 200. Uses api_key_merchant."""
    rows = await tx.fetch(f"{_SELECT} WHERE k.merchant_id = $1 ORDER BY k.id DESC LIMIT 200", merchant_id, tx.now)
    return [_key(row) for row in rows]


async def by_id(tx: ReadTx, merchant_id: UUID, key_id: UUID) -> ApiKey | None:
    """A key of a merchant. Uses api_key_pkey."""
    row = await tx.fetchrow(f"{_SELECT} WHERE k.merchant_id = $1 AND k.id = $3", merchant_id, tx.now, key_id)
    return _key(row) if row else None


async def lock(tx: WriteTx, merchant_id: UUID, key_id: UUID) -> bool:
    """Hold a key until the transaction ends; False when the merchant has none such. Uses api_key_pkey."""
    return bool(
        await tx.fetchval(
            "SELECT true FROM merchants.api_key WHERE id = $2 AND merchant_id = $1 FOR NO KEY UPDATE",
            merchant_id,
            key_id,
        )
    )


async def count_working(tx: ReadTx, merchant_id: UUID) -> int:
    """How many keys of a merchant work. Uses api_key_merchant."""
    return int(
        await tx.fetchval(
            """
            SELECT count(*) FROM merchants.api_key
            WHERE merchant_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
            """,
            merchant_id,
            tx.now,
        )
    )


async def insert(tx: WriteTx, new: NewKey) -> UUID:
    """Add a key without a secret; its id."""
    return await tx.fetchval(
        """
        INSERT INTO merchants.api_key (id, merchant_id, name, scopes, shop_ids, created_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
        """,
        tx.new_id(),
        new.merchant_id,
        new.name,
        sorted(scope.value for scope in new.scopes),
        None if new.shop_ids is None else list(new.shop_ids),
        new.created_by,
        tx.now,
        new.expires_at,
    )


async def insert_secret(tx: WriteTx, key_id: UUID, secret_hash: bytes, prefix: str) -> None:
    """Add the secret of a key that has no current one."""
    await tx.execute(
        "INSERT INTO merchants.api_key_secret (hash, key_id, prefix, created_at) VALUES ($1, $2, $3, $4)",
        secret_hash,
        key_id,
        prefix,
        tx.now,
    )


async def retire_secrets(tx: WriteTx, key_id: UUID, grace: timedelta) -> None:
    """Let a key's secrets work until the grace is over at most, and forget those whose time has come.
    Uses api_key_secret_key."""
    await tx.execute(
        """
        UPDATE merchants.api_key_secret SET valid_until = least(coalesce(valid_until, $2), $2) WHERE key_id = $1
        """,
        key_id,
        tx.now + grace,
    )
    await tx.execute("DELETE FROM merchants.api_key_secret WHERE key_id = $1 AND valid_until <= $2", key_id, tx.now)


async def revoke(tx: WriteTx, merchant_id: UUID, key_id: UUID) -> bool:
    """End a key; False when it was revoked before. Uses api_key_pkey."""
    return bool(
        await tx.execute(
            """
            UPDATE merchants.api_key SET revoked_at = $3
            WHERE id = $2 AND merchant_id = $1 AND revoked_at IS NULL
            """,
            merchant_id,
            key_id,
            tx.now,
        )
    )


async def mark_used(tx: WriteTx, key_id: UUID, pause: timedelta) -> None:
    """Note that a key is used, unless that was noted just now, by whichever process. Uses api_key_pkey."""
    await tx.execute(
        """
        UPDATE merchants.api_key SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)
        """,
        key_id,
        tx.now,
        tx.now - pause,
    )


async def names(tx: ReadTx, merchant_id: UUID, key_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of a merchant's keys by id, revoked ones too. Uses api_key_pkey."""
    rows = await tx.fetch(
        "SELECT id, name FROM merchants.api_key WHERE id = ANY($2::uuid[]) AND merchant_id = $1",
        merchant_id,
        list(key_ids),
    )
    return {row["id"]: row["name"] for row in rows}
