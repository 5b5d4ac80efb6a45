"""Distances on a sphere."""

from __future__ import annotations

from math import asin, cos, degrees, hypot, isfinite, pi, radians, sin, sqrt
from typing import Final

from kerben.domains.geo.model import Box

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

_DUST: Final = 1e-9
"""Degrees added around a box (0.1 mm), so that rounding leaves no point of the circle outside."""


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres between two points in degrees, by the haversine formula
    (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984): 2R·asin √(hav Δφ + cos φ₁ cos φ₂ hav Δλ).

    The Earth is taken for a sphere: the error against the ellipsoid stays under 0.6 %.
    """
    half_lat = sin(radians(lat2 - lat1) / 2)
    half_lon = sin(radians(lon2 - lon1) / 2)
    root = hypot(half_lat, half_lon * sqrt(max(0.0, cos(radians(lat1)) * cos(radians(lat2)))))
    return 2 * EARTH_RADIUS_M * asin(min(1.0, root))


def bounding_box(lat: float, lon: float, radius_m: float) -> Box:
    """The smallest box of degrees around a circle, for a coarse filter on an index before `distance_m`.

    Near a pole or across the 180th meridian the box takes all longitudes. Raises ValueError for a radius that is
    negative or not finite.
    """
    if not isfinite(radius_m) or radius_m < 0:
        raise ValueError("radius must be a finite number of metres, zero or more")
    angle = radius_m / EARTH_RADIUS_M
    lat_min = lat - degrees(angle) - _DUST
    lat_max = lat + degrees(angle) + _DUST
    if lat_min <= -90 or lat_max >= 90 or angle >= pi / 2:
        return Box(max(lat_min, -90.0), min(lat_max, 90.0), -180.0, 180.0)
    # The circle is widest in longitude where its tangent runs along a meridian: sin Δλ = sin(angle) / cos φ.
    spread = degrees(asin(min(1.0, sin(angle) / cos(radians(lat))))) + _DUST
    if lon - spread < -180 or lon + spread > 180:
        return Box(lat_min, lat_max, -180.0, 180.0)
    return Box(lat_min, lat_max, lon - spread, lon + spread)
