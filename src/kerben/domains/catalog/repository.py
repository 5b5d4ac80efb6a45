"""SQL of products and variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.model import NewVariant, ProductFacts, VariantFacts
from kerben.domains.catalog.picture_repository import pictures_of
from kerben.domains.catalog.rules import WORDS_MAX
from kerben.platform.db import ReadTx, Row, WriteTx
from kerben.platform.qty import Unit

_VARIANT = """
v.id, v.product_id, v.shop_id, v.sku, v.barcode, v.attributes, v.price, v.currency, v.unit, p.name AS product_name,
v.is_active AND p.is_active AS is_active, v.version, v.updated_at
"""
_FROM = "catalog.variant AS v JOIN catalog.product AS p ON p.id = v.product_id"
_PRODUCT = (
    "id, shop_id, category_id, name, description, picture, is_active, version, created_at, updated_at, pictures"
)

_attributes = msgspec.json.Decoder(dict[str, str])
_encoder = msgspec.json.Encoder(order="sorted")


class ProductRow(msgspec.Struct, frozen=True):
    """A product to be written, with what only the writers know."""

    id: UUID
    shop_id: UUID
    category_id: UUID
    name: str
    description: str
    picture: str | None
    lead_sku: str
    group_key: str | None
    words: str


class VariantRow(msgspec.Struct, frozen=True):
    """A variant to be written."""

    id: UUID
    product_id: UUID
    shop_id: UUID
    variant: NewVariant


def attributes_text(attributes: dict[str, str]) -> str:
    """Attributes as jsonb input, keys in order."""
    return _encoder.encode(attributes).decode()


def variant_of(row: Row) -> VariantFacts:
    """A row selected with the columns of this module."""
    return VariantFacts(
        row["id"], row["product_id"], row["shop_id"], row["sku"], row["barcode"],
        _attributes.decode(row["attributes"]), row["price"], row["currency"], Unit(row["unit"]),
        row["product_name"], row["is_active"], row["version"], row["updated_at"],
    )  # fmt: skip


async def variants(tx: ReadTx, ids: Sequence[UUID]) -> list[VariantFacts]:
    """Variants by id. Uses variant_pkey, product_pkey."""
    rows = await tx.fetch(f"SELECT {_VARIANT} FROM {_FROM} WHERE v.id = ANY($1::uuid[])", list(ids))
    return [variant_of(row) for row in rows]


async def variants_of_products(tx: ReadTx, product_ids: Sequence[UUID]) -> list[VariantFacts]:
    """Variants of products, oldest first. Uses variant_product, product_pkey."""
    rows = await tx.fetch(
        f"SELECT {_VARIANT} FROM {_FROM} WHERE v.product_id = ANY($1::uuid[]) ORDER BY v.id", list(product_ids)
    )
    return [variant_of(row) for row in rows]


async def products(tx: ReadTx, ids: Sequence[UUID]) -> list[ProductFacts]:
    """Products by id, their variants still empty. Uses product_pkey."""
    rows = await tx.fetch(f"SELECT {_PRODUCT} FROM catalog.product WHERE id = ANY($1::uuid[])", list(ids))
    return [
        ProductFacts(
            row["id"], row["shop_id"], row["category_id"], row["name"], row["description"], row["picture"],
            row["is_active"], [], row["version"], row["created_at"], row["updated_at"],
            pictures_of(row["pictures"], row["picture"]),
        )
        for row in rows
    ]  # fmt: skip


# A probe per key, so that the plan does not depend on how large the tables were when it was made.
_FOUND: Final = f"""
SELECT k.n, {_VARIANT} FROM unnest($1::int[], $2::uuid[], $3
"""
_PRODUCT_OF: Final = """
CROSS JOIN LATERAL (SELECT name, is_active FROM catalog.product WHERE id = v.product_id OFFSET 0) AS p
"""
_BY_ID: Final = (
    _FOUND
    + """::uuid[]) AS k(n, shop_id, wanted) CROSS JOIN LATERAL (
    SELECT * FROM catalog.variant WHERE shop_id = k.shop_id AND id = k.wanted OFFSET 0) AS v"""
    + _PRODUCT_OF
)
_BY_SKU: Final = (
    _FOUND
    + """::text[]) AS k(n, shop_id, wanted) CROSS JOIN LATERAL (
    SELECT * FROM catalog.variant WHERE shop_id = k.shop_id AND sku = k.wanted OFFSET 0) AS v"""
    + _PRODUCT_OF
)
_BY_BARCODE: Final = (
    _FOUND
    + """::text[]) AS k(n, shop_id, wanted) CROSS JOIN LATERAL (
    SELECT * FROM catalog.variant WHERE shop_id = k.shop_id AND barcode = k.wanted OFFSET 0) AS v"""
    + _PRODUCT_OF
)


async def find(
    tx: ReadTx,
    by_id: Sequence[tuple[int, UUID, UUID]],
    by_sku: Sequence[tuple[int, UUID, str]],
    by_barcode: Sequence[tuple[int, UUID, str]],
) -> list[tuple[int, VariantFacts]]:
    """Variants by (number, shop, id | sku | barcode), each with the number it was asked by; a statement for each kind
    that is asked for.

    Uses variant_pkey, variant_sku, variant_barcode, product_pkey.
    """
    rows: list[Row] = []
    if by_id:
        rows += await tx.fetch(_BY_ID, *_columns(by_id))
    if by_sku:
        rows += await tx.fetch(_BY_SKU, *_columns(by_sku))
    if by_barcode:
        rows += await tx.fetch(_BY_BARCODE, *_columns(by_barcode))
    return [(row["n"], variant_of(row)) for row in rows]


def _columns(keys: Sequence[tuple[int, UUID, UUID | str]]) -> tuple[list[int], list[UUID], list[UUID | str]]:
    return [n for n, _, _ in keys], [shop_id for _, shop_id, _ in keys], [value for _, _, value in keys]


async def taken(
    tx: ReadTx, shop_ids: Sequence[UUID], skus: Sequence[str], barcodes: Sequence[str]
) -> list[tuple[UUID, str, str | None]]:
    """Which of these SKUs and barcodes exist already: (shop, sku, barcode). Uses variant_sku, variant_barcode."""
    rows = await tx.fetch(
        """
        SELECT v.shop_id, v.sku, v.barcode FROM catalog.variant AS v
        WHERE v.shop_id = ANY($1::uuid[]) AND v.sku = ANY($2::text[])
        UNION
        SELECT v.shop_id, v.sku, v.barcode FROM catalog.variant AS v
        WHERE v.shop_id = ANY($1::uuid[]) AND v.barcode = ANY($3::text[])
        """,
        list(shop_ids),
        list(skus),
        list(barcodes),
    )
    return [(row["shop_id"], row["sku"], row["barcode"]) for row in rows]


async def serial_numbers(tx: WriteTx, count: int) -> list[int]:
    """Serial numbers for barcodes of our own; never given twice, gaps are possible."""
    rows = await tx.fetch("SELECT nextval('catalog.internal_barcode') AS n FROM generate_series(1, $1::int)", count)
    return [row["n"] for row in rows]


async def insert_products(tx: WriteTx, rows: Sequence[ProductRow]) -> None:
    """Add products and the words of their names."""
    await tx.execute(
        """
        INSERT INTO catalog.product (id, shop_id, category_id, name, description, picture, lead_sku, group_key, words,
                                     created_at, updated_at)
        SELECT p.*, $10, $10 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                                         $7::text[], $8::text[], $9::text[]) AS p
        """,
        [row.id for row in rows],
        [row.shop_id for row in rows],
        [row.category_id for row in rows],
        [row.name for row in rows],
        [row.description for row in rows],
        [row.picture for row in rows],
        [row.lead_sku for row in rows],
        [row.group_key for row in rows],
        [row.words for row in rows],
        tx.now,
    )


async def insert_variants(tx: WriteTx, rows: Sequence[VariantRow]) -> None:
    """Add variants; their barcodes are set. asyncpg.UniqueViolationError when another transaction was faster."""
    await tx.execute(
        """
        INSERT INTO catalog.variant (id, product_id, shop_id, sku, barcode, attributes, price, currency, unit,
                                     created_at, updated_at)
        SELECT v.id, v.product_id, v.shop_id, v.sku, v.barcode, v.attributes::jsonb, v.price, v.currency, v.unit,
               $10, $10
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
                    $9::text[])
            AS v(id, product_id, shop_id, sku, barcode, attributes, price, currency, unit)
        """,
        [row.id for row in rows],
        [row.product_id for row in rows],
        [row.shop_id for row in rows],
        [row.variant.sku for row in rows],
        [row.variant.barcode for row in rows],
        [attributes_text(row.variant.attributes) for row in rows],
        [row.variant.price for row in rows],
        [row.variant.currency for row in rows],
        [str(row.variant.unit) for row in rows],
        tx.now,
    )


async def learn_words(tx: WriteTx, texts: Sequence[str]) -> None:
    """Remember the words of names and attributes, to correct misspelt queries. Uses word_pkey."""
    await tx.execute(
        """
        INSERT INTO catalog.word (word)
        SELECT DISTINCT w.word FROM unnest($1::text[]) AS t, regexp_split_to_table(catalog.plain(t), ' ') AS w(word)
        WHERE length(w.word) BETWEEN 3 AND 40 AND w.word !~ '[0-9]'
            AND NOT EXISTS (SELECT 1 FROM catalog.word AS known WHERE known.word = w.word)
        ORDER BY w.word
        ON CONFLICT DO NOTHING
        """,
        list(texts),
    )


async def refresh_words(tx: WriteTx, product_ids: Sequence[UUID]) -> None:
    """Bring the searchable words of products in line with their variants. Uses product_pkey, variant_product."""
    await tx.execute(
        """
        UPDATE catalog.product AS p SET words = n.words
        FROM (
            SELECT v.product_id,
                   left(string_agg(concat_ws(' ', v.sku, v.barcode, a.texts), ' ' ORDER BY v.id), $2) AS words
            FROM catalog.variant AS v
            CROSS JOIN LATERAL (
                SELECT string_agg(value, ' ' ORDER BY key) AS texts FROM jsonb_each_text(v.attributes)
            ) AS a
            WHERE v.product_id = ANY($1::uuid[]) AND v.is_active
            GROUP BY v.product_id
        ) AS n
        WHERE p.id = n.product_id AND p.words <> n.words
        """,
        list(product_ids),
        WORDS_MAX,
    )
