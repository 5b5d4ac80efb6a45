"""Refunds: asked for inside the cause's transaction, sent to the acquirer by a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from kerben.domains.payments import books, refund_repository, repository, service
from kerben.domains.payments.errors import BearerDecidedError, PaymentClosedError
from kerben.domains.payments.events import RefundBorne, RefundWanted
from kerben.domains.payments.model import (
    Bearer,
    PaymentChange,
    PaymentRow,
    PaymentStatus,
    RefundRequested,
    RefundRow,
    RefundStatus,
    RefundWish,
    change_of,
)
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError


async def request_refund(tx: WriteTx, wish: RefundWish) -> RefundRequested:
    """Refund a captured payment in full; asking again returns the refund that is under way or done.

    Raises NotFoundError, PaymentClosedError (nothing was captured).
    """
    requested = await request_refunds(tx, [wish])
    if wish.payment_id in requested:
        return requested[wish.payment_id]
    known = await repository.by_ids(tx, [wish.payment_id])
    if wish.payment_id not in known:
        raise NotFoundError
    raise PaymentClosedError(status=known[wish.payment_id].status.value)


async def request_refunds(tx: WriteTx, wishes: Sequence[RefundWish]) -> dict[UUID, RefundRequested]:
    """Refund captured payments in full, each once; by payment. Payments that hold no money are left out.

    Money that went through an acquirer is given back by a sweep, and the payment stays captured until the acquirer
    says that it is refunded. Money that went from hand to hand is refunded here and now (`change` is set).
    """
    if not wishes:
        return {}
    locked = {p.id: p for p in await repository.lock(tx, [w.payment_id for w in wishes])}
    existing = await refund_repository.of_payments(tx, list(locked))
    requested = {i: RefundRequested(refund, None) for i, refund in existing.items()}
    fresh = {
        w.payment_id: (locked[w.payment_id], w)
        for w in wishes
        if w.payment_id in locked
        and w.payment_id not in existing
        and locked[w.payment_id].status is PaymentStatus.CAPTURED
    }
    if not fresh:
        return requested
    await refund_repository.insert(tx, list(fresh.values()))
    made = await refund_repository.of_payments(tx, list(fresh))
    requested |= {i: RefundRequested(refund, None) for i, refund in made.items()}
    tx.publish(*(_wanted(made[i], payment) for i, (payment, _) in fresh.items()))
    by_hand = [payment for payment, _ in fresh.values() if not payment.is_online]
    for change in await _refund_by_hand(tx, by_hand) if by_hand else []:
        done = msgspec.structs.replace(made[change.payment_id], status=RefundStatus.DONE)
        requested[change.payment_id] = RefundRequested(done, change)
    return requested


def _wanted(refund: RefundRow, payment: PaymentRow) -> RefundWanted:
    return RefundWanted(
        refund.id, payment.id, payment.subject, payment.subject_id, payment.merchant_id, payment.shop_id,
        payment.amount, payment.currency, refund.reason,
    )  # fmt: skip


async def _refund_by_hand(tx: WriteTx, payments: Sequence[PaymentRow]) -> list[PaymentChange]:
    changes = [change_of(payment, PaymentStatus.REFUNDED) for payment in payments]
    await repository.move(
        tx,
        [(p.status, msgspec.structs.replace(p, status=PaymentStatus.REFUNDED, refunded_at=tx.now)) for p in payments],
    )
    await service.publish(tx, changes)
    return changes


async def decide_bearer(tx: WriteTx, refund_id: UUID, bearer: Bearer) -> tuple[RefundRow, PaymentRow]:
    """Decide who bears a refund. The platform: the seller gets what he would have kept; the seller: nothing moves.
    Repeating it changes nothing; a seller may still be made good later.

    The refund's own booking must stand already. Raises NotFoundError, PaymentClosedError for a refund that failed or
    whose money never was the seller's, BearerDecidedError when the platform has made the seller good already.
    """
    found = await refund_repository.by_id(tx, refund_id)
    if found is None:
        raise NotFoundError
    (payment,) = await repository.lock(tx, [found.payment_id])
    refund = (await refund_repository.of_payments(tx, [payment.id])).get(payment.id)
    if refund is None or refund.id != refund_id:
        raise PaymentClosedError(status=payment.status.value)
    if refund.borne_by is Bearer.PLATFORM:
        if bearer is not Bearer.PLATFORM:
            raise BearerDecidedError
        return refund, payment
    if bearer is Bearer.PLATFORM:
        await books.compensate(tx, payment)
        tx.publish(RefundBorne(refund.id, payment.id, payment.merchant_id, bearer.value))
    await refund_repository.set_bearer(tx, refund_id, bearer)
    return msgspec.structs.replace(refund, borne_by=bearer), payment


async def newest_refunds(tx: ReadTx, before: UUID | None, limit: int, *, claimed: bool) -> list[RefundRow]:
    """Refunds, newest first; `claimed`: those that a seller wants the platform to bear and nobody has decided."""
    return await refund_repository.newest(tx, before, limit, claimed=claimed)


async def claimed_refunds(tx: ReadTx) -> int:
    """How many refunds a seller wants the platform to bear and nobody has decided."""
    return await refund_repository.count_claimed(tx)


async def refunds_by_payments(tx: ReadTx, payment_ids: Sequence[UUID]) -> dict[UUID, RefundRow]:
    """The refund of each payment that has one which did not fail, by payment id."""
    return await refund_repository.of_payments(tx, payment_ids)
