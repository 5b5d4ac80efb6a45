"""When a till has sold what orders had reserved: somebody has to lose.

The newest unpaid reservation loses first: its order is cancelled and the buyer told. What is still missing then is
the paid orders' loss: the newest is put before the seller, to refund or to restock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.inventory import api as inventory
from kerben.domains.inventory.events import Oversold
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import OVERSOLD, SYSTEM, CancelReason, Order, OrderStatus
from kerben.domains.payments import api as payments
from kerben.flows.order_desk.attention import missing_milli
from kerben.platform.db import WriteTx
from kerben.platform.events import Envelope

_MAY_LOSE: Final = frozenset(
    {OrderStatus.AWAITING_PAYMENT, OrderStatus.AWAITING_CONFIRMATION, OrderStatus.AWAITING_SHIPMENT_COD}
)
_TRIES: Final = 3


async def on_oversold(tx: WriteTx, envelopes: Sequence[Envelope]) -> None:
    """Make good what is missing now; an event that is late, or comes twice, finds less or nothing to do."""
    variant_ids = sorted({e.event.variant_id for e in envelopes if isinstance(e.event, Oversold)})
    for variant_id in variant_ids:
        await _cancel_unpaid(tx, variant_id)
    # Only now: payments, which cancelling locks, come before orders.
    for variant_id in variant_ids:
        await _alarm(tx, variant_id)


async def _cancel_unpaid(tx: WriteTx, variant_id: UUID) -> None:
    """Cancel unpaid orders, newest first, until no more is reserved than lies there."""
    for _ in range(_TRIES):
        missing, held = await _held(tx, variant_id)
        losers, missing = _pick(held, missing)
        if not losers:
            break
        if await _cancel(tx, losers):
            break
        # One of them was paid or moved on in between: look again who may lose.


async def _alarm(tx: WriteTx, variant_id: UUID) -> None:
    """Put paid orders before the seller, newest first, until what is missing is theirs."""
    missing, held = await _held(tx, variant_id)
    if not missing:
        return
    # Whoever takes marks off holds these locks; see `attention`.
    known = await orders.lock(tx, sorted({o.id for o, _ in held}))
    missing, held = await _held(tx, variant_id)
    held = [(known.get(o.id, o), qty) for o, qty in held]
    paid = [(o, qty) for o, qty in held if o.status not in _MAY_LOSE]
    covered = sum(qty for o, qty in paid if o.needs_attention)
    alarmed: list[UUID] = []
    for order, qty in paid:
        if covered >= missing:
            break
        if not order.needs_attention:
            alarmed.append(order.id)
            covered += qty
    await orders.need_attention(tx, alarmed, OVERSOLD)


async def _held(tx: WriteTx, variant_id: UUID) -> tuple[int, list[tuple[Order, int]]]:
    """How much is missing, and who holds how much of it, newest first; in thousandths."""
    level = (await inventory.levels(tx, [variant_id])).get(variant_id)
    missing = missing_milli(level)
    if not missing:
        return 0, []
    reservations = (await inventory.active_reservations(tx, [variant_id])).get(variant_id, [])
    known = await orders.orders_by_ids(tx, [r.order_id for r in reservations])
    return missing, [(known[r.order_id], r.qty_milli) for r in reservations if r.order_id in known]


def _pick(held: Sequence[tuple[Order, int]], missing: int) -> tuple[list[Order], int]:
    losers: list[Order] = []
    for order, qty in held:
        if missing <= 0:
            break
        if order.status in _MAY_LOSE:
            losers.append(order)
            missing -= qty
    return losers, missing


async def _cancel(tx: WriteTx, losers: Sequence[Order]) -> bool:
    """Cancel all of these orders, or change nothing and say False: payments are locked before orders, as everywhere,
    and the payment of an order that has moved on meanwhile must not be given up."""
    try:
        async with tx.savepoint():
            await payments.void(tx, await payments.open_payments(tx, [o.id for o in losers]))
            cancelled = await orders.cancel(
                tx,
                sorted(o.id for o in losers),
                actor=SYSTEM,
                reason=CancelReason.OVERSOLD,
                comment="Товар только что купили в магазине.",
            )
            if len(cancelled) < len(losers):
                raise _OrderMovedError
            await inventory.release(tx, sorted(cancelled))
    except _OrderMovedError:
        return False
    return True


class _OrderMovedError(Exception):
    """A loser stands elsewhere by now."""
