"""Use cases of payments inside a transaction: create, read, apply answers, confirm by hand, give up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from prometheus_client import Counter

from kerben.domains.payments import answer_repository, problem_repository, refund_repository, repository, rules
from kerben.domains.payments.answer_repository import Answer, AnswerView
from kerben.domains.payments.errors import PaymentClosedError, PaymentIsOnlineError
from kerben.domains.payments.events import PaymentChanged, ProblemFound
from kerben.domains.payments.model import (
    NewPayment,
    Opened,
    PaymentChange,
    PaymentRow,
    PaymentStatus,
    Source,
    Verdict,
    change_of,
)
from kerben.domains.payments.ports import ProviderState
from kerben.domains.payments.states import PAYMENT
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import IllegalTransitionError, NotFoundError

ANSWERS: Final = Counter(
    "kerben_payment_answers_total", "Acquirers' answers by what was made of them", ["source", "verdict"]
)


async def create(tx: WriteTx, payments: Sequence[NewPayment]) -> list[PaymentRow]:
    """Create pending payments, in the order given. Nothing is asked of the acquirer yet."""
    return await repository.insert(tx, payments) if payments else []


async def create_again(tx: WriteTx, payment_id: UUID) -> PaymentRow:
    """A new attempt after a failed payment, with the same amount and fees; two callers at once get the same one.

    Raises NotFoundError, and PaymentClosedError when the payment has not failed. Should the failed one turn out to be
    captured after all, both are reported by `apply_states`, and the caller refunds what comes second.
    """
    locked = await repository.lock(tx, [payment_id])
    if not locked:
        raise NotFoundError
    failed = locked[0]
    if failed.status is not PaymentStatus.FAILED:
        raise PaymentClosedError(status=failed.status.value)
    newest = (await repository.by_subjects(tx, failed.subject, [failed.subject_id]))[failed.subject_id]
    if newest.id != failed.id:
        return newest
    again = NewPayment(
        failed.subject, failed.subject_id, failed.merchant_id, failed.shop_id, failed.amount, failed.currency,
        failed.method, failed.commission_bp, failed.acquiring_bp,
    )  # fmt: skip
    return (await repository.insert(tx, [again]))[0]


async def note_opened(tx: WriteTx, opened: Sequence[Opened]) -> list[PaymentRow]:
    """Remember what the acquirer calls payments that were just registered; as they stand then, in the order given.

    A payment that has its page already, or another number there, keeps it. No payment comes twice. The first check is
    due `rules.FIRST_CHECK_S` later.
    """
    locked = {p.id: p for p in await repository.lock(tx, [o.payment_id for o in opened])}
    fresh = [
        o
        for o in opened
        if locked[o.payment_id].redirect_url is None
        and locked[o.payment_id].provider_payment_id in {None, o.provider_payment_id}
    ]
    if fresh:
        await repository.store_opened(tx, fresh, tx.now + timedelta(seconds=rules.FIRST_CHECK_S))
    pages = {o.payment_id: o.redirect_url for o in fresh}
    return [
        msgspec.structs.replace(p, redirect_url=pages.get(p.id, p.redirect_url))
        for p in (locked[o.payment_id] for o in opened)
    ]


async def payments_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, PaymentRow]:
    """Payments that exist, by id."""
    return await repository.by_ids(tx, ids)


async def payments_by_subjects(
    tx: ReadTx, subject_ids: Sequence[UUID], subject: str = "order"
) -> dict[UUID, PaymentRow]:
    """The payment that counts of each order (or bill) that has one, by the order's id.

    That is the one that holds its money; if none does, one that held it; else the newest. An earlier payment may be
    captured after all when the buyer has begun another, so the newest is not always the one to refund.
    """
    return await repository.by_subjects(tx, subject, subject_ids)


async def open_payments(tx: ReadTx, subject_ids: Sequence[UUID], subject: str = "order") -> list[UUID]:
    """All payments of these orders (or bills) that may still be paid, in id order."""
    return await repository.open_of_subjects(tx, subject, subject_ids) if subject_ids else []


async def lock(tx: WriteTx, ids: Sequence[UUID]) -> list[PaymentRow]:
    """Payments locked until the transaction ends, in id order. Payments are locked before orders."""
    return await repository.lock(tx, ids)


async def answers_of(tx: ReadTx, payment_id: UUID) -> list[AnswerView]:
    """What the acquirer said of a payment, oldest first."""
    return await answer_repository.of_payment(tx, payment_id)


async def apply_states(
    tx: WriteTx,
    answers: Sequence[tuple[ProviderState, Source]],
    *,
    provider: str,
    subjects: Collection[str] | None = None,
) -> list[PaymentChange]:
    """Take acquirers' answers (already verified) in order; the payments that really changed, once each step.

    Answers that are late, doubled, ambiguous or do not fit change nothing; all are recorded with their verdict, and
    what does not fit is published as `payments.problem_found.v1`. The payments stay locked until the end of `tx`.
    `provider` is the acquirer's name, as in `PaymentProvider.name`. `subjects` are those whose changes the caller can
    carry on (None: all); an answer about another's payment is kept as a problem and not applied, so that it is not
    lost: the acquirer is asked again.
    """
    if not answers:
        return []
    locked = await repository.lock(
        tx,
        [s.payment_id for s, _ in answers if s.payment_id is not None],
        [s.provider_payment_id for s, _ in answers],
    )
    applied = _Applied(tx, provider, locked, subjects)
    for state, source in answers:
        applied.take(state, source)
    await repository.move(tx, applied.moved())
    if over := applied.problems_over():
        await problem_repository.end_of(tx, over)
    await problem_repository.keep(tx, applied.problems())
    await answer_repository.record(tx, provider, applied.records)
    await publish(tx, applied.changes)
    return applied.changes


async def record_bad_notice(tx: WriteTx, provider: str, detail: str) -> None:
    """Record a webhook that could not be believed (malformed, signature missing or wrong)."""
    ANSWERS.labels(Source.WEBHOOK.value, Verdict.BAD_SIGNATURE.value).inc()
    await answer_repository.record(tx, provider, [Answer(None, Source.WEBHOOK, None, Verdict.BAD_SIGNATURE, detail)])


class _Applied:
    """Folds answers into the locked payments, in memory; the caller stores the outcome at once."""

    def __init__(
        self, tx: WriteTx, provider: str, locked: Sequence[PaymentRow], subjects: Collection[str] | None
    ) -> None:
        self._tx = tx
        self._subjects = subjects
        self._provider = provider
        self._before = {p.id: p for p in locked}
        self._now = dict(self._before)
        self._by_provider_id = {p.provider_payment_id: p.id for p in locked if p.provider == provider}
        self.records: list[Answer] = []
        self.changes: list[PaymentChange] = []

    def moved(self) -> list[tuple[PaymentStatus, PaymentRow]]:
        """Payments with anything new, with the status they had."""
        return [(self._before[i].status, p) for i, p in self._now.items() if p != self._before[i]]

    def problems_over(self) -> list[UUID]:
        """Payments that moved and had a problem noted before."""
        moved = {change.payment_id for change in self.changes}
        return sorted(i for i in moved if self._before[i].problem is not None)

    def problems(self) -> list[tuple[UUID, str]]:
        """Problems found that still stand, by payment."""
        return [(i, p.problem) for i, p in self._now.items() if p.problem and p.problem != self._before[i].problem]

    def take(self, state: ProviderState, source: Source) -> None:
        """Judge one answer."""
        named = state.payment_id or self._by_provider_id.get(state.provider_payment_id)
        payment = self._now.get(named) if named else None
        if payment is None:
            # Our id is unknown; if the acquirer's id is ours, somebody mixes two payments up.
            owner = self._now.get(self._by_provider_id.get(state.provider_payment_id) or UUID(int=0))
            verdict = Verdict.UNKNOWN_PAYMENT if owner is None else Verdict.FOREIGN_PAYMENT_ID
            problem = None if owner is None else f"acquirer names an unknown payment {state.payment_id}"
            if owner is not None:
                self._note(owner, problem)
            self._record(owner, state, source, verdict, problem)
            return
        if self._subjects is not None and payment.subject not in self._subjects:
            problem = f"acquirer says {state.status} of a {payment.subject}, which nobody here settles"
            self._note(payment, problem)
            self._record(payment, state, source, Verdict.IGNORED, problem)
            return
        judgement = self._judge(payment, state)
        self._note(payment, judgement.problem)
        self._record(payment, state, source, judgement.verdict, judgement.problem or state.failure)
        if rules.is_mismatch(judgement.verdict):
            return
        payment = self._now[payment.id]
        if judgement.problem is not None and payment.status is not PaymentStatus.CAPTURED:
            # Money is held for a payment that is over: release it.
            self._now[payment.id] = msgspec.structs.replace(payment, void_due_at=self._tx.now)
        if payment.provider_payment_id is None:
            # The answer came before the registration was stored, or that was lost in a crash.
            payment = self._now[payment.id] = msgspec.structs.replace(
                self._now[payment.id],
                provider=self._provider,
                provider_payment_id=state.provider_payment_id,
                opened_at=payment.opened_at or self._tx.now,
            )
            self._by_provider_id[state.provider_payment_id] = payment.id
        if judgement.new is not None:
            self._move(payment, judgement.new, state.failure)

    def _judge(self, payment: PaymentRow, state: ProviderState) -> rules.Judgement:
        owner = self._by_provider_id.get(state.provider_payment_id)
        if not payment.is_online or payment.provider not in {None, self._provider} or owner not in {None, payment.id}:
            return rules.Judgement(
                Verdict.FOREIGN_PAYMENT_ID,
                problem=f"{self._provider} payment {state.provider_payment_id} is not this payment's",
            )
        return rules.judge(payment, state)

    def _move(self, payment: PaymentRow, new: PaymentStatus, failure: str | None) -> None:
        self.changes.append(change_of(payment, new))
        is_open = new in {PaymentStatus.PENDING, PaymentStatus.AUTHORIZED}
        self._now[payment.id] = msgspec.structs.replace(
            payment,
            status=new,
            captured_at=self._tx.now if new is PaymentStatus.CAPTURED else payment.captured_at,
            refunded_at=self._tx.now if new is PaymentStatus.REFUNDED else payment.refunded_at,
            void_due_at=payment.void_due_at if is_open else None,
            failure=failure[:200] if failure else None,
            # The right answer has come: the problem noted before is over.
            problem=None,
        )

    def _note(self, payment: PaymentRow, problem: str | None) -> None:
        if problem is None or payment.problem == problem:
            return
        self._now[payment.id] = msgspec.structs.replace(payment, problem=problem)
        self._tx.publish(ProblemFound(payment.id, payment.subject, payment.subject_id, payment.merchant_id, problem))

    def _record(
        self,
        payment: PaymentRow | None,
        state: ProviderState,
        source: Source,
        verdict: Verdict,
        detail: str | None,
    ) -> None:
        ANSWERS.labels(source.value, verdict.value).inc()
        self.records.append(Answer(payment.id if payment else None, source, state, verdict, detail))


async def publish(tx: WriteTx, changes: Sequence[PaymentChange]) -> None:
    """Publish changes and close the refunds of payments that are refunded now."""
    refunded = [c.payment_id for c in changes if c.new is PaymentStatus.REFUNDED]
    if refunded:
        await refund_repository.done(tx, refunded)
    tx.publish(
        *(
            PaymentChanged(
                c.payment_id, c.subject, c.subject_id, c.merchant_id, c.shop_id, c.amount, c.currency, c.method.value,
                c.old.value, c.new.value,
            )
            for c in changes
        )
    )  # fmt: skip


async def confirm_manual(tx: WriteTx, payment_ids: Sequence[UUID]) -> list[PaymentChange]:
    """Note as captured what a person saw paid: cash, terminal, transfer to a card. Repeating changes nothing.

    Raises NotFoundError, PaymentIsOnlineError, IllegalTransitionError (given up or refunded meanwhile); nothing is
    changed then.
    """
    payments = await repository.lock(tx, payment_ids)
    if len(payments) != len(set(payment_ids)):
        raise NotFoundError
    if any(p.is_online for p in payments):
        raise PaymentIsOnlineError
    waiting = [p for p in payments if p.status is not PaymentStatus.CAPTURED]
    if any(not PAYMENT.allows(p.status, PaymentStatus.CAPTURED, "person") for p in waiting):
        raise IllegalTransitionError
    return await _move_all(tx, waiting, PaymentStatus.CAPTURED)


async def void(tx: WriteTx, payment_ids: Sequence[UUID]) -> list[PaymentChange]:
    """Give payments up, as for cancelled orders; the changes that took place at once.

    A payment the acquirer never heard of is voided here and now. One that was opened is given up at the acquirer by
    a sweep, and stays pending until the acquirer agrees: the buyer may have paid meanwhile, and then it is captured.
    Payments that are captured or over are left alone: see `request_refund`.
    """
    payments = await repository.lock(tx, payment_ids)
    open_ones = [p for p in payments if PAYMENT.allows(p.status, PaymentStatus.VOIDED, "platform")]
    opened = [p.id for p in open_ones if p.provider_payment_id is not None]
    if opened:
        await repository.ask_to_void(tx, opened)
    return await _move_all(tx, [p for p in open_ones if p.provider_payment_id is None], PaymentStatus.VOIDED)


async def _move_all(tx: WriteTx, payments: Sequence[PaymentRow], new: PaymentStatus) -> list[PaymentChange]:
    await repository.move(
        tx,
        [
            (
                p.status,
                msgspec.structs.replace(
                    p, status=new, captured_at=tx.now if new is PaymentStatus.CAPTURED else p.captured_at
                ),
            )
            for p in payments
        ],
    )
    changes = [change_of(p, new) for p in payments]
    await publish(tx, changes)
    return changes
