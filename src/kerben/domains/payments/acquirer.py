"""Talks with the acquirer: always outside a transaction, always so that a crash at any point is made good later.

What an answer changes is applied in one transaction with what follows from it: the caller's `settle`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from kerben.domains.payments import problem_repository, refund_repository, repository, rules, service
from kerben.domains.payments.errors import (
    AcquirerRefusedError,
    AcquirerUnavailableError,
    PaymentClosedError,
    PaymentNotOnlineError,
)
from kerben.domains.payments.events import ProblemFound
from kerben.domains.payments.model import Opened, PaymentChange, PaymentRow, PaymentStatus, Source
from kerben.domains.payments.ports import (
    InvalidNoticeError,
    PaymentProvider,
    ProviderRefusedError,
    ProviderState,
    ProviderStatus,
    ProviderUnavailableError,
    Registered,
    RegisterPayment,
)
from kerben.platform.batching import Batcher
from kerben.platform.db import Database, WriteTx
from kerben.platform.logs import logger, scrub

_log = logger("payments")

Settle = Callable[[WriteTx, Sequence[PaymentChange]], Awaitable[None]]
"""What follows from changes of payments (order, ledger, payout), in the same transaction. May be run again after a
deadlock; called only when something changed."""

In = TypeVar("In")
T = TypeVar("T")

CONCURRENT: Final = 8
LIMIT: Final = 50
OVERDUE: Final = 15
"""Tries (about an hour) after which a refund that is not seen is shown to a person."""

_PAUSES: Final = (rules.retry_delay(1), rules.retry_delay(9))
_OPEN: Final = frozenset({PaymentStatus.PENDING})


class OpenPayment(msgspec.Struct, frozen=True):
    """A buyer wants to pay now. The texts and addresses are shown to or used by the acquirer."""

    description: str
    return_url: str
    webhook_url: str
    expires_in_s: int = 1800


class Opening:
    """Opens payments at the acquirer. One per process: what many of them store is stored together."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._batcher: Batcher[Opened, PaymentRow] = Batcher(
            "payments-opened", self._store, key=lambda opened: opened.payment_id
        )

    async def open(self, provider: PaymentProvider, payment: PaymentRow, request: OpenPayment) -> str:
        """Address of the acquirer's page for a payment; it is registered there when it is opened first.

        Two who open it at once register the same payment and get the same page. The first check is due 15 s later.
        Raises PaymentNotOnlineError, PaymentClosedError, AcquirerUnavailableError, AcquirerRefusedError.
        """
        _check_open(payment)
        if payment.redirect_url is not None:
            return payment.redirect_url
        registered = await _register(provider, payment, request)
        stored = await self._batcher.submit(
            Opened(payment.id, provider.name, registered.provider_payment_id, registered.redirect_url)
        )
        # A payment given up meanwhile is known to the acquirer now: the sweep gives it up there too.
        _check_open(stored)
        if stored.redirect_url is None:
            raise AcquirerUnavailableError
        return stored.redirect_url

    async def _store(self, opened: Sequence[Opened]) -> list[PaymentRow]:
        async def work(tx: WriteTx) -> list[PaymentRow]:
            return await service.note_opened(tx, opened)

        return await self._db.transact(work)


async def _register(provider: PaymentProvider, payment: PaymentRow, request: OpenPayment) -> Registered:
    try:
        return await provider.register(
            RegisterPayment(
                payment.id, payment.amount, payment.currency, request.description, request.return_url,
                request.webhook_url, expires_in_s=request.expires_in_s,
            )
        )  # fmt: skip
    except ProviderUnavailableError as error:
        _log.warning("acquirer_unavailable", payment_id=str(payment.id), error=scrub(str(error)))
        raise AcquirerUnavailableError from error
    except ProviderRefusedError as error:
        _log.warning("payment_refused", payment_id=str(payment.id), error_code=error.code)
        raise AcquirerRefusedError(reason=error.code) from error


def _check_open(payment: PaymentRow) -> None:
    if not payment.is_online:
        raise PaymentNotOnlineError
    if payment.status not in _OPEN or payment.void_due_at is not None:
        raise PaymentClosedError(status=payment.status.value)


async def receive_notice(
    db: Database, provider: PaymentProvider, headers: Mapping[str, str], body: bytes, settle: Settle
) -> tuple[str, bytes]:
    """Take a webhook: verify, apply, settle; the (media type, body) to answer the acquirer with.

    A notice that cannot be believed is recorded and refused; one that does not fit is accepted (so that it is not
    sent for ever) but changes nothing.
    """
    try:
        state = provider.read_notice(headers, body)
    except InvalidNoticeError as error:
        detail = scrub(str(error))
        _log.warning("notice_refused", provider=provider.name, reason=detail)

        async def record(tx: WriteTx) -> None:
            await service.record_bad_notice(tx, provider.name, detail)

        await db.transact(record)
        return provider.answer_notice(accepted=False, reason="bad signature")
    await _apply(db, provider, [(state, Source.WEBHOOK)], settle)
    return provider.answer_notice(accepted=True, reason="")


