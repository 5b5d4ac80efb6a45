"""Shifts over HTTP: opened, cash moved, X and Z, what comes late, and who may read."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.tests.make import Counter, call, make_counter, make_device, make_staff
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

SHIFTS = "/api/v1/pos/shifts"


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


class _Till:
    """A till that speaks to the market."""

    def __init__(self, client: httpx.AsyncClient, db: Database, counter: Counter) -> None:
        self._client, self._db, self._counter, self.device = client, db, counter, counter.device

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await call(self._client, self._db, self.device, f"{SHIFTS}/{path}", body)

    async def get(self, path: str = "current") -> httpx.Response:
        return await call(self._client, self._db, self.device, f"{SHIFTS}/{path}")

    async def receipt(self, number: str, price: int = 100, at: str | None = None, **fields: Any) -> None:
        item = {"variant_id": str(self._counter.goods[0].id), "qty": 1, "unit_price": price, **fields.pop("item", {})}
        body = {"receipt_number": number, "items": [item], "timestamp": at or self._db.clock.now().isoformat()}
        answer = await call(self._client, self._db, self.device, "/api/v1/pos/sales", {**body, **fields})
        assert answer.status_code == 201, answer.text


async def _shifts(db: Database, counter: Counter) -> list[tuple[Any, ...]]:
    async with db.read() as tx:
        rows = await tx.fetch(
            "SELECT z_number, opening_cash, counted_cash FROM pos.shift WHERE shop_id = $1 ORDER BY opened_at",
            counter.shop_id,
        )
        operations = await tx.fetchval(
            "SELECT count(*) FROM pos.cash_operation WHERE device_id = $1", counter.device.device_id
        )
    return [*(tuple(row.values()) for row in rows), (operations,)]


async def test_a_day_at_the_till_adds_up(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    till = _Till(client, db, await make_counter(runtime, qty=100))
    opened = await till.post("open", opening_cash=500.5, cashier="Айгуль")
    assert (opened.status_code, opened.json()["report"], opened.json()["z_number"]) == (201, "X", None)
    await till.receipt("R-1", 300, payment="cash", item={"discount": 20.5})
    clock.advance(minutes=1)
    await till.receipt("R-2", 200, payment="card")
    await till.receipt("R-3", 100, payment="qr")
    await till.receipt("R-4", 50)
    # Money goes back the way it came unless the till says otherwise.
    await till.receipt("R-5", 100, type="refund", original_receipt_number="R-1", payment=None)
    await till.receipt("R-6", type="void", original_receipt_number="R-2")
    await till.receipt("R-7", type="void", original_receipt_number="R-5")
    await till.receipt("R-8", 100, type="refund", original_receipt_number="R-3", payment="cash")
    cash_in = await till.post("current/cash", number="C-1", type="in", amount="1000", reason="Размен")
    cash_out = await till.post("current/cash", number="C-2", type="out", amount=250.25, reason="Инкассация")
    assert [cash_in.status_code, cash_out.status_code] == [201, 201]

    report = (await till.get()).json()
    none = {"count": 0, "total": 0, "cash": 0, "card": 0, "qr": 0, "other": 0}
    assert report["sales"] == {"count": 4, "total": 629.5, "cash": 279.5, "card": 200, "qr": 100, "other": 50}
    assert report["refunds"] == {**none, "count": 2, "total": 200, "cash": 200}
    assert report["voids"] == {**none, "count": 1, "total": 200, "card": 200}
    assert report["refund_voids"] == {**none, "count": 1, "total": 100, "cash": 100}
    assert report["revenue"] == {"count": 8, "total": 329.5, "cash": 179.5, "card": 0, "qr": 100, "other": 50}
    assert (report["receipts"], report["first_receipt"], report["last_receipt"]) == (8, "R-1", "R-8")
    assert (report["discounts"], report["cash_in"], report["cash_out"]) == (
        20.5,
        {"count": 1, "total": 1000},
        {"count": 1, "total": 250.25},
    )
    assert report["expected_cash"] == 500.5 + 1000 - 250.25 + 179.5 == cash_out.json()["expected_cash"]
    assert (report["counted_cash"], report["difference"], report["late"]) == (None, None, None)

    closed = (await till.post("close", counted_cash="1400")).json()
    assert (closed["report"], closed["z_number"], closed["difference"]) == ("Z", 1, -29.75)
    same = ("sales", "refunds", "voids", "refund_voids", "revenue", "expected_cash", "last_receipt", "cashier")
    assert {k: closed[k] for k in same} == {k: report[k] for k in same}
    again = await till.get(report["shift_id"])
    assert again.json() == closed


async def test_z_numbers_follow_each_other_and_only_one_shift_is_open(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    till = _Till(client, db, counter)
    missing = [await till.get(), await till.post("close", counted_cash=0)]
    assert [(r.status_code, r.json()["code"]) for r in missing] == [(409, "NO_OPEN_SHIFT")] * 2
    for n in (1, 2, 3):
        opened = (await till.post("open", opening_cash=n)).json()
        twice = await till.post("open", opening_cash=7)
        assert (twice.status_code, twice.json()["code"]) == (409, "SHIFT_OPEN")
        assert twice.json()["data"]["shift_id"] == opened["shift_id"]
        closed = await till.post("close", counted_cash=n, shift_id=opened["shift_id"])
        assert (closed.status_code, closed.json()["z_number"]) == (200, n)
        # The answer was lost: the same Z report again, whatever is counted now.
        repeated = await till.post("close", counted_cash=99, shift_id=opened["shift_id"])
        assert repeated.json() == closed.json()
        clock.advance(seconds=1)
    refused = await till.post("close", counted_cash=1)
    assert (refused.json()["code"], refused.json()["data"]["z_number"]) == ("NO_OPEN_SHIFT", 3)
    assert await _shifts(db, counter) == [(1, 100, 100), (2, 200, 200), (3, 300, 300), (0,)]


async def test_of_many_that_open_or_close_at_once_one_wins(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)
    till = _Till(client, db, counter)
    for n in range(1, 6):
        opened = await asyncio.gather(*(till.post("open", opening_cash=i) for i in range(4)))
        assert sorted(r.status_code for r in opened) == [201, 409, 409, 409]
        moved = await asyncio.gather(
            *(till.post("current/cash", number=f"C-{n}", type="in", amount=i + 1, reason="x") for i in range(4))
        )
        assert sorted(r.status_code for r in moved) == [201, 409, 409, 409]
        closed = await asyncio.gather(*(till.post("close", counted_cash=i) for i in range(4)))
        assert sorted(r.status_code for r in closed) == [200, 409, 409, 409]
    assert [row[0] for row in await _shifts(db, counter)] == [1, 2, 3, 4, 5, 5]


async def test_a_cash_operation_counts_once_for_ever(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    till = _Till(client, db, counter)
    body = {"number": "C-1", "type": "in", "amount": 10, "reason": "Размен"}
    early = await till.post("current/cash", **body)
    assert (early.status_code, early.json()["code"]) == (409, "NO_OPEN_SHIFT")
    await till.post("open", opening_cash=0)
    first = await till.post("current/cash", **body)
    await till.post("close", counted_cash=10)
    clock.advance(minutes=1)
    await till.post("open", opening_cash=0)
    again = await till.post("current/cash", **{**body, "amount": 20})
    assert (again.status_code, again.json()["code"]) == (409, "DUPLICATE_CASH_OPERATION")
    assert again.json()["data"]["operation_id"] == first.json()["operation_id"]
    assert (await till.get()).json()["expected_cash"] == 0


async def test_receipts_belong_to_the_shift_in_whose_time_they_were_made(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, qty=100)
    till = _Till(client, db, counter)
    # Without a shift a receipt is recorded all the same.
    await till.receipt("R-0", 1000, payment="cash")
    clock.advance(minutes=1)
    first = (await till.post("open", opening_cash=0)).json()["shift_id"]
    await till.receipt("R-1", 100, payment="cash")
    during = clock.now().isoformat()
    clock.advance(minutes=5)
    closed = (await till.post("close", counted_cash=100)).json()
    clock.advance(minutes=5)
    await till.receipt("R-2", 70, at=during, payment="cash")
    await till.receipt("R-3", 30, at=during, payment="card")
    await till.receipt("R-4", 70, at=during, type="refund", original_receipt_number="R-2")
    await till.receipt("R-5", 9, payment="cash")
    clock.advance(seconds=1)
    second = await till.post("open", opening_cash=0)
    assert second.json()["receipts"] == 0
    shown = (await till.get(first)).json()
    late = shown.pop("late")
    assert {**shown, "late": None} == closed
    assert (late["count"], late["sales"]["total"], late["refunds"]["cash"]) == (3, 100, 70)
    assert (late["revenue"]["card"], late["expected_cash"]) == (30, 0)


async def test_a_shift_may_be_told_later_but_shifts_never_overlap(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, qty=100)
    till = _Till(client, db, counter)
    morning = clock.now()
    clock.advance(hours=4)
    await till.receipt("R-1", at=morning.isoformat())
    opened = await till.post("open", opening_cash=0, timestamp=morning.isoformat())
    assert (opened.json()["opened_at"], opened.json()["receipts"]) == (morning.isoformat().replace("+00:00", "Z"), 1)
    # A close before the last receipt of the shift counts from that receipt on.
    await till.receipt("R-2")
    closed = (await till.post("close", counted_cash=0, timestamp=morning.isoformat())).json()
    assert (closed["closed_at"], closed["receipts"]) == (clock.now().isoformat().replace("+00:00", "Z"), 2)
    ahead = (await till.post("open", opening_cash=0, timestamp=morning.isoformat())).json()
    assert datetime.fromisoformat(ahead["opened_at"]) > datetime.fromisoformat(closed["closed_at"])
    clock.advance(minutes=1)
    future = (await till.post("close", counted_cash=0, timestamp="2031-01-01T00:00:00Z")).json()
    assert future["closed_at"] == clock.now().isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("open", {"opening_cash": -1}, "/opening_cash"),
        ("open", {"opening_cash": 1.005}, "/opening_cash"),
        ("open", {"opening_cash": "1e3"}, "/opening_cash"),
        ("open", {"opening_cash": "100000000000000"}, "/opening_cash"),
        ("open", {}, ""),
        ("open", {"opening_cash": 1, "cashier": " "}, "/cashier"),
        ("open", {"opening_cash": 1, "timestamp": "2026-11-20T05:59:00"}, "/timestamp"),
        ("current/cash", {"number": "C", "type": "in", "amount": 0, "reason": "x"}, "/amount"),
        ("current/cash", {"number": "C", "type": "gift", "amount": 1, "reason": "x"}, "/type"),
        ("current/cash", {"number": "C", "type": "in", "amount": 1, "reason": " "}, "/reason"),
        ("current/cash", {"number": "", "type": "in", "amount": 1, "reason": "x"}, "/number"),
        ("close", {"counted_cash": "much"}, "/counted_cash"),
        ("close", {"counted_cash": 1, "shift_id": "x"}, "/shift_id"),
    ],
)
async def test_bad_input_changes_nothing(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, path: str, body: dict[str, Any], pointer: str
) -> None:
    counter = await make_counter(runtime)
    till = _Till(client, db, counter)
    if path != "open":
        await till.post("open", opening_cash=1)
    before = await _shifts(db, counter)
    answer = await till.post(path, **body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert await _shifts(db, counter) == before


async def test_a_tills_shifts_are_its_own(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime)
    till, other = _Till(client, db, counter), _Till(client, db, counter)
    other.device = await make_device(runtime, counter.shop_id)
    shift_id = (await till.post("open", opening_cash=5)).json()["shift_id"]
    assert (await other.get(shift_id)).status_code == 404
    assert (await other.post("close", counted_cash=5, shift_id=shift_id)).status_code == 404
    assert (await other.get()).json()["code"] == "NO_OPEN_SHIFT"
    named = await till.post("close", counted_cash=5, device_id=str(other.device.device_id))
    assert (named.status_code, named.json()["code"]) == (403, "FOREIGN_DEVICE")
    assert (await client.get(f"{SHIFTS}/current")).status_code == 401
    assert await _shifts(db, counter) == [(None, 500, None), (0,)]


async def test_staff_read_the_reports(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        owner, keeper, cashier, stranger = [await make_user(tx) for _ in range(4)]
    counter = await make_counter(runtime, owner_id=owner.id)
    await make_staff(db, counter, keeper.id, "storekeeper")
    await make_staff(db, counter, cashier.id, "cashier")
    till = _Till(client, db, counter)
    ids: list[str] = []
    for n in range(3):
        ids.append((await till.post("open", opening_cash=n)).json()["shift_id"])
        if n < 2:
            await till.post("close", counted_cash=n)
    path, headers = f"/api/v1/shops/{counter.shop_id}/shifts", await bearer(runtime, cashier)
    page = (await client.get(path, params={"limit": 2}, headers=headers)).json()
    rest = (await client.get(path, params={"limit": 2, "cursor": page["next_cursor"]}, headers=headers)).json()
    assert [s["shift_id"] for s in page["items"] + rest["items"]] == ids[::-1]
    assert ([s["report"] for s in page["items"]], rest["next_cursor"]) == (["X", "Z"], None)
    one = await client.get(f"/api/v1/shifts/{ids[0]}", headers=await bearer(runtime, owner))
    assert (one.status_code, one.json()["z_number"]) == (200, 1)
    answers = [
        (await client.get(url, headers=await bearer(runtime, who))).status_code
        for who in (keeper, stranger)
        for url in (path, f"/api/v1/shifts/{ids[0]}")
    ]
    assert answers == [403, 403, 404, 404]
    assert (await client.get(f"/api/v1/shifts/{new_id()}", headers=headers)).status_code == 404
    assert (await client.get(path)).status_code == 401
