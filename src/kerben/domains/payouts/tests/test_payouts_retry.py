"""An admin pays a merchant again whose payout failed."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx

from kerben.domains.audit.api import AuditFilter, entries_of_merchant, list_entries
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.module import MODULE as LEDGER
from kerben.domains.ledger.tests.make import give_balance, offenders
from kerben.domains.merchants.api import PayoutStatus, set_payout_status
from kerben.domains.merchants.tests.make import TEST_KEYS, make_merchant
from kerben.domains.payouts import api
from kerben.domains.payouts.module import MODULE
from kerben.domains.payouts.tests.fake import FakeBank
from kerben.domains.payouts.tests.make import ACROSS
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


async def failed_payout(db: Database, amount: int = 5_000) -> tuple[UUID, UUID]:
    """A merchant and his payout that the bank refused."""
    async with db.write() as tx:
        merchant = await make_merchant(tx)
        await give_balance(tx, merchant, amount)
        (payout_id,) = await api.create_due(tx, [merchant], "KGS")
    bank = FakeBank()
    bank.refuse = True
    await api.send_payouts(db, bank, TEST_KEYS)
    return merchant, payout_id


async def payouts_of(db: Database, merchant: UUID) -> list[tuple[str, int]]:
    async with db.read() as tx:
        rows = await tx.fetch(
            "SELECT status, amount FROM payouts.payout WHERE merchant_id = $1 ORDER BY id", merchant
        )
    return [(row["status"], row["amount"]) for row in rows]


async def boss(runtime: Runtime) -> dict[str, str]:
    async with runtime.db.write() as tx:
        person = await make_user(tx)
    return await bearer(runtime, person, ["admin"])


def url(payout_id: UUID) -> str:
    return f"/api/v1/admin/payouts/{payout_id}/retry"


async def test_a_failed_payout_is_paid_again_once(
    http_client: MakeClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    client = await http_client(IDENTITY, MODULE)
    merchant, payout_id = await failed_payout(db)
    async with db.write() as tx:
        await give_balance(tx, merchant, 700)
    async with db.read() as tx:
        before = await api.failed_payouts(tx)
    headers = await boss(runtime)

    async def shown() -> list[tuple[str, bool]]:
        """The merchant's payouts in the console, newest first: status, and whether it is to be paid again."""
        listed = (await client.get("/api/v1/admin/payouts", headers=headers)).json()["items"]
        return [(p["status"], p["retry_at"] is not None) for p in listed if p["merchant_id"] == str(merchant)]

    assert await shown() == [("failed", True)]
    answers: list[httpx.Response] = list(
        await asyncio.gather(*(client.post(url(payout_id), headers=headers) for _ in range(3)))
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    made = next(a for a in answers if a.status_code == 201).json()
    assert (made["status"], made["amount"]["amount"], made["merchant_id"]) == ("created", 5_700, str(merchant))
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"NOTHING_TO_PAY"}
    assert await shown() == [("created", False), ("failed", False)]
    # The retry that was due for it does not come on top.
    clock.advance(hours=5)
    await api.retry_failed(db)
    assert await payouts_of(db, merchant) == [("failed", 5_000), ("created", 5_700)]
    async with db.snapshot() as tx:
        assert await api.failed_payouts(tx) == before - 1
        assert await offenders(tx, {**ACROSS, **MODULE.checks, **LEDGER.checks}) == {}
        log = (await list_entries(tx, AuditFilter(entity_id=str(payout_id)), None, 10)).items
        own = (await entries_of_merchant(tx, merchant, None, 10)).items
    assert [(e.action, e.actor_role) for e in log] == [("payout.retried", "admin")]
    assert log[0].after == {"payout_id": made["id"], "amount": 5_700, "currency": "KGS"}
    assert own[0] == log[0]


async def test_what_cannot_be_paid_again(http_client: MakeClient, db: Database, runtime: Runtime) -> None:
    client = await http_client(IDENTITY, MODULE)
    merchant, payout_id = await failed_payout(db)
    async with db.write() as tx:
        other = await make_merchant(tx)
        await give_balance(tx, other, 900)
        (under_way,) = await api.create_due(tx, [other], "KGS")
        person = await make_user(tx)
    buyer = await bearer(runtime, person)
    headers = await boss(runtime)
    assert (await client.post(url(payout_id))).status_code == 401
    assert (await client.post(url(payout_id), headers=buyer)).status_code == 403
    assert (await client.post(url(new_id()), headers=headers)).status_code == 404
    refused = await client.post(url(under_way), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "PAYOUT_NOT_FAILED")
    async with db.write() as tx:
        await set_payout_status(tx, [merchant], PayoutStatus.SUSPENDED)
    suspended = await client.post(url(payout_id), headers=headers)
    assert (suspended.status_code, suspended.json()["code"]) == (409, "NOTHING_TO_PAY")
    assert await payouts_of(db, merchant) == [("failed", 5_000)]
    assert await payouts_of(db, other) == [("created", 900)]
    async with db.read() as tx:
        balance = await ledger.balances(tx, [ledger.merchant_balance(merchant)], "KGS")
        log = (await list_entries(tx, AuditFilter(action="payout.retried", entity_id=str(payout_id)), None, 10)).items
    assert (list(balance.values()), log) == ([5_000], [])
