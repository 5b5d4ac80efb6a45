"""Acquirers' answers on a real database: late, twice, never, wrong, out of order, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from kerben.domains.payments import api, refunds
from kerben.domains.payments.api import PaymentStatus, ProviderState, ProviderStatus, Source, Verdict
from kerben.domains.payments.module import MODULE
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer, notice
from kerben.domains.payments.tests.make import Settled, make_opened, make_payment, open_payment, reload
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database, WriteTx
from kerben.platform.ids import new_id


async def receive(db: Database, acquirer: FakeAcquirer, state: ProviderState, settled: Settled) -> bytes:
    _, answer = await api.receive_notice(db, acquirer, SIGNED, msgspec.json.encode(state), settled)
    return answer


async def verdicts(db: Database, payment: api.PaymentRow) -> list[Verdict]:
    async with db.read() as tx:
        return [a.verdict for a in await api.answers_of(tx, payment.id)]


async def problems(db: Database, payment: api.PaymentRow) -> list[str]:
    async with db.read() as tx:
        rows = await tx.fetch(
            "SELECT payload ->> 'problem' AS problem FROM platform.outbox"
            " WHERE name = 'payments.problem_found.v1' AND key = $1 ORDER BY id",
            str(payment.id),
        )
    return [row["problem"] for row in rows]


async def invariants_hold(db: Database) -> None:
    async with db.snapshot() as tx:
        for name, sql in MODULE.checks.items():
            assert await tx.fetch(sql) == [], name


async def test_a_webhook_captures_once_however_often_it_comes(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    paid = notice(payment.id, payment.provider_payment_id or "", ProviderStatus.CAPTURED)
    assert await receive(db, acquirer, paid, settled) == b"ok"
    assert await receive(db, acquirer, paid, settled) == b"ok"
    assert settled.moves() == ["pending>captured"]
    stored = await reload(db, payment.id)
    assert (stored.status, stored.captured_at is not None, stored.next_check_at) == ("captured", True, None)
    assert await verdicts(db, payment) == [Verdict.APPLIED, Verdict.DUPLICATE]
    await invariants_hold(db)


async def test_eight_webhooks_at_once_make_one_change(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    paid = notice(payment.id, payment.provider_payment_id or "", ProviderStatus.CAPTURED)
    await asyncio.gather(*(receive(db, acquirer, paid, settled) for _ in range(8)))
    assert settled.moves() == ["pending>captured"]
    assert sorted(await verdicts(db, payment)) == [Verdict.APPLIED] + [Verdict.DUPLICATE] * 7


async def test_out_of_order_answers_in_one_batch(db: Database) -> None:
    acquirer = FakeAcquirer()
    payment = await make_opened(db, acquirer)
    said = [ProviderStatus.CAPTURED, ProviderStatus.PENDING, ProviderStatus.FAILED, ProviderStatus.REFUNDED]
    async with db.write() as tx:
        changes = await api.apply_states(
            tx,
            [(notice(payment.id, payment.provider_payment_id or "", s), Source.WEBHOOK) for s in said],
            provider="fake",
        )
    assert [(c.old, c.new) for c in changes] == [("pending", "captured"), ("captured", "refunded")]
    assert (await reload(db, payment.id)).status is PaymentStatus.REFUNDED
    assert await verdicts(db, payment) == [Verdict.APPLIED, Verdict.IGNORED, Verdict.IGNORED, Verdict.APPLIED]


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        ({"amount": 15_000}, Verdict.AMOUNT_MISMATCH),
        ({"amount": 150_001}, Verdict.AMOUNT_MISMATCH),
        ({"currency": "KZT"}, Verdict.CURRENCY_MISMATCH),
        ({"provider_payment_id": "fp-other"}, Verdict.FOREIGN_PAYMENT_ID),
    ],
)
async def test_what_does_not_fit_is_never_paid(db: Database, wrong: dict[str, object], verdict: Verdict) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    paid = notice(payment.id, payment.provider_payment_id or "", ProviderStatus.CAPTURED)
    for _ in range(2):
        await receive(db, acquirer, msgspec.structs.replace(paid, **wrong), settled)
    assert settled.changes == []
    stored = await reload(db, payment.id)
    assert stored.status is PaymentStatus.PENDING
    assert stored.problem is not None
    assert stored.next_check_at == payment.next_check_at
    assert await verdicts(db, payment) == [verdict, verdict]
    assert await problems(db, payment) == [stored.problem]
    # The right answer still gets through, and the problem is over.
    await receive(db, acquirer, paid, settled)
    assert settled.moves() == ["pending>captured"]
    assert (await reload(db, payment.id)).problem is None


async def test_an_id_of_another_payment_moves_neither(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    mine = await make_opened(db, acquirer)
    other = await make_opened(db, acquirer)
    never_opened = await make_payment(db)
    for payment in (other, never_opened):
        await receive(
            db, acquirer, notice(payment.id, mine.provider_payment_id or "", ProviderStatus.CAPTURED), settled
        )
        assert await verdicts(db, payment) == [Verdict.FOREIGN_PAYMENT_ID]
    await receive(db, acquirer, notice(new_id(), mine.provider_payment_id or "", ProviderStatus.CAPTURED), settled)
    assert await verdicts(db, mine) == [Verdict.FOREIGN_PAYMENT_ID]
    assert settled.changes == []
    for payment in (mine, other, never_opened):
        assert (await reload(db, payment.id)).status is PaymentStatus.PENDING


async def test_cash_cannot_be_paid_by_a_webhook(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_payment(db, method=api.Method.CASH_ON_RECEIPT)
    await receive(db, acquirer, notice(payment.id, "fp-cash", ProviderStatus.CAPTURED), settled)
    assert settled.changes == []
    assert await verdicts(db, payment) == [Verdict.FOREIGN_PAYMENT_ID]


async def test_unknown_payments_and_bad_signatures_are_recorded(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    paid = notice(payment.id, payment.provider_payment_id or "", ProviderStatus.CAPTURED)
    assert await receive(db, acquirer, notice(None, "fp-nobody", ProviderStatus.CAPTURED), settled) == b"ok"
    _, answer = await api.receive_notice(db, acquirer, {}, msgspec.json.encode(paid), settled)
    assert answer.startswith(b"refused")
    assert settled.changes == []
    assert (await reload(db, payment.id)).status is PaymentStatus.PENDING
    async with db.read() as tx:
        rows = await tx.fetch("SELECT verdict FROM payments.provider_event WHERE payment_id IS NULL ORDER BY id")
    assert [r["verdict"] for r in rows][-2:] == ["unknown_payment", "bad_signature"]


async def test_a_webhook_before_the_registration_was_stored_is_taken(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_payment(db)
    await receive(db, acquirer, notice(payment.id, f"fp-{payment.id}", ProviderStatus.CAPTURED), settled)
    assert settled.moves() == ["pending>captured"]
    assert (await reload(db, payment.id)).provider_payment_id == f"fp-{payment.id}"


async def test_a_lost_webhook_is_found_by_asking_within_60_s(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    clock.advance(seconds=14)
    await api.ask_due(db, acquirer, settled, "order")
    assert await verdicts(db, payment) == []
    for second in range(1, 61):
        clock.advance(seconds=1)
        if second == 10:
            acquirer.set(payment.provider_payment_id or "", ProviderStatus.CAPTURED)
        await api.ask_due(db, acquirer, settled, "order")
        if settled.changes:
            break
    else:
        pytest.fail("not found within 60 s")
    assert second - 10 <= 20
    assert [c.payment_id for c in settled.changes] == [payment.id]
    clock.advance(hours=2)
    assert payment.id not in {p.id for p in await due(db)}


async def test_success_after_a_stale_failure_is_found_by_asking(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    tried_again, given_up = await make_opened(db, acquirer), await make_opened(db, acquirer)
    for payment in (tried_again, given_up):
        failed = acquirer.set(payment.provider_payment_id or "", ProviderStatus.FAILED)
        await receive(db, acquirer, failed, settled)
    acquirer.set(tried_again.provider_payment_id or "", ProviderStatus.CAPTURED)
    clock.advance(seconds=15)
    await api.ask_due(db, acquirer, settled, "order")
    assert settled.moves()[-1] == "failed>captured"
    assert (await reload(db, tried_again.id)).status is PaymentStatus.CAPTURED
    clock.advance(hours=1)
    await api.ask_due(db, acquirer, settled, "order")
    assert (await reload(db, given_up.id)).next_check_at is None


async def due(db: Database) -> list[api.PaymentRow]:
    async with db.write() as tx:
        return await api.due_checks(tx, 100, "order")


async def test_two_workers_never_ask_about_the_same_payment(db: Database, clock: ManualClock) -> None:
    acquirer = FakeAcquirer()
    opened = {(await make_opened(db, acquirer)).id for _ in range(6)}
    clock.advance(seconds=15)
    async with db.write() as one, db.write() as two:
        first = {p.id for p in await api.due_checks(one, 3, "order")}
        second = {p.id for p in await api.due_checks(two, 100, "order")}
    assert len(first) == 3
    assert not first & second
    assert opened <= first | second | {p.id for p in await due(db)}


async def test_a_silent_acquirer_changes_nothing(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    acquirer.down = True
    clock.advance(seconds=15)
    assert await api.ask_due(db, acquirer, settled, "order") >= 1
    assert settled.changes == []
    stored = await reload(db, payment.id)
    assert (stored.status, stored.checks) == (PaymentStatus.PENDING, 1)
    assert stored.next_check_at is not None


async def test_consequences_that_fail_undo_the_change_and_hold_up_nobody_else(
    db: Database, clock: ManualClock
) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    good, bad = await make_opened(db, acquirer), await make_opened(db, acquirer)

    async def settle(tx: WriteTx, changes: Sequence[api.PaymentChange]) -> None:
        if bad.id in {c.payment_id for c in changes}:
            raise RuntimeError("order is gone")
        await settled(tx, changes)

    for payment in (good, bad):
        acquirer.set(payment.provider_payment_id or "", ProviderStatus.CAPTURED)
    clock.advance(seconds=15)
    await api.ask_due(db, acquirer, settle, "order")
    assert [c.payment_id for c in settled.changes if c.payment_id in {good.id, bad.id}] == [good.id]
    assert (await reload(db, good.id)).status is PaymentStatus.CAPTURED
    assert (await reload(db, bad.id)).status is PaymentStatus.PENDING
    clock.advance(seconds=20)
    await api.ask_due(db, acquirer, settled, "order")
    assert (await reload(db, bad.id)).status is PaymentStatus.CAPTURED


async def test_bills_and_orders_are_asked_about_apart(db: Database, clock: ManualClock) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    bill = await make_opened(db, acquirer, subject="bill")
    acquirer.set(bill.provider_payment_id or "", ProviderStatus.CAPTURED)
    clock.advance(seconds=15)
    await api.ask_due(db, acquirer, settled, "order")
    assert bill.id not in {c.payment_id for c in settled.changes}
    await api.ask_due(db, acquirer, settled, "bill")
    assert bill.id in {c.payment_id for c in settled.changes}


async def test_money_held_for_a_failed_payment_is_released(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer)
    provider_id = payment.provider_payment_id or ""
    await receive(db, acquirer, notice(payment.id, provider_id, ProviderStatus.FAILED), settled)
    await receive(db, acquirer, notice(payment.id, provider_id, ProviderStatus.AUTHORIZED), settled)
    assert settled.moves() == ["pending>failed"]
    assert len(await problems(db, payment)) == 1
    await api.send_voids(db, acquirer, settled, "order")
    assert acquirer.states[provider_id].status is ProviderStatus.VOIDED
    stored = await reload(db, payment.id)
    assert (stored.status, stored.void_due_at) == (PaymentStatus.FAILED, None)


async def test_a_failed_payment_is_tried_again_once(db: Database) -> None:
    acquirer, settled = FakeAcquirer(), Settled()
    payment = await make_opened(db, acquirer, commission_bp=300)
    async with db.write() as tx:
        with pytest.raises(api.PaymentClosedError):
            await api.create_again(tx, payment.id)
    await receive(db, acquirer, notice(payment.id, payment.provider_payment_id or "", ProviderStatus.FAILED), settled)
    with pytest.raises(api.PaymentClosedError):
        await open_payment(db, acquirer, payment)

    async def again() -> api.PaymentRow:
        async with db.write() as tx:
            return await api.create_again(tx, payment.id)

    first, second = await asyncio.gather(again(), again())
    assert first.id == second.id != payment.id
    assert (first.amount, first.commission_bp, first.status) == (150_000, 300, PaymentStatus.PENDING)
    async with db.read() as tx:
        assert (await api.payments_by_subjects(tx, [payment.subject_id]))[payment.subject_id].id == first.id
        assert await refunds.refunds_by_payments(tx, [payment.id]) == {}
