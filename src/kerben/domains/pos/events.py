"""What pos publishes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kerben.platform.events import Event, event


@event("pos.device_changed.v1", key="device_id")
class DeviceChanged(Event, frozen=True):
    """A till was registered or revoked."""

    device_id: UUID
    shop_id: UUID
    status: str


@event("pos.shop_status_changed.v1", key="shop_id")
class ShopStatusChanged(Event, frozen=True):
    """A shop's tills fell silent (`pos_offline`) or one of them came back (`pos_active`)."""

    shop_id: UUID
    merchant_id: UUID
    pos_status: str


@event("pos.sale_recorded.v1", key="shop_id")
class SaleRecorded(Event, frozen=True):
    """A receipt was recorded; `total` in minor units, its sign is in `type` (sale, refund, void)."""

    sale_id: UUID
    shop_id: UUID
    device_id: UUID
    receipt_number: str
    type: str
    total: int
    currency: str
    sold_at: datetime


@event("pos.discrepancy_opened.v1", key="variant_id")
class DiscrepancyOpened(Event, frozen=True):
    """A till and we began to differ: kind stock (thousandths) or price (minor units)."""

    variant_id: UUID
    shop_id: UUID
    kind: str
    reported: int
    ours: int


@event("pos.discrepancy_resolved.v1", key="variant_id")
class DiscrepancyResolved(Event, frozen=True):
    """A discrepancy ended: a person's decision, or `agreed` where a till's later report was equal to ours."""

    discrepancy_id: UUID
    variant_id: UUID
    shop_id: UUID
    kind: str
    resolution: str


@event("pos.shift_opened.v1", key="device_id")
class ShiftOpened(Event, frozen=True):
    """A till's shift began."""

    shift_id: UUID
    shop_id: UUID
    device_id: UUID


@event("pos.shift_closed.v1", key="device_id")
class ShiftClosed(Event, frozen=True):
    """A till's shift ended with a Z report; amounts in minor units, as they stood at the close."""

    shift_id: UUID
    shop_id: UUID
    device_id: UUID
    z_number: int
    revenue: int
    expected_cash: int
    counted_cash: int
    currency: str
