"""Runs of import for tests, and what they leave behind."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

from kerben.domains.catalog.api import (
    ImportFormat,
    ImportRun,
    NewImport,
    VariantFacts,
    VariantKey,
    create_import,
    find_variants,
    import_by_id,
)
from kerben.domains.inventory.api import levels
from kerben.flows.goods_import.runner import run_import
from kerben.flows.goods_import.uploads import ImportFiles
from kerben.platform.db import Database, ReadTx
from kerben.platform.runtime import Runtime


def workbook(*rows: Sequence[Any], sheet: str = "Товары") -> bytes:
    """A workbook of one sheet; texts are written as texts, numbers as numbers."""
    file = io.BytesIO()
    book: Any = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                page.write(number, column, cell)
    book.close()
    return file.getvalue()


async def queue(
    runtime: Runtime,
    shop_id: UUID,
    content: str | bytes,
    file_format: ImportFormat = "csv",
    *,
    dry_run: bool = False,
    **wishes: Any,
) -> UUID:
    """A run that waits for its worker; `wishes` are further fields of NewImport."""
    data = content if isinstance(content, bytes) else content.encode()
    ref = await runtime.part(ImportFiles.of).save(data)
    async with runtime.db.write() as tx:
        return await create_import(tx, NewImport(shop_id, file_format, ref, dry_run, **wishes))


async def load(runtime: Runtime, run_id: UUID) -> ImportRun:
    """A run as it stands."""
    async with runtime.db.read() as tx:
        return await import_by_id(tx, run_id)


async def carry(runtime: Runtime, *args: Any, **kwargs: Any) -> ImportRun:
    """A run carried to its end; arguments as for `queue`."""
    run_id = await queue(runtime, *args, **kwargs)
    await run_import(runtime, str(run_id).encode())
    return await load(runtime, run_id)


def counts(run: ImportRun) -> tuple[int | None, int, int, int, int, int]:
    """Total, processed, created, updated, unchanged, failed."""
    return run.total, run.processed, run.created, run.updated, run.unchanged, run.failed


async def by_sku(db: Database, shop_id: UUID, *skus: str) -> dict[str, VariantFacts]:
    """Variants of a shop by their SKU."""
    async with db.read() as tx:
        found = await find_variants(tx, [VariantKey(shop_id, "sku", sku) for sku in skus])
    return {variant.sku: variant for variant in found.values()}


async def on_hand(db: Database, shop_id: UUID, *skus: str) -> list[int]:
    """What lies in the shop, thousandths."""
    variants = await by_sku(db, shop_id, *skus)
    async with db.read() as tx:
        known = await levels(tx, [v.id for v in variants.values()])
    return [known[variants[sku].id].on_hand_milli for sku in skus]


async def census(db: Database, shop_id: UUID) -> list[int]:
    """How much there is of everything that an import may write."""

    async def count(tx: ReadTx, sql: str) -> int:
        return int(await tx.fetchval(sql, shop_id))

    async with db.read() as tx:
        return [
            await count(tx, "SELECT count(*) FROM catalog.product WHERE shop_id = $1"),
            await count(tx, "SELECT coalesce(sum(version), 0) FROM catalog.variant WHERE shop_id = $1"),
            await count(tx, "SELECT coalesce(sum(on_hand), 0) FROM inventory.stock WHERE shop_id = $1"),
            await count(
                tx,
                "SELECT count(*) FROM inventory.adjustment a JOIN inventory.stock s USING (variant_id)"
                " WHERE s.shop_id = $1",
            ),
            await count(
                tx,
                "SELECT count(*) FROM catalog.price_history h JOIN catalog.variant v ON v.id = h.variant_id"
                " WHERE v.shop_id = $1",
            ),
            await count(
                tx, "SELECT count(*) FROM platform.outbox WHERE payload::jsonb ->> 'shop_id' = ($1::uuid)::text"
            ),
        ]
