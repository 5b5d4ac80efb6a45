"""What follows when payments of orders change, in the transaction of the change.

A captured payment ends in exactly one of two ways: its order is kept (awaiting shipment, goods held, ledger booked,
payout due), or the money is refunded in full. An order that was cancelled only because the payment did not come in
time is revived if its goods are still free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.inventory import api as inventory
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import CancelReason, OrderStatus
from kerben.domains.payments import api as payments
from kerben.domains.payments.api import PaymentChange, PaymentStatus, RefundWish
from kerben.domains.payouts import api as payouts
from kerben.platform.db import WriteTx

SUBJECT: Final = "order"
_OVER: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.RETURNED})


async def settle(tx: WriteTx, changes: Sequence[PaymentChange]) -> None:
    """Carry changes of payments over to orders, stock, ledger and payouts; `payments.api.Settle`."""
    mine = [change for change in changes if change.subject == SUBJECT]
    captured = [change for change in mine if change.new is PaymentStatus.CAPTURED]
    await _give_up_rivals(tx, captured)
    kept = await _keep(tx, captured) if captured else frozenset[UUID]()
    not_kept = frozenset(change.payment_id for change in captured) - kept
    await payments.request_refunds(
        tx, [RefundWish(payment_id, "Заказ отменён или уже оплачен.") for payment_id in sorted(not_kept)]
    )
    await _note_foreign_refunds(tx, [c.subject_id for c in mine if c.new is PaymentStatus.REFUNDED])
    await payments.book(tx, mine, not_kept)
    for currency in sorted({change.currency for change in captured}):
        merchants = {c.merchant_id for c in captured if c.payment_id in kept and c.currency == currency}
        if merchants:
            await payouts.create_due(tx, sorted(merchants), currency)


async def _give_up_rivals(tx: WriteTx, captured: Sequence[PaymentChange]) -> None:
    """A buyer who began a second payment after the first seemed to fail must not pay twice."""
    rivals = await payments.open_payments(tx, sorted({change.subject_id for change in captured}))
    if rivals:
        await payments.void(tx, rivals)


async def _keep(tx: WriteTx, captured: Sequence[PaymentChange]) -> frozenset[UUID]:
    """The payments whose orders are kept; a second payment of one order never is."""
    first: dict[UUID, PaymentChange] = {}
    for change in captured:
        first.setdefault(change.subject_id, change)
    paid = set(await orders.mark_paid(tx, sorted(first)))
    late = sorted(set(first) - paid)
    if late:
        paid |= await _revive(tx, late)
    if paid:
        await inventory.extend(tx, sorted(paid), None)
    return frozenset(first[order_id].payment_id for order_id in paid)


async def _revive(tx: WriteTx, order_ids: Sequence[UUID]) -> set[UUID]:
    """Take up again, of orders that were cancelled for non-payment, those whose goods are still free."""
    locked = await orders.lock(tx, order_ids)
    unpaid = [
        o.id
        for o in locked.values()
        if o.status is OrderStatus.CANCELLED and o.cancel_reason == CancelReason.UNPAID and o.paid_at is None
    ]
    lines = await orders.lines_by_orders(tx, unpaid)
    verdicts = await inventory.reserve(
        tx,
        [
            inventory.ReserveRequest(
                order_id,
                None,
                [inventory.ReserveLine(x.variant_id, x.qty_milli) for x in lines[order_id] if x.variant_id],
            )
            for order_id in unpaid
        ],
    )
    free = [order_id for order_id, verdict in zip(unpaid, verdicts, strict=True) if verdict is None]
    return set(await orders.revive(tx, free))


async def _note_foreign_refunds(tx: WriteTx, order_ids: Sequence[UUID]) -> None:
    """Money that went back though nobody here asked for it: the seller has to know before he ships.

    An order that was paid twice and got the second payment back still has its money.
    """
    if not order_ids:
        return
    known = await orders.orders_by_ids(tx, order_ids)
    holding = await payments.payments_by_subjects(tx, order_ids)
    live = [
        o.id for o in known.values() if o.status not in _OVER and holding[o.id].status is not PaymentStatus.CAPTURED
    ]
    await orders.need_attention(tx, live, orders.CHARGED_BACK)
