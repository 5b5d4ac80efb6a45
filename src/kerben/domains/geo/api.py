"""What other domains may use of geo."""

from kerben.domains.geo.model import Box, Latitude, Longitude, NewPlace, Place, PlaceKind
from kerben.domains.geo.rules import EARTH_RADIUS_M, bounding_box, distance_m
from kerben.domains.geo.service import create_places, list_places, places_by_ids
from kerben.domains.geo.tiles import LEVEL, column, number_of, row
from kerben.domains.geo.wire import Near, read_box, read_near

__all__ = [
    "EARTH_RADIUS_M",
    "LEVEL",
    "Box",
    "Latitude",
    "Longitude",
    "Near",
    "NewPlace",
    "Place",
    "PlaceKind",
    "bounding_box",
    "column",
    "create_places",
    "distance_m",
    "list_places",
    "number_of",
    "places_by_ids",
    "read_box",
    "read_near",
    "row",
]
