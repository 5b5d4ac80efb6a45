"""One-time codes, password reset, the second factor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest
from pyotp.totp import TOTP

from kerben.domains.identity.api import GuestContact, UserView, register_guests
from kerben.domains.identity.jobs import forget
from kerben.domains.identity.module import MODULE
from kerben.domains.identity.service.messages import send_due
from kerben.domains.identity.tests.make import PASSWORD, bearer, make_user, new_phone
from kerben.domains.identity.tests.messages import KeptMessages, bind_messages, last_code
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


async def a_user(db: Database, **overrides: object) -> UserView:
    """A committed account."""
    async with db.write() as tx:
        return await make_user(tx, **overrides)


async def ask(client: httpx.AsyncClient, login: str, purpose: str = "signin") -> httpx.Response:
    """Ask for a code."""
    field = "email" if "@" in login else "phone"
    return await client.post(f"{AUTH}/codes", json={field: login, "purpose": purpose})


async def enter(client: httpx.AsyncClient, phone: str, code: str, **more: str) -> httpx.Response:
    """Sign in by code."""
    return await client.post(f"{AUTH}/signin/code", json={"phone": phone, "code": code, **more})


def headers(answer: httpx.Response) -> dict[str, str]:
    """Headers with the access token of an answer."""
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def other(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_sign_in_by_code(client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages) -> None:
    user = await a_user(db)
    phone = str(user.phone)
    assert (await ask(client, phone)).status_code == 202
    code = await last_code(runtime, kept, phone)
    assert kept.arrived[-1][0] == "sms"
    answer = await enter(client, phone, code)
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(user.id)
    assert (await enter(client, phone, code)).json()["code"] == "CODE_INVALID"


async def test_sign_in_by_a_code_sent_by_email(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    email = f"{uuid4().hex}@example.kg"
    await a_user(db, phone=None, email=email)
    await ask(client, email)
    code = await last_code(runtime, kept, email)
    assert (kept.arrived[-1][0], kept.arrived[-1][3]) == ("email", "Kerben: код (вход)")
    answer = await client.post(f"{AUTH}/signin/code", json={"email": email, "code": code})
    assert answer.status_code == 200


async def test_asking_for_an_unknown_login_looks_the_same(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    user, nobody = await a_user(db), new_phone()
    known, unknown = await ask(client, str(user.phone)), await ask(client, nobody)
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    await send_due(runtime)
    assert kept.texts(nobody) == []
    refused = [await enter(client, phone, "000000x") for phone in (str(user.phone), nobody)]
    assert {a.status_code for a in refused} == {422}
    assert refused[0].json() | {"request_id": 0} == refused[1].json() | {"request_id": 0}


async def test_the_code_is_nowhere_in_plain(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    user = await a_user(db)
    await ask(client, str(user.phone))
    async with db.read() as tx:
        messages = [str(dict(row)) for row in await tx.fetch("SELECT * FROM identity.message")]
        codes = [str(dict(row)) for row in await tx.fetch("SELECT * FROM identity.code")]
        events = [row["payload"] for row in await tx.fetch("SELECT payload FROM platform.outbox")]
    code = await last_code(runtime, kept, str(user.phone))
    assert messages
    assert not any(f"{code} " in text or f"'{code}'" in text for text in [*messages, *codes, *events])
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM identity.message WHERE recipient = $1", user.phone) == 0


async def test_a_code_dies_after_five_wrong_tries(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    phone = str((await a_user(db)).phone)
    await ask(client, phone)
    code = await last_code(runtime, kept, phone)
    for _ in range(5):
        assert (await enter(client, phone, other(code))).status_code == 422
    assert (await enter(client, phone, code)).status_code == 422
    async with db.read() as tx:
        assert await tx.fetchval("SELECT tries FROM identity.code WHERE login = $1", phone) == 5
        assert await tx.fetchval("SELECT used_at FROM identity.code WHERE login = $1", phone) is None


async def test_a_code_dies_after_ten_minutes(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    phone = str((await a_user(db)).phone)
    await ask(client, phone)
    code = await last_code(runtime, kept, phone)
    clock.advance(minutes=10)
    assert (await enter(client, phone, code)).status_code == 422


async def test_a_code_of_one_purpose_does_nothing_for_another(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    phone = str((await a_user(db)).phone)
    await ask(client, phone, "password_reset")
    code = await last_code(runtime, kept, phone)
    assert (await enter(client, phone, code)).status_code == 422


async def test_one_code_twice_at_once_opens_one_session(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    user = await a_user(db)
    await ask(client, str(user.phone))
    code = await last_code(runtime, kept, str(user.phone))
    answers = await asyncio.gather(*(enter(client, str(user.phone), code) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 422, 422, 422]
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM identity.session WHERE user_id = $1", user.id) == 1


async def test_codes_come_at_intervals_and_not_too_many(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    phone = str((await a_user(db)).phone)
    for _ in range(3):
        assert (await ask(client, phone)).status_code == 202
    await send_due(runtime)
    assert len(kept.texts(phone)) == 1
    for _ in range(15):
        clock.advance(seconds=31)
        assert (await ask(client, phone)).status_code == 202
        await send_due(runtime)
    assert len(kept.texts(phone)) == 10
    clock.advance(hours=1)
    await ask(client, phone)
    await send_due(runtime)
    assert len(kept.texts(phone)) == 11


async def test_a_message_that_fails_is_sent_later(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    phone = str((await a_user(db)).phone)
    await send_due(runtime)
    kept.failing = True
    await ask(client, phone)
    assert await send_due(runtime) == 0
    kept.failing = False
    clock.advance(seconds=5)
    assert await send_due(runtime) == 1
    assert len(kept.texts(phone)) == 1
    assert await send_due(runtime) == 0


async def test_a_message_sealed_with_another_key_holds_up_no_other(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    lost, phone = str((await a_user(db)).phone), str((await a_user(db)).phone)
    await ask(client, lost)
    async with db.write() as tx:
        await tx.execute(
            "UPDATE identity.message SET sealed_text = decode(repeat('00', 40), 'hex') WHERE recipient = $1", lost
        )
    await ask(client, phone)
    assert await send_due(runtime) == 1
    clock.advance(seconds=40)
    await send_due(runtime)
    assert len(kept.texts(phone)) == 1
    assert kept.texts(lost) == []


async def test_a_message_whose_code_is_dead_is_not_sent(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    phone = str((await a_user(db)).phone)
    await ask(client, phone)
    clock.advance(minutes=11)
    await send_due(runtime)
    assert kept.texts(phone) == []


async def test_two_workers_send_a_message_once(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    phone = str((await a_user(db)).phone)
    await ask(client, phone)
    await asyncio.gather(*(send_due(runtime) for _ in range(4)))
    assert len(kept.texts(phone)) == 1


async def test_a_guest_gets_an_account_by_code(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    phone = new_phone()
    async with db.write() as tx:
        (guest_id,) = await register_guests(tx, [GuestContact(phone, "Гость Бакыт")])
    await ask(client, phone)
    answer = await enter(client, phone, await last_code(runtime, kept, phone))
    assert answer.status_code == 200
    user = answer.json()["user"]
    assert (user["name"], user["kind"]) == ("Гость Бакыт", "account")
    async with db.read() as tx:
        claimed = await tx.fetchval(
            "SELECT payload::text FROM platform.outbox WHERE name = 'identity.guest_claimed.v1' AND key = $1",
            str(guest_id),
        )
    assert user["id"] in claimed


async def test_who_signed_up_with_anothers_phone_loses_the_account_to_its_owner(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    phone = new_phone()
    squatter = await client.post(f"{AUTH}/signup", json={"phone": phone, "password": PASSWORD, "name": "Чужой"})
    await ask(client, phone)
    owner = await enter(client, phone, await last_code(runtime, kept, phone))
    assert owner.status_code == 200
    assert (await client.get("/api/v1/me", headers=headers(squatter))).status_code == 401
    again = await client.post(f"{AUTH}/signin", json={"login": phone, "password": PASSWORD})
    assert again.json()["code"] == "INVALID_CREDENTIALS"
    assert (await client.get("/api/v1/me", headers=headers(owner))).status_code == 200


async def test_password_reset_closes_every_session(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages
) -> None:
    user = await a_user(db)
    phone, old = str(user.phone), await bearer(runtime, user)
    for _ in range(5):
        await client.post(f"{AUTH}/signin", json={"login": phone, "password": "wrong password"})
    await ask(client, phone, "password_reset")
    body = {"phone": phone, "code": await last_code(runtime, kept, phone), "password": "another password"}
    short = await client.post(f"{AUTH}/password/reset", json=body | {"password": "short"})
    assert (short.status_code, short.json()["code"]) == (422, "INVALID_PASSWORD")
    wrong = await client.post(f"{AUTH}/password/reset", json=body | {"code": other(body["code"])})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "CODE_INVALID")
    assert (await client.get("/api/v1/me", headers=old)).status_code == 200
    assert (await client.post(f"{AUTH}/password/reset", json=body)).status_code == 204
    assert (await client.get("/api/v1/me", headers=old)).status_code == 401
    refused = await client.post(f"{AUTH}/signin", json={"login": phone, "password": PASSWORD})
    assert refused.status_code == 401
    entered = await client.post(f"{AUTH}/signin", json={"login": phone, "password": "another password"})
    assert entered.status_code == 200


async def with_totp(client: httpx.AsyncClient, token: dict[str, str], clock: ManualClock) -> tuple[TOTP, list[str]]:
    """Switch the second factor on; the app and the recovery codes."""
    made = (await client.post(f"{AUTH}/2fa/totp", headers=token)).json()
    assert made["otpauth_uri"].startswith("otpauth://totp/Kerben:")
    app = TOTP(made["secret"])
    body = {"code": app.at(clock.now())}
    assert (await client.post(f"{AUTH}/2fa/totp/confirm", json=body, headers=token)).status_code == 204
    clock.advance(seconds=30)
    return app, made["recovery_codes"]


async def test_second_factor(client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock) -> None:
    user = await a_user(db)
    app, recovery = await with_totp(client, await bearer(runtime, user), clock)
    body = {"login": user.phone, "password": PASSWORD}

    async def attempt(**more: str) -> tuple[int, str | None]:
        answer = await client.post(f"{AUTH}/signin", json=body | more)
        return answer.status_code, answer.json().get("code")

    assert await attempt() == (401, "OTP_REQUIRED")
    assert await attempt(password="wrong password") == (401, "INVALID_CREDENTIALS")
    assert await attempt(otp=other(app.at(clock.now()))) == (401, "OTP_INVALID")
    code = app.at(clock.now())
    assert (await attempt(otp=code))[0] == 200
    assert await attempt(otp=code) == (401, "OTP_INVALID")
    assert (await attempt(otp=recovery[0].upper()))[0] == 200
    assert await attempt(otp=recovery[0]) == (401, "OTP_INVALID")
    assert len(set(recovery)) == 10


async def test_second_factor_is_not_in_force_before_it_is_confirmed(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    secret = (await client.post(f"{AUTH}/2fa/totp", headers=token)).json()["secret"]
    code = other(TOTP(secret).at(runtime.clock.now()))
    refused = await client.post(f"{AUTH}/2fa/totp/confirm", json={"code": code}, headers=token)
    assert (refused.status_code, refused.json()["code"]) == (401, "OTP_INVALID")
    answer = await client.post(f"{AUTH}/signin", json={"login": user.phone, "password": PASSWORD})
    assert answer.status_code == 200
    assert (await client.get("/api/v1/me", headers=token)).json()["totp_enabled"] is False


async def test_second_factor_cannot_be_replaced_or_guessed_off(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    app, _ = await with_totp(client, token, clock)
    again = await client.post(f"{AUTH}/2fa/totp", headers=token)
    assert (again.status_code, again.json()["code"]) == (409, "TOTP_ALREADY_ENABLED")
    code = app.at(clock.now())
    for _ in range(5):
        wrong = await client.post(f"{AUTH}/2fa/totp/disable", json={"code": "000000x"}, headers=token)
        assert wrong.status_code == 401
    locked = await client.post(f"{AUTH}/2fa/totp/disable", json={"code": code}, headers=token)
    assert (locked.status_code, locked.json()["code"]) == (429, "LOCKED_OUT")
    assert (await client.get("/api/v1/me", headers=token)).json()["totp_enabled"] is True


async def test_second_factor_can_be_switched_off(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user = await a_user(db)
    token = await bearer(runtime, user)
    nothing = await client.post(f"{AUTH}/2fa/totp/disable", json={"code": "123456"}, headers=token)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "TOTP_NOT_SET_UP")
    app, _ = await with_totp(client, token, clock)
    body = {"code": app.at(clock.now())}
    assert (await client.post(f"{AUTH}/2fa/totp/disable", json=body, headers=token)).status_code == 204
    answer = await client.post(f"{AUTH}/signin", json={"login": user.phone, "password": PASSWORD})
    assert answer.status_code == 200


async def test_a_code_stays_good_while_the_second_factor_is_missing(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    user = await a_user(db)
    app, _ = await with_totp(client, await bearer(runtime, user), clock)
    phone = str(user.phone)
    await ask(client, phone)
    code = await last_code(runtime, kept, phone)
    assert (await enter(client, phone, code)).json()["code"] == "OTP_REQUIRED"
    wrong = await enter(client, phone, code, otp=other(app.at(clock.now())))
    assert wrong.json()["code"] == "OTP_INVALID"
    assert (await enter(client, phone, code, otp=app.at(clock.now()))).status_code == 200


async def test_what_can_no_longer_matter_is_forgotten(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user = await a_user(db)
    await bearer(runtime, user)
    await ask(client, str(user.phone))
    await client.post(f"{AUTH}/signin", json={"login": user.phone, "password": "wrong password"})
    left = (
        "SELECT (SELECT count(*) FROM identity.session WHERE user_id = $1)"
        " + (SELECT count(*) FROM identity.code WHERE login = $2)"
        " + (SELECT count(*) FROM identity.attempt WHERE key = 'login:' || $2)"
    )
    await forget(runtime)
    async with db.read() as tx:
        assert await tx.fetchval(left, user.id, user.phone) == 3
    clock.advance(days=32)
    assert await forget(runtime) >= 3
    async with db.read() as tx:
        assert await tx.fetchval(left, user.id, user.phone) == 0
