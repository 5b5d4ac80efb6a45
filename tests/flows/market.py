"""A market of real processes for the flow tests: PostgreSQL, sandbox neighbours, a worker, two server processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

import asyncpg
import httpx

from kerben.entrypoints import wiring
from kerben.entrypoints.cli.installation import environment, sandbox_environment
from kerben.platform import failpoints, invariants, migrations
from kerben.platform.embedded_postgres import EmbeddedPostgres
from kerben.platform.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[2]
FAST: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
READY_S_MAX: Final = 45.0
STOP_S_MAX: Final = 10.0
ADMIN_PHONE: Final = "+996700000001"
GATE_S_MAX: Final = 15.0
GATED: Final = ("race-*", "orders.expiry", "payouts.send", "batch-*")
"""Names of transactions that tests may hold back, see `Market.gate`."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at the moment, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def cut(line: str, head: int = 250, tail: int = 700) -> str:
    """A line of a log without its middle: a trace ends with what matters."""
    return line if len(line) <= head + tail else f"{line[:head]} … {line[-tail:]}"


class Gate:
    """Shut, it holds whoever comes by; open, it lets everybody through."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._shut = folder / f"{name}.shut"
        self._reached = folder / f"{name}.reached"

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a request that this gate is for."""
        return {"X-Request-ID": self.name}

    def shut(self) -> None:
        """Hold back whoever comes from now on."""
        self._reached.unlink(missing_ok=True)
        self._shut.touch()

    def open(self) -> None:
        """Let through who waits and who comes."""
        self._shut.unlink(missing_ok=True)

    async def reached(self, within_s: float = GATE_S_MAX) -> None:
        """Wait until somebody is held here."""
        async with asyncio.timeout(within_s):
            while not self._reached.exists():
                await asyncio.sleep(0.003)


