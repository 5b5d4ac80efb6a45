"""What other domains may use of geo."""

from kerben.domains.geo.model import Box, Latitude, Longitude, NewPlace, Place, PlaceKind
from kerben.domains.geo.rules import EARTH_RADIUS_M, bounding_box, distance_m
from kerben.domains.geo.service import create_places, list_places, places_by_ids

__all__ = [
    "EARTH_RADIUS_M",
    "Box",
    "Latitude",
    "Longitude",
    "NewPlace",
    "Place",
    "PlaceKind",
    "bounding_box",
    "create_places",
    "distance_m",
    "list_places",
    "places_by_ids",
]
