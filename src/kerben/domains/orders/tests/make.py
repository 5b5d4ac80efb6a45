"""Builders of orders for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from kerben.domains.orders import service
from kerben.domains.orders.model import (
    Contact,
    Delivery,
    DeliveryMethod,
    NewLine,
    NewOrder,
    Order,
    PaymentMethod,
)
from kerben.domains.orders.rules import first_deadline, initial_status, reminder_at
from kerben.platform.db import Database, WriteTx
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit


def line(*, price: int = 10_000, qty_milli: int = 2000, variant_id: UUID | None = None) -> NewLine:
    """A line of two pieces."""
    return NewLine(
        product_id=new_id(),
        variant_id=variant_id or new_id(),
        sku="SKU-1",
        name="Чайник",
        attributes={"color": "синий"},
        unit=Unit.PCS,
        qty_milli=qty_milli,
        unit_price=price,
        amount=price * qty_milli // 1000,
    )


def new_order(
    tx: WriteTx,
    *,
    payment: PaymentMethod = PaymentMethod.CARD,
    delivery: DeliveryMethod = DeliveryMethod.PICKUP,
    **changed: Any,
) -> NewOrder:
    """An order as checkout would place it now."""
    deadline = first_deadline(payment, tx.now, 30)
    values: dict[str, Any] = {
        "id": new_id(),
        "user_id": new_id(),
        "guest_token_hash": None,
        "shop_id": new_id(),
        "merchant_id": new_id(),
        "status": initial_status(payment),
        "delivery": Delivery(delivery, address="ул. Киевская, 1"),
        "payment_method": payment,
        "contact": Contact("Айгуль", "+996700123456", "a@example.kg"),
        "comment": None,
        "lines": [line()],
        "delivery_fee": 0,
        "currency": "KGS",
        "commission_bp": 0,
        "reserved_until": deadline,
        "remind_at": reminder_at(payment, deadline),
        "actor_id": None,
        "actor_role": "buyer",
    }
    return NewOrder(**(values | changed))


async def placed(db: Database, **options: Any) -> Order:
    """A stored order."""
    async with db.write() as tx:
        order = new_order(tx, **options)
        await service.place(tx, [order])
        return (await service.orders_by_ids(tx, [order.id]))[order.id]


MINUTE = timedelta(minutes=1)