async def _apply(
    db: Database, provider: PaymentProvider, answers: Sequence[tuple[ProviderState, Source]], settle: Settle
) -> None:
    async def work(tx: WriteTx) -> None:
        changes = await service.apply_states(tx, answers, provider=provider.name)
        if changes:
            await settle(tx, changes)

    await db.transact(work)


async def _apply_polled(
    db: Database, provider: PaymentProvider, states: Sequence[ProviderState | None], settle: Settle
) -> None:
    async def apply(some: Sequence[ProviderState]) -> None:
        await _apply(db, provider, [(state, Source.POLL) for state in some], settle)

    await _gathered([s for s in states if s is not None], apply)


async def _gathered(items: Sequence[In], work: Callable[[Sequence[In]], Awaitable[None]]) -> None:
    """Run `work` on all items at once, and when that fails on each alone, so that one whose consequences cannot be
    carried out fails nobody else. It is logged and found again by the next sweep."""
    if not items:
        return
    try:
        await work(items)
    except Exception as error:
        if len(items) == 1:
            _log.error("answer_not_applied", error=scrub(repr(error)))
            return
        for item in items:
            await _gathered([item], work)


async def due_checks(tx: WriteTx, limit: int = LIMIT, subject: str | None = None) -> list[PaymentRow]:
    """Take payments that the acquirer should be asked about and set their next check.

    Every 20 s in the first hour after opening, every 5 minutes then, never after 24 hours. Failed ones are asked
    about for that first hour too: the buyer may try again, and a stale word of failure may come before the true one.
    """
    due = await repository.lock_due_checks(tx, subject, limit)
    if due:
        await repository.schedule_checks(
            tx, [(p.id, rules.next_check(p.opened_at or p.created_at, tx.now, p.status)) for p in due]
        )
    return due


async def ask_due(db: Database, provider: PaymentProvider, settle: Settle, subject: str) -> int:
    """Ask about payments whose webhook has not come; how many were asked about."""

    async def take(tx: WriteTx) -> list[PaymentRow]:
        return await due_checks(tx, LIMIT, subject)

    due = await db.transact(take)
    states = await _each(due, lambda p: _state(provider, p), None)
    await _apply_polled(db, provider, states, settle)
    return len(due)


async def send_voids(db: Database, provider: PaymentProvider, settle: Settle, subject: str) -> int:
    """Give up at the acquirer what was given up here; how many were tried."""

    async def take(tx: WriteTx) -> list[PaymentRow]:
        return await repository.take_due_voids(tx, subject, LIMIT, _PAUSES)

    due = await db.transact(take)
    outcomes = await _each(due, lambda p: _void(provider, p), (None, False))
    await _apply_polled(db, provider, [state for state, _ in outcomes], settle)
    ended = [p.id for p, (_, over) in zip(due, outcomes, strict=True) if over]

    async def end(tx: WriteTx) -> None:
        await repository.end_void(tx, ended)

    if ended:
        await db.transact(end)
    return len(due)


async def _void(provider: PaymentProvider, payment: PaymentRow) -> tuple[ProviderState | None, bool]:
    """The acquirer's answer, and whether nothing is left to give up."""
    assert payment.provider_payment_id is not None  # noqa: S101 - chosen so by the query
    agreed = True
    try:
        await provider.void(payment.provider_payment_id)
    except ProviderUnavailableError:
        return None, False
    except ProviderRefusedError as error:
        _log.warning("void_refused", payment_id=str(payment.id), error_code=error.code)
        agreed = False
    state = await _state(provider, payment)
    if state is None:
        return None, False
    if state.status in {ProviderStatus.CAPTURED, ProviderStatus.REFUNDED, ProviderStatus.VOIDED}:
        return state, rules.judge(payment, state).problem is None
    if agreed and state.status is not ProviderStatus.AUTHORIZED:
        # The acquirer has agreed and holds nothing.
        voided = ProviderState(
            ProviderStatus.VOIDED, payment.id, payment.provider_payment_id, payment.amount, payment.currency
        )
        return voided, True
    return state, state.status is ProviderStatus.FAILED


