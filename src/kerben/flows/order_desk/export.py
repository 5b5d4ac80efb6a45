"""A shop's orders as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from kerben.domains.orders.api import PAYMENT_TITLES, TITLES, Order
from kerben.platform import money

ROWS_MAX: Final = 10_000

_HEAD: Final = (
    "Номер", "Создан", "Статус", "Покупатель", "Телефон", "Получение", "Оплата", "Сумма", "Валюта", "Подтверждён",
    "Оплачен", "Передан", "Получен", "Отменён",
)  # fmt: skip


def _safe(text: str) -> str:
    """Spreadsheets run what begins like a formula; a leading apostrophe makes it text again."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def to_csv(orders: Sequence[Order]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads Cyrillic; times in UTC (ISO 8601), sums in major units."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for order in orders:
        times = (order.confirmed_at, order.paid_at, order.shipped_at, order.delivered_at, order.cancelled_at)
        writer.writerow(
            [
                order.number,
                order.created_at.isoformat(timespec="seconds"),
                order.status.value,
                _safe(order.contact.name),
                _safe(order.contact.phone),
                TITLES[order.delivery.method],
                PAYMENT_TITLES[order.payment_method],
                money.to_major(order.total, order.currency),
                order.currency,
                *(at.isoformat(timespec="seconds") if at else "" for at in times),
            ]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()
