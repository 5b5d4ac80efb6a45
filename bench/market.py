"""Starts a market of its own for a bench, on durable embedded PostgreSQL, and stops it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from bench import limit, world
from bench.usage import Usage
from bench.world import Size, World
from kerben.entrypoints import wiring
from kerben.entrypoints.cli import installation
from kerben.entrypoints.cli.supervisor import Child, Supervisor
from kerben.platform import invariants, migrations
from kerben.platform.embedded_postgres import EmbeddedPostgres
from kerben.platform.settings import Settings

READY_TIMEOUT_S: Final = 60.0
LAG_TIMEOUT_S: Final = 180.0
CONNECTIONS: Final = "160"
"""pgbench's clients come on top of what server and worker keep open."""

_LAG: Final = """
SELECT coalesce(max((SELECT coalesce(max(id), 0) FROM platform.outbox) - c.last), 0) AS behind,
       coalesce(bool_or(c.gaps <> '{}'), false) AS gaps
FROM platform.consumer c
"""


class Market:
    """A running market: database, server, worker and sandbox as processes of their own."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres, settings: Settings, loaded: World) -> None:
        self.world = loaded
        self.settings = settings
        self._folder = folder
        self._postgres = postgres
        self._environment = installation.environment(settings) | installation.sandbox_environment(settings)
        self._others = Supervisor(folder / "logs", self._environment)
        self._server: Supervisor | None = None
        self._server_child: Child | None = None
        self._worker = Child("worker", [sys.executable, "-m", "kerben", "worker"])
        arguments = ["--port", str(self.sandbox_port), "--data-dir", str(folder / "sandbox")]
        self._sandbox = Child("sandbox", [sys.executable, "-m", "kerben_sandbox", *arguments])
        self._modules = wiring.load_modules()

    @property
    def port(self) -> int:
        """The server's port."""
        return self.settings.port

    @property
    def sandbox_port(self) -> int:
        """The sandbox's own port."""
        return int(self.settings.sandbox_url.rsplit(":", 1)[1])

    async def start(self) -> None:
        """Start worker and sandbox; the server follows with `serve`."""
        await self._others.start([self._sandbox, self._worker])

    async def serve(self, server: str) -> None:
        """Run the HTTP server on Granian or uvicorn, in place of the one that runs."""
        if self._server is not None:
            await self._server.stop()
        self._server = Supervisor(self._folder / "logs", self._environment | {"KERBEN_SERVER": server})
        command = [sys.executable, "-m", "kerben", "serve", "--demo-ok"]
        command += ["--workers", str(self.settings.workers), "--port", str(self.port)]
        self._server_child = Child(f"server-{server}", command)
        await self._server.start([self._server_child])
        await self._until_ready()

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"http://127.0.0.1:{self.port}/readyz")).is_success:
                        return
                await asyncio.sleep(0.1)
        tails = (self._server.tails() if self._server else "") + self._others.tails()
        raise RuntimeError(f"the market is not ready after {READY_TIMEOUT_S:.0f} s:\n{tails[-4000:]}")

    def server_pid(self) -> int:
        """Process id of the server's first process."""
        assert self._server_child is not None
        return _pid(self._server_child)

    def usage(self) -> Usage:
        """A counter of processor time by role."""
        roots = {"server": self.server_pid(), "worker": _pid(self._worker), "sandbox": _pid(self._sandbox)}
        if self._postgres.pid is not None:
            roots["postgres"] = self._postgres.pid
        return Usage(roots)

    async def caught_up(self) -> tuple[int, float]:
        """Wait until every consumer has read all events; how far the last was behind, and the seconds it took.

        Raises TimeoutError after LAG_TIMEOUT_S.
        """
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(self.settings.database_url)
        started = time.monotonic()
        first: int | None = None
        try:
            async with asyncio.timeout(LAG_TIMEOUT_S):
                while True:
                    row = await connection.fetchrow(_LAG)
                    assert row is not None
                    first = row["behind"] if first is None else first
                    if row["behind"] == 0 and not row["gaps"]:
                        return first or 0, time.monotonic() - started
                    await asyncio.sleep(0.1)
        finally:
            await connection.close()

    async def ordering_accounts(self) -> int:
        """How many accounts placed orders."""
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(self.settings.database_url)
        try:
            return int(await connection.fetchval('SELECT count(DISTINCT user_id) FROM orders."order"'))
        finally:
            await connection.close()

    async def broken(self) -> dict[str, int]:
        """Invariants that do not hold, and dead letters."""
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(self.settings.database_url)
        try:
            found = await invariants.broken(connection, self._modules)
            parked = await connection.fetchval("SELECT count(*) FROM platform.dead_letter")
            return found | ({"dead letters": parked} if parked else {})
        finally:
            await connection.close()

    async def stop(self) -> None:
        """Stop all processes but the database."""
        if self._server is not None:
            await self._server.stop()
        await self._others.stop()


def _pid(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _make_folder() -> Path:
    """A folder that PostgreSQL's own account can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="kerben-bench-"))
    folder.chmod(0o755)
    return folder


@asynccontextmanager
async def open_market(
    size: Size, *, workers: int, say: Callable[[str], None], parameters: dict[str, str] | None = None
) -> AsyncGenerator[Market]:
    """A loaded market whose worker has read all events, and beside it a copy of its database for pgbench.

    PostgreSQL runs with its ordinary, durable settings; `parameters` add to them.
    """
    folder = _make_folder()
    postgres = EmbeddedPostgres(folder / "postgres", parameters={"max_connections": CONNECTIONS} | (parameters or {}))
    try:
        dsn = await asyncio.to_thread(postgres.start)
        await migrations.migrate(dsn)
        port, sandbox_port = _free_ports(2)
        settings = Settings(
            database_url=dsn,
            secret_key=secrets.token_urlsafe(48),
            psp_secret=secrets.token_urlsafe(24),
            sandbox_secret=secrets.token_urlsafe(24),
            sandbox_url=f"http://127.0.0.1:{sandbox_port}",
            base_url=f"http://127.0.0.1:{port}",
            data_dir=str(folder),
            port=port,
            workers=workers,
            rate_limits=False,
            access_token_s=86_400,
            log_level="warning",
        )
        loaded = await world.load(settings, size, say)
        await limit.prepare(dsn, loaded)
        market = Market(folder, postgres, settings, loaded)
        try:
            await market.start()
            yield market
        finally:
            await market.stop()
    finally:
        await asyncio.to_thread(postgres.stop)
        shutil.rmtree(folder, ignore_errors=True)
