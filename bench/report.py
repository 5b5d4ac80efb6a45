"""What a run is recorded as: JSON with everything, Markdown for people."""

from __future__ import annotations

import os
import platform
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from bench.runner import Outcome, Plan
from bench.scenarios import P99_TARGET_MS
from bench.world import Size
from kerben import __version__
from kerben.platform.embedded_postgres.binaries import package_version

_PROBES: Final = 100
ROLES: Final = ("server", "postgres", "worker", "sandbox", "load")


class Machine(msgspec.Struct, frozen=True):
    """Where it ran. `flush_us`: median time of writing 8 KiB and fdatasync, what a durable commit waits for."""

    processor: str
    cores: int
    system: str
    python: str
    postgres: str
    kerben: str
    flush_us: float


class Record(msgspec.Struct, frozen=True):
    """A recorded run."""

    at: datetime
    command: str
    machine: Machine
    size: Size
    plan: Plan
    workers: int
    outcome: Outcome


def describe_machine(folder: Path) -> Machine:
    """This machine; `folder` is where the flush probe writes."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        postgres=package_version(),
        kerben=__version__,
        flush_us=_flush_us(folder),
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _flush_us(folder: Path) -> float:
    flush = getattr(os, "fdatasync", os.fsync)
    path = folder / "flush-probe"
    times: list[float] = []
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        block = b"\0" * 8192
        for n in range(_PROBES):
            started = time.perf_counter()
            os.lseek(descriptor, n % 16 * 8192, os.SEEK_SET)
            os.write(descriptor, block)
            flush(descriptor)
            times.append(time.perf_counter() - started)
    finally:
        os.close(descriptor)
        path.unlink()
    return round(statistics.median(times) * 1e6, 1)


def now() -> datetime:
    """When a run is recorded."""
    return datetime.now(UTC).replace(microsecond=0)


def table(outcome: Outcome) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| scenario | server | connections | requests/s | target | p50 ms | p99 ms (target 100) | pgbench/s "
        "| of pgbench | errors |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for f in outcome.figures:
        errors = ", ".join(f"{n} × {status}" for status, n in f.errors.items()) or "none"
        target = f"{f.target_per_s:,.0f}{' ✓' if f.per_s >= f.target_per_s else ''}" if f.target_per_s else ""
        beside = f"{f.pgbench_per_s:,.0f} | {f.ratio:.2f}" if f.pgbench_per_s else " | "
        lines.append(
            f"| {f.title} | {f.server} | {f.connections} | {f.per_s:,.0f} | {target} | {f.p50_ms:.1f} "
            f"| {f.p99_ms:.1f}{' ✓' if f.p99_ms < P99_TARGET_MS else ''} | {beside} | {errors} |"
        )
    return "\n".join(lines)


def costs(outcome: Outcome) -> str:
    """Processor time of each request by role, as a Markdown table."""
    lines = [
        "| scenario | on | connections | server | PostgreSQL | worker | sandbox | load generator | together "
        "| busy cores | of others |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for f in outcome.figures:
        spent = [f.cpu_us_per_request.get(role, 0.0) for role in ROLES]
        shown = " | ".join(f"{us:,.0f}" for us in [*spent, sum(spent)])
        lines.append(
            f"| {f.title} | {f.server} | {f.connections} | {shown} | {sum(f.cores.values()):.2f} "
            f"| {f.cores.get('others', 0.0):.2f} |"
        )
    return "\n".join(lines)


def details(outcome: Outcome) -> str:
    """What each run says beside its speed: batches, steps, statements, what a scenario found."""
    parts: list[str] = []
    for f in outcome.figures:
        lines: list[str] = []
        if f.cores:
            lines.append("- busy cores: " + ", ".join(f"{role} {cores:.2f}" for role, cores in f.cores.items()))
        if f.batches:
            sizes = ", ".join(f"{name} {size:g}" for name, size in sorted(f.batches.items()))
            lines.append(f"- average batch: {sizes}")
        if f.steps:
            steps = ", ".join(f"{s.name} {s.p50_ms:.1f} / {s.p99_ms:.1f}" for s in f.steps)
            lines.append(f"- p50 / p99 of each step, ms: {steps}")
        if f.notes:
            lines.append("- " + ", ".join(f"{name}: {value:,g}" for name, value in f.notes.items()))
        if f.statements is not None and f.statements_per_request is not None:
            s = f.statements
            lines.append(f"- statements per request: {f.statements_per_request:g} (and {s.control} BEGIN and COMMIT)")
            lines += [f"  - {t.calls} × {t.mean_us:,.0f} µs: `{t.query[:120]}`" for t in s.top[:10]]
        if lines:
            parts.append(f"**{f.title}, {f.server}, {f.connections} connections**\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def _consumers(outcome: Outcome) -> str:
    worst = max(outcome.figures, key=lambda f: f.caught_up_s, default=None)
    text = (
        f"Consumers of events had read all {outcome.loading_behind:,} positions that were left of loading after "
        f"{outcome.loading_caught_up_s:g} s."
    )
    if worst is not None:
        text += (
            f" At the end of a run they were at most {max(f.events_behind for f in outcome.figures):,} positions "
            f"behind, and caught up within {worst.caught_up_s:.1f} s."
        )
    return text


def markdown(record: Record) -> str:
    """A whole record for people."""
    m, outcome, plan, size = record.machine, record.outcome, record.plan, record.size
    broken = ", ".join(f"{name}: {count}" for name, count in outcome.broken.items()) or "none"
    loaded = ", ".join(f"{part} {seconds} s" for part, seconds in outcome.load_s.items())
    return "\n\n".join(
        [
            f"# Bench of {record.at:%Y-%m-%d %H:%M} UTC",
            f"`{record.command}`",
            f"Kerben {m.kerben}, {record.workers} server processes, one worker, PostgreSQL {m.postgres} with durable "
            f"commits, Python {m.python}, {m.system}, {m.processor}. {m.cores} cores for everything together, the "
            f"load generator included; writing and flushing 8 KiB takes {m.flush_us:.0f} µs.",
            f"{size.shops} shops with {size.products_per_shop} products of one variant each, {size.buyers} buyers; "
            f"{plan.warm_up_s:g} s warm-up, {plan.seconds:g} s measured. Loading: {loaded}.",
            table(outcome),
            "Processor time of one request in microseconds, by who spent it:",
            costs(outcome),
            details(outcome),
            _consumers(outcome),
            f"Orders were placed by {outcome.ordering_accounts:,} accounts. "
            f"Broken invariants after the load: {broken}.\n",
        ]
    )


def write(record: Record, folder: Path, name: str) -> Path:
    """Write both files; returns the Markdown one."""
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(record), indent=2)
    (folder / f"{name}.json").write_bytes(encoded + b"\n")
    target = folder / f"{name}.md"
    target.write_text(markdown(record), encoding="utf-8")
    return target
