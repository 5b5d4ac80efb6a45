"""Gathering what product pages, lists and searches show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import (
    SearchQuery,
    list_product_ids,
    products_by_ids,
    search_product_ids,
)
from kerben.domains.inventory.api import levels
from kerben.domains.merchants.api import shops_by_ids, shops_near
from kerben.domains.pos.api import eligibility_of
from kerben.flows.storefront.views import ProductView, SearchPage, product_view
from kerben.platform.batching import Batcher
from kerben.platform.db import Database, ReadTx
from kerben.platform.errors import NotFoundError
from kerben.platform.http import Page, etag_of
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

NEAR_SHOPS_MAX: Final = 1_000
"""A search around a place looks at so many shops, the nearest."""


class SearchLimiter(RateLimiter):
    """Searches from one address: 100 at once, then 20 a second. Many buyers share the address of their carrier."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.clock, burst=100, per_s=20, enabled=runtime.settings.rate_limits)


class Near(msgspec.Struct, frozen=True):
    """A circle on the map: degrees (WGS 84) and metres."""

    lat: float
    lon: float
    radius_m: int


class Encoded(msgspec.Struct, frozen=True):
    """A product page as JSON, with its ETag."""

    body: bytes
    etag: str


async def gather(
    tx: ReadTx,
    ids: Sequence[UUID],
    silence_s: int,
    *,
    described: bool = False,
    distances: Mapping[UUID, float] | None = None,
) -> dict[UUID, ProductView]:
    """Products on sale with stock, shop and eligibility, however many in five statements; others are left out.

    Products and variants (catalog), stock (inventory), shops with their merchants (merchants), tills (pos).
    """
    products = {i: p for i, p in (await products_by_ids(tx, ids)).items() if p.is_active}
    if not products:
        return {}
    stock = await levels(tx, [v.id for p in products.values() for v in p.variants if v.is_active])
    shops = await shops_by_ids(tx, sorted({p.shop_id for p in products.values()}))
    may_buy = await eligibility_of(tx, list(shops.values()), tx.now, silence_s)
    far = distances or {}
    return {
        i: product_view(
            p, stock, shops[p.shop_id], may_buy[p.shop_id], described=described, distance_m=far.get(p.shop_id)
        )
        for i, p in products.items()
        if p.shop_id in shops
    }


class ProductPages:
    """Product pages, gathered: callers that arrive together share five statements on one connection."""

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._silence_s = runtime.settings.pos_silence_s
        self._encoder = msgspec.json.Encoder()
        self._batcher: Batcher[UUID, Encoded] = Batcher("storefront.product", self._run)

    async def get(self, product_id: UUID) -> Encoded:
        """One product page. Raises NotFoundError for a product that is unknown or not on sale."""
        return await self._batcher.submit(product_id)

    async def _run(self, ids: Sequence[UUID]) -> Sequence[Encoded | Exception]:
        async with self._db.read_by_key() as tx:
            views = await gather(tx, list(dict.fromkeys(ids)), self._silence_s, described=True)
        # Many callers of one hot product get the same bytes.
        pages = {i: self._encode(view) for i, view in views.items()}
        return [pages.get(i) or NotFoundError() for i in ids]

    def _encode(self, view: ProductView) -> Encoded:
        body = self._encoder.encode(view)
        return Encoded(body, etag_of(body))


async def list_products(
    tx: ReadTx, silence_s: int, *, shop_id: UUID | None, category_id: UUID | None, cursor: str | None, limit: int
) -> Page[ProductView]:
    """Products on sale, newest first. Raises InvalidRequestError for a cursor that is not ours."""
    page = await list_product_ids(tx, shop_id=shop_id, category_id=category_id, cursor=cursor, limit=limit)
    views = await gather(tx, page.ids, silence_s)
    return Page([views[i] for i in page.ids if i in views], page.next)


async def search(
    tx: ReadTx, silence_s: int, query: SearchQuery, *, shop_id: UUID | None, near: Near | None
) -> SearchPage:
    """Products on sale that fit a query, best first; with `near` only of the shops within the circle."""
    distances: dict[UUID, float] = {}
    shop_ids = [shop_id] if shop_id is not None else None
    if near is not None:
        found = await shops_near(tx, near.lat, near.lon, near.radius_m, NEAR_SHOPS_MAX)
        distances = {s.shop_id: s.distance_m for s in found if shop_id is None or s.shop_id == shop_id}
        shop_ids = list(distances)
    result = await search_product_ids(tx, msgspec.structs.replace(query, shop_ids=shop_ids))
    views = await gather(tx, result.ids, silence_s, distances=distances)
    items = [views[i] for i in result.ids if i in views]
    return SearchPage(items, result.facets, result.total, result.next, result.corrected)
