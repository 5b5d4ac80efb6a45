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
from kerben.domains.pos.model import DeviceSecrets, KnownDevice, MarketTill, Presence, ShopEligibility, TillState
from kerben.domains.pos.rules import sells_while_alive
from kerben.domains.pos.service.alive import Alive, AliveShops, Selling, SellingShops
from kerben.domains.pos.service.devices import create_device
from kerben.domains.pos.service.eligibility import eligibility, eligibility_of, merchant_eligibility
from kerben.domains.pos.service.market import heard_since, market_tills, silent_tills
from kerben.domains.pos.service.summaries import rebuild_summaries

__all__ = [
    "Alive",
    "AliveShops",
    "DeviceChanged",
    "DeviceSecrets",
    "DeviceUnauthenticatedError",
    "DiscrepancyOpened",
    "DiscrepancyResolved",
    "DuplicateSaleError",
    "InvalidItemError",
    "KnownDevice",
    "MarketTill",
    "Presence",
    "SaleRecorded",
    "Selling",
    "SellingShops",
    "ShiftClosed",
    "ShiftOpened",
    "ShopEligibility",
    "ShopStatusChanged",
    "TillState",
    "create_device",
    "device_of",
    "eligibility",
    "eligibility_of",
    "heard_since",
    "market_tills",
    "merchant_eligibility",
    "pos_device",
    "rebuild_summaries",
    "sells_while_alive",
    "signature",
    "silent_tills",
]
