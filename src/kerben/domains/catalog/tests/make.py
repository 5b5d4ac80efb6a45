"""Builders for tests."""

from __future__ import annotations

from uuid import UUID

from kerben.domains.catalog.api import (
    FALLBACK_CATEGORY,
    CreatedProduct,
    NewCategory,
    NewProduct,
    NewVariant,
    create_categories,
    create_products,
)
from kerben.platform.db import WriteTx
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit


async def make_category(tx: WriteTx, name: str = "Платья", *, parent_id: UUID | None = None) -> UUID:
    """A category with a slug of its own."""
    (category_id,) = await create_categories(tx, [NewCategory(f"c-{new_id().hex}", name, parent_id)])
    return category_id


async def make_product(
    tx: WriteTx,
    shop_id: UUID,
    *,
    name: str = "Платье льняное",
    variants: int = 1,
    price: int = 150_000,
    unit: Unit = Unit.PCS,
    category_id: UUID = FALLBACK_CATEGORY,
    sku: str | None = None,
    barcode: str | None = None,
    attributes: dict[str, str] | None = None,
) -> CreatedProduct:
    """A product with its variants, each in a size of its own unless attributes are given.

    SKUs are `sku` (or a random one), then `sku-2`, `sku-3` …; `barcode` goes to the first variant, the others get
    internal ones.
    """
    stem = sku or f"SKU-{new_id().hex[-10:]}"
    given = [
        NewVariant(
            stem if n == 1 else f"{stem}-{n}",
            barcode if n == 1 else None,
            attributes if attributes is not None else {"size": str(40 + 2 * n)},
            price,
            unit,
        )
        for n in range(1, variants + 1)
    ]
    (created,) = await create_products(tx, [NewProduct(shop_id, name, "Лён, свободный крой", category_id, given)])
    return created
