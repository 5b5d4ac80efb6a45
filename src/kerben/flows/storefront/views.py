"""What the storefront's answers look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import Facets, ProductFacts, VariantFacts
from kerben.domains.inventory.api import StockLevel
from kerben.domains.merchants.api import ShopFacts
from kerben.domains.pos.api import ShopEligibility
from kerben.platform import money
from kerben.platform.money import MoneyView
from kerben.platform.qty import Unit, to_number


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


class ProductView(msgspec.Struct, frozen=True):
    """A product as buyers see it. `price` is that of its cheapest variant; lists leave the description out.

    `eligible_until`: online purchase is sure until then, also when the till falls silent now.
    """

    id: UUID
    name: str
    picture: str | None
    category_id: UUID
    price: MoneyView | None
    shop: ShopView
    buy_eligibility: str
    eligible_until: datetime | None
    variants: list[VariantView]
    description: str | msgspec.UnsetType = msgspec.UNSET


class SearchPage(msgspec.Struct, frozen=True):
    """One page of a search. `total` counts at most 10,000; `corrected` is what was searched for instead of a
    misspelt query."""

    items: list[ProductView]
    facets: Facets
    total: int
    next_cursor: str | None
    corrected: str | None


def product_view(
    product: ProductFacts,
    levels: Mapping[UUID, StockLevel],
    shop: ShopFacts,
    eligibility: ShopEligibility,
    *,
    described: bool,
    distance_m: float | None = None,
) -> ProductView:
    """Put the parts of a product together; variants that are not on sale are left out."""
    on_sale = [variant for variant in product.variants if variant.is_active]
    cheapest = min(on_sale, key=lambda variant: variant.price, default=None)
    return ProductView(
        id=product.id,
        name=product.name,
        picture=product.picture,
        category_id=product.category_id,
        price=money.view(cheapest.price, cheapest.currency) if cheapest is not None else None,
        shop=_shop(shop, eligibility, distance_m),
        buy_eligibility=eligibility.buy_eligibility,
        eligible_until=eligibility.eligible_until,
        variants=_variants(on_sale, levels),
        description=product.description if described else msgspec.UNSET,
    )


def _variants(variants: Sequence[VariantFacts], levels: Mapping[UUID, StockLevel]) -> list[VariantView]:
    views: list[VariantView] = []
    for variant in variants:
        level = levels.get(variant.id)
        views.append(
            VariantView(
                variant.id,
                variant.sku,
                variant.barcode,
                variant.attributes,
                money.view(variant.price, variant.currency),
                variant.unit,
                to_number(level.available_milli) if level is not None else 0,
            )
        )
    return views


def _shop(shop: ShopFacts, eligibility: ShopEligibility, distance_m: float | None) -> ShopView:
    return ShopView(
        id=shop.id,
        name=shop.name,
        address=shop.address,
        phone=shop.phone,
        lat=shop.lat,
        lon=shop.lon,
        merchant_id=shop.merchant_id,
        merchant_name=shop.merchant_name,
        pos_status=eligibility.pos_status,
        distance_m=msgspec.UNSET if distance_m is None else round(distance_m),
    )
