"""kill -9 of a server process, the worker, PostgreSQL and the sandbox neighbours, and starting them again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from kerben.platform import failpoints
from tests.flows.market import GATE_S_MAX, Market, Running

READY_S_MAX: Final = 60.0
STRUCK_S_MAX: Final = 15.0

SERVER_POINTS: Final = (
    "db.before_commit@batch-orders",
    "db.after_commit@batch-orders",
    "batch.done@orders",
    "db.before_commit@batch-pos-sales",
    "db.after_commit@batch-pos-sales",
    "batch.done@pos-sales",
    "db.before_commit@batch-payment_notices",
    "db.after_commit@batch-payment_notices",
    "db.before_commit@open-*",
    "db.after_commit@open-*",
    "db.before_commit@refund-*",
    "db.after_commit@refund-*",
    "db.before_commit@move-*",
    "db.after_commit@move-*",
)
WORKER_POINTS: Final = (
    "db.before_commit@payouts.send",
    "db.after_commit@payouts.send",
    "db.before_commit@payments.refunds.order",
    "db.after_commit@payments.refunds.order",
    "db.before_commit@payments.voids.order",
    "db.after_commit@payments.voids.order",
    "consumer.handled",
    "db.after_commit",
)
GATES: Final = ("batch-orders", "batch-pos-sales", "batch-payment_notices", "payouts.send")
"""Transactions that hold still, all their statements done, while the database is killed under them."""


@dataclass(frozen=True)
class Kill:
    """One kill -9. `at`: the failpoint, or "random"; `back_s`: seconds until the market was whole again."""

    kind: str
    at: str
    writes_per_s: float
    back_s: float


class Executioner:
    """Kills what it is told to and starts it again as a supervisor would: at once, with the same command."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._running = {running.name: running for running in market.processes}
        self._striking: set[str] = set()
        self.deaths: list[str] = []
        """Processes that ended by themselves, with the end of their logs: none should, whatever happens to others."""

    async def watch(self) -> None:
        """Start again what ended by itself, for ever."""
        while True:
            for name, running in list(self._running.items()):
                if name not in self._striking and running.popen.poll() is not None:
                    self.deaths.append(f"{name} ended by itself: {running.tail(8)}")
                    self._market.processes.remove(running)
                    self._start(name)
            await asyncio.sleep(0.2)

    async def kill(self, kind: str, *, at_failpoint: bool, writes_per_s: Callable[[], float]) -> list[Kill]:
        """One or two kills of a kind; returns when the market is whole again."""
        ways: dict[str, Callable[[bool], Awaitable[str]]] = {
            "server": self._server,
            "worker": self._worker,
            "postgres": self._postgres,
            "backend": self._backend,
            "sandbox": self._sandbox,
        }
        rate = writes_per_s()
        at = await ways[kind](at_failpoint)
        started = time.monotonic()
        await self._until_whole()
        if kind == "worker":
            await self._until_worker(self._running["worker"].popen.pid)
        return [Kill(kind, at, rate, round(time.monotonic() - started, 2))]

    # --- processes of Python

    def _strike(self, name: str) -> Running:
        running = self._running[name]
        self._striking.add(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.popen.pid, signal.SIGKILL)
        running.popen.wait()
        self._market.processes.remove(running)
        return running

    def _start(self, name: str, rules: str = "") -> Running:
        market = self._market
        gates = market.environment()[failpoints.VARIABLE]
        overrides = {failpoints.VARIABLE: f"{gates};{rules}"} if rules else {}
        if name == "worker":
            running = market.run(name, "-m", "kerben", "worker", **overrides)
        elif name == "sandbox":
            running = market.start_sandbox()
        else:
            running = market.serve(name, market.ports[int(name.rsplit("-", 1)[1])], **overrides)
        self._running[name] = running
        if not rules:
            self._striking.discard(name)
        return running

    async def _at_point(self, name: str, point: str) -> str:
        """Start a process again so that it dies at the n-th passage of a point, and see it die there."""
        self._strike(name)
        log = self._running[name].log
        seen = log.stat().st_size
        self._start(name, f"{point}=kill:#{random.randint(1, 2 if point.endswith('-*') else 12)}")
        deadline = time.monotonic() + STRUCK_S_MAX
        at = f"random, {point} was not passed"
        while time.monotonic() < deadline:
            if f"failpoint {point.split('@')[0]}".encode() in _since(log, seen):
                at = point
                break
            await asyncio.sleep(0.02)
        self._strike(name)
        self._start(name)
        return at

    async def _server(self, at_failpoint: bool) -> str:
        names = [name for name in self._running if name.startswith("server-")]
        if at_failpoint:
            point = random.choice(SERVER_POINTS)
            # The acquirer's notices come to the first server.
            return await self._at_point("server-0" if "notices" in point else random.choice(names), point)
        name = random.choice(names)
        inner = children(self._running[name].popen.pid)
        if inner and random.random() < 0.5:
            # The process that answers; the one above it starts another.
            os.kill(random.choice(inner), signal.SIGKILL)
            return "random, the answering process alone"
        self._strike(name)
        self._start(name)
        return "random"

    async def _worker(self, at_failpoint: bool) -> str:
        if at_failpoint:
            return await self._at_point("worker", random.choice(WORKER_POINTS))
        self._strike("worker")
        self._start("worker")
        return "random"

    async def _sandbox(self, at_failpoint: bool) -> str:
        """At a failpoint: just when a transaction that will speak to it, or has, is about to commit."""
        return await self._at_gate(
            at_failpoint, ("payouts.send", "batch-payment_notices"), lambda: self._revive("sandbox")
        )

    async def _revive(self, name: str) -> None:
        self._strike(name)
        self._start(name)

    # --- PostgreSQL

    async def _postgres(self, at_failpoint: bool) -> str:
        return await self._at_gate(at_failpoint, GATES, self._kill_postgres)

    async def _at_gate(self, at_failpoint: bool, names: tuple[str, ...], kill: Callable[[], Awaitable[None]]) -> str:
        if not at_failpoint:
            await kill()
            return "random"
        gate = self._market.gate(random.choice(names))
        gate.shut()
        try:
            try:
                await gate.reached(GATE_S_MAX)
                at = f"db.before_commit@{gate.name}"
            except TimeoutError:
                at = f"random, {gate.name} was not passed"
            await kill()
        finally:
            gate.open()
        return at

    async def _kill_postgres(self) -> None:
        """The postmaster and all its backends at once, as when a machine stops."""
        pid = self._market.postgres.pid
        assert pid is not None
        for victim in (pid, *children(pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        while self._market.postgres.pid is not None:
            await asyncio.sleep(0.005)
        await asyncio.to_thread(self._market.postgres.start)

    async def _backend(self, at_failpoint: bool) -> str:
        """One backend: PostgreSQL itself then ends all others and recovers."""
        connection = await self._connect()
        gate = self._market.gate(random.choice(GATES[:3]))
        at = "random"
        if at_failpoint:
            gate.shut()
        try:
            if at_failpoint:
                with contextlib.suppress(TimeoutError):
                    await gate.reached(GATE_S_MAX)
                    at = f"db.before_commit@{gate.name}"
            pids = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                " AND datname = current_database() ORDER BY state LIKE '%transaction%' DESC NULLS LAST LIMIT $1",
                1 if at_failpoint else 12,
            )
            os.kill(random.choice(pids)["pid"], signal.SIGKILL)
        finally:
            gate.open()
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await connection.close(timeout=1)
        return at

    async def _connect(self) -> asyncpg.Connection[asyncpg.Record]:
        deadline = time.monotonic() + READY_S_MAX
        while True:
            try:
                return await asyncpg.connect(self._market.dsn)
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.05)

    # --- afterwards

    async def _until_worker(self, pid: int) -> None:
        """Wait for the first sign of life of a worker."""
        connection = await self._connect()
        try:
            async with asyncio.timeout(READY_S_MAX):
                while not await connection.fetchval(
                    "SELECT EXISTS (SELECT FROM platform.worker WHERE name LIKE '%-' || $1::text)", str(pid)
                ):
                    await asyncio.sleep(0.05)
        finally:
            await connection.close()

    async def _until_whole(self) -> None:
        """Wait until the database answers, every server is ready, the worker gives signs and the sandbox answers."""
        await (await self._connect()).close()
        urls = [f"{self._market.url(n)}/readyz" for n in range(len(self._market.ports))]
        urls.append(f"{self._market.settings.sandbox_url}/healthz")
        deadline = time.monotonic() + READY_S_MAX
        async with httpx.AsyncClient(timeout=5) as client:
            for url in urls:
                while True:
                    with contextlib.suppress(httpx.HTTPError):
                        if (await client.get(url)).is_success:
                            break
                    if time.monotonic() > deadline:
                        raise AssertionError(
                            f"{url} is not well {READY_S_MAX} s after a kill\n{self._market.tails()}"
                        )
                    await asyncio.sleep(0.05)


def _since(log: Path, offset: int) -> bytes:
    with log.open("rb") as stream:
        stream.seek(offset)
        return stream.read()


def children(pid: int) -> list[int]:
    """Processes started by a process (Linux)."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name stands in brackets and may hold blanks.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found
