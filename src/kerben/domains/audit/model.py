"""What an entry of the audit log says."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class AuditEntry(msgspec.Struct, frozen=True):
    """One deed. `before` and `after` hold the changed values and never a secret; `actor_id` None is the platform."""

    actor_id: UUID | None
    actor_role: str
    action: str
    entity: str
    entity_id: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    ip: str | None = None
    merchant_id: UUID | None = None
    """Whose things it is about; that merchant's owner and managers may read the entry."""


class RecordedEntry(msgspec.Struct, frozen=True):
    """An entry as it stands in the log."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_role: str
    action: str
    entity: str
    entity_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    ip: str | None
    request_id: str | None
    merchant_id: UUID | None


class AuditFilter(msgspec.Struct, frozen=True):
    """Which entries are wanted; None leaves a field open. `since` is inclusive, `until` exclusive."""

    actor_id: UUID | None = None
    entity: str | None = None
    entity_id: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
