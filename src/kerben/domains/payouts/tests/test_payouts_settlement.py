"""Payments, ledger and payouts together, as a flow joins them: money is neither lost nor made up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec

from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.module import MODULE as LEDGER
from kerben.domains.ledger.tests.make import offenders
from kerben.domains.merchants.tests.make import TEST_KEYS, make_merchant
from kerben.domains.payments import api as payments
from kerben.domains.payments.module import MODULE as PAYMENTS
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.domains.payments.tests.make import make_opened, reload
from kerben.domains.payouts import api
from kerben.domains.payouts.module import MODULE
from kerben.domains.payouts.tests.fake import FakeBank
from kerben.domains.payouts.tests.make import ACROSS
from kerben.platform.db import Database, WriteTx


async def settle(tx: WriteTx, changes: Sequence[payments.PaymentChange]) -> None:
    """What a flow does with the money of a change (orders are not of interest here)."""
    await ledger.post(tx, [t for c in changes for t in payments.settlement_transfers(c)])
    await api.create_due(tx, [c.merchant_id for c in changes], changes[0].currency)


async def merchant_money(db: Database, merchant: UUID) -> int:
    async with db.read() as tx:
        return (await ledger.balances(tx, [ledger.merchant_balance(merchant)], "KGS"))[
            ledger.merchant_balance(merchant)
        ]


async def pay(db: Database, acquirer: FakeAcquirer, payment: payments.PaymentRow, webhooks: int = 1) -> None:
    state = acquirer.set(payment.provider_payment_id or "", payments.ProviderStatus.CAPTURED)
    body = msgspec.json.encode(state)
    await asyncio.gather(*(payments.receive_notice(db, acquirer, SIGNED, body, settle) for _ in range(webhooks)))


async def invariants_hold(db: Database) -> None:
    async with db.snapshot() as tx:
        assert await offenders(tx, {**ACROSS, **MODULE.checks, **LEDGER.checks, **PAYMENTS.checks}) == {}
        assert [line.difference for line in await ledger.trial_balance(tx)] == [0]


async def test_sale_payout_refund_and_the_next_sale(db: Database) -> None:
    acquirer, bank = FakeAcquirer(), FakeBank()
    async with db.write() as tx:
        merchant = await make_merchant(tx)
    fees = {"merchant_id": merchant, "commission_bp": 500, "acquiring_bp": 250}
    first = await make_opened(db, acquirer, amount=150_000, **fees)
    await pay(db, acquirer, first, webhooks=8)
    await api.send_payouts(db, bank, TEST_KEYS)
    assert [o.amount for o in bank.paid.values()] == [150_000 - 7_500 - 3_750]
    assert await merchant_money(db, merchant) == 0
    await invariants_hold(db)

    async with db.write() as tx:
        await payments.request_refund(tx, payments.RefundWish(first.id, "returned"))
    await payments.send_refunds(db, acquirer, settle, "order")
    assert (await reload(db, first.id)).status is payments.PaymentStatus.REFUNDED
    assert await merchant_money(db, merchant) == -138_750
    await invariants_hold(db)

    second = await make_opened(db, acquirer, amount=200_000, **fees)
    await pay(db, acquirer, second, webhooks=2)
    await api.send_payouts(db, bank, TEST_KEYS)
    assert sum(o.amount for o in bank.paid.values()) == 200_000 - 10_000 - 5_000
    assert await merchant_money(db, merchant) == 0
    await invariants_hold(db)


async def test_many_sales_of_few_merchants_at_once(db: Database) -> None:
    acquirer, bank = FakeAcquirer(), FakeBank()
    async with db.write() as tx:
        merchants = [await make_merchant(tx) for _ in range(3)]
    opened = [await make_opened(db, acquirer, merchant_id=merchants[n % 3], amount=1_000 + n) for n in range(24)]
    await asyncio.gather(*(pay(db, acquirer, payment, webhooks=2) for payment in opened))
    await asyncio.gather(*(api.send_payouts(db, bank, TEST_KEYS) for _ in range(2)))
    assert sum(o.amount for o in bank.paid.values()) == sum(p.amount for p in opened)
    assert [await merchant_money(db, m) for m in merchants] == [0, 0, 0]
    await invariants_hold(db)
