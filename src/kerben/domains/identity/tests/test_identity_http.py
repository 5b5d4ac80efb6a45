"""Signing up and in over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from kerben.domains.identity import passwords
from kerben.domains.identity.api import GuestContact, register_guests
from kerben.domains.identity.model import RevocationCause
from kerben.domains.identity.module import MODULE
from kerben.domains.identity.service import lockout, sessions
from kerben.domains.identity.tests.make import PASSWORD, bearer, make_user, new_phone
from kerben.domains.identity.tests.messages import KeptMessages, bind_messages, last_code
from kerben.domains.identity.tokens import TokenVerifier
from kerben.entrypoints.http.app import create_app
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
AUTH = "/api/v1/auth"


@pytest.fixture
def kept(runtime: Runtime) -> KeptMessages:
    """Where messages arrive."""
    return bind_messages(runtime)


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    """A caller of the application."""
    return await http_client(MODULE)


def headers(answer: httpx.Response) -> dict[str, str]:
    """Headers with the access token of an answer."""
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def count(db: Database, sql: str, *args: Any) -> int:
    """A number from the database."""
    async with db.read() as tx:
        return int(await tx.fetchval(sql, *args))


async def sign_in(client: httpx.AsyncClient, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Sign in by password."""
    return await client.post(f"{AUTH}/signin", json={"login": login, "password": password, **more})


