"""Moving one order by hand, with the money and goods that go along.

Each use case reads the order, locks its payment by what it does to it, and only then moves the order, on the
condition that it still stands where it was read; otherwise OrderMovedError takes all of it back and the edge tries
once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.inventory import api as inventory
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import (
    ON_RECEIPT,
    ONLINE,
    PICKUP_H,
    REMINDER_MIN,
    TRANSFER_H,
    UNCLAIMED_H,
    Actor,
    CancelReason,
    Move,
    Order,
    OrderStatus,
    SizeNotAgreedError,
)
from kerben.domains.payments import api as payments
from kerben.domains.payments.api import (
    Bearer,
    PaymentChange,
    PaymentClosedError,
    PaymentRow,
    PaymentStatus,
    RefundRequested,
    RefundRow,
    RefundWish,
)
from kerben.flows.order_desk.model import RefundBody, RefundedView
from kerben.flows.order_desk.views import refund_view
from kerben.platform.db import WriteTx
from kerben.platform.errors import ForbiddenError, IllegalTransitionError, invalid

S = OrderStatus
LEAVES_SHOP: Final = frozenset({S.SHIPPED, S.DELIVERING, S.DELIVERED})
_ROLES: Final = ("buyer", "manager", "accountant", "storekeeper", "cashier", "courier")
REFUNDED_AS: Final = {True: S.RETURNED, False: S.CANCELLED}
"""Where a refund leaves an order, by whether its goods had left the shop."""


class OrderMovedError(Exception):
    """Somebody else moved the order meanwhile."""


def require_step(order: Order, to: OrderStatus, actor: Actor) -> None:
    """Raise unless this actor may make this step now: ForbiddenError when somebody else could, else
    IllegalTransitionError with what is possible."""
    allowed = orders.targets(order.status, order.delivery.method, order.payment_method, actor.role)
    if to in allowed:
        return
    by_others = any(
        to in orders.targets(order.status, order.delivery.method, order.payment_method, role) for role in _ROLES
    )
    if by_others and actor.role != "buyer":
        raise ForbiddenError
    raise IllegalTransitionError(status=order.status.value, can_become=[s.value for s in allowed])


async def transition(tx: WriteTx, order: Order, actor: Actor, to: OrderStatus, comment: str | None) -> Order:
    """Make a staff member's step. Raises ForbiddenError, IllegalTransitionError, SizeNotAgreedError."""
    require_step(order, to, actor)
    if to is S.CANCELLED:
        return await cancel(tx, order, actor, comment)
    if to is S.RETURNED:
        moved, _ = await give_back(tx, order, actor, RefundBody(comment or "Возврат", Bearer.SELLER), to)
        return moved
    if order.status is S.AWAITING_CONFIRMATION:
        await _require_sizes(tx, order)
    paid = _pays(order, to)
    changes: list[PaymentChange] = []
    if paid:
        payment = await _payment_of(tx, order)
        changes = await payments.confirm_manual(tx, [payment.id] if payment else [])
    moved = await _move(tx, order, _step(tx, order, actor, to, comment, paid=paid))
    if to in LEAVES_SHOP and not order.handed_over:
        await inventory.hand_over(tx, [order.id])
    elif to not in LEAVES_SHOP:
        await inventory.extend(tx, [order.id], moved.reserved_until)
    await _book(tx, changes)
    await note(tx, actor, "order.transition", order, moved)
    return moved


def _pays(order: Order, to: OrderStatus) -> bool:
    """Whether this step says that a person has seen the money."""
    if order.payment_method in ONLINE or order.paid_at is not None:
        return False
    if order.payment_method in ON_RECEIPT:
        return to is S.DELIVERED
    return to is S.AWAITING_SHIPMENT


def _step(tx: WriteTx, order: Order, actor: Actor, to: OrderStatus, comment: str | None, *, paid: bool) -> Move:
    keep_until = None
    if to is S.READY_FOR_PICKUP:
        keep_until = tx.now + timedelta(hours=PICKUP_H)
    elif to is S.PICKUP_EXPIRED:
        keep_until = tx.now + timedelta(hours=UNCLAIMED_H)
    elif to is S.AWAITING_PAYMENT:
        keep_until = tx.now + timedelta(hours=TRANSFER_H)
    remind_at = keep_until - timedelta(minutes=REMINDER_MIN) if to is S.AWAITING_PAYMENT and keep_until else None
    return Move(
        order_id=order.id,
        to=to,
        actor=actor,
        comment=comment,
        paid=paid,
        keep_until=keep_until,
        remind_at=remind_at,
        sources=(order.status,),
    )


