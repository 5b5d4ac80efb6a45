"""What signed-in people change of their own account: the name and the password."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from pyotp.totp import TOTP

from kerben.domains.identity.api import UserView, enrol_second_factors
from kerben.domains.identity.module import MODULE
from kerben.domains.identity.repository import users as user_rows
from kerben.domains.identity.service import own_account
from kerben.domains.identity.tests.make import PASSWORD, bearer, make_user
from kerben.domains.identity.tests.messages import KeptMessages, bind_messages, last_code
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
Headers = dict[str, str]
ME = "/api/v1/me"
NEW = "a new password"


@pytest.fixture
def kept(runtime: Runtime) -> KeptMessages:
    return bind_messages(runtime)


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(MODULE)


async def a_user(db: Database, **overrides: Any) -> UserView:
    async with db.write() as tx:
        return await make_user(tx, **overrides)


async def enrolled(runtime: Runtime, user: UserView) -> tuple[TOTP, list[str]]:
    async with runtime.db.write() as tx:
        (setup,) = await enrol_second_factors(runtime.keys, tx, [user])
    return TOTP(setup.secret), setup.recovery_codes


async def change(
    client: httpx.AsyncClient, token: Headers, current: str = PASSWORD, new: str = NEW, **more: str
) -> httpx.Response:
    body = {"current_password": current, "new_password": new, **more}
    return await client.post(f"{ME}/password", json=body, headers=token)


async def enters(client: httpx.AsyncClient, user: UserView, password: str, **more: str) -> int:
    body = {"login": user.phone, "password": password, **more}
    return (await client.post("/api/v1/auth/signin", json=body)).status_code


async def state(db: Database, user_id: UUID) -> tuple[Any, ...]:
    """All that these routes may change: the account, its open sessions, its entries in the audit log."""
    async with db.read() as tx:
        row = await tx.fetchrow(
            "SELECT u.name, u.password_hash,"
            " (SELECT count(*) FROM identity.session s WHERE s.user_id = u.id AND s.revoked_at IS NULL),"
            " (SELECT count(*) FROM audit.entry e WHERE e.entity_id = u.id::text)"
            " FROM identity.users u WHERE u.id = $1",
            user_id,
        )
    assert row is not None
    return tuple(row.values())


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, pointer and code of the one fault."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["pointer"], error["code"]


async def test_the_name_is_changed_and_tidied(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    user, stranger = await a_user(db), await a_user(db)
    token = await bearer(runtime, user)
    answer = await client.patch(ME, json={"name": "  Айгуль   Асанова\n"}, headers=token)
    assert (answer.status_code, answer.json()["name"]) == (200, "Айгуль Асанова")
    assert (await client.get(ME, headers=token)).json() == answer.json()
    assert (await client.patch(ME, json={"name": "я" * 80}, headers=token)).json()["name"] == "я" * 80
    assert (await client.patch(ME, json={}, headers=token)).json()["name"] == "я" * 80
    assert (await state(db, stranger.id))[0] == stranger.name


@pytest.mark.parametrize("name", ["", "  \n", "я" * 81, "a\u0007b", "a\u202eb", None, 5, ["x"], "я" * 1001])
async def test_names_that_are_none(client: httpx.AsyncClient, db: Database, runtime: Runtime, name: Any) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    before = await state(db, user.id)
    answer = await client.patch(ME, json={"name": name}, headers=token)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")
    assert await state(db, user.id) == before


async def test_strangers_change_nothing(client: httpx.AsyncClient, db: Database) -> None:
    async with db.read() as tx:
        before = await tx.fetchval("SELECT count(*) FROM audit.entry WHERE action = 'user.password_changed'")
    for token in ({}, {"Authorization": "Bearer nonsense"}):
        assert (await client.patch(ME, json={"name": "Кто-то"}, headers=token)).status_code == 401
        assert (await change(client, token)).status_code == 401
    async with db.read() as tx:
        after = await tx.fetchval("SELECT count(*) FROM audit.entry WHERE action = 'user.password_changed'")
        assert await tx.fetchval("SELECT count(*) FROM identity.users WHERE name = 'Кто-то'") == 0
    assert after == before


async def test_the_password_is_changed_and_other_sessions_end(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    user, stranger = await a_user(db), await a_user(db)
    here, there = await bearer(runtime, user), await bearer(runtime, user)
    elsewhere = await bearer(runtime, stranger)
    assert (await change(client, here)).status_code == 204
    assert (await client.get(ME, headers=here)).status_code == 200
    assert (await client.get(ME, headers=there)).status_code == 401
    assert (await client.get(ME, headers=elsewhere)).status_code == 200
    assert [await enters(client, user, password) for password in (PASSWORD, NEW)] == [401, 200]
    assert await enters(client, stranger, PASSWORD) == 200
    async with db.read() as tx:
        entries = await tx.fetch(
            "SELECT actor_id, actor_role, action, before, after FROM audit.entry WHERE entity_id = $1", str(user.id)
        )
        causes = await tx.fetch(
            "SELECT revoked_for FROM identity.session WHERE user_id = $1 AND revoked_at IS NOT NULL", user.id
        )
    assert [tuple(e.values()) for e in entries] == [(user.id, "self", "user.password_changed", None, None)]
    assert [row["revoked_for"] for row in causes] == ["password"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"current_password": "wrong password"}, "/current_password", "WRONG_PASSWORD"),
        ({"current_password": ""}, "/current_password", "WRONG_PASSWORD"),
        ({"current_password": PASSWORD + "\u0000"}, "/current_password", "WRONG_PASSWORD"),
        ({"new_password": "1234567"}, "/new_password", "INVALID_PASSWORD"),
        ({"new_password": "я" * 37}, "/new_password", "INVALID_PASSWORD"),
        ({"new_password": "nothing\u0000here"}, "/new_password", "INVALID_PASSWORD"),
        ({"new_password": "1234567", "current_password": "wrong password"}, "/new_password", "INVALID_PASSWORD"),
    ],
)
async def test_refused_changes_change_nothing(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, body: dict[str, str], pointer: str, code: str
) -> None:
    user = await a_user(db)
    here, there = await bearer(runtime, user), await bearer(runtime, user)
    before = await state(db, user.id)
    given = {"current_password": PASSWORD, "new_password": NEW, **body}
    answer = await client.post(f"{ME}/password", json=given, headers=here)
    assert fault(answer) == (422, pointer, code)
    assert await state(db, user.id) == before
    assert (await client.get(ME, headers=there)).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"current_password": PASSWORD}, {"new_password": NEW}, [], {"current_password": 5}]
)
async def test_bodies_that_make_no_sense(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, body: Any
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    before = await state(db, user.id)
    assert (await client.post(f"{ME}/password", json=body, headers=token)).status_code == 422
    assert await state(db, user.id) == before


async def test_guesses_of_the_present_password_are_limited(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    before = await state(db, user.id)
    answers = await asyncio.gather(*(change(client, token, f"guess {n}") for n in range(9)))
    assert sorted(a.status_code for a in answers) == [422] * 5 + [429] * 4
    locked = await change(client, token)
    assert (locked.status_code, locked.json()["code"]) == (429, "LOCKED_OUT")
    assert 0 < int(locked.headers["retry-after"]) <= 900
    assert await state(db, user.id) == before
    # A session in the wrong hands does not keep the owner from signing in.
    assert await enters(client, user, PASSWORD) == 200
    clock.advance(minutes=15, seconds=1)
    assert (await change(client, await bearer(runtime, user))).status_code == 204


async def test_guesses_from_outside_do_not_keep_the_owner_from_changing(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    assert [await enters(client, user, "wrong password") for _ in range(6)] == [401] * 5 + [429]
    assert (await change(client, token)).status_code == 204


async def test_a_right_password_forgives_earlier_guesses(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    for current, new in ((PASSWORD, NEW), (NEW, PASSWORD)):
        for _ in range(4):
            assert (await change(client, token, "wrong password")).status_code == 422
        assert (await change(client, token, current, new)).status_code == 204


async def test_an_account_with_a_second_factor_shows_it(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user = await a_user(db)
    app, recovery = await enrolled(runtime, user)
    token = await bearer(runtime, user)
    before = await state(db, user.id)
    code = app.at(clock.now())
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert fault(await change(client, token)) == (422, "/otp", "OTP_REQUIRED")
    assert fault(await change(client, token, otp=wrong)) == (422, "/otp", "OTP_INVALID")
    # A right code with a wrong password is not used up.
    assert fault(await change(client, token, "wrong password", otp=code))[1] == "/current_password"
    assert await state(db, user.id) == before
    assert (await change(client, token, otp=code)).status_code == 204
    assert fault(await change(client, token, NEW, PASSWORD, otp=code)) == (422, "/otp", "OTP_INVALID")
    assert (await change(client, token, NEW, PASSWORD, otp=recovery[0])).status_code == 204
    assert await enters(client, user, PASSWORD, otp=recovery[1]) == 200


async def test_guesses_of_the_second_factor_are_limited(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user = await a_user(db)
    app, _ = await enrolled(runtime, user)
    token = await bearer(runtime, user)
    before = await state(db, user.id)
    code = app.at(clock.now())
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answers = [(await change(client, token, otp=wrong)).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert (await change(client, token, otp=code)).status_code == 429
    # By whichever route they come.
    assert await enters(client, user, PASSWORD, otp=code) == 429
    assert await state(db, user.id) == before


async def test_the_first_password_is_set_by_a_reset_only(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    user = await a_user(db, password_hash=None)
    token = await bearer(runtime, user)
    before = await state(db, user.id)
    assert (await client.get(ME, headers=token)).json()["has_password"] is False
    for current in ("", PASSWORD):
        answer = await change(client, token, current)
        assert fault(answer) == (422, "/current_password", "PASSWORD_NOT_SET")
        assert "восстановление" in answer.json()["errors"][0]["detail"]
    assert await state(db, user.id) == before
    phone = str(user.phone)
    await client.post("/api/v1/auth/codes", json={"phone": phone, "purpose": "password_reset"})
    body = {"phone": phone, "code": await last_code(runtime, kept, phone), "password": NEW}
    assert (await client.post("/api/v1/auth/password/reset", json=body)).status_code == 204
    token = await bearer(runtime, user)
    assert (await client.get(ME, headers=token)).json()["has_password"] is True
    assert (await change(client, token, NEW, PASSWORD)).status_code == 204


async def test_of_two_changes_at_once_one_happens(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    user = await a_user(db)
    tokens = [await bearer(runtime, user) for _ in range(4)]
    answers = await asyncio.gather(*(change(client, t, new=f"{NEW} {n}") for n, t in enumerate(tokens)))
    assert sorted(a.status_code for a in answers) == [204, 422, 422, 422]
    winner = [a.status_code for a in answers].index(204)
    assert await enters(client, user, f"{NEW} {winner}") == 200
    assert [(await client.get(ME, headers=t)).status_code for t in tokens].count(200) == 1
    assert (await state(db, user.id))[3] == 1


async def test_a_password_reset_meanwhile_is_not_overwritten(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    real = own_account.hash_password

    async def reset_first(password: str) -> str:
        async with db.write() as tx:
            await user_rows.set_password(tx, user.id, await real("from the reset"))
        return await real(password)

    monkeypatch.setattr(own_account, "hash_password", reset_first)
    assert fault(await change(client, token)) == (422, "/current_password", "WRONG_PASSWORD")
    assert [await enters(client, user, p) for p in (NEW, "from the reset")] == [401, 200]


async def test_a_blocked_person_changes_no_password(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    # Blocked a moment ago by another process: this one has not heard of it yet.
    async with db.write() as tx:
        await tx.execute(
            "UPDATE identity.users SET blocked_at = $2, block_reason = 'x' WHERE id = $1", user.id, tx.now
        )
    before = await state(db, user.id)
    answer = await change(client, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "ACCOUNT_BLOCKED")
    assert await state(db, user.id) == before
