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
