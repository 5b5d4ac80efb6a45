"""SQL of changes to single products and variants, and of what changed since a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kerben.domains.catalog.model import VariantFacts
from kerben.domains.catalog.repository import attributes_text, variant_of
from kerben.platform.db import ReadTx, WriteTx


async def lock_product(tx: WriteTx, product_id: UUID) -> tuple[UUID, int] | None:
    """Lock a product; its shop and version, None when there is none. Uses product_pkey."""
    row = await tx.fetchrow("SELECT shop_id, version FROM catalog.product WHERE id = $1 FOR UPDATE", product_id)
    return (row["shop_id"], row["version"]) if row else None


async def product_of(tx: ReadTx, variant_id: UUID) -> UUID | None:
    """The product of a variant, which never changes. Uses variant_pkey."""
    found: UUID | None = await tx.fetchval("SELECT product_id FROM catalog.variant WHERE id = $1", variant_id)
    return found


async def lock_variant(tx: WriteTx, variant_id: UUID) -> tuple[str, int]:
    """Lock a variant that exists; its SKU and version. Uses variant_pkey."""
    row = await tx.fetchrow("SELECT sku, version FROM catalog.variant WHERE id = $1 FOR UPDATE", variant_id)
    assert row is not None  # noqa: S101 - variants are never deleted
    return row["sku"], row["version"]


async def rename_lead(tx: WriteTx, product_id: UUID, old_sku: str, new_sku: str) -> None:
    """Let imports still know the row that speaks for a product, whose SKU was changed. Uses product_pkey."""
    await tx.execute(
        "UPDATE catalog.product SET lead_sku = $3 WHERE id = $1 AND lead_sku = $2", product_id, old_sku, new_sku
    )


async def update_product(tx: WriteTx, product_id: UUID, changes: Mapping[str, Any]) -> None:
    """Change the named fields of a product and count its version up; another picture drops the uploaded ones.

    Uses product_pkey.
    """
    await tx.execute(
        """
        UPDATE catalog.product SET
            name = coalesce($2, name), description = coalesce($3, description),
            category_id = coalesce($4::uuid, category_id), is_active = coalesce($5, is_active),
            picture = CASE WHEN $6 THEN $7::text ELSE picture END,
            pictures = CASE WHEN $6 AND $7::text IS DISTINCT FROM picture THEN '[]' ELSE pictures END,
            version = version + 1, updated_at = $8
        WHERE id = $1
        """,
        product_id,
        changes.get("name"),
        changes.get("description"),
        changes.get("category_id"),
        changes.get("is_active"),
        "picture" in changes,
        changes.get("picture"),
        tx.now,
    )


async def touch_variants(tx: WriteTx, product_ids: Sequence[UUID]) -> None:
    """Let tills fetch the variants of products again, whose name or activity changed. Uses variant_product."""
    await tx.execute(
        """
        UPDATE catalog.variant AS v SET updated_at = $2
        FROM (SELECT id FROM catalog.variant WHERE product_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE) AS locked
        WHERE v.id = locked.id
        """,
        list(product_ids),
        tx.now,
    )


async def update_variant(tx: WriteTx, variant_id: UUID, changes: Mapping[str, Any]) -> None:
    """Change the named fields of a variant, but for its price, and count its version up. Uses variant_pkey.

    asyncpg.UniqueViolationError when SKU or barcode is taken.
    """
    await tx.execute(
        """
        UPDATE catalog.variant SET
            sku = coalesce($2, sku), barcode = coalesce($3, barcode), attributes = coalesce($4::jsonb, attributes),
            is_active = coalesce($5, is_active), version = version + 1, updated_at = $6
        WHERE id = $1
        """,
        variant_id,
        changes.get("sku"),
        changes.get("barcode"),
        attributes_text(changes["attributes"]) if "attributes" in changes else None,
        changes.get("is_active"),
        tx.now,
    )


async def changed_since(
    tx: ReadTx, shop_id: UUID, since: datetime | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[VariantFacts]:
    """Variants of a shop changed at or after a moment, in order of (updated_at, id). Uses variant_changed."""
    rows = await tx.fetch(
        """
        SELECT v.id, v.product_id, v.shop_id, v.sku, v.barcode, v.attributes, v.price, v.currency, v.unit,
               p.name AS product_name, v.is_active AND p.is_active AS is_active, v.version, v.updated_at
        FROM catalog.variant AS v JOIN catalog.product AS p ON p.id = v.product_id
        WHERE v.shop_id = $1
            AND ($2::timestamptz IS NULL OR v.updated_at >= $2)
            AND ($3::timestamptz IS NULL OR (v.updated_at, v.id) > ($3, $4::uuid))
        ORDER BY v.updated_at, v.id LIMIT $5
        """,
        shop_id,
        since,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [variant_of(row) for row in rows]