async def send_refunds(db: Database, provider: PaymentProvider, settle: Settle, subject: str) -> int:
    """Have the acquirer give money back; how many refunds were worked on.

    Crash-safe: a refund is marked as sent before the acquirer hears of it, and whoever finds one marked asks for the
    payment's state before sending again. Once the acquirer has accepted it is only asked about, never sent again.
    """

    async def take(tx: WriteTx) -> list[_DueRefund]:
        due = dict(await refund_repository.take_due(tx, subject, LIMIT, _PAUSES))
        if not due:
            return []
        payments = await repository.by_ids(tx, list(due))
        refunds = await refund_repository.of_payments(tx, list(due))
        return [_DueRefund(payments[i], tries, refunds[i].accepted_at is not None) for i, tries in due.items()]

    due = await db.transact(take)
    outcomes = await _each(due, lambda d: _refund(provider, d), _RefundOutcome())

    async def store(some: Sequence[tuple[_DueRefund, _RefundOutcome]]) -> None:
        async def work(tx: WriteTx) -> None:
            await _store_refunds(tx, provider, some, settle)

        await db.transact(work)

    await _gathered(list(zip(due, outcomes, strict=True)), store)
    return len(due)


async def _store_refunds(
    tx: WriteTx,
    provider: PaymentProvider,
    outcomes: Sequence[tuple[_DueRefund, _RefundOutcome]],
    settle: Settle,
) -> None:
    accepted = [due.payment.id for due, outcome in outcomes if outcome.accepted]
    if accepted:
        await refund_repository.accepted(tx, accepted)
    states = [(outcome.state, Source.POLL) for _, outcome in outcomes if outcome.state is not None]
    changes = await service.apply_states(tx, states, provider=provider.name)
    for due, outcome in outcomes:
        if outcome.refused is not None:
            await refund_repository.failed(tx, due.payment.id, outcome.refused)
        if outcome.problem is not None:
            await _problem(tx, due.payment, outcome.problem)
    if changes:
        await settle(tx, changes)


class _DueRefund(msgspec.Struct, frozen=True):
    payment: PaymentRow
    tries: int
    accepted: bool


class _RefundOutcome(msgspec.Struct, frozen=True):
    state: ProviderState | None = None
    accepted: bool = False
    refused: str | None = None
    problem: str | None = None


async def _refund(provider: PaymentProvider, due: _DueRefund) -> _RefundOutcome:
    payment = due.payment
    assert payment.provider_payment_id is not None  # noqa: S101 - only captured online payments have refunds
    if due.tries:
        state = await _state(provider, payment)
        if state is None or due.accepted or state.status is not ProviderStatus.CAPTURED:
            overdue = due.tries >= OVERDUE and (state is None or state.status is not ProviderStatus.REFUNDED)
            return _RefundOutcome(
                state, due.accepted, problem="refund is not seen at the acquirer" if overdue else None
            )
    try:
        await provider.refund(payment.provider_payment_id, payment.amount)
    except ProviderUnavailableError:
        return _RefundOutcome()
    except ProviderRefusedError as error:
        _log.error("refund_refused", payment_id=str(payment.id), error_code=error.code)
        state = await _state(provider, payment)
        if state is None or state.status is ProviderStatus.REFUNDED:
            return _RefundOutcome(state)
        return _RefundOutcome(state, refused=error.code, problem=f"refund refused: {error.code}")
    return _RefundOutcome(await _state(provider, payment), accepted=True)


async def _problem(tx: WriteTx, payment: PaymentRow, problem: str) -> None:
    if await repository.store_problem(tx, payment.id, problem):
        await problem_repository.keep(tx, [(payment.id, problem)])
        tx.publish(ProblemFound(payment.id, payment.subject, payment.subject_id, payment.merchant_id, problem))


async def _state(provider: PaymentProvider, payment: PaymentRow) -> ProviderState | None:
    """The acquirer's word, or None when there is none to be had now."""
    assert payment.provider_payment_id is not None  # noqa: S101 - chosen so by the queries
    try:
        return await provider.state(payment.provider_payment_id)
    except (ProviderUnavailableError, ProviderRefusedError) as error:
        _log.info("acquirer_silent", payment_id=str(payment.id), error=scrub(str(error)))
        return None


async def _each(items: Sequence[In], work: Callable[[In], Awaitable[T]], otherwise: T) -> list[T]:
    """Run `work` on each item, at most CONCURRENT at once; results in order.

    One that fails unexpectedly gives `otherwise` and is logged: it must not keep the others from being settled.
    """
    gate = asyncio.Semaphore(CONCURRENT)

    async def one(item: In) -> T:
        async with gate:
            try:
                return await work(item)
            except Exception as error:
                _log.error("acquirer_call_failed", error=scrub(repr(error)))
                return otherwise

    return await asyncio.gather(*(one(item) for item in items))
