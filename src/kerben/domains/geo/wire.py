"""Places on the ground as parameters of a request."""

from __future__ import annotations

import math
from typing import Final

import msgspec

from kerben.domains.geo.model import Box
from kerben.platform.errors import invalid

RADIUS_DEFAULT_M: Final = 5_000
RADIUS_MAX_M: Final = 100_000


class Near(msgspec.Struct, frozen=True):
    """A circle on the map: degrees (WGS 84) and metres."""

    lat: float
    lon: float
    radius_m: int


def read_near(near: str | None, radius_m: int | None) -> Near | None:
    """The circle of `near=lat,lon&radius_m=`, 5 km unless said. Raises InvalidRequestError with a pointer."""
    if near is None:
        if radius_m is not None:
            raise invalid("/near", "Укажите и точку: near=широта,долгота.", "REQUIRED")
        return None
    try:
        lat, lon = (float(part) for part in near.split(","))
    except ValueError as error:
        raise invalid("/near", "Нужны широта и долгота через запятую, например 42.87,74.59.") from error
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise invalid("/near", "Широта от −90 до 90, долгота от −180 до 180.")
    radius = RADIUS_DEFAULT_M if radius_m is None else radius_m
    if not 1 <= radius <= RADIUS_MAX_M:
        raise invalid("/radius_m", f"От 1 до {RADIUS_MAX_M} метров.")
    return Near(lat, lon, radius)


def read_box(bbox: str) -> Box:
    """The rectangle of `bbox=west,south,east,north` in degrees (the order of RFC 7946, section 5); a single point is
    one too. None across the 180th meridian. Raises InvalidRequestError with a pointer."""
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise invalid("/bbox", "Нужны запад, юг, восток и север через запятую, например 74,42,75,43.") from error
    # A comparison with NaN is never true.
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise invalid("/bbox", "Запад не восточнее востока, юг не севернее севера; градусы от −180 до 180 и до ±90.")
    return Box(lat_min=south, lat_max=north, lon_min=west, lon_max=east)
