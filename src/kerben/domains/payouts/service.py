"""Use cases of payouts inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.ledger import api as ledger
from kerben.domains.merchants import api as merchants
from kerben.domains.payouts import repository, rules
from kerben.domains.payouts.errors import NothingToPayError, PayoutNotFailedError
from kerben.domains.payouts.events import PayoutCreated, PayoutFailed, PayoutPaid
from kerben.domains.payouts.model import MerchantBalance, PayoutRow, PayoutStatus
from kerben.domains.payouts.ports import TransferState, TransferStatus
from kerben.domains.payouts.states import PAYOUT
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError


async def create_due(tx: WriteTx, merchant_ids: Sequence[UUID], currency: str) -> list[UUID]:
    """Pay out the whole balance of each merchant who can be paid; ids of the new payouts.

    Merchants whose payouts are not active, and balances of zero or less, get none: the money stays in the balance.
    The balances are locked until the transaction ends, so that two calls at once never pay one twice.
    """
    wanted = sorted(set(merchant_ids))
    facts = await merchants.merchants_by_ids(tx, wanted) if wanted else {}
    active = [m for m in wanted if m in facts and facts[m].payout_status is merchants.PayoutStatus.ACTIVE]
    if not active:
        return []
    refs = {m: ledger.merchant_balance(m) for m in active}
    balances = await ledger.lock_balances(tx, list(refs.values()), currency)
    owed = [(m, balances[refs[m]]) for m in active if balances[refs[m]] > 0]
    if not owed:
        return []
    failures = await repository.failures_in_a_row(tx, [m for m, _ in owed])
    payouts = [_new(tx.new_id(), m, amount, currency, failures.get(m, 0), tx.now) for m, amount in owed]
    await repository.insert(tx, payouts)
    await ledger.post(tx, [t for p in payouts for t in rules.transfers(p, PayoutStatus.CREATED)])
    tx.publish(*(PayoutCreated(p.id, p.merchant_id, p.amount, p.currency) for p in payouts))
    return [p.id for p in payouts]


def _new(
    payout_id: UUID, merchant_id: UUID, amount: int, currency: str, failures_before: int, now: datetime
) -> PayoutRow:
    return PayoutRow(
        payout_id, merchant_id, amount, currency, PayoutStatus.CREATED, None, None, 0, now, failures_before,
        None, None, now, None, None,
    )  # fmt: skip


async def apply_bank_answers(tx: WriteTx, answers: Sequence[TransferState]) -> int:
    """Take the bank's answers about sent payouts; how many payouts ended.

    PAID and FAILED end a payout that is `sent`, once; ACCEPTED and NOT_FOUND change nothing here.
    """
    ends = {a.reference: a for a in answers if a.status in {TransferStatus.PAID, TransferStatus.FAILED}}
    if not ends:
        return 0
    locked = [p for p in await repository.lock(tx, list(ends)) if p.status is PayoutStatus.SENT]
    paid = [p for p in locked if ends[p.id].status is TransferStatus.PAID]
    failed = [p for p in locked if ends[p.id].status is TransferStatus.FAILED]
    await end(tx, paid, PayoutStatus.PAID, {p.id: ends[p.id].bank_reference for p in paid}, "bank")
    await end(tx, failed, PayoutStatus.FAILED, {p.id: ends[p.id].failure or "refused" for p in failed}, "bank")
    return len(locked)


async def end(
    tx: WriteTx, payouts: Sequence[PayoutRow], new: PayoutStatus, words: dict[UUID, str | None], actor: str
) -> None:
    """End locked payouts as paid or failed, with the bank's reference or the failure; book and publish it.

    A failed one sets the time at which its merchant is paid again.
    """
    if not payouts:
        return
    is_paid = new is PayoutStatus.PAID
    ended = [
        msgspec.structs.replace(
            p,
            status=new,
            paid_at=tx.now if is_paid else None,
            next_attempt_at=None if is_paid else tx.now + rules.retry_after(p.failures_before + 1),
            bank_reference=words[p.id] if is_paid else p.bank_reference,
            failure=None if is_paid else (words[p.id] or "")[:200],
        )
        for p in payouts
    ]
    if await repository.finish(tx, ended, PAYOUT.sources(new, actor)) != len(ended):
        raise AssertionError("a payout moved though it was locked")
    await ledger.post(tx, [t for p in ended for t in rules.transfers(p, new)])
    if is_paid:
        tx.publish(*(PayoutPaid(p.id, p.merchant_id, p.amount, p.currency) for p in ended))
    else:
        tx.publish(*(PayoutFailed(p.id, p.merchant_id, p.amount, p.currency, p.failure or "refused") for p in ended))


async def retry(tx: WriteTx, admin: Principal, payout_id: UUID, ip: str) -> PayoutRow:
    """Pay a merchant again at once whose payout failed, without waiting for its pause; the new payout.

    A payout that failed has ended and its money is in the balance again, with whatever was sold since: the whole
    balance is paid out. Raises NotFoundError, PayoutNotFailedError, NothingToPayError.
    """
    failed = next(iter(await repository.lock(tx, [payout_id])), None)
    if failed is None:
        raise NotFoundError
    if failed.status is not PayoutStatus.FAILED:
        raise PayoutNotFailedError
    made = await create_due(tx, [failed.merchant_id], failed.currency)
    if not made:
        raise NothingToPayError
    await repository.forget_retry(tx, failed.id)
    new = (await repository.by_ids(tx, made))[made[0]]
    after = {"payout_id": str(new.id), "amount": new.amount, "currency": new.currency}
    before = {"failure": failed.failure}
    await record(
        tx,
        AuditEntry(
            admin.user_id, "admin", "payout.retried", "payout", str(payout_id), before, after, ip, failed.merchant_id
        ),
    )
    return new


async def failed_payouts(tx: ReadTx) -> int:
    """How many payouts failed whose merchants are still to be paid again."""
    return await repository.count_failed(tx)


async def balance(tx: ReadTx, access: merchants.MerchantAccess, currency: str) -> MerchantBalance:
    """A merchant's balance and what is on its way to him. Use a snapshot, so that the two fit together."""
    ref = ledger.merchant_balance(access.merchant_id)
    owed = (await ledger.balances(tx, [ref], currency))[ref]
    return MerchantBalance(owed, await repository.in_transit(tx, access, currency), currency)


async def payouts_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, PayoutRow]:
    """Payouts that exist, by id."""
    return await repository.by_ids(tx, ids)
