"""Use cases of orders; each takes many, and one is a batch of one. Locks are taken in order-id order."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.orders import line_repository, option_repository, repository, rules
from kerben.domains.orders.errors import OrderNotEditableError
from kerben.domains.orders.events import (
    DeliveryOptionChanged,
    OrderCancelled,
    OrderChanged,
    OrderPaid,
    OrderPlaced,
    OrderStatusChanged,
    PaymentReminderDue,
)
from kerben.domains.orders.model import (
    SYSTEM,
    Actor,
    CancelReason,
    DeliveryOption,
    HistoryEntry,
    Move,
    Moved,
    NewOrder,
    Order,
    OrderChange,
    OrderFilter,
    OrderLine,
    OrderStatus,
    PlacedOrder,
)
from kerben.domains.orders.states import ORDER_STATES
from kerben.platform.db import ReadTx, WriteTx


async def place(tx: WriteTx, orders: Sequence[NewOrder]) -> list[PlacedOrder]:
    """Store orders that have been checked and reserved; one statement for all of them."""
    if not orders:
        return []
    numbers = await repository.insert_orders(tx, orders)
    placed = [PlacedOrder(o.id, rules.number_text(numbers[o.id])) for o in orders]
    tx.publish(
        *(
            OrderPlaced(
                order_id=o.id,
                number=p.number,
                user_id=o.user_id,
                shop_id=o.shop_id,
                merchant_id=o.merchant_id,
                status=o.status.value,
                payment_method=o.payment_method.value,
                delivery_method=o.delivery.method.value,
                total=o.total,
                currency=o.currency,
                reserved_until=o.reserved_until,
            )
            for o, p in zip(orders, placed, strict=True)
        )
    )
    return placed


async def orders_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, Order]:
    """Orders by id; unknown ids are left out."""
    return {o.id: o for o in await repository.orders_by_ids(tx, ids)} if ids else {}


async def lock(tx: WriteTx, ids: Sequence[UUID]) -> dict[UUID, Order]:
    """Orders by id, locked until the transaction ends. Payments are locked before orders, orders before stock."""
    return {o.id: o for o in await repository.lock(tx, ids)} if ids else {}


async def lines_by_orders(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, list[OrderLine]]:
    """Lines by order."""
    return await line_repository.lines_by_orders(tx, ids) if ids else {}


async def history(tx: ReadTx, order_id: UUID) -> list[HistoryEntry]:
    """All changes of an order, oldest first."""
    return await repository.history(tx, order_id)


async def list_orders(tx: ReadTx, wanted: OrderFilter, limit: int) -> list[Order]:
    """Newest first."""
    return await repository.list_orders(tx, wanted, limit)


async def awaiting_pickup(tx: ReadTx, shop_id: UUID, before: UUID | None, limit: int) -> list[Order]:
    """Orders that lie ready at a shop's counter, newest first, from before the cursor."""
    return await repository.awaiting_pickup(tx, shop_id, before, limit)


async def move(tx: WriteTx, moves: Sequence[Move]) -> dict[UUID, Moved]:
    """Make the steps that the table allows from where each order stands now; those that happened, by order.

    An order that is missing from the answer stood elsewhere: nothing about it has changed.
    """
    if not moves:
        return {}
    sources = [
        [s for s in ORDER_STATES.sources(m.to, m.actor.role) if m.sources is None or s in m.sources] for m in moves
    ]
    moved = await repository.move(tx, moves, sources)
    by_id = {m.order_id: m for m in moves}
    for done in moved:
        _publish_step(tx, done, by_id[done.order.id])
    return {done.order.id: done for done in moved}


def status_changed(tx: WriteTx, done: Moved, actor: Actor) -> OrderStatusChanged:
    """The event of a step."""
    order = done.order
    return OrderStatusChanged(
        order_id=order.id,
        number=order.number,
        user_id=order.user_id,
        shop_id=order.shop_id,
        merchant_id=order.merchant_id,
        previous=done.previous.value,
        status=order.status.value,
        phase=rules.phase(order.status, paid=order.paid_at is not None).value,
        actor_role=actor.role,
        at=tx.now,
    )


def _publish_step(tx: WriteTx, done: Moved, step: Move) -> None:
    order = done.order
    tx.publish(status_changed(tx, done, step.actor))
    if step.paid and order.paid_at == tx.now:
        tx.publish(
            OrderPaid(
                order_id=order.id,
                user_id=order.user_id,
                shop_id=order.shop_id,
                merchant_id=order.merchant_id,
                total=order.total,
                currency=order.currency,
                payment_method=order.payment_method.value,
            )
        )
    if order.status is OrderStatus.CANCELLED:
        tx.publish(
            OrderCancelled(
                order_id=order.id,
                number=order.number,
                user_id=order.user_id,
                shop_id=order.shop_id,
                merchant_id=order.merchant_id,
                reason=order.cancel_reason or "",
            )
        )


async def mark_paid(tx: WriteTx, order_ids: Sequence[UUID]) -> dict[UUID, Moved]:
    """The acquirer captured: orders that await payment await shipment now. Others are left as they are."""
    return await move(
        tx,
        [
            Move(
                order_id=i,
                to=OrderStatus.AWAITING_SHIPMENT,
                actor=SYSTEM,
                action="paid",
                paid=True,
                sources=(OrderStatus.AWAITING_PAYMENT,),
            )
            for i in order_ids
        ],
    )


