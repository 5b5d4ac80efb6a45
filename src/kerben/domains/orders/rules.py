"""Decisions about orders that need neither clock nor database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from kerben.domains.orders.model import (
    ONLINE,
    AttentionCause,
    CancelReason,
    Delivery,
    DeliveryMethod,
    DeliveryOption,
    OrderStatus,
    PaymentMethod,
    Phase,
)
from kerben.platform.errors import FieldError

CONFIRMATION_H: Final = 24
"""Hours that goods are kept for an order that a manager has yet to confirm."""
TRANSFER_H: Final = 24
"""Hours that a confirmed order waits for a transfer to a card."""
PICKUP_H: Final = 24
"""Hours that an order lies ready for pickup. The documents say "24 hours after payment until pickup"; they are
counted from the moment at which the goods are ready, for a buyer cannot come before it and must not lose hours to a
slow shop. Until then a paid order is kept without limit, and its buyer may cancel it."""
UNCLAIMED_H: Final = 24
"""Hours after an expired pickup in which the seller may extend it, before the order is refunded or cancelled."""
EXTENSION_H_MAX: Final = 72
"""Most hours that one extension keeps goods at the counter."""
OVERSOLD: Final = "Товар заказа продан на кассе. Верните деньги или пополните остаток."
"""The mark of a paid order whose goods a till has sold; it is taken off when there are goods enough again."""
CHARGED_BACK: Final = "Банк вернул покупателю деньги за этот заказ. Не отправляйте товар."
"""The mark of a live order whose money the acquirer gave back by itself."""
_CAUSES: Final = {OVERSOLD: AttentionCause.OVERSOLD, CHARGED_BACK: AttentionCause.CHARGED_BACK}
REMINDER_MIN: Final = 10
"""Minutes before the cancellation at which the buyer is reminded."""

REVIVABLE: Final = CancelReason.UNPAID


class DeliveryField(msgspec.Struct, frozen=True):
    """A field of a delivery method's form; `title` is what people read."""

    name: str
    title: str
    required: bool


_CITY: Final = DeliveryField("city", "Город", True)
_STREET: Final = DeliveryField("street", "Улица", True)
_HOUSE: Final = DeliveryField("house", "Дом", True)
_FLAT: Final = DeliveryField("flat", "Квартира", False)

DELIVERY_FIELDS: Final[dict[DeliveryMethod, tuple[DeliveryField, ...]]] = {
    DeliveryMethod.PICKUP: (
        DeliveryField("slot_from", "Забрать не раньше", False),
        DeliveryField("slot_to", "Забрать не позже", False),
    ),
    DeliveryMethod.COURIER: (
        DeliveryField("address", "Адрес: улица и дом", True),
        DeliveryField("city", "Город", False),
        _FLAT,
        DeliveryField("note", "Пояснение курьеру", False),
    ),
    DeliveryMethod.CARRIER_BRANCH: (_CITY, DeliveryField("branch", "Отделение", True)),
    DeliveryMethod.CARRIER_DOOR: (_CITY, _STREET, _HOUSE, _FLAT),
    DeliveryMethod.POST: (
        DeliveryField("index", "Почтовый индекс", True),
        DeliveryField("country", "Страна", True),
        _CITY,
        _STREET,
        _HOUSE,
        _FLAT,
    ),
}

TITLES: Final[dict[DeliveryMethod, str]] = {
    DeliveryMethod.PICKUP: "Самовывоз",
    DeliveryMethod.COURIER: "Курьер",
    DeliveryMethod.CARRIER_BRANCH: "Отделение перевозчика",
    DeliveryMethod.CARRIER_DOOR: "Перевозчик до двери",
    DeliveryMethod.POST: "Почта",
}
PAYMENT_TITLES: Final[dict[PaymentMethod, str]] = {
    PaymentMethod.CARD: "Картой онлайн",
    PaymentMethod.BANK_QR: "QR в приложении банка",
    PaymentMethod.CASH_ON_RECEIPT: "Наличными при получении",
    PaymentMethod.TERMINAL_ON_RECEIPT: "Картой при получении",
    PaymentMethod.CARD_TRANSFER: "Переводом на карту",
}


def attention_cause(mark: str | None) -> AttentionCause | None:
    """What an order's mark (`Order.needs_attention`) says, for programs. None without a mark, and for one put on by
    hand in other words."""
    return _CAUSES.get(mark) if mark is not None else None


def phase(status: OrderStatus, *, paid: bool) -> Phase:
    """The coarse state: `paid` says whether the payment is captured."""
    if status in {OrderStatus.CANCELLED, OrderStatus.RETURNED}:
        return Phase.CANCELLED
    if status is OrderStatus.DELIVERED:
        return Phase.FULFILLED
    return Phase.PAID if paid else Phase.PENDING


def initial_status(method: PaymentMethod) -> OrderStatus:
    """Where a new order starts: payments through the acquirer need nobody's confirmation."""
    return OrderStatus.AWAITING_PAYMENT if method in ONLINE else OrderStatus.AWAITING_CONFIRMATION


def first_deadline(method: PaymentMethod, now: datetime, reservation_min: int) -> datetime:
    """Until when a new order's goods are kept."""
    if method in ONLINE:
        return now + timedelta(minutes=reservation_min)
    return now + timedelta(hours=CONFIRMATION_H)


def reminder_at(method: PaymentMethod, deadline: datetime) -> datetime | None:
    """When to remind the buyer that an order is about to be cancelled; None where nothing is to be paid yet."""
    return deadline - timedelta(minutes=REMINDER_MIN) if method in ONLINE else None


def filled(delivery: Delivery, name: str) -> bool:
    """Whether a field of the form has a value other than blanks."""
    value = getattr(delivery, name)
    return bool(value.strip()) if isinstance(value, str) else value is not None


def delivery_faults(delivery: Delivery, pointer: str = "/delivery") -> list[FieldError]:
    """What is missing or wrong in the form of a delivery method."""
    # A courier's address may come in one piece or as street and house.
    split = delivery.method is DeliveryMethod.COURIER and filled(delivery, "street") and filled(delivery, "house")
    faults = [
        FieldError(f"{pointer}/{field.name}", "REQUIRED", f"Заполните поле «{field.title}».")
        for field in DELIVERY_FIELDS[delivery.method]
        if field.required and not filled(delivery, field.name) and not (split and field.name == "address")
    ]
    slot = (delivery.slot_from, delivery.slot_to)
    if any(at is not None and at.tzinfo is None for at in slot):
        faults.append(FieldError(f"{pointer}/slot_from", "INVALID_VALUE", "Укажите время с часовым поясом."))
    elif slot[0] is not None and slot[1] is not None and slot[0] >= slot[1]:
        faults.append(FieldError(f"{pointer}/slot_to", "INVALID_VALUE", "Конец интервала раньше начала."))
    return faults


def country_fault(delivery: Delivery, option: DeliveryOption, pointer: str = "/delivery") -> FieldError | None:
    """Whether the shop ships to the country that the form names (two letters, ISO 3166)."""
    if delivery.country is None or delivery.country.strip().upper() in option.countries:
        return None
    return FieldError(f"{pointer}/country", "COUNTRY_NOT_SERVED", "В эту страну магазин не отправляет.")


def option_for(options: Sequence[DeliveryOption], method: DeliveryMethod) -> DeliveryOption | None:
    """The shop's offer for a method, None when it does not offer it."""
    return next((o for o in options if o.method is method and o.enabled), None)


def number_text(number: int) -> str:
    """An order's number as people see it."""
    return f"K-{number:06d}"
