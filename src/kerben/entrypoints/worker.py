"""The worker process: consumers of events, sweeps of what is due, background jobs, signs of life."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from kerben.platform import consumers, jobs, outbox
from kerben.platform.db import WriteTx
from kerben.platform.logs import logger, scrub
from kerben.platform.modules import Module, Sweep
from kerben.platform.runtime import Runtime

_log = logger("worker")

DATABASE_WAIT_S: Final = 60.0
"""How long a worker that starts waits for a database that is just recovering."""


class Worker:
    """Runs everything that happens without a request."""

    def __init__(self, runtime: Runtime, modules: Sequence[Module]) -> None:
        self._runtime = runtime
        self._modules = modules
        self._wakes: list[asyncio.Event] = []
        self._name = f"{socket.gethostname()}-{os.getpid()}"

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what is in hand."""
        tasks = [
            asyncio.create_task(self._signs_of_life(), name="signs-of-life"),
            asyncio.create_task(self._listen(), name="listen"),
            *(self._consumer_task(reaction) for module in self._modules for reaction in module.reactions),
            *(
                asyncio.create_task(self._sweep(sweep), name=sweep.name)
                for module in self._modules
                for sweep in module.sweeps
            ),
        ]
        job_task = asyncio.create_task(self._run_jobs(stop), name="jobs")
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await job_task

    async def _run_jobs(self, stop: asyncio.Event) -> None:
        """Run background jobs until `stop`; anew when the database goes away under the queue, which ends it."""
        runtime = self._runtime
        all_jobs = [job for module in self._modules for job in module.jobs]
        while all_jobs and not stop.is_set():
            try:
                pool: Any = await asyncpg.create_pool(runtime.db.dsn, min_size=1, max_size=3)
                runner = jobs.build(runtime, pool, all_jobs)
                stopper = asyncio.create_task(_set_after(stop, runner.shutdown))
                try:
                    await runner.run()
                finally:
                    stopper.cancel()
                    pool.terminate()
            except Exception as error:
                _log.warning("job_queue_failed", error=scrub(repr(error)))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await stop.wait()

    def _consumer_task(self, reaction: Any) -> asyncio.Task[None]:
        wake = asyncio.Event()
        self._wakes.append(wake)
        consumer = consumers.Consumer(self._runtime, reaction)
        return asyncio.create_task(consumers.run_forever(consumer, wake), name=reaction.name)

    async def _listen(self) -> None:
        while True:
            try:
                connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(self._runtime.db.dsn)
                await connection.add_listener(outbox.CHANNEL, self._on_notify)
                while not connection.is_closed():
                    await asyncio.sleep(1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("listen_failed", error=scrub(repr(error)))
            await asyncio.sleep(0.5)

    def _on_notify(self, *_: Any) -> None:
        for wake in self._wakes:
            wake.set()

    async def _sweep(self, sweep: Sweep) -> None:
        while True:
            try:
                while await sweep.run(self._runtime):
                    await asyncio.sleep(0)
            except Exception as error:
                _log.error("sweep_failed", sweep=sweep.name, error=scrub(repr(error)))
            await asyncio.sleep(sweep.every_s)

    async def _signs_of_life(self) -> None:
        started = self._runtime.clock.now()

        async def sign(tx: WriteTx) -> None:
            await tx.execute(
                "INSERT INTO platform.worker (name, started_at, seen_at) VALUES ($1, $2, $3)"
                " ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
                self._name,
                started,
                tx.now,
            )
            await tx.execute(
                "DELETE FROM platform.worker WHERE seen_at < $1::timestamptz - interval '1 hour'", tx.now
            )

        while True:
            try:
                await self._runtime.db.transact(sign)
                await consumers.measure_lag(self._runtime.db)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("signs_of_life_failed", error=scrub(repr(error)))
            await asyncio.sleep(2)


async def _set_after(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


async def run_worker(runtime: Runtime, modules: Sequence[Module]) -> None:
    """Run a worker until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    await runtime.db.open(wait_s=DATABASE_WAIT_S)
    try:
        _log.info("worker_started")
        await Worker(runtime, modules).run(stop)
    finally:
        await runtime.db.close()
