"""Staff over HTTP: invited, joined, changed, removed; roles by shop; the last owner stays."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from pyotp.totp import TOTP

from kerben.domains.audit.api import AuditFilter, list_entries
from kerben.domains.identity.api import UserView
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.service.messages import send_due
from kerben.domains.identity.tests.make import bearer, make_user, new_phone
from kerben.domains.identity.tests.messages import KeptMessages, bind_messages
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff, merchant_access, shop_access
from kerben.domains.merchants.module import MODULE
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.access import Principal
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.errors import ForbiddenError, NotFoundError
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
Headers = dict[str, str]
CODE = re.compile(r"\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b")


@dataclass
class Stage:
    """A merchant with two shops and its owner."""

    client: httpx.AsyncClient
    runtime: Runtime
    kept: KeptMessages
    merchant_id: UUID
    shops: list[UUID]
    owner: UserView
    headers: Headers

    @property
    def url(self) -> str:
        return f"/api/v1/merchants/{self.merchant_id}/staff"

    async def person(self, **more: Any) -> tuple[UserView, Headers]:
        async with self.runtime.db.write() as tx:
            user = await make_user(tx, **more)
        return user, await bearer(self.runtime, user)

    async def hire(self, role: StaffRole, shop_ids: list[UUID] | None = None) -> tuple[UserView, Headers]:
        user, headers = await self.person()
        async with self.runtime.db.write() as tx:
            await add_staff(tx, [StaffMember(self.merchant_id, user.id, role, shop_ids)])
        return user, headers

    async def invite(self, who: Headers | None = None, **body: Any) -> httpx.Response:
        return await self.client.post(f"{self.url}/invitations", json=body, headers=who or self.headers)

    async def code(self, to: str | None) -> str:
        await send_due(self.runtime)
        found = CODE.search(self.kept.texts(str(to))[-1])
        assert found
        return found.group()

    async def accept(self, code: str, headers: Headers) -> httpx.Response:
        return await self.client.post("/api/v1/staff/invitations/accept", json={"code": code}, headers=headers)

    async def state(self) -> list[tuple[Any, ...]]:
        async with self.runtime.db.read() as tx:
            rows = await tx.fetch(
                """
                SELECT s::text FROM merchants.staff AS s UNION ALL
                SELECT i::text FROM merchants.staff_invitation AS i ORDER BY 1
                """
            )
        return [tuple(row) for row in rows]


@pytest.fixture
async def stage(http_client: MakeClient, runtime: Runtime) -> AsyncGenerator[Stage]:
    client = await http_client(IDENTITY, MODULE)
    async with runtime.db.write() as tx:
        owner = await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=owner.id)
        shops = [await make_shop(tx, merchant_id), await make_shop(tx, merchant_id)]
    kept = bind_messages(runtime)
    yield Stage(client, runtime, kept, merchant_id, shops, owner, await bearer(runtime, owner))
    await send_due(runtime)


async def deeds(db: Database, entity_id: object) -> list[str]:
    async with db.read() as tx:
        page = await list_entries(tx, AuditFilter(entity_id=str(entity_id)), None, 100)
    return [entry.action for entry in page.items[::-1]]


async def test_a_person_is_invited_and_joins(stage: Stage, db: Database) -> None:
    user, headers = await stage.person()
    made = await stage.invite(phone=user.phone, role="cashier", shop_ids=[str(stage.shops[0])])
    assert made.status_code == 201, made.text
    invitation = made.json()
    assert (invitation["status"], invitation["phone"], invitation["role"]) == ("open", user.phone, "cashier")
    assert "code" not in invitation
    code = await stage.code(user.phone)
    async with db.read() as tx:
        stored = str(await tx.fetch("SELECT * FROM merchants.staff_invitation"))
    assert code.replace("-", "") not in stored.replace("-", "")
    answer = await stage.accept(f" {code.upper()} ", headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["positions"] == [{"role": "cashier", "shop_ids": [str(stage.shops[0])]}]
    again = await stage.accept(code, headers)
    assert (again.status_code, again.json()["code"]) == (422, "INVITATION_INVALID")

    me = (await stage.client.get("/api/v1/me", headers=headers)).json()
    assert me["second_factor_required"] is True
    own = (await stage.client.get("/api/v1/me/merchants", headers=headers)).json()["items"]
    assert [(m["role"], [s["id"] for s in m["shops"]]) for m in own] == [("cashier", [str(stage.shops[0])])]
    assert own[0]["merchant"]["payout_account_last4"] is None
    people = (await stage.client.get(stage.url, headers=stage.headers)).json()["items"]
    assert {p["user_id"]: p["positions"][0]["role"] for p in people} == {
        str(stage.owner.id): "owner",
        str(user.id): "cashier",
    }
    listed = (await stage.client.get(f"{stage.url}/invitations", headers=stage.headers)).json()["items"]
    assert [i["status"] for i in listed] == ["accepted"]
    assert await deeds(db, invitation["id"]) == ["staff.invite"]
    assert await deeds(db, f"{stage.merchant_id}:{user.id}") == ["staff.join"]


async def test_an_invitation_is_for_the_proven_owner_of_the_phone_or_address(stage: Stage) -> None:
    user, headers = await stage.person(verified=False)
    _, thief = await stage.person()
    email = f"x{new_phone()[1:]}@example.kg"
    mailed, by_mail = await stage.person(phone=None, email=email)
    await stage.invite(phone=user.phone, role="storekeeper")
    code = await stage.code(user.phone)
    before = await stage.state()
    for who in (headers, thief):
        refused = await stage.accept(code, who)
        assert (refused.status_code, refused.json()["code"]) == (403, "INVITATION_NOT_YOURS")
    assert (await stage.client.post("/api/v1/staff/invitations/accept", json={"code": code})).status_code == 401
    assert (await stage.accept("\x00нет", thief)).status_code == 422
    assert await stage.state() == before
    await stage.invite(email=email.upper(), role="accountant")
    assert (await stage.accept(await stage.code(email), by_mail)).status_code == 200
    assert str(mailed.id) in (await stage.client.get(stage.url, headers=stage.headers)).text


async def test_a_code_is_used_once_also_by_two_at_once(stage: Stage, db: Database) -> None:
    user, headers = await stage.person()
    await stage.invite(phone=user.phone, role="cashier")
    code = await stage.code(user.phone)
    answers = await asyncio.gather(*(stage.accept(code, headers) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 422, 422, 422]
    assert await deeds(db, f"{stage.merchant_id}:{user.id}") == ["staff.join"]


async def test_an_invitation_expires_is_sent_again_and_withdrawn(stage: Stage, clock: ManualClock) -> None:
    user, headers = await stage.person()
    made = (await stage.invite(phone=user.phone, role="cashier")).json()
    url = f"{stage.url}/invitations/{made['id']}"
    first = await stage.code(user.phone)
    early = await stage.client.post(f"{url}/resend", headers=stage.headers)
    assert (early.status_code, early.headers["retry-after"]) == (429, "60")
    clock.advance(days=7)
    stage.headers = await bearer(stage.runtime, stage.owner)
    headers = await bearer(stage.runtime, user)
    assert (await stage.accept(first, headers)).status_code == 422
    listed = (await stage.client.get(f"{stage.url}/invitations", headers=stage.headers)).json()["items"]
    assert [i["status"] for i in listed] == ["expired"]
    assert (await stage.client.post(f"{url}/resend", headers=stage.headers)).json()["status"] == "open"
    second = await stage.code(user.phone)
    assert (await stage.accept(first, headers)).status_code == 422
    assert (await stage.client.delete(url, headers=stage.headers)).status_code == 204
    assert (await stage.accept(second, headers)).status_code == 422
    for method, where in (("DELETE", url), ("POST", f"{url}/resend")):
        closed = await stage.client.request(method, where, headers=stage.headers)
        assert (closed.status_code, closed.json()["code"]) == (409, "INVITATION_CLOSED")
    people = (await stage.client.get(stage.url, headers=stage.headers)).json()["items"]
    assert [p["user_id"] for p in people] == [str(stage.owner.id)]


async def test_managers_give_take_and_change_small_roles_only(stage: Stage) -> None:
    _, manager = await stage.hire(StaffRole.MANAGER)
    other, _ = await stage.hire(StaffRole.MANAGER)
    cashier, _ = await stage.hire(StaffRole.CASHIER)
    leading = (await stage.invite(phone=new_phone(), role="manager")).json()
    assert (await stage.invite(manager, phone=new_phone(), role="cashier")).status_code == 201
    before = await stage.state()
    for role in ("owner", "manager"):
        assert (await stage.invite(manager, phone=new_phone(), role=role)).status_code == 403
        raised = await stage.client.patch(f"{stage.url}/{cashier.id}", json={"role": role}, headers=manager)
        assert raised.status_code == 403
    for user_id in (other.id, stage.owner.id):
        url = f"{stage.url}/{user_id}"
        assert (await stage.client.patch(url, json={"role": "cashier"}, headers=manager)).status_code == 403
        assert (await stage.client.delete(url, headers=manager)).status_code == 403
    assert (await stage.client.delete(f"{stage.url}/invitations/{leading['id']}", headers=manager)).status_code == 403
    assert await stage.state() == before
    changed = await stage.client.patch(f"{stage.url}/{cashier.id}", json={"role": "accountant"}, headers=manager)
    assert changed.json()["positions"] == [{"role": "accountant", "shop_ids": None}]
    assert (await stage.client.delete(f"{stage.url}/{cashier.id}", headers=manager)).status_code == 204


async def test_who_is_limited_to_shops_has_no_rights_for_the_whole(stage: Stage, db: Database) -> None:
    here, there = stage.shops
    user, headers = await stage.hire(StaffRole.MANAGER, [here])
    principal = Principal(user.id, new_id(), frozenset({"buyer"}), second_factor=True)
    async with db.read() as tx:
        assert (await shop_access(tx, principal, here, [StaffRole.MANAGER])).role == "manager"
        with pytest.raises(NotFoundError):
            await shop_access(tx, principal, there)
        with pytest.raises(ForbiddenError):
            await merchant_access(tx, principal, stage.merchant_id)
    shop = {"name": "Лавка", "address": "Ряд 1", "phone": "0555010203", "lat": 42.9, "lon": 74.6}
    before = await stage.state()
    for method, url, body in (
        ("GET", stage.url, None),
        ("GET", f"{stage.url}/invitations", None),
        ("POST", f"{stage.url}/invitations", {"phone": new_phone(), "role": "cashier"}),
        ("PATCH", f"{stage.url}/{user.id}", {"role": "manager"}),
        ("POST", f"/api/v1/merchants/{stage.merchant_id}/shops", shop),
        ("GET", f"/api/v1/merchants/{stage.merchant_id}/api-keys", None),
    ):
        assert (await stage.client.request(method, url, json=body, headers=headers)).status_code == 403, url
    assert await stage.state() == before
    mine = (await stage.client.get(f"/api/v1/merchants/{stage.merchant_id}/shops", headers=headers)).json()["items"]
    assert [s["id"] for s in mine] == [str(here)]


async def test_roles_differ_by_shop(stage: Stage, db: Database) -> None:
    here, there = stage.shops
    user, _ = await stage.hire(StaffRole.CASHIER, [here])
    leads, sells = {"role": "manager", "shop_ids": [str(here)]}, {"role": "cashier", "shop_ids": [str(there)]}
    body = {"positions": [leads, sells]}
    answer = await stage.client.patch(f"{stage.url}/{user.id}", json=body, headers=stage.headers)
    assert answer.status_code == 200, answer.text
    principal = Principal(user.id, new_id(), frozenset({"buyer"}), second_factor=True)
    async with db.read() as tx:
        assert (await shop_access(tx, principal, here)).role == "manager"
        assert (await shop_access(tx, principal, there)).role == "cashier"
        with pytest.raises(ForbiddenError):
            await shop_access(tx, principal, there, [StaffRole.MANAGER])
    # Everywhere a cashier and in one shop the manager: there both count, and the higher is named.
    body = {"positions": [{"role": "cashier"}, leads]}
    assert (await stage.client.patch(f"{stage.url}/{user.id}", json=body, headers=stage.headers)).status_code == 200
    async with db.read() as tx:
        assert (await shop_access(tx, principal, here)).role == "manager"
        assert (await shop_access(tx, principal, here, [StaffRole.CASHIER])).role == "cashier"
        assert (await merchant_access(tx, principal, stage.merchant_id)).role == "cashier"


async def test_removal_counts_at_once_and_frees_the_second_factor(stage: Stage, clock: ManualClock) -> None:
    user, headers = await stage.hire(StaffRole.MANAGER)
    left = (await stage.invite(headers, phone=new_phone(), role="cashier")).json()
    made = (await stage.client.post("/api/v1/auth/2fa/totp", headers=headers)).json()
    app = TOTP(made["secret"])
    confirm = {"code": app.at(clock.now())}
    assert (await stage.client.post("/api/v1/auth/2fa/totp/confirm", json=confirm, headers=headers)).is_success
    clock.advance(seconds=30)
    off = {"code": app.at(clock.now())}
    refused = await stage.client.post("/api/v1/auth/2fa/totp/disable", json=off, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "SECOND_FACTOR_DEMANDED")
    assert (await stage.client.get(stage.url, headers=headers)).status_code == 200
    assert (await stage.client.delete(f"{stage.url}/{user.id}", headers=stage.headers)).status_code == 204
    assert (await stage.client.get(stage.url, headers=headers)).status_code == 404
    assert (await stage.client.delete(f"{stage.url}/{user.id}", headers=stage.headers)).status_code == 404
    listed = (await stage.client.get(f"{stage.url}/invitations", headers=stage.headers)).json()["items"]
    assert [(i["id"], i["status"]) for i in listed] == [(left["id"], "withdrawn")]
    assert (await stage.client.post("/api/v1/auth/2fa/totp/disable", json=off, headers=headers)).status_code == 204


async def test_the_last_owner_stays(stage: Stage, db: Database) -> None:
    before = await stage.state()
    url = f"{stage.url}/{stage.owner.id}"
    for method, body in (("DELETE", None), ("PATCH", {"role": "manager"})):
        refused = await stage.client.request(method, url, json=body, headers=stage.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "LAST_OWNER")
    _, boss = await stage.person(roles={"admin"})
    assert (await stage.client.delete(url, headers=boss)).status_code == 409
    assert await stage.state() == before
    user, headers = await stage.person()
    await stage.invite(phone=user.phone, role="owner")
    code = await stage.code(user.phone)
    assert (await stage.accept(code, headers)).status_code == 200
    assert (await stage.client.delete(url, headers=stage.headers)).status_code == 204
    async with db.read() as tx:
        owner = await tx.fetchval("SELECT owner_id FROM merchants.merchant WHERE id = $1", stage.merchant_id)
        assert owner == user.id
        for sql in MODULE.checks.values():
            assert await tx.fetch(sql) == []


@pytest.mark.parametrize("attempt", range(5))
async def test_two_owners_who_remove_each_other_leave_one(stage: Stage, db: Database, attempt: int) -> None:
    user, headers = await stage.person()
    await stage.invite(phone=user.phone, role="owner")
    assert (await stage.accept(await stage.code(user.phone), headers)).status_code == 200
    first, second = f"{stage.url}/{user.id}", f"{stage.url}/{stage.owner.id}"
    if attempt % 2:
        calls = [
            stage.client.delete(first, headers=stage.headers),
            stage.client.delete(second, headers=headers),
        ]
    else:
        # Both leave by themselves, so neither loses the right to do so meanwhile.
        calls = [
            stage.client.delete(first, headers=headers),
            stage.client.patch(second, json={"role": "cashier"}, headers=stage.headers),
        ]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*calls))
    assert statuses[0] in {200, 204}
    assert statuses[1] in ({404} if attempt % 2 else {409})
    async with db.read() as tx:
        count = "SELECT count(*) FROM merchants.staff WHERE merchant_id = $1 AND role = 'owner'"
        assert await tx.fetchval(count, stage.merchant_id) == 1
        for sql in MODULE.checks.values():
            assert await tx.fetch(sql) == []


async def test_an_owner_is_not_lowered_by_an_invitation(stage: Stage) -> None:
    await stage.invite(phone=stage.owner.phone, role="cashier")
    before = await stage.state()
    refused = await stage.accept(await stage.code(stage.owner.phone), stage.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "ALREADY_OWNER")
    assert await stage.state() == before


async def test_nothing_goes_without_a_second_factor(stage: Stage) -> None:
    plain = await bearer(stage.runtime, stage.owner, second_factor=False)
    before = await stage.state()
    for method, url, body in (
        ("GET", stage.url, None),
        ("POST", f"{stage.url}/invitations", {"phone": new_phone(), "role": "cashier"}),
        ("PATCH", f"/api/v1/shops/{stage.shops[0]}", {"name": "Другое"}),
        ("GET", f"/api/v1/merchants/{stage.merchant_id}/shops", None),
        ("POST", f"/api/v1/merchants/{stage.merchant_id}/api-keys", {"name": "1С", "scopes": ["catalog.read"]}),
    ):
        refused = await stage.client.request(method, url, json=body, headers=plain)
        assert (refused.status_code, refused.json()["code"]) == (403, "SECOND_FACTOR_REQUIRED"), url
    assert await stage.state() == before
    # A stranger learns nothing by it.
    user, _ = await stage.person()
    stranger = await bearer(stage.runtime, user, second_factor=False)
    assert (await stage.client.get(stage.url, headers=stranger)).status_code == 404
    opened = await stage.client.post("/api/v1/merchants", json={"name": "Новый"}, headers=stranger)
    assert opened.status_code == 201


async def test_bad_input_and_foreign_ids_change_nothing(stage: Stage, db: Database) -> None:
    user, _ = await stage.hire(StaffRole.CASHIER)
    _, stranger = await stage.person()
    async with db.write() as tx:
        foreign = await make_shop(tx, await make_merchant(tx))
    here = str(stage.shops[0])
    before = await stage.state()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"role": "cashier"}, "/phone"),
        ({"role": "cashier", "phone": "звоните"}, "/phone"),
        ({"role": "cashier", "email": "не адрес"}, "/email"),
        ({"role": "cashier", "phone": "+996700000000", "email": "a@example.kg"}, "/phone"),
        ({"role": "boss", "phone": "+996700000000"}, "/role"),
        ({"role": "cashier", "phone": "+996700000000", "shop_ids": []}, "/shop_ids"),
        ({"role": "cashier", "phone": "+996700000000", "shop_ids": [str(foreign)]}, "/shop_ids"),
        ({"role": "cashier", "phone": "+996700000000", "shop_ids": [here, here]}, "/shop_ids"),
        ({"role": "owner", "phone": "+996700000000", "shop_ids": [here]}, "/shop_ids"),
    ]
    for body, pointer in wrong:
        answer = await stage.invite(**body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    url = f"{stage.url}/{user.id}"
    one = {"role": "cashier", "shop_ids": [here]}
    changes: list[dict[str, Any]] = [
        {},
        {"role": "cashier", "positions": [one]},
        {"positions": []},
        {"positions": [one, {"role": "manager", "shop_ids": [here]}]},
        {"positions": [one, {"role": "cashier"}]},
        {"positions": [{"role": "manager"}, {"role": "cashier"}]},
        {"positions": [{"role": "owner"}, one]},
        {"role": "cashier", "shop_ids": [str(foreign)]},
    ]
    for body in changes:
        assert (await stage.client.patch(url, json=body, headers=stage.headers)).status_code == 422, body
    nobody = f"{stage.url}/{new_id()}"
    for method, where, body, who in (
        ("PATCH", nobody, {"role": "cashier"}, stage.headers),
        ("DELETE", nobody, None, stage.headers),
        ("DELETE", f"{stage.url}/invitations/{new_id()}", None, stage.headers),
        ("POST", f"{stage.url}/invitations/{new_id()}/resend", None, stage.headers),
        ("GET", stage.url, None, stranger),
        ("DELETE", url, None, stranger),
        ("PATCH", url, {"role": "cashier"}, stranger),
        ("POST", f"{stage.url}/invitations", {"role": "cashier", "phone": "+996700000000"}, stranger),
        ("GET", f"/api/v1/merchants/{new_id()}/staff", None, stage.headers),
    ):
        assert (await stage.client.request(method, where, json=body, headers=who)).status_code == 404, where
    assert await stage.state() == before
