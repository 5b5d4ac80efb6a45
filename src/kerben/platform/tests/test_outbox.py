"""The outbox under transactions that commit out of order, and its consumers under failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest

from kerben.platform import outbox
from kerben.platform.consumers import Consumer, Outcome, measure_lag
from kerben.platform.db import Database, WriteTx
from kerben.platform.events import Envelope, Event, event
from kerben.platform.ids import new_id
from kerben.platform.modules import Handler, Reaction
from kerben.platform.runtime import Runtime


@event("probe.counted.v1", key="thing_id")
class Counted(Event, frozen=True):
    """A test event."""

    thing_id: UUID
    n: int


async def publish(db: Database, *events: Event) -> None:
    async with db.write() as tx:
        tx.publish(*events)


async def read_all(db: Database, cursor: outbox.Cursor) -> list[int]:
    found: list[int] = []
    async with db.read() as tx:
        while True:
            page = await outbox.read_page(tx, cursor, [Counted.name], limit=3)
            found += [e.event.n for e in page.events if isinstance(e.event, Counted)]
            if not page.read:
                return found


async def test_events_of_a_rolled_back_transaction_are_never_seen(db: Database) -> None:
    cursor = outbox.Cursor()
    await read_all(db, cursor)
    with pytest.raises(RuntimeError):
        async with db.write() as tx:
            tx.publish(Counted(new_id(), 1))
            await tx.flush()
            raise RuntimeError
    await publish(db, Counted(new_id(), 2))
    assert await read_all(db, cursor) == [2]
    assert await read_all(db, cursor) == []
    assert cursor.gaps == {}, "a gap left by a rollback is given up once its transaction has ended"


async def test_no_event_is_skipped_when_transactions_commit_out_of_order(db: Database) -> None:
    cursor = outbox.Cursor()
    await read_all(db, cursor)
    async with db.write() as slow:
        slow.publish(Counted(new_id(), 1))
        await slow.flush()
        await publish(db, Counted(new_id(), 2))
        assert await read_all(db, cursor) == [2], "the later one is not held up"
        assert len(cursor.gaps) == 1
        assert cursor.safe == cursor.last - 2
        await publish(db, Counted(new_id(), 3))
        assert await read_all(db, cursor) == [3]
        assert len(cursor.gaps) == 1, "the gap stays open while its transaction runs"
    assert await read_all(db, cursor) == [1], "and is filled when it commits"
    assert cursor.gaps == {}


async def test_no_event_is_skipped_when_the_later_transaction_drew_the_lower_position(db: Database) -> None:
    # A snapshot's xmax is one past the highest COMPLETED transaction, not past the highest that has begun: the one
    # that is still running here lies above it, and must be waited for all the same.
    cursor = outbox.Cursor()
    await read_all(db, cursor)
    async with AsyncExitStack() as early_stack, AsyncExitStack() as late_stack:
        early = await early_stack.enter_async_context(db.write())
        early_xid = await early.fetchval("SELECT pg_current_xact_id()::text::bigint")
        late = await late_stack.enter_async_context(db.write())
        assert await late.fetchval("SELECT pg_current_xact_id()::text::bigint") > early_xid
        late.publish(Counted(new_id(), 1))
        await late.flush()
        early.publish(Counted(new_id(), 2))
        await early_stack.aclose()
        assert await read_all(db, cursor) == [2]
        for _ in range(3):
            assert await read_all(db, cursor) == []
            assert len(cursor.gaps) == 1, "the gap stays open while its transaction runs"
        await late_stack.aclose()
    assert await read_all(db, cursor) == [1]
    assert cursor.gaps == {}


async def test_concurrent_writers_and_a_reader_lose_nothing_and_keep_the_order_of_a_key(db: Database) -> None:
    cursor = outbox.Cursor()
    await read_all(db, cursor)
    keys = [new_id() for _ in range(4)]
    async with db.write() as tx:
        await tx.execute("CREATE TABLE IF NOT EXISTS public.probe_counter (id uuid PRIMARY KEY, n int NOT NULL)")
        await tx.executemany("INSERT INTO public.probe_counter VALUES ($1, 0)", [(key,) for key in keys])

    async def write(index: int) -> None:
        for i in range(25):
            key = keys[(index + i) % len(keys)]
            try:
                async with db.write() as tx:
                    sql = "UPDATE public.probe_counter SET n = n + 1 WHERE id = $1 RETURNING n"
                    tx.publish(Counted(key, await tx.fetchval(sql, key)))
                    if i % 7 == 3:
                        await tx.flush()
                        raise RuntimeError
            except RuntimeError:
                continue

    seen: dict[UUID, list[int]] = {key: [] for key in keys}
    writers = asyncio.gather(*(write(i) for i in range(6)))
    async with db.read() as tx:
        while True:
            finished = writers.done()
            page = await outbox.read_page(tx, cursor, None, limit=10)
            for envelope in page.events:
                if isinstance(envelope.event, Counted):
                    seen[envelope.event.thing_id].append(envelope.event.n)
            if finished and not page.read and not cursor.gaps:
                break
            await asyncio.sleep(0)
    await writers
    async with db.read() as tx:
        totals = {key: await tx.fetchval("SELECT n FROM public.probe_counter WHERE id = $1", key) for key in keys}
    assert {key: len(numbers) for key, numbers in seen.items()} == totals
    assert all(numbers == list(range(1, totals[key] + 1)) for key, numbers in seen.items())


class Recorder:
    """A handler that writes what it gets into a table, in the consumer's transaction."""

    def __init__(self) -> None:
        self.poison: set[int] = set()
        self.batches: list[int] = []

    def reaction(self, name: str) -> Reaction:
        def make(_: Runtime) -> Handler:
            async def handle(tx: WriteTx, envelopes: Sequence[Envelope]) -> None:
                self.batches.append(len(envelopes))
                for envelope in envelopes:
                    assert isinstance(envelope.event, Counted)
                    await tx.execute(
                        "INSERT INTO public.probe_seen VALUES ($1, $2, $3)",
                        name,
                        envelope.event.thing_id,
                        envelope.event.n,
                    )
                    if envelope.event.n in self.poison:
                        raise ValueError("poison")

            return handle

        return Reaction(name, (Counted,), make, batch=50)


