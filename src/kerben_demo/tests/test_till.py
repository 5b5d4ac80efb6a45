"""The till program against the real routes: nothing sold is forgotten, nothing counts twice."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
import pytest

from kerben.domains.inventory.api import levels
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.tests.make import Counter, make_counter
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.invariants import broken
from kerben.platform.runtime import Runtime
from kerben_demo.till import (
    FleetDevice,
    RefusedError,
    Spool,
    SpoolInUseError,
    Step,
    Till,
    TillOptions,
    play_random,
    read_script,
    run_fleet,
    run_till,
)

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
MakeTill = Callable[..., Awaitable[Till]]


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(MODULE)


@pytest.fixture
async def make_till(
    client: httpx.AsyncClient, tmp_path: Path, clock: ManualClock
) -> AsyncGenerator[Callable[[Counter], Awaitable[Till]]]:
    opened: list[Till] = []

    async def make(counter: Counter) -> Till:
        device = counter.device
        folder = tmp_path / str(device.device_id)
        till = Till(
            "http://kerben.test",
            str(device.device_id),
            device.token,
            device.secret,
            folder,
            clock,
            Random(7),
            http=client,
        )
        await till.open()
        opened.append(till)
        return till

    yield make
    for till in opened:
        await till.close()


def _line(counter: Counter, n: int = 0, qty: int = 1) -> dict[str, Any]:
    return {"sku": counter.goods[n].sku, "qty": qty, "unit_price": 1500}


async def _on_hand(db: Database, counter: Counter) -> list[float]:
    async with db.read() as tx:
        found = await levels(tx, [g.id for g in counter.goods])
        assert await broken(tx, [INVENTORY, MODULE]) == {}
    return [found[g.id].on_hand_milli / 1000 for g in counter.goods]


async def test_a_sale_online_is_recorded_at_once(make_till: MakeTill, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime)
    till = await make_till(counter)
    assert await till.refresh() == 2
    await till.ring_up([_line(counter, 0, 3)], payment="cash")
    assert (till.pending, await _on_hand(db, counter)) == (0, [7, 10])
    assert await till.heartbeat() == []


async def test_receipts_of_an_offline_day_survive_a_restart_and_count_once(
    make_till: MakeTill, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)
    till = await make_till(counter)
    await till.refresh()
    till.go_offline()
    numbers = [await till.ring_up([_line(counter, 0, 1)]) for _ in range(3)]
    await till.ring_up([_line(counter, 0, 1)], kind="refund", original=numbers[0])
    assert (till.pending, await _on_hand(db, counter)) == (4, [10, 10])
    await till.close()

    again = await make_till(counter)
    assert again.pending == 4
    await again.refresh()
    assert again.goods[counter.goods[0].sku].on_hand_milli == 8000
    last = await again.ring_up([_line(counter, 1, 1)])
    assert (again.pending, await _on_hand(db, counter)) == (0, [8, 9])
    assert last > max(numbers)
    assert await again.heartbeat() == []


async def test_an_answer_that_was_lost_is_as_good_as_one_that_came(
    make_till: MakeTill, db: Database, runtime: Runtime, tmp_path: Path
) -> None:
    counter = await make_counter(runtime)
    till = await make_till(counter)
    await till.ring_up([_line(counter)])
    await till.ring_up([_line(counter)])
    await till.close()
    journal = tmp_path / str(counter.device.device_id) / "receipts.jsonl"
    lines = [line for line in journal.read_bytes().splitlines(keepends=True) if b'"done"' not in line]
    journal.write_bytes(b"".join(lines))

    again = await make_till(counter)
    assert again.pending == 2
    done = await again.go_online()
    assert (done.recorded, done.duplicates, again.pending) == (0, 2, 0)
    assert await _on_hand(db, counter) == [8, 10]


async def test_what_the_market_refuses_is_put_down_apart(make_till: MakeTill, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime)
    till = await make_till(counter)
    till.go_offline()
    await till.ring_up([{"sku": "nobody knows", "qty": 1, "unit_price": 5}])
    await till.ring_up([_line(counter)])
    done = await till.go_online()
    assert (done.recorded, done.rejected, till.pending) == (1, 1, 0)
    (row,) = [json.loads(line) for line in till.rejected_file.read_text().splitlines()]
    assert (row["receipt"]["items"][0]["sku"], row["answer"]["code"]) == ("nobody knows", "INVALID_ITEM")
    assert await _on_hand(db, counter) == [9, 10]


async def test_a_market_that_is_away_leaves_receipts_on_the_disk(
    runtime: Runtime, db: Database, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    answers = [httpx.Response(503), httpx.Response(429), httpx.Response(404, json={}), httpx.Response(200, text="?")]
    transport = httpx.MockTransport(lambda _: answers.pop(0))
    device = counter.device
    async with httpx.AsyncClient(transport=transport) as http:
        till = Till(
            "http://kerben.test", str(device.device_id), device.token, device.secret, tmp_path, clock, http=http
        )
        await till.open()
        for count in (1, 2, 3, 4):
            await till.ring_up([_line(counter)])
            assert till.pending == count
        await till.close()
    assert await _on_hand(db, counter) == [10, 10]


async def test_a_revoked_till_is_told_and_keeps_its_receipts(
    make_till: MakeTill, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)
    till = await make_till(counter)
    async with db.write() as tx:
        await tx.execute("UPDATE pos.device SET revoked_at = $2 WHERE id = $1", counter.device.device_id, tx.now)
    with pytest.raises(RefusedError):
        await till.ring_up([_line(counter)])
    assert (till.pending, await _on_hand(db, counter)) == (1, [10, 10])


async def test_a_till_whose_clock_is_wrong_learns_the_time(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    wrong = ManualClock(clock.now().replace(year=2031))
    device = counter.device
    till = Till(
        "http://kerben.test", str(device.device_id), device.token, device.secret, tmp_path, wrong, http=client
    )
    await till.open()
    await till.ring_up([_line(counter)])
    assert (till.pending, await _on_hand(db, counter)) == (0, [9, 10])
    await till.close()


async def test_random_customers_leave_every_count_right(make_till: MakeTill, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime, goods=4, qty=30)
    till = await make_till(counter)
    await till.refresh()
    for n in range(60):
        if n % 20 == 10:
            till.go_offline()
        if n % 20 == 15:
            await till.go_online()
        await play_random(till)
    await till.go_online()
    assert till.pending == 0
    assert not await asyncio.to_thread(till.rejected_file.exists)
    assert [till.goods[g.sku].on_hand_milli / 1000 for g in counter.goods] == await _on_hand(db, counter)
    assert await till.heartbeat() == []


async def test_a_script_is_played_and_resumed(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    sku = counter.goods[0].sku
    file = tmp_path / "script.json"
    file.write_bytes(
        msgspec.json.encode(
            [
                Step("sale", items=[{"sku": sku, "qty": 2}]),
                Step("offline"),
                Step("sale", items=[{"sku": sku, "qty": 3, "unit_price": 1400}]),
                Step("void", of=-2),
                Step("wait", seconds=60),
                Step("refund", items=[{"sku": sku, "qty": 1, "unit_price": 1400}]),
                Step("online"),
                Step("heartbeat"),
            ]
        )
    )
    said: list[str] = []
    options = TillOptions(
        base_url="http://kerben.test",
        device_id=str(counter.device.device_id),
        token=counter.device.token,
        secret=counter.device.secret,
        spool_dir=tmp_path / "spool",
        steps=read_script(file),
        closing=True,
    )
    assert await run_till(options, say=said.append, clock=clock, http=client) == 0
    assert await _on_hand(db, counter) == [8, 10]
    assert "отправлено: 3, уже было: 0, отклонено: 0" in said
    answer = (await client.get(f"/api/v1/merchants/{counter.merchant_id}/eligibility")).json()
    assert answer["reasons"] == ["POS_OFFLINE"]


async def test_random_trade_goes_off_and_on_line(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, goods=5, qty=100)
    said: list[str] = []
    options = TillOptions(
        base_url="http://kerben.test",
        device_id=str(counter.device.device_id),
        token=counter.device.token,
        secret=counter.device.secret,
        spool_dir=tmp_path / "spool",
        sales_per_min=20,
        duration_s=90,
        offline_after_s=20,
        offline_for_s=40,
        seed=5,
    )
    assert await run_till(options, say=said.append, clock=clock, http=client) == 0
    assert any(text.startswith("связь есть, отправлено: ") for text in said)
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM pos.sale WHERE shop_id = $1", counter.shop_id) > 10
    assert sum(await _on_hand(db, counter)) < 500


async def test_a_fleet_is_heard_at_once(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counters = [await make_counter(runtime, goods=1) for _ in range(5)]
    fleet = [FleetDevice(str(c.device.device_id), c.device.token, c.device.secret) for c in counters]
    stop = asyncio.Event()
    task = asyncio.create_task(
        run_fleet(
            fleet,
            base_url="http://kerben.test",
            spool_dir=tmp_path,
            sales_per_hour=600,
            seed=1,
            clock=clock,
            http=client,
            stop=stop,
        )
    )
    shops = [c.shop_id for c in counters]

    async def alive() -> tuple[int, int]:
        async with db.read() as tx:
            return (
                await tx.fetchval(
                    "SELECT count(*) FROM pos.shop_presence WHERE pos_status = 'pos_active' AND shop_id = ANY($1)",
                    shops,
                ),
                await tx.fetchval("SELECT count(DISTINCT shop_id) FROM pos.sale WHERE shop_id = ANY($1)", shops),
            )

    async with asyncio.timeout(20):
        while await alive() != (5, 5):
            assert not task.done()
    stop.set()
    await task


def test_one_process_at_a_time_plays_a_till(tmp_path: Path) -> None:
    first, second = Spool(tmp_path), Spool(tmp_path)
    first.open()
    with pytest.raises(SpoolInUseError):
        second.open()
    first.close()
    second.open()
    assert second.pending() == []
    second.close()


def test_a_torn_line_is_cut_off(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.open()
    first = spool.add({"items": []})
    spool.close()
    with (tmp_path / "receipts.jsonl").open("ab") as file:
        file.write(b'{"kind":"receipt","number":"R-')
    again = Spool(tmp_path)
    again.open()
    second = again.add({"items": []})
    assert [r["receipt_number"] for r in again.pending()] == [first, second]
    assert int(second[-6:]) == int(first[-6:]) + 1
    again.close()
    third = Spool(tmp_path)
    third.open()
    assert len(third.pending()) == 2
    third.close()


def test_a_long_journal_is_made_short_and_numbers_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kerben_demo.till.spool._COMPACT_LINES", 40)
    spool = Spool(tmp_path)
    spool.open()
    kept = spool.add({"items": []})
    for _ in range(100):
        spool.settle(spool.add({"items": []}), "recorded")
    last = spool.add({"items": []})
    spool.close()
    assert len((tmp_path / "receipts.jsonl").read_bytes().splitlines()) < 60
    again = Spool(tmp_path)
    again.open()
    assert [r["receipt_number"] for r in again.pending()] == [kept, last]
    assert again.add({"items": []})[-6:] == "000103"
    again.close()


_ENDLESS = """
import sys
from pathlib import Path
from kerben_demo.till import Spool
spool = Spool(Path(sys.argv[1]))
spool.open()
while True:
    print(spool.add({"items": [{"sku": "A", "qty": 1}]}), flush=True)
"""


def test_kill_9_loses_no_receipt_that_was_made(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", _ENDLESS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    made = [process.stdout.readline().strip() for _ in range(20)]
    process.kill()
    made += [line.strip() for line in process.stdout.read().splitlines()]
    process.wait()
    spool = Spool(tmp_path)
    spool.open()
    kept = [r["receipt_number"] for r in spool.pending()]
    assert kept[: len(made)] == made
    assert len(kept) - len(made) <= 1
    assert spool.add({"items": []}) > kept[-1]
    spool.close()


def test_a_full_disk_leaves_the_journal_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path / "till")
    spool.open()
    first = spool.add({"items": []})
    real = os.write

    def half(descriptor: int, data: bytes) -> int:
        return real(descriptor, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space"):
        spool.add({"items": []})
    monkeypatch.undo()
    third = spool.add({"items": []})
    spool.close()
    again = Spool(tmp_path / "till")
    again.open()
    assert [body["receipt_number"] for body in again.pending()] == [first, third]
    again.close()
