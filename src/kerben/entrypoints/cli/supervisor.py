"""Starts child processes, writes their output to files, starts again what dies, stops all in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

RESTARTS_MAX: Final = 5
"""Within one minute; a process that dies more often is given up."""
STOP_TIMEOUT_S: Final = 10.0


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    process: asyncio.subprocess.Process | None = None
    deaths: list[float] = field(default_factory=list[float])


class Supervisor:
    """See the module's docstring."""

    def __init__(self, log_dir: Path, environment: Mapping[str, str]) -> None:
        self._log_dir = log_dir
        self._environment = {**os.environ, **environment}
        self._children: list[Child] = []
        self.given_up: Child | None = None
        log_dir.mkdir(parents=True, exist_ok=True)

    async def start(self, children: Sequence[Child]) -> None:
        """Start children beside those that run."""
        for child in children:
            await self._spawn(child)
            self._children.append(child)

    async def _spawn(self, child: Child) -> None:
        with self._log(child).open("ab") as log:
            child.process = await asyncio.create_subprocess_exec(
                *child.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                # A group of its own: Ctrl-C reaches this process alone, which then stops the others in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    def _log(self, child: Child) -> Path:
        return self._log_dir / f"{child.name}.log"

    async def watch(self, stop: asyncio.Event) -> int:
        """Keep everything running until `stop`; 0 then, 1 when a process could not be kept alive."""
        while not stop.is_set():
            for child in self._children:
                if child.process is not None and child.process.returncode is not None:
                    await self._revive(child)
                    if self.given_up:
                        click.secho(
                            f"Процесс {child.name} не держится. Журнал: {self._log(child)}", fg="red", err=True
                        )
                        return 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await stop.wait()
        return 0

    async def _revive(self, child: Child) -> None:
        now = time.monotonic()
        child.deaths = [at for at in child.deaths if now - at < 60] + [now]
        if len(child.deaths) > RESTARTS_MAX:
            self.given_up = child
            return
        click.echo(f"… {child.name} упал и запущен снова", err=True)
        await self._spawn(child)

    def tails(self, lines: int = 15) -> str:
        """The last lines of every log."""
        parts: list[str] = []
        for child in self._children:
            text = self._log(child).read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            parts.append(f"--- {child.name}\n" + "\n".join(text))
        return "\n".join(parts)

    async def stop(self) -> None:
        """Stop in reverse order, politely first."""
        for child in reversed(self._children):
            process = child.process
            if process is None or process.returncode is not None:
                continue
            _signal_group(process.pid, signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def _die_with_parent() -> None:
    """When `kerben up` itself is killed -9, its children get SIGTERM from the kernel (Linux PR_SET_PDEATHSIG)."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)
