"""The public surface of inventory."""

from __future__ import annotations

from kerben.domains.inventory.errors import AlreadyReservedError, NegativeStockError, UnknownStockError
from kerben.domains.inventory.events import Oversold, StockChanged
from kerben.domains.inventory.model import (
    Adjustment,
    AdjustmentCause,
    OpeningStock,
    OutOfStock,
    Reservation,
    ReserveLine,
    ReserveRequest,
    Shortage,
    StockChange,
    StockLevel,
    StockTarget,
)
from kerben.domains.inventory.service import (
    active_reservations,
    adjust,
    extend,
    free_stock,
    hand_over,
    history,
    levels,
    levels_of_shop,
    open_stock,
    release,
    reserve,
    restock,
    set_on_hand,
)

__all__ = [
    "Adjustment",
    "AdjustmentCause",
    "AlreadyReservedError",
    "NegativeStockError",
    "OpeningStock",
    "OutOfStock",
    "Oversold",
    "Reservation",
    "ReserveLine",
    "ReserveRequest",
    "Shortage",
    "StockChange",
    "StockChanged",
    "StockLevel",
    "StockTarget",
    "UnknownStockError",
    "active_reservations",
    "adjust",
    "extend",
    "free_stock",
    "hand_over",
    "history",
    "levels",
    "levels_of_shop",
    "open_stock",
    "release",
    "reserve",
    "restock",
    "set_on_hand",
]
