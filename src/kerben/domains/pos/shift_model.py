"""Shifts of a till and the figures of their reports. Amounts in minor units of the shift's currency."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

CashType = Literal["in", "out"]


class Sums(msgspec.Struct):
    """Receipts of one kind: how many, and their totals by the way they were paid (`other`: the till did not say)."""

    count: int = 0
    cash: int = 0
    card: int = 0
    qr: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.cash + self.card + self.qr + self.other


class Figures(msgspec.Struct):
    """What the receipts of a stretch of time add up to.

    `voids` reverse sales, `refund_voids` reverse refunds. `discounts` are those of the sales that stand. The stored
    form of a Z report's figures: fields are only ever added.
    """

    sales: Sums = msgspec.field(default_factory=Sums)
    refunds: Sums = msgspec.field(default_factory=Sums)
    voids: Sums = msgspec.field(default_factory=Sums)
    refund_voids: Sums = msgspec.field(default_factory=Sums)
    discounts: int = 0
    first_receipt: str | None = None
    last_receipt: str | None = None
    cash_in_count: int = 0
    cash_in: int = 0
    cash_out_count: int = 0
    cash_out: int = 0

    @property
    def receipts(self) -> int:
        """How many receipts of any kind."""
        return self.sales.count + self.refunds.count + self.voids.count + self.refund_voids.count

    @property
    def revenue(self) -> Sums:
        """What came in and stayed, by the way it was paid; `count` is that of all receipts."""
        parts = ((self.sales, 1), (self.refunds, -1), (self.voids, -1), (self.refund_voids, 1))
        return Sums(
            count=self.receipts,
            cash=sum(sign * part.cash for part, sign in parts),
            card=sum(sign * part.card for part, sign in parts),
            qr=sum(sign * part.qr for part, sign in parts),
            other=sum(sign * part.other for part, sign in parts),
        )

    def expected_cash(self, opening_cash: int) -> int:
        """What must lie in the till."""
        return opening_cash + self.cash_in - self.cash_out + self.revenue.cash


def difference(now: Figures, then: Figures) -> Figures:
    """What `now` has more than `then`: the receipts that came late. Their numbers are not told."""

    def less(a: Sums, b: Sums) -> Sums:
        return Sums(a.count - b.count, a.cash - b.cash, a.card - b.card, a.qr - b.qr, a.other - b.other)

    return Figures(
        sales=less(now.sales, then.sales),
        refunds=less(now.refunds, then.refunds),
        voids=less(now.voids, then.voids),
        refund_voids=less(now.refund_voids, then.refund_voids),
        discounts=now.discounts - then.discounts,
    )


class Shift(msgspec.Struct, frozen=True):
    """A till's shift. Open while `closed_at` is None; `z` then is None too."""

    id: UUID
    device_id: UUID
    shop_id: UUID
    cashier: str | None
    currency: str
    opening_cash: int
    opened_at: datetime
    closed_at: datetime | None
    z_number: int | None
    counted_cash: int | None
    z: Figures | None


class ShiftReport(msgspec.Struct, frozen=True):
    """An X report (open shift: the figures of now) or a Z report (closed: those of the close) of a shift.

    `late`: what arrived after the close with a time inside the shift; None where it was not asked for.
    """

    shift: Shift
    figures: Figures
    late: Figures | None = None


class CashOperation(msgspec.Struct, frozen=True):
    """Cash put into a till or taken out, under the till's own number for it."""

    number: str
    type: CashType
    amount: int
    reason: str
