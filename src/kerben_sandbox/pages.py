"""The sandbox's pages, in Russian: the acquirer's payment page, the page of switches, the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from litestar import Response

from kerben.platform.money import display
from kerben_sandbox.acquirer import Payment
from kerben_sandbox.faults import AcquirerFaults, ApiMode, BankFault, BankMode, WebhookMode
from kerben_sandbox.inbox import Message

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}

# Ram's horns, the oldest figure of the Kyrgyz shyrdak, drawn for a 40 × 20 tile.
ORNAMENT: Final = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 20'><g fill='none' stroke='#FBF8F3' stroke-width='2'"
    " stroke-linecap='round'><path d='M20 19V9C20 3 10 2 10 8C10 12 15 12 15 9'/>"
    "<path d='M20 9C20 3 30 2 30 8C30 12 25 12 25 9'/>"
    "<path d='M0 2L4 6L0 10M40 2L36 6L40 10M0 15H6M34 15H40'/></g></svg>"
)

WEBHOOK_LABELS: Final = {
    WebhookMode.NORMAL: "Исправно",
    WebhookMode.LATE: "Опоздает на 3 с",
    WebhookMode.TWICE: "Придёт дважды",
    WebhookMode.NEVER: "Не придёт",
    WebhookMode.OUT_OF_ORDER: "Старое после нового",
    WebhookMode.WRONG_AMOUNT: "Не та сумма",
    WebhookMode.FOREIGN_PAYMENT_ID: "Чужой номер платежа",
    WebhookMode.MISSING_SIGNATURE: "Без подписи",
    WebhookMode.BAD_SIGNATURE: "Неверная подпись",
}
API_LABELS: Final = {
    ApiMode.NORMAL: "Исправно",
    ApiMode.TIMEOUT: "Выполнит и промолчит",
    ApiMode.HTTP_500: "Ошибка 500",
    ApiMode.CAPTURE_FAILS_BUT_APPROVED: "Одобрит, но не спишет",
    ApiMode.REFUND_INVISIBLE: "Возврат не виден",
    ApiMode.HOLD_PENDING: "Оплата в обработке",
}
BANK_LABELS: Final = {
    BankMode.NORMAL: "Исправно",
    BankMode.TIMEOUT_AFTER_ACCEPT: "Переведёт и промолчит",
    BankMode.HTTP_500: "Ошибка 500",
    BankMode.FAIL: "Откажет",
    BankMode.SLOW: "Переведёт через 3 с",
    BankMode.NEVER_DECIDES: "Не решит",
}
Mode = TypeVar("Mode", WebhookMode, ApiMode, BankMode)

STATUS_WORDS: Final = {
    "pending": "ждёт оплаты",
    "authorized": "деньги удержаны",
    "captured": "оплачен",
    "voided": "отменён",
    "refunded": "возвращён",
    "failed": "отказ",
    "accepted": "в обработке",
    "paid": "переведено",
}
CHANNEL_WORDS: Final = {"sms": "СМС", "email": "Почта", "push": "Уведомление"}


@cache
def _style() -> str:
    css = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    return css.replace("__ORNAMENT__", f'url("data:image/svg+xml,{quote(ORNAMENT, safe="")}")')


def _page(title: str, body: str, *, width: str = "narrow") -> str:
    return (
        '<!doctype html><html lang="ru"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head>"
        f'<body><main class="{width}">{body}</main></body></html>'
    )


def html(page: str, status: int = 200) -> Response[str]:
    """A page as a response that runs no script and loads nothing from elsewhere."""
    return Response(page, status_code=status, media_type="text/html; charset=utf-8", headers=HEADERS)


SANDBOX_BAND: Final = '<p class="band" style="margin-bottom:16px">Песочница: деньги не списываются</p>'


def _receipt(inner: str) -> str:
    return f'{SANDBOX_BAND}<div class="card"><div class="ornament"></div><div class="inside">{inner}</div></div>'


def no_payment() -> str:
    """The page of a payment nobody registered."""
    return _page(
        "Платёж не найден",
        _receipt("<h1>Такого платежа нет</h1><p>Вернитесь в заказ и откройте оплату ещё раз. Деньги не списаны.</p>"),
    )


def no_such_switch() -> str:
    """The page for a switch position that does not exist."""
    return _page("Нет такого положения", "<h1>Нет такого положения</h1><p>Ничего не изменилось.</p>")


_OUTCOMES: Final = {
    "captured": ("Оплата прошла", "Можно вернуться в магазин."),
    "authorized": ("Оплата прошла", "Деньги удержаны на карте. Можно вернуться в магазин."),
    "refunded": ("Деньги возвращены", "Оплата была отменена, деньги вернулись на карту."),
    "voided": ("Платёж отменён", "Магазин отменил этот платёж, деньги не списаны. Оформите заказ ещё раз."),
    "failed": ("Оплата не прошла", "Деньги не списаны. Вернитесь в заказ, чтобы попробовать ещё раз."),
}


def pay(public_url: str, payment: Payment, *, expired: bool, back: str) -> str:
    """The hosted payment page, or how the payment ended. The card fields have no names: they are never sent."""
    price = escape(display(payment.amount, payment.currency))
    about = f'<p class="quiet">{escape(payment.description)}</p>'
    if expired or payment.status != "new":
        title, text = _OUTCOMES.get(
            payment.plain_status,
            ("Время на оплату вышло", "Деньги не списаны. Вернитесь в заказ и оформите его ещё раз."),
        )
        inner = (
            f'<h1>{title}</h1><div><p class="price">{price}</p>{about}</div><p>{text}</p>'
            f'<a class="button primary" href="{escape(back)}">Вернуться в магазин</a>'
        )
        return _page(title, _receipt(inner))
    inner = (
        f'<div><h1 class="quiet" style="font-weight:400">К оплате</h1><p class="price">{price}</p>{about}</div>'
        f'<form method="post" action="{escape(public_url)}/acquirer/pay/{escape(payment.page)}" autocomplete="off"'
        ' style="display:grid;gap:16px">'
        '<label>Номер карты<input inputmode="numeric" value="4242 4242 4242 4242" maxlength="19"></label>'
        '<div class="pair"><label>Срок<input inputmode="numeric" value="12/30" maxlength="5"></label>'
        '<label>CVC<input inputmode="numeric" value="123" maxlength="3"></label></div>'
        f'<button class="primary" name="verdict" value="approve">Оплатить {price}</button>'
        '<button class="second" name="verdict" value="decline">Отказаться</button></form>'
        '<p class="quiet">Карта пробная. Её данные не отправляются и не сохраняются.</p>'
    )
    return _page("Оплата", _receipt(inner))


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d.%m.%Y %H:%M UTC")


def _switches(
    public_url: str, what: str, labels: dict[WebhookMode, str] | dict[ApiMode, str] | dict[BankMode, str], now: str
) -> str:
    buttons = "".join(
        f'<button name="mode" value="{mode}" aria-pressed="{str(mode == now).lower()}"'
        f' class="{mode}">{label}</button>'
        for mode, label in labels.items()
    )
    return (
        f'<form method="post" action="{escape(public_url)}/switch">'
        f'<input type="hidden" name="what" value="{what}"><div class="switches">{buttons}</div></form>'
    )


def _neighbour(title: str, about: str, switches: str, *, broken: bool) -> str:
    state = '<span class="state broken">сломано</span>' if broken else '<span class="state">исправно</span>'
    return (
        f'<section class="card"><div class="inside"><div><div class="title"><h2>{title}</h2>{state}</div>'
        f'<p class="quiet">{about}</p></div>{switches}</div></section>'
    )


def _list(title: str, lines: Sequence[str], empty: str) -> str:
    inner = f'<ul class="list">{"".join(lines)}</ul>' if lines else f'<p class="quiet">{empty}</p>'
    return f'<section class="card"><div class="inside"><h2>{title}</h2>{inner}</div></section>'


def _line(what: str, under: str, side: str, side_under: str) -> str:
    return (
        f'<li><span class="what">{what}<br><span class="quiet">{escape(under)}</span></span>'
        f'<span class="side">{escape(side)}<br><span class="quiet">{escape(side_under)}</span></span></li>'
    )


def index(
    public_url: str,
    faults: AcquirerFaults,
    singles: int,
    bank_fault: BankFault,
    payments: Iterable[Payment],
    transfers: Iterable[dict[str, object]],
) -> str:
    """The neighbours, each with its switches, and what they did last."""
    webhook, api, bank = faults.webhook.mode, faults.api.mode, bank_fault.mode
    own = f'<p class="quiet">Свои настройки у платежей: {singles}.</p>' if singles else ""
    paid = [
        _line(
            f'<a href="{escape(public_url)}/acquirer/pay/{escape(p.page)}">{escape(p.description)}</a>',
            _moment(p.created_at),
            display(p.amount, p.currency),
            STATUS_WORDS[p.plain_status],
        )
        for p in payments
    ]
    sent = [
        _line(
            escape(str(t["purpose"]) or "Без назначения"),
            f"{t['bank_name']}, {t['account_number']}",
            display(int(str(t["amount"])), str(t["currency"])),
            STATUS_WORDS.get(str(t["status"]), "отказ"),
        )
        for t in transfers
    ]
    body = (
        '<div class="head"><h1>Соседи Kerben</h1>'
        "<p>Банк-эквайер, банк для выплат и почтовый ящик, которые живут на этом компьютере. "
        "Их можно сломать и посмотреть, как Kerben с этим справится.</p>"
        f'<p class="quiet">Деньги и сообщения здесь ненастоящие. <a href="{escape(public_url)}/inbox/page">'
        f"Открыть сообщения</a></p></div>{own}"
        '<div class="cards three">'
        + _neighbour(
            "Эквайер: уведомления",
            "Что станет с сообщением о следующей оплате.",
            _switches(public_url, "webhook", WEBHOOK_LABELS, webhook),
            broken=webhook is not WebhookMode.NORMAL,
        )
        + _neighbour(
            "Эквайер: запросы",
            "Как он отвечает на вопросы и поручения.",
            _switches(public_url, "api", API_LABELS, api),
            broken=api is not ApiMode.NORMAL,
        )
        + _neighbour(
            "Банк: выплаты продавцам",
            "Что станет со следующим переводом.",
            _switches(public_url, "bank", BANK_LABELS, bank),
            broken=bank is not BankMode.NORMAL,
        )
        + '</div><div class="cards two">'
        + _list("Последние платежи", paid, "Платежей пока нет. Оформите заказ с оплатой картой.")
        + _list("Последние переводы", sent, "Переводов пока нет.")
        + "</div>"
    )
    return _page("Соседи Kerben", body, width="wide")


def inbox(public_url: str, messages: Sequence[Message], to: str) -> str:
    """Messages the platform sent, newest first."""
    lines = [
        f'<li><span class="what"><span class="quiet">{CHANNEL_WORDS.get(m.channel, m.channel)} для'
        f" {escape(m.to)}, {m.sent_at.strftime('%d.%m.%Y %H:%M UTC')}</span><br>"
        + (f"<b>{escape(m.subject)}</b><br>" if m.subject else "")
        + f'<span class="message">{escape(m.text)}</span></span></li>'
        for m in messages
    ]
    empty = "Для этого адреса сообщений нет." if to else "Сообщений пока нет. Войдите на сайт, и код придёт сюда."
    body = (
        '<div class="head"><h1>Сообщения</h1><p>СМС, письма и уведомления, которые отправил Kerben. '
        f'Настоящим людям они не уходят. <a href="{escape(public_url)}/">К соседям</a></p>'
        f'<form class="search" method="get" action="{escape(public_url)}/inbox/page">'
        f'<input name="to" value="{escape(to)}" placeholder="Телефон или почта" aria-label="Телефон или почта">'
        '<button class="second">Показать</button></form></div>' + _list("Новые сверху", lines, empty)
    )
    return _page("Сообщения", body)
