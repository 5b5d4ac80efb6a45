"""SQL of invitations to work for a merchant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.identity.api import Channel, Login
from kerben.domains.merchants.model import StaffRole
from kerben.domains.merchants.staffing_model import Invitation, InvitationStatus, Position
from kerben.platform.db import ReadTx, Row, WriteTx

_COLUMNS: Final = """
    id, merchant_id, channel, recipient, role, shop_ids, invited_by, created_at, sent_at, expires_at,
    accepted_at, withdrawn_at
"""
_OPEN: Final = "accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > "


class OpenInvitation(msgspec.Struct, frozen=True):
    """An invitation that can be accepted, and to whom it went."""

    id: UUID
    merchant_id: UUID
    login: Login
    position: Position
    invited_by: UUID


def _status(row: Row, now: datetime) -> InvitationStatus:
    if row["accepted_at"] is not None:
        return InvitationStatus.ACCEPTED
    if row["withdrawn_at"] is not None:
        return InvitationStatus.WITHDRAWN
    return InvitationStatus.OPEN if row["expires_at"] > now else InvitationStatus.EXPIRED


def _view(row: Row, now: datetime) -> Invitation:
    by_phone = row["channel"] == Channel.SMS
    return Invitation(
        id=row["id"],
        merchant_id=row["merchant_id"],
        phone=row["recipient"] if by_phone else None,
        email=None if by_phone else row["recipient"],
        role=StaffRole(row["role"]),
        shop_ids=row["shop_ids"],
        status=_status(row, now),
        invited_by=row["invited_by"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        expires_at=row["expires_at"],
    )


async def insert(
    tx: WriteTx, merchant_id: UUID, login: Login, position: Position, code_hash: bytes, by: UUID, life: timedelta
) -> UUID:
    """Add an invitation that was just sent; its id."""
    return await tx.fetchval(
        """
        INSERT INTO merchants.staff_invitation
            (id, merchant_id, channel, recipient, role, shop_ids, code_hash, invited_by, created_at, sent_at,
             expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10) RETURNING id
        """,
        tx.new_id(),
        merchant_id,
        login.channel.value,
        login.value,
        position.role.value,
        position.shop_ids,
        code_hash,
        by,
        tx.now,
        tx.now + life,
    )


async def by_id(tx: ReadTx, merchant_id: UUID, invitation_id: UUID) -> Invitation | None:
    """An invitation of a merchant. Uses staff_invitation_pkey."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM merchants.staff_invitation WHERE id = $1 AND merchant_id = $2",
        invitation_id,
        merchant_id,
    )
    return _view(row, tx.now) if row else None


async def page(tx: ReadTx, merchant_id: UUID, before: UUID | None, limit: int) -> list[Invitation]:
    """Invitations of a merchant, newest first, that come after `before`. Uses staff_invitation_merchant."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM merchants.staff_invitation
        WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
        """,
        merchant_id,
        before,
        limit,
    )
    return [_view(row, tx.now) for row in rows]


async def count_open(tx: ReadTx, merchant_id: UUID) -> int:
    """How many invitations of a merchant can be accepted. Uses staff_invitation_merchant."""
    return int(
        await tx.fetchval(
            f"SELECT count(*) FROM merchants.staff_invitation WHERE merchant_id = $1 AND {_OPEN} $2",
            merchant_id,
            tx.now,
        )
    )


async def renew(
    tx: WriteTx, merchant_id: UUID, invitation_id: UUID, code_hash: bytes, life: timedelta, sent_before: datetime
) -> bool:
    """Put a new code in place of the former; False when the invitation is accepted, withdrawn, or was sent just
    now. One that expired opens again. Uses staff_invitation_pkey."""
    return bool(
        await tx.execute(
            """
            UPDATE merchants.staff_invitation SET code_hash = $3, sent_at = $4, expires_at = $5
            WHERE id = $1 AND merchant_id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL AND sent_at <= $6
            """,
            invitation_id,
            merchant_id,
            code_hash,
            tx.now,
            tx.now + life,
            sent_before,
        )
    )


async def withdraw(tx: WriteTx, merchant_id: UUID, invitation_id: UUID) -> bool:
    """Withdraw an invitation; False when it was accepted or withdrawn before. Uses staff_invitation_pkey."""
    return bool(
        await tx.execute(
            """
            UPDATE merchants.staff_invitation SET withdrawn_at = $3
            WHERE id = $1 AND merchant_id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL
            """,
            invitation_id,
            merchant_id,
            tx.now,
        )
    )


async def withdraw_of(tx: WriteTx, merchant_id: UUID, invited_by: UUID) -> None:
    """Withdraw what a person invited who may not invite any more. Uses staff_invitation_merchant."""
    await tx.execute(
        f"""
        UPDATE merchants.staff_invitation SET withdrawn_at = $3
        WHERE merchant_id = $1 AND invited_by = $2 AND {_OPEN} $3
        """,
        merchant_id,
        invited_by,
        tx.now,
    )


async def by_code(tx: ReadTx, code_hash: bytes) -> OpenInvitation | None:
    """The open invitation of a code. Uses staff_invitation_code_hash_key."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM merchants.staff_invitation WHERE code_hash = $1 AND {_OPEN} $2", code_hash, tx.now
    )
    if row is None:
        return None
    login = Login(Channel(row["channel"]), row["recipient"])
    position = Position(StaffRole(row["role"]), row["shop_ids"])
    return OpenInvitation(row["id"], row["merchant_id"], login, position, row["invited_by"])


async def accept(tx: WriteTx, invitation_id: UUID, code_hash: bytes, user_id: UUID) -> bool:
    """Use an invitation up; of several who try exactly one gets True. Uses staff_invitation_pkey."""
    return bool(
        await tx.execute(
            f"""
            UPDATE merchants.staff_invitation SET accepted_at = $3, accepted_by = $4
            WHERE id = $1 AND code_hash = $2 AND {_OPEN} $3
            """,
            invitation_id,
            code_hash,
            tx.now,
            user_id,
        )
    )
