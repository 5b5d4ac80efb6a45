"""Builders for tests."""

from __future__ import annotations

from uuid import UUID

from kerben.domains.geo.api import NewPlace, PlaceKind, create_places
from kerben.platform.db import WriteTx
from kerben.platform.ids import new_id


async def make_place(
    tx: WriteTx, *, name: str = "Рынок Дордой", lat: float = 42.9394, lon: float = 74.6205, radius_m: int = 650
) -> UUID:
    """A bazaar with a slug of its own."""
    (place_id,) = await create_places(
        tx, [NewPlace(f"place-{new_id().hex}", name, PlaceKind.BAZAAR, lat, lon, radius_m, address="Бишкек")]
    )
    return place_id
