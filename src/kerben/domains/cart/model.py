"""Carts and how they are shown. Amounts are minor units, quantities thousandths inside and numbers outside."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from kerben.platform.money import MoneyView
from kerben.platform.qty import Unit


class Owner(msgspec.Struct, frozen=True):
    """Whose cart: a user's, or that of whoever holds a token."""

    user_id: UUID | None = None
    token_hash: bytes | None = None


class Wanted(msgspec.Struct, frozen=True):
    """How much of a variant a cart shall hold; 0 takes it out."""

    owner: Owner
    variant_id: UUID
    amount: int | float


class CartItem(msgspec.Struct, frozen=True):
    """A stored item, with the price that the buyer saw when the quantity was last set."""

    variant_id: UUID
    qty_milli: int
    seen_price: int
    seen_currency: str
    added_at: datetime


class Trouble(StrEnum):
    """Why a line cannot be ordered as it is."""

    GONE = "gone"
    """The variant is no longer sold."""
    OUT_OF_STOCK = "out_of_stock"
    NOT_ENOUGH = "not_enough"
    """Fewer are left than the cart holds."""
    SHOP_CLOSED = "shop_closed"
    """The shop does not sell online just now."""


class CartLine(msgspec.Struct, frozen=True):
    """One line: `unit_price` × `qty` = `amount`. A line that is not `available` does not count in the totals."""

    variant_id: UUID
    product_id: UUID | None
    name: str | None
    sku: str | None
    attributes: dict[str, str]
    unit: Unit
    qty: int | float
    stock_qty: int | float
    unit_price: MoneyView
    amount: MoneyView
    available: bool
    trouble: Trouble | None
    price_was: MoneyView | None
    """The price when it was put in, where it has changed since."""


class CartGroup(msgspec.Struct, frozen=True):
    """What is ordered from one shop: one order. `total` is the sum of its available lines."""

    shop_id: UUID | None
    shop_name: str | None
    merchant_id: UUID | None
    buy_eligibility: str
    lines: list[CartLine]
    total: MoneyView


class CartView(msgspec.Struct, frozen=True):
    """A cart; `total` is the sum of its groups."""

    groups: list[CartGroup]
    items_count: int
    total: MoneyView
    token: str | None = None
    """The guest's token (also in the header X-Cart-Token), when there is one."""
