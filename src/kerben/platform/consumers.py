"""Consumers of the outbox: each has a position and moves it in the transaction of its effects.

So an effect happens once, whatever dies when. A handler that fails on a batch is tried event by event; an event that
keeps failing is parked in `platform.dead_letter` together with all later events of its key (order by key is kept),
visible to operators and replayable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
from prometheus_client import Counter, Gauge

from kerben.platform import failpoints, outbox
from kerben.platform.db import Database, ReadTx, WriteTx
from kerben.platform.events import Envelope
from kerben.platform.logs import logger, scrub
from kerben.platform.modules import Handler, Reaction
from kerben.platform.runtime import Runtime

_log = logger("consumers")

HANDLED = Counter("kerben_events_handled_total", "Events handled", ["consumer"])
PARKED = Counter("kerben_events_parked_total", "Events parked as dead letters", ["consumer"])
LAG = Gauge("kerben_consumer_lag_events", "Outbox rows not yet read", ["consumer"])

GATHER_S: Final = 0.1
"""Pause after a page that was not full."""

_NOT_THE_EVENTS: Final = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    OSError,
)
"""Failures that say nothing about an event: the whole step is run again."""

ATTEMPTS: Final = 3
"""How often an event is tried, within one transaction, before it is parked."""


class Outcome(msgspec.Struct, frozen=True):
    """How many parked events were handled, and why the next one was not; None: none was left."""

    handled: int
    error: str | None


class Consumer:
    """Runs one reaction."""

    def __init__(self, runtime: Runtime, reaction: Reaction) -> None:
        self.name = reaction.name
        self._db = runtime.db
        self._handler: Handler = reaction.handler(runtime)
        self._names = [e.name for e in reaction.events]
        self.batch = reaction.batch

    async def step(self) -> int:
        """Handle the next page; how many outbox rows were read (0: nothing to do, or another worker has it)."""
        return await self._db.transact(self._step)

    async def _step(self, tx: WriteTx) -> int:
        row = await tx.fetchrow(
            "SELECT last, gaps, horizons FROM platform.consumer WHERE name = $1 FOR UPDATE SKIP LOCKED", self.name
        )
        if row is None:
            await tx.execute("INSERT INTO platform.consumer (name) VALUES ($1) ON CONFLICT DO NOTHING", self.name)
            return 0
        cursor = outbox.Cursor(row["last"], dict(zip(row["gaps"], row["horizons"], strict=True)))
        before = (cursor.last, dict(cursor.gaps))
        page = await outbox.read_page(tx, cursor, self._names, self.batch)
        if page.events:
            await self._handle(tx, page.events)
            if failpoints.ACTIVE:
                await failpoints.reach("consumer.handled", self.name)
            HANDLED.labels(self.name).inc(len(page.events))
        if (cursor.last, cursor.gaps) != before:
            await tx.execute(
                "UPDATE platform.consumer SET last = $2, gaps = $3, horizons = $4, moved_at = $5 WHERE name = $1",
                self.name,
                cursor.last,
                list(cursor.gaps),
                list(cursor.gaps.values()),
                tx.now,
            )
        return page.read

    async def _handle(self, tx: WriteTx, events: Sequence[Envelope]) -> None:
        blocked = await _parked_keys(tx, self.name)
        ready = [e for e in events if e.event.key not in blocked]
        for envelope in events:
            if envelope.event.key in blocked:
                await _park(tx, self.name, envelope, "earlier event of this key is parked", 0)
        if not ready:
            return
        try:
            async with tx.savepoint():
                await self._handler(tx, ready)
        except _NOT_THE_EVENTS:
            raise
        except Exception as error:
            _log.warning("batch_failed", consumer=self.name, events=len(ready), error=scrub(repr(error)))
            await self._one_by_one(tx, ready)

    async def _one_by_one(self, tx: WriteTx, events: Sequence[Envelope]) -> None:
        poisoned: set[str] = set()
        for envelope in events:
            if envelope.event.key in poisoned:
                await _park(tx, self.name, envelope, "earlier event of this key is parked", 0)
                continue
            failure = await self._attempt(tx, envelope)
            if failure is not None:
                poisoned.add(envelope.event.key)
                await _park(tx, self.name, envelope, scrub(repr(failure)), ATTEMPTS)
                _log.error(
                    "event_parked", consumer=self.name, event_name=envelope.event.name, key=envelope.event.key,
                    error=scrub(repr(failure)),
                )  # fmt: skip

    async def _attempt(self, tx: WriteTx, envelope: Envelope) -> Exception | None:
        failure: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                async with tx.savepoint():
                    await self._handler(tx, [envelope])
                return None
            except _NOT_THE_EVENTS:
                raise
            except Exception as error:
                failure = error
        return failure

    async def replay(self, key: str | None = None) -> Outcome:
        """Handle parked events again, in order, one transaction per event; stops at the first that still fails, which
        keeps its new error.
        """
        done = 0
        while True:
            failed: UUID | None = None

            async def one(tx: WriteTx) -> bool:
                nonlocal failed
                failed = None
                # No worker parks or handles events meanwhile: one would be parked behind what is just taken away.
                await tx.fetchval("SELECT 1 FROM platform.consumer WHERE name = $1 FOR UPDATE", self.name)
                row = await tx.fetchrow(
                    "SELECT * FROM platform.dead_letter WHERE consumer = $1 AND ($2::text IS NULL OR key = $2)"
                    " ORDER BY position LIMIT 1 FOR UPDATE",
                    self.name,
                    key,
                )
                if row is None:
                    return False
                failed = row["event_id"]
                envelope = outbox.envelope_of(row)
                if envelope is not None:
                    await self._handler(tx, [envelope])
                await tx.execute(
                    "DELETE FROM platform.dead_letter WHERE consumer = $1 AND event_id = $2",
                    self.name,
                    row["event_id"],
                )
                return True

            try:
                if not await self._db.transact(one):
                    return Outcome(done, None)
            except _NOT_THE_EVENTS:
                raise
            except Exception as error:
                if failed is None:
                    raise
                text = scrub(repr(error))
                _log.warning("replay_failed", consumer=self.name, error=text)
                await self._keep_failure(failed, text)
                return Outcome(done, text)
            done += 1

    async def _keep_failure(self, event_id: UUID, error: str) -> None:
        async def keep(tx: WriteTx) -> None:
            await tx.execute(
                "UPDATE platform.dead_letter SET error = $3, attempts = attempts + 1"
                " WHERE consumer = $1 AND event_id = $2",
                self.name,
                event_id,
                error[:2000],
            )

        await self._db.transact(keep)


async def _parked_keys(tx: ReadTx, consumer: str) -> set[str]:
    rows = await tx.fetch("SELECT DISTINCT key FROM platform.dead_letter WHERE consumer = $1", consumer)
    return {row["key"] for row in rows}


async def _park(tx: WriteTx, consumer: str, envelope: Envelope, error: str, attempts: int) -> None:
    PARKED.labels(consumer).inc()
    await tx.execute(
        "INSERT INTO platform.dead_letter"
        " (consumer, position, event_id, name, key, payload, occurred_at, request_id, error, attempts, parked_at)"
        " VALUES ($1, $2, $3, $4, $5, $6::json, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        consumer,
        envelope.position,
        envelope.event_id,
        envelope.event.name,
        envelope.event.key,
        msgspec.json.encode(envelope.event).decode(),
        envelope.occurred_at,
        envelope.request_id,
        error[:2000],
        attempts,
        tx.now,
    )


async def run_forever(consumer: Consumer, wake: asyncio.Event) -> None:
    """Step whenever there may be events; survives failures of the database."""
    pause = 0.2
    while True:
        try:
            wake.clear()
            while read := await consumer.step():
                pause = 0.2
                if read < consumer.batch:
                    # Under load this gathers: one larger page and one commit instead of many small ones.
                    await asyncio.sleep(GATHER_S)
            async with asyncio.timeout(1.0):
                await wake.wait()
        except TimeoutError:
            continue
        except Exception as error:
            _log.warning("consumer_failed", consumer=consumer.name, error=scrub(repr(error)))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


async def measure_lag(db: Database) -> dict[str, int]:
    """Outbox rows not yet read, by consumer."""
    async with db.read() as tx:
        rows = await tx.fetch(
            "SELECT c.name, (SELECT count(*) FROM platform.outbox o WHERE o.id > c.last) + cardinality(c.gaps) AS lag"
            " FROM platform.consumer c"
        )
    for row in rows:
        LAG.labels(row["name"]).set(row["lag"])
    return {row["name"]: row["lag"] for row in rows}
