"""HTTP of the map; everyone may look."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.openapi.datastructures import ResponseSpec

from kerben.domains.geo.api import Box, read_box, read_near
from kerben.flows.market_map.clusters import Wanted
from kerben.flows.market_map.service import MapLimiter, MarketMap
from kerben.flows.market_map.views import MapShop, MapView
from kerben.platform.access import client_ip, public
from kerben.platform.errors import invalid
from kerben.platform.http import EXPRESS, Page, json_with_etag, page_limit

ZOOM_MAX: Final = 22
QUERY_MAX: Final = 80
_WORLD: Final = Box(-90, 90, -180, 180)


class MapController(Controller):
    """Shops on the map."""

    path = "/api/v1/map"
    tags = ("Map",)

    @get(
        guards=[public],
        opt=EXPRESS,
        responses={200: ResponseSpec(MapView, generate_examples=False, description="What to show")},
    )
    async def show(
        self,
        request: Request[Any, Any, Any],
        market_map: MarketMap,
        map_limiter: MapLimiter,
        bbox: str | None = None,
        zoom: int | None = None,
        buyable: bool = False,
        near: str | None = None,
        radius_m: int | None = None,
        place_id: UUID | None = None,
    ) -> Response[bytes]:
        """Open shops in `bbox=west,south,east,north`, those close together at a `zoom` (0 to 22) as clusters: at most
        200 of both, with an ETag.

        `buyable` for those that sell online now, `near=lat,lon` with `radius_m` (5,000 unless said) for those within
        that circle, `place_id` for those of a place. 429 for too many questions from one address.
        """
        map_limiter.take(client_ip(request))
        if bbox is None:
            raise invalid("/bbox", "Нужен прямоугольник карты.", "REQUIRED")
        if zoom is None:
            raise invalid("/zoom", "Нужен масштаб карты.", "REQUIRED")
        if not 0 <= zoom <= ZOOM_MAX:
            raise invalid("/zoom", f"От 0 до {ZOOM_MAX}.")
        wanted = Wanted(read_box(bbox), read_near(near, radius_m), place_id, buyable)
        return json_with_etag(request, await market_map.view(wanted, zoom))

    @get(
        "/shops",
        guards=[public],
        opt=EXPRESS,
        responses={200: ResponseSpec(Page[MapShop], generate_examples=False, description="One page")},
    )
    async def shops(
        self,
        request: Request[Any, Any, Any],
        market_map: MarketMap,
        map_limiter: MapLimiter,
        bbox: str | None = None,
        q: str | None = None,
        buyable: bool = False,
        near: str | None = None,
        radius_m: int | None = None,
        place_id: UUID | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Response[bytes]:
        """Open shops one by one: of a rectangle (a cluster's `bbox` opens the cluster), a circle, a place.

        By name, 2 before 10; the nearest first where `near` is given. `q` finds one by words of its name, its
        merchant's or its address, numbers too; a word may be only begun.
        """
        map_limiter.take(client_ip(request))
        if q is not None and len(q) > QUERY_MAX:
            raise invalid("/q", f"Не больше {QUERY_MAX} знаков.", "TOO_LONG")
        box = _WORLD if bbox is None else read_box(bbox)
        wanted = Wanted(box, read_near(near, radius_m), place_id, buyable)
        return json_with_etag(request, await market_map.shops(wanted, q, cursor, page_limit(limit)))
