"""What a chunk of rows does: goods and stock in the caller's transaction, and what there is to tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from kerben.domains.catalog.api import (
    ImportFault,
    ImportProgress,
    ImportRow,
    ImportRun,
    RowFault,
    RowOutcome,
    VariantKey,
    find_variants,
    upsert_rows,
)
from kerben.domains.inventory.api import (
    AdjustmentCause,
    OpeningStock,
    StockTarget,
    levels,
    open_stock,
    set_on_hand,
)
from kerben.flows.goods_import.rows import WHOLE_PIECES, ReadRow
from kerben.platform.db import WriteTx
from kerben.platform.qty import ONE, Unit

WARNINGS_MAX: Final = 200
"""So many warnings are kept of a run, so that those of a large file leave room for what is wrong."""
WARNINGS: Final = frozenset({"CATEGORY_MISSING", "UNKNOWN_CATEGORY", "OFF_SALE"})
"""Codes of what is told of rows that were taken."""

_REFUSED_VALUES: Final = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)


async def outcomes_of(tx: WriteTx, run: ImportRun, rows: Sequence[ReadRow]) -> list[RowOutcome]:
    """Write rows; an outcome each, in order. A value that PostgreSQL refuses fails its own row only."""
    try:
        async with tx.savepoint():
            return await _write(tx, run, rows)
    except _REFUSED_VALUES:
        return [outcome for row in rows for outcome in await _write_alone(tx, run, row)]


def progress(run: ImportRun, outcomes: Sequence[RowOutcome], checkpoint: dict[str, Any]) -> ImportProgress:
    """What outcomes add to a run, and where it stands then."""
    counts = {"created": 0, "updated": 0, "unchanged": 0, "failed": 0}
    faults: list[ImportFault] = []
    room = WARNINGS_MAX - sum(fault.code in WARNINGS for fault in run.errors)
    unlisted = 0
    for outcome in outcomes:
        counts[outcome.status] += 1
        for warning in outcome.warnings:
            if room > 0:
                room -= 1
                faults.append(_fault(outcome.row, warning))
            else:
                unlisted += 1
        if outcome.fault is not None:
            faults.append(_fault(outcome.row, outcome.fault))
    return ImportProgress(len(outcomes), **counts, errors=tuple(faults), checkpoint=checkpoint, unlisted=unlisted)


def _fault(row: int, fault: RowFault) -> ImportFault:
    return ImportFault(row, fault.field, fault.code, fault.message)


async def _write_alone(tx: WriteTx, run: ImportRun, row: ReadRow) -> list[RowOutcome]:
    """A row by itself, because PostgreSQL refused a value somewhere in its chunk."""
    try:
        async with tx.savepoint():
            return await _write(tx, run, [row])
    except _REFUSED_VALUES:
        fault = RowFault("", "INVALID_VALUE", "В строке есть значение, которое нельзя сохранить.")
        return [RowOutcome(row.row, "failed", fault=fault)]


async def _write(tx: WriteTx, run: ImportRun, rows: Sequence[ReadRow]) -> list[RowOutcome]:
    """Goods, then stock; an outcome per row, in order."""
    rows = await _check_fractions(tx, run, rows)
    items = [row.item for row in rows if row.item is not None]
    told = iter(await _upsert(tx, run, items))
    outcomes = [
        next(told) if row.item is not None else RowOutcome(row.row, "failed", fault=row.fault) for row in rows
    ]
    moved = await _write_stock(tx, run, list(zip(rows, outcomes, strict=True)))
    return [
        RowOutcome(o.row, "updated", o.variant_id, o.product_id, warnings=o.warnings)
        if o.status == "unchanged" and o.variant_id in moved
        else o
        for o in outcomes
    ]


async def _check_fractions(tx: WriteTx, run: ImportRun, rows: Sequence[ReadRow]) -> list[ReadRow]:
    """The rows, with a fault where a fraction is in stock of goods that are, or would be, sold by the piece."""
    keys = {
        row.row: VariantKey(run.shop_id, "sku", row.item.sku)
        for row in rows
        if row.item is not None and row.item.unit is None and (row.stock_milli or 0) % ONE
    }
    known = await find_variants(tx, list(keys.values())) if keys else {}
    weighed = {number for number, key in keys.items() if key in known and known[key].unit is Unit.KG}
    fault = RowFault("stock_qty", "INVALID_STOCK", WHOLE_PIECES)
    return [ReadRow(row.row, fault=fault) if row.row in keys.keys() - weighed else row for row in rows]


async def _upsert(tx: WriteTx, run: ImportRun, items: Sequence[ImportRow]) -> list[RowOutcome]:
    if not items:
        return []
    return await upsert_rows(tx, run.shop_id, items, dry_run=run.dry_run, reference=str(run.id), revive=run.revive)


async def _write_stock(
    tx: WriteTx, run: ImportRun, pairs: Sequence[tuple[ReadRow, RowOutcome]]
) -> frozenset[UUID | None]:
    """Open stock of new variants, set that of others to what the file says; the variants whose stock changes."""
    wanted: dict[UUID, int] = {}
    opening: list[OpeningStock] = []
    products: dict[UUID, UUID] = {}
    for row, outcome in pairs:
        if outcome.variant_id is None or outcome.product_id is None or outcome.status == "failed":
            continue
        products[outcome.variant_id] = outcome.product_id
        if outcome.status == "created":
            opening.append(OpeningStock(outcome.variant_id, run.shop_id, outcome.product_id, row.stock_milli or 0))
        elif row.stock_milli is not None:
            wanted[outcome.variant_id] = row.stock_milli
    known = await levels(tx, sorted(wanted)) if wanted else {}
    moved = {i: qty for i, qty in wanted.items() if i not in known or known[i].on_hand_milli != qty}
    if run.dry_run:
        return frozenset(moved)
    opening.extend(OpeningStock(i, run.shop_id, products[i], qty) for i, qty in moved.items() if i not in known)
    await open_stock(tx, opening)
    targets = [
        StockTarget(
            variant_id=i, on_hand_milli=qty, cause=AdjustmentCause.IMPORT, reference=run.id, actor_id=run.actor_id
        )
        for i, qty in moved.items()
        if i in known
    ]
    if targets:
        await set_on_hand(tx, targets)
    return frozenset(moved)
