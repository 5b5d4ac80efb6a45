"""Answers of the map, made in memory: the only statements are those that keep shops and signs of life current."""

from __future__ import annotations

from heapq import nsmallest
from operator import itemgetter
from typing import Final
from uuid import UUID

from kerben.domains.geo.api import Near, distance_m
from kerben.domains.merchants.api import ShopPoint, words_of
from kerben.domains.pos.api import Alive, Selling, SellingShops, sells_while_alive
from kerben.flows.market_map.clusters import Wanted, cluster, fitting, squares
from kerben.flows.market_map.views import MapShop, MapView, map_shop
from kerben.platform.db import Database
from kerben.platform.http import Page, decode_cursor, encode_cursor
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

_Key = tuple[int, float, str, UUID]
"""Exact words first, then the nearest, then names in the order of people, then ids."""

_NOTHING: Final = Page[MapShop]([])


class MapLimiter(RateLimiter):
    """Answers of the map for one address: 100 at once, then 20 a second; moving a map asks several times."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.clock, burst=100, per_s=20, enabled=runtime.settings.rate_limits)


class MarketMap:
    """Shops on the map. What a shop is follows changes within a second, whether its till is heard within two."""

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._clock = runtime.clock
        self._selling = runtime.part(SellingShops)

    async def view(self, wanted: Wanted, zoom: int) -> MapView:
        """Clusters and single shops of a rectangle at a zoom (0 to 22)."""
        selling = await self._current()
        index, live = selling.index, selling.live
        level, found = squares(index, live, wanted, zoom)
        return MapView(
            [cluster(index, live, level, cell, shops) for cell, shops in found.items() if len(shops) > 1],
            [self._shop(index.points[s[0]], selling.alive, wanted.near) for s in found.values() if len(s) == 1],
            sum(map(len, found.values())),
        )

    async def shops(self, wanted: Wanted, q: str | None, cursor: str | None, limit: int) -> Page[MapShop]:
        """The shops of a rectangle, one by one: the nearest first where a point is given, else by name.

        `q`: each of its words begins a word of the name, the merchant's name or the address; shops with the very
        words come first. Raises InvalidRequestError for a cursor that is not ours.
        """
        after = decode_cursor(cursor, _Key)
        words = words_of(q or "")
        if q and q.strip() and not words:
            return _NOTHING
        selling = await self._current()
        points, near = selling.index.points, wanted.near
        starts, exact = [f" {word}" for word in words], [f" {word} " for word in words]

        def key(shop: ShopPoint) -> _Key:
            rank = 0 if all(word in shop.text for word in exact) else 1
            away = distance_m(near.lat, near.lon, shop.lat, shop.lon) if near is not None else 0.0
            return rank, away, shop.order, shop.id

        keyed = (
            (key(shop), shop)
            for shop in (points[i] for i in fitting(selling.index, selling.live, wanted))
            if all(word in shop.text for word in starts)
        )
        later = keyed if after is None else (pair for pair in keyed if pair[0] > after)
        found = nsmallest(limit + 1, later, key=itemgetter(0))
        more = encode_cursor(*found[limit - 1][0]) if len(found) > limit else None
        return Page([self._shop(shop, selling.alive, near) for _, shop in found[:limit]], more)

    async def _current(self) -> Selling:
        async with self._db.read_by_key() as tx:
            return await self._selling.get(tx)

    def _shop(self, shop: ShopPoint, alive: Alive, near: Near | None) -> MapShop:
        away = distance_m(near.lat, near.lon, shop.lat, shop.lon) if near is not None else None
        until = alive.until.get(shop.id)
        return map_shop(shop, until, self._clock.now(), sells=sells_while_alive(shop), distance_m=away)
