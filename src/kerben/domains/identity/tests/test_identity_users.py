"""Users as other domains need them, and administration."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from kerben.domains.identity.api import (
    GuestContact,
    NewUser,
    create_user,
    grant_role,
    groups_of,
    register_guests,
    users_by_ids,
    users_by_phone,
)
from kerben.domains.identity.errors import LoginTakenError
from kerben.domains.identity.module import MODULE
from kerben.domains.identity.passwords import BoundedPool
from kerben.domains.identity.tests.make import bearer, make_user, new_phone
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import InvalidRequestError, NotFoundError, RateLimitedError
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    """A caller of the application."""
    return await http_client(MODULE)


async def test_guests_are_registered_once_per_phone_in_order(db: Database) -> None:
    first, second = new_phone(), new_phone()
    async with db.write() as tx:
        ids = await register_guests(
            tx, [GuestContact(second, "Б"), GuestContact(first, "А"), GuestContact(second, "В", "b@example.kg")]
        )
    assert ids[0] == ids[2] != ids[1]
    async with db.write() as tx:
        assert await register_guests(tx, [GuestContact(first, "Г")]) == [ids[1]]
        views = await users_by_ids(tx, [*ids, uuid4()])
    assert {view.name for view in views.values()} == {"А", "Б"}
    assert {view.kind for view in views.values()} == {"guest"}


async def test_guests_registered_at_once_from_both_ends_do_not_deadlock(db: Database) -> None:
    phones = [new_phone() for _ in range(30)]

    async def register(order: list[str]) -> set[object]:
        async def work(tx: WriteTx) -> set[object]:
            return set(await register_guests(tx, [GuestContact(phone, "Гость") for phone in order]))

        return await db.transact(work)

    forward, backward, again = await asyncio.gather(
        register(phones), register(phones[::-1]), register(phones[10:] + phones[:10])
    )
    assert forward == backward == again
    assert len(forward) == 30


async def test_an_accounts_phone_still_makes_a_guest(db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
        (guest_id,) = await register_guests(tx, [GuestContact(str(user.phone), "Гость")])
        found = await users_by_phone(tx, str(user.phone))
    assert guest_id != user.id
    assert [(view.kind, view.id) for view in found] == [("account", user.id), ("guest", guest_id)]


async def test_a_login_is_one_accounts(db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    async with db.write() as tx:
        with pytest.raises(LoginTakenError):
            await create_user(tx, NewUser(phone=user.phone, email=None, password_hash=None, name="Второй"))
        assert [view.id for view in await users_by_phone(tx, str(user.phone))] == [user.id]


async def test_granting_a_role_refuses_what_it_should(db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
        (guest_id,) = await register_guests(tx, [GuestContact(new_phone(), "Гость")])
        assert await grant_role(tx, user.id, "admin") == ["admin", "buyer"]
        with pytest.raises(NotFoundError):
            await grant_role(tx, guest_id, "admin")
        with pytest.raises(NotFoundError):
            await grant_role(tx, uuid4(), "admin")
        with pytest.raises(InvalidRequestError):
            await grant_role(tx, user.id, "owner")
        assert (await users_by_ids(tx, [guest_id]))[guest_id].roles == ["buyer"]


async def test_finding_by_phone_is_for_support_and_admins(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    async with db.write() as tx:
        user, helper = await make_user(tx), await make_user(tx, roles=["support"])
    query = {"phone": f"0{str(user.phone).removeprefix('+996')}"}
    refused = await client.get("/api/v1/admin/users", params=query, headers=await bearer(runtime, user))
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
    found = await client.get("/api/v1/admin/users", params=query, headers=await bearer(runtime, helper))
    assert [u["id"] for u in found.json()["items"]] == [str(user.id)]
    bad = await client.get("/api/v1/admin/users", params={"phone": "x"}, headers=await bearer(runtime, helper))
    assert (bad.status_code, bad.json()["code"]) == (422, "INVALID_PHONE")


async def test_roles_are_given_and_taken_by_admins_and_audited(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    async with db.write() as tx:
        boss, user = await make_user(tx, roles=["admin"]), await make_user(tx)
    admin, plain = await bearer(runtime, boss), await bearer(runtime, user)
    path = f"/api/v1/admin/users/{user.id}/roles/support"
    assert (await client.put(path, headers=plain)).status_code == 403
    async with db.read() as tx:
        assert (await users_by_ids(tx, [user.id]))[user.id].roles == ["buyer"]
    for _ in range(2):
        assert (await client.put(path, headers=admin)).json() == {"roles": ["buyer", "support"]}
    assert (await client.delete(path, headers=admin)).json() == {"roles": ["buyer"]}
    assert (await client.get("/api/v1/me", headers=plain)).status_code == 401
    assert (await client.delete(path.replace("support", "buyer"), headers=admin)).status_code == 422
    log = await client.get("/api/v1/admin/audit", params={"entity_id": str(user.id)}, headers=admin)
    entries = log.json()["items"]
    assert [e["action"] for e in entries] == ["user.role_withdrawn", "user.role_granted"]
    assert entries[1]["actor_id"] == str(boss.id)
    assert (entries[1]["before"], entries[1]["after"]) == ({"roles": ["buyer"]}, {"roles": ["buyer", "support"]})


async def test_user_groups(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        boss, user = await make_user(tx, roles=["admin"]), await make_user(tx)
    admin = await bearer(runtime, boss)
    name = f"Оптовики {uuid4().hex[:6]}"
    made = await client.post("/api/v1/admin/user-groups", json={"name": name}, headers=admin)
    assert made.status_code == 201
    taken = await client.post("/api/v1/admin/user-groups", json={"name": f" {name} "}, headers=admin)
    assert (taken.status_code, taken.json()["code"]) == (409, "GROUP_NAME_TAKEN")
    member = f"/api/v1/admin/user-groups/{made.json()['id']}/members/{user.id}"
    for _ in range(2):
        assert (await client.put(member, headers=admin)).status_code == 204
    async with db.read() as tx:
        assert [g.name for g in (await groups_of(tx, [user.id]))[user.id]] == [name]
    found = (await client.get("/api/v1/admin/users", params={"phone": user.phone}, headers=admin)).json()["items"]
    assert [person["groups"] for person in found] == [[{"id": made.json()["id"], "name": name}]]
    newest = (await client.get("/api/v1/admin/users", headers=admin)).json()["items"]
    assert {p["id"]: len(p["groups"]) for p in newest if p["id"] in {str(boss.id), str(user.id)}} == {
        str(boss.id): 0,
        str(user.id): 1,
    }
    listed = (await client.get("/api/v1/admin/user-groups", headers=admin)).json()["items"]
    assert [g["members"] for g in listed if g["name"] == name] == [1]
    assert (await client.delete(member, headers=admin)).status_code == 204
    assert (await client.delete(member, headers=admin)).status_code == 404
    unknown = member.replace(str(user.id), str(uuid4()))
    assert (await client.put(unknown, headers=admin)).status_code == 404
    log = await client.get("/api/v1/admin/audit", params={"entity_id": made.json()["id"]}, headers=admin)
    actions = [e["action"] for e in log.json()["items"]]
    assert actions == ["group.member_removed", "group.member_added", "group.created"]


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"limit": "0"}, {"limit": "101"}, {"since": "x"}, {"entity": "\x00"}]
)
async def test_the_audit_log_refuses_odd_queries(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, query: dict[str, str]
) -> None:
    async with db.write() as tx:
        boss = await make_user(tx, roles=["admin"])
    answer = await client.get("/api/v1/admin/audit", params=query, headers=await bearer(runtime, boss))
    assert answer.status_code == 422
    assert answer.json()["code"] == "INVALID_REQUEST"


async def test_the_audit_log_is_read_by_time(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        boss = await make_user(tx, roles=["admin"])
    admin = await bearer(runtime, boss)
    made = await client.post("/api/v1/admin/user-groups", json={"name": uuid4().hex}, headers=admin)
    for query, seen in [
        ({"since": "2026-11-20T00:00:00"}, 1),
        ({"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00+06:00"}, 1),
        ({"until": "2026-11-20T00:00:00"}, 0),
    ]:
        params = query | {"entity_id": made.json()["id"]}
        answer = await client.get("/api/v1/admin/audit", params=params, headers=admin)
        assert (answer.status_code, len(answer.json()["items"])) == (200, seen)
    odd = await client.post("/api/v1/admin/user-groups", json={"name": "a\x00b"}, headers=admin)
    assert odd.status_code == 422


async def test_hashing_refuses_more_work_than_it_may_hold() -> None:
    pool = BoundedPool(threads=1, waiting_max=2)
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> int:
        asyncio.run_coroutine_threadsafe(done.wait(), loop).result()
        return 1

    held = [asyncio.create_task(pool.run(work)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimitedError):
        await pool.run(work)
    done.set()
    assert await asyncio.gather(*held) == [1, 1, 1]
    assert await pool.run(lambda: 2) == 2


async def test_every_invariant_holds(db: Database) -> None:
    async with db.read() as tx:
        offending = {name: await tx.fetch(sql) for name, sql in MODULE.checks.items()}
    assert set(offending) == set(MODULE.checks)
    assert all(not rows for rows in offending.values())
