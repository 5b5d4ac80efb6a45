"""Changes by hand to single products and variants, checked against the version the person saw."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from kerben.domains.catalog import category_repository, change_repository, repository
from kerben.domains.catalog.errors import VersionMismatchError
from kerben.domains.catalog.events import ProductChanged
from kerben.domains.catalog.model import PriceChange, ProductFacts, ProductPatch, VariantFacts, VariantPatch
from kerben.domains.catalog.rules import (
    check_price,
    clean_attributes,
    clean_barcode,
    clean_description,
    clean_name,
    clean_picture,
    clean_sku,
)
from kerben.domains.catalog.service import products_by_ids, raise_taken, set_prices, variants_by_ids
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid


def _given(patch: ProductPatch | VariantPatch) -> dict[str, Any]:
    fields = {name: getattr(patch, name) for name in patch.__struct_fields__}
    return {name: value for name, value in fields.items() if value is not msgspec.UNSET}


async def update_product(
    tx: WriteTx, product_id: UUID, patch: ProductPatch, *, expected_version: int | None = None
) -> ProductFacts:
    """Change a product's own fields; the product as it is then.

    `expected_version` is `ProductFacts.version` as the caller saw it, None to change whatever is there. The caller
    has checked that the person may change the product's shop. Raises NotFoundError, VersionMismatchError (412),
    InvalidRequestError.
    """
    locked = await change_repository.lock_product(tx, product_id)
    if locked is None:
        raise NotFoundError
    shop_id, version = locked
    if expected_version is not None and version != expected_version:
        raise VersionMismatchError(version=version)
    changes = _given(patch)
    if "name" in changes:
        changes["name"] = clean_name(changes["name"])
    if "description" in changes:
        changes["description"] = clean_description(changes["description"])
    if "picture" in changes:
        changes["picture"] = clean_picture(changes["picture"])
    if "category_id" in changes and not await category_repository.by_ids(tx, [changes["category_id"]]):
        raise invalid("/category_id", "Такой категории нет.", "UNKNOWN_CATEGORY")
    if changes:
        await change_repository.update_product(tx, product_id, changes)
        if "name" in changes or "is_active" in changes:
            await change_repository.touch_variants(tx, [product_id])
        if "name" in changes:
            await repository.learn_words(tx, [changes["name"]])
        tx.publish(ProductChanged(product_id, shop_id))
    return (await products_by_ids(tx, [product_id]))[product_id]


async def update_variant(
    tx: WriteTx,
    variant_id: UUID,
    patch: VariantPatch,
    *,
    expected_version: int | None = None,
    reference: str | None = None,
) -> VariantFacts:
    """Change a variant by hand; the variant as it is then. A new price goes into the history as the seller's.

    `expected_version` is `VariantFacts.version` as the caller saw it, None to change whatever is there; `reference`
    goes into the price history. The caller has checked that the person may change the shop. Raises NotFoundError,
    VersionMismatchError (412), SkuTakenError, BarcodeTakenError, InvalidBarcodeError, InvalidRequestError.
    """
    product_id = await change_repository.product_of(tx, variant_id)
    # The product first, as everywhere: its searchable words change with the variant.
    locked = await change_repository.lock_product(tx, product_id) if product_id is not None else None
    if product_id is None or locked is None:
        raise NotFoundError
    shop_id = locked[0]
    sku, version = await change_repository.lock_variant(tx, variant_id)
    if expected_version is not None and version != expected_version:
        raise VersionMismatchError(version=version)
    changes = _clean_variant_changes(_given(patch))
    price = changes.pop("price", None)
    if price is not None:
        await set_prices(tx, [PriceChange(variant_id, price, "seller", reference)])
    if changes:
        try:
            async with tx.savepoint():
                await change_repository.update_variant(tx, variant_id, changes)
        except asyncpg.UniqueViolationError as error:
            raise_taken(error)
        await repository.refresh_words(tx, [product_id])
        if "sku" in changes:
            await change_repository.rename_lead(tx, product_id, sku, changes["sku"])
        if "attributes" in changes:
            await repository.learn_words(tx, list(changes["attributes"].values()))
        tx.publish(ProductChanged(product_id, shop_id))
    return (await variants_by_ids(tx, [variant_id]))[variant_id]


def _clean_variant_changes(changes: dict[str, Any]) -> dict[str, Any]:
    if "sku" in changes:
        changes["sku"] = clean_sku(changes["sku"])
    if "barcode" in changes:
        barcode = clean_barcode(changes["barcode"])
        if barcode is None:
            raise invalid("/barcode", "Штрихкод нужен для продажи онлайн.", "REQUIRED")
        changes["barcode"] = barcode
    if "attributes" in changes:
        changes["attributes"] = clean_attributes(changes["attributes"])
    if "price" in changes:
        changes["price"] = check_price(changes["price"])
    return changes


async def changed_variants(
    tx: ReadTx,
    shop_id: UUID,
    *,
    since: datetime | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 500,
) -> list[VariantFacts]:
    """Variants of a shop, inactive ones too, that changed at or after `since`, in order of (updated_at, id).

    `after` is the last row of the page before. `updated_at` is the moment the changing transaction began, so whoever
    keeps a moment to go on from should step back a minute, more than any transaction takes.
    """
    return await change_repository.changed_since(tx, shop_id, since, after, limit)
