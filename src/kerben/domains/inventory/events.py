"""What inventory publishes."""

from __future__ import annotations

from uuid import UUID

from kerben.platform.events import Event, event


@event("inventory.stock_changed.v1", key="variant_id")
class StockChanged(Event, frozen=True):
    """Stock of a variant after a change; the documents' `inventory.updated`. One per variant and transaction."""

    variant_id: UUID
    product_id: UUID
    shop_id: UUID
    on_hand_milli: int
    reserved_milli: int


@event("inventory.oversold.v1", key="variant_id")
class Oversold(Event, frozen=True):
    """After a decrease less lies in the shop than orders have reserved; `missing_milli` is the difference."""

    variant_id: UUID
    shop_id: UUID
    missing_milli: int


@event("inventory.low_stock.v1", key="variant_id")
class LowStock(Event, frozen=True):
    """What can be bought fell to the seller's alert level or below it; once per fall."""

    variant_id: UUID
    product_id: UUID
    shop_id: UUID
    available_milli: int
    threshold_milli: int
