"""Messages that are to leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.identity.model import Channel
from kerben.platform.db import WriteTx


class OutgoingMessage(msgspec.Struct, frozen=True):
    """A message that this worker has taken for a while."""

    id: UUID
    channel: str
    recipient: str
    subject: str | None
    sealed_text: bytes
    attempts: int


async def insert(
    tx: WriteTx, channel: Channel, recipient: str, subject: str | None, sealed_text: bytes, expires_at: datetime
) -> None:
    """Store a message in the transaction that causes it."""
    await tx.execute(
        "INSERT INTO identity.message (id, channel, recipient, subject, sealed_text, created_at, expires_at, due_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $6)",
        tx.new_id(),
        channel.value,
        recipient,
        subject,
        sealed_text,
        tx.now,
        expires_at,
    )


# message_due. The row stays, due again after the lease, so a worker that dies while it sends loses nothing.
_TAKE: Final = """
UPDATE identity.message m SET due_at = $2, attempts = attempts + 1
FROM (SELECT id FROM identity.message WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
WHERE m.id = due.id AND m.expires_at > $1
RETURNING m.id, m.channel, m.recipient, m.subject, m.sealed_text, m.attempts
"""


async def take_due(tx: WriteTx, lease: timedelta, limit: int) -> list[OutgoingMessage]:
    """Take messages that are due, for the length of the lease; those too old to be of use are dropped first."""
    await tx.execute("DELETE FROM identity.message WHERE due_at <= $1 AND expires_at <= $1", tx.now)
    rows = await tx.fetch(_TAKE, tx.now, tx.now + lease, limit)
    return [
        OutgoingMessage(
            row["id"], row["channel"], row["recipient"], row["subject"], row["sealed_text"], row["attempts"]
        )
        for row in rows
    ]


async def delete(tx: WriteTx, ids: Sequence[UUID]) -> None:
    """Forget messages that were sent."""
    await tx.execute("DELETE FROM identity.message WHERE id = ANY($1::uuid[])", ids)


async def delay(tx: WriteTx, message_id: UUID, due_at: datetime) -> None:
    """Try a message again later."""
    await tx.execute("UPDATE identity.message SET due_at = $2 WHERE id = $1", message_id, due_at)
