"""Payouts on a real database, through a bank that misbehaves."""

from __future__ import annotations

import asyncio
from typing import Literal
from uuid import UUID

from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.module import MODULE as LEDGER
from kerben.domains.ledger.tests.make import give_balance, offenders
from kerben.domains.merchants.api import PayoutStatus as MerchantPayouts
from kerben.domains.merchants.api import set_payout_status
from kerben.domains.merchants.events import PayoutStatusChanged
from kerben.domains.merchants.tests.make import TEST_KEYS, make_merchant
from kerben.domains.payouts import api
from kerben.domains.payouts.api import PayoutStatus, TransferState, TransferStatus
from kerben.domains.payouts.module import MODULE
from kerben.domains.payouts.ports import PayoutBank
from kerben.domains.payouts.reactions import pay_on_activation
from kerben.domains.payouts.tests.fake import FakeBank
from kerben.domains.payouts.tests.make import ACROSS
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database, WriteTx
from kerben.platform.events import Envelope
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime


async def make_due(
    db: Database, amount: int = 150_000, payouts: Literal["active", "pending", "suspended"] = "active"
) -> UUID:
    """A merchant with a balance."""
    async with db.write() as tx:
        merchant = await make_merchant(tx, payouts=payouts)
        await give_balance(tx, merchant, amount)
    return merchant


async def create_due(db: Database, *merchants: UUID) -> list[UUID]:
    async def work(tx: WriteTx) -> list[UUID]:
        return await api.create_due(tx, merchants, "KGS")

    return await db.transact(work)


async def reload(db: Database, payout_id: UUID) -> api.PayoutRow:
    async with db.read() as tx:
        return (await api.payouts_by_ids(tx, [payout_id]))[payout_id]


async def owed(db: Database, merchant: UUID) -> int:
    ref = ledger.merchant_balance(merchant)
    async with db.read() as tx:
        return (await ledger.balances(tx, [ref], "KGS"))[ref]


async def invariants_hold(db: Database) -> None:
    async with db.snapshot() as tx:
        assert await offenders(tx, {**ACROSS, **MODULE.checks, **LEDGER.checks}) == {}


async def events_of(db: Database, merchant: UUID) -> list[str]:
    async with db.read() as tx:
        rows = await tx.fetch(
            "SELECT name FROM platform.outbox WHERE key = $1 AND name LIKE 'payouts.%' ORDER BY id", str(merchant)
        )
    return [row["name"] for row in rows]


async def test_a_balance_is_paid_out_at_once(db: Database) -> None:
    bank, merchant = FakeBank(), await make_due(db)
    (payout_id,) = await create_due(db, merchant, merchant)
    assert await owed(db, merchant) == 0
    await api.send_payouts(db, bank, TEST_KEYS)
    payout = await reload(db, payout_id)
    assert (payout.status, payout.amount, payout.account) == (PayoutStatus.PAID, 150_000, "•••• 5678")
    assert payout.bank_reference is not None
    assert payout.paid_at is not None
    assert bank.paid[payout_id].account_number == "1180000012345678"
    assert await events_of(db, merchant) == ["payouts.payout_created.v1", "payouts.payout_paid.v1"]
    await invariants_hold(db)


async def test_who_gets_nothing(db: Database) -> None:
    suspended, pending = await make_due(db, payouts="suspended"), await make_due(db, payouts="pending")
    negative, zero = await make_due(db, 100), await make_due(db, 100)
    async with db.write() as tx:
        back = [
            ledger.Transfer(
                "payment_refunded",
                ledger.merchant_balance(merchant),
                ledger.platform_account(ledger.AccountKind.ACQUIRER_RECEIVABLE),
                amount,
                "KGS",
                new_id(),
            )
            for merchant, amount in ((negative, 250), (zero, 100))
        ]
        await ledger.post(tx, back)
    assert await create_due(db, suspended, pending, negative, zero, new_id()) == []
    assert [await owed(db, m) for m in (suspended, negative, zero)] == [150_000, -150, 0]
    # A later sale nets what is owed to us.
    async with db.write() as tx:
        await give_balance(tx, negative, 1_000)
    (payout_id,) = await create_due(db, negative)
    assert (await reload(db, payout_id)).amount == 850


async def test_two_at_once_never_pay_a_balance_twice(db: Database) -> None:
    merchants = [await make_due(db, 1_000 + n) for n in range(4)]
    created = await asyncio.gather(*(create_due(db, *(merchants if n % 2 else merchants[::-1])) for n in range(8)))
    ids = [i for part in created for i in part]
    assert len(ids) == 4
    assert sorted([(await reload(db, i)).amount for i in ids]) == [1_000, 1_001, 1_002, 1_003]
    assert [await owed(db, m) for m in merchants] == [0, 0, 0, 0]
    await invariants_hold(db)


async def test_two_workers_send_each_payout_once(db: Database) -> None:
    bank = FakeBank()
    merchants = [await make_due(db) for _ in range(5)]
    ids = await create_due(db, *merchants)
    await asyncio.gather(*(api.send_payouts(db, bank, TEST_KEYS) for _ in range(3)))
    sent = [o.reference for o in bank.orders if o.reference in ids]
    assert sorted(sent) == sorted(ids)
    await invariants_hold(db)


