"""SQL of bulk import: what is there already, what is written, and the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.catalog.import_model import (
    ERRORS_MAX,
    ImportFault,
    ImportProgress,
    ImportRun,
    ImportStatus,
    NewImport,
    StoredProduct,
    StoredVariant,
)
from kerben.domains.catalog.repository import attributes_text
from kerben.platform.db import ReadTx, Row, WriteTx
from kerben.platform.qty import Unit

_RUN = """
id, shop_id, actor_id, format, file_ref, file_name, dry_run, status, total, processed, created, updated, unchanged,
failed, errors, error_count, checkpoint, failure, created_at, started_at, finished_at, touched_at, attempts,
default_price, revive
"""

_faults = msgspec.json.Decoder(list[ImportFault])


async def lock_shop(tx: WriteTx, shop_id: UUID) -> None:
    """Let one import at a time write into a shop, until the transaction ends."""
    await tx.fetchval("SELECT pg_advisory_xact_lock(hashtextextended('catalog.import:' || $1::uuid, 0))", shop_id)


async def stored_variants(
    tx: ReadTx, shop_id: UUID, skus: Sequence[str], barcodes: Sequence[str]
) -> list[StoredVariant]:
    """Variants of a shop that have one of these SKUs or barcodes. Uses variant_sku, variant_barcode."""
    rows = await tx.fetch(
        """
        SELECT id, product_id, sku, barcode, attributes, price, currency, unit, is_active FROM catalog.variant
        WHERE shop_id = $1 AND sku = ANY($2::text[])
        UNION ALL
        SELECT id, product_id, sku, barcode, attributes, price, currency, unit, is_active FROM catalog.variant
        WHERE shop_id = $1 AND barcode = ANY($3::text[]) AND NOT sku = ANY($2::text[])
        """,
        shop_id,
        list(skus),
        list(barcodes),
    )
    return [
        StoredVariant(
            row["id"], row["product_id"], row["sku"], row["barcode"],
            msgspec.json.decode(row["attributes"], type=dict[str, str]), row["price"], row["currency"],
            Unit(row["unit"]), row["is_active"],
        )
        for row in rows
    ]  # fmt: skip


async def stored_products(
    tx: ReadTx, shop_id: UUID, ids: Sequence[UUID], group_keys: Sequence[str]
) -> list[StoredProduct]:
    """Products by id, and those of a shop by the key of their group. Uses product_pkey, product_group."""
    rows = await tx.fetch(
        """
        SELECT id, category_id, name, description, picture, lead_sku, group_key, is_active FROM catalog.product
        WHERE id = ANY($2::uuid[])
        UNION
        SELECT id, category_id, name, description, picture, lead_sku, group_key, is_active FROM catalog.product
        WHERE shop_id = $1 AND group_key = ANY($3::text[])
        """,
        shop_id,
        list(ids),
        list(group_keys),
    )
    return [StoredProduct(*row) for row in rows]


async def variant_counts(tx: ReadTx, product_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many variants products have. Uses variant_product."""
    rows = await tx.fetch(
        "SELECT product_id, count(*) AS n FROM catalog.variant WHERE product_id = ANY($1::uuid[])"
        " GROUP BY product_id",
        list(product_ids),
    )
    return {row["product_id"]: row["n"] for row in rows}


async def lock(tx: WriteTx, product_ids: Sequence[UUID], variant_ids: Sequence[UUID]) -> None:
    """Lock what will be changed, products before variants, each in order of id. Uses product_pkey, variant_pkey."""
    await tx.execute(
        "SELECT 1 FROM catalog.product WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(product_ids)
    )
    await tx.execute(
        "SELECT 1 FROM catalog.variant WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(variant_ids)
    )


async def update_products(tx: WriteTx, rows: Sequence[StoredProduct]) -> None:
    """Write what an import changed of products, locked in order of id. Uses product_pkey."""
    await tx.execute(
        """
        UPDATE catalog.product AS p
        SET category_id = n.category_id, name = n.name, description = n.description, picture = n.picture,
            is_active = n.is_active, version = p.version + 1, updated_at = $7
        FROM (
            SELECT q.id, u.category_id, u.name, u.description, u.picture, u.is_active
            FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[])
                AS u(id, category_id, name, description, picture, is_active)
            JOIN catalog.product AS q ON q.id = u.id ORDER BY q.id FOR UPDATE OF q
        ) AS n
        WHERE p.id = n.id
        """,
        [row.id for row in rows],
        [row.category_id for row in rows],
        [row.name for row in rows],
        [row.description for row in rows],
        [row.picture for row in rows],
        [row.is_active for row in rows],
        tx.now,
    )


async def clear_barcodes(tx: WriteTx, variant_ids: Sequence[UUID]) -> None:
    """Take barcodes off locked variants that get others in this transaction, so that they may change places.

    Uses variant_pkey.
    """
    await tx.execute("UPDATE catalog.variant SET barcode = NULL WHERE id = ANY($1::uuid[])", list(variant_ids))


async def update_variants(tx: WriteTx, rows: Sequence[StoredVariant]) -> None:
    """Write what an import changed of variants, but for prices, locked in order of id. Uses variant_pkey.

    Currency and price belong together, so a variant whose currency changes gets both here.
    """
    await tx.execute(
        """
        UPDATE catalog.variant AS v
        SET barcode = n.barcode, attributes = n.attributes::jsonb, unit = n.unit,
            price = CASE WHEN v.currency <> n.currency THEN n.price ELSE v.price END, currency = n.currency,
            is_active = n.is_active, version = v.version + 1, updated_at = $8
        FROM (
            SELECT q.id, u.barcode, u.attributes, u.unit, u.price, u.currency, u.is_active
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[])
                AS u(id, barcode, attributes, unit, price, currency, is_active)
            JOIN catalog.variant AS q ON q.id = u.id ORDER BY q.id FOR UPDATE OF q
        ) AS n
        WHERE v.id = n.id
        """,
        [row.id for row in rows],
        [row.barcode for row in rows],
        [attributes_text(row.attributes) for row in rows],
        [str(row.unit) for row in rows],
        [row.price for row in rows],
        [row.currency for row in rows],
        [row.is_active for row in rows],
        tx.now,
    )


