"""Discrepancies settled by people: what each decision does, and what a newer report makes of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from kerben.domains.catalog.api import price_history, variants_by_ids
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.api import AdjustmentCause, history, levels
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.pos.events import DiscrepancyResolved
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.tests.make import Counter, call, make_counter, make_staff
from kerben.platform import outbox
from kerben.platform.clock import ManualClock
from kerben.platform.ids import new_id
from kerben.platform.invariants import broken
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


@pytest.fixture
async def desk(http_client: MakeClient, runtime: Runtime) -> _Desk:
    client = await http_client(IDENTITY, MODULE)
    async with runtime.db.write() as tx:
        owner = await make_user(tx)
    counter = await make_counter(runtime, owner_id=owner.id)
    return _Desk(client, runtime, counter, await bearer(runtime, owner), owner.id)


class _Desk:
    """A till that reports, and somebody who settles what differs."""

    def __init__(
        self, client: httpx.AsyncClient, runtime: Runtime, counter: Counter, staff: dict[str, str], owner_id: Any
    ) -> None:
        self.client, self.runtime, self.db, self.counter = client, runtime, runtime.db, counter
        self.staff, self.owner_id = staff, owner_id

    async def report(self, qty: float, at: datetime | None = None) -> None:
        stock = [{"sku": self.counter.goods[0].sku, "qty": qty}]
        body = {"status": "active", "timestamp": (at or self.db.clock.now()).isoformat(), "stock": stock}
        answer = await call(self.client, self.db, self.counter.device, "/api/v1/pos/heartbeat", body)
        assert answer.status_code == 200, answer.text

    async def sell(self, number: str, qty: int = 1, price: float = 1500, at: datetime | None = None) -> None:
        item = {"variant_id": str(self.counter.goods[0].id), "qty": qty, "unit_price": price}
        moment = (at or self.db.clock.now()).isoformat()
        body = {"receipt_number": number, "items": [item], "timestamp": moment}
        answer = await call(self.client, self.db, self.counter.device, "/api/v1/pos/sales", body)
        assert answer.status_code == 201, answer.text

    async def listed(self, *, resolved: bool = False) -> list[dict[str, Any]]:
        path = f"/api/v1/shops/{self.counter.shop_id}/pos-discrepancies?resolved={str(resolved).lower()}"
        return (await self.client.get(path, headers=self.staff)).json()["items"]

    async def resolve(
        self, found: dict[str, Any], action: str, headers: dict[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        sent = {"action": action, "version": found.get("version"), **body}
        path = f"/api/v1/discrepancies/{found['id']}/resolve"
        return await self.client.post(path, json=sent, headers=self.staff if headers is None else headers)

    async def on_hand(self) -> float:
        async with self.db.read() as tx:
            assert await broken(tx, [MODULE, INVENTORY]) == {}
            return (await levels(tx, [self.counter.goods[0].id]))[self.counter.goods[0].id].on_hand_milli / 1000

    async def told(self) -> list[str]:
        async with self.db.read() as tx:
            page = await outbox.read_page(tx, outbox.Cursor(), [DiscrepancyResolved.name], 10_000)
        return [
            e.event.resolution
            for e in page.events
            if isinstance(e.event, DiscrepancyResolved) and e.event.shop_id == self.counter.shop_id
        ]


async def test_the_tills_count_is_taken_over(desk: _Desk) -> None:
    await desk.report(7)
    (found,) = await desk.listed()
    assert (found["version"], found["reported"], found["ours"]) == (1, 7, 10)
    answer = await desk.resolve(found, "accept_reported", note="Пересчитали")
    assert (answer.status_code, answer.json()["resolution"], answer.json()["note"]) == (
        200,
        "accept_reported",
        "Пересчитали",
    )
    assert (await desk.on_hand(), await desk.listed()) == (7, [])
    async with desk.db.read() as tx:
        (last, *_) = await history(tx, desk.counter.goods[0].id)
        audited = await tx.fetchrow("SELECT * FROM audit.entry WHERE entity_id = $1", found["id"])
    assert (last.cause, last.delta_milli, last.note) == (AdjustmentCause.STOCKTAKE, -3000, "Пересчитали")
    assert (str(last.reference), last.actor_id) == (found["id"], desk.owner_id)
    assert audited is not None
    assert (audited["action"], audited["actor_id"]) == ("pos.discrepancy_resolved", desk.owner_id)
    assert await desk.told() == ["accept_reported"]
    (kept,) = await desk.listed(resolved=True)
    assert (kept["id"], kept["resolved_by"]) == (found["id"], str(desk.owner_id))
    await desk.report(7)
    assert await desk.listed() == []


async def test_what_was_sold_since_the_report_stays_sold(desk: _Desk, clock: ManualClock) -> None:
    await desk.report(7)
    (found,) = await desk.listed()
    clock.advance(seconds=20)
    await desk.sell("R-1", 2)
    assert (await desk.resolve(found, "accept_reported")).status_code == 200
    assert await desk.on_hand() == 5


async def test_receipts_that_the_till_had_counted_are_not_counted_twice(desk: _Desk, clock: ManualClock) -> None:
    offline_at = clock.now() - timedelta(minutes=5)
    # By the till's clock the report is older than we think; only its own time decides.
    await desk.report(6, at=clock.now() - timedelta(minutes=2))
    (found,) = await desk.listed()
    clock.advance(seconds=10)
    await desk.sell("R-1", 3, at=offline_at)
    await desk.sell("R-2", 2, at=clock.now() - timedelta(minutes=1))
    assert (await desk.resolve(found, "accept_reported")).status_code == 200
    assert await desk.on_hand() == 4


async def test_a_newer_report_with_another_difference_refuses_the_decision(desk: _Desk, clock: ManualClock) -> None:
    await desk.report(7)
    (found,) = await desk.listed()
    clock.advance(seconds=30)
    await desk.report(6)
    stale = await desk.resolve(found, "accept_reported")
    assert (stale.status_code, stale.json()["code"], stale.json()["data"]) == (
        409,
        "DISCREPANCY_CHANGED",
        {"version": 2},
    )
    unnamed = await desk.resolve({"id": found["id"]}, "accept_reported", version=None)
    assert (unnamed.status_code, unnamed.json()["errors"][0]["pointer"]) == (422, "/version")
    assert await desk.on_hand() == 10
    # Both sides sold one since: it is the same difference still.
    await desk.sell("R-1")
    clock.advance(seconds=30)
    await desk.report(5)
    (newer,) = await desk.listed()
    assert (newer["version"], newer["reported"], newer["ours"]) == (2, 5, 9)
    assert (await desk.resolve(newer, "accept_reported")).status_code == 200
    assert await desk.on_hand() == 5


async def test_of_two_who_decide_at_once_one_does(desk: _Desk) -> None:
    await desk.report(7)
    (found,) = await desk.listed()
    actions = ["accept_reported", "accept_reported", "ignore", "keep_ours", "accept_reported"]
    answers = await asyncio.gather(*(desk.resolve(found, action) for action in actions))
    assert sorted(r.status_code for r in answers) == [200, 409, 409, 409, 409]
    assert {r.json()["code"] for r in answers if r.status_code == 409} == {"DISCREPANCY_RESOLVED"}
    won = next(action for action, r in zip(actions, answers, strict=True) if r.status_code == 200)
    assert await desk.on_hand() == (7 if won == "accept_reported" else 10)
    assert await desk.told() == [won]


async def test_a_report_that_agrees_closes_it(desk: _Desk) -> None:
    await desk.report(7)
    (found,) = await desk.listed()
    await desk.sell("R-1", 3)
    await desk.report(7)
    (closed,) = await desk.listed(resolved=True)
    assert (closed["id"], closed["resolution"], closed["resolved_by"]) == (found["id"], "agreed", None)
    assert (await desk.resolve(found, "accept_reported")).json()["code"] == "DISCREPANCY_RESOLVED"
    assert (await desk.on_hand(), await desk.told()) == (7, ["agreed"])


async def test_what_is_ignored_is_quiet_until_it_changes(desk: _Desk, clock: ManualClock) -> None:
    await desk.report(7)
    (found,) = await desk.listed()
    assert (await desk.resolve(found, "ignore", note="Образец на витрине")).status_code == 200
    clock.advance(minutes=12)
    await desk.report(7)
    await desk.sell("R-1")
    await desk.report(6)
    assert (await desk.listed(), await desk.on_hand()) == ([], 9)
    await desk.report(5)
    (other,) = await desk.listed()
    assert (other["reported"], other["ours"]) == (5, 9)
    # The old difference is news again after another one, and after the till agreed.
    await desk.report(9)
    await desk.report(6)
    (again,) = await desk.listed()
    await desk.resolve(again, "ignore")
    await desk.report(9)
    await desk.report(6)
    assert len(await desk.listed()) == 1


async def test_keeping_ours_tells_the_till(desk: _Desk, clock: ManualClock) -> None:
    first = (await call(desk.client, desk.db, desk.counter.device, "/api/v1/pos/catalog")).json()
    clock.advance(minutes=2)
    await desk.report(7)
    (found,) = await desk.listed()
    path = f"/api/v1/pos/catalog?since={(clock.now() - timedelta(minutes=1)).isoformat()[:19]}Z"
    assert first["items"]
    assert (await call(desk.client, desk.db, desk.counter.device, path)).json()["items"] == []
    assert (await desk.resolve(found, "keep_ours")).status_code == 200
    told = (await call(desk.client, desk.db, desk.counter.device, path)).json()["items"]
    assert [(i["variant_id"], i["on_hand"]) for i in told] == [(found["variant_id"], 10)]
    # It has ten minutes to take our number over.
    clock.advance(minutes=9)
    await desk.report(7)
    assert await desk.listed() == []
    clock.advance(minutes=2)
    await desk.report(7)
    assert (len(await desk.listed()), await desk.on_hand()) == (1, 10)


async def test_a_price_is_taken_over_or_not(desk: _Desk) -> None:
    async with desk.db.write() as tx:
        await tx.execute("UPDATE merchants.shop SET price_master = 'platform' WHERE id = $1", desk.counter.shop_id)
    await desk.sell("R-1", price=0)
    (gift,) = await desk.listed()
    refused = await desk.resolve(gift, "accept_reported")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/action")
    await desk.sell("R-2", price=1400)
    stale = await desk.resolve(gift, "accept_reported")
    assert stale.json()["code"] == "DISCREPANCY_CHANGED"
    (found,) = await desk.listed()
    assert (found["version"], found["reported"]) == (2, "1400.00")
    assert (await desk.resolve(found, "accept_reported")).status_code == 200
    variant_id = desk.counter.goods[0].id
    async with desk.db.read() as tx:
        assert (await variants_by_ids(tx, [variant_id]))[variant_id].price == 140000
        assert (await price_history(tx, variant_id))[0].source == "seller"
    await desk.sell("R-3", price=1300)
    (ignored,) = await desk.listed()
    await desk.resolve(ignored, "ignore")
    await desk.sell("R-4", price=1300)
    assert await desk.listed() == []
    await desk.sell("R-5", price=1200)
    assert len(await desk.listed()) == 1


async def test_less_than_nothing_is_not_taken_over(desk: _Desk, clock: ManualClock) -> None:
    await desk.report(0)
    (found,) = await desk.listed()
    clock.advance(seconds=5)
    await desk.sell("R-1", 2)
    refused = await desk.resolve(found, "accept_reported")
    assert (refused.status_code, refused.json()["code"]) == (409, "NEGATIVE_STOCK")
    assert (await desk.on_hand(), len(await desk.listed())) == (8, 1)


async def test_only_those_who_keep_stock_decide(desk: _Desk) -> None:
    await desk.report(7)
    (found,) = await desk.listed()
    async with desk.db.write() as tx:
        keeper, cashier, stranger = [await make_user(tx) for _ in range(3)]
    await make_staff(desk.db, desk.counter, keeper.id, "storekeeper")
    await make_staff(desk.db, desk.counter, cashier.id, "cashier")
    answers = [
        (await desk.resolve(found, "ignore", await bearer(desk.runtime, cashier))).status_code,
        (await desk.resolve(found, "ignore", await bearer(desk.runtime, stranger))).status_code,
        (await desk.resolve(found, "ignore", {})).status_code,
        (await desk.resolve({"id": new_id(), "version": 1}, "ignore")).status_code,
        (await desk.resolve(found, "burn")).status_code,
        (await desk.resolve(found, "ignore", note="x" * 501)).status_code,
    ]
    assert answers == [403, 404, 401, 404, 422, 422]
    assert (await desk.listed(), await desk.told()) == ([found], [])
    assert (await desk.resolve(found, "ignore", await bearer(desk.runtime, keeper))).status_code == 200
