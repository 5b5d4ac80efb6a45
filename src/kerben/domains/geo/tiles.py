"""Squares of the web Mercator map, numbered so that whatever lies in one square stands together in one order.

A point has the number of its square at LEVEL (0.6 m across at the equator). Numbers interleave the bits of column
and row (G. M. Morton, "A Computer Oriented Geodetic Data Base", IBM, 1966), so the points of a square of any coarser
level are one run of points sorted by their numbers.
"""

from __future__ import annotations

from math import asinh, floor, pi, radians, tan
from typing import Final

LEVEL: Final = 26
"""The finest level; level n has 2ⁿ columns and 2ⁿ rows."""

SIDE: Final = 1 << LEVEL
"""Columns, and rows, of the finest level."""

LAT_MAX: Final = 85.05112878
"""Web Mercator ends here: what lies beyond counts to the outermost row."""


def column(lon: float) -> int:
    """The column of a longitude in degrees, from 0 in the west."""
    return min(SIDE - 1, max(0, floor((lon + 180) / 360 * SIDE)))


def row(lat: float) -> int:
    """The row of a latitude in degrees, from 0 in the north."""
    lat = min(LAT_MAX, max(-LAT_MAX, lat))
    return min(SIDE - 1, max(0, floor((1 - asinh(tan(radians(lat))) / pi) / 2 * SIDE)))


def _spread(n: int) -> int:
    """The bits of a number of up to 32 bits, each followed by room for one of another."""
    n = (n | n << 16) & 0x0000FFFF0000FFFF
    n = (n | n << 8) & 0x00FF00FF00FF00FF
    n = (n | n << 4) & 0x0F0F0F0F0F0F0F0F
    n = (n | n << 2) & 0x3333333333333333
    return (n | n << 1) & 0x5555555555555555


def number(x: int, y: int) -> int:
    """The number of a square by its column and row."""
    return _spread(x) | _spread(y) << 1


def number_of(lat: float, lon: float) -> int:
    """The number of the finest square around a point in degrees."""
    return number(column(lon), row(lat))
