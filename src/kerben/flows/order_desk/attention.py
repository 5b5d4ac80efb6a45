"""Paid orders whose goods a till has sold: put before the seller (see `reactions`), taken off again here.

The mark comes off by itself when goods come in, the oldest orders first; or the seller says that the goods are there
after all, or ends the order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from kerben.domains.inventory import api as inventory
from kerben.domains.inventory.api import AdjustmentCause, Reservation, StockChange, StockLevel
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import OVERSOLD, SYSTEM, Actor, Order
from kerben.flows.order_desk import service
from kerben.flows.order_desk.errors import NoAttentionNeededError
from kerben.flows.order_desk.model import AttentionBody, RefundBody
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import ForbiddenError
from kerben.platform.runtime import Runtime

PAGE: Final = 500
_RESTOCK: Final = frozenset({"storekeeper", "manager", "owner", "admin"})


def missing_milli(level: StockLevel | None) -> int:
    """How much more orders have reserved than lies in the shop, in thousandths."""
    return max(0, level.reserved_milli - max(0, level.on_hand_milli)) if level else 0


def still_without(
    missing: Mapping[UUID, int], holders: Mapping[UUID, Sequence[Reservation]], marked: Collection[UUID]
) -> set[UUID]:
    """Marked orders that still lack goods: of each variant the newest ones, as far as it is missing.

    `missing` and `holders` (newest first) are by variant.
    """
    without: set[UUID] = set()
    for variant_id, lacking in missing.items():
        left = lacking
        for reservation in holders.get(variant_id, ()):
            if left <= 0:
                break
            if reservation.order_id in marked:
                without.add(reservation.order_id)
                left -= reservation.qty_milli
    return without


async def supplied(tx: ReadTx, order_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these marked orders for which there are goods enough now, in id order."""
    lines = await orders.lines_by_orders(tx, order_ids)
    variant_ids = sorted({x.variant_id for held in lines.values() for x in held if x.variant_id})
    levels = await inventory.levels(tx, variant_ids)
    missing = {i: missing_milli(levels.get(i)) for i in variant_ids}
    holders = await inventory.active_reservations(tx, [i for i in variant_ids if missing[i]])
    known = await orders.orders_by_ids(tx, sorted({r.order_id for held in holders.values() for r in held}))
    marked = {o.id for o in known.values() if o.needs_attention == OVERSOLD}
    return sorted(set(order_ids) - still_without(missing, holders, marked))


async def sweep(runtime: Runtime) -> int:
    """Take the mark off orders for which there are goods enough again; how many."""
    cleared, after = 0, None
    while True:
        async with runtime.db.read() as tx:
            page = await orders.awaiting_goods(tx, after, PAGE)
            ready = await supplied(tx, page) if page else []
        if ready:
            cleared += await runtime.db.transact(lambda tx, ids=ready: _clear(tx, ids))
        if len(page) < PAGE:
            return cleared
        after = page[-1]


async def _clear(tx: WriteTx, order_ids: Sequence[UUID]) -> int:
    # A till that sells just now waits for these locks before it looks who is marked (`reactions.resolve`), and the
    # stock is read once they are held: of the two, the later one sees what the earlier one did.
    await orders.lock(tx, order_ids)
    return len(await orders.goods_are_back(tx, await supplied(tx, order_ids), SYSTEM))


async def decide(tx: WriteTx, order: Order, actor: Actor, body: AttentionBody) -> Order:
    """What the seller does about an order that needs his attention.

    `restocked`: the goods are there after all; what is missing of them is added to the stock. `refund`: the order
    ends, with its money back. Raises NoAttentionNeededError, ForbiddenError, IllegalTransitionError.
    """
    if order.needs_attention is None:
        raise NoAttentionNeededError
    if body.action == "refund":
        reason = body.reason.strip() or order.needs_attention
        wish = RefundBody(reason, body.responsible, restock=body.restock)
        ended, _ = await service.give_back(tx, order, actor, wish, service.REFUNDED_AS[order.handed_over])
        return ended
    if actor.role not in _RESTOCK:
        raise ForbiddenError
    if order.needs_attention != OVERSOLD:
        raise NoAttentionNeededError("Этот заказ ждёт другого решения: товар у него есть.")
    await orders.lock(tx, [order.id])
    await _found(tx, order, actor)
    cleared = await orders.goods_are_back(tx, [order.id], actor)
    if not cleared:
        raise service.OrderMovedError
    await service.note(tx, actor, "order.restocked", order, cleared[0])
    return cleared[0]


async def _found(tx: WriteTx, order: Order, actor: Actor) -> None:
    """Add to the stock what the order lacks: a shelf cannot hold less than nothing, so the count rises from there."""
    lines = (await orders.lines_by_orders(tx, [order.id])).get(order.id, [])
    wanted: dict[UUID, int] = {}
    for line in lines:
        if line.variant_id is not None:
            wanted[line.variant_id] = wanted.get(line.variant_id, 0) + line.qty_milli
    levels = await inventory.levels(tx, sorted(wanted))
    changes = [
        StockChange(
            variant_id=variant_id,
            delta_milli=min(missing_milli(level), wanted[variant_id]) - min(0, level.on_hand_milli),
            cause=AdjustmentCause.MANUAL,
            reference=order.id,
            actor_id=actor.id,
            note=f"Товар заказа {order.number} на месте",
        )
        for variant_id, level in sorted(levels.items())
        if missing_milli(level)
    ]
    await inventory.adjust(tx, changes)
