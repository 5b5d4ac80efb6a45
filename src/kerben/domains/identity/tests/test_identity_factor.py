"""The second factor that sellers and admins must have: who is refused without it, and that nothing gets around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from pyotp.totp import TOTP

from kerben.domains.identity.api import UserView, demand_second_factor, enrol_second_factors
from kerben.domains.identity.module import MODULE
from kerben.domains.identity.tests.make import PASSWORD, bearer, make_user, new_phone
from kerben.domains.identity.tests.messages import KeptMessages, bind_messages, last_code
from kerben.domains.identity.tokens import TokenVerifier
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

pytestmark = pytest.mark.slow

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
AUTH = "/api/v1/auth"
AUDIT = "/api/v1/admin/audit"


@pytest.fixture
def kept(runtime: Runtime) -> KeptMessages:
    return bind_messages(runtime)


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(MODULE)


async def a_user(db: Database, *roles: str, verified: bool = True, demanded: bool = False) -> UserView:
    async with db.write() as tx:
        user = await make_user(tx, roles=roles, verified=verified)
        if demanded:
            await demand_second_factor(tx, [user.id])
    return user


async def enrolled(runtime: Runtime, user: UserView) -> tuple[TOTP, list[str]]:
    """Give a user a second factor as an installation does."""
    async with runtime.db.write() as tx:
        (setup,) = await enrol_second_factors(runtime.keys, tx, [user])
    return TOTP(setup.secret), setup.recovery_codes


async def factor_of(db: Database, user: UserView) -> bool:
    async with db.read() as tx:
        return await tx.fetchval(
            "SELECT EXISTS (SELECT FROM identity.totp WHERE user_id = $1 AND confirmed_at IS NOT NULL)", user.id
        )


async def test_an_admin_works_only_with_a_second_factor(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    boss = await a_user(db, "admin")
    token = await bearer(runtime, boss, second_factor=False)
    other = await bearer(runtime, boss, second_factor=False)
    for url in (AUDIT, "/api/v1/admin/user-groups", f"/api/v1/admin/users?phone={new_phone()[1:]}"):
        refused = await client.get(url, headers=token)
        assert (refused.status_code, refused.json()["code"]) == (403, "SECOND_FACTOR_REQUIRED")
        assert "/auth/2fa/totp" in refused.json()["detail"]
    refused = await client.post("/api/v1/admin/user-groups", json={"name": "Оптовики"}, headers=token)
    assert refused.status_code == 403
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM identity.user_group WHERE name = 'Оптовики'") == 0
    me = (await client.get("/api/v1/me", headers=token)).json()
    assert (me["second_factor"], me["second_factor_required"]) == (False, True)

    made = (await client.post(f"{AUTH}/2fa/totp", headers=token)).json()
    assert (await client.get(AUDIT, headers=token)).status_code == 403
    code = TOTP(made["secret"]).at(clock.now())
    assert (await client.post(f"{AUTH}/2fa/totp/confirm", json={"code": code}, headers=token)).status_code == 204
    # The session goes on at once; those opened without the factor are closed.
    assert (await client.get(AUDIT, headers=token)).status_code == 200
    assert (await client.get("/api/v1/me", headers=other)).status_code == 401
    assert (await client.get("/api/v1/me", headers=token)).json()["second_factor"] is True


async def test_tokens_say_that_there_is_a_factor(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user = await a_user(db)
    body = {"login": user.phone, "password": PASSWORD}
    plain = (await client.post(f"{AUTH}/signin", json=body)).json()
    verifier = runtime.part(TokenVerifier)
    assert verifier.verify(plain["access_token"]).second_factor is False
    app, _ = await enrolled(runtime, user)
    answer = await client.post(f"{AUTH}/signin", json={**body, "otp": app.at(clock.now())})
    assert verifier.verify(answer.json()["access_token"]).second_factor is True
    fresh = await client.post(f"{AUTH}/refresh", json={"refresh_token": plain["refresh_token"]})
    assert verifier.verify(fresh.json()["access_token"]).second_factor is True


@pytest.mark.parametrize("role", ["admin", "support", None])
async def test_who_must_have_it_cannot_switch_it_off(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock, role: str | None
) -> None:
    user = await a_user(db, *([role] if role else []), demanded=role is None)
    app, _ = await enrolled(runtime, user)
    token = await bearer(runtime, user)
    body = {"code": app.at(clock.now())}
    refused = await client.post(f"{AUTH}/2fa/totp/disable", json=body, headers=token)
    assert (refused.status_code, refused.json()["code"]) == (409, "SECOND_FACTOR_DEMANDED")
    assert await factor_of(db, user)
    async with db.write() as tx:
        await demand_second_factor(tx, [user.id], demanded=False)
    if role is None:
        assert (await client.post(f"{AUTH}/2fa/totp/disable", json=body, headers=token)).status_code == 204
        # Its token says that there is a factor, so the session is closed with all others.
        assert (await client.get("/api/v1/me", headers=token)).status_code == 401


async def test_a_code_by_sms_or_a_new_password_does_not_get_around_it(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    # Also where the phone was never proven: there the factor of somebody without such rights would be void.
    for verified in (True, False):
        user = await a_user(db, demanded=True, verified=verified)
        app, _ = await enrolled(runtime, user)
        phone = str(user.phone)
        await client.post(f"{AUTH}/codes", json={"phone": phone, "purpose": "signin"})
        code = await last_code(runtime, kept, phone)
        entered = await client.post(f"{AUTH}/signin/code", json={"phone": phone, "code": code})
        assert (entered.status_code, entered.json()["code"]) == (401, "OTP_REQUIRED")
        wrong = await client.post(f"{AUTH}/signin/code", json={"phone": phone, "code": code, "otp": "000000x"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "OTP_INVALID")
        by_password = await client.post(f"{AUTH}/signin", json={"login": phone, "password": PASSWORD})
        assert by_password.json()["code"] == "OTP_REQUIRED", "the refusal changed nothing"
        await client.post(f"{AUTH}/codes", json={"phone": phone, "purpose": "password_reset"})
        body = {"phone": phone, "code": await last_code(runtime, kept, phone), "password": "another password"}
        assert (await client.post(f"{AUTH}/password/reset", json=body)).status_code == 204
        again = {"login": phone, "password": "another password"}
        assert (await client.post(f"{AUTH}/signin", json=again)).json()["code"] == "OTP_REQUIRED"
        assert await factor_of(db, user)
        right = await client.post(f"{AUTH}/signin", json={**again, "otp": app.at(clock.now())})
        assert right.status_code == 200
        clock.advance(minutes=1)


async def test_a_code_works_once_whatever_for(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    """RFC 6238, section 5.2."""
    user = await a_user(db)
    token = await bearer(runtime, user, second_factor=False)
    app = TOTP((await client.post(f"{AUTH}/2fa/totp", headers=token)).json()["secret"])
    code = app.at(clock.now())
    assert (await client.post(f"{AUTH}/2fa/totp/confirm", json={"code": code}, headers=token)).status_code == 204
    body = {"login": user.phone, "password": PASSWORD}
    replayed = await client.post(f"{AUTH}/signin", json={**body, "otp": code})
    assert (replayed.status_code, replayed.json()["code"]) == (401, "OTP_INVALID")
    earlier = app.at(int(clock.now().timestamp()) - 30)
    assert (await client.post(f"{AUTH}/signin", json={**body, "otp": earlier})).json()["code"] == "OTP_INVALID"
    off = await client.post(f"{AUTH}/2fa/totp/disable", json={"code": code}, headers=token)
    assert (off.status_code, off.json()["code"]) == (401, "OTP_INVALID")
    assert await factor_of(db, user)


async def test_wrong_codes_lock_the_factor_by_whichever_way_they_come(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, kept: KeptMessages, clock: ManualClock
) -> None:
    user = await a_user(db)
    app, _ = await enrolled(runtime, user)
    phone, token = str(user.phone), await bearer(runtime, user)
    body = {"login": phone, "password": PASSWORD}
    for _ in range(3):
        assert (await client.post(f"{AUTH}/signin", json={**body, "otp": "000000x"})).status_code == 401
    for _ in range(2):
        wrong = await client.post(f"{AUTH}/2fa/totp/disable", json={"code": "000000x"}, headers=token)
        assert wrong.status_code == 401
    locked = await client.post(f"{AUTH}/signin", json={**body, "otp": app.at(clock.now())})
    assert (locked.status_code, locked.json()["code"]) == (429, "LOCKED_OUT")
    # A new password lifts the lock of the login, not this one.
    await client.post(f"{AUTH}/codes", json={"phone": phone, "purpose": "password_reset"})
    reset = {"phone": phone, "code": await last_code(runtime, kept, phone), "password": "another password"}
    assert (await client.post(f"{AUTH}/password/reset", json=reset)).status_code == 204
    body["password"] = "another password"
    assert (await client.post(f"{AUTH}/signin", json={**body, "otp": app.at(clock.now())})).status_code == 429
    clock.advance(minutes=15, seconds=1)
    assert (await client.post(f"{AUTH}/signin", json={**body, "otp": app.at(clock.now())})).status_code == 200


async def test_switching_on_and_off_is_audited(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    user, boss = await a_user(db), await a_user(db, "admin")
    token = await bearer(runtime, user, second_factor=False)
    app = TOTP((await client.post(f"{AUTH}/2fa/totp", headers=token)).json()["secret"])
    await client.post(f"{AUTH}/2fa/totp/confirm", json={"code": app.at(clock.now())}, headers=token)
    clock.advance(seconds=30)
    await client.post(f"{AUTH}/2fa/totp/disable", json={"code": app.at(clock.now())}, headers=token)
    query = {"entity": "user", "entity_id": str(user.id)}
    entries = (await client.get(AUDIT, params=query, headers=await bearer(runtime, boss))).json()["items"]
    assert [entry["action"] for entry in entries] == ["user.second_factor_off", "user.second_factor_on"]


async def test_recovery_codes_of_an_installation_work(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    user = await a_user(db, "admin")
    _, recovery = await enrolled(runtime, user)
    body = {"login": user.phone, "password": PASSWORD, "otp": recovery[3]}
    assert (await client.post(f"{AUTH}/signin", json=body)).status_code == 200
    assert (await client.post(f"{AUTH}/signin", json=body)).status_code == 401
