"""Suggestions while a query is typed: products, categories and shops by the beginnings of their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from kerben.domains.catalog.api import CategoryTree, SuggestedProduct, query_words, suggest_products
from kerben.domains.geo.api import Place, places_by_ids
from kerben.domains.merchants.api import ShopDirectory, ShopPoint, words_of
from kerben.flows.storefront.views import (
    CategorySuggestion,
    ProductSuggestion,
    ShopSuggestion,
    SuggestionsView,
)
from kerben.platform import money
from kerben.platform.db import Database
from kerben.platform.errors import invalid
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

QUERY_MAX: Final = 80
PRODUCTS_MAX: Final = 6
CATEGORIES_MAX: Final = 4
SHOPS_MAX: Final = 4

_SHOPS_COMPARED: Final = 100
"""So many shops are found before the best are taken."""


class SuggestionLimiter(RateLimiter):
    """Suggestions for one address: 100 at once, then 20 a second, apart from its searches."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.clock, burst=100, per_s=20, enabled=runtime.settings.rate_limits)


class Suggestions:
    """Shops and categories are found in memory, products in at most three statements, whatever was typed."""

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._tree = runtime.part(CategoryTree)
        self._directory = runtime.part(ShopDirectory)

    async def get(self, q: str) -> SuggestionsView:
        """What a buyer may mean; nothing for a text without letters and digits. Raises InvalidRequestError for one
        of more than 80 characters."""
        if len(q) > QUERY_MAX:
            raise invalid("/q", f"Не больше {QUERY_MAX} знаков.", "TOO_LONG")
        words = query_words(q)
        if not words:
            return SuggestionsView([], [], [])
        async with self._db.read_by_key() as tx:
            products = await suggest_products(tx, q, PRODUCTS_MAX)
            categories = await self._tree.named(tx, words, CATEGORIES_MAX)
            index = await self._directory.current(tx)
            shops = _best(index.named(words_of(q), _SHOPS_COMPARED), words)
            places = await places_by_ids(tx, list({shop.place_id for shop in shops if shop.place_id}))
        return SuggestionsView(
            [_product(product) for product in products],
            [CategorySuggestion(category.id, category.name) for category in categories],
            [ShopSuggestion(shop.id, shop.name, _place_name(shop, places)) for shop in shops],
        )


def _best(shops: list[ShopPoint], words: list[str]) -> list[ShopPoint]:
    beginning = f" {' '.join(words)}"
    return sorted(shops, key=lambda s: (not s.text.startswith(beginning), s.order, s.id))[:SHOPS_MAX]


def _product(found: SuggestedProduct) -> ProductSuggestion:
    return ProductSuggestion(found.id, found.name, found.picture, money.view(found.price, found.currency))


def _place_name(shop: ShopPoint, places: Mapping[UUID, Place]) -> str | None:
    place = places.get(shop.place_id) if shop.place_id is not None else None
    return place.name if place is not None else None
