"""Orders to the acquirer on a real database: open, void, refund; and payments confirmed by hand."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from kerben.domains.payments import api
from kerben.domains.payments.api import Method, PaymentStatus, ProviderStatus, RefundStatus, Source
from kerben.domains.payments.model import PaymentRow
from kerben.domains.payments.tests.fake import FakeAcquirer
from kerben.domains.payments.tests.make import Settled, make_opened, make_payment, new_payment, open_payment, reload
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import IllegalTransitionError, NotFoundError
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime


async def make_captured(db: Database, acquirer: FakeAcquirer) -> PaymentRow:
    payment = await make_opened(db, acquirer)
    state = acquirer.set(payment.provider_payment_id or "", ProviderStatus.CAPTURED)
    async with db.write() as tx:
        assert len(await api.apply_states(tx, [(state, Source.POLL)], provider="fake")) == 1
    return await reload(db, payment.id)


async def refund(db: Database, payment_id: UUID) -> api.RefundRequested:
    async def work(tx: WriteTx) -> api.RefundRequested:
        return await api.request_refund(tx, api.RefundWish(payment_id, "buyer asked"))

    return await db.transact(work)


async def refund_of(db: Database, payment_id: UUID) -> api.RefundRow:
    async with db.read() as tx:
        return (await api.refunds_by_payments(tx, [payment_id]))[payment_id]


async def test_many_are_created_in_order(db: Database) -> None:
    new = [new_payment(amount=100 + n) for n in range(20)]
    async with db.write() as tx:
        created = await api.create(tx, new)
        assert await api.create(tx, []) == []
    assert [(p.subject_id, p.amount, p.status) for p in created] == [(n.subject_id, n.amount, "pending") for n in new]
    async with db.read() as tx:
        assert list((await api.payments_by_ids(tx, [p.id for p in created])).values()) == created


async def test_two_who_open_at_once_get_the_same_page(db: Database, clock: ManualClock) -> None:
    acquirer = FakeAcquirer()
    payment = await make_payment(db)
    pages = await asyncio.gather(*(open_payment(db, acquirer, payment) for _ in range(4)))
    assert len(set(pages)) == 1
    assert len(acquirer.states) == 1
    stored = await reload(db, payment.id)
    assert stored.provider_payment_id in acquirer.states
    assert stored.next_check_at is not None
    assert (stored.next_check_at - clock.now()).total_seconds() == 15
    registered = acquirer.calls["register"]
    assert await open_payment(db, acquirer, payment) == pages[0]
    assert acquirer.calls["register"] == registered


async def test_what_cannot_be_opened(db: Database) -> None:
    acquirer = FakeAcquirer()
    cash = await make_payment(db, method=Method.CASH_ON_RECEIPT)
    captured = await make_captured(db, acquirer)
    with pytest.raises(api.PaymentNotOnlineError):
        await open_payment(db, acquirer, cash)
    with pytest.raises(api.PaymentClosedError):
        await open_payment(db, acquirer, captured)
    assert len(acquirer.states) == 1
    acquirer.down = True
    waiting = await make_payment(db)
    with pytest.raises(api.AcquirerUnavailableError):
        await open_payment(db, acquirer, waiting)
    assert await reload(db, waiting.id) == waiting


async def test_void_of_an_unopened_payment_is_immediate(db: Database) -> None:
    payment = await make_payment(db)
    async with db.write() as tx:
        changes = await api.void(tx, [payment.id])
        assert await api.void(tx, [payment.id]) == []
    assert [(c.old, c.new) for c in changes] == [("pending", "voided")]
    with pytest.raises(api.PaymentClosedError):
        await open_payment(db, FakeAcquirer(), payment)


async def test_void_of_an_opened_payment_goes_through_the_acquirer(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    async with db.write() as tx:
        assert await api.void(tx, [payment.id]) == []
    assert (await reload(db, payment.id)).status is PaymentStatus.PENDING
    with pytest.raises(api.PaymentClosedError):
        await open_payment(db, acquirer, payment)
    await api.send_voids(db, acquirer, settled, "order")
    assert acquirer.states[payment.provider_payment_id or ""].status is ProviderStatus.VOIDED
    assert settled.moves() == ["pending>voided"]
    assert await api.send_voids(db, acquirer, settled, "order") == 0


async def test_void_that_loses_the_race_finds_the_capture(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    async with db.write() as tx:
        await api.void(tx, [payment.id])
    acquirer.set(payment.provider_payment_id or "", ProviderStatus.CAPTURED)
    await api.send_voids(db, acquirer, settled, "order")
    assert settled.moves() == ["pending>captured"]
    assert (await reload(db, payment.id)).void_due_at is None


async def test_void_while_the_page_is_being_opened_reaches_the_acquirer(db: Database) -> None:
    class Slow(FakeAcquirer):
        async def register(self, request: api.RegisterPayment) -> api.Registered:
            async with db.write() as tx:
                await api.void(tx, [request.payment_id])
            return await super().register(request)

    acquirer, settled = Slow(), Settled()
    payment = await make_payment(db)
    with pytest.raises(api.PaymentClosedError):
        await open_payment(db, acquirer, payment)
    assert (await reload(db, payment.id)).status is PaymentStatus.VOIDED
    await api.send_voids(db, acquirer, settled, "order")
    assert [s.status for s in acquirer.states.values()] == [ProviderStatus.VOIDED]
    assert settled.changes == []


async def test_a_silent_acquirer_is_asked_to_void_again(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    async with db.write() as tx:
        await api.void(tx, [payment.id])
    acquirer.down = True
    assert await api.send_voids(db, acquirer, settled, "order") == 1
    assert await api.send_voids(db, acquirer, settled, "order") == 0
    acquirer.down = False
    clock.advance(seconds=20)
    assert await api.send_voids(db, acquirer, settled, "order") == 1
    assert settled.moves() == ["pending>voided"]


async def test_refund_is_sent_once_and_settled(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_captured(db, acquirer)
    first, second = await asyncio.gather(refund(db, payment.id), refund(db, payment.id))
    assert first.refund.id == second.refund.id
    assert first.refund.amount == payment.amount
    await asyncio.gather(*(api.send_refunds(db, acquirer, settled, "order") for _ in range(3)))
    assert acquirer.calls["refund"] == 1
    assert settled.moves() == ["captured>refunded"]
    assert (await refund_of(db, payment.id)).status is RefundStatus.DONE
    assert (await refund(db, payment.id)).refund.id == first.refund.id
    assert await api.send_refunds(db, acquirer, settled, "order") == 0


async def test_refund_whose_answer_was_lost_is_not_sent_twice(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_captured(db, acquirer)
    await refund(db, payment.id)
    acquirer.lost_answers = 1
    await api.send_refunds(db, acquirer, settled, "order")
    assert (await refund_of(db, payment.id)).status is RefundStatus.SENT
    assert settled.changes == []
    clock.advance(seconds=20)
    await api.send_refunds(db, acquirer, settled, "order")
    assert acquirer.calls["refund"] == 1
    assert settled.moves() == ["captured>refunded"]


async def test_refund_that_never_reached_the_acquirer_is_sent_again(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_captured(db, acquirer)
    await refund(db, payment.id)
    acquirer.down = True
    await api.send_refunds(db, acquirer, settled, "order")
    acquirer.down = False
    clock.advance(seconds=20)
    await api.send_refunds(db, acquirer, settled, "order")
    assert settled.moves() == ["captured>refunded"]


async def test_accepted_refund_that_is_not_seen_is_only_asked_about(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_captured(db, acquirer)
    await refund(db, payment.id)
    acquirer.refund_invisible = True
    for _ in range(17):
        await api.send_refunds(db, acquirer, settled, "order")
        clock.advance(minutes=5)
    assert acquirer.calls["refund"] == 1
    assert settled.changes == []
    assert (await reload(db, payment.id)).problem == "refund is not seen at the acquirer"
    acquirer.set(payment.provider_payment_id or "", ProviderStatus.REFUNDED)
    await api.send_refunds(db, acquirer, settled, "order")
    assert settled.moves() == ["captured>refunded"]


async def test_refused_refund_is_shown_and_may_be_asked_for_again(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_captured(db, acquirer)
    first = await refund(db, payment.id)
    acquirer.refuse_refunds = True
    await api.send_refunds(db, acquirer, settled, "order")
    stored = await reload(db, payment.id)
    assert (stored.status, stored.problem) == (PaymentStatus.CAPTURED, "refund refused: no_funds")
    acquirer.refuse_refunds = False
    assert (await refund(db, payment.id)).refund.id != first.refund.id
    await api.send_refunds(db, acquirer, settled, "order")
    assert settled.moves() == ["captured>refunded"]


async def test_nothing_captured_nothing_refunded(db: Database) -> None:
    payment = await make_payment(db)
    with pytest.raises(api.PaymentClosedError):
        await refund(db, payment.id)
    with pytest.raises(NotFoundError):
        await refund(db, new_id())
    async with db.read() as tx:
        assert await api.refunds_by_payments(tx, [payment.id]) == {}


@pytest.mark.parametrize("method", [Method.CASH_ON_RECEIPT, Method.TERMINAL_ON_RECEIPT, Method.CARD_TRANSFER])
async def test_payments_by_hand_are_captured_and_refunded_by_hand(db: Database, method: Method) -> None:
    payment = await make_payment(db, method=method)
    async with db.write() as tx:
        changes = await api.confirm_manual(tx, [payment.id])
        assert await api.confirm_manual(tx, [payment.id]) == []
    assert [(c.old, c.new) for c in changes] == [("pending", "captured")]
    assert (await reload(db, payment.id)).captured_at is not None
    given_back = await refund(db, payment.id)
    assert given_back.change is not None
    assert given_back.change.new is PaymentStatus.REFUNDED
    stored = await reload(db, payment.id)
    assert (stored.status, stored.refunded_at is not None) == (PaymentStatus.REFUNDED, True)
    assert (await refund_of(db, payment.id)).status is RefundStatus.DONE
    assert (await refund(db, payment.id)).change is None


async def test_only_the_acquirer_says_that_a_card_paid(db: Database) -> None:
    card, cash = await make_payment(db), await make_payment(db, method=Method.CASH_ON_RECEIPT)
    voided = await make_payment(db, method=Method.CASH_ON_RECEIPT)
    async with db.write() as tx:
        await api.void(tx, [voided.id])
    for ids, error in [
        ([cash.id, card.id], api.PaymentIsOnlineError),
        ([cash.id, voided.id], IllegalTransitionError),
        ([cash.id, new_id()], NotFoundError),
    ]:
        with pytest.raises(error):
            async with db.write() as tx:
                await api.confirm_manual(tx, ids)
    assert (await reload(db, cash.id)).status is PaymentStatus.PENDING
    assert (await reload(db, card.id)).status is PaymentStatus.PENDING


async def test_the_sweeps_of_a_flow(runtime: Runtime, clock: ManualClock) -> None:
    db, acquirer, settled = runtime.db, FakeAcquirer(), Settled()
    sweeps = api.sweeps("order", lambda _: settled)
    assert [s.name for s in sweeps] == ["payments.ask.order", "payments.refunds.order", "payments.voids.order"]
    paid, given_up = await make_opened(db, acquirer), await make_opened(db, acquirer)
    refunded = await make_captured(db, acquirer)
    acquirer.set(paid.provider_payment_id or "", ProviderStatus.CAPTURED)
    async with db.write() as tx:
        await api.void(tx, [given_up.id])
        await api.request_refund(tx, api.RefundWish(refunded.id, "buyer asked"))
    clock.advance(seconds=15)
    assert [await s.run(runtime) for s in sweeps] == [0, 0, 0]
    assert settled.changes == []
    runtime.bind(api.PaymentProvider, acquirer)
    for sweep in sweeps:
        assert await sweep.run(runtime) > 0
    moved = {c.payment_id: c.new for c in settled.changes}
    assert moved[paid.id] is PaymentStatus.CAPTURED
    assert moved[given_up.id] is PaymentStatus.VOIDED
    assert moved[refunded.id] is PaymentStatus.REFUNDED
