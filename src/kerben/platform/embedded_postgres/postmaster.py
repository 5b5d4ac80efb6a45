"""The server process: what its files say about it, whether it is ours, signals and waiting."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class PidFile:
    """postmaster.pid, by line: pid, data folder, start time, port, socket folder, address, memory key, status."""

    pid: int
    port: int | None
    socket_dir: str
    ready: bool


def read_pid_file(cluster: Path) -> PidFile | None:
    """The cluster's postmaster.pid; None if there is none or it is still being written."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().lstrip("-").isdigit():
        return None
    lines += [""] * (8 - len(lines))
    return PidFile(
        pid=abs(int(lines[0])),
        port=int(lines[3]) if lines[3].strip().isdigit() else None,
        socket_dir=lines[4].strip(),
        ready=lines[7].strip() == "ready",
    )


def recorded_arguments(cluster: Path) -> str:
    """The command line the server was last started with (postmaster.opts), as PostgreSQL writes it."""
    try:
        return (cluster / "postmaster.opts").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def rendered_arguments(arguments: list[str]) -> str:
    """Arguments as postmaster.opts holds them."""
    return " ".join(f'"{argument}"' for argument in arguments)


def command_line(pid: int) -> list[str] | None:
    """A living process's arguments; None if it is gone (a dead one nobody has waited for counts as gone)."""
    if Path("/proc/self/cmdline").exists():
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        return [os.fsdecode(part) for part in raw.rstrip(b"\0").split(b"\0")] if raw else None
    if sys.platform == "win32":
        return None
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.split() or None


def is_postmaster_of(pid: int, cluster: Path) -> bool:
    """Whether the process is a living PostgreSQL server of this cluster: pids are reused, so a pid proves nothing."""
    arguments = command_line(pid)
    if arguments is None:
        return False
    program = Path(arguments[0]).name
    return program.startswith("postgres") and f" {cluster} " in f" {' '.join(arguments)} "


def wait_gone(pid: int, cluster: Path, child: subprocess.Popen[bytes] | None, deadline: float) -> bool:
    """Wait until the server has ended or the deadline (monotonic seconds) passes; True if it has ended."""
    while True:
        ended = child.poll() is not None if child is not None else not is_postmaster_of(pid, cluster)
        if ended or time.monotonic() > deadline:
            return ended
        time.sleep(POLL_S)


def shut_down(
    pid: int, cluster: Path, child: subprocess.Popen[bytes] | None, *, timeout_s: float, pg_ctl: Path
) -> bool:
    """Fast shutdown; after the time-out an immediate one, then a kill. True if the server has ended.

    https://www.postgresql.org/docs/18/server-shutdown.html
    """
    if sys.platform == "win32":
        subprocess.run(
            [pg_ctl, "stop", "-m", "fast", "-D", cluster, "-t", str(int(timeout_s))], check=False, capture_output=True
        )
        return wait_gone(pid, cluster, child, time.monotonic() + 1)
    steps = ((signal.SIGINT, timeout_s), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
    for number, wait_s in steps:
        if wait_gone(pid, cluster, child, 0):
            return True
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if wait_gone(pid, cluster, child, time.monotonic() + wait_s):
            return True
    return False


def disown_reused_pid(cluster: Path, recorded_pid: int) -> None:
    """Make a stale postmaster.pid harmless whose pid now belongs to an unrelated process.

    PostgreSQL would refuse to start while that process lives. The file is kept, for its shared-memory key still
    guards against left-over backends; only the pid becomes ours, which PostgreSQL ignores as its own parent.
    """
    path = cluster / "postmaster.pid"
    lines = path.read_text(encoding="utf-8").splitlines()
    if lines and lines[0].strip() == str(recorded_pid):
        lines[0] = str(os.getpid())
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
