"""Tills, receipts, and whether a shop may sell online."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import VariantKey

PosStatus = Literal["pos_active", "pos_offline"]
BuyEligibility = Literal["online_purchase", "manual_contact"]
Payment = Literal["cash", "card", "qr"]


class SaleType(StrEnum):
    """What a receipt says: goods left, goods came back, or an earlier receipt never was."""

    SALE = "sale"
    REFUND = "refund"
    VOID = "void"


class DeviceStatus(StrEnum):
    """Registered but never heard; as its last heartbeat said; or locked out."""

    REGISTERED = "registered"
    ACTIVE = "active"
    CLOSED = "closed"
    REVOKED = "revoked"


class Reason(StrEnum):
    """Why buyers cannot buy online."""

    NOT_VERIFIED = "NOT_VERIFIED"
    PAYOUT_INACTIVE = "PAYOUT_INACTIVE"
    POS_OFFLINE = "POS_OFFLINE"
    MANUAL_MODE = "MANUAL_MODE"
    SHOP_INACTIVE = "SHOP_INACTIVE"
    NO_SHOPS = "NO_SHOPS"


class DeviceSecrets(msgspec.Struct, frozen=True):
    """What a till needs to speak to us; shown once."""

    device_id: UUID
    token: str
    secret: str


class KnownDevice(msgspec.Struct, frozen=True):
    """A till as the guard knows it."""

    id: UUID
    shop_id: UUID
    secret: bytes

    def __repr__(self) -> str:
        return f"KnownDevice({self.id})"


class DeviceRow(msgspec.Struct, frozen=True):
    """A till as its shop's staff see it."""

    id: UUID
    shop_id: UUID
    name: str
    status: DeviceStatus
    firmware_version: str | None
    last_heartbeat_at: datetime | None
    alive_at: datetime | None
    created_at: datetime
    revoked_at: datetime | None


class TillState(StrEnum):
    """What admins ask for: as DeviceStatus, but that a till which fell silent without closing is not active."""

    REGISTERED = "registered"
    ACTIVE = "active"
    SILENT = "silent"
    CLOSED = "closed"
    REVOKED = "revoked"


class MarketTill(msgspec.Struct, frozen=True):
    """A till as admins see it, with the number of its open discrepancies."""

    device: DeviceRow
    discrepancies: int

    def state(self, heard_since: datetime) -> TillState:
        """How it stands; heard last before `heard_since` it is silent."""
        if self.device.status is not DeviceStatus.ACTIVE:
            return TillState(self.device.status.value)
        alive_at = self.device.alive_at
        return TillState.ACTIVE if alive_at is not None and alive_at >= heard_since else TillState.SILENT


class Presence(msgspec.Struct, frozen=True):
    """A shop's sign of life. `pos_status` is what was published; `alive_at` decides."""

    shop_id: UUID
    pos_status: PosStatus
    last_heartbeat_at: datetime | None
    alive_at: datetime | None


class ShopEligibility(msgspec.Struct, frozen=True):
    """Whether buyers may buy online at a shop, at the moment it was asked, and until when that is sure."""

    shop_id: UUID
    merchant_id: UUID
    buy_eligibility: BuyEligibility
    pos_status: PosStatus
    last_heartbeat_at: datetime | None
    eligible_until: datetime | None
    reasons: list[str]


class StockReport(msgspec.Struct, frozen=True):
    """What a till says lies in the shop."""

    sku: str
    qty_milli: int


class Heartbeat(msgspec.Struct, frozen=True):
    """A sign of life. Any status but "active" says that the till stops selling."""

    device_id: UUID
    shop_id: UUID
    status: str
    firmware_version: str | None
    stock: tuple[StockReport, ...]
    counted_at: datetime | None = None
    """When the stock was counted, by the till's clock; None: when we hear of it."""


class StockDiscrepancy(msgspec.Struct, frozen=True):
    """A variant of which the till counts something else than we do; `variant_id` None: we do not know the SKU."""

    sku: str
    variant_id: UUID | None
    reported_milli: int
    ours_milli: int | None


class Resolution(StrEnum):
    """How a discrepancy ended: a later report agreed, or a person decided."""

    AGREED = "agreed"
    ACCEPT_REPORTED = "accept_reported"
    KEEP_OURS = "keep_ours"
    IGNORE = "ignore"


class Discrepancy(msgspec.Struct, frozen=True):
    """A stored difference. Stock in thousandths, prices in minor units.

    `version` counts reports whose difference is another. `reported_at`: when the till counted, by its own clock, as
    the heartbeat says; `seen_at` is when we heard of it.
    """

    id: UUID
    shop_id: UUID
    variant_id: UUID
    kind: Literal["stock", "price"]
    device_id: UUID
    reported: int
    ours: int
    version: int
    opened_at: datetime
    seen_at: datetime
    reported_at: datetime | None
    resolved_at: datetime | None
    resolution: str | None
    resolved_by: UUID | None
    note: str | None


class ReceiptLine(msgspec.Struct, frozen=True):
    """A line as the till sent it, its numbers read exactly: thousandths and minor units."""

    key: VariantKey
    qty_milli: int
    unit_price: int
    discount: int


class Receipt(msgspec.Struct, frozen=True):
    """A receipt whose form is right; whether its goods are is decided when it is recorded."""

    device_id: UUID
    shop_id: UUID
    number: str
    type: SaleType
    original_number: str | None
    lines: tuple[ReceiptLine, ...]
    payment: Payment | None
    sold_at: datetime

    @property
    def key(self) -> tuple[UUID, str]:
        """What is unique for ever."""
        return (self.device_id, self.number)


class SaleLine(msgspec.Struct, frozen=True):
    """A line with its variant found. Amounts in minor units; `total` = price × quantity − discount."""

    variant_id: UUID
    qty_milli: int
    unit_price: int
    discount: int
    total: int


class Sale(msgspec.Struct, frozen=True):
    """A receipt that is good to be recorded. `original` is the receipt that a refund or void is about."""

    id: UUID
    receipt: Receipt
    lines: tuple[SaleLine, ...]
    total: int
    currency: str
    original: Original | None


class Returned(msgspec.Struct):
    """How much of a variant of a sale came back: thousandths and minor units."""

    qty_milli: int = 0
    amount: int = 0


class Original(msgspec.Struct):
    """A recorded receipt that others refer to; changes as a batch goes on."""

    sale_id: UUID
    device_id: UUID
    number: str
    type: SaleType
    lines: tuple[SaleLine, ...]
    total: int
    currency: str
    returned: dict[UUID, Returned]
    voided: bool
    parent_id: UUID | None = None
    """The sale that this receipt, if it is a refund, took back from."""


class SaleResult(msgspec.Struct, frozen=True):
    """A recorded receipt; `total` in minor units."""

    sale_id: UUID
    receipt_number: str
    total: int
    currency: str
