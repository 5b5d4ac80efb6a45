"""Builders for tests."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from kerben.domains.merchants.api import (
    NewMerchant,
    NewShop,
    PayoutStatus,
    create_merchants,
    create_shops,
    onboard_payout,
    set_payout_status,
    set_verified,
)
from kerben.platform.db import WriteTx
from kerben.platform.ids import new_id
from kerben.platform.secrets import Keyring

TEST_KEYS = Keyring("test-secret-key-test-secret-key-0123")
"""The keys of the `settings` fixture, so that a runtime of a test can open what builders seal."""


async def make_merchant(
    tx: WriteTx,
    *,
    owner_id: UUID | None = None,
    name: str = "Кербен Текстиль",
    verified: bool = True,
    payouts: Literal["none", "pending", "active", "suspended"] = "active",
    account_number: str = "1180000012345678",
) -> UUID:
    """A merchant that may sell: verified and with payouts active unless told otherwise."""
    (merchant_id,) = await create_merchants(tx, [NewMerchant(owner_id or new_id(), name, "Ткани и одежда")])
    if verified:
        await set_verified(tx, [merchant_id], by=None)
    if payouts != "none":
        await onboard_payout(tx, TEST_KEYS, merchant_id, account_number, "Банк «Ала-Тоо»")
        if payouts != "pending":
            await set_payout_status(tx, [merchant_id], PayoutStatus(payouts))
    return merchant_id


async def make_shop(
    tx: WriteTx,
    merchant_id: UUID,
    *,
    name: str = "Лавка на Дордое",
    lat: float = 42.9394,
    lon: float = 74.6205,
    place_id: UUID | None = None,
) -> UUID:
    """A shop of a merchant, on the Dordoi bazaar unless told otherwise."""
    address = "Бишкек, рынок Дордой, ряд «Кербен», 12"
    hours = {"mon": "09:00-18:00", "sun": "closed"}
    shop = NewShop(merchant_id, name, address, "+996555010203", lat, lon, hours, place_id)
    (shop_id,) = await create_shops(tx, [shop])
    return shop_id
