"""Delivers webhooks: at once, again by schedule until the merchant says ok, after a restart what is owed."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterable
from typing import Final

import msgspec

from kerben_sandbox.acquirer import HELD_RECHECK_S, Acquirer, Notice
from kerben_sandbox.config import SandboxConfig
from kerben_sandbox.http_client import WebhookClient
from kerben_sandbox.store import Store
from kerben_sandbox.wire import from_xml, is_signed, script_of

AT_ONCE_MAX: Final = 64


class Dispatcher:
    """A heap of notices by due time and a limited number of deliveries at once."""

    def __init__(self, config: SandboxConfig, store: Store, acquirer: Acquirer) -> None:
        self._config = config
        self._store = store
        self._acquirer = acquirer
        self._client = WebhookClient()
        self._heap: list[tuple[float, int, Notice]] = []
        self._changed = asyncio.Event()
        self._free = asyncio.Semaphore(AT_ONCE_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take up what is owed and go on until `stop`."""
        self.add(self._acquirer.owed())
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Drop what is under way: it stays owed on disk."""
        tasks = [*self._tasks, *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._client.close()

    def add(self, notices: Iterable[Notice]) -> None:
        """Deliver these when due, and not before they are durable."""
        for notice in notices:
            heapq.heappush(self._heap, (notice.due_at, notice.id, notice))
        self._changed.set()

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            wait_s = self._heap[0][0] - self._config.clock() if self._heap else None
            if wait_s is None or wait_s > 0:
                try:
                    await asyncio.wait_for(self._changed.wait(), wait_s)
                except TimeoutError:
                    continue
                continue
            await self._free.acquire()
            if not self._heap:
                self._free.release()
                continue
            notice = heapq.heappop(self._heap)[2]
            task = asyncio.create_task(self._deliver(notice))
            self._tasks.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free.release()

    async def _deliver(self, notice: Notice) -> None:
        await self._store.durable()
        if self._acquirer.is_held_back(notice):
            self.add([msgspec.structs.replace(notice, due_at=self._config.clock() + HELD_RECHECK_S)])
            return
        if await self._is_accepted(notice):
            self._store.write("UPDATE notices SET status = 'delivered' WHERE id = ?", (notice.id,))
        else:
            self._again(notice)
        await self._store.durable()

    def _again(self, notice: Notice) -> None:
        delays = self._config.retry_delays_s
        if notice.attempts >= len(delays):
            self._store.write("UPDATE notices SET status = 'given_up' WHERE id = ?", (notice.id,))
            return
        due_at = self._config.clock() + delays[notice.attempts]
        self._store.write(
            "UPDATE notices SET attempts = ?, due_at = ? WHERE id = ?", (notice.attempts + 1, due_at, notice.id)
        )
        self.add([msgspec.structs.replace(notice, attempts=notice.attempts + 1, due_at=due_at)])

    async def _is_accepted(self, notice: Notice) -> bool:
        """Whether the merchant answered 200 with a signed XML `pg_status` ok."""
        try:
            async with asyncio.timeout(self._config.webhook_timeout_s):
                status, body = await self._client.post_form(notice.url, notice.body)
            answer = from_xml(body)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            return False
        secret = self._config.secrets.acquirer_secret
        return status == 200 and answer.get("pg_status") == "ok" and is_signed(script_of(notice.url), answer, secret)
