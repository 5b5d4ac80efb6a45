"""Orders with their payments, as the desk shows them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kerben.domains.orders import api as orders
from kerben.domains.orders.api import Actor, Order, OrderStatus, PaymentLinks, PaymentView
from kerben.domains.payments import api as payments
from kerben.domains.payments.api import PaymentRow, PaymentStatus, RefundRow
from kerben.flows.order_desk.model import DetailedOrder, HistoryView, ListedOrder, RefundView
from kerben.platform import money
from kerben.platform.db import ReadTx


def _payment(links: PaymentLinks, order: Order, payment: PaymentRow | None) -> PaymentView | None:
    if payment is None:
        return None
    payable = order.status is OrderStatus.AWAITING_PAYMENT and payment.status is PaymentStatus.PENDING
    return PaymentView(
        payment.id,
        payment.status.value,
        links.action(order.payment_method, payment.id, payable=payable),
    )


def refund_view(refund: RefundRow, currency: str, *, inside: bool = True) -> RefundView:
    """A refund for an answer; `inside` False leaves out what is between seller and platform."""
    amount = money.view(refund.amount, currency)
    if not inside:
        return RefundView(refund.id, refund.status.value, amount, refund.reason, refund.created_at)
    return RefundView(
        refund.id, refund.status.value, amount, refund.reason, refund.created_at, refund.responsible,
        refund.borne_by, refund.evidence,
    )  # fmt: skip


async def listed(tx: ReadTx, links: PaymentLinks, page: Sequence[Order]) -> list[ListedOrder]:
    """A page of orders; two statements, however many they are."""
    ids = [o.id for o in page]
    lines = await orders.lines_by_orders(tx, ids)
    paid = await payments.payments_by_subjects(tx, ids) if ids else {}
    return [
        ListedOrder(
            **msgspec.structs.asdict(orders.order_view(o, lines.get(o.id, []))),
            payment=_payment(links, o, paid.get(o.id)),
        )
        for o in page
    ]


async def detailed(
    tx: ReadTx, links: PaymentLinks, order: Order, viewer: Actor, pickup_code: str | None
) -> DetailedOrder:
    """One order with its payment, refund and history."""
    lines = await orders.lines_by_orders(tx, [order.id])
    payment = (await payments.payments_by_subjects(tx, [order.id])).get(order.id)
    refund = (await payments.refunds_by_payments(tx, [payment.id])).get(payment.id) if payment else None
    history = await orders.history(tx, order.id)
    return DetailedOrder(
        **msgspec.structs.asdict(orders.order_view(order, lines.get(order.id, []))),
        payment=_payment(links, order, payment),
        refund=refund_view(refund, order.currency, inside=viewer.role != "buyer") if refund else None,
        history=[HistoryView(**msgspec.structs.asdict(entry)) for entry in history],
        can_become=orders.targets(order.status, order.delivery.method, order.payment_method, viewer.role),
        pickup_code=pickup_code,
    )
