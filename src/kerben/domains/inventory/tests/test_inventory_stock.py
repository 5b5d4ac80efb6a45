"""Stock against a real PostgreSQL: reservations, adjustments, and what they publish."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from kerben.domains.inventory import service
from kerben.domains.inventory.errors import AlreadyReservedError, NegativeStockError, UnknownStockError
from kerben.domains.inventory.events import Oversold, StockChanged
from kerben.domains.inventory.model import (
    AdjustmentCause,
    OpeningStock,
    OutOfStock,
    ReserveLine,
    ReserveRequest,
    Shortage,
    StockChange,
    StockTarget,
)
from kerben.domains.inventory.module import MODULE
from kerben.domains.inventory.tests.make import make_stock
from kerben.platform import outbox
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.events import Event
from kerben.platform.ids import new_id


def _request(*lines: tuple[UUID, int], order_id: UUID | None = None) -> ReserveRequest:
    return ReserveRequest(order_id or new_id(), None, [ReserveLine(i, qty * 1000) for i, qty in lines])


async def _state(db: Database, ids: Sequence[UUID]) -> list[tuple[float, float]]:
    async with db.read() as tx:
        found = await service.levels(tx, ids)
    return [(found[i].on_hand_milli / 1000, found[i].reserved_milli / 1000) for i in ids]


async def _events(db: Database, since: int) -> list[Event]:
    async with db.read() as tx:
        page = await outbox.read_page(tx, outbox.Cursor(last=since), None)
    return [envelope.event for envelope in page.events]


async def _position(db: Database) -> int:
    async with db.read() as tx:
        return await outbox.last_position(tx)


async def check_invariants(db: Database) -> None:
    async with db.read() as tx:
        for name, sql in MODULE.checks.items():
            assert await tx.fetch(sql) == [], name


async def _reserve(db: Database, *requests: ReserveRequest) -> list[OutOfStock | None]:
    async with db.write() as tx:
        return await service.reserve(tx, requests)


async def _adjust(db: Database, variant_id: UUID, qty: int, cause: AdjustmentCause) -> None:
    async with db.write() as tx:
        await service.adjust(tx, [StockChange(variant_id=variant_id, delta_milli=qty * 1000, cause=cause)])


async def test_open_stock_twice_keeps_the_first(db: Database) -> None:
    (variant,) = await make_stock(db, 5)
    async with db.write() as tx:
        await service.open_stock(tx, [OpeningStock(variant, new_id(), new_id(), 9000)])
    assert await _state(db, [variant]) == [(5, 0)]
    await check_invariants(db)


async def test_reserve_takes_the_sum_and_tells_each_variant_once(db: Database) -> None:
    first, second = await make_stock(db, 10, 10)
    since = await _position(db)
    assert await _reserve(db, _request((first, 2)), _request((first, 3), (second, 1)), _request((first, 1))) == [
        None,
        None,
        None,
    ]
    assert await _state(db, [first, second]) == [(10, 6), (10, 1)]
    events = await _events(db, since)
    assert sorted((e.variant_id, e.reserved_milli) for e in events if isinstance(e, StockChanged)) == [
        (first, 6000),
        (second, 1000),
    ]
    await check_invariants(db)


async def test_what_does_not_fit_is_decided_order_by_order(db: Database) -> None:
    scarce, plenty = await make_stock(db, 3, 100)
    unknown = new_id()
    verdicts = await _reserve(
        db,
        _request((scarce, 2), (plenty, 1)),
        _request((scarce, 2), (plenty, 7)),
        _request((scarce, 1)),
        _request((unknown, 1), (plenty, 1)),
        _request((plenty, 5)),
        _request(),
    )
    assert verdicts == [
        None,
        OutOfStock([Shortage(scarce, 2000, 1000)]),
        None,
        OutOfStock([Shortage(unknown, 1000, 0)]),
        None,
        None,
    ]
    assert await _state(db, [scarce, plenty]) == [(3, 3), (100, 6)]
    await check_invariants(db)


async def test_nothing_is_left_and_nothing_changes(db: Database) -> None:
    (variant,) = await make_stock(db, 0)
    since = await _position(db)
    order = _request((variant, 1))
    assert await _reserve(db, order) == [OutOfStock([Shortage(variant, 1000, 0)])]
    assert await _state(db, [variant]) == [(0, 0)]
    assert await _events(db, since) == []
    async with db.write() as tx:
        assert await service.release(tx, [order.order_id]) == 0


async def test_one_variant_in_two_lines_of_an_order_is_summed(db: Database) -> None:
    (variant,) = await make_stock(db, 3)
    assert await _reserve(db, _request((variant, 2), (variant, 2))) == [OutOfStock([Shortage(variant, 4000, 3000)])]
    assert await _reserve(db, _request((variant, 1), (variant, 2))) == [None]
    assert await _state(db, [variant]) == [(3, 3)]
    await check_invariants(db)


async def test_a_quantity_must_be_positive(db: Database) -> None:
    (variant,) = await make_stock(db, 3)
    with pytest.raises(ValueError, match="cannot reserve"):
        await _reserve(db, _request((variant, -1)))
    assert await _state(db, [variant]) == [(3, 0)]


async def test_release_is_done_once_and_the_order_may_reserve_again(db: Database) -> None:
    (variant,) = await make_stock(db, 3)
    order = _request((variant, 2))
    await _reserve(db, order)
    async with db.write() as tx:
        assert await service.release(tx, [order.order_id]) == 1
    async with db.write() as tx:
        assert await service.release(tx, [order.order_id]) == 0
    assert await _state(db, [variant]) == [(3, 0)]
    assert await _reserve(db, order) == [None]
    assert await _state(db, [variant]) == [(3, 2)]
    await check_invariants(db)


async def test_an_order_that_holds_goods_cannot_reserve_again(db: Database) -> None:
    (variant,) = await make_stock(db, 9)
    order = _request((variant, 2))
    await _reserve(db, order)
    with pytest.raises(AlreadyReservedError):
        await _reserve(db, order)
    assert await _state(db, [variant]) == [(9, 2)]
    await check_invariants(db)


async def test_hand_over_and_return(db: Database) -> None:
    (variant,) = await make_stock(db, 5)
    order, other = _request((variant, 2)), _request((variant, 1))
    await _reserve(db, order, other)
    async with db.write() as tx:
        assert await service.restock(tx, [order.order_id]) == 0
        assert await service.hand_over(tx, [order.order_id, other.order_id]) == 2
    assert await _state(db, [variant]) == [(2, 0)]
    async with db.write() as tx:
        assert await service.release(tx, [order.order_id]) == 0
        assert await service.restock(tx, [order.order_id]) == 1
        assert await service.restock(tx, [order.order_id]) == 0
    assert await _state(db, [variant]) == [(4, 0)]
    async with db.read() as tx:
        rows = await service.history(tx, variant)
    assert sorted((row.cause.value, row.delta_milli, row.reference) for row in rows) == sorted(
        [
            ("order_return", 2000, order.order_id),
            ("order_handover", -1000, other.order_id),
            ("order_handover", -2000, order.order_id),
            ("opening", 5000, None),
        ],
        key=lambda row: (row[0], row[1]),
    )
    await check_invariants(db)


async def test_extend_moves_the_expiry_of_what_is_held(db: Database, clock: ManualClock) -> None:
    (variant,) = await make_stock(db, 5)
    order = _request((variant, 2))
    await _reserve(db, order)
    until = clock.now() + timedelta(hours=24)
    async with db.write() as tx:
        assert await service.extend(tx, [order.order_id], until) == 1
    async with db.read() as tx:
        (held,) = (await service.active_reservations(tx, [variant]))[variant]
    assert (held.order_id, held.qty_milli, held.expires_at) == (order.order_id, 2000, until)


async def test_a_till_may_take_stock_below_zero_and_below_what_is_reserved(db: Database) -> None:
    (variant,) = await make_stock(db, 5)
    await _reserve(db, _request((variant, 4)))
    since = await _position(db)
    await _adjust(db, variant, -1, AdjustmentCause.POS_SALE)
    assert not [e for e in await _events(db, since) if isinstance(e, Oversold)]
    await _adjust(db, variant, -6, AdjustmentCause.POS_SALE)
    assert await _state(db, [variant]) == [(-2, 4)]
    oversold = [e for e in await _events(db, since) if isinstance(e, Oversold)]
    assert [(e.variant_id, e.missing_milli) for e in oversold] == [(variant, 4000)]
    async with db.read() as tx:
        assert (await service.levels(tx, [variant]))[variant].available_milli == 0
    await check_invariants(db)


async def test_changes_are_summed_and_each_is_written_down(db: Database) -> None:
    first, second = await make_stock(db, 5, 5)
    sale = new_id()
    changes = [
        StockChange(variant_id=first, delta_milli=-2000, cause=AdjustmentCause.POS_SALE, reference=sale),
        StockChange(
            variant_id=second, delta_milli=1500, cause=AdjustmentCause.GOODS_IN, unit_cost=900, supplier="Дордой"
        ),
        StockChange(variant_id=first, delta_milli=1000, cause=AdjustmentCause.POS_REFUND, reference=sale),
        StockChange(variant_id=first, delta_milli=0, cause=AdjustmentCause.MANUAL),
    ]
    since = await _position(db)
    async with db.write() as tx:
        after = await service.adjust(tx, changes)
    assert (after[first].on_hand_milli, after[second].on_hand_milli) == (4000, 6500)
    assert len(await _events(db, since)) == 2
    async with db.read() as tx:
        rows = await service.history(tx, second)
        assert len(await service.history(tx, first)) == 3
    assert ("goods_in", 1500, 900, "Дордой") in [(r.cause, r.delta_milli, r.unit_cost, r.supplier) for r in rows]
    await check_invariants(db)


@pytest.mark.parametrize("cause", [AdjustmentCause.WRITE_OFF, AdjustmentCause.MANUAL])
async def test_a_hand_cannot_take_more_than_there_is(db: Database, cause: AdjustmentCause) -> None:
    first, second = await make_stock(db, 2, 9)
    async with db.write() as tx:
        with pytest.raises(NegativeStockError) as refused:
            await service.adjust(
                tx,
                [
                    StockChange(variant_id=second, delta_milli=-1000, cause=cause),
                    StockChange(variant_id=first, delta_milli=-3000, cause=cause),
                ],
            )
    assert refused.value.data == {"variant_ids": [first]}
    assert await _state(db, [first, second]) == [(2, 0), (9, 0)]
    await check_invariants(db)


async def test_unknown_variants_are_refused_and_nothing_changes(db: Database) -> None:
    (known,), unknown = await make_stock(db, 2), new_id()
    async with db.write() as tx:
        with pytest.raises(UnknownStockError) as refused:
            await service.adjust(
                tx,
                [
                    StockChange(variant_id=i, delta_milli=1000, cause=AdjustmentCause.GOODS_IN)
                    for i in (known, unknown)
                ],
            )
    assert refused.value.data == {"variant_ids": [unknown]}
    assert await _state(db, [known]) == [(2, 0)]


async def test_a_stocktake_sets_on_hand_and_an_equal_count_leaves_no_trace(db: Database) -> None:
    first, second = await make_stock(db, 2, 9)
    targets = [
        StockTarget(variant_id=first, on_hand_milli=7000, cause=AdjustmentCause.STOCKTAKE),
        StockTarget(variant_id=second, on_hand_milli=9000, cause=AdjustmentCause.STOCKTAKE),
    ]
    async with db.write() as tx:
        after = await service.set_on_hand(tx, targets)
    assert (after[first].on_hand_milli, after[second].on_hand_milli) == (7000, 9000)
    since = await _position(db)
    async with db.write() as tx:
        await service.set_on_hand(tx, targets)
        with pytest.raises(NegativeStockError):
            await service.set_on_hand(
                tx, [StockTarget(variant_id=first, on_hand_milli=-1, cause=AdjustmentCause.STOCKTAKE)]
            )
    assert await _state(db, [first, second]) == [(7, 0), (9, 0)]
    assert await _events(db, since) == []
    await check_invariants(db)


async def test_history_cannot_be_changed(db: Database) -> None:
    (variant,) = await make_stock(db, 2)
    for statement in ("UPDATE inventory.adjustment SET delta = 1", "DELETE FROM inventory.adjustment"):
        with pytest.raises(Exception, match="append-only"):
            async with db.write() as tx:
                await tx.execute(statement)
    assert await _state(db, [variant]) == [(2, 0)]
    await check_invariants(db)


async def test_partitions_are_made_ahead_once(db: Database, clock: ManualClock) -> None:
    await make_stock(db, 2)
    clock.advance(days=200)
    async with db.write() as tx:
        assert await tx.fetchval("SELECT inventory.make_partitions($1, 3)", clock.now().date()) == 3
        assert await tx.fetchval("SELECT inventory.make_partitions($1, 3)", clock.now().date()) == 0
    await make_stock(db, 4)
    async with db.read() as tx:
        used = await tx.fetchval("SELECT count(*) FROM inventory.adjustment_2027_06")
    assert used == 1
    await check_invariants(db)


async def test_the_last_unit_goes_to_exactly_one_buyer(database_url: str, db: Database) -> None:
    left, right = Database(database_url, size=2, name="left"), Database(database_url, size=2, name="right")
    await left.open()
    await right.open()
    try:
        for variant in await make_stock(db, *([1] * 50)):
            verdicts = await asyncio.gather(
                *(_reserve(pool, _request((variant, 1))) for pool in (left, right, left, right))
            )
            assert sum(verdict == [None] for verdict in verdicts) == 1
            assert await _state(db, [variant]) == [(1, 1)]
    finally:
        await left.close()
        await right.close()
    await check_invariants(db)


async def test_batches_over_the_same_goods_in_any_order_do_not_deadlock(database_url: str, db: Database) -> None:
    ids = await make_stock(db, *([1000] * 12))
    pools = [Database(database_url, size=4, name=f"p{i}") for i in range(2)]
    for pool in pools:
        await pool.open()

    async def work(n: int) -> None:
        turned = ids[n % 12 :] + ids[: n % 12]
        orders = [_request(*((i, 1) for i in turned[:5])), _request(*((i, 1) for i in reversed(turned[3:9])))]
        await _reserve(pools[n % 2], *orders)
        async with pools[n % 2].write() as tx:
            if n % 3:
                await service.release(tx, [order.order_id for order in orders])
            else:
                await service.hand_over(tx, [order.order_id for order in reversed(orders)])

    try:
        await asyncio.gather(*(work(n) for n in range(48)))
    finally:
        for pool in pools:
            await pool.close()
    assert sum(reserved for _, reserved in await _state(db, ids)) == 0
    assert sum(on_hand for on_hand, _ in await _state(db, ids)) == 12_000 - 16 * 11
    await check_invariants(db)
