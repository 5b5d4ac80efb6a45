"""The public surface of pos."""

from __future__ import annotations

from kerben.domains.pos.errors import DeviceUnauthenticatedError, DuplicateSaleError, InvalidItemError
from kerben.domains.pos.events import (
    DeviceChanged,
    DiscrepancyOpened,
    DiscrepancyResolved,
    SaleRecorded,
    ShiftClosed,
    ShiftOpened,
    ShopStatusChanged,
)
from kerben.domains.pos.guards import device_of, pos_device, signature
from kerben.domains.pos.model import DeviceSecrets, KnownDevice, Presence, ShopEligibility
from kerben.domains.pos.service.devices import create_device
from kerben.domains.pos.service.eligibility import eligibility, eligibility_of, merchant_eligibility
from kerben.domains.pos.service.summaries import rebuild_summaries

__all__ = [
    "DeviceChanged",
    "DeviceSecrets",
    "DeviceUnauthenticatedError",
    "DiscrepancyOpened",
    "DiscrepancyResolved",
    "DuplicateSaleError",
    "InvalidItemError",
    "KnownDevice",
    "Presence",
    "SaleRecorded",
    "ShiftClosed",
    "ShiftOpened",
    "ShopEligibility",
    "ShopStatusChanged",
    "create_device",
    "device_of",
    "eligibility",
    "eligibility_of",
    "merchant_eligibility",
    "pos_device",
    "rebuild_summaries",
    "signature",
]
