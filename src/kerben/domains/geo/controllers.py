"""HTTP of places."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.openapi.datastructures import ResponseSpec

from kerben.domains.geo import service
from kerben.domains.geo.model import Place, PlaceKind
from kerben.platform.access import public
from kerben.platform.db import Database
from kerben.platform.http import json_with_etag


class PlaceList(msgspec.Struct, frozen=True):
    """All places of the market; there is one page."""

    items: list[Place]
    next_cursor: str | None = None


class PlacesController(Controller):
    """Bazaars and other places that group shops."""

    path = "/api/v1/places"
    tags = ("Places",)

    @get(
        guards=[public],
        responses={200: ResponseSpec(PlaceList, generate_examples=False, description="All places")},
    )
    async def list_places(
        self, request: Request[Any, Any, Any], db: Database, kind: PlaceKind | None = None
    ) -> Response[bytes]:
        """Places in order of their names, with an ETag."""
        async with db.read() as tx:
            places = await service.list_places(tx, kind)
        return json_with_etag(request, PlaceList(places))
