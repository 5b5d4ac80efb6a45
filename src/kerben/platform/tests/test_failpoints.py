"""Failpoints do what their rules say, and nothing runs with them by accident."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from kerben.platform import failpoints
from kerben.platform.failpoints import FailpointError, InvalidFailpointError, obey, parse
from kerben.platform.logs import bind_request_id

ROOT = Path(__file__).parents[4]


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KERBEN_")}
    environment = {**inherited, **variables}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "src", env=environment, capture_output=True, text=True, timeout=30
    )


def test_off_unless_asked_for() -> None:
    assert not failpoints.ACTIVE
    assert failpoints.load({}) == []


@pytest.mark.parametrize("permission", ["", "off", "0", "no"])
def test_rules_without_the_permission_are_refused(permission: str) -> None:
    environment = {failpoints.VARIABLE: "db.before_commit=kill", failpoints.PERMISSION: permission}
    with pytest.raises(InvalidFailpointError, match="KERBEN_ALLOW_FAILPOINTS"):
        failpoints.load(environment)


@pytest.mark.parametrize(
    "text", ["kill", "a.b=", "a.b=explode", "=kill", "a.b=kill:often", "a.b=kill:#x", "a=barrier"]
)
def test_rules_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InvalidFailpointError):
        parse(text)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_market_does_not_start_with_failpoints_by_accident(command: str) -> None:
    given = {"KERBEN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "KERBEN_SECRET_KEY": "x" * 40}
    code = f"import sys; sys.argv = ['kerben', '{command}']; from kerben.__main__ import main; main()"
    done = run(code, **given, KERBEN_FAILPOINTS="db.before_commit=kill:0.02")
    assert done.returncode == 2
    assert "KERBEN_FAILPOINTS" in done.stderr
    assert "Traceback" not in done.stderr


def test_kill_is_a_kill_that_leaves_a_line() -> None:
    code = (
        "import asyncio\nfrom kerben.platform import failpoints as f\nasyncio.run(f.reach('db.before_commit', 'x'))"
    )
    done = run(code, KERBEN_FAILPOINTS="db.before_commit@x=kill", KERBEN_ALLOW_FAILPOINTS="on")
    assert done.returncode == -9
    assert done.stderr == "failpoint db.before_commit@x: killed\n"


async def test_a_rule_is_about_its_point_and_its_label() -> None:
    rules = parse("db.before_commit@batch-*=error; other=error")
    await obey(rules, "db.after_commit", "batch-orders")
    await obey(rules, "db.before_commit", "payouts.send")
    with pytest.raises(FailpointError, match="batch-orders"):
        await obey(rules, "db.before_commit", "batch-orders")
    with pytest.raises(FailpointError):
        await obey(rules, "other")


async def test_the_request_id_is_a_label_too() -> None:
    rules = parse("p@race-*=error")

    async def serve() -> None:
        bind_request_id("race-1")
        await obey(rules, "p", "some-task")

    with pytest.raises(FailpointError, match="race-1"):
        await asyncio.create_task(serve())
    await obey(rules, "p", "some-task")


async def test_only_the_nth_hit_counts() -> None:
    rules = parse("p=error:#3")
    await obey(rules, "p")
    await obey(rules, "p")
    with pytest.raises(FailpointError):
        await obey(rules, "p")
    await obey(rules, "p")
    assert rules[0].hits == 4


async def test_a_probability_is_one() -> None:
    rules = parse("never=error:0;sometimes=error:0.5")
    failures = 0
    for _ in range(200):
        await obey(rules, "never")
        try:
            await obey(rules, "sometimes")
        except FailpointError:
            failures += 1
    # 200 fair coins: outside of this once in 10^11 runs.
    assert 50 < failures < 150


async def test_a_barrier_holds_as_long_as_it_is_shut(tmp_path: Path) -> None:
    rules = parse(f"p@race-*=barrier:{tmp_path}")
    name = f"race-{uuid4().hex}"
    await obey(rules, "p", name)
    assert os.listdir(tmp_path) == []
    shut = tmp_path / f"{name}.shut"
    shut.touch()
    waiting = asyncio.create_task(obey(rules, "p", name))
    async with asyncio.timeout(5):
        while not (tmp_path / f"{name}.reached").exists():
            await asyncio.sleep(0)
    assert not waiting.done()
    shut.unlink()
    async with asyncio.timeout(5):
        await waiting
