"""SQL of categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.catalog.model import Category, NewCategory
from kerben.platform.db import ReadTx, WriteTx

_COLUMNS: Final = "id, parent_id, slug, name, sort, is_hidden"


async def all_categories(tx: ReadTx) -> list[Category]:
    """The whole directory (hundreds of rows), siblings in order."""
    rows = await tx.fetch(
        "SELECT id, parent_id, slug, name, sort, is_hidden FROM catalog.category ORDER BY sort, name, id"
    )
    return [Category(*row) for row in rows]


async def by_ids(tx: ReadTx, ids: Sequence[UUID]) -> list[Category]:
    """Categories by id. Uses category_pkey."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM catalog.category WHERE id = ANY($1::uuid[])",
        list(ids),
    )
    return [Category(*row) for row in rows]


async def subtree(tx: ReadTx, category_id: UUID) -> list[UUID]:
    """A category and everything below it. Uses category_parent."""
    rows = await tx.fetch(
        """
        WITH RECURSIVE below AS (
            SELECT id FROM catalog.category WHERE id = $1
            UNION
            SELECT c.id FROM catalog.category AS c JOIN below AS b ON c.parent_id = b.id
        )
        SELECT id FROM below
        """,
        category_id,
    )
    return [row["id"] for row in rows]


async def insert(tx: WriteTx, ids: Sequence[UUID], categories: Sequence[NewCategory]) -> list[UUID]:
    """Add categories, but for those whose slug is taken; the ids that were added."""
    rows = await tx.fetch(
        """
        INSERT INTO catalog.category (id, parent_id, slug, name, sort, created_at)
        SELECT c.*, $6 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[]) AS c
        ON CONFLICT (slug) DO NOTHING RETURNING id
        """,
        list(ids),
        [category.parent_id for category in categories],
        [category.slug for category in categories],
        [category.name for category in categories],
        [category.sort for category in categories],
        tx.now,
    )
    return [row["id"] for row in rows]


async def lock_all(tx: WriteTx) -> list[Category]:
    """The whole directory, held in id order until the transaction ends: two moves at once could make a circle."""
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM catalog.category ORDER BY id FOR UPDATE")
    return [Category(*row) for row in rows]


async def update(tx: WriteTx, category: Category) -> None:
    """Write a locked category as it shall be. Uses category_pkey."""
    await tx.execute(
        "UPDATE catalog.category SET name = $2, parent_id = $3, sort = $4, is_hidden = $5 WHERE id = $1",
        category.id,
        category.name,
        category.parent_id,
        category.sort,
        category.is_hidden,
    )
