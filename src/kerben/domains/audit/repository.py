"""SQL of the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from kerben.domains.audit.model import AuditEntry, AuditFilter, RecordedEntry
from kerben.platform.db import ReadTx, Row, WriteTx

_INSERT: Final = """
INSERT INTO audit.entry
    (id, at, actor_id, actor_role, action, entity, entity_id, before, after, ip, request_id, merchant_id)
SELECT e.id, $1, e.actor_id, e.actor_role, e.action, e.entity, e.entity_id, e.before::jsonb, e.after::jsonb, e.ip, $2,
       e.merchant_id
FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::uuid[])
    AS e(id, actor_id, actor_role, action, entity, entity_id, before, after, ip, merchant_id)
"""

# Reads the primary key backwards, or entry_entity / entry_actor when those are asked for.
_LIST: Final = """
SELECT id, at, actor_id, actor_role, action, entity, entity_id, before, after, ip, request_id, merchant_id
FROM audit.entry
WHERE ($1::uuid IS NULL OR actor_id = $1)
  AND ($2::text IS NULL OR entity = $2)
  AND ($3::text IS NULL OR entity_id = $3)
  AND ($4::text IS NULL OR action = $4)
  AND ($5::timestamptz IS NULL OR at >= $5)
  AND ($6::timestamptz IS NULL OR at < $6)
  AND ($7::uuid IS NULL OR id < $7)
ORDER BY id DESC
LIMIT $8
"""


def _json(values: dict[str, Any] | None) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()


async def insert(tx: WriteTx, entries: Sequence[AuditEntry], request_id: str | None) -> None:
    """Add entries in the given order."""
    await tx.execute(
        _INSERT,
        tx.now,
        request_id,
        [tx.new_id() for _ in entries],
        [e.actor_id for e in entries],
        [e.actor_role for e in entries],
        [e.action for e in entries],
        [e.entity for e in entries],
        [e.entity_id for e in entries],
        [_json(e.before) for e in entries],
        [_json(e.after) for e in entries],
        [e.ip for e in entries],
        [e.merchant_id for e in entries],
    )


async def page(tx: ReadTx, wanted: AuditFilter, before_id: UUID | None, limit: int) -> list[RecordedEntry]:
    """Entries newest first, older than `before_id`. Uses entry_entity, entry_actor or entry_pkey, by the filter."""
    rows = await tx.fetch(
        _LIST,
        wanted.actor_id,
        wanted.entity,
        wanted.entity_id,
        wanted.action,
        wanted.since,
        wanted.until,
        before_id,
        limit,
    )
    return [_entry(row) for row in rows]


async def page_of_merchant(tx: ReadTx, merchant_id: UUID, before_id: UUID | None, limit: int) -> list[RecordedEntry]:
    """Entries about a merchant's things, newest first, older than `before_id`. Uses entry_merchant."""
    rows = await tx.fetch(
        """
        SELECT id, at, actor_id, actor_role, action, entity, entity_id, before, after, ip, request_id, merchant_id
        FROM audit.entry
        WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
        """,
        merchant_id,
        before_id,
        limit,
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> RecordedEntry:
    return RecordedEntry(
        id=row["id"],
        at=row["at"],
        actor_id=row["actor_id"],
        actor_role=row["actor_role"],
        action=row["action"],
        entity=row["entity"],
        entity_id=row["entity_id"],
        before=_values(row["before"]),
        after=_values(row["after"]),
        ip=row["ip"],
        request_id=row["request_id"],
        merchant_id=row["merchant_id"],
    )


def _values(text: str | None) -> dict[str, Any] | None:
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])
