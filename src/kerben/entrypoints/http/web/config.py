"""What pages are told of the operator's settings."""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
from litestar import Controller, Request, Response, get
from litestar.openapi.datastructures import ResponseSpec

from kerben.platform.access import public
from kerben.platform.http import json_with_etag
from kerben.platform.settings import InvalidSettingsError, Settings

LANGUAGES: Final = ("ru", "ky", "en")


class MapCenter(msgspec.Struct, frozen=True):
    """Where the map opens: degrees (WGS 84) and the zoom level of web maps."""

    lat: float
    lon: float
    zoom: float


class WebConfig(msgspec.Struct, frozen=True):
    """Settings that pages need; without `tile_url` the map is drawn plainly."""

    tile_url: str | None
    tile_attribution: str | None
    base_url: str
    demo: bool
    languages: list[str]
    default_center: MapCenter


def read_center(text: str) -> MapCenter:
    """The setting `map_center`. Raises InvalidSettingsError when it is not latitude, longitude and zoom."""
    try:
        lat, lon, zoom = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidSettingsError("KERBEN_MAP_CENTER must be latitude,longitude,zoom") from error
    if not (math.isfinite(lat) and abs(lat) <= 90 and math.isfinite(lon) and abs(lon) <= 180 and 0 <= zoom <= 22):
        raise InvalidSettingsError("KERBEN_MAP_CENTER: latitude −90 to 90, longitude −180 to 180, zoom 0 to 22")
    return MapCenter(lat, lon, zoom)


class WebConfigController(Controller):
    """Settings for pages."""

    path = "/api/v1/web-config"
    tags = ("Web",)

    @get(
        guards=[public],
        responses={200: ResponseSpec(WebConfig, generate_examples=False, description="Settings for pages")},
    )
    async def show(self, request: Request[Any, Any, Any], settings: Settings) -> Response[bytes]:
        """What the operator has set for pages: tiles of the map, languages; with an ETag."""
        config = WebConfig(
            tile_url=settings.tile_url or None,
            tile_attribution=settings.tile_attribution or None,
            base_url=settings.base_url.rstrip("/"),
            demo=settings.demo,
            languages=list(LANGUAGES),
            default_center=read_center(settings.map_center),
        )
        return json_with_etag(request, config)
