"""The few pages a buyer's browser sees between the shop and the acquirer. Plain HTML without scripts."""

from __future__ import annotations

from html import escape
from typing import Final

from kerben.domains.orders.api import OrderStatus
from kerben.domains.payments.api import PaymentStatus
from kerben.flows.order_payment.service import OpenedPayment
from kerben.platform import money

# Colours and measures are those of the other pages: warm paper, felt red for the one action, a mark that says how it
# stands. Braces are doubled because this text goes through str.format.
_PAGE: Final = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
{refresh}<title>{title}</title>
<style>
:root{{--paper:#FBF8F3;--card:#fff;--ink:#211D18;--felt:#A8322A;--clay:#6E6155;--line:#E6DED2;
--good:#2B7353;--wait:#E2972F;--bad:#A8322A}}
@media (prefers-color-scheme:dark){{:root{{--paper:#171512;--card:#201D19;--ink:#F3EEE6;--felt:#C9493F;--clay:#B5A697;
--line:#332E28;--good:#7CC3A0;--bad:#E0705F}}}}
*{{box-sizing:border-box}}
body{{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--paper);color:var(--ink);
font:17px/1.5 "Golos Text",system-ui,-apple-system,"Segoe UI",sans-serif}}
main{{width:100%;max-width:400px;padding:28px 24px;background:var(--card);border:1px solid var(--line);
border-radius:12px;box-shadow:0 8px 24px rgb(33 29 24/8%)}}
.mark{{display:block;width:12px;height:12px;border-radius:50%;background:var(--{tone});margin:0 0 16px}}
h1{{font-size:26px;line-height:1.2;margin:0 0 8px}}p{{margin:0;color:var(--clay)}}p+p{{margin-top:20px}}
a{{display:block;min-height:52px;line-height:52px;border-radius:12px;background:var(--felt);color:#fff;text-align:center;
text-decoration:none;font-weight:600}}
</style></head>
<body><main><i class="mark"></i><h1>{title}</h1><p>{text}</p>{links}</main></body></html>
"""

REFRESH_S: Final = 3


def page(title: str, text: str, *, tone: str = "bad", refresh: bool = False, links: str = "") -> str:
    """A page with a headline and a paragraph; `tone` is good, wait or bad, `links` is ready HTML."""
    meta = f'<meta http-equiv="refresh" content="{REFRESH_S}">' if refresh else ""
    return _PAGE.format(refresh=meta, title=escape(title), text=escape(text), links=links, tone=tone)


def how_it_stands(found: OpenedPayment, again_url: str) -> str:
    """The page a buyer comes back to from the acquirer."""
    order, payment = found.order, found.payment
    amount = money.display(payment.amount, payment.currency)
    again = f'<p><a href="{escape(again_url)}">Вернуться к оплате</a></p>'
    if payment.status is PaymentStatus.REFUNDED:
        return page("Деньги возвращены", f"Заказ {order.number}: {amount} возвращены на вашу карту.", tone="good")
    if payment.status is PaymentStatus.CAPTURED:
        if order.paid_at is not None and order.status not in {OrderStatus.CANCELLED, OrderStatus.RETURNED}:
            text = f"Заказ {order.number} на сумму {amount} оплачен. Магазин уже готовит его."
            return page("Заказ оплачен", text, tone="good")
        return page(
            "Вернём деньги",
            f"Оплата заказа {order.number} пришла, когда он был уже отменён. Мы возвращаем {amount} полностью.",
            tone="wait",
        )
    if payment.status is PaymentStatus.FAILED:
        return page("Оплата не прошла", f"Банк отклонил оплату заказа {order.number}. Деньги не списаны.")
    if payment.status is PaymentStatus.VOIDED or order.status is OrderStatus.CANCELLED:
        return page("Заказ отменён", f"Заказ {order.number} отменён. Если деньги списаны, мы вернём их полностью.")
    return page(
        "Ждём ответ банка",
        f"Заказ {order.number} на сумму {amount}. Как только банк подтвердит оплату, страница обновится.",
        tone="wait",
        refresh=True,
        links=again,
    )
