"""`python -m bench.imports`: a large table goes in, is killed midway, goes on, and goes in again without effect.

A database of its own with durable commits and one worker process. The file goes in undisturbed once, into one shop,
which is what is timed; then into another shop while its worker is killed at random moments and, by a failpoint,
inside an open transaction, and started again; then into that shop once more, which must write nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from bench import report
from bench.usage import Usage
from kerben.domains.catalog.api import ImportRun, NewImport, check_digit, create_import, import_by_id
from kerben.domains.merchants.api import NewMerchant, NewShop, create_merchants, create_shops
from kerben.entrypoints import wiring
from kerben.entrypoints.cli import installation
from kerben.flows.goods_import.api import JOB, ImportFiles, ask_for
from kerben.platform import failpoints, invariants, migrations
from kerben.platform.db import Database
from kerben.platform.embedded_postgres import EmbeddedPostgres
from kerben.platform.housekeeping import ensure_outbox_partitions
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

TIMEOUT_S: Final = 900.0
_GOODS: Final = ("Чай", "Кофе", "Платье", "Куртка", "Рис", "Сахар", "Масло", "Мёд", "Пиала", "Ковёр", "Лампа", "Стул")
_KINDS: Final = ("чёрный", "зелёный", "льняное", "зимняя", "белый", "сладкий", "горный", "синяя", "шерстяной")
# What a run that changes nothing must leave as it is.
_CENSUS: Final = """
SELECT (SELECT count(*) FROM catalog.product WHERE shop_id = $1) AS products,
       (SELECT sum(version) FROM catalog.product WHERE shop_id = $1) AS product_versions,
       (SELECT count(*) FROM catalog.variant WHERE shop_id = $1) AS variants,
       (SELECT sum(version) FROM catalog.variant WHERE shop_id = $1) AS variant_versions,
       (SELECT count(*) FROM catalog.price_history) AS prices,
       (SELECT sum(on_hand) FROM inventory.stock WHERE shop_id = $1) AS on_hand,
       (SELECT count(*) FROM inventory.adjustment) AS stock_movements,
       (SELECT count(*) FROM platform.outbox) AS events
