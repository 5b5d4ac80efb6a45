"""Each server process reads the outbox on its own, to keep what it holds in memory true and to feed open pages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from kerben.entrypoints.http.live import LiveHub
from kerben.platform import outbox
from kerben.platform.logs import logger, scrub
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime

_log = logger("watcher")

BACKLOG: Final = 1000
"""Positions read again at the start: a transaction that was open then may still commit a lower one."""

PAGE: Final = 2000
GATHER_S: Final = 0.1
POLL_S: Final = 0.25
"""How long a lost NOTIFY may go unnoticed; a revoked token must be refused everywhere within a second."""


class Watcher:
    """Reads events and hands them to watches and to the live hub."""

    def __init__(self, runtime: Runtime, modules: Sequence[Module], hub: LiveHub) -> None:
        self._runtime = runtime
        self._hub = hub
        self._watches = [watch for module in modules for watch in module.watches]
        self._watched = sorted({e.name for watch in self._watches for e in watch.events})
        self._all = sorted({*self._watched, *hub.event_names})
        self._cursor = outbox.Cursor()
        self._wake = asyncio.Event()
        self._listener: asyncpg.Connection[asyncpg.Record] | None = None

    async def start(self) -> None:
        """Find the present position, then load what the watches need, so that nothing falls between."""
        async with self._runtime.db.read() as tx:
            self._cursor = outbox.Cursor(max(0, await outbox.last_position(tx) - BACKLOG))
            for watch in self._watches:
                if watch.start is not None:
                    await watch.start(self._runtime, tx)
        await self.step()

    async def step(self) -> int:
        """Read on; how many rows were read."""
        async with self._runtime.db.read_by_key() as tx:
            names = self._all if self._hub.is_listening else self._watched
            page = await outbox.read_page(tx, self._cursor, names, PAGE)
        self._hub.seq = self._cursor.safe
        for envelope in page.events:
            for watch in self._watches:
                if isinstance(envelope.event, watch.events):
                    watch.on_event(self._runtime, envelope.event)
            self._hub.deliver(envelope)
        return page.read

    async def run_forever(self) -> None:
        """Read on at every NOTIFY, and every quarter of a second."""
        while True:
            try:
                await self._listen()
                self._wake.clear()
                while read := await self.step():
                    if read < PAGE:
                        # Under load this gathers many events into one reading.
                        await asyncio.sleep(GATHER_S)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._wake.wait()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("watcher_failed", error=scrub(repr(error)))
                self._listener = None
                await asyncio.sleep(0.5)
            except Exception as error:
                _log.error("watch_bug", error=scrub(repr(error)))
                await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        if self._listener is None or self._listener.is_closed():
            connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(self._runtime.db.dsn)
            await connection.add_listener(outbox.CHANNEL, self._on_notify)
            self._listener = connection

    def _on_notify(self, *_: Any) -> None:
        self._wake.set()

    async def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            await self._listener.close()
