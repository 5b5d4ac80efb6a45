"""Bodies and answers of the goods routes."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import ProductFacts, ProductPicture, VariantFacts
from kerben.domains.inventory.api import StockLevel
from kerben.domains.media.api import Thumbnail, thumbnails
from kerben.platform import money
from kerben.platform.money import Money, MoneyView
from kerben.platform.problems import Problem
from kerben.platform.qty import Unit, to_number


class VariantInput(msgspec.Struct, frozen=True):
    """A variant to be added; without a barcode a shop-internal EAN-13 is issued. `stock_qty` lies in the shop now."""

    sku: str
    price: Money
    barcode: str | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    unit: Unit = Unit.PCS
    stock_qty: float = 0


class ProductInput(msgspec.Struct, frozen=True):
    """A product to be added, with at least one variant. `picture` is a path or web address."""

    name: str
    category_id: UUID
    variants: list[VariantInput]
    description: str = ""
    picture: str | None = None


class ProductsInput(msgspec.Struct, frozen=True):
    """Products to be added, 100 at most."""

    products: list[ProductInput]


class ProductChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a product; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    category_id: UUID | msgspec.UnsetType = msgspec.UNSET
    picture: str | msgspec.UnsetType | None = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class PicturesInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uploads that are to be a product's pictures, in order."""

    media_ids: list[UUID]


class VariantChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a variant; what is left out stays. Price and stock need If-Match.

    Stock is set in one of two ways: `on_hand` is what was counted in the shop, `stock_qty` what shall be free to be
    bought online (on hand is then that and what orders have reserved).
    """

    sku: str | msgspec.UnsetType = msgspec.UNSET
    barcode: str | msgspec.UnsetType = msgspec.UNSET
    attributes: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    price: Money | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET
    stock_qty: float | msgspec.UnsetType = msgspec.UNSET
    on_hand: float | msgspec.UnsetType = msgspec.UNSET
    note: str | None = None


class PictureView(msgspec.Struct, frozen=True):
    """An uploaded picture of a product, edges in pixels."""

    media_id: UUID
    url: str
    width: int
    height: int
    thumbnails: list[Thumbnail]


class StaffVariant(msgspec.Struct, frozen=True):
    """A variant as its shop's staff see it; `etag` goes into If-Match, from `low_stock` on the seller is alerted."""

    id: UUID
    product_id: UUID
    sku: str
    barcode: str | None
    attributes: dict[str, str]
    price: MoneyView
    unit: Unit
    stock_qty: int | float
    on_hand: int | float
    reserved: int | float
    is_active: bool
    etag: str
    low_stock: int | float | None


class StaffProduct(msgspec.Struct, frozen=True):
    """A product as its shop's staff see it, variants that are not on sale too. `pictures` are uploads, the first one
    being `picture`; there are none where `picture` is an address given otherwise."""

    id: UUID
    shop_id: UUID
    name: str
    description: str
    category_id: UUID
    picture: str | None
    pictures: list[PictureView]
    is_active: bool
    variants: list[StaffVariant]
    etag: str


class BulkResult(msgspec.Struct, frozen=True):
    """What became of one product of a bulk call: 201 with the product, or the problem that it met alone."""

    status: int
    product: StaffProduct | None = None
    error: Problem | None = None


class BulkResults(msgspec.Struct, frozen=True):
    """A result for each product, in the order given."""

    results: list[BulkResult]


def variant_etag(variant: VariantFacts, level: StockLevel | None) -> str:
    """The ETag of a variant: its version, what lies in the shop and what is reserved (thousandths)."""
    on_hand, reserved = (level.on_hand_milli, level.reserved_milli) if level is not None else (0, 0)
    return f'"{variant.version}.{on_hand}.{reserved}"'


def product_etag(product: ProductFacts) -> str:
    """The ETag of a product's own fields."""
    return f'"{product.version}"'


def staff_variant(variant: VariantFacts, level: StockLevel | None) -> StaffVariant:
    """A variant with its stock."""
    low_milli = level.low_stock_milli if level is not None else None
    return StaffVariant(
        id=variant.id,
        product_id=variant.product_id,
        sku=variant.sku,
        barcode=variant.barcode,
        attributes=variant.attributes,
        price=money.view(variant.price, variant.currency),
        unit=variant.unit,
        stock_qty=to_number(level.available_milli) if level is not None else 0,
        on_hand=to_number(level.on_hand_milli) if level is not None else 0,
        reserved=to_number(level.reserved_milli) if level is not None else 0,
        is_active=variant.is_active,
        etag=variant_etag(variant, level),
        low_stock=to_number(low_milli) if low_milli is not None else None,
    )


def picture_view(picture: ProductPicture) -> PictureView:
    """A picture with the addresses of its thumbnails."""
    smaller = thumbnails(picture.url, picture.width, picture.height, picture.widths)
    return PictureView(picture.media_id, picture.url, picture.width, picture.height, smaller)


def staff_product(product: ProductFacts, levels: Mapping[UUID, StockLevel]) -> StaffProduct:
    """A product with the stock of its variants."""
    return StaffProduct(
        id=product.id,
        shop_id=product.shop_id,
        name=product.name,
        description=product.description,
        category_id=product.category_id,
        picture=product.picture,
        pictures=[picture_view(picture) for picture in product.pictures],
        is_active=product.is_active,
        variants=[staff_variant(variant, levels.get(variant.id)) for variant in product.variants],
        etag=product_etag(product),
    )
