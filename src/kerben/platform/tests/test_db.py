"""Transactions: reads cannot write, retries after deadlocks, savepoints drop their events; keys, partitions, jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from litestar import Controller, Request, Response, post

from kerben.platform import housekeeping, idempotency, jobs
from kerben.platform.access import public
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import DomainError
from kerben.platform.events import Event, event
from kerben.platform.ids import new_id
from kerben.platform.modules import Job, Module
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


@event("probe.written.v1", key="thing")
class Written(Event, frozen=True):
    thing: UUID


async def make_table(db: Database) -> None:
    async with db.write() as tx:
        await tx.execute("CREATE TABLE IF NOT EXISTS public.probe_row (id int PRIMARY KEY, n int NOT NULL)")
        await tx.execute(
            "INSERT INTO public.probe_row SELECT g, 0 FROM generate_series(1, 2) g ON CONFLICT DO NOTHING"
        )


async def value(db: Database, row: int) -> int:
    async with db.read() as tx:
        return await tx.fetchval("SELECT n FROM public.probe_row WHERE id = $1", row)


async def test_postgres_itself_refuses_a_write_in_a_read_transaction(db: Database) -> None:
    await make_table(db)
    async with db.read() as tx:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tx.fetch("UPDATE public.probe_row SET n = 99 RETURNING n")
    async with db.snapshot() as tx:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tx.fetch("DELETE FROM public.probe_row RETURNING n")
    assert await value(db, 1) == 0


async def test_a_deadlock_is_run_again_and_both_succeed(db: Database) -> None:
    await make_table(db)
    before = [await value(db, 1), await value(db, 2)]
    meet = asyncio.Barrier(2)
    tries = 0

    async def work(order: Sequence[int]) -> None:
        first = True

        async def step(tx: WriteTx) -> None:
            nonlocal first, tries
            tries += 1
            await tx.execute("UPDATE public.probe_row SET n = n + 1 WHERE id = $1", order[0])
            if first:
                first = False
                await meet.wait()
            await tx.execute("UPDATE public.probe_row SET n = n + 1 WHERE id = $1", order[1])

        await db.transact(step)

    await asyncio.gather(work((1, 2)), work((2, 1)))
    assert [await value(db, 1), await value(db, 2)] == [n + 2 for n in before]
    assert tries == 3, "one of the two was chosen as the victim and ran again"


async def test_a_failed_block_changes_nothing(db: Database) -> None:
    await make_table(db)
    before = await value(db, 1)
    ran: list[str] = []
    with pytest.raises(ZeroDivisionError):
        async with db.write() as tx:
            tx.after_commit(lambda: ran.append("committed"))
            await tx.execute("UPDATE public.probe_row SET n = n + 1 WHERE id = 1")
            raise ZeroDivisionError
    assert await value(db, 1) == before
    assert ran == []


class Body(msgspec.Struct):
    row: int
    fail: bool = False


class RefusedError(DomainError):
    """A test refusal."""

    code = "REFUSED"


class KeyedController(Controller):
    path = "/api/v1/keyed"

    @post("/", guards=[public])
    async def add(self, data: Body, request: Request[Any, Any, Any], db: Database) -> Response[bytes]:
        async def work(tx: WriteTx) -> dict[str, int]:
            n = await tx.fetchval("UPDATE public.probe_row SET n = n + 1 WHERE id = $1 RETURNING n", data.row)
            if data.fail:
                raise RefusedError
            return {"n": n}

        return await idempotency.once(db, idempotency.keyed(request, await request.body(), "anyone"), work)


KEYED = Module(name="keyed", controllers=[KeyedController])


async def test_idempotency_key_one_effect_one_answer(http_client: MakeClient, db: Database) -> None:
    await make_table(db)
    client = await http_client(KEYED)
    before = await value(db, 1)
    headers = {"Idempotency-Key": str(new_id())}
    answers = await asyncio.gather(
        *(client.post("/api/v1/keyed/", json={"row": 1}, headers=headers) for _ in range(12))
    )
    assert {a.status_code for a in answers} == {201}
    assert {a.content for a in answers} == {b'{"n":%d}' % (before + 1)}
    assert sum("idempotent-replayed" in a.headers for a in answers) == 11
    assert await value(db, 1) == before + 1

    other = await client.post("/api/v1/keyed/", json={"row": 2}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    missing = await client.post("/api/v1/keyed/", json={"row": 1})
    assert (missing.status_code, missing.json()["code"]) == (400, "IDEMPOTENCY_KEY_REQUIRED")
    assert await value(db, 1) == before + 1


async def test_a_refusal_does_not_use_up_the_key(http_client: MakeClient, db: Database) -> None:
    await make_table(db)
    client = await http_client(KEYED)
    before = await value(db, 2)
    headers = {"Idempotency-Key": str(new_id())}
    refused = await client.post("/api/v1/keyed/", json={"row": 2, "fail": True}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "REFUSED")
    assert await value(db, 2) == before
    again = await client.post("/api/v1/keyed/", json={"row": 2}, headers=headers)
    assert again.status_code == 201


async def test_keys_are_forgotten_after_a_day(db: Database, clock: ManualClock) -> None:
    request = idempotency.KeyedRequest("s", str(new_id()), b"h")
    async with db.write() as tx:
        await idempotency.store(tx, [(request, idempotency.StoredAnswer(201, b"{}"))])
    clock.advance(hours=23)
    async with db.write() as tx:
        await idempotency.purge(tx)
    async with db.read() as tx:
        assert 0 in await idempotency.find(tx, [request])
    clock.advance(hours=2)
    async with db.write() as tx:
        await idempotency.purge(tx)
    async with db.read() as tx:
        assert await idempotency.find(tx, [request]) == {}


async def test_outbox_partitions_are_made_ahead_and_dropped_when_old_and_read(
    db: Database, clock: ManualClock
) -> None:
    async with db.write() as tx:
        assert await housekeeping.ensure_outbox_partitions(tx) == 3
    async with db.write() as tx:
        assert await housekeeping.ensure_outbox_partitions(tx) == 0
    clock.advance(days=6)
    async with db.write() as tx:
        assert await housekeeping.drop_old_outbox_partitions(tx) == 0
    clock.advance(days=3)
    async with db.write() as tx:
        assert await housekeeping.drop_old_outbox_partitions(tx) == 2


async def test_partitions_wait_for_a_writer_whose_event_lies_in_the_default_one(
    db: Database, clock: ManualClock
) -> None:
    clock.advance(days=40)

    async def make(tx: WriteTx) -> int:
        return await housekeeping.ensure_outbox_partitions(tx)

    async with asyncio.timeout(20):
        async with db.write() as tx:
            tx.publish(Written(thing=tx.new_id()))
            await tx.flush()
            making = asyncio.create_task(db.transact(make))
            waiting = (
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'platform.outbox'::regclass)"
            )
            while not await tx.fetchval(waiting):
                await asyncio.sleep(0)
        # The day of the event stays in the default partition, the days after it get theirs.
        assert await making == housekeeping.AHEAD_DAYS
    async with db.write() as tx:
        tx.publish(Written(thing=tx.new_id()))
    async with db.read() as tx:
        kept = await tx.fetchval("SELECT count(*) FROM platform.outbox_default WHERE occurred_at >= $1", clock.now())
    assert kept == 2


async def test_a_job_starts_after_its_transaction_commits_and_is_retried(runtime: Runtime) -> None:
    ran: list[bytes] = []
    done = asyncio.Event()

    async def run(_: Runtime, payload: bytes) -> None:
        ran.append(payload)
        done.set()

    with pytest.raises(ZeroDivisionError):
        async with runtime.db.write() as tx:
            await jobs.enqueue(tx, "probe.job", b"rolled back")
            raise ZeroDivisionError
    async with runtime.db.write() as tx:
        await jobs.enqueue(tx, "probe.job", b"kept", dedupe_key="one")
        await jobs.enqueue(tx, "probe.job", b"kept", dedupe_key="one")
    pool = await asyncpg.create_pool(runtime.db.dsn, min_size=1, max_size=3)
    runner = jobs.build(runtime, pool, [Job("probe.job", run)])
    task = asyncio.create_task(runner.run())
    async with asyncio.timeout(10):
        await done.wait()
    runner.shutdown.set()
    await task
    await pool.close()
    assert ran == [b"kept"]


async def test_array_arguments_are_lists_or_tuples(db: Database) -> None:
    one, two = new_id(), new_id()
    async with db.read() as tx:
        for arguments in ([one, two], (one, two)):
            assert await tx.fetchval("SELECT $1::uuid[]", arguments) == [one, two]
        assert await tx.fetchval("SELECT $1::int[]", [[1, 2], [3, 4]]) == [[1, 2], [3, 4]]
        assert await tx.fetchval("SELECT $1::text[]", ["{a,b}", None, ""]) == ["{a,b}", None, ""]
        with pytest.raises(asyncpg.DataError):
            await tx.fetchval("SELECT $1::uuid[]", {one, two})
