"""What the map's answers look like."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.merchants.api import ShopPoint


class ClusterView(msgspec.Struct, frozen=True):
    """Shops that stand too close to be shown apart: how many, how many of them sell online now, their mean point and
    the rectangle around them (west, south, east, north). `/map/shops?bbox=` lists them."""

    id: str
    lat: float
    lon: float
    count: int
    buyable_count: int
    bbox: tuple[float, float, float, float]


class MapShop(msgspec.Struct, frozen=True):
    """A shop on the map; `distance_m` only where a point was asked for. `eligible_until`: online purchase is sure
    until then, also when the till falls silent now."""

    id: UUID
    name: str
    address: str
    lat: float
    lon: float
    place_id: UUID | None
    merchant_name: str
    verified: bool
    pos_status: str
    buy_eligibility: str
    eligible_until: datetime | None
    distance_m: int | msgspec.UnsetType = msgspec.UNSET


class MapView(msgspec.Struct, frozen=True):
    """Clusters and single shops, at most 200 together; `total` shops fit what was asked: the clusters' counts and
    the single ones added up."""

    clusters: list[ClusterView]
    shops: list[MapShop]
    total: int


def map_shop(
    shop: ShopPoint, until: datetime | None, now: datetime, *, sells: bool, distance_m: float | None
) -> MapShop:
    """A shop whose tills count as heard until a moment (None: silent); `sells`: it does while they are."""
    alive = until is not None and until >= now
    return MapShop(
        id=shop.id,
        name=shop.name,
        address=shop.address,
        lat=shop.lat,
        lon=shop.lon,
        place_id=shop.place_id,
        merchant_name=shop.merchant_name,
        verified=shop.verified,
        pos_status="pos_active" if alive else "pos_offline",
        buy_eligibility="online_purchase" if alive and sells else "manual_contact",
        eligible_until=until if alive and sells else None,
        distance_m=msgspec.UNSET if distance_m is None else round(distance_m),
    )
