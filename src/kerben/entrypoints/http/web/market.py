"""Which page of the market an address asks for, and what is put into it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import Category, CategoryTree
from kerben.domains.geo.api import list_places
from kerben.domains.merchants.api import shops_by_ids
from kerben.entrypoints.http.web import heads
from kerben.entrypoints.http.web.routes import UUID_PATTERN, ClientRoutes
from kerben.entrypoints.http.web.shell import Inserted
from kerben.flows.storefront.api import HomePages, ProductPages, ProductView
from kerben.platform.errors import NotFoundError
from kerben.platform.runtime import Runtime

_PRODUCT: Final = re.compile(f"/p/({UUID_PATTERN})")
_SHOP: Final = re.compile(f"/s/({UUID_PATTERN})")
_CATEGORY: Final = re.compile(f"/c/({UUID_PATTERN})")
_PLACE: Final = re.compile(r"/m/([^/]{1,100})")

_product: Final = msgspec.json.Decoder(ProductView)


class MarketPages:
    """The market's pages, filled from what the API answers with."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._products = runtime.part(ProductPages)
        self._home = runtime.part(HomePages)
        self._tree = runtime.part(CategoryTree)
        self._base = runtime.settings.base_url.rstrip("/")
        self._kinds: list[tuple[re.Pattern[str], Callable[[str], Awaitable[Inserted | None]]]] = [
            (_PRODUCT, self._product),
            (_SHOP, self._shop),
            (_CATEGORY, self._category),
            (_PLACE, self._place),
        ]

    async def page(self, path: str, routes: ClientRoutes) -> Inserted | None:
        """What is put into the page of a path; None for pages that nothing is put into.

        For an address that does not exist, or of something that is unknown or no longer there, `found` is false.
        """
        path = path.rstrip("/") or "/"
        if path == "/":
            return Inserted(heads.home_head(self._base), "", {"/api/v1/home": (await self._home.get()).body})
        for pattern, make in self._kinds:
            match = pattern.fullmatch(path)
            if match is not None:
                return await make(match[1]) or UNKNOWN
        return None if routes.knows(path) else UNKNOWN

    async def _product(self, text: str) -> Inserted | None:
        product_id = UUID(text)
        try:
            page = await self._products.get(product_id)
        except NotFoundError:
            return None
        product = _product.decode(page.body)
        trail = heads.trail_to(await self._categories(), product.category_id)
        return Inserted(
            heads.product_head(self._base, product, trail),
            heads.product_body(product),
            {f"/api/v1/products/{product_id}": page.body},
        )

    async def _shop(self, text: str) -> Inserted | None:
        shop_id = UUID(text)
        async with self._db.read() as tx:
            shop = (await shops_by_ids(tx, [shop_id])).get(shop_id)
        return Inserted(heads.shop_head(self._base, shop)) if shop is not None and shop.is_active else None

    async def _category(self, text: str) -> Inserted | None:
        trail = heads.trail_to(await self._categories(), UUID(text))
        return Inserted(heads.category_head(self._base, trail)) if trail else None

    async def _place(self, slug: str) -> Inserted | None:
        async with self._db.read() as tx:
            places = await list_places(tx)
        found = next((place for place in places if place.slug == slug), None)
        return Inserted(heads.place_head(self._base, found)) if found is not None else None

    async def _categories(self) -> Sequence[Category]:
        async with self._db.read() as tx:
            return await self._tree.all(tx)


UNKNOWN: Final = Inserted(heads.unknown_head(), found=False)
