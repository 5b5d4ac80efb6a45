"""`python -m bench.chaos`: kill -9 of every process of a market under load, again and again, with a record."""

from __future__ import annotations

import argparse
import asyncio
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from tests.chaos import campaign
from tests.chaos.campaign import KINDS, Outcome, Plan

RESULTS: Final = Path(__file__).parent / "results"
_TITLES: Final = {
    "server": "server process",
    "worker": "worker",
    "postgres": "PostgreSQL, all of it",
    "backend": "a PostgreSQL backend",
    "sandbox": "sandbox acquirer and bank",
}


def markdown(outcome: Outcome, at: datetime) -> str:
    """The record for people."""
    lines = [
        f"# kill -9, {at:%Y-%m-%d %H:%M} UTC",
        "",
        f"{len(outcome.kills)} kills in {outcome.seconds / 60:.1f} minutes, durable PostgreSQL, seed {outcome.seed}. "
        f"{outcome.writes} acknowledged writes ({outcome.writes_per_s:.0f}/s on average, outages included), "
        f"{outcome.repeats} requests repeated because no answer came.",
        "",
        "| Killed | times | of these inside an open transaction or right after its commit | writes/s when struck, "
        "least and median | whole again after, median and longest |",
        "|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(kill.kind for kill in outcome.kills):
        kills = [kill for kill in outcome.kills if kill.kind == kind]
        back = [kill.back_s for kill in kills]
        rates = [kill.writes_per_s for kill in kills]
        pointed = sum(not kill.at.startswith("random") for kill in kills)
        lines.append(
            f"| {_TITLES[kind]} | {len(kills)} | {pointed} | {min(rates):.0f}, {statistics.median(rates):.0f} "
            f"| {statistics.median(back):.1f} s, {max(back):.1f} s |"
        )
    lines += [
        "",
        f"Acknowledged: {outcome.orders} orders ({outcome.approved} paid, {outcome.cancelled} cancelled by buyers, "
        f"{outcome.refunded} refunded, {outcome.handed_over} handed over), {outcome.sales} receipts; "
        f"{outcome.payouts} payouts. Consumers had read everything {outcome.lag_s:.1f} s after the load ended; "
        f"the last refund and payout were through after {outcome.settled_s:.0f} s.",
        "",
        "Compared: the clients' journal with the database, the acquirer's and the bank's books; stock with what was "
        "sold and handed over; the ledger; every invariant of every module; parked events; a background job "
        "afterwards; processes that ended by themselves.",
        "",
        *(["**Found:**", "", *(f"- {f.splitlines()[0][:500]}" for f in outcome.findings)] if outcome.findings else
          ["**Nothing was lost, nothing doubled.**"]),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def write(outcome: Outcome, folder: Path, name: str, at: datetime) -> Path:
    """Write `name`.json and `name`.md."""
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(outcome), indent=1)
    (folder / f"{name}.json").write_bytes(encoded + b"\n")
    path = folder / f"{name}.md"
    path.write_text(markdown(outcome, at), encoding="utf-8")
    return path


def main(given: Sequence[str] | None = None) -> int:
    """0 when nothing was lost or doubled, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description="kill -9 under load, then the books.")
    parser.add_argument("--kills", type=int, default=20, help="kills of each kind (default 20)")
    parser.add_argument("--kind", choices=KINDS, nargs="+", default=list(KINDS))
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the moments and points of the kills")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record (default bench/results)")
    parser.add_argument("--name", default=None, help="file name of the record (default: date and -chaos)")
    arguments = parser.parse_args(given)
    # However it is told to stop, it ends the processes it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    plan = Plan(kills=arguments.kills, kinds=tuple(arguments.kind), seed=arguments.seed)
    outcome = asyncio.run(campaign.run(plan, lambda text: print(text, file=sys.stderr, flush=True)))
    at = datetime.now(UTC)
    print(write(outcome, arguments.out, arguments.name or f"{at:%Y-%m-%d}-chaos", at).read_text(encoding="utf-8"))
    for finding in outcome.findings:
        print(finding, file=sys.stderr)
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
