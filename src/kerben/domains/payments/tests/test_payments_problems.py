"""What an acquirer says that does not fit: kept, looked into, resolved; and what is forgotten after a while."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.payments import api
from kerben.domains.payments.api import PaymentRow, ProviderState, ProviderStatus, Source
from kerben.domains.payments.jobs import PURGE
from kerben.domains.payments.module import MODULE
from kerben.domains.payments.tests.fake import FakeAcquirer
from kerben.domains.payments.tests.make import make_opened, reload
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

LIST = "/api/v1/admin/payment-problems"


@pytest.fixture
async def client(http_client: Any) -> httpx.AsyncClient:
    return await http_client(MODULE)


@pytest.fixture
async def admin(runtime: Runtime) -> dict[str, str]:
    async with runtime.db.write() as tx:
        user = await make_user(tx)
    return await bearer(runtime, user, ["admin"])


async def say(
    db: Database, payment: PaymentRow, status: ProviderStatus, amount: int | None = None, **options: Any
) -> None:
    state = ProviderState(
        status, payment.id, f"fp-{payment.id}", payment.amount if amount is None else amount, payment.currency
    )
    async with db.write() as tx:
        await api.apply_states(tx, [(state, Source.WEBHOOK)], provider="fake", **options)


async def listed(client: httpx.AsyncClient, admin: dict[str, str], payment: PaymentRow, **params: Any) -> list[Any]:
    found: list[Any] = []
    cursor = None
    while True:
        query = {**params, **({"cursor": cursor} if cursor else {}), "limit": 2}
        page = (await client.get(LIST, params=query, headers=admin)).json()
        found += [p for p in page["items"] if p["payment_id"] == str(payment.id)]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_a_problem_is_listed_until_a_person_resolves_it(
    client: httpx.AsyncClient, admin: dict[str, str], db: Database
) -> None:
    payment = await make_opened(db, FakeAcquirer())
    for _ in range(3):
        await say(db, payment, ProviderStatus.CAPTURED, 100)
    (problem,) = await listed(client, admin, payment)
    assert "captured for 100, expected 150000 KGS" in problem["problem"]
    assert (problem["payment_status"], problem["amount"]["amount"], problem["note"]) == ("pending", 150_000, None)
    answer = await client.post(f"{LIST}/{problem['id']}/resolve", json={"note": "Банк исправил"}, headers=admin)
    assert answer.status_code == 200, answer.text
    again = await client.post(f"{LIST}/{problem['id']}/resolve", json={"note": "Ещё раз"}, headers=admin)
    assert again.json() == answer.json()
    assert await listed(client, admin, payment) == []
    (resolved,) = await listed(client, admin, payment, resolved=True)
    assert (resolved["note"], resolved["resolved_by"] is not None) == ("Банк исправил", True)
    assert (await reload(db, payment.id)).problem is None
    async with db.read() as tx:
        audited = await tx.fetchval(
            "SELECT count(*) FROM audit.entry WHERE action = 'payment.problem_resolved' AND entity_id = $1",
            str(payment.id),
        )
    assert audited == 1
    # The same trouble afterwards is a new problem.
    await say(db, payment, ProviderStatus.CAPTURED, 100)
    assert len(await listed(client, admin, payment)) == 1


async def test_the_right_answer_ends_a_problem(
    client: httpx.AsyncClient, admin: dict[str, str], db: Database
) -> None:
    payment = await make_opened(db, FakeAcquirer())
    await say(db, payment, ProviderStatus.CAPTURED, 100)
    await say(db, payment, ProviderStatus.CAPTURED)
    assert await listed(client, admin, payment) == []
    (resolved,) = await listed(client, admin, payment, resolved=True)
    assert resolved["resolved_by"] is None


async def test_who_may_not_resolve(
    client: httpx.AsyncClient, admin: dict[str, str], db: Database, runtime: Runtime
) -> None:
    payment = await make_opened(db, FakeAcquirer())
    await say(db, payment, ProviderStatus.CAPTURED, 100)
    (problem,) = await listed(client, admin, payment)
    url = f"{LIST}/{problem['id']}/resolve"
    async with db.write() as tx:
        user = await make_user(tx)
    buyer = await bearer(runtime, user)
    for answer in (await client.get(LIST, headers=buyer), await client.post(url, json={"note": "x"}, headers=buyer)):
        assert answer.status_code == 403
    assert (await client.post(url, json={"note": "x"})).status_code == 401
    bad = await client.post(url, json={"note": ""}, headers=admin)
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/note")
    nowhere = await client.post(f"{LIST}/{new_id()}/resolve", json={"note": "x"}, headers=admin)
    assert nowhere.status_code == 404
    assert await listed(client, admin, payment) == [problem]


async def test_an_answer_that_nobody_here_can_carry_on_is_kept_and_not_applied(db: Database) -> None:
    payment = await make_opened(db, FakeAcquirer(), subject="bill")
    await say(db, payment, ProviderStatus.CAPTURED, subjects={"order"})
    stored = await reload(db, payment.id)
    assert stored.status is api.PaymentStatus.PENDING
    assert stored.problem == "acquirer says captured of a bill, which nobody here settles"
    await say(db, payment, ProviderStatus.CAPTURED, subjects={"order", "bill"})
    stored = await reload(db, payment.id)
    assert (stored.status, stored.problem) == (api.PaymentStatus.CAPTURED, None)


async def events(db: Database, payment_id: UUID) -> list[str]:
    async with db.read() as tx:
        return [a.verdict.value for a in await api.answers_of(tx, payment_id)]


async def test_old_answers_are_forgotten_and_proofs_kept(
    db: Database, runtime: Runtime, clock: ManualClock, client: httpx.AsyncClient
) -> None:
    fine, troubled = await make_opened(db, FakeAcquirer()), await make_opened(db, FakeAcquirer())
    for _ in range(2):
        await say(db, fine, ProviderStatus.CAPTURED)
    await say(db, troubled, ProviderStatus.CAPTURED, 100)
    clock.advance(days=89)
    assert await PURGE.run(runtime) == 0
    clock.advance(days=2)
    while await PURGE.run(runtime):
        pass
    assert await events(db, fine.id) == ["applied"]
    assert await events(db, troubled.id) == ["amount_mismatch"]
    # Signed in now: the token of before has run out.
    async with db.write() as tx:
        user = await make_user(tx)
    headers = await bearer(runtime, user, ["admin"])
    (problem,) = await listed(client, headers, troubled)
    await client.post(f"{LIST}/{problem['id']}/resolve", json={"note": "Разобрались"}, headers=headers)
    while await PURGE.run(runtime):
        pass
    assert await events(db, troubled.id) == []
