"""Handing orders over at the counter: the till sees what waits there, and issues orders against the buyers' codes."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from kerben.domains.orders import api as orders
from kerben.domains.orders.api import Actor, DeliveryMethod, Order, OrderLine, OrderStatus, PickupExtension
from kerben.domains.pos.api import KnownDevice
from kerben.flows.order_desk import service
from kerben.flows.order_desk.errors import WrongPickupCodeError
from kerben.flows.order_desk.model import ExtendBody, PickupView
from kerben.platform import money
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import ForbiddenError, IllegalTransitionError, NotFoundError, invalid
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

WAITING: Final = frozenset({OrderStatus.READY_FOR_PICKUP, OrderStatus.PICKUP_EXPIRED})
TRIES: Final = 5
"""Codes that may be tried for one order at once; then one a minute."""

_DIGITS: Final = 6
_PURPOSE: Final = "pickup-code"


class PickupCodes:
    """The six digits that a buyer shows at the counter. They are derived, so nothing needs to be stored."""

    def __init__(self, runtime: Runtime) -> None:
        self._key = runtime.keys.key(_PURPOSE)
        # In force even where rate limits are off: six digits are safe only because they cannot be tried through.
        self._tries = RateLimiter(runtime.clock, burst=TRIES, per_s=1 / 60)

    def code(self, order_id: UUID) -> str:
        """The code of an order."""
        digest = hmac.new(self._key, order_id.bytes, "sha256").digest()
        return f"{int.from_bytes(digest[:8]) % 10**_DIGITS:0{_DIGITS}d}"

    def shown(self, order: Order, viewer: Actor) -> str | None:
        """The code for the buyer of an order that waits at the counter; nobody else sees it."""
        if viewer.role != "buyer" or order.status not in WAITING:
            return None
        return self.code(order.id)

    def check(self, order_id: UUID, code: str) -> None:
        """Raise WrongPickupCodeError, or RateLimitedError after too many tries."""
        self._tries.take(str(order_id))
        if not hmac.compare_digest(self.code(order_id).encode(), code.strip().encode()):
            raise WrongPickupCodeError(pointer="/code")


async def waiting(tx: ReadTx, shop_id: UUID, before: UUID | None, limit: int) -> list[PickupView]:
    """Orders that wait at a shop's counter, newest first, from before the cursor."""
    found = await orders.awaiting_pickup(tx, shop_id, before, limit)
    lines = await orders.lines_by_orders(tx, [o.id for o in found])
    return [_view(order, lines.get(order.id, [])) for order in found]


async def issue(tx: WriteTx, codes: PickupCodes, device: KnownDevice, order_id: UUID, code: str) -> PickupView:
    """Hand an order over at its shop's till. What is paid on receipt is paid now; a repeat changes nothing.

    Raises NotFoundError for another shop's order, WrongPickupCodeError, RateLimitedError, IllegalTransitionError.
    """
    order = (await orders.orders_by_ids(tx, [order_id])).get(order_id)
    if order is None or order.shop_id != device.shop_id or order.delivery.method is not DeliveryMethod.PICKUP:
        raise NotFoundError
    codes.check(order_id, code)
    if order.status is not OrderStatus.DELIVERED:
        actor = Actor(device.id, "cashier")
        order = await service.transition(tx, order, actor, OrderStatus.DELIVERED, "Выдан на кассе по коду.")
    lines = await orders.lines_by_orders(tx, [order_id])
    return _view(order, lines.get(order_id, []))


async def extend(tx: WriteTx, order: Order, actor: Actor, body: ExtendBody) -> Order:
    """Keep an order at the counter for `body.hours` from now on; one whose pickup has expired is ready again.

    Raises ForbiddenError, IllegalTransitionError for an order that does not wait there (any more), and
    InvalidRequestError when it is kept for longer than that already.
    """
    if not orders.ORDER_STATES.allows(OrderStatus.PICKUP_EXPIRED, OrderStatus.READY_FOR_PICKUP, actor.role):
        raise ForbiddenError
    if order.status not in WAITING:
        raise IllegalTransitionError(status=order.status.value, can_become=[])
    until = tx.now + timedelta(hours=body.hours)
    kept = order.pickup_until if order.status is OrderStatus.READY_FOR_PICKUP else None
    if kept is not None and until <= kept:
        raise invalid("/hours", "Заказ и так хранится дольше. Укажите больше часов.", "NOT_LONGER")
    extended = await orders.extend_pickups(tx, [PickupExtension(order.id, until, actor, body.comment)])
    if order.id not in extended:
        raise service.OrderMovedError
    await service.note(tx, actor, "order.pickup_extended", order, extended[order.id].order)
    return extended[order.id].order


def _view(order: Order, lines: Sequence[OrderLine]) -> PickupView:
    return PickupView(
        order_id=order.id,
        number=order.number,
        status=order.status,
        contact_name=order.contact.name,
        items=[orders.line_view(line, order.currency) for line in lines],
        payment_method=order.payment_method,
        total=money.view(order.total, order.currency),
        to_pay=money.view(0 if order.paid_at is not None else order.total, order.currency),
        ready_at=order.ready_at,
        reserved_until=order.reserved_until,
        pickup_until=order.pickup_until,
    )