async def _require_sizes(tx: WriteTx, order: Order) -> None:
    lines = (await orders.lines_by_orders(tx, [order.id])).get(order.id, [])
    if open_lines := [line.n for line in lines if line.variant_id is None]:
        raise SizeNotAgreedError(lines=open_lines)


async def cancel(tx: WriteTx, order: Order, actor: Actor, comment: str | None) -> Order:
    """Cancel an order, free its goods, and give the money up or back.

    Raises ForbiddenError or IllegalTransitionError where this actor may not (any more).
    """
    require_step(order, S.CANCELLED, actor)
    payment = await _payment_of(tx, order)
    refunded = None
    if payment is not None and payment.status is PaymentStatus.CAPTURED:
        refunded = await payments.request_refund(tx, RefundWish(payment.id, comment or "Заказ отменён"))
    elif payment is not None:
        await payments.void(tx, [payment.id])
    reason = CancelReason.BUYER if actor.role == "buyer" else CancelReason.SELLER
    moved = await _move(
        tx,
        order,
        Move(
            order_id=order.id,
            to=S.CANCELLED,
            actor=actor,
            action="cancelled",
            comment=comment,
            reason=reason,
            sources=(order.status,),
        ),
    )
    await inventory.release(tx, [order.id])
    await _book_refund(tx, payment, refunded)
    if actor.role != "buyer":
        await note(tx, actor, "order.cancelled", order, moved)
    return moved


async def give_back(
    tx: WriteTx, order: Order, actor: Actor, body: RefundBody, to: OrderStatus
) -> tuple[Order, RefundRow | None]:
    """End an order with its money refunded in full: cancelled before its goods left the shop, returned after.

    What was never paid is given up. Goods that never left are freed; those that had left are taken back into stock,
    unless `body.restock` says that they did not come back. Raises ForbiddenError, IllegalTransitionError, and
    InvalidRequestError for goods that are said not to have come back though they never left.
    """
    require_step(order, to, actor)
    if not body.restock and not order.handed_over:
        raise invalid("/restock", "Товар не покидал магазин: он снова в продаже. Испорченный товар спишите отдельно.")
    payment = await _payment_of(tx, order)
    refunded = None
    if payment is not None and payment.status is PaymentStatus.CAPTURED:
        refunded = await payments.request_refund(tx, _wish(payment, body))
    elif payment is not None:
        await payments.void(tx, [payment.id])
    moved = await _move(
        tx,
        order,
        Move(
            order_id=order.id,
            to=to,
            actor=actor,
            action="refunded" if refunded else "returned",
            comment=body.reason,
            reason=CancelReason.REFUNDED if to is S.CANCELLED else None,
            sources=(order.status,),
        ),
    )
    if not order.handed_over:
        await inventory.release(tx, [order.id])
    elif body.restock:
        await inventory.restock(tx, [order.id])
    await _book_refund(tx, payment, refunded)
    await note(tx, actor, "order.refunded" if refunded else "order.returned", order, moved, body)
    return moved, await _borne(tx, actor, body, refunded.refund) if refunded else None


def _wish(payment: PaymentRow, body: RefundBody) -> RefundWish:
    return RefundWish(payment.id, body.reason, body.responsible, tuple(body.evidence))


async def _borne(tx: WriteTx, actor: Actor, body: RefundBody, made: RefundRow) -> RefundRow:
    """A seller's word that the platform is answerable is a claim; only an admin's spends the platform's money."""
    if actor.role != "admin" or body.responsible is not Bearer.PLATFORM:
        return made
    refund, _ = await payments.decide_bearer(tx, made.id, Bearer.PLATFORM)
    return refund


