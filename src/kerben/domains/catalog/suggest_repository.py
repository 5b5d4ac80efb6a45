"""SQL of suggestions: products by the beginnings of words in their names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.catalog.model import SuggestedProduct
from kerben.platform.db import ReadTx

Named = list[tuple[UUID, str]]
"""Products and their names."""


async def newest_named(tx: ReadTx, words: Sequence[str], newest: int, limit: int) -> Named:
    """Among so many of the newest active products those each word begins a word of whose name. Uses product_on_sale.

    Words are of `query_words`, so nothing in them means something to a regular expression.
    """
    rows = await tx.fetch(
        r"""
        SELECT p.id, p.name FROM (
            SELECT id, name FROM catalog.product WHERE is_active ORDER BY id DESC LIMIT $2
        ) AS p
        WHERE NOT EXISTS (
            SELECT 1 FROM unnest($1::text[]) AS w(word)
            WHERE translate(lower(p.name), 'ё', 'е') !~ ('\m' || w.word)
        )
        LIMIT $3
        """,
        list(words),
        newest,
        limit,
    )
    return [(row[0], row[1]) for row in rows]


async def named(tx: ReadTx, whole: str, begun: str, limit: int) -> Named:
    """Active products by the words of their names alone, some of them where many match: `whole` words in any Russian
    form, `begun` ones as they are; both are texts of `to_tsquery`. Uses product_search.

    Planned apart from the LIMIT, which would make going through all products look cheap.
    """
    rows = await tx.fetch(
        """
        WITH matching AS MATERIALIZED (
            SELECT id, name FROM catalog.product
            WHERE is_active AND search @@ (
                SELECT to_tsquery('pg_catalog.russian', $1) && to_tsquery('pg_catalog.simple', $2)
            )
        )
        SELECT id, name FROM matching LIMIT $3
        """,
        whole,
        begun,
        limit,
    )
    return [(row[0], row[1]) for row in rows]


async def offers(tx: ReadTx, ids: Sequence[UUID]) -> list[SuggestedProduct]:
    """Those of products that have a variant on sale, with its lowest price. Uses product_pkey, variant_product."""
    rows = await tx.fetch(
        """
        SELECT p.id, p.name, p.picture, v.price, v.currency
        FROM unnest($1::uuid[]) AS asked(id)
        CROSS JOIN LATERAL (SELECT id, name, picture FROM catalog.product WHERE id = asked.id OFFSET 0) AS p
        CROSS JOIN LATERAL (
            SELECT price, currency FROM catalog.variant WHERE product_id = p.id AND is_active ORDER BY price LIMIT 1
        ) AS v
        """,
        list(ids),
    )
    return [SuggestedProduct(*row) for row in rows]


async def count_on_sale(tx: ReadTx, category_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Active products of each category, those of the categories below it not counted. Uses
    product_on_sale_category, of which it reads all that belongs to them."""
    rows = await tx.fetch(
        """
        SELECT c.id, (SELECT count(*) FROM catalog.product AS p WHERE p.category_id = c.id AND p.is_active)
        FROM unnest($1::uuid[]) AS c(id)
        """,
        list(category_ids),
    )
    return {row[0]: row[1] for row in rows}
