"""What the catalogue publishes."""

from __future__ import annotations

from uuid import UUID

from kerben.platform.events import Event, event


@event("catalog.product_created.v1", key="product_id")
class ProductCreated(Event, frozen=True):
    """A shop added a product with its variants."""

    product_id: UUID
    shop_id: UUID
    category_id: UUID


@event("catalog.product_changed.v1", key="product_id")
class ProductChanged(Event, frozen=True):
    """A product or its variants changed otherwise than by price alone."""

    product_id: UUID
    shop_id: UUID


@event("catalog.price_changed.v1", key="product_id")
class PriceChanged(Event, frozen=True):
    """A variant has a new price, in minor units of its currency."""

    product_id: UUID
    variant_id: UUID
    shop_id: UUID
    old_price: int
    new_price: int
    currency: str
    source: str


@event("catalog.categories_changed.v1", key="category_id")
class CategoriesChanged(Event, frozen=True):
    """The directory of categories has a new or changed node."""

    category_id: UUID
