"""Shifts and daily sums over random days, compared with a small model; what the consumer does whatever happens."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerben.domains.catalog.api import VariantKey
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.pos.model import KnownDevice, Payment, Receipt, ReceiptLine, SaleResult, SaleType
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.repository import summaries as summary_repository
from kerben.domains.pos.service import sales, shifts, summaries
from kerben.domains.pos.shift_model import CashOperation, Figures, ShiftReport
from kerben.domains.pos.summary_model import CONSUMER, DaySummary
from kerben.domains.pos.tests.make import Counter, make_counter
from kerben.platform.clock import ManualClock
from kerben.platform.consumers import Consumer
from kerben.platform.db import Database
from kerben.platform.invariants import broken
from kerben.platform.runtime import Runtime

pytestmark = pytest.mark.slow

_PAYMENTS: tuple[Payment | None, ...] = ("cash", "card", "qr", None)
_STEP = st.tuples(
    st.sampled_from(["sale", "sale", "sale", "refund", "void", "void", "in", "out", "open", "close", "late", "read"]),
    st.integers(0, 9),
    st.integers(1, 5),
    st.sampled_from(_PAYMENTS),
)
_Step = tuple[str, int, int, Payment | None]


@dataclass
class _Entry:
    number: str
    kind: str
    qty: int
    discount: int
    payment: str
    sold_at: datetime
    recorded_at: datetime
    original: _Entry | None = None
    left: int = 0
    voided: bool = False

    @property
    def total(self) -> int:
        return self.qty * 100 - self.discount


@dataclass
class _Model:
    entries: list[_Entry] = field(default_factory=list[_Entry])
    cash: list[tuple[datetime, str, int]] = field(default_factory=list[tuple[datetime, str, int]])

    def figures(self, start: datetime, end: datetime, seen: int | None = None) -> Figures:
        figures = Figures()
        inside = [e for e in self.entries[:seen] if start <= e.sold_at <= end]
        for entry in inside:
            sums = getattr(figures, entry.kind + "s")
            sums.count += 1
            setattr(sums, entry.payment, getattr(sums, entry.payment) + entry.total)
            figures.discounts += _sign(entry) * entry.discount
        for at, kind, amount in self.cash:
            if start <= at <= end and kind == "in":
                figures.cash_in_count, figures.cash_in = figures.cash_in_count + 1, figures.cash_in + amount
            elif start <= at <= end:
                figures.cash_out_count, figures.cash_out = figures.cash_out_count + 1, figures.cash_out + amount
        ordered = sorted(inside, key=lambda e: e.sold_at)
        figures.first_receipt = ordered[0].number if ordered else None
        figures.last_receipt = ordered[-1].number if ordered else None
        return figures


def _sign(entry: _Entry) -> int:
    return 1 if entry.kind in {"sale", "refund_void"} else -1


class _Day:
    """Plays steps at a till and in the model."""

    def __init__(self, runtime: Runtime, clock: ManualClock, counter: Counter) -> None:
        self.runtime, self.db, self.clock, self.counter = runtime, runtime.db, clock, counter
        self.device = KnownDevice(counter.device.device_id, counter.shop_id, b"")
        self.model = _Model()
        self.opened: datetime | None = None
        self.printed: list[tuple[ShiftReport, int]] = []
        self.n = 0

    async def play(self, step: _Step) -> None:
        what, pick, qty, payment = step
        self.clock.advance(minutes=37)
        if what in {"sale", "late"}:
            ago = timedelta(minutes=37 * pick + 1) if what == "late" else timedelta()
            await self.receipt("sale", qty, payment, self.clock.now() - ago, discount=10 * (pick % 3))
        elif what in {"refund", "void"} and self.model.entries:
            await self.reverse(what, self.model.entries[pick % len(self.model.entries)], payment)
        elif what in {"in", "out"} and self.opened is not None:
            self.n += 1
            operation = CashOperation(f"C-{self.n}", "in" if what == "in" else "out", qty * 7, "x")
            async with self.db.write() as tx:
                _, report = await shifts.move_cash(tx, self.device, operation)
            self.model.cash.append((self.clock.now(), what, qty * 7))
            assert report.figures == self.model.figures(self.opened, self.clock.now())
        elif what == "open" and self.opened is None:
            async with self.db.write() as tx:
                self.opened = (await shifts.open_shift(tx, self.device, 500, None, "KGS", None)).opened_at
        elif what == "close" and self.opened is not None:
            async with self.db.write() as tx:
                report = await shifts.close(tx, self.device, 900, None, None)
            assert report.figures == self.model.figures(self.opened, self.clock.now())
            self.printed.append((report, len(self.model.entries)))
            self.opened = None
        elif what == "read":
            consumer = Consumer(self.runtime, next(r for r in MODULE.reactions if r.name == CONSUMER))
            await consumer.step()

    async def receipt(
        self,
        kind: str,
        qty: int,
        payment: Payment | None,
        sold_at: datetime,
        discount: int = 0,
        original: _Entry | None = None,
    ) -> None:
        self.n += 1
        line = ReceiptLine(
            VariantKey(self.counter.shop_id, "id", str(self.counter.goods[0].id)), qty * 1000, 100, discount
        )
        receipt = Receipt(
            device_id=self.device.id,
            shop_id=self.device.shop_id,
            number=f"R-{self.n}",
            type=SaleType(kind),
            original_number=original.number if original else None,
            lines=() if kind == "void" else (line,),
            payment=payment,
            sold_at=sold_at,
        )
        async with self.db.write() as tx:
            (result,) = await sales.record(tx, [receipt])
        assert isinstance(result, SaleResult)
        effect = "refund_void" if kind == "void" and original and original.kind == "refund" else kind
        first = original.payment if original else "other"
        paid = first if kind == "void" and first != "other" else payment or first
        entry = _Entry(receipt.number, effect, qty, discount, paid, sold_at, self.clock.now(), original, left=qty)
        self.model.entries.append(entry)

    async def reverse(self, what: str, original: _Entry, payment: Payment | None) -> None:
        untouched = not original.voided and original.left == original.qty
        if what == "void" and untouched and original.kind in {"sale", "refund"}:
            original.voided = True
            if original.original is not None:
                original.original.left += original.qty
            await self.receipt("void", original.qty, payment, self.clock.now(), original.discount, original)
        elif what == "refund" and untouched and original.kind == "sale":
            original.left -= 1
            # The whole discount is taken off, so that no more money goes back than came.
            taken = min(original.discount, 100)
            await self.receipt("refund", 1, payment, self.clock.now(), taken, original)

    async def days(self) -> list[DaySummary]:
        async with self.db.read() as tx:
            assert await broken(tx, [MODULE, INVENTORY]) == {}
            return await summaries.days(tx, self.counter.shop_id, date(2026, 1, 1), date(2027, 12, 31))

    def expected_days(self) -> list[tuple[object, ...]]:
        found: dict[object, list[_Entry]] = {}
        for entry in self.model.entries:
            found.setdefault(entry.sold_at.astimezone(summaries.ZONE).date(), []).append(entry)
        return [
            (
                day,
                sum(e.kind == "sale" for e in entries),
                sum(_sign(e) * e.total for e in entries),
                sum(_sign(e) * e.total for e in entries if e.payment == "cash"),
                sum(_sign(e) * e.qty * 1000 for e in entries),
                sum(_sign(e) * e.discount for e in entries),
                sum(e.recorded_at.astimezone(summaries.ZONE).date() > day for e in entries),  # pyright: ignore[reportOperatorIssue, reportUnknownArgumentType]
            )
            for day, entries in sorted(found.items(), key=lambda item: str(item[0]))
        ]


def _shown(days: list[DaySummary]) -> list[tuple[object, ...]]:
    return [(d.day, d.sales, d.revenue, d.cash, d.items_sold, d.discounts, d.late_receipts) for d in days]


async def _catch_up(runtime: Runtime) -> None:
    consumer = Consumer(runtime, next(r for r in MODULE.reactions if r.name == CONSUMER))
    await consumer.step()
    while await consumer.step():
        pass


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=5, max_size=40))
async def test_reports_and_daily_sums_are_those_of_the_receipts(
    runtime: Runtime, clock: ManualClock, steps: list[_Step]
) -> None:
    day = _Day(runtime, clock, await make_counter(runtime, goods=1, qty=1000))
    for step in steps:
        await day.play(step)
    async with runtime.db.read() as tx:
        for report, seen in day.printed:
            shift = report.shift
            assert shift.closed_at is not None
            later = await shifts.report(tx, shift)
            assert later.figures == report.figures == day.model.figures(shift.opened_at, shift.closed_at, seen)
            everything = day.model.figures(shift.opened_at, shift.closed_at)
            assert later.late is not None
            assert report.figures.revenue.total + later.late.revenue.total == everything.revenue.total
            assert report.figures.receipts + later.late.receipts == everything.receipts
    await _catch_up(runtime)
    assert _shown(await day.days()) == day.expected_days()
    async with runtime.db.write() as tx:
        assert await summaries.rebuild_summaries(tx) >= len(day.expected_days())
    assert _shown(await day.days()) == day.expected_days()


async def test_sums_are_rebuilt_while_receipts_go_on(runtime: Runtime, clock: ManualClock, db: Database) -> None:
    counter = await make_counter(runtime, goods=1, qty=1000)
    day = _Day(runtime, clock, counter)
    done = False

    async def sell() -> None:
        nonlocal done
        for _ in range(40):
            await day.receipt("sale", 1, "cash", clock.now())
        done = True

    async def rebuild() -> None:
        while not done:
            async with db.write() as tx:
                await summaries.rebuild_summaries(tx)

    async def read() -> None:
        while not done:
            await _catch_up(runtime)

    await asyncio.gather(sell(), rebuild(), read())
    async with db.read() as tx:
        assert await broken(tx, [MODULE]) == {}
    await _catch_up(runtime)
    (summary,) = await day.days()
    assert (summary.sales, summary.sales_total, summary.average_receipt) == (40, 4000, 100)


async def test_the_check_sees_a_wrong_sum(runtime: Runtime, clock: ManualClock, db: Database) -> None:
    counter = await make_counter(runtime, goods=1, qty=1000)
    day = _Day(runtime, clock, counter)
    await day.receipt("sale", 2, "card", clock.now())
    await _catch_up(runtime)
    async with db.write() as tx:
        await tx.execute("UPDATE pos.summary_daily SET card = card + 1 WHERE shop_id = $1", counter.shop_id)
    async with db.read() as tx:
        wrong = await broken(tx, [MODULE])
    assert wrong == {"pos: daily_sums_are_those_of_their_receipts": 1}
    async with db.write() as tx:
        await summary_repository.rebuild(tx)
    assert [d.card for d in await day.days()] == [200]
