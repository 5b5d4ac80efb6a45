"""The sums of a shop's day at its tills."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

CONSUMER: Final = "pos.daily_summaries"
"""The reaction that keeps the sums; its position says which receipts they hold."""


class DaySummary(msgspec.Struct, frozen=True):
    """Receipts made on one day in Bishkek, whenever they arrived. Amounts in minor units, items in thousandths.

    `cash`, `card`, `qr` and `other` are what came in and stayed that way; they add up to the revenue. `late_receipts`
    arrived on a later day than they were made; they are in all other figures too.
    """

    shop_id: UUID
    day: date
    currency: str
    sales: int
    sales_total: int
    refunds: int
    refunds_total: int
    voids: int
    voids_total: int
    refund_voids: int
    refund_voids_total: int
    cash: int
    card: int
    qr: int
    other: int
    items_sold: int
    discounts: int
    late_receipts: int
    late_total: int

    @property
    def revenue(self) -> int:
        """What came in and stayed."""
        return self.sales_total - self.refunds_total - self.voids_total + self.refund_voids_total

    @property
    def average_receipt(self) -> int | None:
        """The mean total of the day's sales, rounded half up; None without sales."""
        return (2 * self.sales_total + self.sales) // (2 * self.sales) if self.sales else None


class TopGood(msgspec.Struct, frozen=True):
    """What a variant brought on one day: what was sold less what came back."""

    variant_id: UUID
    qty_milli: int
    amount: int
