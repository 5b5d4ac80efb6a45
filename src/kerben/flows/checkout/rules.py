"""Decisions of checkout that need no database: is the form right, can this shop take it, what does it cost."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import ProductFacts, VariantFacts
from kerben.domains.identity.api import normalise_phone
from kerben.domains.orders.api import (
    ONLINE,
    Contact,
    DeliveryMethodNotAllowedError,
    DeliveryOption,
    PaymentMethod,
    PaymentMethodNotAllowedError,
    WantedLine,
    country_fault,
    delivery_faults,
    option_for,
    price_lines,
)
from kerben.flows.checkout.model import Caller, ContactBody, Draft, ItemBody, OrderBody, Wanted
from kerben.platform import qty
from kerben.platform.errors import DomainError, FieldError, InvalidRequestError
from kerben.platform.idempotency import KeyedRequest


def _fault(pointer: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer, code, detail)


def read(body: OrderBody, request: KeyedRequest, caller: Caller) -> Wanted:
    """Check the shape of an order (O3). Raises InvalidRequestError with every fault at once."""
    lines, faults = _lines(body.items, body.payment_method)
    contact, contact_faults = _contact(body.contact, body.payment_method)
    faults += contact_faults
    faults += delivery_faults(body.delivery)
    if body.coupon:
        faults.append(_fault("/coupon", "COUPON_UNKNOWN", "Такого купона нет."))
    if faults:
        raise InvalidRequestError(errors=faults)
    comment = body.comment.strip() if body.comment else None
    return Wanted(request, caller, body.shop_id, lines, body.delivery, body.payment_method, contact, comment or None)


def _lines(items: list[ItemBody], payment: PaymentMethod) -> tuple[list[WantedLine], list[FieldError]]:
    lines: list[WantedLine] = []
    faults: list[FieldError] = []
    if not items:
        faults.append(_fault("/items", "REQUIRED", "Добавьте хотя бы один товар."))
    for i, item in enumerate(items):
        here = f"/items/{i}"
        if item.variant_id is None and item.product_id is None:
            faults.append(_fault(f"{here}/variant_id", "REQUIRED", "Укажите товар."))
        elif item.variant_id is None and payment in ONLINE:
            faults.append(
                _fault(f"{here}/variant_id", "SIZE_REQUIRED", "Для оплаты онлайн выберите размер или вариант.")
            )
        if not 0 < item.qty < qty.QTY_MAX:
            faults.append(_fault(f"{here}/qty", "INVALID_QUANTITY", "Количество должно быть больше нуля."))
        product_id = item.product_id if item.variant_id is None else None
        lines.append(WantedLine(item.variant_id, product_id, item.qty, item.note))
    return lines, faults


def _contact(body: ContactBody, payment: PaymentMethod) -> tuple[Contact, list[FieldError]]:
    faults: list[FieldError] = []
    name, phone, email = body.name.strip(), body.phone.strip(), (body.email or "").strip()
    if not name:
        faults.append(_fault("/contact/name", "REQUIRED", "Укажите имя."))
    if not phone:
        faults.append(_fault("/contact/phone", "REQUIRED", "Укажите телефон."))
    else:
        try:
            phone = normalise_phone(phone)
        except DomainError as error:
            faults.append(_fault("/contact/phone", error.code, error.detail))
    if email and not _looks_like_email(email):
        faults.append(_fault("/contact/email", "INVALID_EMAIL", "Проверьте адрес электронной почты."))
    elif not email and payment is PaymentMethod.CARD:
        faults.append(_fault("/contact/email", "REQUIRED", "Для оплаты картой укажите электронную почту."))
    return Contact(name, phone, email or None), faults


def _looks_like_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at and local and "." in domain.strip(".") and not any(c.isspace() for c in text))


def draft(
    wanted: Wanted,
    merchant_id: UUID,
    variants: Mapping[UUID, VariantFacts],
    products: Mapping[UUID, ProductFacts],
    options: list[DeliveryOption],
) -> Draft:
    """Price an order and check it against the shop's offer.

    Raises DeliveryMethodNotAllowedError, PaymentMethodNotAllowedError and InvalidRequestError.
    """
    option = option_for(options, wanted.delivery.method)
    if option is None:
        raise DeliveryMethodNotAllowedError(pointer="/delivery/method")
    if wanted.payment_method not in option.payment_methods:
        raise PaymentMethodNotAllowedError(
            pointer="/payment_method", allowed=[m.value for m in option.payment_methods]
        )
    priced = price_lines(wanted.lines, wanted.shop_id, variants, products, option.fee)
    country = country_fault(wanted.delivery, option)
    if priced.faults or country is not None or priced.currency is None:
        raise InvalidRequestError(errors=[*([country] if country else []), *priced.faults])
    return Draft(wanted, merchant_id, priced.lines, option.fee, priced.currency)


def filled_from(body: OrderBody, *, name: str, phone: str | None, email: str | None) -> OrderBody:
    """The order with what its contact leaves out taken from the buyer's account."""
    given = body.contact
    contact = ContactBody(given.name.strip() or name[:200], given.phone.strip() or phone or "", given.email or email)
    return msgspec.structs.replace(body, contact=contact)
