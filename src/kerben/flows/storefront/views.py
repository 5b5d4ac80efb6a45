"""What the storefront's answers look like."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import Facets
from kerben.domains.geo.api import PlaceKind
from kerben.domains.media.api import Thumbnail
from kerben.platform.money import MoneyView
from kerben.platform.qty import Unit


class VariantView(msgspec.Struct, frozen=True):
    """A variant on sale. `stock_qty` can be bought online now, in units of sale; `price` is for one unit."""

    id: UUID
    sku: str
    barcode: str | None
    attributes: dict[str, str]
    price: MoneyView
    unit: Unit
    stock_qty: int | float


class ShopView(msgspec.Struct, frozen=True):
    """The shop that sells a product; `distance_m` only where a place was asked for."""

    id: UUID
    name: str
    address: str
    phone: str
    lat: float
    lon: float
    merchant_id: UUID
    merchant_name: str
    pos_status: str
    distance_m: int | msgspec.UnsetType = msgspec.UNSET


class ShownPicture(msgspec.Struct, frozen=True):
    """An uploaded picture of a product, edges in pixels."""

    url: str
    width: int
    height: int
    thumbnails: list[Thumbnail]


class ProductView(msgspec.Struct, frozen=True):
    """A product as buyers see it. `price` is that of its cheapest variant; lists leave the description out.

    `pictures` are uploads, the first one being `picture`; none where `picture` is an address given otherwise.
    `eligible_until`: online purchase is sure until then, also when the till falls silent now.
    """

    id: UUID
    name: str
    picture: str | None
    pictures: list[ShownPicture]
    category_id: UUID
    price: MoneyView | None
    shop: ShopView
    buy_eligibility: str
    eligible_until: datetime | None
    variants: list[VariantView]
    description: str | msgspec.UnsetType = msgspec.UNSET


class ProductLook(msgspec.Struct, frozen=True):
    """How a product of a cart or an order looks; `is_active`: it is still on sale."""

    id: UUID
    name: str
    picture: str | None
    pictures: list[ShownPicture]
    is_active: bool


class ProductLooks(msgspec.Struct, frozen=True):
    """The products that were asked for and exist, in the order of asking."""

    items: list[ProductLook]


class SearchPage(msgspec.Struct, frozen=True):
    """One page of a search. `total` counts at most 5,000; `corrected` is what was searched for instead of a
    misspelt query."""

    items: list[ProductView]
    facets: Facets
    total: int
    next_cursor: str | None
    corrected: str | None


class ProductSuggestion(msgspec.Struct, frozen=True):
    """A product whose name may be meant; `price` is that of its cheapest variant."""

    id: UUID
    name: str
    picture: str | None
    price: MoneyView


class CategorySuggestion(msgspec.Struct, frozen=True):
    """A category whose name may be meant."""

    id: UUID
    name: str


class ShopSuggestion(msgspec.Struct, frozen=True):
    """A shop whose name, or its merchant's, may be meant."""

    id: UUID
    name: str
    place_name: str | None


class SuggestionsView(msgspec.Struct, frozen=True):
    """What may be meant by what was typed so far, the likeliest first."""

    products: list[ProductSuggestion]
    categories: list[CategorySuggestion]
    shops: list[ShopSuggestion]


class HomePlace(msgspec.Struct, frozen=True):
    """A place with its open shops, and those of them whose tills are heard."""

    id: UUID
    slug: str
    name: str
    kind: PlaceKind
    address: str
    description: str
    lat: float
    lon: float
    radius_m: int
    shops_count: int
    live_count: int


class HomeCategory(msgspec.Struct, frozen=True):
    """A root of the directory with the products on sale in it and below it."""

    id: UUID
    name: str
    slug: str
    products_count: int


class HomeView(msgspec.Struct, frozen=True):
    """The first page: places with most shops first, roots of the directory in their order, the newest products.

    Counts are at most half a minute old; stock and eligibility of products are those of this moment.
    """

    places: list[HomePlace]
    categories: list[HomeCategory]
    new_products: list[ProductView]
