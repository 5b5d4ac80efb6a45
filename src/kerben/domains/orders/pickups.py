"""Orders that wait at a counter: how long, what happens when nobody comes, and keeping them longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from kerben.domains.inventory import api as inventory
from kerben.domains.orders import pickup_repository, rules
from kerben.domains.orders.events import PickupExtended
from kerben.domains.orders.model import SYSTEM, Move, Moved, OrderStatus, PickupExtension
from kerben.domains.orders.service import move, status_changed
from kerben.platform.db import ReadTx, WriteTx


async def expire_pickups(tx: WriteTx, limit: int) -> dict[UUID, Moved]:
    """Mark orders that lie ready beyond their time. Their goods are kept for `rules.UNCLAIMED_H` more, in which the
    seller may extend the pickup or the buyer come after all."""
    keep_until = tx.now + timedelta(hours=rules.UNCLAIMED_H)
    expired = await move(
        tx,
        [
            Move(
                order_id=i,
                to=OrderStatus.PICKUP_EXPIRED,
                actor=SYSTEM,
                action="pickup_expired",
                keep_until=keep_until,
                sources=(OrderStatus.READY_FOR_PICKUP,),
            )
            for i in await pickup_repository.lock_due_pickups(tx, limit)
        ],
    )
    if expired:
        await inventory.extend(tx, sorted(expired), keep_until)
    return expired


async def due_unclaimed(tx: ReadTx, limit: int) -> list[UUID]:
    """Orders whose expired pickup was not extended in time; not locked."""
    return await pickup_repository.due_unclaimed(tx, limit)


async def extend_pickups(tx: WriteTx, wishes: Sequence[PickupExtension]) -> dict[UUID, Moved]:
    """Keep goods at the counter until a later moment; an expired pickup is ready again. Those done, by order.

    An order that is missing from the answer does not wait at the counter (any more): nothing about it has changed.
    """
    if not wishes:
        return {}
    extended = await pickup_repository.extend(tx, wishes)
    actors = {wish.order_id: wish.actor for wish in wishes}
    for done in extended:
        until = done.order.reserved_until or tx.now
        await inventory.extend(tx, [done.order.id], until)
        if done.previous is not done.order.status:
            tx.publish(status_changed(tx, done, actors[done.order.id]))
        tx.publish(
            PickupExtended(
                order_id=done.order.id,
                number=done.order.number,
                user_id=done.order.user_id,
                shop_id=done.order.shop_id,
                merchant_id=done.order.merchant_id,
                pickup_until=until,
            )
        )
    return {done.order.id: done for done in extended}
