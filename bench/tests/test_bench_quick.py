"""The bench itself works: every scenario runs without an error on a small market. Says nothing about speed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bench.__main__ import QUICK_PLAN
from bench.report import Record
from bench.scenarios import SCENARIOS

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_quick_bench_runs_every_scenario_without_errors(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--out", str(tmp_path), "--name", "quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    record = msgspec.json.decode((tmp_path / "quick.json").read_bytes(), type=Record)
    outcome = record.outcome
    assert {f.scenario for f in outcome.figures} == {s.name for s in SCENARIOS}
    assert {f.server for f in outcome.figures} == {"granian", "uvicorn"}
    assert [f.scenario for f in outcome.figures if f.failed] == []
    beside = {s.name for s in SCENARIOS if s.limit is not None}
    assert {f.scenario for f in outcome.figures if f.pgbench_per_s > 0} == beside
    by_name = {f.scenario: f for f in outcome.figures}
    assert by_name["flash"].notes["placed"] == QUICK_PLAN.flash_units
    assert by_name["complete"].notes["payouts"] > 0
    assert (by_name["complete"].statements_per_request or 0) > 1
    assert {"server", "postgres", "worker", "sandbox", "load"} <= set(by_name["complete"].cpu_us_per_request)
    assert by_name["order"].batches["orders"] >= 1
    assert outcome.broken == {}
    assert (tmp_path / "quick.md").read_text(encoding="utf-8").count("| Product by id |") >= 2
