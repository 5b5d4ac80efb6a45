"""The till program and its shifts: opened, closed with a Z report, and work that goes on without them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from kerben.domains.pos.module import MODULE
from kerben.domains.pos.tests.make import Counter, make_counter
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.invariants import broken
from kerben.platform.runtime import Runtime
from kerben_demo.till import FleetDevice, Step, TillOptions, run_fleet, run_till

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(MODULE)


def _options(counter: Counter, folder: Path, steps: list[Step] | None, **changes: Any) -> TillOptions:
    options = TillOptions(
        base_url="http://kerben.test",
        device_id=str(counter.device.device_id),
        token=counter.device.token,
        secret=counter.device.secret,
        spool_dir=folder / str(counter.device.device_id),
        steps=steps,
    )
    return msgspec.structs.replace(options, **changes)


def _sale(counter: Counter, qty: int = 1, payment: str = "cash") -> Step:
    return Step("sale", items=[{"sku": counter.goods[0].sku, "qty": qty}], payment=payment)


async def _shifts(db: Database, counter: Counter) -> list[tuple[int | None, int | None]]:
    async with db.read() as tx:
        assert await broken(tx, [MODULE]) == {}
        rows = await tx.fetch(
            "SELECT z_number, counted_cash FROM pos.shift WHERE shop_id = $1 ORDER BY opened_at", counter.shop_id
        )
    return [(row["z_number"], row["counted_cash"]) for row in rows]


async def test_a_day_ends_with_a_z_report(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    said: list[str] = []
    steps = [_sale(counter, 2), _sale(counter, 1, "card"), Step("void"), Step("wait", seconds=60)]
    options = _options(counter, tmp_path, steps)
    assert await run_till(options, say=said.append, clock=clock, http=client) == 0
    assert "смена открыта" in said
    assert any(line.startswith("Z-отчёт № 1: чеков 3, с ") for line in said)
    assert "  выручка 3000: наличные 3000, карта 0, QR 0, прочее 0" in said
    assert "  внесено 0, изъято 0, в кассе 5000, должно быть 5000, разница 0" in said
    clock.advance(minutes=1)
    assert await run_till(options, say=said.append, clock=clock, http=client) == 0
    assert await _shifts(db, counter) == [(1, 500000), (2, 500000)]


async def test_without_a_shift_when_told(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    said: list[str] = []
    options = _options(counter, tmp_path, [_sale(counter)], shift=False)
    assert await run_till(options, say=said.append, clock=clock, http=client) == 0
    assert not [line for line in said if "смен" in line]
    assert await _shifts(db, counter) == []


async def test_an_open_shift_is_gone_on_with_and_stays_open_while_receipts_wait(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    said: list[str] = []
    offline = _options(counter, tmp_path, [_sale(counter), Step("offline"), _sale(counter)])
    assert await run_till(offline, say=said.append, clock=clock, http=client) == 1
    assert "смена остаётся открытой: не отправлено чеков: 1" in said
    assert await _shifts(db, counter) == [(None, None)]
    clock.advance(minutes=1)
    assert await run_till(_options(counter, tmp_path, []), say=said.append, clock=clock, http=client) == 0
    assert "смена уже открыта, продолжаем её" in said
    assert await _shifts(db, counter) == [(1, 500000)]


async def test_a_market_that_knows_no_shifts_is_sold_at_all_the_same(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)

    async def old(request: httpx.Request) -> httpx.Response:
        if "/shifts/" in request.url.path:
            return httpx.Response(404, json={"code": "NOT_FOUND"})
        return await client.send(request)

    said: list[str] = []
    async with httpx.AsyncClient(transport=httpx.MockTransport(old)) as http:
        options = _options(counter, tmp_path, [_sale(counter)])
        assert await run_till(options, say=said.append, clock=clock, http=http) == 0
    assert "сервер не ведёт смены, касса работает без них" in said
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM pos.sale WHERE shop_id = $1", counter.shop_id) == 1
    assert await _shifts(db, counter) == []


async def test_ctrl_c_ends_the_shift(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, qty=1000)
    begun = asyncio.Event()

    def say(text: str) -> None:
        if text.startswith("чек "):
            begun.set()

    options = _options(counter, tmp_path, None, sales_per_min=60, seed=1)
    task = asyncio.create_task(run_till(options, say=say, clock=clock, http=client))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [z for z, _ in await _shifts(db, counter)] == [1]


@pytest.mark.slow
async def test_a_fleet_has_a_shift_a_day(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, tmp_path: Path, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, qty=1000)
    device, stop = counter.device, asyncio.Event()
    task = asyncio.create_task(
        run_fleet(
            [FleetDevice(str(device.device_id), device.token, device.secret)],
            base_url="http://kerben.test",
            spool_dir=tmp_path,
            heartbeat_s=1800,
            seed=1,
            clock=clock,
            http=client,
            stop=stop,
        )
    )
    async with asyncio.timeout(20):
        while len([z for z, _ in await _shifts(db, counter) if z]) < 2:
            assert not task.done()
    stop.set()
    await task
    numbers = [z for z, _ in await _shifts(db, counter)]
    assert numbers[:2] == [1, 2]
