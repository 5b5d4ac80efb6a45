"""The console's list of people; blocked accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from kerben.domains.identity.api import GuestContact, UserView, register_guests
from kerben.domains.identity.errors import LastAdminError
from kerben.domains.identity.module import MODULE
from kerben.domains.identity.service import blocks, sessions
from kerben.domains.identity.tests.make import PASSWORD, bearer, make_user, new_phone
from kerben.domains.identity.tests.messages import bind_messages, last_code
from kerben.domains.identity.tokens import TokenVerifier
from kerben.platform.access import Principal
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import DomainError
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
USERS = "/api/v1/admin/users"
AUTH = "/api/v1/auth"
WHY = {"reason": "Продаёт подделки"}


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    """A caller of the application."""
    return await http_client(MODULE)


async def people(db: Database, *roles: str) -> UserView:
    """An account with these roles."""
    async with db.write() as tx:
        return await make_user(tx, roles=roles)


async def state(db: Database, user_id: UUID) -> tuple[Any, ...]:
    """What a block changes of an account: itself, its open sessions, what is in the log."""
    async with db.read() as tx:
        row = await tx.fetchrow(
            "SELECT u.blocked_at, u.block_reason,"
            " (SELECT count(*) FROM identity.session s WHERE s.user_id = u.id AND s.revoked_at IS NULL),"
            " (SELECT count(*) FROM audit.entry e WHERE e.entity_id = u.id::text)"
            " FROM identity.users u WHERE u.id = $1",
            user_id,
        )
    assert row is not None
    return tuple(row)


async def test_a_blocked_person_is_out_at_once_and_cannot_come_back(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    kept = bind_messages(runtime)
    admin = await bearer(runtime, await people(db, "admin"))
    user = await people(db)
    entered = (await client.post(f"{AUTH}/signin", json={"login": user.phone, "password": PASSWORD})).json()
    token = {"Authorization": f"Bearer {entered['access_token']}"}
    assert (await client.get("/api/v1/me", headers=token)).status_code == 200
    answer = await client.post(f"{USERS}/{user.id}/block", json={"reason": "  Продаёт  подделки "}, headers=admin)
    assert answer.status_code == 200
    assert (answer.json()["block_reason"], answer.json()["blocked_at"] is not None) == ("Продаёт подделки", True)
    assert (await client.get("/api/v1/me", headers=token)).status_code == 401
    refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": entered["refresh_token"]})
    assert (refreshed.status_code, refreshed.json()["code"]) == (401, "REFRESH_INVALID")
    again = await client.post(f"{AUTH}/signin", json={"login": user.phone, "password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (403, "ACCOUNT_BLOCKED")
    wrong = await client.post(f"{AUTH}/signin", json={"login": user.phone, "password": "wrong password"})
    assert wrong.json()["code"] == "INVALID_CREDENTIALS", "only whoever knows the password hears of the block"
    await client.post(f"{AUTH}/codes", json={"phone": user.phone, "purpose": "signin"})
    code = await last_code(runtime, kept, str(user.phone))
    by_code = await client.post(f"{AUTH}/signin/code", json={"phone": user.phone, "code": code})
    assert (by_code.status_code, by_code.json()["code"]) == (403, "ACCOUNT_BLOCKED")
    assert (await state(db, user.id))[2] == 0
    # Another process reads at its start what was closed, and hears of it by the event.
    other = Runtime(runtime.settings, db, clock=runtime.clock)
    async with db.read() as tx:
        await sessions.load_revocations(other, tx)
        told = await tx.fetchval(
            "SELECT count(*) FROM platform.outbox WHERE name = 'identity.session_revoked.v1'"
            " AND payload ->> 'user_id' = $1",
            str(user.id),
        )
    with pytest.raises(DomainError):
        other.part(TokenVerifier).verify(entered["access_token"])
    assert told == 1


async def test_a_block_is_lifted_and_both_are_audited_once(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    boss = await people(db, "admin")
    admin, user = await bearer(runtime, boss), await people(db)
    for _ in range(2):
        assert (await client.post(f"{USERS}/{user.id}/block", json=WHY, headers=admin)).status_code == 200
    for _ in range(2):
        lifted = await client.post(f"{USERS}/{user.id}/unblock", headers=admin)
        assert (lifted.status_code, lifted.json()["blocked_at"], lifted.json()["block_reason"]) == (200, None, None)
    entered = await client.post(f"{AUTH}/signin", json={"login": user.phone, "password": PASSWORD})
    assert entered.status_code == 200
    log = await client.get("/api/v1/admin/audit", params={"entity_id": str(user.id)}, headers=admin)
    entries = log.json()["items"]
    assert [e["action"] for e in entries] == ["user.unblocked", "user.blocked"]
    assert {(e["actor_id"], e["actor_name"]) for e in entries} == {(str(boss.id), boss.name)}
    assert entries[1]["after"] == {"blocked": True, "reason": WHY["reason"]}


async def test_who_may_not_block_whom(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss, helper, user = await people(db, "admin"), await people(db, "support"), await people(db)
    admin, plain = await bearer(runtime, boss), await bearer(runtime, user)
    async with db.write() as tx:
        (guest,) = await register_guests(tx, [GuestContact(new_phone(), "Гость")])
    before = {i: await state(db, i) for i in (boss.id, user.id, guest)}
    url = f"{USERS}/{user.id}/block"
    for headers, status in (({}, 401), (plain, 403), (await bearer(runtime, helper), 403)):
        assert (await client.post(url, json=WHY, headers=headers)).status_code == status
        assert (await client.post(f"{USERS}/{user.id}/unblock", headers=headers)).status_code == status
    for body in ({}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 301}, {"reason": 5}):
        bad = await client.post(url, json=body, headers=admin)
        assert (bad.status_code, bad.json()["errors"][0]["pointer"]) in {(422, "/reason"), (422, "")}, body
    own = await client.post(f"{USERS}/{boss.id}/block", json=WHY, headers=admin)
    assert (own.status_code, own.json()["code"]) == (409, "OWN_BLOCK")
    for unknown in (guest, uuid4()):
        assert (await client.post(f"{USERS}/{unknown}/block", json=WHY, headers=admin)).status_code == 404
        assert (await client.post(f"{USERS}/{unknown}/unblock", headers=admin)).status_code == 404
    assert {i: await state(db, i) for i in before} == before


async def test_one_admin_stays(db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        await tx.execute("UPDATE identity.users SET roles = ARRAY['buyer'] WHERE 'admin' = ANY(roles)")
    first, second = await people(db, "admin"), await people(db, "admin")

    def blocking(who: UserView, whom: UserView) -> Awaitable[object]:
        principal = Principal(who.id, new_id(), frozenset({"admin"}))

        async def work(tx: WriteTx) -> object:
            return await blocks.block(runtime, tx, principal, whom.id, "x", "-")

        return db.transact(work)

    outcomes = await asyncio.gather(blocking(first, second), blocking(second, first), return_exceptions=True)
    assert sum(isinstance(outcome, LastAdminError) for outcome in outcomes) == 1
    async with db.read() as tx:
        left = await tx.fetchval(
            "SELECT count(*) FROM identity.users WHERE 'admin' = ANY(roles) AND blocked_at IS NULL"
        )
    assert left == 1


async def test_the_last_admin_keeps_the_role(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        await tx.execute("UPDATE identity.users SET roles = ARRAY['buyer'] WHERE 'admin' = ANY(roles)")
    boss = await people(db, "admin")
    path = f"{USERS}/{boss.id}/roles/admin"
    refused = await client.delete(path, headers=await bearer(runtime, boss))
    assert (refused.status_code, refused.json()["code"]) == (409, "LAST_ADMIN")
    other = await people(db, "admin")
    assert (await client.delete(path, headers=await bearer(runtime, other))).json() == {"roles": ["buyer"]}


async def test_people_are_found_by_parts_of_name_phone_and_address(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    admin = await bearer(runtime, await people(db, "admin"))
    mark = uuid4().hex[:10]
    async with db.write() as tx:
        named = await make_user(tx, name=f"Нурбек 100%_{mark}")
        mailed = await make_user(tx, phone=None, email=f"{mark}@example.kg", roles=["support"])
    phone = str(named.phone)
    spaced = f"{phone[4:7]} {phone[7:10]}-{phone[10:]}"

    async def found(**query: str) -> list[str]:
        answer = await client.get(USERS, params=query, headers=admin)
        assert answer.status_code == 200, answer.text
        return [u["id"] for u in answer.json()["items"]]

    assert await found(q=f"0%_{mark}".upper()) == [str(named.id)]
    assert await found(q=f"_{mark}@") == [], "signs of LIKE are only themselves"
    assert await found(q=spaced) == [str(named.id)]
    assert await found(q=mark) == [str(mailed.id), str(named.id)]
    assert await found(q=mark, role="support") == [str(mailed.id)]
    assert await found(q=mark, role="buyer") == [str(mailed.id), str(named.id)]
    assert str(mailed.id) in await found(role="support")
    shown = (await client.get(USERS, params={"q": f"{mark}@"}, headers=admin)).json()["items"][0]
    assert shown == {
        "id": str(mailed.id), "name": mailed.name, "phone": None, "email": mailed.email,
        "roles": ["buyer", "support"], "kind": "account", "created_at": shown["created_at"], "blocked_at": None,
        "block_reason": None, "second_factor": False, "groups": [],
    }  # fmt: skip


async def test_the_list_is_paged_and_for_admins(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    admin = await bearer(runtime, await people(db, "admin"))
    async with db.write() as tx:
        newest = [str((await make_user(tx)).id) for _ in range(3)][::-1]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(2):
        query: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(USERS, params=query, headers=admin)).json()
        seen += [u["id"] for u in page["items"]]
        cursor = page["next_cursor"]
    assert seen[:3] == newest
    for bad in ({"q": "x"}, {"q": "x" * 101}, {"q": "a\u0000b"}, {"role": "king"}, {"cursor": "!!"}, {"limit": 0}):
        refused = await client.get(USERS, params=bad, headers=admin)
        assert refused.status_code in {400, 422}, bad
        assert refused.headers["content-type"] == "application/problem+json"
    helper = await bearer(runtime, await people(db, "support"))
    assert (await client.get(USERS, headers=helper)).status_code == 403
    assert (await client.get(USERS)).status_code == 401
