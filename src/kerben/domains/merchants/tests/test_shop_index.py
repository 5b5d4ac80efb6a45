"""The index of shops in memory finds what a look at every shop would."""

from __future__ import annotations

import random
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.geo.api import LEVEL, Box
from kerben.domains.merchants.model import ShopPoint
from kerben.domains.merchants.shop_index import ShopIndex, words_of
from kerben.domains.merchants.tests.points import make_point

# Few different values, so that shops share points and stand on the edges of rectangles.
LATITUDES = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, 0.0, 42.5, 42.8749, 43.0, 86.0, 90.0]))
LONGITUDES = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 0.0, 74.0, 74.5698, 75.0, 180.0]))
SPOTS = st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=40)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
    west, east = sorted((draw(LONGITUDES), draw(LONGITUDES)))
    return Box(south, north, west, east)


def holds(box: Box, point: ShopPoint) -> bool:
    return box.lat_min <= point.lat <= box.lat_max and box.lon_min <= point.lon <= box.lon_max


@given(SPOTS, boxes(), st.integers(0, LEVEL))
def test_a_rectangle_has_the_shops_that_stand_in_it(spots: list[tuple[float, float]], box: Box, level: int) -> None:
    points = [make_point(lat, lon) for lat, lon in spots]
    index = ShopIndex(points)
    runs = index.runs(box, level)
    found = [index.points[i].id for run in runs for i in index.inside(run, box)]
    assert sorted(found) == sorted(p.id for p in points if holds(box, p))
    assert len({run.cell for run in runs}) == len(runs)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_changes_the_index_is_as_if_made_anew(seed: int) -> None:
    chance = random.Random(seed)
    index, held = ShopIndex(), dict[UUID, ShopPoint]()
    for _ in range(300):
        known = chance.choice(sorted(held)) if held and chance.random() < 0.6 else None
        point = make_point(
            chance.uniform(42, 43),
            chance.choice([74.5, chance.uniform(74, 75)]),
            shop_id=known,
            is_active=chance.random() < 0.8,
        )
        if known and chance.random() < 0.3:
            index.drop(known)
            del held[known]
            continue
        before = index.generation
        index.put(point)
        assert index.generation != before
        held.pop(point.id, None)
        if point.is_active:
            held[point.id] = point
    anew = ShopIndex(held.values())
    assert index.points == anew.points
    assert (index.lats, index.lons) == (anew.lats, anew.lons)
    whole = Box(-90, 90, -180, 180)
    assert index.runs(whole, 12) == anew.runs(whole, 12)


def test_names_are_found_by_the_beginnings_of_their_words() -> None:
    names = ["Мёд и орехи", "Медовая лавка", "Контейнер 12", "Контейнер 120", "Ткани"]
    points = {name: make_point(42.9, 74.6 + n / 1000, name=name) for n, name in enumerate(names)}
    index = ShopIndex(points.values())

    def found(q: str, limit: int = 10) -> set[str]:
        return {point.name for point in index.named(words_of(q), limit)}

    assert found("мед") == found("МЁД") == {"Мёд и орехи", "Медовая лавка"}
    assert found("орех") == {"Мёд и орехи"}
    assert found("12 конт") == {"Контейнер 12", "Контейнер 120"}
    assert found("едовая") == found("мед ткани") == found("ряд") == found("") == set()
    assert found("кербен") == set(names), "the merchant's name"
    assert len(index.named(["конт"], 1)) == 1
    index.put(msgspec.structs.replace(points["Ткани"], text=" ковры | "))
    assert found("ковры") == {"Ткани"}
    index.drop(points["Ткани"].id)
    assert found("ковры") == set()
