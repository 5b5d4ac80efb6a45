"""Where the processor's time went, by role, from /proc; empty where there is no such thing."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def parse_stat(text: str) -> tuple[int, float]:
    """Parent and seconds of processor time of a process, user and system, from its `stat`, proc(5).

    What its ended and awaited children used is included: PostgreSQL's vacuum workers come and go, and what they
    used must not vanish with them.
    """
    # The name in brackets may hold anything, so that counting begins behind the last bracket.
    fields = text.rsplit(")", 1)[1].split()
    return int(fields[1]), sum(int(ticks) for ticks in fields[11:15]) / _TICKS_PER_S


def _stat(pid: str) -> tuple[int, float] | None:
    try:
        return parse_stat((_PROC / pid / "stat").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def family(root: int) -> dict[int, float]:
    """Processor seconds of a process and all its living descendants, by process id."""
    if not _PROC.is_dir():
        return {}
    stats = {int(p): s for p in os.listdir(_PROC) if p.isdigit() and (s := _stat(p)) is not None}
    return members(root, stats)


def members(root: int, stats: Mapping[int, tuple[int, float]]) -> dict[int, float]:
    """Of processes (parent and seconds by id) those that descend from `root`, and itself: seconds by id."""
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in stats.items():
        children.setdefault(parent, []).append(pid)
    found: dict[int, float] = {}
    todo = [root]
    while todo:
        pid = todo.pop()
        if pid in stats and pid not in found:
            found[pid] = stats[pid][1]
            todo += children.get(pid, [])
    return found


def spent_between(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Seconds a family used between two looks at it.

    One that ended meanwhile is counted by its parent from then on with all it ever used, so what it had used before
    is taken off; never less than nothing, should a process have ended whose parent did not wait for it.
    """
    return max(0.0, sum(after.values()) - sum(before.values()))


def _busy_s() -> float:
    """Processor seconds of the whole machine that were not idle, proc(5)."""
    try:
        fields = (_PROC / "stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]
    except OSError:
        return 0.0
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(f) for f in fields)
    return (user + nice + system + irq + softirq + steal) / _TICKS_PER_S


class Usage:
    """Counts processor time of roles between `start` and `stop`; `load` is this process, `others` all else."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = dict(roots)
        self._before: dict[str, dict[int, float]] = {}
        self._own = 0.0
        self._busy = 0.0
        self._at = 0.0
        self.seconds = 0.0
        """Between `start` and `stop`."""

    def start(self) -> None:
        """Begin to count."""
        self._before = {role: family(pid) for role, pid in self._roots.items()}
        self._own, self._busy, self._at = time.process_time(), _busy_s(), time.perf_counter()

    def stop(self) -> dict[str, float]:
        """Processor seconds by role since `start`."""
        own, busy = time.process_time() - self._own, _busy_s() - self._busy
        self.seconds = time.perf_counter() - self._at
        after = {role: family(pid) for role, pid in self._roots.items()}
        spent = {
            role: round(spent_between(self._before.get(role, {}), used), 3) for role, used in after.items() if used
        }
        spent["load"] = round(own, 3)
        if busy:
            spent["others"] = round(max(0.0, busy - sum(spent.values())), 3)
        return spent
