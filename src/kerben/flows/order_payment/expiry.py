"""Overdue orders: those not paid or confirmed in time are cancelled, their goods freed, their payments given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from kerben.domains.inventory import api as inventory
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import OrderStatus
from kerben.domains.payments import api as payments
from kerben.platform.db import WriteTx
from kerben.platform.logs import logger, scrub
from kerben.platform.runtime import Runtime

_log = logger("order_payment")

BATCH: Final = 100
_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
"""The database is away: nothing about a single order."""
_OVER: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.RETURNED})


class OrderMovedError(Exception):
    """An order was confirmed while it was about to expire: its payment must not be given up."""


async def expire(tx: WriteTx, order_ids: Sequence[UUID]) -> int:
    """Cancel those of these orders that are still overdue; how many.

    Payments are locked before orders, as everywhere. So payments are given up first, and if it then turns out that an
    order had moved on meanwhile, OrderMovedError takes all of it back.
    """
    await payments.void(tx, await payments.open_payments(tx, order_ids))
    expired = await orders.expire(tx, order_ids)
    others = await orders.orders_by_ids(tx, [i for i in order_ids if i not in expired])
    if any(o.status not in _OVER and o.paid_at is None for o in others.values()):
        raise OrderMovedError
    await inventory.release(tx, sorted(expired))
    return len(expired)


async def sweep(runtime: Runtime) -> int:
    """Cancel what is overdue; how many orders. Each alone when one of them is being changed just now, or cannot be
    cancelled for whatever reason: it must not keep the goods of the others."""
    async with runtime.db.read() as tx:
        due = await orders.due(tx, BATCH)
    if not due:
        return 0
    try:
        return await runtime.db.transact(lambda tx: expire(tx, due))
    except _AWAY:
        raise
    except Exception as error:
        if not isinstance(error, OrderMovedError):
            _log.error("orders_not_expired", orders=len(due), error=scrub(repr(error)))
        return sum([await _alone(runtime, order_id) for order_id in due])


async def _alone(runtime: Runtime, order_id: UUID) -> int:
    try:
        return await runtime.db.transact(lambda tx: expire(tx, [order_id]))
    except OrderMovedError:
        return 0
    except _AWAY:
        raise
    except Exception as error:
        _log.error("order_not_expired", order_id=str(order_id), error=scrub(repr(error)))
        return 0
