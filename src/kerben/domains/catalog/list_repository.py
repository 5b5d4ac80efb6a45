"""SQL of pages of products, for many callers in one statement, by plans that do not depend on the values.

A product's stamp is its version and those of its variants added up. Versions only rise and variants are never
deleted, so every change makes it rise; both are read from indexes that hold them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.platform.db import ReadTx

_STAMP: Final = (
    "p.version + (SELECT coalesce(sum(v.version), 0) FROM catalog.variant AS v WHERE v.product_id = p.id)::bigint"
)


class Slice(msgspec.Struct, frozen=True):
    """So many products below an id; of a shop, of categories, of both, or of all."""

    shop_id: UUID | None
    category_ids: list[UUID] | None
    before: UUID
    take: int


Found = tuple[list[UUID], list[int]]
"""Ids, the newest first, and their stamps."""


async def pages(tx: ReadTx, slices: Sequence[Slice]) -> dict[int, Found]:
    """What each slice holds, by its place; empty ones are left out.

    Each slice, and each category of one, is read in the order of its index and cut there. Uses product_on_sale_shop,
    product_on_sale_category, product_on_sale, variant_product.
    """
    numbered = list(enumerate(slices))
    shops = [(n, s) for n, s in numbered if s.shop_id and s.category_ids is None]
    shelves = [(n, s, c) for n, s in numbered if s.shop_id is None for c in s.category_ids or ()]
    corners = [(n, s) for n, s in numbered if s.shop_id and s.category_ids]
    corner_shelves = [(n, c) for n, s in corners for c in s.category_ids or ()]
    market = [(n, s) for n, s in numbered if s.shop_id is None and s.category_ids is None]
    rows = await tx.fetch(
        _PAGES,
        [n for n, _ in shops],
        [s.shop_id for _, s in shops],
        [s.before for _, s in shops],
        [s.take for _, s in shops],
        [n for n, _, _ in shelves],
        [c for _, _, c in shelves],
        [s.before for _, s, _ in shelves],
        [s.take for _, s, _ in shelves],
        [n for n, _ in corners],
        [s.shop_id for _, s in corners],
        [s.before for _, s in corners],
        [s.take for _, s in corners],
        [n for n, _ in corner_shelves],
        [c for _, c in corner_shelves],
        [n for n, _ in market],
        [s.before for _, s in market],
        [s.take for _, s in market],
    )
    return {row["n"]: (row["ids"], row["stamps"]) for row in rows}


_PAGES: Final = f"""
WITH found AS (
    SELECT a.n, a.take, p.id, p.version
    FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::int[]) AS a(n, shop_id, before, take)
    CROSS JOIN LATERAL (
        SELECT id, version FROM catalog.product
        WHERE shop_id = a.shop_id AND is_active AND id < a.before ORDER BY id DESC LIMIT a.take
    ) AS p
    UNION ALL
    SELECT a.n, a.take, p.id, p.version
    FROM unnest($5::int[], $6::uuid[], $7::uuid[], $8::int[]) AS a(n, category_id, before, take)
    CROSS JOIN LATERAL (
        SELECT id, version FROM catalog.product
        WHERE category_id = a.category_id AND is_active AND id < a.before ORDER BY id DESC LIMIT a.take
    ) AS p
    UNION ALL
    SELECT a.n, a.take, p.id, p.version
    FROM unnest($9::int[], $10::uuid[], $11::uuid[], $12::int[]) AS a(n, shop_id, before, take)
    CROSS JOIN LATERAL (
        SELECT array_agg(k.category_id) AS ids FROM unnest($13::int[], $14::uuid[]) AS k(n, category_id)
        WHERE k.n = a.n
    ) AS shelves
    CROSS JOIN LATERAL (
        SELECT id, version FROM catalog.product
        WHERE shop_id = a.shop_id AND category_id = ANY(shelves.ids) AND is_active AND id < a.before
        ORDER BY id DESC LIMIT a.take
    ) AS p
    UNION ALL
    SELECT a.n, a.take, p.id, p.version
    FROM unnest($15::int[], $16::uuid[], $17::int[]) AS a(n, before, take)
    CROSS JOIN LATERAL (
        SELECT id, version FROM catalog.product WHERE is_active AND id < a.before ORDER BY id DESC LIMIT a.take
    ) AS p
), page AS (
    SELECT n, id, version FROM (
        SELECT n, take, id, version, row_number() OVER (PARTITION BY n ORDER BY id DESC) AS place FROM found
    ) AS placed WHERE place <= take
)
SELECT p.n, array_agg(p.id ORDER BY p.id DESC) AS ids, array_agg({_STAMP} ORDER BY p.id DESC) AS stamps
FROM page AS p GROUP BY p.n
"""


async def stamps(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Stamps of active products. Uses product_on_sale, variant_product."""
    rows = await tx.fetch(
        f"SELECT p.id, {_STAMP} AS stamp FROM catalog.product AS p WHERE p.id = ANY($1::uuid[]) AND p.is_active",
        list(ids),
    )
    return {row[0]: row[1] for row in rows}
