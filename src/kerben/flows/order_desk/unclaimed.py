"""Orders that nobody collected: their money goes back, their goods are free again.

What comes at the same time has one outcome each, for all of it decides under the lock of the order's row:

- handing over against the expiry of the pickup: the goods are handed over, before or after it;
- handing over against the refund: whoever is first; after the refund the till refuses (409), after the hand-over
  there is nothing to refund;
- extending against the refund: likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from kerben.domains.inventory import api as inventory
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import SYSTEM, CancelReason, Move, OrderStatus
from kerben.domains.payments import api as payments
from kerben.domains.payments.api import PaymentStatus, RefundWish
from kerben.platform.db import WriteTx
from kerben.platform.logs import logger, scrub
from kerben.platform.runtime import Runtime

_log = logger("order_desk")

BATCH: Final = 100
REASON: Final = "Заказ не забрали вовремя."
_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
"""The database is away: nothing about a single order."""


async def give_up(tx: WriteTx, order_ids: Sequence[UUID]) -> int:
    """End those of these orders that still lie at the counter beyond their time; how many.

    Payments are locked before orders, as everywhere, and nothing is decided before both are.
    """
    newest = await payments.payments_by_subjects(tx, order_ids)
    await payments.lock(tx, [p.id for p in newest.values()] + await payments.open_payments(tx, order_ids))
    due = sorted(
        o.id
        for o in (await orders.lock(tx, order_ids)).values()
        if o.status is OrderStatus.PICKUP_EXPIRED and o.reserved_until is not None and o.reserved_until <= tx.now
    )
    if not due:
        return 0
    held = {
        p.id: p for p in (await payments.payments_by_subjects(tx, due)).values() if p.status is PaymentStatus.CAPTURED
    }
    refunds = await payments.request_refunds(tx, [RefundWish(i, REASON) for i in sorted(held)])
    await payments.void(tx, await payments.open_payments(tx, due))
    await orders.move(
        tx,
        [
            Move(
                order_id=i,
                to=OrderStatus.CANCELLED,
                actor=SYSTEM,
                action="unclaimed",
                comment=REASON,
                reason=CancelReason.UNCLAIMED,
                sources=(OrderStatus.PICKUP_EXPIRED,),
            )
            for i in due
        ],
    )
    await inventory.release(tx, due)
    await payments.book(tx, [r.change for r in refunds.values() if r.change is not None])
    await payments.hold_for_refund(tx, [p for p in held.values() if p.is_online])
    return len(due)


async def sweep(runtime: Runtime) -> int:
    """End what nobody collected; how many orders. Each alone when one of them cannot be ended, for whatever reason:
    it must not keep the money of the others."""
    async with runtime.db.read() as tx:
        due = await orders.due_unclaimed(tx, BATCH)
    if not due:
        return 0
    try:
        return await runtime.db.transact(lambda tx: give_up(tx, due))
    except _AWAY:
        raise
    except Exception as error:
        _log.error("orders_not_given_up", orders=len(due), error=scrub(repr(error)))
        return sum([await _alone(runtime, order_id) for order_id in due])


async def _alone(runtime: Runtime, order_id: UUID) -> int:
    try:
        return await runtime.db.transact(lambda tx: give_up(tx, [order_id]))
    except _AWAY:
        raise
    except Exception as error:
        _log.error("order_not_given_up", order_id=str(order_id), error=scrub(repr(error)))
        return 0
