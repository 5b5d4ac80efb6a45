"""Database access: a read-only kind of transaction and a writing kind.

`ReadTx` can only fetch; its connections are `default_transaction_read_only`, so PostgreSQL itself refuses a write.
Only `WriteTx` can execute and publish events. Pools do not reset connections on release (it costs a third of the
throughput), so no session state may be left on a connection: an architecture test looks for SET.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from asyncpg.protocol import protocol

from kerben.platform import failpoints, outbox
from kerben.platform.clock import Clock, SystemClock
from kerben.platform.events import Event
from kerben.platform.ids import new_id

Row = asyncpg.Record
T = TypeVar("T")

# A plan made while a table was still empty would scan it whole for ever after.
_GENERIC: Final = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}


def _cheapen_arrays() -> None:
    """Let the driver recognise array arguments by their type.

    For every element of an array it asks the abstract base classes whether it is a container: 0.3 µs each, a third of
    what sending a batch of orders costs. All our arrays are lists. See docs/decisions/0010.
    """
    for name in ("IterableABC", "SizedABC"):
        if hasattr(protocol, name):
            setattr(protocol, name, (list, tuple))


_cheapen_arrays()

_AWAY: Final = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, asyncpg.InterfaceError)

RETRIES: Final = 5
"""How often a transaction is run again after a deadlock or a serialisation failure."""


class ReadTx:
    """Reads. `now` is the moment the transaction began, from the injected clock."""

    def __init__(self, connection: PoolConnectionProxy[Row], now: datetime) -> None:
        self._connection = connection
        self.now = now

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """All rows."""
        return await self._connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Row | None:
        """The first row, or None."""
        return await self._connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first column of the first row, or None."""
        return await self._connection.fetchval(sql, *args)


class WriteTx(ReadTx):
    """A transaction that changes things. Events published here are stored by its commit, or not at all."""

    def __init__(self, connection: PoolConnectionProxy[Row], now: datetime) -> None:
        super().__init__(connection, now)
        self._events: list[Event] = []
        self._after_commit: list[Callable[[], None]] = []

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement; the number of rows it touched."""
        tag = await self._connection.execute(sql, *args)
        last = tag.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row, pipelined. For hot paths prefer one statement over `unnest`."""
        await self._connection.executemany(sql, rows)

    def publish(self, *events: Event) -> None:
        """Hand events to the outbox; they are written at commit, after all locks are held, so that events of one
        key carry rising positions."""
        self._events.extend(events)

    def new_id(self) -> UUID:
        """A new UUIDv7."""
        return new_id()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run a quick, synchronous action once the commit has succeeded."""
        self._after_commit.append(action)

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """A nested part that may fail alone; its events are dropped when it does."""
        published = len(self._events)
        try:
            async with self._connection.transaction():
                yield
        except BaseException:
            del self._events[published:]
            raise

    async def flush(self) -> int:
        """Write the pending events; called by the database before it commits. Returns how many there were."""
        count = len(self._events)
        if count:
            await outbox.insert(self, self._events)
            self._events = []
        return count

    def committed(self) -> None:
        """Run what waits for the commit; called by the database."""
        for action in self._after_commit:
            action()


async def _keep_session(_: asyncpg.Connection[Row]) -> None:
    """Pools call this instead of RESET ALL; see the module's docstring."""


class Database:
    """Pools of one PostgreSQL database, one for reads and one for writes."""

    def __init__(self, dsn: str, *, size: int = 6, clock: Clock | None = None, name: str = "kerben") -> None:
        self._dsn = dsn
        self._size = size
        self._name = name
        self.clock: Clock = clock or SystemClock()
        self._read: asyncpg.Pool[Row] | None = None
        self._keyed: asyncpg.Pool[Row] | None = None
        self._write: asyncpg.Pool[Row] | None = None
        self._poke_wanted = asyncio.Event()
        self._notifier: asyncio.Task[None] | None = None

    @property
    def dsn(self) -> str:
        """Address for tools that need a connection of their own (LISTEN, jobs, pg_dump)."""
        return self._dsn

    async def open(self, *, wait_s: float = 0) -> None:
        """Connect; waits so long for a database that is away or recovers. Raises OSError or asyncpg errors then."""
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            try:
                return await self._open()
            except _AWAY:
                await self.close()
                if asyncio.get_running_loop().time() >= deadline:
                    raise
                await asyncio.sleep(0.2)

    async def _open(self) -> None:
        self._read = await self._pool({"default_transaction_read_only": "on"})
        self._keyed = await self._pool({"default_transaction_read_only": "on", **_GENERIC})
        # Writes go by key, so one generic plan is right for all values; planning anew cost more than running.
        self._write = await self._pool(_GENERIC)
        self._notifier = asyncio.create_task(self._notify_forever(), name="outbox-notifier")

    async def _pool(self, server_settings: dict[str, str]) -> asyncpg.Pool[Row]:
        return await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._size,
            max_inactive_connection_lifetime=0,
            reset=_keep_session,
            command_timeout=30,
            server_settings={"application_name": self._name, "timezone": "UTC", **server_settings},
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._notifier:
            self._notifier.cancel()
            await asyncio.gather(self._notifier, return_exceptions=True)
        for pool in (self._read, self._keyed, self._write):
            if pool is not None:
                await pool.close()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[ReadTx]:
        """Single statements, each its own snapshot; no BEGIN and COMMIT round trips."""
        assert self._read is not None, "database is not open"  # noqa: S101 - a programming error
        async with self._read.acquire() as connection:
            yield ReadTx(connection, self.clock.now())

    @asynccontextmanager
    async def read_by_key(self) -> AsyncGenerator[ReadTx]:
        """Like `read`, for hot statements that go by key: planned once, not for each set of values.

        For searches and lists use `read`: their best plan depends on the values.
        """
        assert self._keyed is not None, "database is not open"  # noqa: S101
        async with self._keyed.acquire() as connection:
            yield ReadTx(connection, self.clock.now())

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[ReadTx]:
        """Several statements that see one moment."""
        assert self._read is not None, "database is not open"  # noqa: S101
        async with (
            self._read.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield ReadTx(connection, self.clock.now())

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[WriteTx]:
        """One writing transaction: commits when the block ends, rolls back when it raises.

        A block cannot be run again; where deadlocks are possible use `transact`.
        """
        assert self._write is not None, "database is not open"  # noqa: S101
        async with self._write.acquire() as connection:
            async with connection.transaction():
                tx = WriteTx(connection, self.clock.now())
                yield tx
                published = await tx.flush()
                if failpoints.ACTIVE:
                    await failpoints.reach("db.before_commit")
            if failpoints.ACTIVE:
                await failpoints.reach("db.after_commit")
            tx.committed()
        if published:
            self._poke_wanted.set()

    async def transact(self, work: Callable[[WriteTx], Awaitable[T]]) -> T:
        """Run `work` in a writing transaction, again after a deadlock or serialisation failure (5 tries)."""
        for attempt in range(RETRIES):
            try:
                async with self.write() as tx:
                    return await work(tx)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                if attempt == RETRIES - 1:
                    raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    async def _notify_forever(self) -> None:
        """Tell listeners that there are events: after the commit and on a connection of its own, because NOTIFY
        inside a transaction takes a lock that makes all commits queue up behind each other's fsync."""
        while True:
            await self._poke_wanted.wait()
            self._poke_wanted.clear()
            try:
                assert self._write is not None  # noqa: S101
                async with self._write.acquire() as connection:
                    await connection.execute(f"NOTIFY {outbox.CHANNEL}")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                # Listeners poll each second as well, so a lost NOTIFY only costs that second.
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.05)
