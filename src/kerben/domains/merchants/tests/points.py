"""Shops for tests of the index, without a database."""

from __future__ import annotations

from uuid import UUID

from kerben.domains.merchants.api import ShopFacts
from kerben.domains.merchants.model import PayoutStatus, ShopPoint
from kerben.domains.merchants.shop_index import point_of
from kerben.platform.ids import new_id


def make_point(
    lat: float,
    lon: float,
    *,
    name: str = "Лавка",
    shop_id: UUID | None = None,
    merchant_name: str = "Кербен Текстиль",
    address: str = "Дордой, ряд 5",
    place_id: UUID | None = None,
    is_active: bool = True,
    verified: bool = True,
) -> ShopPoint:
    """A shop of a merchant that may sell, unless told otherwise."""
    facts = ShopFacts(
        shop_id or new_id(), new_id(), name, merchant_name, address, "+996555010203", lat, lon, {}, place_id,
        verified, PayoutStatus.ACTIVE, "pos", "pos", is_active,
    )  # fmt: skip
    return point_of(facts)
