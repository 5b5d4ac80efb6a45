"""Products, variants, prices, and what is asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.platform.qty import Unit

FALLBACK_CATEGORY: Final = UUID("00000000-0000-7000-8000-000000000001")
"""«Прочее»: where goods of an unknown category go. It always exists."""

PriceSource = Literal["pos", "seller", "import", "rate"]
"""Who set a price: a sale at the till, the seller by hand, an import, an exchange rate."""

KeyKind = Literal["id", "sku", "barcode"]


class Category(msgspec.Struct, frozen=True):
    """A node of the directory; a root has no parent. `sort` orders siblings, then the name."""

    id: UUID
    parent_id: UUID | None
    slug: str
    name: str
    sort: int
    is_hidden: bool = False
    """People who buy do not see it, nor what lies below it; its goods are found all the same."""


class NewCategory(msgspec.Struct, frozen=True):
    """A category to be added; the slug is unique."""

    slug: str
    name: str
    parent_id: UUID | None = None
    sort: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 0


class CategoryPatch(msgspec.Struct, frozen=True):
    """What changes of a category; `parent_id` null makes it a root."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    parent_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    sort: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] | msgspec.UnsetType = msgspec.UNSET
    is_hidden: bool | msgspec.UnsetType = msgspec.UNSET


class VariantFacts(msgspec.Struct, frozen=True):
    """A variant as it is sold. `price` in minor units per unit; `is_active` only if its product is active too."""

    id: UUID
    product_id: UUID
    shop_id: UUID
    sku: str
    barcode: str | None
    attributes: dict[str, str]
    price: int
    currency: str
    unit: Unit
    product_name: str
    is_active: bool
    version: int
    """Counts changes of the variant, price changes included; for If-Match."""
    updated_at: datetime


class VariantKey(msgspec.Struct, frozen=True):
    """How a till or file names a variant of a shop."""

    shop_id: UUID
    kind: KeyKind
    value: str


class ProductPicture(msgspec.Struct, frozen=True):
    """An uploaded picture of a product, with all that is needed to show it; edges in pixels.

    `widths` are those of its thumbnails, whose addresses the media domain knows (`thumbnails`).
    """

    media_id: UUID
    url: str
    width: int
    height: int
    widths: list[int]


class ProductFacts(msgspec.Struct, frozen=True):
    """A product with its variants (inactive ones too), in the order they were added."""

    id: UUID
    shop_id: UUID
    category_id: UUID
    name: str
    description: str
    picture: str | None
    is_active: bool
    variants: list[VariantFacts]
    version: int
    """Counts changes of the product's own fields; variants have their own versions."""
    created_at: datetime
    updated_at: datetime
    pictures: list[ProductPicture] = msgspec.field(default_factory=list[ProductPicture])
    """Uploaded pictures in order, the first one is `picture`; none where `picture` is an address given otherwise."""

    @property
    def stamp(self) -> int:
        """Rises with every change of the product or its variants, prices included; see `product_stamps`."""
        return self.version + sum(variant.version for variant in self.variants)


class NewVariant(msgspec.Struct, frozen=True):
    """A variant to be added; `price` in minor units. Without a barcode an internal EAN-13 is issued."""

    sku: str
    barcode: str | None
    attributes: dict[str, str]
    price: int
    unit: Unit = Unit.PCS
    currency: str = "KGS"


class NewProduct(msgspec.Struct, frozen=True):
    """A product to be added, with at least one variant. `picture` is a path or URL."""

    shop_id: UUID
    name: str
    description: str
    category_id: UUID
    variants: list[NewVariant]
    picture: str | None = None


class CreatedProduct(msgspec.Struct, frozen=True):
    """Ids of a product just added; variants in the order given."""

    id: UUID
    variant_ids: list[UUID]


class ProductPatch(msgspec.Struct, frozen=True):
    """What to change of a product; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    category_id: UUID | msgspec.UnsetType = msgspec.UNSET
    picture: str | msgspec.UnsetType | None = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class VariantPatch(msgspec.Struct, frozen=True):
    """What to change of a variant by hand; what is left out stays. `price` in minor units of its currency."""

    sku: str | msgspec.UnsetType = msgspec.UNSET
    barcode: str | msgspec.UnsetType = msgspec.UNSET
    attributes: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    price: int | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class PriceChange(msgspec.Struct, frozen=True):
    """A new price in minor units of the variant's currency; `reference` names the receipt, import or rate."""

    variant_id: UUID
    price: int
    source: PriceSource
    reference: str | None = None


class PricePoint(msgspec.Struct, frozen=True):
    """One change of a price."""

    variant_id: UUID
    old_price: int
    new_price: int
    currency: str
    source: PriceSource
    reference: str | None
    at: datetime


class IdPage(msgspec.Struct, frozen=True):
    """Ids of one page; `next` is the cursor of the following one, None on the last."""

    ids: list[UUID]
    next: str | None


class ListAsk(msgspec.Struct, frozen=True):
    """A page of products to be listed: so many below an id. Made by `list_ask`."""

    shop_id: UUID | None
    category_id: UUID | None
    before: UUID
    limit: int


class StampedPage(msgspec.Struct, frozen=True):
    """Products of a page in order with their stamps; `next` is the cursor of the following one, None on the last."""

    stamps: dict[UUID, int]
    next: str | None


SearchSort = Literal["relevance", "new", "price_asc", "price_desc"]
"""The best first (the newest without words), the newest, the cheapest, the dearest."""


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer looks for. Empty `q`: everything, newest first. Prices in minor units, both ends included.

    `shop_ids` limits to shops (the caller resolves distance into shops); None: all. `attributes`: for each name, the
    values of which a variant must have one; one variant must fit price and all attributes together. Sorted by price,
    a product stands where the cheapest of its variants that fit puts it.
    """

    q: str = ""
    category_id: UUID | None = None
    shop_ids: Sequence[UUID] | None = None
    price_min: int | None = None
    price_max: int | None = None
    attributes: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])
    cursor: str | None = None
    limit: int = 24
    facets: bool = True
    sort: SearchSort = "relevance"


class CategoryFacet(msgspec.Struct, frozen=True):
    """How many of the found products lie in a category."""

    category_id: UUID
    count: int


class ValueFacet(msgspec.Struct, frozen=True):
    """How many of the found products have a value of an attribute."""

    value: str
    count: int


class PriceRange(msgspec.Struct, frozen=True):
    """Lowest and highest price among what was found, minor units."""

    min: int
    max: int


class Facets(msgspec.Struct, frozen=True):
    """What the found products can be narrowed by."""

    categories: list[CategoryFacet] = msgspec.field(default_factory=list[CategoryFacet])
    price: PriceRange | None = None
    attributes: dict[str, list[ValueFacet]] = msgspec.field(default_factory=dict[str, list[ValueFacet]])


class SearchResult(msgspec.Struct, frozen=True):
    """One page of what was found, best first.

    `total` counts at most 5,000; `corrected` is the query that was used instead of a misspelt one.
    """

    ids: list[UUID]
    total: int
    facets: Facets
    next: str | None
    corrected: str | None = None


class SuggestedProduct(msgspec.Struct, frozen=True):
    """A product to be suggested, with the price of its cheapest variant in minor units."""

    id: UUID
    name: str
    picture: str | None
    price: int
    currency: str


class Rate(msgspec.Struct, frozen=True):
    """How many KGS one unit of a currency costs since a moment."""

    currency: str
    rate: Decimal
    valid_from: datetime
