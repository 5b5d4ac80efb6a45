"""Gathering the shops of a rectangle: square by square of the map, few enough to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.geo.api import LEVEL, Box, Near, bounding_box, column, distance_m, row
from kerben.domains.merchants.api import Run, ShopIndex
from kerben.flows.market_map.views import ClusterView

SHOWN_MAX: Final = 200
"""Clusters and shops of one answer."""

SQUARES_MAX: Final = 4_096
"""So many squares are looked into; where a rectangle has more of them, they are taken coarser."""

FINER: Final = 3
"""Squares are this many levels finer than the zoom: 64 points wide on a map whose world has 512 at zoom 0."""

_FEW: Final = 16
"""So few shops are asked one by one for their distance."""


class Wanted(msgspec.Struct, frozen=True):
    """Which shops: those of a rectangle, of a circle, of a place, those that sell online now."""

    box: Box
    near: Near | None = None
    place_id: UUID | None = None
    buyable: bool = False


Squares = dict[int, list[int]]
"""Shops, by their places in the index, of the squares of one level, by number; no square is empty."""


def squares(index: ShopIndex, live: Sequence[int], wanted: Wanted, zoom: int) -> tuple[int, Squares]:
    """The level and the squares that are shown at a zoom, at most SHOWN_MAX. `live`: 1 for each shop that sells."""
    box = _narrowed(wanted)
    if box is None:
        return 0, {}
    level = _level(box, zoom)
    found: Squares = {}
    for run in index.runs(box, level):
        shops = _fitting(index, live, wanted, box, run)
        if shops:
            found[run.cell] = shops
    while len(found) > SHOWN_MAX:
        level -= 1
        coarser: Squares = {}
        for cell, shops in found.items():
            known = coarser.get(cell >> 2)
            if known is None:
                coarser[cell >> 2] = shops
            else:
                known += shops
        found = coarser
    return level, found


def fitting(index: ShopIndex, live: Sequence[int], wanted: Wanted) -> list[int]:
    """Every shop that is wanted, in the order of the index."""
    box = _narrowed(wanted)
    if box is None:
        return []
    return sorted(i for run in index.runs(box, _level(box, LEVEL)) for i in _fitting(index, live, wanted, box, run))


def cluster(index: ShopIndex, live: Sequence[int], level: int, cell: int, shops: Sequence[int]) -> ClusterView:
    """Two shops or more as one."""
    pick = itemgetter(*shops)
    lats: tuple[float, ...] = pick(index.lats)
    lons: tuple[float, ...] = pick(index.lons)
    west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    return ClusterView(
        id=f"{level}-{cell}",
        # A mean of equal numbers may be off by a rounding.
        lat=min(north, max(south, sum(lats) / len(lats))),
        lon=min(east, max(west, sum(lons) / len(lons))),
        count=len(shops),
        buyable_count=sum(pick(live)),
        bbox=(west, south, east, north),
    )


def _narrowed(wanted: Wanted) -> Box | None:
    """The part of the rectangle that can have a wanted shop; None: there is none."""
    box = wanted.box
    if wanted.near is None:
        return box
    around = bounding_box(wanted.near.lat, wanted.near.lon, wanted.near.radius_m)
    south, north = max(box.lat_min, around.lat_min), min(box.lat_max, around.lat_max)
    west, east = max(box.lon_min, around.lon_min), min(box.lon_max, around.lon_max)
    return Box(south, north, west, east) if south <= north and west <= east else None


def _level(box: Box, zoom: int) -> int:
    level = min(LEVEL, zoom + FINER)
    x0, x1 = column(box.lon_min), column(box.lon_max)
    y0, y1 = row(box.lat_max), row(box.lat_min)
    while level > 0:
        shift = LEVEL - level
        if ((x1 >> shift) - (x0 >> shift) + 1) * ((y1 >> shift) - (y0 >> shift) + 1) <= SQUARES_MAX:
            break
        level -= 1
    return level


def _fitting(index: ShopIndex, live: Sequence[int], wanted: Wanted, box: Box, run: Run) -> list[int]:
    shops = index.inside(run, box)
    if wanted.place_id is not None:
        points, place_id = index.points, wanted.place_id
        shops = [i for i in shops if points[i].place_id == place_id]
    if wanted.buyable:
        shops = [i for i in shops if live[i]]
    if wanted.near is not None and not _all_within(index, wanted.near, run):
        near, lats, lons = wanted.near, index.lats, index.lons
        shops = [i for i in shops if distance_m(near.lat, near.lon, lats[i], lons[i]) <= near.radius_m]
    return list(shops)


def _all_within(index: ShopIndex, near: Near, run: Run) -> bool:
    """Whether a circle holds the whole rectangle around a run's shops, which then need not be asked one by one.

    Circles are small against the Earth, so the farthest point of a rectangle is one of its corners: along a parallel
    the distance grows with the longitude's difference, along a meridian it has but one minimum.
    """
    if run.hi - run.lo <= _FEW:
        return False
    lats, lons = index.lats[run.lo : run.hi], index.lons[run.lo : run.hi]
    corners = ((lat, lon) for lat in (min(lats), max(lats)) for lon in (min(lons), max(lons)))
    # A little less than the radius, so that rounding takes in nobody who stands outside.
    return all(distance_m(near.lat, near.lon, lat, lon) <= near.radius_m - 0.01 for lat, lon in corners)
