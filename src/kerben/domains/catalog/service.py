"""Use cases of products, variants and prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn
from uuid import UUID

import asyncpg

from kerben.domains.catalog import category_repository, price_repository, repository
from kerben.domains.catalog.barcodes import internal_barcode, normalise_barcode, parse_scale_code
from kerben.domains.catalog.errors import BarcodeTakenError, InvalidBarcodeError, SkuTakenError
from kerben.domains.catalog.events import PriceChanged, ProductCreated
from kerben.domains.catalog.model import (
    CreatedProduct,
    NewProduct,
    NewVariant,
    PriceChange,
    PricePoint,
    ProductFacts,
    VariantFacts,
    VariantKey,
)
from kerben.domains.catalog.repository import ProductRow, VariantRow
from kerben.domains.catalog.rules import (
    VARIANTS_MAX,
    clean_description,
    clean_name,
    clean_picture,
    clean_variant,
    words_of,
)
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import invalid


async def variants_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, VariantFacts]:
    """Variants by id, inactive ones too; unknown ids are left out."""
    return {v.id: v for v in await repository.variants(tx, ids)} if ids else {}


async def products_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, ProductFacts]:
    """Products with their variants, inactive ones too; unknown ids are left out. Two statements."""
    if not ids:
        return {}
    found = {product.id: product for product in await repository.products(tx, ids)}
    for variant in await repository.variants_of_products(tx, ids):
        if variant.product_id in found:
            found[variant.product_id].variants.append(variant)
    return found


async def find_variants(tx: ReadTx, keys: Sequence[VariantKey]) -> dict[VariantKey, VariantFacts]:
    """Variants as tills and files name them, within their shop; what is not found is left out.

    A barcode is compared in its normal form (see `normalise_barcode`). A code printed by scales that is nobody's own
    barcode finds the variant that carries its template; `parse_scale_code` tells the weight or price in it.
    """
    by_id: list[tuple[int, UUID, UUID]] = []
    by_sku: list[tuple[int, UUID, str]] = []
    by_barcode: list[tuple[int, UUID, str]] = []
    templates: set[int] = set()
    asked: list[VariantKey] = []
    for key in dict.fromkeys(keys):
        if "\x00" in key.value:  # PostgreSQL has no such text
            continue
        number = len(asked)
        asked.append(key)
        if key.kind == "sku":
            by_sku.append((number, key.shop_id, key.value.strip()))
        elif key.kind == "id":
            _add_id(by_id, number, key)
        elif (barcode := _barcode_or_none(key.value)) is not None:
            by_barcode.append((number, key.shop_id, barcode))
            scale = parse_scale_code(barcode)
            if scale is not None and scale.template != barcode:
                templates.add(len(asked))
                asked.append(key)
                by_barcode.append((number + 1, key.shop_id, scale.template))
    if not asked:
        return {}
    found: dict[VariantKey, VariantFacts] = {}
    rows = await repository.find(tx, by_id, by_sku, by_barcode)
    # Exact matches come last, so that they win over templates.
    for number, variant in sorted(rows, key=lambda row: row[0] not in templates):
        found[asked[number]] = variant
    return found


def _add_id(by_id: list[tuple[int, UUID, UUID]], number: int, key: VariantKey) -> None:
    try:
        by_id.append((number, key.shop_id, UUID(key.value)))
    except ValueError:
        return


def _barcode_or_none(text: str) -> str | None:
    try:
        return normalise_barcode(text)
    except InvalidBarcodeError:
        return None


async def set_prices(tx: WriteTx, changes: Sequence[PriceChange]) -> list[UUID]:
    """Set prices, keep the old ones in the history, publish the changes; the variants whose price is now another.

    Of several changes of one variant the last counts. A price of zero or less is not taken: what a till gives away
    says nothing about what it costs.
    """
    last = {change.variant_id: change for change in changes if change.price > 0}
    if not last:
        return []
    changed = await price_repository.set_prices(tx, list(last.values()))
    tx.publish(
        *(
            PriceChanged(c.product_id, c.variant_id, c.shop_id, c.old_price, c.new_price, c.currency, c.source)
            for c in changed
        )
    )
    return [c.variant_id for c in changed]


async def price_history(tx: ReadTx, variant_id: UUID, limit: int = 100) -> list[PricePoint]:
    """How a variant's price changed, the newest change first; the oldest one's `old_price` is what it began with."""
    return await price_repository.history(tx, variant_id, limit)


async def create_products(tx: WriteTx, products: Sequence[NewProduct]) -> list[CreatedProduct]:
    """Add products with their variants, in a handful of statements however many they are.

    Variants without a barcode get an internal EAN-13. Raises InvalidRequestError and InvalidBarcodeError with
    pointers (`/variants/0/sku`; `/1/variants/0/sku` when several products are given), SkuTakenError,
    BarcodeTakenError; then nothing is added.
    """
    if not products:
        return []
    clean = [_clean(product, f"/{n}" if len(products) > 1 else "") for n, product in enumerate(products)]
    await _check_categories(tx, clean)
    await _check_free(tx, clean)
    clean = await _with_barcodes(tx, clean)
    created: list[CreatedProduct] = []
    product_rows: list[ProductRow] = []
    variant_rows: list[VariantRow] = []
    for product in clean:
        made = CreatedProduct(tx.new_id(), [tx.new_id() for _ in product.variants])
        created.append(made)
        product_rows.append(
            ProductRow(
                made.id, product.shop_id, product.category_id, product.name, product.description, product.picture,
                product.variants[0].sku, None, words_of(product.variants),
            )
        )  # fmt: skip
        variant_rows.extend(
            VariantRow(i, made.id, product.shop_id, v)
            for i, v in zip(made.variant_ids, product.variants, strict=True)
        )
    await store_new(tx, product_rows, variant_rows)
    return created


async def store_new(tx: WriteTx, products: Sequence[ProductRow], variants: Sequence[VariantRow]) -> None:
    """Write new products and variants, whose every field is in its stored form, and publish the products.

    Raises SkuTakenError or BarcodeTakenError when another transaction took one meanwhile.
    """
    if products:
        await repository.insert_products(tx, products)
    if variants:
        try:
            await repository.insert_variants(tx, variants)
        except asyncpg.UniqueViolationError as error:
            raise_taken(error)
    names = {p.name for p in products} | {a for v in variants for a in v.variant.attributes.values()}
    if names:
        await repository.learn_words(tx, sorted(names))
    tx.publish(*(ProductCreated(p.id, p.shop_id, p.category_id) for p in products))


def raise_taken(error: asyncpg.UniqueViolationError) -> NoReturn:
    """The error of the catalogue for a unique index that was hit by a race."""
    if error.constraint_name == "variant_sku":
        raise SkuTakenError from error
    if error.constraint_name == "variant_barcode":
        raise BarcodeTakenError from error
    raise error


def _clean(product: NewProduct, pointer: str) -> NewProduct:
    if not 1 <= len(product.variants) <= VARIANTS_MAX:
        raise invalid(f"{pointer}/variants", f"Вариантов должно быть от 1 до {VARIANTS_MAX}.")
    return NewProduct(
        product.shop_id,
        clean_name(product.name, f"{pointer}/name"),
        clean_description(product.description, f"{pointer}/description"),
        product.category_id,
        [clean_variant(v, f"{pointer}/variants/{n}") for n, v in enumerate(product.variants)],
        clean_picture(product.picture, f"{pointer}/picture"),
    )


async def _check_categories(tx: ReadTx, products: Sequence[NewProduct]) -> None:
    wanted = {product.category_id for product in products}
    known = {category.id for category in await category_repository.by_ids(tx, list(wanted))}
    for n, product in enumerate(products):
        if product.category_id not in known:
            pointer = f"/{n}/category_id" if len(products) > 1 else "/category_id"
            raise invalid(pointer, "Такой категории нет.", "UNKNOWN_CATEGORY")


async def _check_free(tx: ReadTx, products: Sequence[NewProduct]) -> None:
    """Refuse SKUs and barcodes that stand twice in the call or already in the shop."""
    given = [(product.shop_id, variant) for product in products for variant in product.variants]
    shops = {shop_id for shop_id, _ in given}
    barcodes = [variant.barcode for _, variant in given if variant.barcode]
    rows = await repository.taken(tx, list(shops), [variant.sku for _, variant in given], barcodes)
    skus_taken = {(shop_id, sku) for shop_id, sku, _ in rows}
    barcodes_taken = {(shop_id, barcode) for shop_id, _, barcode in rows if barcode}
    for n, product in enumerate(products):
        for k, variant in enumerate(product.variants):
            pointer = f"/{n}/variants/{k}" if len(products) > 1 else f"/variants/{k}"
            if (product.shop_id, variant.sku) in skus_taken:
                raise SkuTakenError(pointer=f"{pointer}/sku", sku=variant.sku)
            skus_taken.add((product.shop_id, variant.sku))
            if variant.barcode:
                if (product.shop_id, variant.barcode) in barcodes_taken:
                    raise BarcodeTakenError(pointer=f"{pointer}/barcode", barcode=variant.barcode)
                barcodes_taken.add((product.shop_id, variant.barcode))


async def _with_barcodes(tx: WriteTx, products: Sequence[NewProduct]) -> list[NewProduct]:
    numbered = iter(await issue_barcodes(tx, (v for product in products for v in product.variants)))
    return [
        NewProduct(
            p.shop_id, p.name, p.description, p.category_id, [next(numbered) for _ in p.variants], p.picture
        )
        for p in products
    ]  # fmt: skip


async def issue_barcodes(tx: WriteTx, variants: Iterable[NewVariant]) -> list[NewVariant]:
    """The same variants, those without a barcode with an internal EAN-13 each."""
    given = list(variants)
    missing = sum(v.barcode is None for v in given)
    if not missing:
        return given
    numbers = iter(await repository.serial_numbers(tx, missing))
    return [
        v
        if v.barcode is not None
        else NewVariant(v.sku, internal_barcode(next(numbers)), v.attributes, v.price, v.unit, v.currency)
        for v in given
    ]
