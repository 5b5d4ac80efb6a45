"""Builders for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.payments.acquirer import Opening, OpenPayment
from kerben.domains.payments.model import Method, NewPayment, PaymentChange, PaymentRow
from kerben.domains.payments.ports import PaymentProvider
from kerben.domains.payments.service import create, payments_by_ids
from kerben.platform.db import Database, WriteTx
from kerben.platform.ids import new_id


def new_payment(**overrides: Any) -> NewPayment:
    """A card payment of 1 500 som for an order of its own."""
    values: dict[str, Any] = {
        "subject": "order",
        "subject_id": new_id(),
        "merchant_id": new_id(),
        "shop_id": new_id(),
        "amount": 150_000,
        "currency": "KGS",
        "method": Method.CARD,
    }
    return NewPayment(**(values | overrides))


async def make_payment(db: Database, **overrides: Any) -> PaymentRow:
    """A pending payment."""
    async with db.write() as tx:
        return (await create(tx, [new_payment(**overrides)]))[0]


async def make_opened(db: Database, provider: PaymentProvider, **overrides: Any) -> PaymentRow:
    """A payment whose page at the acquirer was opened."""
    payment = await make_payment(db, **overrides)
    await open_payment(db, provider, payment)
    return await reload(db, payment.id)


async def open_payment(db: Database, provider: PaymentProvider, payment: PaymentRow) -> str:
    """A buyer's click on "pay": the address of the acquirer's page."""
    request = OpenPayment("Заказ 1024", "https://kerben.test/orders/1", "https://kerben.test/webhook")
    return await Opening(db).open(provider, await reload(db, payment.id), request)


async def reload(db: Database, payment_id: UUID) -> PaymentRow:
    """A payment as it is now."""
    async with db.read() as tx:
        return (await payments_by_ids(tx, [payment_id]))[payment_id]


class Settled:
    """A `settle` that only remembers what it was told."""

    def __init__(self) -> None:
        self.changes: list[PaymentChange] = []

    async def __call__(self, tx: WriteTx, changes: Sequence[PaymentChange]) -> None:
        """Remember."""
        tx.after_commit(lambda: self.changes.extend(changes))

    def moves(self) -> list[str]:
        """«old>new» of each change, in order."""
        return [f"{c.old}>{c.new}" for c in self.changes]


def replaced(payment: PaymentRow, **values: Any) -> PaymentRow:
    """A payment with other values, for pure rules."""
    return msgspec.structs.replace(payment, **values)
