"""A large file against real processes: its worker is killed, also inside an open transaction, and started again."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest

from kerben.domains.catalog.api import check_digit
from kerben.flows.goods_import.api import JOB
from kerben.platform import failpoints
from tests.flows.actors import Admin, Seller, eventually
from tests.flows.market import Market, Running

pytestmark = pytest.mark.slow

ROWS = 8_000
IMPORT_S_MAX = 180.0
"""A killed worker's job is taken up again when its sign of life is 30 s old."""

CENSUS = """
SELECT (SELECT count(*) FROM catalog.variant) AS variants,
       (SELECT sum(version) FROM catalog.variant) AS variant_versions,
       (SELECT sum(version) FROM catalog.product) AS product_versions,
       (SELECT count(*) FROM catalog.price_history) AS prices,
       (SELECT sum(on_hand) FROM inventory.stock) AS on_hand,
       (SELECT count(*) FROM inventory.adjustment) AS movements,
       (SELECT count(*) FROM platform.outbox WHERE name LIKE 'catalog.%' OR name LIKE 'inventory.%') AS events
"""


@pytest.fixture(scope="module")
def own_market() -> Generator[Market]:
    """A market whose worker may be killed."""
    with Market(servers=1) as running:
        yield running


@pytest.fixture
async def seller(own_market: Market) -> AsyncGenerator[Seller]:
    admin, seller = Admin(own_market), Seller(own_market)
    await admin.enter()
    await seller.open_shop(admin, lively=False)
    yield seller
    await seller.close()
    await admin.close()


def table(rows: int, prefix: str) -> bytes:
    lines = ["sku;barcode;name;price;stock_qty;size"]
    for n in range(rows):
        body = f"460{n:09d}"
        lines.append(f"{prefix}-{n};{body}{check_digit(body)};Товар {prefix} {n};{1 + n % 500};{n % 40};{n % 7}")
    return "\n".join(lines).encode()


async def upload(seller: Seller, content: bytes) -> str:
    answer = await seller.call(
        "POST", f"/shops/{seller.shop_id}/imports", files={"file": ("goods.csv", content)}, expect=202
    )
    return answer["id"]


async def until(seller: Seller, run_id: str, processed: int | None = None) -> dict[str, Any]:
    """Wait until a run has written so many rows, or has ended."""
    seen: dict[str, Any] = {}

    async def far_enough() -> bool:
        seen.update(await seller.get(f"/imports/{run_id}"))
        return bool(seen["finished_at"]) or (processed is not None and seen["processed"] >= processed)

    await eventually(far_enough, within_s=IMPORT_S_MAX, what=f"import {run_id}: {seen}")
    return seen


def worker(market: Market) -> Running:
    return [running for running in market.processes if running.name.startswith("worker")][-1]


def kill(market: Market) -> None:
    popen = worker(market).popen
    os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()


def restart(market: Market, rules: str = "") -> None:
    extra = {failpoints.VARIABLE: rules, failpoints.PERMISSION: "on"} if rules else {}
    market.run("worker", "-m", "kerben", "worker", **extra)


def told(run: dict[str, Any]) -> list[Any]:
    return [run[name] for name in ("status", "total", "processed", "created", "updated", "unchanged", "failed")]


async def census(market: Market) -> dict[str, Any]:
    (row,) = await market.fetch(CENSUS)
    return dict(row)


async def test_a_killed_import_goes_on_and_repeats_nothing(own_market: Market, seller: Seller) -> None:
    content = table(ROWS, "K")
    kill(own_market)
    # Everything of a chunk is done but its commit.
    restart(own_market, f"db.before_commit@{JOB}=kill:#5")
    run_id = await upload(seller, content)

    async def died() -> bool:
        return worker(own_market).popen.poll() is not None

    await eventually(died, within_s=60, what="the worker dies at its failpoint")
    assert worker(own_market).popen.returncode == -signal.SIGKILL
    halfway = await seller.get(f"/imports/{run_id}")
    assert halfway["status"] == "running"
    assert 0 < halfway["processed"] < ROWS
    assert await own_market.value("SELECT count(*) FROM catalog.variant") == halfway["processed"]

    restart(own_market)
    await until(seller, run_id, random.randrange(halfway["processed"] + 1, ROWS))
    kill(own_market)
    restart(own_market)
    done = await until(seller, run_id)
    assert told(done) == ["done", ROWS, ROWS, ROWS, 0, 0, 0], done["failure"] or own_market.tails()
    before = await census(own_market)
    assert (before["variants"], before["on_hand"]) == (ROWS, sum(n % 40 for n in range(ROWS)) * 1000)

    again = await until(seller, await upload(seller, content))
    assert told(again) == ["done", ROWS, ROWS, 0, 0, ROWS, 0]
    assert await census(own_market) == before
    assert await own_market.faults() == []


async def test_two_files_of_one_shop_take_turns_and_one_may_be_cancelled(own_market: Market, seller: Seller) -> None:
    content = table(2_000, "T")
    first, second, third = [await upload(seller, content) for _ in range(3)]
    cancelled = await seller.post(f"/imports/{third}/cancel", expect=200)
    assert cancelled["status"] == "cancelled"
    assert told(await until(seller, first))[3:] == [2_000, 0, 0, 0]
    assert told(await until(seller, second))[3:] == [0, 0, 2_000, 0]
    left = await seller.get(f"/imports/{third}")
    assert (left["status"], left["processed"]) == ("cancelled", 0)
    runs = await own_market.fetch(
        "SELECT started_at, finished_at FROM catalog.import_run WHERE id = ANY($1::uuid[]) ORDER BY id",
        [first, second],
    )
    assert runs[0]["finished_at"] <= runs[1]["started_at"]
