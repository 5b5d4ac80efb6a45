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
from kerben.entrypoints.http.web.asks import DIRECTORY, HOME, Ask, answers, eligibility_ask, search_ask, shops_ask
from kerben.entrypoints.http.web.routes import UUID_PATTERN, ClientRoutes
from kerben.entrypoints.http.web.shell import Inserted, Picture
from kerben.flows.storefront.api import ProductPages, ProductView, ShownPicture
from kerben.platform.errors import NotFoundError
from kerben.platform.runtime import Runtime

_PRODUCT: Final = re.compile(f"/p/({UUID_PATTERN})")
_SHOP: Final = re.compile(f"/s/({UUID_PATTERN})")
_CATEGORY: Final = re.compile(f"/c/({UUID_PATTERN})")
_PLACE: Final = re.compile(r"/m/([^/]{1,100})")

_SEARCH: Final = "/search"

SEEN_FIRST: Final = 2
"""Pictures of a list that a phone shows before it is scrolled, as the client hastens them."""


class _Item(msgspec.Struct, frozen=True):
    """Of a product in a list its pictures."""

    picture: str | None
    pictures: list[ShownPicture]


class _Goods(msgspec.Struct, frozen=True):
    """Of a list of products those pictures."""

    items: list[_Item]


_product: Final = msgspec.json.Decoder(ProductView)
_goods: Final = msgspec.json.Decoder(_Goods)


class MarketPages:
    """The market's pages, filled from what the API answers with."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._products = runtime.part(ProductPages)
        self._tree = runtime.part(CategoryTree)
        self._base = runtime.settings.base_url.rstrip("/")
        self._kinds: list[tuple[re.Pattern[str], Callable[[str, str], Awaitable[Inserted | None]]]] = [
            (_PRODUCT, self._product),
            (_SHOP, self._shop),
            (_CATEGORY, self._category),
            (_PLACE, self._place),
        ]

    async def page(self, path: str, query: str, routes: ClientRoutes, ask: Ask) -> Inserted:
        """What is put into the page of a path and its query.

        For an address that does not exist, or of something that is unknown or no longer there, `found` is false.
        """
        inserted = await self._inserted(path.rstrip("/") or "/", query, routes)
        if not inserted.asks:
            return inserted
        found = await answers(ask, inserted.asks)
        pictures = [picture for address, body in found.items() for picture in _first_pictures(address, body)]
        head = msgspec.structs.replace(inserted.head, preload=[*inserted.head.preload, *pictures])
        return msgspec.structs.replace(inserted, head=head, state={**inserted.state, **found})

    async def _inserted(self, path: str, query: str, routes: ClientRoutes) -> Inserted:
        if path == "/":
            return Inserted(heads.home_head(self._base), asks=[HOME])
        for pattern, make in self._kinds:
            match = pattern.fullmatch(path)
            if match is not None:
                return await make(match[1], query) or UNKNOWN
        if not routes.knows(path):
            return UNKNOWN
        if path == _SEARCH:
            return Inserted(heads.own_head(), asks=[*search_ask(query), *DIRECTORY])
        return OWN

    async def _product(self, text: str, _: str) -> Inserted | None:
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
            asks=DIRECTORY,
        )

    async def _shop(self, text: str, query: str) -> Inserted | None:
        shop_id = UUID(text)
        async with self._db.read() as tx:
            shop = (await shops_by_ids(tx, [shop_id])).get(shop_id)
        if shop is None or not shop.is_active:
            return None
        own = [f"/api/v1/shops/{shop_id}", eligibility_ask(shop.merchant_id)]
        asks = [*own, *search_ask(query, shop_id=shop_id), *DIRECTORY]
        return Inserted(heads.shop_head(self._base, shop), asks=asks)

    async def _category(self, text: str, query: str) -> Inserted | None:
        category_id = UUID(text)
        trail = heads.trail_to(await self._categories(), category_id)
        if not trail:
            return None
        asks = [*search_ask(query, category_id=category_id), *DIRECTORY]
        return Inserted(heads.category_head(self._base, trail), asks=asks)

    async def _place(self, slug: str, _: str) -> Inserted | None:
        async with self._db.read() as tx:
            places = await list_places(tx)
        found = next((place for place in places if place.slug == slug), None)
        if found is None:
            return None
        return Inserted(heads.place_head(self._base, found), asks=[shops_ask(found.id), *DIRECTORY])

    async def _categories(self) -> Sequence[Category]:
        async with self._db.read() as tx:
            return await self._tree.all(tx)


def _first_pictures(address: str, body: bytes) -> list[Picture]:
    """What is seen first of a search's answer; nothing of others: theirs lie further down, or they have none."""
    if not address.startswith("/api/v1/search?"):
        return []
    shown = _goods.decode(body).items[:SEEN_FIRST]
    return [picture for item in shown if (picture := heads.first_picture(item, heads.CARD_SIZES)) is not None]


OWN: Final = Inserted(heads.own_head())
UNKNOWN: Final = Inserted(heads.unknown_head(), found=False)
