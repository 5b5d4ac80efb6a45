"""Use cases of inventory; each takes many, and one is a batch of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.inventory import repository
from kerben.domains.inventory.errors import AlreadyReservedError, NegativeStockError, UnknownStockError
from kerben.domains.inventory.events import LowStock, Oversold, StockChanged
from kerben.domains.inventory.model import (
    GUARDED,
    Adjustment,
    AdjustmentCause,
    OpeningStock,
    OutOfStock,
    Reservation,
    ReserveRequest,
    Shortage,
    StockChange,
    StockLevel,
    StockTarget,
)
from kerben.platform.db import ReadTx, WriteTx


async def levels(tx: ReadTx, variant_ids: Sequence[UUID]) -> dict[UUID, StockLevel]:
    """Stock by variant; variants that were never opened are left out."""
    return {level.variant_id: level for level in await repository.levels(tx, variant_ids)}


async def free_stock(tx: ReadTx, variant_ids: Sequence[UUID]) -> list[int]:
    """What can be bought online of each variant now, in thousandths and in the order given; zero for unknown ones."""
    return await repository.free(tx, variant_ids) if variant_ids else []


async def levels_of_shop(
    tx: ReadTx, shop_id: UUID, since: datetime | None = None, *, after: UUID | None = None, limit: int | None = None
) -> dict[UUID, StockLevel]:
    """Stock of a shop by variant, in variant order: all of it, or what changed at or after `since`.

    `after` and `limit` give it page by page; `after` is the last variant of the page before.
    """
    rows = await repository.levels_of_shop(tx, shop_id, since, after, limit)
    return {level.variant_id: level for level in rows}


async def open_stock(tx: WriteTx, items: Sequence[OpeningStock]) -> None:
    """Begin to keep stock of variants. One that is known already keeps its stock, so this may be repeated."""
    if not items:
        return
    unique = {item.variant_id: item for item in items}
    opened = await repository.insert_stock(tx, [unique[i] for i in sorted(unique)])
    first = [
        StockChange(variant_id=level.variant_id, delta_milli=level.on_hand_milli, cause=AdjustmentCause.OPENING)
        for level in opened
        if level.on_hand_milli
    ]
    if first:
        await repository.insert_adjustments(tx, first)
    _publish(tx, opened)


async def adjust(tx: WriteTx, changes: Sequence[StockChange]) -> dict[UUID, StockLevel]:
    """Change on hand, all or nothing; several changes of one variant are summed. Returns the levels after it.

    Only what a till or an order moved may take on hand below zero. Raises UnknownStockError and NegativeStockError;
    then nothing has changed and the transaction can go on.
    """
    changes = [change for change in changes if change.delta_milli]
    deltas: dict[UUID, int] = {}
    for change in changes:
        deltas[change.variant_id] = deltas.get(change.variant_id, 0) + change.delta_milli
    if not deltas:
        return {}
    guarded = frozenset(c.variant_id for c in changes if c.cause in GUARDED and c.delta_milli < 0)
    before, done = await repository.move(tx, deltas, guarded)
    if not done:
        raise _refusal(deltas, before, guarded)
    await repository.insert_adjustments(tx, changes)
    after = [_moved(level, tx.now, on_hand=deltas[level.variant_id]) for level in before]
    _publish(tx, [level for level in after if deltas[level.variant_id]])
    _publish_oversold(tx, [level for level in after if deltas[level.variant_id] < 0])
    _publish_low(tx, before, after)
    return {level.variant_id: level for level in after}


def _refusal(
    deltas: Mapping[UUID, int], before: Sequence[StockLevel], guarded: frozenset[UUID]
) -> UnknownStockError | NegativeStockError:
    if unknown := sorted(set(deltas) - {level.variant_id for level in before}):
        return UnknownStockError(variant_ids=unknown)
    short = [
        level.variant_id
        for level in before
        if level.variant_id in guarded and level.on_hand_milli + deltas[level.variant_id] < 0
    ]
    return NegativeStockError(variant_ids=short)


async def set_on_hand(tx: WriteTx, targets: Sequence[StockTarget]) -> dict[UUID, StockLevel]:
    """Set on hand to what was counted; the last target of a variant counts. What is right already leaves no row.

    Returns the levels after it. Raises UnknownStockError, and NegativeStockError for a target below zero.
    """
    wanted = {target.variant_id: target for target in targets}
    if below := [t.variant_id for t in wanted.values() if t.on_hand_milli < 0]:
        raise NegativeStockError(variant_ids=below)
    before = {level.variant_id: level for level in await repository.lock(tx, sorted(wanted))}
    if unknown := sorted(set(wanted) - set(before)):
        raise UnknownStockError(variant_ids=unknown)
    changed = await adjust(
        tx,
        [
            StockChange(
                variant_id=target.variant_id,
                delta_milli=target.on_hand_milli - before[target.variant_id].on_hand_milli,
                cause=target.cause,
                reference=target.reference,
                actor_id=target.actor_id,
                note=target.note,
            )
            for target in wanted.values()
        ],
    )
    return before | changed


async def reserve(tx: WriteTx, requests: Sequence[ReserveRequest]) -> list[OutOfStock | None]:
    """Keep goods for orders, each all or nothing, in the order given; None means reserved.

    An order whose reservation was released may reserve again. Raises AlreadyReservedError (roll back then) for an
    order that still holds goods, and ValueError for a quantity that is not positive.
    """
    summed = [_sum(request) for request in requests]
    demand: dict[UUID, int] = {}
    for lines in summed:
        for variant_id, qty in lines.items():
            demand[variant_id] = demand.get(variant_id, 0) + qty
    if not demand:
        return [None] * len(requests)
    before, done = await repository.reserve_all(tx, demand)
    verdicts: list[OutOfStock | None] = [None] * len(requests)
    if not done:
        verdicts, demand = _decide(summed, before)
        if demand:
            await repository.add_reserved(tx, demand)
    served = [i for i, verdict in enumerate(verdicts) if verdict is None and summed[i]]
    if served:
        written = await repository.insert_reservations(tx, [requests[i] for i in served], [summed[i] for i in served])
        if written != sum(len(summed[i]) for i in served):
            raise AlreadyReservedError("an order reserves goods that it holds or took already")
    held = [level for i, level in before.items() if i in demand]
    after = [_moved(level, tx.now, reserved=demand[level.variant_id]) for level in held]
    _publish(tx, after)
    _publish_low(tx, held, after)
    return verdicts


def _sum(request: ReserveRequest) -> dict[UUID, int]:
    lines: dict[UUID, int] = {}
    for line in request.lines:
        if line.qty_milli <= 0:
            raise ValueError(f"cannot reserve {line.qty_milli} of {line.variant_id}")
        lines[line.variant_id] = lines.get(line.variant_id, 0) + line.qty_milli
    return lines


def _decide(
    summed: Sequence[Mapping[UUID, int]], before: Mapping[UUID, StockLevel]
) -> tuple[list[OutOfStock | None], dict[UUID, int]]:
    """Order by order, in the order given: who gets goods, and how much is reserved of each variant."""
    left = {variant_id: level.available_milli for variant_id, level in before.items()}
    taken: dict[UUID, int] = {}
    verdicts: list[OutOfStock | None] = []
    for lines in summed:
        short = [Shortage(i, qty, left.get(i, 0)) for i, qty in lines.items() if left.get(i, 0) < qty]
        if short:
            verdicts.append(OutOfStock(short))
            continue
        for variant_id, qty in lines.items():
            left[variant_id] -= qty
            taken[variant_id] = taken.get(variant_id, 0) + qty
        verdicts.append(None)
    return verdicts, taken


async def release(tx: WriteTx, order_ids: Sequence[UUID]) -> int:
    """Free what orders hold; how many orders held something. Repeating it does nothing."""
    if not order_ids:
        return 0
    lines, after = await repository.close(tx, order_ids, source="active", target="released", on_hand=0, reserved=-1)
    _publish(tx, after)
    return _orders(lines)


async def extend(tx: WriteTx, order_ids: Sequence[UUID], expires_at: datetime | None) -> int:
    """Keep goods until another moment (None: until handed over or released); how many lines."""
    return await repository.extend(tx, order_ids, expires_at)


async def hand_over(tx: WriteTx, order_ids: Sequence[UUID]) -> int:
    """The goods of orders have left the shop: on hand and reserved fall together. How many orders held something."""
    if not order_ids:
        return 0
    lines, after = await repository.close(
        tx, order_ids, source="active", target="handed_over", on_hand=-1, reserved=-1
    )
    await _record(tx, lines, AdjustmentCause.ORDER_HANDOVER, -1)
    _publish(tx, after)
    return _orders(lines)


async def restock(tx: WriteTx, order_ids: Sequence[UUID]) -> int:
    """The goods of orders came back to the shop after they had left. How many orders brought something back."""
    if not order_ids:
        return 0
    lines, after = await repository.close(
        tx, order_ids, source="handed_over", target="returned", on_hand=1, reserved=0
    )
    await _record(tx, lines, AdjustmentCause.ORDER_RETURN, 1)
    _publish(tx, after)
    return _orders(lines)


async def active_reservations(tx: ReadTx, variant_ids: Sequence[UUID]) -> dict[UUID, list[Reservation]]:
    """Who holds goods of these variants, newest first."""
    held: dict[UUID, list[Reservation]] = {}
    for reservation in await repository.active_reservations(tx, variant_ids):
        held.setdefault(reservation.variant_id, []).append(reservation)
    return held


async def history(
    tx: ReadTx, variant_id: UUID, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Adjustment]:
    """A variant's adjustments, newest first, from behind `before` (moment and id of the last one seen)."""
    return await repository.history(tx, variant_id, before, limit)


