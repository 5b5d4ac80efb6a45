"""What server and database say of themselves: sizes of batches, and statements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import asyncpg
import httpx
import msgspec

_SAMPLE: Final = re.compile(r'^kerben_batch_size_(sum|count)\{batch="([^"]+)"\} (\S+)$', re.MULTILINE)
_TOP: Final = 25
_CONTROL: Final = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|START TRANSACTION|SAVEPOINT|RELEASE)", re.IGNORECASE)

_SNAPSHOT: Final = """
SELECT queryid, toplevel, query, calls, plans, rows, total_exec_time + total_plan_time AS ms
FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

Batches = dict[str, tuple[float, float]]
"""Items and batches so far, by name of the batch."""


class Statement(msgspec.Struct, frozen=True):
    """What a statement cost during a run; `mean_us`: planning and running of one call."""

    query: str
    calls: int
    plans: int
    rows: int
    total_ms: float
    mean_us: float


class Counted(msgspec.Struct, frozen=True):
    """All statements of a run: `calls` without BEGIN and COMMIT, which are `control`; the dearest first."""

    calls: int
    control: int
    total_ms: float
    top: list[Statement]


Snapshot = dict[tuple[int, bool], Statement]


def read_batches(text: str) -> Batches:
    """Items and batches by name, from a page of metrics."""
    found: dict[str, dict[str, float]] = {}
    for part, name, value in _SAMPLE.findall(text):
        found.setdefault(name, {})[part] = float(value)
    return {name: (parts.get("sum", 0.0), parts.get("count", 0.0)) for name, parts in found.items()}


def mean_sizes(before: Batches, after: Batches) -> dict[str, float]:
    """Average size of the batches between two looks, by name; those that ran no batch are left out."""
    means: dict[str, float] = {}
    for name, (items, count) in after.items():
        items_before, count_before = before.get(name, (0.0, 0.0))
        if count > count_before:
            means[name] = round((items - items_before) / (count - count_before), 2)
    return means


async def batches(port: int) -> Batches:
    """Items and batches so far, of all server processes together."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/metrics")
    return read_batches(answer.text)


async def track(dsn: str, *, on: bool) -> None:
    """Count statements from now on, or do not. PostgreSQL must have been started with pg_stat_statements."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await connection.execute(f"ALTER SYSTEM SET pg_stat_statements.track = '{'top' if on else 'none'}'")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def snapshot(dsn: str) -> Snapshot:
    """All statements so far."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(_SNAPSHOT)
    finally:
        await connection.close()
    found: Snapshot = {}
    for r in rows:
        # One statement has several rows where several roles run it.
        key, old = (r["queryid"], r["toplevel"]), found.get((r["queryid"], r["toplevel"]))
        calls, plans, count, ms = (
            (r["calls"], r["plans"], r["rows"], r["ms"])
            if old is None
            else (r["calls"] + old.calls, r["plans"] + old.plans, r["rows"] + old.rows, r["ms"] + old.total_ms)
        )
        found[key] = Statement(" ".join((r["query"] or "").split()), calls, plans, count, ms, 0.0)
    return found


def between(before: Mapping[tuple[int, bool], Statement], after: Mapping[tuple[int, bool], Statement]) -> Counted:
    """What ran between two snapshots, the bench's own questions left out."""
    ran: list[Statement] = []
    control = 0
    for key, now in after.items():
        old = before.get(key, Statement("", 0, 0, 0, 0.0, 0.0))
        calls = now.calls - old.calls
        if calls <= 0 or "pg_stat_statements" in now.query or "paid_at IS NOT NULL" in now.query:
            continue
        if _CONTROL.match(now.query):
            control += calls
            continue
        ms = now.total_ms - old.total_ms
        ran.append(
            Statement(
                now.query[:300], calls, now.plans - old.plans, now.rows - old.rows, round(ms, 1),
                round(ms / calls * 1000, 1),
            )
        )  # fmt: skip
    ran.sort(key=lambda s: s.total_ms, reverse=True)
    total_ms = round(sum(s.total_ms for s in ran), 1)
    return Counted(sum(s.calls for s in ran), control, total_ms, ran[:_TOP])