@dataclass
class Running:
    """A started process and where it writes to."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    def tail(self, lines: int = 25) -> str:
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        return f"--- {self.name} (exit code {self.popen.poll()})\n" + "\n".join(cut(line) for line in text)


class Market:
    """Starts the processes, waits until they are ready, ends them all. Use as a context manager."""

    def __init__(
        self, *, servers: int = 2, overrides: Mapping[str, Any] | None = None, durable: bool = False
    ) -> None:
        """`durable`: what was committed survives a power cut, as in a real installation; slower."""
        # Straight under /tmp: a path of a Unix socket may have 107 characters at most.
        self.folder = Path(tempfile.mkdtemp(prefix="kflow-", dir="/tmp" if os.name == "posix" else None))  # noqa: S108
        self.folder.chmod(0o755)
        self.gates = self.folder / "gates"
        self.gates.mkdir()
        parameters = {"shared_buffers": "128MB"} if durable else FAST
        self.postgres = EmbeddedPostgres(self.folder / "pg", parameters=parameters)
        self.sandbox_port, *self.ports = free_ports(servers + 1)
        self.admin_password = secrets.token_urlsafe(12)
        self.processes: list[Running] = []
        self._overrides = dict(overrides or {})
        self._modules = wiring.load_modules()
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The settings that every process of this market has, but for its port."""
        assert self._settings is not None, "the market has not been started"
        return self._settings

    @property
    def dsn(self) -> str:
        """Address of the database."""
        return self.settings.database_url

    def url(self, server: int = 0) -> str:
        """Address of one of the server processes."""
        return f"http://127.0.0.1:{self.ports[server]}"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> None:
        values: dict[str, Any] = {
            "database_url": self.postgres.start(),
            "secret_key": secrets.token_urlsafe(48),
            "psp_secret": secrets.token_urlsafe(24),
            "sandbox_secret": secrets.token_urlsafe(24),
            "sandbox_url": f"http://127.0.0.1:{self.sandbox_port}",
            "base_url": f"http://127.0.0.1:{self.ports[0]}",
            "data_dir": str(self.folder / "data"),
            "rate_limits": False,
            "workers": 1,
            "log_level": "warning",
        }
        self._settings = Settings(**{**values, **self._overrides})
        asyncio.run(migrations.migrate(self.dsn))
        self.start_sandbox()
        self.run("worker", "-m", "kerben", "worker")
        for number, port in enumerate(self.ports):
            self.serve(f"server-{number}", port)
        # Beside the starting servers, to save its second.
        admin = ["admin", "create", "--phone", ADMIN_PHONE, "--name", "Админ", "--password", self.admin_password]
        made = self.kerben(*admin)
        if made.returncode != 0:
            raise AssertionError(f"kerben admin create: {made.stdout}{made.stderr}\n{self.tails()}")
        for port in self.ports:
            self.wait_ready(port)

    def environment(self, **overrides: str) -> dict[str, str]:
        """Environment of a process of this market."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KERBEN_")}
        own = environment(self.settings) | sandbox_environment(self.settings)
        gates = {
            failpoints.VARIABLE: ";".join(f"db.before_commit@{name}=barrier:{self.gates}" for name in GATED),
            failpoints.PERMISSION: "on",
        }
        return {**inherited, **own, **gates, "PYTHONUNBUFFERED": "1", **overrides}

    def gate(self, name: str | None = None) -> Gate:
        """A gate that holds transactions back just before they commit, all their locks held.

        `name`: a sweep or reaction of GATED; without one, the requests that are sent with the gate's `headers`.
        """
        return Gate(self.gates, name or f"race-{uuid4().hex}")

    def run(self, name: str, *arguments: str, **overrides: str) -> Running:
        """Start `python …` in the background."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as stream:
            popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.folder,
                env=self.environment(**overrides),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        running = Running(name, popen, log)
        self.processes.append(running)
        return running

    def start_sandbox(self) -> Running:
        """Start the neighbours, on what they know already."""
        arguments = ["--port", str(self.sandbox_port), "--data-dir", str(self.folder / "sandbox")]
        arguments += ["--public-url", f"{self.settings.base_url}/sandbox"]
        return self.run("sandbox", "-m", "kerben_sandbox", *arguments)

    def serve(self, name: str, port: int, **overrides: str) -> Running:
        """Start one more server process on this market's database."""
        return self.run(
            name, "-m", "kerben", "serve", "--demo-ok", "--workers", "1", "--port", str(port), **overrides
        )

    def kerben(self, *arguments: str, timeout_s: float = 60, **overrides: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "kerben", *arguments],
            cwd=self.folder,
            env=self.environment(**overrides),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def wait_ready(self, port: int) -> None:
        """Wait until a server says that it is ready; shows the logs when it does not."""
        deadline = time.monotonic() + READY_S_MAX
        answer = "nothing"
        while time.monotonic() < deadline:
            for running in self.processes:
                if running.popen.poll() is not None:
                    raise AssertionError(f"{running.name} ended while the market was starting\n{self.tails()}")
            with contextlib.suppress(httpx.HTTPError):
                response = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2)
                if response.is_success:
                    return
                answer = response.text
            time.sleep(0.05)
        raise AssertionError(f"port {port} is not ready after {READY_S_MAX} s ({answer})\n{self.tails()}")

    def tails(self) -> str:
        """The end of every log."""
        return "\n".join(running.tail() for running in self.processes)

    def stop(self) -> None:
        """End everything and remove the folder."""
        for running in reversed(self.processes):
            end(running.popen)
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @asynccontextmanager
    async def database(self) -> AsyncGenerator[asyncpg.Connection[asyncpg.Record]]:
        """A connection of the test's own, for what cannot be seen or brought about over HTTP."""
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(self.dsn)
        try:
            yield connection
        finally:
            await connection.close()

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Rows of the market's database."""
        async with self.database() as connection:
            return await connection.fetch(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:
        """One value of the market's database."""
        async with self.database() as connection:
            return await connection.fetchval(sql, *args)

    async def faults(self) -> list[str]:
        """What must not be found when the tests are over: broken invariants, parked events, bugs in the logs."""
        async with self.database() as connection:
            broken = await invariants.broken(connection, self._modules)
            parked = await connection.fetch("SELECT consumer, name, error FROM platform.dead_letter LIMIT 5")
        found = [f"invariant {name}: {count} rows" for name, count in broken.items()]
        found += [f"parked event {row['consumer']} {row['name']}: {row['error'][:500]}" for row in parked]
        return found + self.bugs()

    def bugs(self) -> list[str]:
        """Lines of the logs that tell of a bug in our code, cut to size."""
        signs = ('"level": "error"', "Traceback", "batch_failed", "consumer_failed")
        found: list[str] = []
        for running in self.processes:
            lines = running.log.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{running.name}: {cut(line)}" for line in lines if any(sign in line for sign in signs)]
        return found[:10]


def end(popen: subprocess.Popen[bytes]) -> None:
    """Stop a process and its children: politely, then not."""
    if popen.poll() is None:
        popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(STOP_S_MAX)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()


def sample_feed() -> Path:
    """The MIT-licensed YML feed: of the sample folder where there is one, else the project's copy."""
    name = "stefanitsky_valid_feed.xml"
    configured = Path(os.environ.get("KERBEN_SAMPLE_DATA") or ROOT / Settings().sample_data)
    candidates: Sequence[Path] = (
        configured / "yml" / name,
        ROOT / "src" / "kerben" / "flows" / "goods_import" / "tests" / "data" / name,
    )
    return next(path for path in candidates if path.is_file())