async def refund(tx: WriteTx, order: Order, actor: Actor, body: RefundBody) -> RefundedView:
    """Refund a paid order in full; one whose refund is under way gives that refund again.

    Raises PaymentClosedError when nothing was captured, IllegalTransitionError when the order cannot end now.
    """
    payment = await _payment_of(tx, order)
    if payment is None or payment.status not in {PaymentStatus.CAPTURED, PaymentStatus.REFUNDED}:
        raise PaymentClosedError(status=payment.status.value if payment else None)
    made = (await payments.refunds_by_payments(tx, [payment.id])).get(payment.id)
    if order.status not in {S.CANCELLED, S.RETURNED}:
        order, made = await give_back(tx, order, actor, body, REFUNDED_AS[order.handed_over])
    elif made is None and payment.status is PaymentStatus.CAPTURED:
        # The acquirer refused the first refund: the order has ended, its money still has to go back.
        again = await payments.request_refund(tx, _wish(payment, body))
        await _book_refund(tx, payment, again)
        await note(tx, actor, "order.refunded", order, order, body)
        made = await _borne(tx, actor, body, again.refund)
    if made is None:
        raise OrderMovedError
    return RefundedView(order.id, order.status, body.responsible, refund_view(made, order.currency))


async def new_payment(tx: WriteTx, order: Order, commission_bp: int, acquiring_bp: int) -> PaymentRow:
    """Another try to pay an order whose payment failed; the open one when there is one.

    Raises IllegalTransitionError when the order does not await an online payment.
    """
    # The payment is locked before the order, as everywhere: it may be captured after all just now.
    latest = await _payment_of(tx, order)
    await payments.lock(tx, [latest.id] if latest else [])
    current = (await orders.lock(tx, [order.id]))[order.id]
    overdue = current.reserved_until is None or current.reserved_until <= tx.now
    if current.status is not S.AWAITING_PAYMENT or overdue or current.payment_method not in ONLINE:
        raise IllegalTransitionError(status=current.status.value)
    payment = await _payment_of(tx, order)
    if payment is not None and payment.status not in {PaymentStatus.FAILED, PaymentStatus.VOIDED}:
        return payment
    return await create_payment(tx, current, commission_bp, acquiring_bp)


async def create_payment(tx: WriteTx, order: Order, commission_bp: int, acquiring_bp: int) -> PaymentRow:
    """A pending payment of an order's total."""
    method = payments.Method(order.payment_method.value)
    created = await payments.create(
        tx,
        [
            payments.NewPayment(
                "order",
                order.id,
                order.merchant_id,
                order.shop_id,
                order.total,
                order.currency,
                method,
                commission_bp,
                acquiring_bp if order.payment_method in ONLINE else 0,
            )
        ],
    )
    return created[0]


async def _payment_of(tx: WriteTx, order: Order) -> PaymentRow | None:
    return (await payments.payments_by_subjects(tx, [order.id])).get(order.id)


async def _move(tx: WriteTx, order: Order, step: Move) -> Order:
    moved = await orders.move(tx, [step])
    if order.id not in moved:
        raise OrderMovedError
    return moved[order.id].order


async def _book(tx: WriteTx, changes: Sequence[PaymentChange]) -> None:
    """Money that went from hand to hand is the seller's already: only the platform's commission is booked."""
    await payments.book(tx, changes)


async def _book_refund(tx: WriteTx, payment: PaymentRow | None, refunded: RefundRequested | None) -> None:
    """Money that the acquirer is to give back leaves the seller's balance now, before a payout can take it."""
    if refunded is None or payment is None:
        return
    if refunded.change is not None:
        await _book(tx, [refunded.change])
    elif payment.is_online:
        await payments.hold_for_refund(tx, [payment])


async def note(
    tx: WriteTx, actor: Actor, action: str, before: Order, after: Order, body: RefundBody | None = None
) -> None:
    """Keep a step in the audit log."""
    said = {"responsible": body.responsible, "restock": body.restock, "evidence": body.evidence} if body else {}
    await record(
        tx,
        AuditEntry(
            actor.id,
            actor.role,
            action,
            "order",
            str(before.id),
            {"status": before.status.value},
            {"status": after.status.value, **said},
            # What a buyer does stands in the order's history; the log of a shop is about its staff.
            merchant_id=before.merchant_id if actor.role != "buyer" else None,
        ),
    )
