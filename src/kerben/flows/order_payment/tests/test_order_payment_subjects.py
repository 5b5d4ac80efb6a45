"""One webhook address for payments of all subjects: each reaches its own flow, and none gets lost."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from kerben.domains.payments import settlers
from kerben.domains.payments.api import PaymentChange, PaymentProvider, PaymentStatus, ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.domains.payments.tests.make import make_opened, reload
from kerben.flows.order_payment.module import MODULE
from kerben.flows.order_payment.service import OrderPayments
from kerben.platform.db import Database, WriteTx
from kerben.platform.runtime import Runtime

BILL = "bill"


@pytest.fixture
def acquirer(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> FakeAcquirer:
    assert MODULE.name == "order_payment"
    monkeypatch.delitem(settlers._SETTLERS, BILL, raising=False)  # pyright: ignore[reportPrivateUsage]
    fake = FakeAcquirer()
    runtime.bind(PaymentProvider, fake)
    return fake


async def test_a_bill_that_nobody_settles_is_kept_and_settled_later(
    runtime: Runtime, db: Database, acquirer: FakeAcquirer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = await make_opened(db, acquirer, subject=BILL)
    body = msgspec.json.encode(acquirer.set(f"fp-{bill.id}", ProviderStatus.CAPTURED))
    answer = await runtime.part(OrderPayments).notice("fake", SIGNED, body, "test")
    assert answer == ("text/plain", b"ok")
    stored = await reload(db, bill.id)
    assert stored.status is PaymentStatus.PENDING
    assert stored.next_check_at is not None
    async with db.read() as tx:
        kept = await tx.fetch("SELECT problem FROM payments.problem WHERE payment_id = $1", bill.id)
        told = await tx.fetchval(
            "SELECT count(*) FROM platform.outbox WHERE name = 'payments.problem_found.v1' AND key = $1", str(bill.id)
        )
    assert ([row["problem"] for row in kept], told) == ([stored.problem], 1)

    changes: list[PaymentChange] = []

    async def settle(tx: WriteTx, some: Sequence[PaymentChange]) -> None:
        tx.after_commit(lambda: changes.extend(some))

    monkeypatch.setitem(settlers._SETTLERS, BILL, lambda _: settle)  # pyright: ignore[reportPrivateUsage]
    await runtime.part(OrderPayments).notice("fake", SIGNED, body, "test")
    assert [(c.payment_id, c.new) for c in changes] == [(bill.id, PaymentStatus.CAPTURED)]
    assert (await reload(db, bill.id)).problem is None
