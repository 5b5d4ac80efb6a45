"""The few pages a buyer's browser sees between the shop and the acquirer. Plain HTML without scripts."""

from __future__ import annotations

from html import escape
from typing import Final

from kerben.domains.orders.api import OrderStatus
from kerben.domains.payments.api import PaymentStatus
from kerben.flows.order_payment.service import OpenedPayment
from kerben.platform import money

_PAGE: Final = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
{refresh}<title>{title}</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;margin:0;display:grid;min-height:100vh;place-items:center;
background:#f6f4ef;color:#1d2330}}main{{max-width:26rem;padding:2rem}}h1{{font-size:1.5rem;margin:0 0 .5rem}}
a{{color:#0b5fa5}}</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{links}</main></body></html>
"""

REFRESH_S: Final = 3


def page(title: str, text: str, *, refresh: bool = False, links: str = "") -> str:
    """A page with a headline and a paragraph; `links` is ready HTML."""
    meta = f'<meta http-equiv="refresh" content="{REFRESH_S}">' if refresh else ""
    return _PAGE.format(refresh=meta, title=escape(title), text=escape(text), links=links)


def how_it_stands(found: OpenedPayment, again_url: str) -> str:
    """The page a buyer comes back to from the acquirer."""
    order, payment = found.order, found.payment
    amount = money.display(payment.amount, payment.currency)
    again = f'<p><a href="{escape(again_url)}">Вернуться к оплате</a></p>'
    if payment.status is PaymentStatus.REFUNDED:
        return page("Деньги возвращены", f"Заказ {order.number}: {amount} возвращены на вашу карту.")
    if payment.status is PaymentStatus.CAPTURED:
        if order.paid_at is not None and order.status not in {OrderStatus.CANCELLED, OrderStatus.RETURNED}:
            return page("Заказ оплачен", f"Заказ {order.number} на сумму {amount} оплачен. Магазин уже готовит его.")
        return page(
            "Вернём деньги",
            f"Оплата заказа {order.number} пришла, когда он был уже отменён. Мы возвращаем {amount} полностью.",
        )
    if payment.status is PaymentStatus.FAILED:
        return page("Оплата не прошла", f"Банк отклонил оплату заказа {order.number}. Деньги не списаны.")
    if payment.status is PaymentStatus.VOIDED or order.status is OrderStatus.CANCELLED:
        return page("Заказ отменён", f"Заказ {order.number} отменён. Если деньги списаны, мы вернём их полностью.")
    return page(
        "Ждём ответ банка",
        f"Заказ {order.number} на сумму {amount}. Как только банк подтвердит оплату, страница обновится.",
        refresh=True,
        links=again,
    )
