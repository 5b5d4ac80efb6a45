"""Recording and reading the audit log."""

from __future__ import annotations

from uuid import UUID

from kerben.domains.audit import repository
from kerben.domains.audit.model import AuditEntry, AuditFilter, RecordedEntry
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.http import Page, decode_cursor, encode_cursor
from kerben.platform.logs import current_request_id


async def record(tx: WriteTx, *entries: AuditEntry) -> None:
    """Add entries in the transaction of the deed itself, so that one never exists without the other."""
    if entries:
        await repository.insert(tx, entries, current_request_id())


async def list_entries(tx: ReadTx, wanted: AuditFilter, cursor: str | None, limit: int) -> Page[RecordedEntry]:
    """A page of entries, newest first. InvalidRequestError when the cursor is not ours."""
    position = decode_cursor(cursor, tuple[UUID])
    return _page(await repository.page(tx, wanted, position[0] if position else None, limit + 1), limit)


async def entries_of_merchant(tx: ReadTx, merchant_id: UUID, cursor: str | None, limit: int) -> Page[RecordedEntry]:
    """A page of what was done with a merchant's things, newest first. The caller has checked who asks.

    InvalidRequestError when the cursor is not ours.
    """
    position = decode_cursor(cursor, tuple[UUID])
    before = position[0] if position else None
    return _page(await repository.page_of_merchant(tx, merchant_id, before, limit + 1), limit)


def _page(found: list[RecordedEntry], limit: int) -> Page[RecordedEntry]:
    more = len(found) > limit
    items = found[:limit]
    return Page(items, encode_cursor(items[-1].id) if more else None)
