"""Further variants of a product that is there already."""

from __future__ import annotations

from uuid import UUID

from kerben.domains.catalog import change_repository, repository
from kerben.domains.catalog.errors import BarcodeTakenError, SkuTakenError
from kerben.domains.catalog.events import ProductChanged
from kerben.domains.catalog.model import NewVariant, VariantFacts
from kerben.domains.catalog.repository import VariantRow
from kerben.domains.catalog.rules import VARIANTS_MAX, clean_variant
from kerben.domains.catalog.service import issue_barcodes, products_by_ids, store_new, variants_by_ids
from kerben.platform.db import WriteTx
from kerben.platform.errors import NotFoundError, invalid


async def add_variant(tx: WriteTx, product_id: UUID, given: NewVariant) -> VariantFacts:
    """Add a variant to a product; without a barcode it gets an internal EAN-13.

    The caller has checked that the person may change the product's shop. Raises NotFoundError, InvalidRequestError
    and InvalidBarcodeError with pointers (`/sku`), SkuTakenError, BarcodeTakenError; then nothing is added.
    """
    clean = clean_variant(given, "")
    # The product first, as everywhere: its searchable words change with its variants.
    locked = await change_repository.lock_product(tx, product_id)
    if locked is None:
        raise NotFoundError
    shop_id = locked[0]
    product = (await products_by_ids(tx, [product_id]))[product_id]
    if len(product.variants) >= VARIANTS_MAX:
        raise invalid("", f"У товара не больше {VARIANTS_MAX} вариантов.", "TOO_LONG")
    for _, sku, barcode in await repository.taken(
        tx, [shop_id], [clean.sku], [clean.barcode] if clean.barcode else []
    ):
        if sku == clean.sku:
            raise SkuTakenError(pointer="/sku", sku=clean.sku)
        raise BarcodeTakenError(pointer="/barcode", barcode=barcode)
    (numbered,) = await issue_barcodes(tx, [clean])
    variant_id = tx.new_id()
    await store_new(tx, [], [VariantRow(variant_id, product_id, shop_id, numbered)])
    await repository.refresh_words(tx, [product_id])
    tx.publish(ProductChanged(product_id, shop_id))
    return (await variants_by_ids(tx, [variant_id]))[variant_id]
