"""What is said about staff, invitations and partners' keys."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.merchants.model import Scope, StaffRole

ShopIds = Annotated[list[UUID], Meta(min_length=1, max_length=500)]


class Position(msgspec.Struct, frozen=True):
    """A role in some shops; `shop_ids` null means in all, also in those to come."""

    role: StaffRole
    shop_ids: ShopIds | None = None


class StaffPerson(msgspec.Struct, frozen=True):
    """Somebody who works for a merchant, with all roles; several when they differ by shop."""

    user_id: UUID
    name: str
    phone: str | None
    email: str | None
    positions: list[Position]


class StaffChange(msgspec.Struct, frozen=True):
    """The only role from now on (`role`, `shop_ids`), or several that differ by shop (`positions`)."""

    role: StaffRole | None = None
    shop_ids: ShopIds | None = None
    positions: Annotated[list[Position], Meta(min_length=1, max_length=5)] | None = None


class InvitationStatus(StrEnum):
    """How an invitation stands; only an open one can be accepted."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Invitation(msgspec.Struct, frozen=True):
    """An invitation to work for a merchant, as its owner and managers see it; the code is known to the invited
    person only."""

    id: UUID
    merchant_id: UUID
    phone: str | None
    email: str | None
    role: StaffRole
    shop_ids: list[UUID] | None
    status: InvitationStatus
    invited_by: UUID
    created_at: datetime
    sent_at: datetime
    expires_at: datetime


class Joined(msgspec.Struct, frozen=True):
    """The answer to an accepted invitation: the person's roles at the merchant now."""

    merchant_id: UUID
    merchant_name: str
    positions: list[Position]


class ApiKey(msgspec.Struct, frozen=True):
    """A partner's key without its secret; `prefix` is the beginning of the newest one. `former_valid_until`: a
    replaced secret still works until then."""

    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    shop_ids: list[UUID] | None
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    former_valid_until: datetime | None


class IssuedKey(msgspec.Struct, frozen=True):
    """A new secret, shown this once: send it as `X-API-Key`."""

    secret: str
    key: ApiKey

    def __repr__(self) -> str:
        return f"IssuedKey({self.key.prefix}…)"
