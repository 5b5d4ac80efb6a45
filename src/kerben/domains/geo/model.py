"""Places and the box that filters points coarsely."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

Latitude = Annotated[float, Meta(ge=-90, le=90)]
"""Degrees north, WGS 84."""
Longitude = Annotated[float, Meta(ge=-180, le=180)]
"""Degrees east, WGS 84."""


class PlaceKind(StrEnum):
    """What a place is."""

    BAZAAR = "bazaar"
    MALL = "mall"
    STREET = "street"
    DISTRICT = "district"


class NewPlace(msgspec.Struct, frozen=True):
    """A place to be added; `radius_m` bounds the shops that belong to it."""

    slug: str
    name: str
    kind: PlaceKind
    lat: float
    lon: float
    radius_m: int
    address: str = ""
    description: str = ""


class Place(msgspec.Struct, frozen=True):
    """A bazaar, mall or street; `lat` and `lon` are its middle in degrees (WGS 84)."""

    id: UUID
    slug: str
    name: str
    kind: PlaceKind
    address: str
    description: str
    lat: float
    lon: float
    radius_m: int


class Box(msgspec.Struct, frozen=True):
    """A rectangle of degrees that holds every point of a circle (and some more)."""

    lat_min: float
    lat_max: float
    lon_min: float
    lon_max: float
