"""The work of a run: the file in chunks, each chunk one transaction together with how far the run has come.

A run that was killed goes on behind its last committed chunk and repeats nothing. Two workers that hold the same run,
because one was thought to be dead, take turns at the lock of the run's row and skip what the other has done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final
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
    advance_import,
    find_variants,
    finish_import,
    import_by_id,
    rates,
    start_import,
    upsert_rows,
)
from kerben.domains.catalog.errors import BarcodeTakenError, SkuTakenError
from kerben.domains.inventory.api import (
    AdjustmentCause,
    OpeningStock,
    StockTarget,
    levels,
    open_stock,
    set_on_hand,
)
from kerben.flows.goods_import.csv_format import read_csv
from kerben.flows.goods_import.rows import WHOLE_PIECES, RawRow, Reader, ReadRow, UnreadableFileError
from kerben.flows.goods_import.yml_format import read_yml
from kerben.platform.db import Database, ReadTx, WriteTx
from kerben.platform.errors import IllegalTransitionError, NotFoundError
from kerben.platform.files import FileStore, UnknownFileError
from kerben.platform.logs import logger
from kerben.platform.qty import ONE, Unit
from kerben.platform.runtime import Runtime

_log = logger("goods_import")

CHUNK: Final = 1_000
"""Rows in one transaction."""

ROWS_MAX: Final = 1_000_000
"""Most rows of a file: the SKUs of all of them are held in memory, to find those that stand twice."""

_TRIES: Final = 3
_REFUSED_VALUES: Final = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)
# PostgreSQL's classes of errors that pass: connection, transaction rollback, resources, not available, intervention.
_PASSING: Final = frozenset({"08", "40", "53", "55", "57"})
_RATE_BASE: Final = "KGS"
"""Exchange rates say how many KGS a unit of another currency costs."""


async def run_import(runtime: Runtime, payload: bytes) -> None:
    """The background job: carry a run to its end. `payload` is the run's id; a run that has ended is left alone."""
    run_id = UUID(payload.decode())
    store = runtime.part(FileStore.of)
    async with runtime.db.read() as tx:
        try:
            run = await import_by_id(tx, run_id)
        except NotFoundError:
            _log.warning("import_unknown", run_id=str(run_id))
            return
    failure: str | None = None
    try:
        await _carry(runtime, run, store.path(run.file_ref))
    except IllegalTransitionError:
        # Cancelled, or brought to its end by another worker.
        await store.delete(run.file_ref)
        return
    except UnreadableFileError as error:
        failure = str(error)
    except (FileNotFoundError, UnknownFileError):
        failure = "Файл не сохранился. Загрузите его ещё раз."
    except Exception as error:
        if _passes(error):
            raise
        # Trying again would meet the same; the seller must not look at a run that never ends.
        _log.error("import_failed", run_id=str(run_id), exc_info=error)
        failure = "Загрузка прервалась из-за внутренней ошибки. Загруженное до неё осталось; мы записали её."
    async with runtime.db.write() as tx:
        await finish_import(tx, run_id, failure=failure)
    await store.delete(run.file_ref)


def _passes(error: Exception) -> bool:
    """Whether the job should simply be tried again later."""
    if isinstance(error, asyncpg.PostgresError):
        return str(getattr(error, "sqlstate", ""))[:2] in _PASSING
    return isinstance(error, (OSError, TimeoutError, asyncpg.InterfaceError))


async def _carry(runtime: Runtime, run: ImportRun, path: Path) -> None:
    """Do the rows that are not done. Raises IllegalTransitionError when the run has ended meanwhile."""
    async with runtime.db.write() as tx:
        await start_import(tx, run.id)
    # The whole file is read once before anything is written: it gives the total, and a file that breaks off in the
    # middle is refused as a whole.
    total = await asyncio.to_thread(_count, _raw_rows(run.format, path))
    async with runtime.db.write() as tx:
        run = await start_import(tx, run.id, total=total)
        reader = Reader(runtime.settings.currency, await market_rates(tx, runtime.settings.currency))
    rows = (reader.read(raw) for raw in _raw_rows(run.format, path))
    done = rows_done(run)
    await asyncio.to_thread(lambda: sum(1 for _ in islice(rows, done)))
    while chunk := await asyncio.to_thread(_take, rows):
        await _store(runtime.db, run, done, chunk)
        done += len(chunk)


def _raw_rows(file_format: str, path: Path) -> Iterator[RawRow]:
    if file_format == "csv":
        return read_csv(path)
    if file_format == "yml":
        return read_yml(path)
    raise UnreadableFileError("Этот формат пока не поддерживается.")


def _count(rows: Iterator[RawRow]) -> int:
    count = 0
    for _ in rows:
        count += 1
        if count > ROWS_MAX:
            raise UnreadableFileError(f"В файле больше {ROWS_MAX} строк: разделите его.")
    return count


def _take(rows: Iterator[ReadRow]) -> list[ReadRow]:
    return list(islice(rows, CHUNK))


def rows_done(run: ImportRun) -> int:
    """How many rows of the file are behind the run."""
    return int(run.checkpoint["rows"]) if run.checkpoint else 0


async def market_rates(tx: ReadTx, currency: str) -> dict[str, Decimal]:
    """How much of the market's currency one unit of each known other one costs."""
    known = {code: rate.rate for code, rate in (await rates(tx)).items()} | {_RATE_BASE: Decimal(1)}
    base = known.get(currency)
    return {code: rate / base for code, rate in known.items() if code != currency} if base else {}


async def _store(db: Database, run: ImportRun, done: int, chunk: Sequence[ReadRow]) -> None:
    async def work(tx: WriteTx) -> None:
        # Locks the run's row until the commit; raises IllegalTransitionError when the run has ended.
        current = rows_done(await start_import(tx, run.id))
        fresh = chunk[current - done :]
        if fresh:
            step = await _apply(tx, run, fresh, done + len(chunk))
            if not await advance_import(tx, run.id, step):
                raise IllegalTransitionError

    for attempt in range(_TRIES):
        try:
            return await db.transact(work)
        except (SkuTakenError, BarcodeTakenError):
            # Somebody added the same by hand at this moment; now it is there and the row is a change.
            if attempt == _TRIES - 1:
                raise


async def _apply(tx: WriteTx, run: ImportRun, rows: Sequence[ReadRow], position: int) -> ImportProgress:
    try:
        async with tx.savepoint():
            outcomes = await _write(tx, run, rows)
    except _REFUSED_VALUES:
        outcomes = [outcome for row in rows for outcome in await _write_alone(tx, run, row)]
    counts = {"created": 0, "updated": 0, "unchanged": 0, "failed": 0}
    faults: list[ImportFault] = []
    for outcome in outcomes:
        counts[outcome.status] += 1
        said = (*outcome.warnings, outcome.fault) if outcome.fault is not None else outcome.warnings
        faults.extend(ImportFault(outcome.row, f.field, f.code, f.message) for f in said)
    return ImportProgress(len(rows), **counts, errors=tuple(faults), checkpoint={"rows": position})


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
    return await upsert_rows(tx, run.shop_id, items, dry_run=run.dry_run, reference=str(run.id))


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
