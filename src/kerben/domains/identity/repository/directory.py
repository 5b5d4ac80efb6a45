"""Users as an admin's console lists, blocks and unblocks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.identity.model import UserRow
from kerben.domains.identity.repository.users import COLUMNS, user_of
from kerben.platform.db import ReadTx, WriteTx

_ALL: Final = "u.kind = 'account' AND $1::text IS NULL"
_WORKING: Final = f"{_ALL} AND u.roles && ARRAY['cook', 'courier', 'support', 'admin']"
_MATCHING: Final = (
    "u.kind = 'account'"
    " AND lower(u.name || ' ' || coalesce(u.phone, '') || ' ' || coalesce(u.email, '')) LIKE '%' || $1::text || '%'"
)


async def accounts(tx: ReadTx, words: str | None, role: str | None, before: UUID | None, limit: int) -> list[UserRow]:
    """Accounts, newest first, from before the cursor. `words`: part of a name, phone or address, in lower case and
    with the signs of LIKE escaped; `role`: one that not everybody has. Uses users_pkey, users_words or users_working.
    """
    chosen = _MATCHING if words is not None else _WORKING if role is not None else _ALL
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM identity.users u
        WHERE {chosen} AND ($2::text IS NULL OR $2 = ANY(u.roles)) AND ($3::uuid IS NULL OR u.id < $3)
        ORDER BY u.id DESC LIMIT $4
        """,
        words,
        role,
        before,
        limit,
    )
    return [user_of(row) for row in rows]


async def names(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of users by id. Uses users_pkey."""
    rows = await tx.fetch("SELECT id, name FROM identity.users WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"]: row["name"] for row in rows}


async def lock_admins(tx: WriteTx) -> list[UUID]:
    """Admins who are not blocked, held in id order until the transaction ends. Uses users_working."""
    rows = await tx.fetch(
        """
        SELECT id FROM identity.users
        WHERE kind = 'account' AND roles && ARRAY['cook', 'courier', 'support', 'admin'] AND 'admin' = ANY(roles)
          AND blocked_at IS NULL
        ORDER BY id FOR NO KEY UPDATE
        """
    )
    return [row["id"] for row in rows]


async def block(tx: WriteTx, user_id: UUID, reason: str) -> bool:
    """Block an account; False when it is none or blocked already. Uses users_pkey."""
    return bool(
        await tx.execute(
            "UPDATE identity.users SET blocked_at = $2, block_reason = $3"
            " WHERE id = $1 AND kind = 'account' AND blocked_at IS NULL",
            user_id,
            tx.now,
            reason,
        )
    )


async def unblock(tx: WriteTx, user_id: UUID) -> bool:
    """Lift an account's block; False when there is none. Uses users_pkey."""
    return bool(
        await tx.execute(
            "UPDATE identity.users SET blocked_at = NULL, block_reason = NULL"
            " WHERE id = $1 AND blocked_at IS NOT NULL",
            user_id,
        )
    )
