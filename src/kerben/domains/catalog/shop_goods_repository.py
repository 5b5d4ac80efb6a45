"""SQL of a shop's own list of goods, those that are off sale too."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kerben.platform.db import ReadTx


async def newest(tx: ReadTx, shop_id: UUID, before: UUID, limit: int, *, on: bool, off: bool) -> list[UUID]:
    """Products of a shop below an id, newest first: those on sale, those off sale, or both.

    Uses product_on_sale_shop and product_off_sale_shop.
    """
    rows = await tx.fetch(_NEWEST, shop_id, before, limit, on, off)
    return [row["id"] for row in rows]


_NEWEST: Final = """
SELECT id FROM (
    (SELECT id FROM catalog.product WHERE shop_id = $1 AND is_active AND $4::boolean AND id < $2
     ORDER BY id DESC LIMIT $3)
    UNION ALL
    (SELECT id FROM catalog.product WHERE shop_id = $1 AND NOT is_active AND $5::boolean AND id < $2
     ORDER BY id DESC LIMIT $3)
) AS found
ORDER BY id DESC LIMIT $3
"""


async def named(
    tx: ReadTx,
    shop_id: UUID,
    asked: tuple[str, str, str],
    code: tuple[str, str | None],
    before: UUID,
    limit: int,
    *,
    on: bool,
    off: bool,
) -> list[UUID]:
    """Products of a shop that have all words, or a variant with exactly this SKU or barcode; newest first.

    `asked`: all words but the last, the last, and the last as a `to_tsquery` prefix. Uses product_search,
    variant_by_sku, variant_barcode, product_pkey.
    """
    rows = await tx.fetch(_NAMED, shop_id, *asked, *code, before, limit, on, off)
    return [row["id"] for row in rows]


_NAMED: Final = """
WITH asked AS MATERIALIZED (
    SELECT plainto_tsquery('pg_catalog.russian', $2) && (
        plainto_tsquery('pg_catalog.russian', $3) || to_tsquery('pg_catalog.simple', $4)
    ) AS q
), coded AS MATERIALIZED (
    SELECT product_id FROM catalog.variant WHERE lower(sku) = lower($5) AND shop_id = $1
    UNION SELECT product_id FROM catalog.variant WHERE shop_id = $1 AND barcode = $6
), found AS (
    SELECT id, is_active FROM catalog.product
    WHERE search @@ (SELECT q FROM asked) AND shop_id = $1 AND id < $7
    UNION
    SELECT p.id, p.is_active FROM coded CROSS JOIN LATERAL (
        SELECT id, is_active FROM catalog.product WHERE id = coded.product_id AND id < $7 OFFSET 0
    ) AS p
)
SELECT id FROM found WHERE (is_active AND $9::boolean) OR (NOT is_active AND $10::boolean)
ORDER BY id DESC LIMIT $8
"""
