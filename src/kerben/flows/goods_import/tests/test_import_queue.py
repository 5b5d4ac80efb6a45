"""Runs that wait for each other, are taken up again, worn out, and what is left on disk."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kerben.domains.catalog.api import ImportStatus, cancel_import, start_import
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.flows.goods_import import runner, writing
from kerben.flows.goods_import.runner import ATTEMPTS_MAX, run_import
from kerben.flows.goods_import.service import JOB, queue_next
from kerben.flows.goods_import.sweeps import purge_uploads, resume_idle
from kerben.flows.goods_import.tests.make import census, counts, load, queue
from kerben.flows.goods_import.uploads import ImportFiles
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

TABLE = "sku;name;price\nA;Чай;10\nB;Кофе;20\n"


@pytest.fixture
async def shop_id(db: Database) -> UUID:
    async with db.write() as tx:
        # Jobs of the tests before.
        await tx.execute("DELETE FROM jobs.pgqueuer")
        await tx.execute("UPDATE catalog.import_run SET status = 'cancelled' WHERE status IN ('queued', 'running')")
        return await make_shop(tx, await make_merchant(tx))


async def asked_for(runtime: Runtime) -> list[str]:
    """Runs whose job is waiting."""
    async with runtime.db.read() as tx:
        rows = await tx.fetch("SELECT payload FROM jobs.pgqueuer WHERE entrypoint = $1 ORDER BY id", JOB)
    return [bytes(row["payload"]).decode() for row in rows]


async def work(runtime: Runtime, run_id: UUID) -> ImportStatus:
    await run_import(runtime, str(run_id).encode())
    return (await load(runtime, run_id)).status


async def test_the_files_of_a_shop_are_read_one_after_another(runtime: Runtime, shop_id: UUID) -> None:
    first = await queue(runtime, shop_id, TABLE)
    second = await queue(runtime, shop_id, TABLE.replace("10", "11"))
    before = await census(runtime.db, shop_id)
    assert await work(runtime, second) is ImportStatus.QUEUED, "an older file waits"
    async with runtime.db.write() as tx:
        assert (await start_import(tx, first)).status is ImportStatus.RUNNING
    assert await work(runtime, second) is ImportStatus.QUEUED
    assert await census(runtime.db, shop_id) == before
    assert await work(runtime, first) is ImportStatus.DONE
    assert await asked_for(runtime) == [str(second)]
    assert await work(runtime, second) is ImportStatus.DONE
    assert counts(await load(runtime, second)) == (2, 2, 0, 1, 1, 0)


async def test_two_files_at_once_never_mix(runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "CHUNK", 5)
    table = "sku;name;price\n" + "".join(f"S-{n};Товар {n};{{price}}\n" for n in range(40))
    runs = [await queue(runtime, shop_id, table.format(price=price)) for price in (10, 20, 30)]
    order: list[UUID] = []
    real = writing.outcomes_of

    async def watched(tx: Any, run: Any, rows: Any) -> Any:
        order.append(run.id)
        return await real(tx, run, rows)

    monkeypatch.setattr(writing, "outcomes_of", watched)
    for _ in runs:
        await asyncio.gather(*(work(runtime, run_id) for run_id in reversed(runs)))
    assert order == [run_id for run_id in runs for _ in range(8)]
    assert [(await load(runtime, run_id)).status for run_id in runs] == [ImportStatus.DONE] * 3
    async with runtime.db.read() as tx:
        assert await tx.fetchval("SELECT min(price) FROM catalog.variant WHERE shop_id = $1", shop_id) == 3_000


async def test_postgresql_itself_refuses_a_second_running_file(runtime: Runtime, shop_id: UUID) -> None:
    first, second = await queue(runtime, shop_id, TABLE), await queue(runtime, shop_id, TABLE)
    async with runtime.db.write() as tx:
        await start_import(tx, first)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with runtime.db.write() as tx:
            await tx.execute("UPDATE catalog.import_run SET status = 'running' WHERE id = $1", second)
    assert (await load(runtime, second)).status is ImportStatus.QUEUED


async def test_a_cancelled_file_lets_the_next_one_begin(runtime: Runtime, shop_id: UUID) -> None:
    first, second = await queue(runtime, shop_id, TABLE), await queue(runtime, shop_id, TABLE)
    async with runtime.db.write() as tx:
        assert await cancel_import(tx, first)
        await queue_next(tx, shop_id)
    assert await asked_for(runtime) == [str(second)]
    assert await work(runtime, first) is ImportStatus.CANCELLED
    assert await work(runtime, second) is ImportStatus.DONE


async def test_a_run_whose_worker_died_is_asked_for_again(
    runtime: Runtime, shop_id: UUID, clock: ManualClock
) -> None:
    run_id = await queue(runtime, shop_id, TABLE)
    async with runtime.db.write() as tx:
        await start_import(tx, run_id, attempt=True)
    clock.advance(seconds=59)
    assert await resume_idle(runtime) == 0
    assert await asked_for(runtime) == []
    clock.advance(seconds=2)
    for _ in range(3):
        assert await resume_idle(runtime) == 0
    assert await asked_for(runtime) == [str(run_id)], "once, however often it is looked at"
    assert await work(runtime, run_id) is ImportStatus.DONE


async def test_a_queued_run_whose_job_was_lost_is_asked_for(
    runtime: Runtime, shop_id: UUID, clock: ManualClock
) -> None:
    first, second = await queue(runtime, shop_id, TABLE), await queue(runtime, shop_id, TABLE)
    clock.advance(seconds=11)
    await resume_idle(runtime)
    assert await asked_for(runtime) == [str(first)], "the second could not begin anyway"
    assert await work(runtime, first) is ImportStatus.DONE
    assert str(second) in await asked_for(runtime)


async def test_a_run_that_never_gets_on_fails_with_a_word(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await queue(runtime, shop_id, TABLE)
    before = await census(runtime.db, shop_id)

    async def dies(*_: Any) -> Any:
        raise ConnectionError("the worker died")

    monkeypatch.setattr(writing, "outcomes_of", dies)
    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(ConnectionError):
            await run_import(runtime, str(run_id).encode())
    assert (await load(runtime, run_id)).status is ImportStatus.RUNNING
    assert await work(runtime, run_id) is ImportStatus.FAILED
    run = await load(runtime, run_id)
    assert "много раз прерывалась" in (run.failure or "")
    assert await census(runtime.db, shop_id) == before
    assert not runtime.part(ImportFiles.of).path(run.file_ref).exists()


async def test_getting_on_forgives_earlier_attempts(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 1)
    run_id = await queue(runtime, shop_id, TABLE)
    async with runtime.db.write() as tx:
        for _ in range(ATTEMPTS_MAX - 1):
            await start_import(tx, run_id, attempt=True)
    assert await work(runtime, run_id) is ImportStatus.DONE
    assert (await load(runtime, run_id)).attempts == 0


async def test_files_that_nobody_waits_for_are_purged(runtime: Runtime, shop_id: UUID, clock: ManualClock) -> None:
    store = runtime.part(ImportFiles.of)
    waiting = store.path((await load(runtime, await queue(runtime, shop_id, TABLE))).file_ref)
    orphan, fresh = store.path(await store.save(b"orphan")), store.path(await store.save(b"fresh"))
    half = orphan.with_name("0" * 32 + ".part")
    half.write_bytes(b"half")
    now = clock.now().timestamp()

    def age(path: Path, hours: float) -> None:
        os.utime(path, (now - hours * 3_600, now - hours * 3_600))

    for path in (waiting, orphan, half):
        age(path, 1.5)
    age(fresh, 0.5)
    assert await purge_uploads(runtime) == 0
    assert [path.exists() for path in (waiting, fresh, orphan, half)] == [True, True, False, False]