async def test_a_lost_answer_is_asked_for_and_pays_once(db: Database, clock: ManualClock) -> None:
    bank, merchant = FakeBank(), await make_due(db)
    (payout_id,) = await create_due(db, merchant)
    bank.lose_answers = True
    await api.send_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.SENT
    assert await api.send_payouts(db, bank, TEST_KEYS) == 0
    await api.ask_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.SENT
    clock.advance(seconds=10)
    await api.ask_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.PAID
    assert [o.reference for o in bank.orders] == [payout_id]
    await invariants_hold(db)


async def test_what_the_bank_never_saw_is_sent_again(db: Database, clock: ManualClock) -> None:
    bank, merchant = FakeBank(), await make_due(db)
    (payout_id,) = await create_due(db, merchant)
    bank.down = True
    await api.send_payouts(db, bank, TEST_KEYS)
    clock.advance(seconds=10)
    await api.ask_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.SENT
    bank.down = False
    clock.advance(seconds=10)
    await asyncio.gather(*(api.ask_payouts(db, bank, TEST_KEYS) for _ in range(3)))
    assert (await reload(db, payout_id)).status is PayoutStatus.PAID
    assert [o.reference for o in bank.orders] == [payout_id]


async def test_a_slow_bank_is_asked_until_it_decides(db: Database, clock: ManualClock) -> None:
    bank, merchant = FakeBank(), await make_due(db)
    (payout_id,) = await create_due(db, merchant)
    bank.slow = True
    await api.send_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.SENT
    clock.advance(seconds=10)
    await api.ask_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.PAID


async def test_a_failed_payout_returns_to_the_balance_and_is_retried(db: Database, clock: ManualClock) -> None:
    bank, merchant = FakeBank(), await make_due(db)
    (payout_id,) = await create_due(db, merchant)
    bank.refuse = True
    for pause_min in (1, 5):
        await api.send_payouts(db, bank, TEST_KEYS)
        failed = await reload(db, payout_id)
        assert (failed.status, failed.failure) == (PayoutStatus.FAILED, "account is closed")
        assert await owed(db, merchant) == 150_000
        await invariants_hold(db)
        clock.advance(seconds=pause_min * 60 - 1)
        assert await api.retry_failed(db) == 0
        clock.advance(seconds=1)
        assert await api.retry_failed(db) == 1
        assert await api.retry_failed(db) == 0
        async with db.read() as tx:
            payout_id = await tx.fetchval(
                "SELECT id FROM payouts.payout WHERE merchant_id = $1 ORDER BY id DESC LIMIT 1", merchant
            )
    bank.refuse = False
    await api.send_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.PAID
    assert await owed(db, merchant) == 0
    await invariants_hold(db)


async def test_late_and_doubled_answers_of_the_bank_change_nothing(db: Database) -> None:
    bank, merchant = FakeBank(), await make_due(db)
    (payout_id,) = await create_due(db, merchant)
    paid = TransferState(payout_id, TransferStatus.PAID, "b-1")
    async with db.write() as tx:
        # Nothing was sent yet: whatever this is, it is not about our transfer.
        assert await api.apply_bank_answers(tx, [paid]) == 0
    await api.send_payouts(db, bank, TEST_KEYS)
    stored = await reload(db, payout_id)
    async with db.write() as tx:
        failed = TransferState(payout_id, TransferStatus.FAILED, failure="late")
        assert await api.apply_bank_answers(tx, [paid, failed]) == 0
    assert await reload(db, payout_id) == stored
    await invariants_hold(db)


async def test_suspension_keeps_the_money_and_activation_pays_it(db: Database, runtime: Runtime) -> None:
    bank, merchant = FakeBank(), await make_due(db)
    (payout_id,) = await create_due(db, merchant)
    async with db.write() as tx:
        assert await set_payout_status(tx, [merchant], MerchantPayouts.SUSPENDED) == [merchant]
    await api.send_payouts(db, bank, TEST_KEYS)
    assert (await reload(db, payout_id)).status is PayoutStatus.FAILED
    assert payout_id not in bank.paid
    assert await owed(db, merchant) == 150_000
    async with db.write() as tx:
        await set_payout_status(tx, [merchant], MerchantPayouts.ACTIVE)
    event = PayoutStatusChanged(merchant, "active")
    for position in (1, 2):
        async with db.write() as tx:
            await pay_on_activation(runtime)(tx, [Envelope(position, new_id(), event, tx.now, None)])
    assert await owed(db, merchant) == 0
    await api.send_payouts(db, bank, TEST_KEYS)
    assert sum(o.amount for o in bank.paid.values()) == 150_000
    await invariants_hold(db)


async def test_sweeps_run_with_and_without_a_bank(runtime: Runtime) -> None:
    bank, merchant = FakeBank(), await make_due(runtime.db)
    (payout_id,) = await create_due(runtime.db, merchant)
    for s in MODULE.sweeps:
        await s.run(runtime)
    assert (await reload(runtime.db, payout_id)).status is PayoutStatus.CREATED
    runtime.bind(PayoutBank, bank)
    for s in MODULE.sweeps:
        await s.run(runtime)
    assert (await reload(runtime.db, payout_id)).status is PayoutStatus.PAID
