"""The work of a run: the file in chunks, each chunk one transaction together with how far the run has come.

A run that was killed goes on behind its last committed chunk and repeats nothing. Two workers that hold the same run,
because one was thought to be dead, take turns at the lock of the run's row and skip what the other has done. Runs of
one shop follow each other: whoever ends one asks for the next.

Rows whose barcode is another variant's are looked at a second time after the last chunk: that variant may have got
another one from a row further down, and two rows far apart may let their barcodes change places.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import asyncpg

from kerben.domains.catalog.api import (
    ImportProgress,
    ImportRun,
    ImportStatus,
    RowOutcome,
    advance_import,
    finish_import,
    import_by_id,
    rates,
    start_import,
)
from kerben.domains.catalog.errors import BarcodeTakenError, SkuTakenError
from kerben.flows.goods_import import writing
from kerben.flows.goods_import.csv_format import read_csv
from kerben.flows.goods_import.rows import RawRow, Reader, ReadRow, UnreadableFileError
from kerben.flows.goods_import.service import JOB, queue_next
from kerben.flows.goods_import.uploads import ImportFiles
from kerben.flows.goods_import.xlsx_format import read_xlsx
from kerben.flows.goods_import.yml_format import read_yml
from kerben.platform.db import Database, ReadTx, WriteTx
from kerben.platform.errors import IllegalTransitionError, NotFoundError
from kerben.platform.files import UnknownFileError
from kerben.platform.logs import logger
from kerben.platform.runtime import Runtime

T = TypeVar("T")

_log = logger("goods_import")

CHUNK: Final = 1_000
"""Rows in one transaction."""

ROWS_MAX: Final = 1_000_000
"""Most rows of a file: the SKUs of all of them are held in memory, to find those that stand twice."""

LATER_MAX: Final = 10_000
"""Most rows that are looked at a second time; those beyond fail at once."""

ATTEMPTS_MAX: Final = 10
"""So often a run is taken up without getting on before it fails."""

_TRIES: Final = 3
# PostgreSQL's classes of errors that pass: connection, transaction rollback, resources, not available, intervention.
_PASSING: Final = frozenset({"08", "40", "53", "55", "57"})
_RATE_BASE: Final = "KGS"
"""Exchange rates say how many KGS a unit of another currency costs."""
_WORN_OUT: Final = (
    "Загрузка много раз прерывалась на одном месте и остановлена. Загруженное до него осталось; "
    "разделите файл или сохраните его как CSV."
)


async def run_import(runtime: Runtime, payload: bytes) -> None:
    """The background job: carry a run to its end. `payload` is the run's id.

    A run that has ended is left alone, and so is one that must wait for another of its shop: it is asked for again
    when that one ends.
    """
    task = asyncio.current_task()
    if task is not None:
        # The name by which failpoints know this work.
        task.set_name(JOB)
    run_id = UUID(payload.decode())
    store = runtime.part(ImportFiles.of)
    async with runtime.db.read() as tx:
        try:
            run = await import_by_id(tx, run_id)
        except NotFoundError:
            _log.warning("import_unknown", run_id=str(run_id))
            return
    failure: str | None = None
    try:
        async with runtime.db.write() as tx:
            run = await start_import(tx, run_id, attempt=True)
        if run.status is ImportStatus.QUEUED:
            return
        if run.attempts > ATTEMPTS_MAX:
            raise UnreadableFileError(_WORN_OUT)
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
        await queue_next(tx, run.shop_id)
    await store.delete(run.file_ref)


def _passes(error: Exception) -> bool:
    """Whether the job should simply be tried again later."""
    if isinstance(error, asyncpg.PostgresError):
        return str(getattr(error, "sqlstate", ""))[:2] in _PASSING
    return isinstance(error, (OSError, TimeoutError, asyncpg.InterfaceError))


async def _carry(runtime: Runtime, run: ImportRun, path: Path) -> None:
    """Do the rows that are not done. Raises IllegalTransitionError when the run has ended meanwhile."""
    # The whole file is read once before anything is written: it gives the total, and a file that breaks off in the
    # middle is refused as a whole.
    if run.total is None:
        total = await asyncio.to_thread(_count, _raw_rows(run, path))
        async with runtime.db.write() as tx:
            run = await start_import(tx, run.id, total=total)
    async with runtime.db.read() as tx:
        known_rates = await market_rates(tx, runtime.settings.currency)

    def read() -> Iterator[ReadRow]:
        reader = Reader(runtime.settings.currency, known_rates, default_price=run.default_price)
        return (reader.read(raw) for raw in _raw_rows(run, path))

    rows = read()
    done = rows_done(run)
    await asyncio.to_thread(lambda: sum(1 for _ in islice(rows, done)))
    chunk = await asyncio.to_thread(_take, rows)
    while chunk:
        # The next rows are read while these are written.
        following = asyncio.create_task(asyncio.to_thread(_take, rows))
        try:
            await _store(runtime.db, run, done, chunk)
        except BaseException:
            # A thread cannot be stopped, and it reads a file that must not be deleted under it.
            await asyncio.gather(following, return_exceptions=True)
            raise
        done += len(chunk)
        chunk = await following
    await _look_again(runtime.db, run, read)


def _raw_rows(run: ImportRun, path: Path) -> Iterator[RawRow]:
    has_price = run.default_price is not None
    if run.format == "csv":
        return read_csv(path, has_price=has_price)
    if run.format == "xlsx":
        return read_xlsx(path, has_price=has_price)
    return read_yml(path)


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


def rows_later(run: ImportRun) -> list[int]:
    """Places in the file, from 0, of the rows that are to be looked at again."""
    return list(run.checkpoint.get("later", ())) if run.checkpoint else []


async def market_rates(tx: ReadTx, currency: str) -> dict[str, Decimal]:
    """How much of the market's currency one unit of each known other one costs."""
    known = {code: rate.rate for code, rate in (await rates(tx)).items()} | {_RATE_BASE: Decimal(1)}
    base = known.get(currency)
    return {code: rate / base for code, rate in known.items() if code != currency} if base else {}


