"""Overdue orders: those not paid or confirmed in time are cancelled, their goods freed, their payments given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.inventory import api as inventory
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import OrderStatus
from kerben.domains.payments import api as payments
from kerben.platform.db import WriteTx
from kerben.platform.runtime import Runtime

BATCH: Final = 100
_STILL_OPEN: Final = frozenset(
    {OrderStatus.AWAITING_CONFIRMATION, OrderStatus.AWAITING_PAYMENT, OrderStatus.AWAITING_SHIPMENT_COD}
)


class OrderMovedError(Exception):
    """An order was confirmed while it was about to expire: its payment must not be given up."""


async def expire(tx: WriteTx, order_ids: Sequence[UUID]) -> int:
    """Cancel those of these orders that are still overdue; how many.

    Payments are locked before orders, as everywhere. So payments are given up first, and if it then turns out that an
    order had moved on meanwhile, OrderMovedError takes all of it back.
    """
    found = await payments.payments_by_subjects(tx, order_ids)
    await payments.void(tx, sorted(p.id for p in found.values()))
    expired = await orders.expire(tx, order_ids)
    others = await orders.orders_by_ids(tx, [i for i in order_ids if i not in expired])
    if any(o.status in _STILL_OPEN for o in others.values()):
        raise OrderMovedError
    await inventory.release(tx, sorted(expired))
    return len(expired)


async def sweep(runtime: Runtime) -> int:
    """Cancel what is overdue; how many orders. Each alone when one of them is being changed just now."""
    async with runtime.db.read() as tx:
        due = await orders.due(tx, BATCH)
    if not due:
        return 0
    try:
        return await runtime.db.transact(lambda tx: expire(tx, due))
    except OrderMovedError:
        return sum([await _alone(runtime, order_id) for order_id in due])


async def _alone(runtime: Runtime, order_id: UUID) -> int:
    try:
        return await runtime.db.transact(lambda tx: expire(tx, [order_id]))
    except OrderMovedError:
        return 0
