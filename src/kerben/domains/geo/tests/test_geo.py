"""Distances, boxes and places."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import pi

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.geo.api import EARTH_RADIUS_M, bounding_box, create_places, distance_m, places_by_ids
from kerben.domains.geo.module import MODULE
from kerben.domains.geo.tests.make import make_place
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.modules import Module

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("lat1", "lon1", "lat2", "lon2", "expected_m"),
    [
        (42.9394, 74.6205, 42.9394, 74.6205, 0),
        (0, 0, 0, 1, pi * EARTH_RADIUS_M / 180),
        (0, 0, 0, 180, pi * EARTH_RADIUS_M),
        (90, 0, -90, 0, pi * EARTH_RADIUS_M),
        (0, 179.5, 0, -179.5, pi * EARTH_RADIUS_M / 180),
        (42.9394, 74.6205, 42.8745, 74.5707, 8_280),  # Dordoi to Osh bazaar
    ],
)
def test_known_distances(lat1: float, lon1: float, lat2: float, lon2: float, expected_m: float) -> None:
    assert distance_m(lat1, lon1, lat2, lon2) == pytest.approx(expected_m, rel=2e-3, abs=0.01)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distance_is_symmetric_and_bounded(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    there = distance_m(lat1, lon1, lat2, lon2)
    assert there == pytest.approx(distance_m(lat2, lon2, lat1, lon1), abs=1e-3)
    assert 0 <= there <= pi * EARTH_RADIUS_M + 1


@given(LATITUDES, LONGITUDES, st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 200_000))
def test_no_point_of_a_circle_is_outside_of_its_box(
    lat: float, lon: float, dlat: float, dlon: float, radius_m: float
) -> None:
    other_lat = min(90.0, max(-90.0, lat + dlat))
    other_lon = (lon + dlon + 180) % 360 - 180
    box = bounding_box(lat, lon, radius_m)
    inside = box.lat_min <= other_lat <= box.lat_max and box.lon_min <= other_lon <= box.lon_max
    assert inside or distance_m(lat, lon, other_lat, other_lon) > radius_m - 1e-3


@pytest.mark.parametrize("radius_m", [-1.0, float("inf"), float("nan")])
def test_a_radius_must_be_a_length(radius_m: float) -> None:
    with pytest.raises(ValueError, match="radius"):
        bounding_box(0, 0, radius_m)


async def test_places_are_read_by_id(db: Database) -> None:
    async with db.write() as tx:
        place_id = await make_place(tx, name="Ошский рынок")
        assert await create_places(tx, []) == []
    async with db.read() as tx:
        found = await places_by_ids(tx, [place_id, new_id()])
        assert await places_by_ids(tx, []) == {}
    assert list(found) == [place_id]
    assert (found[place_id].name, found[place_id].radius_m) == ("Ошский рынок", 650)


async def test_places_are_public(db: Database, http_client: Callable[[Module], Awaitable[httpx.AsyncClient]]) -> None:
    async with db.write() as tx:
        place_id = await make_place(tx)
    client = await http_client(MODULE)
    answer = await client.get("/api/v1/places")
    assert answer.status_code == 200
    assert str(place_id) in {place["id"] for place in answer.json()["items"]}
    again = await client.get("/api/v1/places", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/api/v1/places?kind=mall")).json()["items"] == []
    assert (await client.get("/api/v1/places?kind=castle")).status_code == 422
