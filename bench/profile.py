"""Flame graphs of the server processes by py-spy, where it is installed."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import Final

PROGRAM: Final = "py-spy"
RATE_HZ: Final = 200
_END_TIMEOUT_S: Final = 30.0


def program() -> str:
    """Where py-spy is. Raises FileNotFoundError when it is not installed; it is no dependency of this project."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise FileNotFoundError(f"{PROGRAM} is not on the PATH: install it (pip install py-spy) to use --profile")
    return found


class Profiler:
    """Samples a process and its children for the measured seconds. Without a folder it does nothing."""

    def __init__(self, pid: int, folder: Path | None, seconds: float) -> None:
        self._pid = pid
        self._folder = folder
        self._seconds = max(1, round(seconds))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, name: str) -> None:
        """Begin; `name` is the flame graph's file name without its ending."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [
                *(program(), "record", "--pid", str(self._pid), "--subprocesses", "--nonblocking"),
                *("--rate", str(RATE_HZ), "--duration", str(self._seconds)),
                *("--format", "raw", "--output", str(self._folder / f"{name}.folded")),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def stop(self) -> None:
        """Wait until the file is written."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, _END_TIMEOUT_S)
        if process.poll() is None:
            process.kill()
            await asyncio.to_thread(process.wait)
