"""What inventory speaks of. All quantities are integer thousandths of the unit of sale."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from kerben.platform import qty


class AdjustmentCause(StrEnum):
    """Why on hand changed."""

    OPENING = "opening"
    POS_SALE = "pos_sale"
    POS_REFUND = "pos_refund"
    POS_VOID = "pos_void"
    ORDER_HANDOVER = "order_handover"
    ORDER_RETURN = "order_return"
    GOODS_IN = "goods_in"
    STOCKTAKE = "stocktake"
    WRITE_OFF = "write_off"
    IMPORT = "import"
    MANUAL = "manual"


GUARDED: Final = frozenset(
    {
        AdjustmentCause.GOODS_IN,
        AdjustmentCause.STOCKTAKE,
        AdjustmentCause.WRITE_OFF,
        AdjustmentCause.IMPORT,
        AdjustmentCause.MANUAL,
    }
)
"""Causes that may not take on hand below zero: somebody typed them. What a till sold or an order carried away has
left the shop, whatever we thought was there."""


class StockLevel(msgspec.Struct, frozen=True):
    """Stock of one variant at one moment. On hand may be negative: a till sold more than we knew of."""

    variant_id: UUID
    shop_id: UUID
    on_hand_milli: int
    reserved_milli: int
    product_id: UUID
    updated_at: datetime
    low_stock_milli: int | None = None
    """At or below this much the seller is alerted; None: never."""

    @property
    def available_milli(self) -> int:
        """What can be bought online now; never below zero."""
        return qty.available(self.on_hand_milli, self.reserved_milli)


class OpeningStock(msgspec.Struct, frozen=True):
    """A variant that inventory is to know from now on, and what lies in the shop."""

    variant_id: UUID
    shop_id: UUID
    product_id: UUID
    qty_milli: int = 0


class StockChange(msgspec.Struct, frozen=True, kw_only=True):
    """One adjustment of on hand. `reference` is the order, sale or import it comes from; `unit_cost` is in minor
    units."""

    variant_id: UUID
    delta_milli: int
    cause: AdjustmentCause
    reference: UUID | None = None
    actor_id: UUID | None = None
    note: str | None = None
    unit_cost: int | None = None
    supplier: str | None = None


class StockTarget(msgspec.Struct, frozen=True, kw_only=True):
    """On hand as somebody counted it (stocktake) or a file says (import): set, not added."""

    variant_id: UUID
    on_hand_milli: int
    cause: AdjustmentCause
    reference: UUID | None = None
    actor_id: UUID | None = None
    note: str | None = None


class ReserveLine(msgspec.Struct, frozen=True):
    """Goods of one order line."""

    variant_id: UUID
    qty_milli: int


class ReserveRequest(msgspec.Struct, frozen=True):
    """Goods to keep for one order, all or nothing. `expires_at` None: until handed over or released."""

    order_id: UUID
    expires_at: datetime | None
    lines: list[ReserveLine]


class Shortage(msgspec.Struct, frozen=True):
    """A variant of which less is left than was asked for."""

    variant_id: UUID
    asked_milli: int
    left_milli: int


class OutOfStock(msgspec.Struct, frozen=True):
    """Why an order got nothing."""

    shortages: list[Shortage]


class Reservation(msgspec.Struct, frozen=True):
    """Goods that an order holds."""

    order_id: UUID
    variant_id: UUID
    qty_milli: int
    expires_at: datetime | None
    created_at: datetime


class Adjustment(msgspec.Struct, frozen=True):
    """One row of a variant's history."""

    id: UUID
    variant_id: UUID
    delta_milli: int
    cause: AdjustmentCause
    reference: UUID | None
    actor_id: UUID | None
    note: str | None
    unit_cost: int | None
    supplier: str | None
    created_at: datetime
