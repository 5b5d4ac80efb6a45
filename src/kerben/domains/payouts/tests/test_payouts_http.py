"""Routes of balances, payouts and the trial balance."""

from __future__ import annotations

import pytest

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.ledger.tests.make import give_balance
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.merchants.tests.make import TEST_KEYS, make_merchant
from kerben.domains.payouts import api
from kerben.domains.payouts.module import MODULE
from kerben.domains.payouts.tests.fake import FakeBank
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


async def test_owner_and_accountant_see_balance_and_payouts(
    http_client: MakeClient, db: Database, runtime: Runtime
) -> None:
    client = await http_client(IDENTITY, MODULE)
    async with db.write() as tx:
        owner, accountant = await make_user(tx), await make_user(tx)
        merchant = await make_merchant(tx, owner_id=owner.id)
        await add_staff(tx, [StaffMember(merchant, accountant.id, StaffRole.ACCOUNTANT, None)])
        for amount in (100, 150_000, 250):
            await give_balance(tx, merchant, amount)
            await api.create_due(tx, [merchant], "KGS")
        await give_balance(tx, merchant, 77_700)
    for user in (owner, accountant):
        headers = await bearer(runtime, user)
        balance = await client.get(f"/api/v1/merchants/{merchant}/balance", headers=headers)
        assert balance.status_code == 200
        assert balance.json()["balance"] == {"amount": 77_700, "currency": "KGS", "display": "777\u202fсом"}
        assert balance.json()["in_transit"]["amount"] == 150_350
        first = (await client.get(f"/api/v1/merchants/{merchant}/payouts?limit=2", headers=headers)).json()
        assert [p["amount"]["amount"] for p in first["items"]] == [250, 150_000]
        rest = await client.get(
            f"/api/v1/merchants/{merchant}/payouts?limit=2&cursor={first['next_cursor']}", headers=headers
        )
        assert [p["amount"]["amount"] for p in rest.json()["items"]] == [100]
        assert rest.json()["next_cursor"] is None
        assert rest.json()["items"][0]["status"] == "created"


@pytest.mark.parametrize("path", ["balance", "payouts"])
async def test_who_may_not_see(http_client: MakeClient, db: Database, runtime: Runtime, path: str) -> None:
    client = await http_client(IDENTITY, MODULE)
    async with db.write() as tx:
        cashier, stranger = await make_user(tx), await make_user(tx)
        merchant = await make_merchant(tx)
        await add_staff(tx, [StaffMember(merchant, cashier.id, StaffRole.CASHIER, None)])
    url = f"/api/v1/merchants/{merchant}/{path}"
    assert (await client.get(url)).status_code == 401
    assert (await client.get(url, headers=await bearer(runtime, cashier))).status_code == 403
    assert (await client.get(url, headers=await bearer(runtime, stranger))).status_code == 404
    admin = await bearer(runtime, stranger, ["admin"])
    assert (await client.get(url, headers=admin)).status_code == 200
    assert (await client.get(f"/api/v1/merchants/{new_id()}/{path}", headers=admin)).status_code == 404


async def test_admin_sees_all_payouts_and_the_trial_balance(
    http_client: MakeClient, db: Database, runtime: Runtime
) -> None:
    client = await http_client(IDENTITY, MODULE)
    async with db.write() as tx:
        user = await make_user(tx)
        merchant = await make_merchant(tx)
        await give_balance(tx, merchant, 5_000)
        (payout_id,) = await api.create_due(tx, [merchant], "KGS")
    await api.send_payouts(db, FakeBank(), TEST_KEYS)
    admin, buyer = await bearer(runtime, user, ["admin"]), await bearer(runtime, user)
    for path in ("/api/v1/admin/payouts", "/api/v1/admin/ledger/trial-balance"):
        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, headers=buyer)).status_code == 403
    paid = (await client.get("/api/v1/admin/payouts?status=paid", headers=admin)).json()
    assert str(payout_id) in [p["id"] for p in paid["items"]]
    assert {p["account"] for p in paid["items"]} == {"•••• 5678"}
    assert (await client.get("/api/v1/admin/payouts?status=created", headers=admin)).json()["items"] == []
    book = (await client.get("/api/v1/admin/ledger/trial-balance", headers=admin)).json()
    (line,) = book["currencies"]
    assert line["currency"] == "KGS"
    assert line["debits"] == line["credits"] > 0
    assert line["difference"] == 0


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=%21%21", "status=lost"])
async def test_bad_queries_are_refused(http_client: MakeClient, db: Database, runtime: Runtime, query: str) -> None:
    client = await http_client(IDENTITY, MODULE)
    async with db.write() as tx:
        user = await make_user(tx)
    answer = await client.get(f"/api/v1/admin/payouts?{query}", headers=await bearer(runtime, user, ["admin"]))
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
