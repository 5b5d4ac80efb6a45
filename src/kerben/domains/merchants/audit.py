"""What a merchant's owner and managers may read of the audit log: what was done with their own things."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from kerben.domains.audit.api import RecordedEntry, entries_of_merchant
from kerben.domains.identity.api import names_of
from kerben.domains.merchants import partner_repository
from kerben.domains.merchants.model import ADMIN, PARTNER, MerchantAccess
from kerben.platform.db import ReadTx
from kerben.platform.http import Page

PLATFORM: Final = "Kerben"
"""What sellers read instead of the name of somebody who works for the platform."""
_PLATFORM_ROLES: Final = frozenset({ADMIN, "support"})


class SellerEntry(msgspec.Struct, frozen=True):
    """One deed. `actor_name` null: the platform by itself. Addresses of people are not told."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str | None
    actor_role: str
    action: str
    entity: str
    entity_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def merchant_audit(tx: ReadTx, access: MerchantAccess, cursor: str | None, limit: int) -> Page[SellerEntry]:
    """A page of a merchant's log, newest first. InvalidRequestError when the cursor is not ours."""
    page = await entries_of_merchant(tx, access.merchant_id, cursor, limit)
    people = {e.actor_id for e in page.items if e.actor_role not in {PARTNER, *_PLATFORM_ROLES}}
    keys = {e.actor_id for e in page.items if e.actor_id is not None and e.actor_role == PARTNER}
    names = await names_of(tx, people)
    if keys:
        names |= await partner_repository.names(tx, access.merchant_id, sorted(keys))
    return Page([_view(e, names) for e in page.items], page.next_cursor)


def _view(entry: RecordedEntry, names: dict[UUID, str]) -> SellerEntry:
    actor_id, name = entry.actor_id, names.get(entry.actor_id) if entry.actor_id else None
    if entry.actor_role in _PLATFORM_ROLES:
        actor_id, name = None, PLATFORM
    return SellerEntry(
        entry.id, entry.at, actor_id, name, entry.actor_role, entry.action, entry.entity, entry.entity_id,
        entry.before, entry.after,
    )  # fmt: skip
