"""Random sequences of every operation, compared with a model that fits on one screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerben.domains.inventory import service
from kerben.domains.inventory.errors import NegativeStockError
from kerben.domains.inventory.model import AdjustmentCause, ReserveLine, ReserveRequest, StockChange
from kerben.domains.inventory.module import MODULE
from kerben.domains.inventory.tests.make import make_stock
from kerben.platform.db import Database
from kerben.platform.ids import new_id

_VARIANTS = 3
_ORDERS = 6

_LINES = st.dictionaries(st.integers(0, _VARIANTS - 1), st.integers(1, 4), min_size=1)
_STEP = st.one_of(
    st.tuples(st.just("reserve"), st.lists(st.tuples(st.integers(0, _ORDERS - 1), _LINES), min_size=1, max_size=4)),
    st.tuples(st.sampled_from(["release", "hand_over", "restock"]), st.sets(st.integers(0, _ORDERS - 1), min_size=1)),
    st.tuples(
        st.sampled_from([AdjustmentCause.POS_SALE, AdjustmentCause.WRITE_OFF, AdjustmentCause.GOODS_IN]),
        st.lists(st.tuples(st.integers(0, _VARIANTS - 1), st.integers(1, 4)), min_size=1, max_size=4),
    ),
)


@dataclass
class _Model:
    on_hand: list[int]
    held: dict[int, dict[int, int]] = field(default_factory=dict[int, dict[int, int]])
    left: dict[int, dict[int, int]] = field(default_factory=dict[int, dict[int, int]])
    spent: set[int] = field(default_factory=set[int])

    def reserved(self, variant: int) -> int:
        return sum(lines.get(variant, 0) for lines in self.held.values())

    def reserve(self, order: int, lines: dict[int, int]) -> bool:
        if any(max(0, self.on_hand[v] - self.reserved(v)) < qty for v, qty in lines.items()):
            return False
        self.held[order] = lines
        return True

    def adjust(self, cause: AdjustmentCause, changes: list[tuple[int, int]]) -> bool:
        sign = 1 if cause is AdjustmentCause.GOODS_IN else -1
        after = list(self.on_hand)
        for variant, qty in changes:
            after[variant] += sign * qty
        if cause is AdjustmentCause.WRITE_OFF and any(after[v] < 0 for v, _ in changes):
            return False
        self.on_hand = after
        return True


async def _apply(
    db: Database, model: _Model, variants: list[UUID], orders: list[UUID], step: tuple[Any, Any]
) -> None:
    kind, argument = step
    async with db.write() as tx:
        if kind == "reserve":
            asked = cast("list[tuple[int, dict[int, int]]]", argument)
            wanted = {o: lines for o, lines in asked if o not in model.held and o not in model.spent}
            verdicts = await service.reserve(
                tx,
                [
                    ReserveRequest(orders[o], None, [ReserveLine(variants[v], q * 1000) for v, q in lines.items()])
                    for o, lines in wanted.items()
                ],
            )
            assert [v is None for v in verdicts] == [model.reserve(o, lines) for o, lines in wanted.items()]
        elif kind in {"release", "hand_over", "restock"}:
            source = model.left if kind == "restock" else model.held
            moved = {o: source.pop(o) for o in list(argument) if o in source}
            assert await getattr(service, kind)(tx, [orders[o] for o in argument]) == len(moved)
            if kind != "release":
                model.spent |= set(moved)
                sign = 1 if kind == "restock" else -1
                for lines in moved.values():
                    for variant, qty in lines.items():
                        model.on_hand[variant] += sign * qty
            if kind == "hand_over":
                model.left |= moved
        else:
            cause = AdjustmentCause(kind)
            sign = 1000 if cause is AdjustmentCause.GOODS_IN else -1000
            moves = cast("list[tuple[int, int]]", argument)
            changes = [StockChange(variant_id=variants[v], delta_milli=sign * q, cause=cause) for v, q in moves]
            try:
                await service.adjust(tx, changes)
                done = True
            except NegativeStockError:
                done = False
            assert done == model.adjust(cause, moves)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    opening=st.lists(st.integers(0, 8), min_size=_VARIANTS, max_size=_VARIANTS), steps=st.lists(_STEP, max_size=14)
)
async def test_stock_follows_the_model(db: Database, opening: list[int], steps: list[tuple[Any, Any]]) -> None:
    variants = await make_stock(db, *opening)
    orders = [new_id() for _ in range(_ORDERS)]
    model = _Model(list(opening))
    for step in steps:
        await _apply(db, model, variants, orders, step)
        async with db.read() as tx:
            levels = await service.levels(tx, variants)
        assert [(levels[v].on_hand_milli, levels[v].reserved_milli) for v in variants] == [
            (model.on_hand[i] * 1000, model.reserved(i) * 1000) for i in range(_VARIANTS)
        ]
    async with db.read() as tx:
        for name, sql in MODULE.checks.items():
            assert await tx.fetch(sql) == [], name
