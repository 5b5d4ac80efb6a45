"""Merchants, shops and who acts for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

import msgspec

from kerben.domains.geo.model import Latitude, Longitude

Hours = dict[str, str]
"""Opening hours: mon … sun → "09:00-18:00" (several with commas) or "closed"; a missing day is not said."""


class StaffRole(StrEnum):
    """What a person may do for a merchant."""

    OWNER = "owner"
    MANAGER = "manager"
    CASHIER = "cashier"
    STOREKEEPER = "storekeeper"
    ACCOUNTANT = "accountant"


ADMIN: Final = "admin"
"""The role in an access object of somebody who acts with the platform's own rights."""

PARTNER: Final = "partner"
"""The role in an access object of a partner's program; its `actor` is the key's id."""


class Scope(StrEnum):
    """What a partner's key may be used for."""

    CATALOG_READ = "catalog.read"
    CATALOG_WRITE = "catalog.write"
    STOCK_READ = "stock.read"
    STOCK_WRITE = "stock.write"
    ORDERS_READ = "orders.read"
    BILLS_WRITE = "bills.write"


class Partner(msgspec.Struct, frozen=True):
    """A partner's program that calls with a key. `shop_ids` None means every shop of the merchant."""

    key_id: UUID
    name: str
    merchant_id: UUID
    shop_ids: frozenset[UUID] | None
    scopes: frozenset[Scope]


class PayoutStatus(StrEnum):
    """Whether a merchant can be paid out."""

    NONE = "none"
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


EligibilityMode = Literal["pos", "manual", "hybrid"]
"""pos: a shop sells online while its till is alive; manual: buyers always contact; hybrid: the rule per shop."""

PriceMaster = Literal["pos", "platform"]
"""Whose price wins when a sale at the counter has another one."""


class MerchantAccess(msgspec.Struct, frozen=True):
    """Proof that `actor` (a user's id, or a partner key's) may act for a whole merchant, as a staff role, as "admin"
    or as "partner"."""

    merchant_id: UUID
    role: str
    actor: UUID


class ShopAccess(msgspec.Struct, frozen=True):
    """Proof that `actor` (a user's id, or a partner key's) may act for a shop, as a staff role, as "admin" or as
    "partner"."""

    shop_id: UUID
    merchant_id: UUID
    role: str
    actor: UUID


class MerchantFacts(msgspec.Struct, frozen=True):
    """A merchant as other domains see it; no payout account."""

    id: UUID
    owner_id: UUID
    name: str
    description: str
    verified: bool
    payout_status: PayoutStatus
    eligibility_mode: EligibilityMode
    price_master: PriceMaster


class Merchant(msgspec.Struct, frozen=True):
    """A merchant as its owner and admins see it; the account number only by its last four characters."""

    id: UUID
    owner_id: UUID
    name: str
    description: str
    verified_at: datetime | None
    payout_status: PayoutStatus
    payout_account_last4: str | None
    payout_bank_name: str | None
    eligibility_mode: EligibilityMode
    price_master: PriceMaster
    created_at: datetime
    updated_at: datetime


class Waiting(msgspec.Struct, frozen=True):
    """How many merchants wait to be verified, and to have their payouts activated."""

    unverified: int
    payouts: int


class PayoutAccount(msgspec.Struct, frozen=True):
    """Where a merchant is paid out. The number is a secret: do not log or show it."""

    account_number: str
    bank_name: str
    status: PayoutStatus

    def __repr__(self) -> str:
        return f"PayoutAccount(…{self.account_number[-4:]}, {self.bank_name!r}, {self.status})"


class NewMerchant(msgspec.Struct, frozen=True):
    """A merchant to be added."""

    owner_id: UUID
    name: str
    description: str = ""


class NewShop(msgspec.Struct, frozen=True):
    """A shop to be added; `lat` and `lon` in degrees (WGS 84), the phone in E.164."""

    merchant_id: UUID
    name: str
    address: str
    phone: str
    lat: float
    lon: float
    hours: Hours = msgspec.field(default_factory=dict[str, str])
    place_id: UUID | None = None
    photos: list[str] = msgspec.field(default_factory=list[str])


class ShopFacts(msgspec.Struct, frozen=True):
    """A shop with what its merchant decides for it. `price_master` is the shop's own setting or the merchant's."""

    id: UUID
    merchant_id: UUID
    name: str
    merchant_name: str
    address: str
    phone: str
    lat: float
    lon: float
    hours: Hours
    place_id: UUID | None
    verified: bool
    payout_status: PayoutStatus
    eligibility_mode: EligibilityMode
    price_master: PriceMaster
    is_active: bool = True
    photos: list[str] = msgspec.field(default_factory=list[str])


class ShopPoint(msgspec.Struct, frozen=True, gc=False):
    """A shop as a directory in memory keeps it. `text`: the words it is found by, of its name and its merchant's, a
    bar, and those of its address; `order`: what sorts names as people do, 2 before 10."""

    id: UUID
    merchant_id: UUID
    name: str
    merchant_name: str
    address: str
    lat: float
    lon: float
    place_id: UUID | None
    verified: bool
    payout_status: PayoutStatus
    eligibility_mode: EligibilityMode
    is_active: bool
    text: str
    order: str


class StaffMember(msgspec.Struct, frozen=True):
    """One role of a person at a merchant; `shop_ids` None means every shop, and only such a role counts for the
    merchant as a whole. Different roles in different shops are several of these."""

    merchant_id: UUID
    user_id: UUID
    role: StaffRole
    shop_ids: list[UUID] | None = None


class MerchantPatch(msgspec.Struct, frozen=True):
    """What an owner may change of a merchant; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    eligibility_mode: EligibilityMode | msgspec.UnsetType = msgspec.UNSET
    price_master: PriceMaster | msgspec.UnsetType = msgspec.UNSET


class ShopPatch(msgspec.Struct, frozen=True):
    """What may be changed of a shop; what is left out stays. `price_master` null: as the merchant says."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    address: str | msgspec.UnsetType = msgspec.UNSET
    phone: str | msgspec.UnsetType = msgspec.UNSET
    lat: Latitude | msgspec.UnsetType = msgspec.UNSET
    lon: Longitude | msgspec.UnsetType = msgspec.UNSET
    hours: Hours | msgspec.UnsetType = msgspec.UNSET
    place_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    photos: list[str] | msgspec.UnsetType = msgspec.UNSET
    price_master: PriceMaster | msgspec.UnsetType | None = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class NearShop(msgspec.Struct, frozen=True):
    """A shop within a circle and how far it is from the middle, in metres."""

    shop_id: UUID
    distance_m: float
