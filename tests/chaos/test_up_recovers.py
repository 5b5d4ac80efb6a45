"""`kerben up` gets over the death of its database and of any of its processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import httpx
import pytest

from kerben.platform.embedded_postgres.postmaster import command_line, read_pid_file
from tests.chaos.kills import children
from tests.flows.market import end, free_ports

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes through /proc"),
]

READY_S_MAX: Final = 90.0


class Up:
    """`kerben up --no-demo` in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KERBEN_")}
        command = ["up", "--no-demo", "--port", str(port), "--data-dir", str(folder / "data"), "--workers", "1"]
        with (folder / "output.txt").open("ab") as stream:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "kerben", *command], cwd=folder, env=environment, stdout=stream, stderr=stream
            )

    def is_ready(self) -> bool:
        """Whether the market says so."""
        assert self.popen.poll() is None, self.said()
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).is_success
        return False

    def postmaster(self) -> int | None:
        """The database's first process."""
        state = read_pid_file(self.folder / "data" / "postgres" / "cluster")
        return state.pid if state is not None and command_line(state.pid) is not None else None

    def process(self, name: str) -> int | None:
        """One of the supervised processes, by a word of its command line."""
        found = (pid for pid in children(self.popen.pid) if name in (command_line(pid) or []))
        return next(found, None)

    def until(self, what: Callable[[], object], why: str) -> None:
        """Wait for something."""
        deadline = time.monotonic() + READY_S_MAX
        while not what():
            assert time.monotonic() < deadline, f"not so after {READY_S_MAX} s: {why}\n{self.said()}"
            time.sleep(0.1)

    def said(self) -> str:
        """What it and its processes printed."""
        logs = [self.folder / "output.txt", *sorted((self.folder / "data" / "logs").glob("*.log"))]
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)


@pytest.fixture(scope="module")
def up() -> Generator[Up]:
    """A running installation."""
    with tempfile.TemporaryDirectory(prefix="kup-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (port,) = free_ports(1)
        running = Up(folder, port)
        try:
            running.until(running.is_ready, "the market is open")
            yield running
        finally:
            end(running.popen)


def test_a_killed_database_is_started_again(up: Up) -> None:
    killed = up.postmaster()
    assert killed is not None
    for pid in (killed, *children(killed)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    up.until(lambda: up.postmaster() not in {None, killed}, "another database server runs")
    up.until(up.is_ready, "the market is open again")
    assert "База данных упала" in up.said()


@pytest.mark.parametrize("name", ["worker", "kerben_sandbox", "serve"])
def test_a_killed_process_is_started_again(up: Up, name: str) -> None:
    killed = up.process(name)
    assert killed is not None, up.said()
    orphans = children(killed)
    os.kill(killed, signal.SIGKILL)
    up.until(lambda: not any(command_line(pid) for pid in orphans), f"the processes of the killed {name} are gone")
    up.until(lambda: up.process(name) not in {None, killed}, f"another {name} runs")
    up.until(up.is_ready, "the market is open again")
    assert up.process(name) != killed