async def revive(tx: WriteTx, order_ids: Sequence[UUID]) -> dict[UUID, Moved]:
    """Take up orders again that were cancelled for non-payment and are paid after all."""
    return await move(
        tx,
        [
            Move(
                order_id=i,
                to=OrderStatus.AWAITING_SHIPMENT,
                actor=SYSTEM,
                action="revived",
                paid=True,
                sources=(OrderStatus.CANCELLED,),
                cancelled_as=rules.REVIVABLE,
            )
            for i in order_ids
        ],
    )


async def cancel(
    tx: WriteTx, order_ids: Sequence[UUID], *, actor: Actor, reason: CancelReason, comment: str | None = None
) -> dict[UUID, Moved]:
    """Cancel what this actor may still cancel."""
    return await move(
        tx,
        [
            Move(
                order_id=i,
                to=OrderStatus.CANCELLED,
                actor=actor,
                action="cancelled",
                reason=reason,
                comment=comment,
            )
            for i in order_ids
        ],
    )


async def due(tx: ReadTx, limit: int) -> list[UUID]:
    """Orders whose payment or confirmation did not come in time; not locked."""
    return await repository.due(tx, limit)


async def expire(tx: WriteTx, order_ids: Sequence[UUID]) -> dict[UUID, Moved]:
    """Cancel those of these orders that are still overdue."""
    orders = await orders_by_ids(tx, order_ids)
    reasons = {
        OrderStatus.AWAITING_PAYMENT: CancelReason.UNPAID,
        OrderStatus.AWAITING_CONFIRMATION: CancelReason.UNCONFIRMED,
    }
    return await move(
        tx,
        [
            Move(
                order_id=o.id,
                to=OrderStatus.CANCELLED,
                actor=SYSTEM,
                action="expired",
                reason=reasons[o.status],
                sources=(o.status,),
            )
            for o in orders.values()
            if o.status in reasons and o.reserved_until is not None and o.reserved_until <= tx.now
        ],
    )


async def remind(tx: WriteTx, limit: int) -> int:
    """Publish reminders of payments that are about to be too late; each once."""
    orders = await repository.take_reminders(tx, limit)
    tx.publish(
        *(
            PaymentReminderDue(
                order_id=o.id,
                number=o.number,
                user_id=o.user_id,
                shop_id=o.shop_id,
                total=o.total,
                currency=o.currency,
                due_at=o.reserved_until,
            )
            for o in orders
            if o.status is OrderStatus.AWAITING_PAYMENT and o.reserved_until is not None
        )
    )
    return len(orders)


def editable(order: Order) -> tuple[bool, bool]:
    """What a manager may edit now: (everything, delivery)."""
    everything = order.status is OrderStatus.AWAITING_CONFIRMATION
    return everything, everything or order.status is OrderStatus.AWAITING_PAYMENT


async def change(tx: WriteTx, order: Order, lines: Sequence[OrderLine], edit: OrderChange, actor: Actor) -> Order:
    """Write a manager's edit of a locked order. Raises OrderNotEditableError where it is too late for it."""
    everything, delivery = editable(order)
    beyond_delivery = (
        edit.lines is not None
        or edit.contact != order.contact
        or edit.comment != order.comment
        or edit.payment_method is not order.payment_method
        or edit.delivery_fee != order.delivery_fee
    )
    if not delivery or (beyond_delivery and not everything):
        raise OrderNotEditableError
    changed = await repository.change(tx, order, edit, actor, _snapshot(order, lines, edit), _after(order, edit))
    tx.publish(
        OrderChanged(
            order_id=order.id,
            user_id=order.user_id,
            shop_id=order.shop_id,
            total=changed.total,
            currency=changed.currency,
            version=changed.version,
        )
    )
    return changed


def _snapshot(order: Order, lines: Sequence[OrderLine], edit: OrderChange) -> dict[str, object]:
    before: dict[str, object] = {
        name: getattr(order, name)
        for name in ("delivery", "contact", "comment", "payment_method", "delivery_fee")
        if getattr(order, name) != getattr(edit, name)
    }
    if edit.lines is not None:
        before["lines"] = list(lines)
    return before


def _after(order: Order, edit: OrderChange) -> dict[str, object]:
    after: dict[str, object] = {
        name: getattr(edit, name)
        for name in ("delivery", "contact", "comment", "payment_method", "delivery_fee")
        if getattr(order, name) != getattr(edit, name)
    }
    if edit.lines is not None:
        after["lines"] = edit.lines
    return after


async def claim(tx: WriteTx, pairs: Sequence[tuple[UUID, UUID]]) -> int:
    """Give the orders of guest users (first) to accounts (second); how many moved."""
    return await repository.claim(tx, pairs) if pairs else 0


async def delivery_options(tx: ReadTx, shop_ids: Sequence[UUID]) -> dict[UUID, list[DeliveryOption]]:
    """What shops offer at checkout, their own terms over the defaults."""
    return await option_repository.delivery_options(tx, shop_ids) if shop_ids else {}


async def set_delivery_option(tx: WriteTx, shop_id: UUID, option: DeliveryOption) -> None:
    """A shop's own terms for one way of delivery."""
    await option_repository.set_delivery_option(tx, shop_id, option)
    tx.publish(DeliveryOptionChanged(shop_id, option.method.value))