async def prepare(db: Database) -> None:
    async with db.write() as tx:
        await tx.execute(
            "CREATE TABLE IF NOT EXISTS public.probe_seen"
            " (consumer text, thing uuid, n int, UNIQUE (consumer, thing, n))"
        )


async def drain(consumer: Consumer) -> None:
    for _ in range(3):
        while await consumer.step():
            pass


async def seen_of(db: Database, name: str, thing: UUID) -> list[int]:
    async with db.read() as tx:
        rows = await tx.fetch(
            "SELECT n FROM public.probe_seen WHERE consumer = $1 AND thing = $2 ORDER BY n", name, thing
        )
    return [row["n"] for row in rows]


async def test_a_consumer_handles_each_event_once_also_when_two_workers_run_it(runtime: Runtime) -> None:
    await prepare(runtime.db)
    recorder = Recorder()
    reaction = recorder.reaction("probe.twice")
    first, second = Consumer(runtime, reaction), Consumer(runtime, reaction)
    await drain(first)
    thing = new_id()
    await asyncio.gather(
        *(publish(runtime.db, Counted(thing, n)) for n in range(30)),
        *(consumer.step() for consumer in [first, second] * 10),
    )
    await drain(first)
    assert await seen_of(runtime.db, "probe.twice", thing) == list(range(30))
    assert (await measure_lag(runtime.db))["probe.twice"] == 0


async def test_a_poison_event_is_parked_with_what_follows_of_its_key_and_can_be_replayed(runtime: Runtime) -> None:
    await prepare(runtime.db)
    recorder = Recorder()
    consumer = Consumer(runtime, recorder.reaction("probe.poison"))
    await drain(consumer)
    recorder.poison = {2}
    sick, healthy = new_id(), new_id()
    await publish(
        runtime.db, *(Counted(key, n) for n in range(1, 5) for key in (sick, healthy) if (key, n) != (healthy, 2))
    )
    await drain(consumer)
    assert await seen_of(runtime.db, "probe.poison", healthy) == [1, 3, 4], "neighbours are not harmed"
    assert await seen_of(runtime.db, "probe.poison", sick) == [1], "what follows in its key waits behind it"
    await publish(runtime.db, Counted(sick, 5))
    await drain(consumer)
    async with runtime.db.read() as tx:
        rows = await tx.fetch("SELECT * FROM platform.dead_letter WHERE consumer = 'probe.poison' ORDER BY position")
    assert len(rows) == 4
    assert "poison" in rows[0]["error"]
    tried = await consumer.replay()
    assert (tried.handled, "poison" in str(tried.error)) == (0, True)
    assert await seen_of(runtime.db, "probe.poison", sick) == [1], "a replay that fails changes nothing"
    recorder.poison = set()
    assert await consumer.replay() == Outcome(4, None)
    assert await seen_of(runtime.db, "probe.poison", sick) == [1, 2, 3, 4, 5]


async def test_a_crash_between_effect_and_commit_repeats_the_batch_without_doubling(runtime: Runtime) -> None:
    await prepare(runtime.db)
    recorder = Recorder()
    consumer = Consumer(runtime, recorder.reaction("probe.crash"))
    await drain(consumer)
    thing = new_id()
    await publish(runtime.db, Counted(thing, 1))
    async with runtime.db.write() as killer:
        pid = await killer.fetchval("SELECT pg_backend_pid()")

    async def dying(tx: WriteTx) -> int:
        await consumer._step(tx)  # pyright: ignore[reportPrivateUsage]
        own = await tx.fetchval("SELECT pg_backend_pid()")
        assert own is not None
        assert pid is not None
        await tx.execute("SELECT pg_terminate_backend($1)", own)
        return 0

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await runtime.db.transact(dying)
    assert await seen_of(runtime.db, "probe.crash", thing) == []
    await drain(consumer)
    assert await seen_of(runtime.db, "probe.crash", thing) == [1]