"""


class Figures(msgspec.Struct):
    """What was measured. Seconds are from the upload's end to the run's, as a seller sees them."""

    rows: int
    file_mb: float = 0.0
    undisturbed_s: float = 0.0
    cpu_s: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """Processor time of the undisturbed run by role: what it would take on a machine that does nothing else."""
    killed_s: float = 0.0
    kills_at_rows: list[int] = msgspec.field(default_factory=list[int])
    again_s: float = 0.0
    faults: list[str] = msgspec.field(default_factory=list[str])


class Record(msgspec.Struct):
    """A recorded run."""

    command: str
    machine: report.Machine
    load_average: float
    figures: Figures


def lines(rows: int) -> Iterator[str]:
    """A table of goods with barcodes, stock, attributes and descriptions; every tenth a second variant."""
    yield "sku;barcode;name;category;group;price;unit;stock_qty;description;size;color\n"
    for n in range(rows):
        body = f"460{n:09d}"
        good, kind = _GOODS[n % len(_GOODS)], _KINDS[n // len(_GOODS) % len(_KINDS)]
        group = f"g{n // 10}" if n % 10 in {0, 1} else ""
        yield (
            f"SKU-{n:07d};{body}{check_digit(body)};{good} {kind} {n // 108};Прочее;{group};{100 + n % 900},50;шт;"
            f"{n % 50};{good} {kind}: хорошее качество, доставка по Бишкеку.;{40 + n % 12};{kind}\n"
        )


class Bench:
    """A database with two shops, and a worker that can be killed and started."""

    def __init__(
        self, folder: Path, settings: Settings, runtime: Runtime, shops: list[UUID], postgres_pid: int | None
    ) -> None:
        self._postgres_pid = postgres_pid
        self.runtime = runtime
        self.shops = shops
        self._settings = settings
        self._log = folder / "worker.log"
        self._worker: subprocess.Popen[bytes] | None = None

    def start(self, rules: str = "") -> None:
        """Start the worker, with failpoints perhaps."""
        extra = {failpoints.VARIABLE: rules, failpoints.PERMISSION: "on"} if rules else {}
        environment = {**os.environ, **installation.environment(self._settings), **extra}
        with self._log.open("ab") as log:
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "kerben", "worker"], env=environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """SIGKILL."""
        if self._worker is not None:
            with contextlib.suppress(ProcessLookupError):
                self._worker.send_signal(signal.SIGKILL)
            self._worker.wait()

    def usage(self) -> Usage:
        """A counter of processor time of the worker and PostgreSQL."""
        roots = {"worker": self._worker.pid} if self._worker is not None else {}
        return Usage(roots | ({"postgres": self._postgres_pid} if self._postgres_pid is not None else {}))

    async def alive(self) -> None:
        """Wait until a worker has given a sign of life."""
        async with asyncio.timeout(TIMEOUT_S):
            while not await self._is_alive():
                await asyncio.sleep(0.05)

    async def _is_alive(self) -> bool:
        async with self.runtime.db.read() as tx:
            return bool(await tx.fetchval("SELECT EXISTS (SELECT 1 FROM platform.worker)"))

    async def died(self) -> None:
        """Wait until the worker has ended by itself."""
        worker = self._worker
        if worker is not None:
            async with asyncio.timeout(TIMEOUT_S):
                await asyncio.to_thread(worker.wait)

    async def queue(self, shop_id: UUID, content: bytes) -> UUID:
        """Store the file and ask for its run."""
        ref = await self.runtime.part(ImportFiles.of).save(content)
        async with self.runtime.db.write() as tx:
            run_id = await create_import(tx, NewImport(shop_id, "csv", ref, dry_run=False))
            await ask_for(tx, run_id)
        return run_id

    async def run(self, run_id: UUID) -> ImportRun:
        """A run as it stands."""
        async with self.runtime.db.read() as tx:
            return await import_by_id(tx, run_id)

    async def until(self, run_id: UUID, processed: int | None = None) -> ImportRun:
        """Wait until a run has written so many rows, or has ended."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                run = await self.run(run_id)
                if run.finished_at is not None or (processed is not None and run.processed >= processed):
                    return run
                await asyncio.sleep(0.05)

    async def census(self, shop_id: UUID) -> dict[str, int]:
        """How much there is of all that an import writes."""
        async with self.runtime.db.read() as tx:
            row = await tx.fetchrow(_CENSUS, shop_id)
        return {name: int(value or 0) for name, value in row.items()} if row is not None else {}

    async def broken(self) -> dict[str, int]:
        """Invariants that do not hold."""
        async with self.runtime.db.read() as tx:
            connection = tx._connection  # pyright: ignore[reportPrivateUsage] - only reads, like doctor
            return await invariants.broken(connection, wiring.load_modules())  # pyright: ignore[reportArgumentType]