async def _store(db: Database, run: ImportRun, done: int, chunk: Sequence[ReadRow]) -> None:
    """Write the rows of a chunk that begins at place `done`."""

    async def work(tx: WriteTx) -> None:
        # Locks the run's row until the commit; raises IllegalTransitionError when the run has ended.
        current = await start_import(tx, run.id)
        begin, later = rows_done(current), rows_later(current)
        fresh = chunk[begin - done :]
        if not fresh:
            return
        outcomes = await writing.outcomes_of(tx, current, fresh)
        places = [begin + n for n, outcome in enumerate(outcomes) if _may_wait(outcome) and not run.dry_run][
            : LATER_MAX - len(later)
        ]
        told = [outcome for n, outcome in enumerate(outcomes, begin) if n not in set(places)]
        await _advance(
            tx, run.id, writing.progress(current, told, {"rows": done + len(chunk), "later": later + places})
        )

    await _transact(db, work)


def _may_wait(outcome: RowOutcome) -> bool:
    return outcome.fault is not None and outcome.fault.code == "BARCODE_TAKEN"


async def _look_again(db: Database, run: ImportRun, read: Callable[[], Iterator[ReadRow]]) -> None:
    """Write the rows that waited for others; those that still cannot be written fail."""
    async with db.read() as tx:
        places = set(rows_later(await import_by_id(tx, run.id)))
    if not places:
        return
    found = await asyncio.to_thread(lambda: {place: row for place, row in enumerate(read()) if place in places})

    async def work(tx: WriteTx) -> bool:
        current = await start_import(tx, run.id)
        later = rows_later(current)
        if not later:
            return False
        outcomes = await writing.outcomes_of(tx, current, [found[place] for place in later[:CHUNK]])
        checkpoint = {"rows": rows_done(current), "later": later[CHUNK:]}
        await _advance(tx, run.id, writing.progress(current, outcomes, checkpoint))
        return True

    while await _transact(db, work):
        pass


async def _advance(tx: WriteTx, run_id: UUID, step: ImportProgress) -> None:
    if not await advance_import(tx, run_id, step):
        raise IllegalTransitionError


async def _transact(db: Database, work: Callable[[WriteTx], Awaitable[T]]) -> T:
    for _ in range(_TRIES - 1):
        try:
            return await db.transact(work)
        except (SkuTakenError, BarcodeTakenError):
            # Somebody added the same by hand at this moment; now it is there and the row is a change.
            continue
    return await db.transact(work)
