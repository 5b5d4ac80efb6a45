"""Clusters add up to the shops there are, whatever is asked for and wherever shops stand."""

from __future__ import annotations

import random
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.geo.api import Box, Near, distance_m
from kerben.domains.merchants.api import ShopIndex, ShopPoint
from kerben.domains.merchants.tests.points import make_point
from kerben.flows.market_map.clusters import SHOWN_MAX, Wanted, cluster, fitting, squares
from kerben.platform.ids import new_id

# Few different values besides, so that many shops stand in one building and on the edges of rectangles.
LATITUDES = st.one_of(st.floats(-90, 90), st.floats(42.7, 43.1), st.sampled_from([42.8749, 42.88, 90.0]))
LONGITUDES = st.one_of(st.floats(-180, 180), st.floats(74.3, 74.8), st.sampled_from([74.5698, 74.6, 180.0]))
PLACES = [new_id(), new_id()]


@st.composite
def wanted_shops(draw: st.DrawFn) -> Wanted:
    south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
    west, east = sorted((draw(LONGITUDES), draw(LONGITUDES)))
    near = st.builds(Near, LATITUDES, LONGITUDES, st.integers(1, 100_000))
    return Wanted(
        Box(south, north, west, east),
        draw(st.none() | near),
        draw(st.none() | st.sampled_from(PLACES)),
        draw(st.booleans()),
    )


@st.composite
def shops(draw: st.DrawFn) -> list[ShopPoint]:
    """Shops drawn one by one, and crowds around some of them."""
    spots = draw(st.lists(st.tuples(LATITUDES, LONGITUDES, st.integers(1, 30), st.integers(0, 3)), max_size=12))
    chance = random.Random(len(spots))
    return [
        make_point(
            max(-90.0, min(90.0, lat + chance.uniform(-1, 1) * spread / 100)),
            max(-180.0, min(180.0, lon + chance.uniform(-1, 1) * spread / 100)),
            place_id=chance.choice([None, *PLACES]),
        )
        for lat, lon, count, spread in spots
        for _ in range(count)
    ]


def is_wanted(wanted: Wanted, shop: ShopPoint, selling: set[UUID]) -> bool:
    box, near = wanted.box, wanted.near
    return (
        box.lat_min <= shop.lat <= box.lat_max
        and box.lon_min <= shop.lon <= box.lon_max
        and (near is None or distance_m(near.lat, near.lon, shop.lat, shop.lon) <= near.radius_m)
        and (wanted.place_id is None or shop.place_id == wanted.place_id)
        and (not wanted.buyable or shop.id in selling)
    )


@given(shops(), wanted_shops(), st.integers(0, 22))
def test_clusters_add_up_to_the_shops_that_are_wanted(points: list[ShopPoint], wanted: Wanted, zoom: int) -> None:
    index = ShopIndex(points)
    selling = {shop.id for shop in points if shop.id.int % 3}
    live = bytes(shop.id in selling for shop in index.points)
    expected = sorted(shop.id for shop in points if is_wanted(wanted, shop, selling))
    level, found = squares(index, live, wanted, zoom)
    assert sorted(index.points[i].id for held in found.values() for i in held) == expected
    assert [index.points[i].id for i in fitting(index, live, wanted)] == sorted(
        expected, key=[shop.id for shop in index.points].index
    )
    assert len(found) <= SHOWN_MAX
    for cell, held in found.items():
        if len(held) == 1:
            continue
        view = cluster(index, live, level, cell, held)
        members = [index.points[i] for i in held]
        west, south, east, north = view.bbox
        assert view.count == len(members)
        assert view.buyable_count == sum(shop.id in selling for shop in members)
        assert all(south <= shop.lat <= north and west <= shop.lon <= east for shop in members)
        assert south <= view.lat <= north
        assert west <= view.lon <= east


def bishkek(count: int) -> ShopIndex:
    chance = random.Random(7)
    return ShopIndex(
        make_point(chance.gauss(42.87, 0.05), chance.gauss(74.59, 0.08), name=f"Лавка {n}") for n in range(count)
    )


def test_a_whole_country_is_shown_by_few_and_closer_by_more() -> None:
    index = bishkek(3_000)
    live = bytes(len(index.points))
    country = Wanted(Box(39.1, 43.3, 69.2, 80.3))
    counts = [len(squares(index, live, country, zoom)[1]) for zoom in (3, 6, 9, 12, 22)]
    assert counts == sorted(counts)
    assert all(0 < count <= SHOWN_MAX for count in counts)
    assert counts[0] < 4
    # Closer and closer at the middle: squares grow smaller until each shop stands alone.
    sizes: list[float] = []
    for zoom in range(10, 23, 4):
        half = 180 / 2**zoom
        level, found = squares(index, live, Wanted(Box(42.87 - half, 42.87 + half, 74.59 - half, 74.59 + half)), zoom)
        sizes.append(max((len(held) for held in found.values()), default=1))
        assert level == min(26, zoom + 3)
    assert all(before >= after for before, after in pairwise(sizes))
    assert sizes[-1] == 1


def test_a_building_of_a_thousand_shops_stays_one_cluster_that_can_be_opened() -> None:
    lat, lon = 42.9394123456789, 74.6205987654321
    index = ShopIndex([*(make_point(lat, lon) for _ in range(1000)), make_point(lat + 0.001, lon)])
    live = bytes(len(index.points))
    level, found = squares(index, live, Wanted(Box(42.9, 43.0, 74.6, 74.7)), 22)
    (crowd,) = (cluster(index, live, level, cell, held) for cell, held in found.items() if len(held) > 1)
    assert (crowd.count, crowd.bbox) == (1000, (lon, lat, lon, lat))
    assert (crowd.lat, crowd.lon) == (lat, lon)
    west, south, east, north = crowd.bbox
    assert len(fitting(index, live, Wanted(Box(south, north, west, east)))) == 1000
