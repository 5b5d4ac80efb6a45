"""How payments of orders plug into the processes."""

from __future__ import annotations

from kerben.domains.payments import api as payments
from kerben.flows.order_payment import expiry
from kerben.flows.order_payment.controllers import OrderPaymentController
from kerben.flows.order_payment.service import OrderPayments
from kerben.flows.order_payment.settlement import SUBJECT, settle
from kerben.platform.modules import Module, Sweep

payments.settled_by(SUBJECT, lambda _: settle)

MODULE = Module(
    name="order_payment",
    controllers=[OrderPaymentController],
    sweeps=[Sweep("orders.expiry", 1.0, expiry.sweep), *payments.sweeps(SUBJECT, lambda _: settle)],
    provides={"order_payments": OrderPayments},
    checks={
        "paid_orders_have_their_money": """
            SELECT o.id FROM orders.order o
            WHERE o.paid_at IS NOT NULL AND o.status NOT IN ('cancelled', 'returned') AND o.needs_attention IS NULL
              AND NOT EXISTS (
                  SELECT 1 FROM payments.payment p
                  LEFT JOIN payments.refund r ON r.payment_id = p.id AND r.status <> 'failed'
                  WHERE p.subject_id = o.id AND p.status = 'captured' AND r.id IS NULL)
        """,
        "money_is_kept_by_a_live_order_or_refunded": """
            SELECT p.id FROM payments.payment p
            JOIN orders.order o ON o.id = p.subject_id
            LEFT JOIN payments.refund r ON r.payment_id = p.id AND r.status <> 'failed'
            WHERE p.subject = 'order' AND p.status = 'captured' AND r.id IS NULL
              AND (o.paid_at IS NULL OR o.status IN ('cancelled', 'returned'))
        """,
        "live_orders_do_not_refund_their_only_payment": """
            SELECT o.id FROM orders.order o
            JOIN payments.payment p ON p.subject_id = o.id
            JOIN payments.refund r ON r.payment_id = p.id AND r.status <> 'failed'
            WHERE o.paid_at IS NOT NULL AND o.status NOT IN ('cancelled', 'returned') AND o.needs_attention IS NULL
            GROUP BY o.id HAVING count(*) >= (
                SELECT count(*) FROM payments.payment q
                WHERE q.subject_id = o.id AND q.status IN ('captured', 'refunded'))
        """,
        "refunds_payable_is_what_buyers_are_owed": """
            SELECT currency, booked.amount, owed.amount AS owed FROM (
                SELECT currency, sum(credits - debits)::bigint AS amount FROM ledger.account
                WHERE kind = 'refunds_payable' GROUP BY currency
            ) booked
            FULL JOIN (
                SELECT p.currency, sum(p.amount)::bigint AS amount FROM payments.payment p
                WHERE p.subject = 'order' AND p.status = 'captured' AND p.method IN ('card', 'bank_qr')
                  AND EXISTS (SELECT FROM payments.refund r WHERE r.payment_id = p.id)
                GROUP BY p.currency
            ) owed USING (currency)
            WHERE coalesce(booked.amount, 0) <> coalesce(owed.amount, 0)
        """,
        "goods_are_kept_for_live_orders_only": """
            SELECT r.order_id FROM inventory.reservation r
            LEFT JOIN orders.order o ON o.id = r.order_id
            WHERE r.status = 'active' AND (o.id IS NULL OR o.status IN ('cancelled', 'returned', 'delivered',
                                                                         'shipped', 'delivering'))
        """,
        "live_orders_keep_their_goods": """
            SELECT o.id FROM orders.order o
            JOIN orders.order_line l ON l.order_id = o.id AND l.variant_id IS NOT NULL
            LEFT JOIN inventory.reservation r
                   ON r.order_id = o.id AND r.variant_id = l.variant_id AND r.status = 'active'
            WHERE o.status IN ('awaiting_confirmation', 'awaiting_payment', 'awaiting_shipment',
                               'awaiting_shipment_cod', 'cooking', 'ready_for_pickup', 'pickup_expired')
              AND r.order_id IS NULL
        """,
    },
)
