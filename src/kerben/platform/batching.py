"""Gathering: many callers, one set-based statement.

Calls that arrive while a batch is in flight wait in a queue and leave together in the next one; there is no timer, so
a lone call leaves at once. Each caller gets its own result or its own error. When a whole batch fails, its items are
run again alone, so that a poison item fails nobody but itself. A batch runs in a task of its own: a client that hangs
up does not cancel it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from prometheus_client import Histogram

from kerben.platform import failpoints

In = TypeVar("In")
Out = TypeVar("Out")

BATCH_SIZE = Histogram(
    "kerben_batch_size",
    "Items gathered into one batch",
    ["batch"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)


class BatcherOverloadedError(Exception):
    """More calls wait than the batcher may hold."""


class Batcher(Generic[In, Out]):
    """Gathers calls of one kind. `run` gets a list and returns, in order, a result or an exception for each."""

    def __init__(
        self,
        name: str,
        run: Callable[[Sequence[In]], Awaitable[Sequence[Out | Exception]]],
        *,
        size_max: int = 64,
        in_flight_max: int = 1,
        waiting_max: int = 20_000,
        key: Callable[[In], Hashable] | None = None,
    ) -> None:
        """`key`: two items of one key never share a batch, the later one waits for the next."""
        self.name = name
        self._run = run
        self._size_max = size_max
        self._in_flight_max = in_flight_max
        self._waiting_max = waiting_max
        self._key = key
        self._waiting: deque[tuple[In, asyncio.Future[Out]]] = deque()
        self._in_flight = 0
        self._busy_keys: set[Hashable] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._scheduled = False
        self._histogram = BATCH_SIZE.labels(name)

    async def submit(self, item: In) -> Out:
        """Run one item together with whoever is waiting; raises what was decided for this item alone."""
        if len(self._waiting) >= self._waiting_max:
            raise BatcherOverloadedError(self.name)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Out] = loop.create_future()
        self._waiting.append((item, future))
        if not self._scheduled and self._in_flight < self._in_flight_max:
            self._scheduled = True
            loop.call_soon(self._start)
        return await future

    def _start(self) -> None:
        self._scheduled = False
        while self._waiting and self._in_flight < self._in_flight_max:
            batch = self._take()
            if not batch:
                return
            self._in_flight += 1
            task = asyncio.create_task(self._fly(batch), name=f"batch-{self.name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _take(self) -> list[tuple[In, asyncio.Future[Out]]]:
        batch: list[tuple[In, asyncio.Future[Out]]] = []
        if self._key is None:
            while self._waiting and len(batch) < self._size_max:
                batch.append(self._waiting.popleft())
            return batch
        deferred: list[tuple[In, asyncio.Future[Out]]] = []
        while self._waiting and len(batch) < self._size_max:
            entry = self._waiting.popleft()
            key = self._key(entry[0])
            if key in self._busy_keys:
                deferred.append(entry)
            else:
                self._busy_keys.add(key)
                batch.append(entry)
        self._waiting.extendleft(reversed(deferred))
        return batch

    async def _fly(self, batch: list[tuple[In, asyncio.Future[Out]]]) -> None:
        self._histogram.observe(len(batch))
        try:
            results = await self._results([item for item, _ in batch])
            if failpoints.ACTIVE:
                await failpoints.reach("batch.done", self.name)
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
        finally:
            for _, future in batch:
                if not future.done():
                    future.set_exception(RuntimeError(f"batch {self.name} was cut off"))
            if self._key is not None:
                self._busy_keys.difference_update(self._key(item) for item, _ in batch)
            self._in_flight -= 1
            if self._waiting:
                self._start()

    async def _results(self, items: list[In]) -> list[Out | Exception]:
        try:
            results = list(await self._run(items))
            if len(results) != len(items):
                raise RuntimeError(f"batch {self.name}: {len(items)} items, {len(results)} results")
            return results
        except Exception as error:
            if len(items) == 1:
                return [error]
            return [(await self._results([item]))[0] for item in items]
