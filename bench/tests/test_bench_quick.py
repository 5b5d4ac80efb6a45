"""The bench itself works: every scenario runs without an error on a small market. Says nothing about speed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

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
    assert all(f.requests > 0 and f.pgbench_per_s > 0 and not f.errors for f in outcome.figures)
    assert outcome.broken == {}
    assert (tmp_path / "quick.md").read_text(encoding="utf-8").count("| Product by id |") >= 2
