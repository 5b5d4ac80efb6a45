"""Refunds: asked for inside the cause's transaction, sent to the acquirer by a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from kerben.domains.payments import refund_repository, repository, service
from kerben.domains.payments.errors import PaymentClosedError
from kerben.domains.payments.events import RefundWanted
from kerben.domains.payments.model import (
    PaymentStatus,
    RefundRequested,
    RefundRow,
    RefundStatus,
    change_of,
)
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError


async def request_refund(tx: WriteTx, payment_id: UUID, reason: str) -> RefundRequested:
    """Refund a captured payment in full; asking again returns the refund that is under way or done.

    Money that went through an acquirer is given back by a sweep, and the payment stays captured until the acquirer
    says that it is refunded. Money that went from hand to hand is refunded here and now (`change` is set).
    Raises NotFoundError, PaymentClosedError (nothing was captured).
    """
    locked = await repository.lock(tx, [payment_id])
    if not locked:
        raise NotFoundError
    payment = locked[0]
    existing = (await refund_repository.of_payments(tx, [payment_id])).get(payment_id)
    if existing is not None:
        return RefundRequested(existing, None)
    if payment.status is not PaymentStatus.CAPTURED:
        raise PaymentClosedError(status=payment.status.value)
    refund = await refund_repository.insert(tx, payment, reason)
    tx.publish(
        RefundWanted(
            refund.id, payment.id, payment.subject, payment.subject_id, payment.merchant_id, payment.shop_id,
            payment.amount, payment.currency, reason,
        )
    )  # fmt: skip
    if payment.is_online:
        return RefundRequested(refund, None)
    change = change_of(payment, PaymentStatus.REFUNDED)
    refunded = msgspec.structs.replace(payment, status=PaymentStatus.REFUNDED, refunded_at=tx.now)
    await repository.move(tx, [(payment.status, refunded)])
    await service.publish(tx, [change])
    return RefundRequested(msgspec.structs.replace(refund, status=RefundStatus.DONE), change)


async def refunds_by_payments(tx: ReadTx, payment_ids: Sequence[UUID]) -> dict[UUID, RefundRow]:
    """The refund of each payment that has one which did not fail, by payment id."""
    return await refund_repository.of_payments(tx, payment_ids)
