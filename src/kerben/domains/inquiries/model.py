"""Call-back requests as they are asked, kept and shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class AvailabilityStatus(StrEnum):
    """Whether the shop has dealt with a request."""

    OPEN = "open"
    ANSWERED = "answered"


class AvailabilityOutcome(StrEnum):
    """What came of the call."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    NOT_REACHED = "not_reached"
    """Nobody took the call."""


class Question(msgspec.Struct, frozen=True):
    """What a buyer asks, with texts cleaned and the phone in E.164. Without a variant: about the product."""

    product_id: UUID
    variant_id: UUID | None
    name: str
    phone: str
    comment: str | None


class AskedRequest(msgspec.Struct, frozen=True):
    """All that a buyer hears of a request: nothing that somebody else, knowing the phone, could learn from it."""

    id: UUID
    status: AvailabilityStatus
    created_at: datetime


class Asking(msgspec.Struct, frozen=True):
    """What came of asking; `new` is false where this phone's request about the product is open already."""

    request: AskedRequest
    new: bool


class AvailabilityRequest(msgspec.Struct, frozen=True):
    """A stored request; `outcome`, `answered_at` and `answered_by` (a user's id) are there once it is answered."""

    id: UUID
    shop_id: UUID
    product_id: UUID
    variant_id: UUID | None
    name: str
    phone: str
    comment: str | None
    status: AvailabilityStatus
    outcome: AvailabilityOutcome | None
    note: str | None
    created_at: datetime
    answered_at: datetime | None
    answered_by: UUID | None


class AvailabilityRequestView(msgspec.Struct, frozen=True):
    """A request as the shop's staff see it, with the product's name and the variant's attributes of today."""

    id: UUID
    product_id: UUID
    product_name: str
    variant_id: UUID | None
    attributes: dict[str, str]
    name: str
    phone: str
    comment: str | None
    status: AvailabilityStatus
    outcome: AvailabilityOutcome | None
    note: str | None
    created_at: datetime
    answered_at: datetime | None
    answered_by: UUID | None


class OwnRequestView(msgspec.Struct, frozen=True):
    """A request as whoever asked sees it. The staff's note is not for him."""

    id: UUID
    product_id: UUID
    product_name: str
    variant_id: UUID | None
    attributes: dict[str, str]
    shop_id: UUID
    shop_name: str
    shop_phone: str
    comment: str | None
    status: AvailabilityStatus
    outcome: AvailabilityOutcome | None
    created_at: datetime
    answered_at: datetime | None
