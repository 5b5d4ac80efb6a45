"""`python -m bench`: see `--help`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench import profile, report
from bench.market import open_market
from bench.runner import Plan, Runner, counts
from bench.scenarios import SCENARIOS
from bench.world import QUICK, Size

RESULTS: Final = Path(__file__).parent / "results"
QUICK_PLAN: Final = Plan(connections=(8,), compare_at=8, warm_up_s=0.2, seconds=0.6, attempts=1, flash_units=100)

STATEMENTS: Final = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
}
"""Settings of PostgreSQL under which statements can be counted, and are when it is switched on."""


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    names = [s.name for s in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m bench", description="Kerben under load, beside pgbench.")
    parser.add_argument("--quick", action="store_true", help="small data and a second each: shows that it works")
    parser.add_argument("--seconds", type=float, default=5.0, help="measured seconds of each run (default 5)")
    parser.add_argument("--warm-up", type=float, default=2.0, help="seconds before the measured ones (default 2)")
    parser.add_argument("--connections", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--scenario", choices=names, nargs="+", default=names)
    parser.add_argument("--workers", type=int, default=2, help="server processes (default 2)")
    parser.add_argument("--attempts", type=int, default=3, help="runs at most to find a calm moment (default 3)")
    parser.add_argument("--no-compare", action="store_true", help="leave the other HTTP server out")
    parser.add_argument("--shops", type=int, default=Size().shops, help="shops of 1,000 products (default 100)")
    parser.add_argument("--no-pgbench", action="store_true", help="leave pgbench out")
    parser.add_argument("--statements", action="store_true", help="record the dearest statements of each scenario")
    parser.add_argument("--profile", metavar="FOLDER", default=None, help="py-spy stacks of the server into FOLDER")
    parser.add_argument("--out", type=Path, default=None, help="folder of the record (default bench/results)")
    parser.add_argument("--name", default=None, help="file name of the record (default: date and time)")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> int:
    quick: bool = arguments.quick
    size = QUICK if quick else Size(shops=arguments.shops)
    plan = Plan(
        connections=QUICK_PLAN.connections if quick else tuple(arguments.connections),
        compare_at=QUICK_PLAN.compare_at if quick else Plan().compare_at,
        warm_up_s=QUICK_PLAN.warm_up_s if quick else arguments.warm_up,
        seconds=QUICK_PLAN.seconds if quick else arguments.seconds,
        scenarios=tuple(arguments.scenario),
        compare=not arguments.no_compare,
        attempts=QUICK_PLAN.attempts if quick else arguments.attempts,
        limits=not arguments.no_pgbench,
        statements=arguments.statements,
        profile=arguments.profile,
        flash_units=QUICK_PLAN.flash_units if quick else Plan().flash_units,
    )
    if plan.profile is not None:
        profile.program()
    parameters = STATEMENTS if counts(plan) else None
    with tempfile.TemporaryDirectory(prefix="kerben-bench-") as folder:
        machine = report.describe_machine(Path(folder))
    async with open_market(size, workers=arguments.workers, say=_say, parameters=parameters) as market:
        outcome = await Runner(market, plan, _say).run()
    command = " ".join(["python -m bench", *sys.argv[1:]])
    record = report.Record(report.now(), command, machine, size, plan, arguments.workers, outcome)
    if arguments.out is not None or not quick:
        name = arguments.name or f"{record.at:%Y-%m-%d-%H%M}"
        _say(f"recorded in {report.write(record, arguments.out or RESULTS, name)}")
    print(report.markdown(record))
    for name, count in outcome.broken.items():
        print(f"broken invariant {name}: {count}", file=sys.stderr)
    for figure in outcome.figures:
        if figure.errors:
            print(f"{figure.title}: {figure.errors}\n" + "\n".join(figure.samples), file=sys.stderr)
        elif figure.failed:
            text = f"{figure.answered} answers, consumers caught up after {figure.caught_up_s} s"
            print(f"{figure.title}: {text}", file=sys.stderr)
    return 1 if outcome.failed else 0


def main() -> int:
    """0 when every request was answered well and every invariant holds, whatever the speed; else 1."""
    arguments = _arguments()
    if sys.platform == "win32":
        return asyncio.run(_run(arguments))
    import uvloop

    return uvloop.run(_run(arguments))


if __name__ == "__main__":
    sys.exit(main())
