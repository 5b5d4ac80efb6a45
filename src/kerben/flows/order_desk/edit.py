"""A manager's edit of an order (O4): everything while it awaits confirmation, then delivery only, then nothing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UnsetType

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog import api as catalog
from kerben.domains.identity.api import normalise_phone
from kerben.domains.inventory import api as inventory
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import (
    ONLINE,
    Actor,
    Contact,
    DeliveryMethodNotAllowedError,
    NewLine,
    Order,
    OrderChange,
    OrderNotEditableError,
    PaymentMethod,
    PaymentMethodNotAllowedError,
    WantedLine,
)
from kerben.domains.payments import api as payments
from kerben.flows.order_desk.model import EditBody, EditItem
from kerben.flows.order_desk.service import OrderMovedError, create_payment
from kerben.platform.db import WriteTx
from kerben.platform.errors import FieldError, ForbiddenError, InvalidRequestError, invalid
from kerben.platform.settings import Settings

EDITORS = frozenset({"owner", "manager", "admin"})


async def edit(tx: WriteTx, settings: Settings, order: Order, actor: Actor, body: EditBody) -> Order:
    """Change an order; its goods, total and payment follow. All or nothing.

    Raises ForbiddenError, OrderNotEditableError, InvalidRequestError, DeliveryMethodNotAllowedError,
    PaymentMethodNotAllowedError, OutOfStockError.
    """
    if actor.role not in EDITORS:
        raise ForbiddenError
    everything, delivery = orders.editable(order)
    if not delivery:
        raise OrderNotEditableError
    change = await _change(tx, order, body, everything=everything)
    repriced = change.lines is not None or change.delivery_fee != order.delivery_fee
    if repriced or change.payment_method is not order.payment_method:
        # The payment is locked before the order, as everywhere; a new one is made for the new total below.
        old = (await payments.payments_by_subjects(tx, [order.id])).get(order.id)
        await payments.void(tx, [old.id] if old else [])
    locked = (await orders.lock(tx, [order.id]))[order.id]
    if locked.version != order.version:
        raise OrderMovedError
    lines = (await orders.lines_by_orders(tx, [order.id])).get(order.id, [])
    changed = await orders.change(tx, locked, lines, change, actor)
    if repriced or change.payment_method is not order.payment_method:
        await create_payment(tx, changed, changed.commission_bp, settings.acquiring_bp)
    if change.lines is not None:
        await _reserve_again(tx, changed, change.lines)
    before, after = {"total": order.total}, {"total": changed.total}
    entry = AuditEntry(
        actor.id, actor.role, "order.edited", "order", str(order.id), before, after, merchant_id=order.merchant_id
    )  # fmt: skip
    await record(tx, entry)
    return changed


async def _change(tx: WriteTx, order: Order, body: EditBody, *, everything: bool) -> OrderChange:
    delivery = order.delivery if isinstance(body.delivery, UnsetType) else body.delivery
    payment = order.payment_method if isinstance(body.payment_method, UnsetType) else body.payment_method
    contact = order.contact
    if not isinstance(body.contact, UnsetType):
        contact = Contact(body.contact.name, normalise_phone(body.contact.phone), body.contact.email)
    fee = order.delivery_fee
    faults: list[FieldError] = []
    if delivery != order.delivery or payment is not order.payment_method:
        faults += orders.delivery_faults(delivery)
        option = orders.option_for(
            (await orders.delivery_options(tx, [order.shop_id])).get(order.shop_id, []), delivery.method
        )
        if option is None:
            raise DeliveryMethodNotAllowedError(pointer="/delivery/method")
        if payment not in option.payment_methods:
            raise PaymentMethodNotAllowedError(pointer="/payment_method")
        if (country := orders.country_fault(delivery, option)) is not None:
            faults.append(country)
        if everything and delivery.method is not order.delivery.method:
            fee = option.fee
    if not contact.name.strip():
        faults.append(FieldError("/contact/name", "REQUIRED", "Укажите имя."))
    if payment is PaymentMethod.CARD and not contact.email:
        faults.append(FieldError("/contact/email", "REQUIRED", "Для оплаты картой укажите электронную почту."))
    if faults:
        raise InvalidRequestError(errors=faults)
    if not everything and delivery.method is not order.delivery.method:
        # Another method has another price, and the buyer is paying the agreed one just now.
        raise OrderNotEditableError
    return OrderChange(
        delivery=delivery,
        contact=contact,
        comment=order.comment if isinstance(body.comment, UnsetType) else body.comment,
        payment_method=payment,
        delivery_fee=fee,
        lines=None if isinstance(body.items, UnsetType) else await _lines(tx, order, body.items, payment, fee),
    )


async def _lines(
    tx: WriteTx, order: Order, items: Sequence[EditItem], payment: PaymentMethod, fee: int
) -> list[NewLine]:
    wanted = [WantedLine(i.variant_id, i.product_id, i.qty, i.note) for i in items]
    if payment in ONLINE and any(line.variant_id is None for line in wanted):
        raise invalid("/items", "Для оплаты онлайн выберите размер или вариант.", "SIZE_REQUIRED")
    variant_ids = {line.variant_id for line in wanted if line.variant_id}
    product_ids = {line.product_id for line in wanted if line.product_id and not line.variant_id}
    priced = orders.price_lines(
        wanted,
        order.shop_id,
        await catalog.variants_by_ids(tx, sorted(variant_ids)),
        await catalog.products_by_ids(tx, sorted(product_ids)),
        fee,
    )
    if priced.faults:
        raise InvalidRequestError(errors=priced.faults)
    if priced.currency != order.currency:
        raise invalid("/items", "Валюта заказа меняться не может.", "MIXED_CURRENCIES")
    return priced.lines


async def _reserve_again(tx: WriteTx, order: Order, lines: Sequence[NewLine]) -> None:
    await inventory.release(tx, [order.id])
    wanted = [inventory.ReserveLine(x.variant_id, x.qty_milli) for x in lines if x.variant_id is not None]
    verdicts = await inventory.reserve(tx, [inventory.ReserveRequest(order.id, order.reserved_until, wanted)])
    if verdicts[0] is not None:
        raise orders.out_of_stock(verdicts[0])