async def test_sign_up_by_phone(client: httpx.AsyncClient) -> None:
    phone = new_phone()
    body = {"phone": phone, "password": PASSWORD, "name": " Айгуль "}
    answer = await client.post(f"{AUTH}/signup", json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert made["user"] | {"id": ""} == {
        "id": "", "phone": phone, "email": None, "name": "Айгуль", "roles": ["buyer"], "kind": "account"
    }  # fmt: skip
    assert made["expires_in"] == 900
    assert answer.headers["cache-control"] == "no-store"
    me = await client.get("/api/v1/me", headers=headers(answer))
    assert me.status_code == 200
    assert (me.json()["id"], me.json()["phone_verified"]) == (made["user"]["id"], False)
    assert (await sign_in(client, phone)).status_code == 200


async def test_sign_up_by_email_and_sign_in_in_other_letters(client: httpx.AsyncClient) -> None:
    email = f"aida.{uuid4().hex[:8]}@example.kg"
    made = await client.post(f"{AUTH}/signup", json={"email": email, "password": PASSWORD, "name": "Аида"})
    assert made.status_code == 201
    assert (await sign_in(client, email.upper())).json()["user"]["id"] == made.json()["user"]["id"]


async def test_a_taken_login_is_refused(client: httpx.AsyncClient, db: Database) -> None:
    phone = new_phone()
    first = await client.post(f"{AUTH}/signup", json={"phone": phone, "password": PASSWORD, "name": "Первая"})
    national = "0" + phone.removeprefix("+996")
    again = await client.post(f"{AUTH}/signup", json={"phone": national, "password": PASSWORD, "name": "Вторая"})
    assert (again.status_code, again.json()["code"]) == (409, "LOGIN_TAKEN")
    assert await count(db, "SELECT count(*) FROM identity.users WHERE phone = $1", phone) == 1
    assert first.json()["user"]["name"] == "Первая"


async def test_the_same_phone_at_the_same_moment_makes_one_account(client: httpx.AsyncClient, db: Database) -> None:
    body = {"phone": new_phone(), "password": PASSWORD, "name": "Айгуль"}
    answers = await asyncio.gather(*(client.post(f"{AUTH}/signup", json=body) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert await count(db, "SELECT count(*) FROM identity.users WHERE phone = $1", body["phone"]) == 1


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"password": "short"}, "/password", "INVALID_PASSWORD"),
        ({"password": "п" * 37}, "/password", "INVALID_PASSWORD"),
        ({"phone": "12"}, "/phone", "INVALID_PHONE"),
        ({"phone": None, "email": "nobody"}, "/email", "INVALID_EMAIL"),
        ({"email": "a@example.kg"}, "/phone", "INVALID_REQUEST"),
        ({"phone": None}, "/phone", "INVALID_REQUEST"),
        ({"name": " "}, "/name", "INVALID_REQUEST"),
        ({"name": 5}, "/name", "INVALID_REQUEST"),
    ],
)
async def test_bad_sign_ups_point_at_the_field(
    client: httpx.AsyncClient, db: Database, changes: dict[str, Any], pointer: str, code: str
) -> None:
    before = await count(db, "SELECT count(*) FROM identity.users")
    body = {"phone": new_phone(), "password": PASSWORD, "name": "Айгуль"} | changes
    answer = await client.post(f"{AUTH}/signup", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (code, pointer)
    assert await count(db, "SELECT count(*) FROM identity.users") == before


async def test_an_unknown_login_looks_like_a_wrong_password(
    client: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    checked: list[bytes] = []
    real = passwords.bcrypt.checkpw

    def counted(raw: bytes, known: bytes) -> bool:
        checked.append(known)
        return real(raw, known)

    monkeypatch.setattr(passwords.bcrypt, "checkpw", counted)
    answers: list[httpx.Response] = []
    for login in (str(user.phone), new_phone(), f"{uuid4().hex}@example.kg", "not a login", "\x00"):
        answers.append(await sign_in(client, login, "wrong password"))
    assert {a.status_code for a in answers} == {401}
    bodies = [a.json() | {"request_id": None} for a in answers]
    assert bodies[0]["code"] == "INVALID_CREDENTIALS"
    assert all(body == bodies[0] for body in bodies)
    assert len({tuple(sorted(set(a.headers) - {"x-request-id"})) for a in answers}) == 1
    assert len(checked) == 5
    sessions = await count(db, "SELECT count(*) FROM identity.session WHERE user_id = $1", user.id)
    assert sessions == 0


@pytest.mark.slow
async def test_nobodys_hash_costs_what_a_new_password_costs() -> None:
    made = await passwords.hash_password("a new password")
    assert made[:7] == passwords._NOBODYS_HASH[:7]  # pyright: ignore[reportPrivateUsage]
    assert await passwords.verify_password("a new password", made)
    assert not await passwords.verify_password("anything", None)


@pytest.mark.parametrize("known", [True, False])
async def test_five_wrong_guesses_lock_a_login(
    client: httpx.AsyncClient, db: Database, clock: ManualClock, known: bool
) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    login = str(user.phone) if known else new_phone()
    for _ in range(5):
        assert (await sign_in(client, login, "wrong password")).status_code == 401
    locked = await sign_in(client, login)
    assert (locked.status_code, locked.json()["code"]) == (429, "LOCKED_OUT")
    assert 0 < int(locked.headers["retry-after"]) <= 900
    clock.advance(minutes=15, seconds=1)
    assert (await sign_in(client, login)).status_code == (200 if known else 401)


async def test_the_lock_falls_for_all_processes(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    login = new_phone()
    for _ in range(5):
        await sign_in(client, login, "wrong password")
    locked = await count(
        db, "SELECT count(*) FROM identity.attempt WHERE key = $1 AND locked_until > $2", f"login:{login}",
        runtime.clock.now(),
    )  # fmt: skip
    assert locked == 1


async def test_guesses_sent_all_at_once_are_not_more_than_five(client: httpx.AsyncClient, db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    answers = await asyncio.gather(*(sign_in(client, str(user.phone), f"guess {n}") for n in range(12)))
    assert sorted(a.status_code for a in answers) == [401] * 5 + [429] * 7


async def test_a_right_guess_that_was_under_way_when_the_lock_fell_does_not_get_in(
    client: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    for _ in range(5):
        await sign_in(client, str(user.phone), "wrong password")

    async def passed_before(*_: object) -> None:
        """The lock was looked at before it fell."""

    monkeypatch.setattr(lockout, "check", passed_before)
    answer = await sign_in(client, str(user.phone))
    assert (answer.status_code, answer.json()["code"]) == (429, "LOCKED_OUT")
    assert await count(db, "SELECT count(*) FROM identity.session WHERE user_id = $1", user.id) == 0


async def test_a_right_password_forgives_earlier_guesses(client: httpx.AsyncClient, db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    for _ in range(3):
        for _ in range(4):
            assert (await sign_in(client, str(user.phone), "wrong password")).status_code == 401
        assert (await sign_in(client, str(user.phone))).status_code == 200


async def test_many_right_sign_ins_at_once_all_get_in(client: httpx.AsyncClient, db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    answers = await asyncio.gather(*(sign_in(client, str(user.phone)) for _ in range(12)))
    assert {a.status_code for a in answers} == {200}


async def test_refresh_gives_a_new_pair(client: httpx.AsyncClient, db: Database, clock: ManualClock) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    first = (await sign_in(client, str(user.phone))).json()
    clock.advance(seconds=901)
    old = {"Authorization": f"Bearer {first['access_token']}"}
    assert (await client.get("/api/v1/me", headers=old)).json()["code"] == "TOKEN_INVALID"
    second = await client.post(f"{AUTH}/refresh", json={"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert (await client.get("/api/v1/me", headers=headers(second))).status_code == 200
    third = await client.post(f"{AUTH}/refresh", json={"refresh_token": second.json()["refresh_token"]})
    assert third.status_code == 200


async def test_a_used_refresh_token_closes_its_session_alone(client: httpx.AsyncClient, db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    stolen = (await sign_in(client, str(user.phone))).json()
    other = await sign_in(client, str(user.phone))
    fresh = await client.post(f"{AUTH}/refresh", json={"refresh_token": stolen["refresh_token"]})
    reused = await client.post(f"{AUTH}/refresh", json={"refresh_token": stolen["refresh_token"]})
    assert (reused.status_code, reused.json()["code"]) == (401, "REFRESH_REUSED")
    assert (await client.get("/api/v1/me", headers=headers(fresh))).status_code == 401
    after = await client.post(f"{AUTH}/refresh", json={"refresh_token": fresh.json()["refresh_token"]})
    assert (after.status_code, after.json()["code"]) == (401, "REFRESH_INVALID")
    assert (await client.get("/api/v1/me", headers=headers(other))).status_code == 200


async def test_one_refresh_token_twice_at_once(client: httpx.AsyncClient, db: Database) -> None:
    for _ in range(5):
        async with db.write() as tx:
            user = await make_user(tx)
        token = (await sign_in(client, str(user.phone))).json()["refresh_token"]
        answers = await asyncio.gather(
            *(client.post(f"{AUTH}/refresh", json={"refresh_token": token}) for _ in range(4))
        )
        assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]
        assert {a.json()["code"] for a in answers if a.status_code == 401} == {"REFRESH_REUSED"}
        (winner,) = [a for a in answers if a.status_code == 200]
        assert (await client.get("/api/v1/me", headers=headers(winner))).status_code == 401


async def test_refresh_ends_with_its_life(client: httpx.AsyncClient, db: Database, clock: ManualClock) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    token = (await sign_in(client, str(user.phone))).json()["refresh_token"]
    clock.advance(days=31)
    answer = await client.post(f"{AUTH}/refresh", json={"refresh_token": token})
    assert (answer.status_code, answer.json()["code"]) == (401, "REFRESH_INVALID")


async def test_sign_out_closes_this_session_alone(client: httpx.AsyncClient, db: Database) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    here, there = await sign_in(client, str(user.phone)), await sign_in(client, str(user.phone))
    assert (await client.post(f"{AUTH}/signout", headers=headers(here))).status_code == 204
    assert (await client.get("/api/v1/me", headers=headers(here))).status_code == 401
    token = here.json()["refresh_token"]
    assert (await client.post(f"{AUTH}/refresh", json={"refresh_token": token})).status_code == 401
    listed = (await client.get(f"{AUTH}/sessions", headers=headers(there))).json()["items"]
    assert [s["current"] for s in listed] == [True]


async def test_sessions_are_listed_and_closed_by_their_owner_only(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    async with db.write() as tx:
        user, stranger = await make_user(tx), await make_user(tx)
    here, there = await bearer(runtime, user), await bearer(runtime, user)
    listed = (await client.get(f"{AUTH}/sessions", headers=here)).json()["items"]
    assert [s["current"] for s in listed] == [False, True]
    victim = listed[0]["id"]
    foreign = await client.delete(f"{AUTH}/sessions/{victim}", headers=await bearer(runtime, stranger))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "NOT_FOUND")
    assert (await client.get("/api/v1/me", headers=there)).status_code == 200
    assert (await client.delete(f"{AUTH}/sessions/{victim}", headers=here)).status_code == 204
    assert (await client.get("/api/v1/me", headers=there)).status_code == 401
    assert (await client.delete(f"{AUTH}/sessions/{victim}", headers=here)).status_code == 404


async def test_another_process_refuses_a_closed_session_within_a_second(
    client: httpx.AsyncClient, http_client: MakeClient, db: Database, runtime: Runtime
) -> None:
    async with db.write() as tx:
        user = await make_user(tx)
    elsewhere = Runtime(runtime.settings, db, clock=runtime.clock)
    token = await bearer(elsewhere, user)
    assert (await client.get("/api/v1/me", headers=token)).status_code == 200
    async with db.write() as tx:
        await sessions.revoke_all(elsewhere, tx, user.id, RevocationCause.USER)
    async with asyncio.timeout(1.0):
        while (await client.get("/api/v1/me", headers=token)).status_code != 401:
            await asyncio.sleep(0.01)
    # A process that starts later reads what was closed before.
    late = Runtime(runtime.settings, db, clock=runtime.clock)
    async with db.read() as tx:
        await sessions.load_revocations(late, tx)
    assert len(late.part(TokenVerifier).revocations) >= 1


@pytest.mark.parametrize("path", ["/api/v1/me", f"{AUTH}/sessions", "/api/v1/admin/audit"])
async def test_without_a_token_nothing_is_shown(client: httpx.AsyncClient, path: str) -> None:
    for given in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}, {"Authorization": "x"}):
        answer = await client.get(path, headers=given)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] in {"UNAUTHENTICATED", "TOKEN_INVALID"}


@pytest.mark.parametrize("body", [b"{", b"[]", b"5", b'{"login": 5, "password": "x"}', b"{}", b"\xff"])
@pytest.mark.parametrize("path", ["signin", "signup", "refresh", "codes", "signin/code", "password/reset"])
async def test_bodies_that_make_no_sense(client: httpx.AsyncClient, db: Database, path: str, body: bytes) -> None:
    before = await count(db, "SELECT count(*) FROM identity.users")
    answer = await client.post(f"{AUTH}/{path}", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert await count(db, "SELECT count(*) FROM identity.users") == before


async def test_a_guests_phone_is_free_to_sign_up_with(client: httpx.AsyncClient, db: Database) -> None:
    phone = new_phone()
    async with db.write() as tx:
        (guest_id,) = await register_guests(tx, [GuestContact(phone, "Гость")])
    answer = await client.post(f"{AUTH}/signup", json={"phone": phone, "password": PASSWORD, "name": "Айгуль"})
    assert answer.status_code == 201
    assert UUID(answer.json()["user"]["id"]) != guest_id


async def test_the_guest_joins_only_after_the_phone_is_proven(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    phone = new_phone()
    async with db.write() as tx:
        (guest_id,) = await register_guests(tx, [GuestContact(phone, "Гость")])
    signed_up = await client.post(f"{AUTH}/signup", json={"phone": phone, "password": PASSWORD, "name": "Айгуль"})
    claims = "SELECT count(*) FROM platform.outbox WHERE name = 'identity.guest_claimed.v1' AND key = $1"
    assert await count(db, claims, str(guest_id)) == 0
    await client.post(f"{AUTH}/codes", json={"phone": phone, "purpose": "phone_verify"})
    code = await last_code(runtime, kept, phone)
    wrong = await client.post("/api/v1/me/phone/verify", json={"code": "000000x"}, headers=headers(signed_up))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "CODE_INVALID")
    assert await count(db, claims, str(guest_id)) == 0
    proven = await client.post("/api/v1/me/phone/verify", json={"code": code}, headers=headers(signed_up))
    assert proven.status_code == 200
    assert proven.json()["phone_verified"] is True
    assert await count(db, claims, str(guest_id)) == 1
    again = await client.post("/api/v1/me/phone/verify", json={"code": code}, headers=headers(signed_up))
    assert again.status_code == 422
    assert await count(db, claims, str(guest_id)) == 1


async def test_an_account_with_an_address_may_add_a_phone_but_not_anothers(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    async with db.write() as tx:
        user = await make_user(tx, phone=None, email=f"{uuid4().hex}@example.kg")
        owner = await make_user(tx)
    token = await bearer(runtime, user)
    for phone, status in ((new_phone(), 200), (str(owner.phone), 409)):
        await client.post(f"{AUTH}/codes", json={"phone": phone, "purpose": "phone_verify"}, headers=token)
        body = {"phone": phone, "code": await last_code(runtime, kept, phone)}
        answer = await client.post("/api/v1/me/phone/verify", json=body, headers=token)
        assert answer.status_code == status
    assert (await client.get("/api/v1/me", headers=token)).json()["phone"] != owner.phone


@pytest.mark.parametrize(
    ("path", "body", "allowed"),
    [
        ("signup", {"password": "x", "name": "y"}, 60),
        ("signin", {"login": "+996700123456", "password": "wrong password"}, 60),
        ("signin/code", {"code": "1"}, 60),
        ("password/reset", {"code": "1", "password": "new password"}, 60),
        ("codes", {"purpose": "signin"}, 30),
        ("refresh", {"refresh_token": "x"}, 120),
    ],
)
async def test_what_anyone_may_call_is_limited_by_address(
    runtime: Runtime, path: str, body: dict[str, str], allowed: int
) -> None:
    limited = Runtime(msgspec.structs.replace(runtime.settings, rate_limits=True), runtime.db, clock=runtime.clock)
    transport = httpx.ASGITransport(app=create_app(limited, [MODULE]))  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://kerben.test") as client:
        answers = [await client.post(f"{AUTH}/{path}", json=body) for _ in range(allowed + 10)]
    assert [a.json()["code"] for a in answers].count("RATE_LIMITED") == 10
    refused = answers[-10:]
    assert {a.status_code for a in refused} == {429}
    assert all(int(a.headers["retry-after"]) >= 1 for a in refused)
