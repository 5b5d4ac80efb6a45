"""Open shops in memory, in the order of the squares of the map they stand in."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.geo.api import LEVEL, Box, column, number_of, row
from kerben.domains.merchants.model import PayoutStatus, ShopFacts, ShopPoint

_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"\d+")
_ID_BITS: Final = 128


class Run(msgspec.Struct, frozen=True, gc=False):
    """Shops `lo` to `hi` (not included) of the index: those of one square of a level, or part of them when that is
    divided no further. `whole`: all of them stand in the box that was asked for; otherwise each has to be looked at.
    """

    cell: int
    lo: int
    hi: int
    whole: bool


def words_of(text: str) -> list[str]:
    """Words of a text as they are compared: small letters, е for ё, letters and digits only."""
    return _WORD.findall(text.lower().replace("ё", "е"))


def point_of(shop: ShopFacts) -> ShopPoint:
    """A shop with what the map shows of it and what it is found by."""
    name = " ".join(words_of(shop.name))
    title = " ".join(dict.fromkeys([*name.split(), *words_of(shop.merchant_name)]))
    return ShopPoint(
        id=shop.id,
        merchant_id=shop.merchant_id,
        name=shop.name,
        merchant_name=sys.intern(shop.merchant_name),
        address=sys.intern(shop.address),
        lat=shop.lat,
        lon=shop.lon,
        place_id=shop.place_id,
        verified=shop.verified,
        payout_status=PayoutStatus(shop.payout_status),
        eligibility_mode=shop.eligibility_mode,
        is_active=shop.is_active,
        # Words begin with a space, the name's stand before the bar.
        text=f" {title} | {' '.join(words_of(shop.address))} ",
        order=_DIGITS.sub(lambda digits: digits.group().zfill(8), name),
    )


class ShopIndex:
    """Open shops sorted by the numbers of their squares, so that those of a square are a run of them.

    The lists run parallel to each other. `generation` is another after every change.
    """

    def __init__(self, points: Iterable[ShopPoint] = ()) -> None:
        self.points: list[ShopPoint] = []
        self.lats: list[float] = []
        self.lons: list[float] = []
        self.generation = 0
        self._keys: list[int] = []
        self._key_of: dict[UUID, int] = {}
        self._names: tuple[int, str, list[int]] | None = None
        self.replace(points)

    def replace(self, points: Iterable[ShopPoint]) -> None:
        """Hold these shops and no others."""
        pairs = sorted(((_key(point), point) for point in points if point.is_active), key=itemgetter(0))
        self._keys = [key for key, _ in pairs]
        self.points = [point for _, point in pairs]
        self.lats = [point.lat for point in self.points]
        self.lons = [point.lon for point in self.points]
        self._key_of = {point.id: key for key, point in pairs}
        self.generation += 1

    def put(self, point: ShopPoint) -> None:
        """Add a shop, or what it is now in place of what it was; a closed one is taken out."""
        self.drop(point.id)
        if not point.is_active:
            return
        key = _key(point)
        at = bisect_left(self._keys, key)
        self._keys.insert(at, key)
        self.points.insert(at, point)
        self.lats.insert(at, point.lat)
        self.lons.insert(at, point.lon)
        self._key_of[point.id] = key

    def drop(self, shop_id: UUID) -> None:
        """Take a shop out; one that is not there is no error."""
        self.generation += 1
        key = self._key_of.pop(shop_id, None)
        if key is not None:
            at = bisect_left(self._keys, key)
            del self._keys[at], self.points[at], self.lats[at], self.lons[at]

    def runs(self, box: Box, level: int) -> list[Run]:
        """The shops of a box and perhaps some about its edge, square by square of a level."""
        # Rows and columns of rounded numbers may be off by one, so at the edge each shop is looked at.
        x0, x1 = column(box.lon_min) - 1, column(box.lon_max) + 1
        y0, y1 = row(box.lat_max) - 1, row(box.lat_min) + 1
        keys, found = self._keys, list[Run]()
        waiting = [(0, 0, 0, 0, len(keys))] if keys else []
        while waiting:
            depth, x, y, lo, hi = waiting.pop()
            shift = LEVEL - depth
            west, east = x << shift, ((x + 1) << shift) - 1
            north, south = y << shift, ((y + 1) << shift) - 1
            if west > x1 or east < x0 or north > y1 or south < y0:
                continue
            if depth == level or hi - lo == 1:
                whole = x0 + 2 < west and east < x1 - 2 and y0 + 2 < north and south < y1 - 2
                found.append(Run(keys[lo] >> _ID_BITS + 2 * (LEVEL - level), lo, hi, whole))
                continue
            below = shift - 1
            first = (keys[lo] >> _ID_BITS + 2 * shift) << 2
            end = lo
            for child in range(4):
                start = end
                bound = (first + child + 1) << _ID_BITS + 2 * below
                end = hi if child == 3 else bisect_left(keys, bound, start, hi)
                if end > start:
                    waiting.append((depth + 1, 2 * x + (child & 1), 2 * y + (child >> 1), start, end))
        return found

    def inside(self, run: Run, box: Box) -> Sequence[int]:
        """The shops of a run that stand in the box, its edges included."""
        if run.whole:
            return range(run.lo, run.hi)
        lats, lons = self.lats, self.lons
        south, north, west, east = box.lat_min, box.lat_max, box.lon_min, box.lon_max
        return [i for i in range(run.lo, run.hi) if south <= lats[i] <= north and west <= lons[i] <= east]

    def named(self, words: Sequence[str], limit: int) -> list[ShopPoint]:
        """Shops each of these words (of `words_of`) begins a word of whose name, or of their merchant's; in the
        order of the index, at most `limit`."""
        if not words:
            return []
        if self._names is None or self._names[0] != self.generation:
            titles = [point.text.partition("|")[0] for point in self.points]
            starts = list(accumulate((len(title) + 1 for title in titles), initial=0))
            self._names = self.generation, "\n".join(titles), starts
        _, names, starts = self._names
        wanted = [f" {word}" for word in words]
        rarest = min(wanted, key=names.count) if len(wanted) > 1 else wanted[0]
        found: list[ShopPoint] = []
        at = names.find(rarest)
        while at >= 0 and len(found) < limit:
            place = bisect_left(starts, at + 1) - 1
            title = self.points[place].text.partition("|")[0]
            if all(word in title for word in wanted):
                found.append(self.points[place])
            at = names.find(rarest, starts[place] + len(title))
        return found


def _key(point: ShopPoint) -> int:
    return number_of(point.lat, point.lon) << _ID_BITS | point.id.int