def _run(row: Row) -> ImportRun:
    values: dict[str, Any] = dict(row)
    values["status"] = ImportStatus(row["status"])
    values["errors"] = _faults.decode(row["errors"])
    values["checkpoint"] = msgspec.json.decode(row["checkpoint"]) if row["checkpoint"] else None
    return ImportRun(**values)


async def insert_run(tx: WriteTx, run_id: UUID, new: NewImport) -> None:
    """Queue a run."""
    await tx.execute(
        """
        INSERT INTO catalog.import_run
            (id, shop_id, actor_id, format, file_ref, file_name, dry_run, default_price, revive, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10)
        """,
        run_id,
        new.shop_id,
        new.actor_id,
        new.format,
        new.file_ref,
        new.file_name,
        new.dry_run,
        new.default_price,
        new.revive,
        tx.now,
    )


async def run(tx: ReadTx, run_id: UUID) -> ImportRun | None:
    """One run. Uses import_run_pkey."""
    row = await tx.fetchrow(f"SELECT {_RUN} FROM catalog.import_run WHERE id = $1", run_id)
    return _run(row) if row else None


async def runs_of_shop(tx: ReadTx, shop_id: UUID, before: UUID | None, limit: int) -> list[ImportRun]:
    """Runs of a shop, the newest first. Uses import_run_shop."""
    rows = await tx.fetch(
        f"""
        SELECT {_RUN} FROM catalog.import_run WHERE shop_id = $1 AND ($2::uuid IS NULL OR id < $2)
        ORDER BY id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [_run(row) for row in rows]


async def open_runs(tx: ReadTx, shop_id: UUID | None) -> list[ImportRun]:
    """Runs that have not ended, of a shop or of all, the oldest first. Uses import_run_open."""
    rows = await tx.fetch(
        f"""
        SELECT {_RUN} FROM catalog.import_run
        WHERE status IN ('queued', 'running') AND ($1::uuid IS NULL OR shop_id = $1) ORDER BY id
        """,
        shop_id,
    )
    return [_run(row) for row in rows]


async def hold(tx: WriteTx, run_id: UUID) -> ImportRun | None:
    """A run, locked until the transaction ends. Uses import_run_pkey."""
    row = await tx.fetchrow(f"SELECT {_RUN} FROM catalog.import_run WHERE id = $1 FOR UPDATE", run_id)
    return _run(row) if row else None


async def must_wait(tx: ReadTx, run_id: UUID, shop_id: UUID) -> bool:
    """Whether a run of the same shop is running, or waits since earlier. Uses import_run_shop, import_run_open."""
    return bool(
        await tx.fetchval(
            """
            SELECT EXISTS (
                SELECT 1 FROM catalog.import_run
                WHERE shop_id = $2 AND id <> $1 AND (status = 'running' OR status = 'queued' AND id < $1)
            )
            """,
            run_id,
            shop_id,
        )
    )


async def start(tx: WriteTx, run_id: UUID, total: int | None, attempts: int) -> ImportRun:
    """Mark a locked run as running. Uses import_run_pkey."""
    row = await tx.fetchrow(
        f"""
        UPDATE catalog.import_run
        SET status = 'running', total = coalesce($2, total), started_at = coalesce(started_at, $3), touched_at = $3,
            attempts = attempts + $4
        WHERE id = $1 RETURNING {_RUN}
        """,
        run_id,
        total,
        tx.now,
        attempts,
    )
    assert row is not None  # noqa: S101 - locked by the caller
    return _run(row)


async def advance(tx: WriteTx, run_id: UUID, step: ImportProgress, checkpoint: Mapping[str, Any] | None) -> bool:
    """Add a step to a running run; False when it is not running. Uses import_run_pkey."""
    return bool(
        await tx.execute(
            f"""
            UPDATE catalog.import_run
            SET processed = processed + $2, created = created + $3, updated = updated + $4,
                unchanged = unchanged + $5, failed = failed + $6, error_count = error_count + $7,
                errors = CASE WHEN jsonb_array_length(errors) + $11 <= {ERRORS_MAX} THEN errors || $8::jsonb
                    ELSE jsonb_path_query_array(errors || $8::jsonb, '$[0 to {ERRORS_MAX - 1}]') END,
                checkpoint = coalesce($9::jsonb, checkpoint), touched_at = $10, attempts = 0
            WHERE id = $1 AND status = 'running'
            """,
            run_id,
            step.processed,
            step.created,
            step.updated,
            step.unchanged,
            step.failed,
            len(step.errors) + step.unlisted,
            msgspec.json.encode(step.errors[:ERRORS_MAX]).decode(),
            msgspec.json.encode(checkpoint).decode() if checkpoint is not None else None,
            tx.now,
            len(step.errors),
        )
    )


async def finish(
    tx: WriteTx, run_id: UUID, status: ImportStatus, sources: Sequence[ImportStatus], failure: str | None
) -> bool:
    """End a run that is in one of `sources`; False otherwise. Uses import_run_pkey."""
    return bool(
        await tx.execute(
            """
            UPDATE catalog.import_run SET status = $2, failure = $4, finished_at = $5
            WHERE id = $1 AND status = ANY($3::text[])
            """,
            run_id,
            str(status),
            [str(source) for source in sources],
            failure,
            tx.now,
        )
    )