def _make_folder() -> Path:
    """A folder that PostgreSQL's own account can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="kerben-imports-"))
    folder.chmod(0o755)
    return folder


@asynccontextmanager
async def opened() -> AsyncGenerator[Bench]:
    """A bench on durable embedded PostgreSQL."""
    folder = _make_folder()
    postgres = EmbeddedPostgres(folder / "postgres")
    bench: Bench | None = None
    try:
        dsn = await asyncio.to_thread(postgres.start)
        await migrations.migrate(dsn)
        settings = Settings(
            database_url=dsn,
            secret_key=secrets.token_urlsafe(48),
            psp_secret=secrets.token_urlsafe(24),
            sandbox_secret=secrets.token_urlsafe(24),
            data_dir=str(folder),
            log_level="warning",
        )
        db = Database(dsn, size=2)
        await db.open()
        try:
            async with db.write() as tx:
                await ensure_outbox_partitions(tx)
                merchants = await create_merchants(tx, [NewMerchant(tx.new_id(), "Продавец")])
                place = ("Бишкек, рынок Дордой", "+996555010203", 42.9394, 74.6205)
                shops = await create_shops(tx, [NewShop(merchants[0], f"Лавка {n}", *place) for n in range(2)])
            bench = Bench(folder, settings, Runtime(settings, db), shops, postgres.pid)
            yield bench
        finally:
            if bench is not None:
                bench.kill()
            await db.close()
    finally:
        await asyncio.to_thread(postgres.stop)
        shutil.rmtree(folder, ignore_errors=True)


def inside(rows: int) -> str:
    """The rule by which a worker dies when everything of a chunk is done but its commit; two transactions of a run
    come before its first chunk."""
    return f"db.before_commit@{JOB}=kill:#{2 + max(1, min(20, rows // 2_000))}"


async def measure(rows: int, kills: int) -> Figures:
    """Generate, import, kill, resume, import again, check."""
    content = "".join(lines(rows)).encode()
    figures = Figures(rows, round(len(content) / 2**20, 1))
    async with opened() as bench:
        bench.start()
        await bench.alive()
        usage = bench.usage()
        usage.start()
        started = time.perf_counter()
        done = await bench.until(await bench.queue(bench.shops[0], content))
        figures.cpu_s = {role: round(spent, 1) for role, spent in usage.stop().items() if role != "load"}
        figures.undisturbed_s = round(time.perf_counter() - started, 1)
        _expect(figures, done, created=rows)
        _say(f"undisturbed: {figures.undisturbed_s} s, {rows / figures.undisturbed_s:,.0f} rows/s")
        bench.kill()

        shop_id = bench.shops[1]
        bench.start(inside(rows))
        started = time.perf_counter()
        run_id = await bench.queue(shop_id, content)
        await bench.died()
        figures.kills_at_rows.append((await bench.run(run_id)).processed)
        for _ in range(kills):
            bench.start()
            begun = (await bench.run(run_id)).processed
            await bench.until(run_id, random.randrange(begun + 1, max(begun + 2, rows)))
            bench.kill()
            figures.kills_at_rows.append((await bench.run(run_id)).processed)
        bench.start()
        done = await bench.until(run_id)
        figures.killed_s = round(time.perf_counter() - started, 1)
        _expect(figures, done, created=rows)
        _say(f"killed after {figures.kills_at_rows} rows: {figures.killed_s} s")

        before = await bench.census(shop_id)
        if before["variants"] != rows:
            figures.faults.append(f"{before['variants']} variants of {rows}")
        started = time.perf_counter()
        again = await bench.until(await bench.queue(shop_id, content))
        figures.again_s = round(time.perf_counter() - started, 1)
        _expect(figures, again, unchanged=rows)
        after = await bench.census(shop_id)
        figures.faults += [
            f"{name}: {before[name]} → {after[name]}" for name in before if before[name] != after[name]
        ]
        figures.faults += [f"invariant {name}: {count}" for name, count in (await bench.broken()).items()]
        _say(f"again: {figures.again_s} s")
    return figures


def _expect(figures: Figures, run: ImportRun, *, created: int = 0, unchanged: int = 0) -> None:
    found = (run.status.value, run.processed, run.created, run.updated, run.unchanged, run.failed)
    if found != ("done", figures.rows, created, 0, unchanged, 0):
        figures.faults.append(f"a run ended as {found}: {run.failure or run.errors[:3]}")


def markdown(record: Record) -> str:
    """A record for people."""
    f, m = record.figures, record.machine
    kills = ", ".join(f"{n:,}" for n in f.kills_at_rows)
    return "\n\n".join(
        [
            f"# Import of {f.rows:,} rows ({f.file_mb} MB of CSV)",
            f"`{record.command}`",
            f"One worker, PostgreSQL {m.postgres} with durable commits, Python {m.python}, {m.processor}, {m.cores} "
            f"cores for everything together; load average when it began {record.load_average:.1f}.",
            "| run | seconds | rows/s |\n|---|--:|--:|\n"
            f"| undisturbed | {f.undisturbed_s} | {f.rows / f.undisturbed_s:,.0f} |\n"
            f"| killed {len(f.kills_at_rows)} times, after {kills} rows | {f.killed_s} | |\n"
            f"| again, nothing changes | {f.again_s} | {f.rows / f.again_s:,.0f} |",
            "Processor seconds of the undisturbed run: "
            + ", ".join(f"{role} {spent:g}" for role, spent in f.cpu_s.items())
            + ". `others` is what else the machine did meanwhile.",
            "The first kill is inside an open transaction. A killed worker's job is taken up again when its sign of "
            "life is 30 s old.",
            f"Faults: {'; '.join(f.faults) or 'none'}.\n",
        ]
    )


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def main() -> int:
    """0 when nothing was lost, doubled or written again, whatever the speed; else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=2, help="kills at random moments, beside the one at a failpoint")
    parser.add_argument("--out", type=Path, default=None, help="folder to write a record into (bench/results)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kerben-imports-") as folder:
        machine = report.describe_machine(Path(folder))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures = asyncio.run(measure(arguments.rows, arguments.kills))
    record = Record(" ".join(["python -m bench.imports", *sys.argv[1:]]), machine, load, figures)
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
        name = f"{report.now():%Y-%m-%d-%H%M}-imports"
        encoded = msgspec.json.format(msgspec.json.encode(record), indent=2)
        (arguments.out / f"{name}.json").write_bytes(encoded + b"\n")
        (arguments.out / f"{name}.md").write_text(markdown(record), encoding="utf-8")
    print(markdown(record))
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
