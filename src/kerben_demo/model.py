"""The demo market as plain data. Every entity carries a UUID that is the same in every build with the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_DNS, UUID, uuid5

Role = Literal["admin", "owner", "staff", "buyer"]
Duty = Literal["manager", "cashier"]
Till = Literal["reserved", "alive", "silent", "none"]
PayoutStatus = Literal["none", "pending", "active"]
Unit = Literal["pcs", "kg"]

_NAMESPACE = uuid5(NAMESPACE_DNS, "demo.kerben")


def stable_id(key: str) -> UUID:
    """Return the id that belongs to a name such as "place:dordoi"; the same name always gives the same id."""
    return uuid5(_NAMESPACE, key)


@dataclass(frozen=True, slots=True)
class Place:
    """A bazaar or mall; its shops lie within `radius_m` metres. `accuracy_m` is how far its point may be off."""

    id: UUID
    slug: str
    name: str
    short_name: str
    kind: str
    address: str
    description: str
    lat: float
    lon: float
    radius_m: int
    accuracy_m: int


@dataclass(frozen=True, slots=True)
class Category:
    """A line of the category directory; `picture` is the kind of drawing its goods use unless they name another."""

    id: UUID
    slug: str
    name: str
    parent_id: UUID | None
    position: int
    picture: str


@dataclass(frozen=True, slots=True)
class User:
    """An account; `phone` is E.164 and unique. Owners and staff name their merchant, staff also their duty."""

    id: UUID
    role: Role
    name: str
    phone: str
    merchant_id: UUID | None
    duty: Duty | None


@dataclass(frozen=True, slots=True)
class Merchant:
    """A seller. `payout_status` is "none" before onboarding; bank and account are empty then."""

    id: UUID
    name: str
    legal_name: str
    description: str
    owner_id: UUID
    verified: bool
    payout_status: PayoutStatus
    bank_name: str
    account_number: str


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Local opening hours "HH:MM" on ISO weekdays (1 is Monday)."""

    weekdays: tuple[int, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop at a bazaar, or on a street (`place_id` is None).

    `till`: "alive" sends heartbeats, "silent" had a till that no longer does, "none" never had one, "reserved" is
    left to outside programs.
    """

    id: UUID
    merchant_id: UUID
    place_id: UUID | None
    name: str
    description: str
    address: str
    phone: str
    lat: float
    lon: float
    hours: OpeningHours
    till: Till
    trades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a shop; `draw(picture, picture_attributes, picture_seed)` draws it.

    For one variant's picture draw with `{**picture_attributes, **variant.attributes}`.
    """

    id: UUID
    shop_id: UUID
    category_id: UUID
    name: str
    description: str
    picture: str
    picture_attributes: Mapping[str, str]
    picture_seed: int


@dataclass(frozen=True, slots=True)
class Variant:
    """What is sold: `price_minor` in tyiyn per piece or kilogram, `stock_milli` in thousandths of the unit."""

    id: UUID
    product_id: UUID
    shop_id: UUID
    sku: str
    barcode: str
    attributes: Mapping[str, str]
    price_minor: int
    currency: str
    unit: Unit
    stock_milli: int


@dataclass(frozen=True, slots=True)
class DemoMarket:
    """The whole market. The first two shops belong to two merchants and have reserved tills."""

    places: tuple[Place, ...]
    categories: tuple[Category, ...]
    users: tuple[User, ...]
    merchants: tuple[Merchant, ...]
    shops: tuple[Shop, ...]
    products: tuple[Product, ...]
    variants: tuple[Variant, ...]
