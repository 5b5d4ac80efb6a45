"""Recording many receipts: random days compared with a small model, races, and what fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kerben.domains.catalog.api import VariantKey, variants_by_ids
from kerben.domains.inventory.api import levels
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.pos.desks import SaleDesk
from kerben.domains.pos.errors import DuplicateSaleError, InvalidItemError, NotRecordedError
from kerben.domains.pos.model import Receipt, ReceiptLine, SaleResult, SaleType
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.service import sales
from kerben.domains.pos.tests.make import Counter, make_counter
from kerben.platform.db import Database
from kerben.platform.invariants import broken
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

_NUMBERS = [f"R-{n}" for n in range(7)]
_STEP = st.tuples(
    st.sampled_from(_NUMBERS),
    st.sampled_from(["sale", "sale", "sale", "refund", "void"]),
    st.sampled_from(_NUMBERS),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 200)), min_size=1, max_size=3),
)
_Step = tuple[str, str, str, list[tuple[int, int, int]]]
_DAY = st.lists(st.lists(_STEP, min_size=1, max_size=6, unique_by=lambda step: step[0]), max_size=5)


def _receipt(db: Database, counter: Counter, step: _Step) -> Receipt:
    number, kind, original, lines = step
    return Receipt(
        device_id=counter.device.device_id,
        shop_id=counter.shop_id,
        number=number,
        type=SaleType(kind),
        original_number=None if kind == "sale" else original,
        lines=tuple(
            ReceiptLine(VariantKey(counter.shop_id, "id", str(counter.goods[g].id)), qty * 1000, 100, discount)
            for g, qty, discount in lines
            if kind != "void"
        ),
        payment=None,
        sold_at=db.clock.now(),
    )


@dataclass
class _Recorded:
    kind: str
    original: str | None
    goods: dict[int, tuple[int, int]]
    """By variant: quantity and amount."""
    back: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    voided: bool = False


@dataclass
class _Model:
    stock: list[int]
    receipts: dict[str, _Recorded] = field(default_factory=dict[str, _Recorded])

    def take(self, step: _Step) -> str:
        number, kind, original, lines = step
        if number in self.receipts:
            return "duplicate"
        of = self.receipts.get(original) if kind != "sale" else None
        if kind == "void":
            return self._void(number, original, of)
        goods: dict[int, tuple[int, int]] = {}
        for variant, qty, discount in lines:
            if qty == 0 or discount > qty * 100:
                return "invalid"
            known = goods.get(variant, (0, 0))
            goods[variant] = (known[0] + qty, known[1] + qty * 100 - discount)
        if kind == "refund":
            if of is None or of.kind != "sale" or of.voided:
                return "invalid"
            total = {v: tuple(map(sum, zip(goods[v], of.back.get(v, (0, 0)), strict=True))) for v in goods}
            if any(v not in of.goods or total[v][0] > of.goods[v][0] or total[v][1] > of.goods[v][1] for v in goods):
                return "invalid"
            of.back.update({v: (sums[0], sums[1]) for v, sums in total.items()})
        self.receipts[number] = _Recorded(kind, original if of else None, goods)
        self._move(goods, -1 if kind == "sale" else 1)
        return "recorded"

    def _void(self, number: str, original: str, of: _Recorded | None) -> str:
        if of is None or of.kind == "void" or of.voided or any(qty for qty, _ in of.back.values()):
            return "invalid"
        of.voided = True
        parent = self.receipts[of.original] if of.original else None
        for variant, (qty, amount) in of.goods.items() if parent else ():
            assert parent is not None
            back = parent.back[variant]
            parent.back[variant] = (back[0] - qty, back[1] - amount)
        self.receipts[number] = _Recorded("void", original, of.goods)
        self._move(of.goods, 1 if of.kind == "sale" else -1)
        return "recorded"

    def _move(self, goods: dict[int, tuple[int, int]], sign: int) -> None:
        for variant, (qty, _) in goods.items():
            self.stock[variant] += sign * qty


def _name(result: object) -> str:
    names: dict[type, str] = {SaleResult: "recorded", DuplicateSaleError: "duplicate", InvalidItemError: "invalid"}
    return names[type(result)]


async def _on_hand(db: Database, counter: Counter) -> list[int]:
    async with db.read() as tx:
        found = await levels(tx, [g.id for g in counter.goods])
    return [found[g.id].on_hand_milli // 1000 for g in counter.goods]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=_DAY)
async def test_a_day_of_batches_follows_the_model(runtime: Runtime, db: Database, day: list[list[_Step]]) -> None:
    counter = await make_counter(runtime, qty=5)
    model = _Model([5, 5])
    for batch in day:
        async with db.write() as tx:
            results = await sales.record(tx, [_receipt(db, counter, step) for step in batch])
        assert [_name(result) for result in results] == [model.take(step) for step in batch]
        assert await _on_hand(db, counter) == model.stock
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM pos.sale WHERE shop_id = $1", counter.shop_id) == len(
            model.receipts
        )
        assert await broken(tx, [MODULE, INVENTORY]) == {}


async def test_one_receipt_sent_to_two_processes_counts_once(
    database_url: str, runtime: Runtime, settings: Settings, db: Database
) -> None:
    pools = [Database(database_url, size=3, clock=db.clock, name=f"p{n}") for n in range(2)]
    for pool in pools:
        await pool.open()
    desks = [SaleDesk(Runtime(settings, pool, clock=db.clock)) for pool in pools]
    counter = await make_counter(runtime, qty=100)
    try:
        for n in range(25):
            receipt = _receipt(db, counter, (f"R-{n}", "sale", "", [(0, 1, 0), (1, 1, 0)]))
            results = await asyncio.gather(*(desks[i % 2].record(receipt) for i in range(4)), return_exceptions=True)
            assert sorted(_name(result) for result in results) == ["duplicate"] * 3 + ["recorded"]
    finally:
        for pool in pools:
            await pool.close()
    assert await _on_hand(db, counter) == [75, 75]
    async with db.read() as tx:
        assert await broken(tx, [MODULE, INVENTORY]) == {}


async def test_uploads_crossing_each_other_do_not_deadlock(runtime: Runtime, db: Database) -> None:
    counter = await make_counter(runtime, goods=6, qty=1000)
    desk = SaleDesk(runtime)

    def day(turn: int) -> Sequence[Receipt]:
        rows: list[Receipt] = []
        for n in range(30):
            first = (n + turn) % 6
            rows.append(
                _receipt(db, counter, (f"T{turn}-{n}", "sale", "", [(first, 1, 0), ((first + 3 - turn) % 6, 1, 0)]))
            )
            if n % 5 == 0:
                rows.append(_receipt(db, counter, (f"T{turn}-B{n}", "refund", f"T{turn}-{n}", [(first, 1, 0)])))
        return rows

    uploads = await asyncio.gather(*(desk.record_upload(day(turn)) for turn in (0, 1, 2, 0)))
    names = [sorted(_name(result) for result in upload) for upload in uploads]
    assert names[1:3] == [["recorded"] * 36] * 2
    assert sorted(names[0] + names[3]) == ["duplicate"] * 36 + ["recorded"] * 36
    assert sum(await _on_hand(db, counter)) == 6000 - 3 * (60 - 6)


async def test_of_two_tills_the_newest_receipt_sets_the_price(runtime: Runtime, db: Database) -> None:
    counter = await make_counter(runtime)
    base = _receipt(db, counter, ("A", "sale", "", [(0, 1, 0)]))

    def at(number: str, price: int, minutes_ago: int) -> Receipt:
        line = ReceiptLine(base.lines[0].key, 1000, price, 0)
        sold_at = db.clock.now() - timedelta(minutes=minutes_ago)
        return Receipt(base.device_id, base.shop_id, number, SaleType.SALE, None, (line,), None, sold_at)

    async with db.write() as tx:
        await sales.record(tx, [at("A", 700, 5), at("B", 800, 2), at("C", 600, 9)])
    async with db.write() as tx:
        await sales.record(tx, [at("D", 500, 3)])
    async with db.read() as tx:
        assert (await variants_by_ids(tx, [counter.goods[0].id]))[counter.goods[0].id].price == 800


async def test_a_receipt_that_breaks_us_fails_alone(
    runtime: Runtime, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = await make_counter(runtime)
    good, bad, late = (_receipt(db, counter, (n, "sale", "", [(0, 1, 0)])) for n in ("R-1", "R-2", "R-3"))
    real = sales.settle_prices

    async def breaks(tx: object, found: Sequence[object], facts: dict[UUID, object]) -> None:
        if any(getattr(sale, "receipt", None) is bad for sale in found):
            raise ZeroDivisionError
        await real(tx, found, facts)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(sales, "settle_prices", breaks)
    with capture_logs() as logs:
        results = await SaleDesk(runtime).record_upload([good, bad, late])
    assert [type(r) for r in results] == [SaleResult, NotRecordedError, SaleResult]
    assert [entry["event"] for entry in logs] == ["upload_failed", "upload_failed"]
    assert await _on_hand(db, counter) == [8, 10]