async def _record(tx: WriteTx, lines: Sequence[Reservation], cause: AdjustmentCause, sign: int) -> None:
    if lines:
        await repository.insert_adjustments(
            tx,
            [
                StockChange(
                    variant_id=line.variant_id,
                    delta_milli=sign * line.qty_milli,
                    cause=cause,
                    reference=line.order_id,
                )
                for line in lines
            ],
        )


def _orders(lines: Iterable[Reservation]) -> int:
    return len({line.order_id for line in lines})


def _moved(level: StockLevel, now: datetime, *, on_hand: int = 0, reserved: int = 0) -> StockLevel:
    return msgspec.structs.replace(
        level,
        on_hand_milli=level.on_hand_milli + on_hand,
        reserved_milli=level.reserved_milli + reserved,
        updated_at=now,
    )


def _publish(tx: WriteTx, after: Iterable[StockLevel]) -> None:
    tx.publish(
        *(
            StockChanged(
                variant_id=level.variant_id,
                product_id=level.product_id,
                shop_id=level.shop_id,
                on_hand_milli=level.on_hand_milli,
                reserved_milli=level.reserved_milli,
            )
            for level in after
        )
    )


def _publish_oversold(tx: WriteTx, after: Iterable[StockLevel]) -> None:
    tx.publish(
        *(
            Oversold(
                variant_id=level.variant_id,
                shop_id=level.shop_id,
                missing_milli=level.reserved_milli - max(0, level.on_hand_milli),
            )
            for level in after
            if level.reserved_milli > max(0, level.on_hand_milli)
        )
    )


def _publish_low(tx: WriteTx, before: Iterable[StockLevel], after: Iterable[StockLevel]) -> None:
    """Alert where this change crossed the seller's level; what lay below it already was told before."""
    was = {level.variant_id: level.available_milli for level in before}
    tx.publish(
        *(
            LowStock(
                variant_id=level.variant_id,
                product_id=level.product_id,
                shop_id=level.shop_id,
                available_milli=level.available_milli,
                threshold_milli=level.low_stock_milli,
            )
            for level in after
            if level.low_stock_milli is not None
            and level.available_milli <= level.low_stock_milli < was[level.variant_id]
        )
    )
