"""Partners' keys: issued, used within their scopes and shops, rotated, revoked; never shown again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Controller, Request, get

from kerben.domains.audit.api import AuditFilter, list_entries
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.merchants import partner_repository
from kerben.domains.merchants.access import merchant_access, shop_access
from kerben.domains.merchants.api import (
    Partner,
    Scope,
    StaffMember,
    StaffRole,
    add_staff,
    caller_of,
    staff_or_partner,
)
from kerben.domains.merchants.errors import ScopeMissingError
from kerben.domains.merchants.events import ApiKeyChanged
from kerben.domains.merchants.module import MODULE
from kerben.domains.merchants.partner_guard import KeyDirectory, on_key_changed
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.errors import ForbiddenError, NotFoundError, RateLimitedError
from kerben.platform.ids import new_id
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
Headers = dict[str, str]
ME = "/api/v1/partner/me"


class GoodsController(Controller):
    """What a flow does that staff and programs may use."""

    path = "/api/v1/test-goods/{shop_id:uuid}"

    @get(guards=[staff_or_partner(Scope.CATALOG_READ)])
    async def read(self, request: Request[Any, Any, Any], shop_id: UUID, db: Database) -> dict[str, str]:
        async with db.read() as tx:
            access = await shop_access(tx, caller_of(request), shop_id, scope=Scope.CATALOG_READ)
        return {"role": access.role, "actor": str(access.actor)}


GOODS = Module(name="test_goods", controllers=[GoodsController])


@dataclass
class Stage:
    """A merchant with two shops and its owner."""

    client: httpx.AsyncClient
    runtime: Runtime
    merchant_id: UUID
    shops: list[UUID]
    headers: Headers

    @property
    def url(self) -> str:
        return f"/api/v1/merchants/{self.merchant_id}/api-keys"

    async def issue(self, *scopes: str, **more: Any) -> dict[str, Any]:
        body = {"name": "1С:Розница", "scopes": list(scopes or ["catalog.read"]), **more}
        answer = await self.client.post(self.url, json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def get(self, url: str, secret: str) -> httpx.Response:
        return await self.client.get(url, headers={"X-API-Key": secret})

    async def goods(self, secret: str, shop_id: UUID | None = None) -> httpx.Response:
        return await self.get(f"/api/v1/test-goods/{shop_id or self.shops[0]}", secret)

    async def state(self) -> list[tuple[Any, ...]]:
        async with self.runtime.db.read() as tx:
            rows = await tx.fetch(
                """
                SELECT k::text FROM merchants.api_key AS k UNION ALL
                SELECT s::text FROM merchants.api_key_secret AS s ORDER BY 1
                """
            )
        return [tuple(row) for row in rows]


@pytest.fixture
async def stage(http_client: MakeClient, runtime: Runtime) -> Stage:
    client = await http_client(IDENTITY, MODULE, GOODS)
    async with runtime.db.write() as tx:
        owner = await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=owner.id)
        shops = [await make_shop(tx, merchant_id), await make_shop(tx, merchant_id)]
    return Stage(client, runtime, merchant_id, shops, await bearer(runtime, owner))


async def test_a_program_learns_who_it_is(stage: Stage, db: Database, capfd: pytest.CaptureFixture[str]) -> None:
    made = await stage.issue("stock.read", "catalog.read")
    secret, key = made["secret"], made["key"]
    assert secret.startswith(key["prefix"])
    assert len(secret) > 40
    seen = (await stage.get(ME, secret)).json()
    assert (seen["name"], seen["merchant"]["id"]) == ("1С:Розница", str(stage.merchant_id))
    assert ([s["id"] for s in seen["shops"]], seen["all_shops"]) == ([str(s) for s in stage.shops], True)
    assert seen["scopes"] == ["catalog.read", "stock.read"]
    shops = await stage.get(f"/api/v1/merchants/{stage.merchant_id}/shops", secret)
    assert [s["id"] for s in shops.json()["items"]] == [str(s) for s in stage.shops]

    listed = await stage.client.get(stage.url, headers=stage.headers)
    assert [k["id"] for k in listed.json()["items"]] == [key["id"]]
    assert listed.headers["cache-control"] == "no-store"
    async with db.read() as tx:
        kept = str([dict(r) for r in await tx.fetch("SELECT * FROM merchants.api_key_secret")])
        events = str([r["payload"] for r in await tx.fetch("SELECT payload FROM platform.outbox")])
        page = await list_entries(tx, AuditFilter(entity_id=key["id"]), None, 10)
    assert [(e.action, e.actor_role) for e in page.items] == [("api_key.create", "owner")]
    logs = "".join(capfd.readouterr())
    for text in (listed.text, kept, events, msgspec.json.encode(page).decode(), logs):
        assert secret not in text
        assert secret[11:] not in text
        assert token_hash(secret).hex() not in text.replace("\\x", "") or text is kept


async def test_scopes_and_shops_limit_a_key(stage: Stage, db: Database) -> None:
    here, there = stage.shops
    reads = (await stage.issue("catalog.read", shop_ids=[str(here)]))["secret"]
    stock = (await stage.issue("stock.read"))["secret"]
    answer = await stage.goods(reads)
    assert (answer.status_code, answer.json()["role"]) == (200, "partner")
    assert (await stage.goods(reads, there)).status_code == 404
    refused = await stage.goods(stock)
    assert (refused.status_code, refused.json()["code"]) == (403, "SCOPE_MISSING")
    assert refused.json()["data"] == {"scope": "catalog.read"}
    async with db.write() as tx:
        foreign = await make_merchant(tx)
        foreign_shop = await make_shop(tx, foreign)
    assert (await stage.goods(reads, foreign_shop)).status_code == 404
    assert (await stage.goods(reads, new_id())).status_code == 404
    assert (await stage.get(f"/api/v1/merchants/{foreign}/shops", reads)).status_code == 404
    mine = (await stage.get(f"/api/v1/merchants/{stage.merchant_id}/shops", reads)).json()["items"]
    assert [s["id"] for s in mine] == [str(here)]
    assert [s["id"] for s in (await stage.get(ME, reads)).json()["shops"]] == [str(here)]
    # People are served by the same route; a key opens no route that was not made for keys.
    person = await stage.client.get(f"/api/v1/test-goods/{here}", headers=stage.headers)
    assert person.json()["role"] == "owner"
    assert (await stage.client.get(f"/api/v1/test-goods/{here}")).status_code == 401
    assert (await stage.get(stage.url, reads)).status_code == 401
    assert (await stage.get("/api/v1/me", reads)).status_code == 401


async def test_access_is_given_only_where_a_scope_is_named(stage: Stage, db: Database) -> None:
    whole = Partner(new_id(), "1С", stage.merchant_id, None, frozenset(Scope))
    limited = msgspec.structs.replace(whole, shop_ids=frozenset(stage.shops[:1]))
    async with db.read() as tx:
        access = await merchant_access(tx, whole, stage.merchant_id, [], scope=Scope.ORDERS_READ)
        assert (access.role, access.actor) == ("partner", whole.key_id)
        with pytest.raises(ScopeMissingError):
            await shop_access(tx, whole, stage.shops[0])
        with pytest.raises(ScopeMissingError):
            await merchant_access(tx, whole, stage.merchant_id)
        with pytest.raises(ForbiddenError):
            await merchant_access(tx, limited, stage.merchant_id, scope=Scope.ORDERS_READ)
        with pytest.raises(NotFoundError):
            await merchant_access(tx, whole, new_id(), scope=Scope.ORDERS_READ)


async def test_a_replaced_secret_works_for_its_grace(stage: Stage, clock: ManualClock) -> None:
    made = await stage.issue()
    old, url = made["secret"], f"{stage.url}/{made['key']['id']}/rotate"
    assert (await stage.get(ME, old)).status_code == 200
    rotated = (await stage.client.post(url, json={}, headers=stage.headers)).json()
    new = rotated["secret"]
    assert new != old
    assert rotated["key"]["former_valid_until"] is not None
    assert [(await stage.get(ME, secret)).status_code for secret in (old, new)] == [200, 200]
    clock.advance(hours=23, minutes=59)
    assert (await stage.get(ME, old)).status_code == 200
    clock.advance(minutes=1)
    assert [(await stage.get(ME, secret)).status_code for secret in (old, new)] == [401, 200]
    headers = await bearer(stage.runtime, await owner_of(stage))
    third = (await stage.client.post(url, json={"grace_h": 0}, headers=headers)).json()["secret"]
    assert [(await stage.get(ME, secret)).status_code for secret in (new, third)] == [401, 200]


async def owner_of(stage: Stage) -> UUID:
    async with stage.runtime.db.read() as tx:
        return await tx.fetchval("SELECT owner_id FROM merchants.merchant WHERE id = $1", stage.merchant_id)


async def test_a_leaked_secret_ends_all_former_ones(stage: Stage) -> None:
    made = await stage.issue()
    url = f"{stage.url}/{made['key']['id']}/rotate"
    second = (await stage.client.post(url, json={"grace_h": 24}, headers=stage.headers)).json()["secret"]
    third = (await stage.client.post(url, json={"grace_h": 0}, headers=stage.headers)).json()["secret"]
    answers = [(await stage.get(ME, secret)).status_code for secret in (made["secret"], second, third)]
    assert answers == [401, 401, 200]


async def test_a_revoked_key_is_refused_here_at_once_and_elsewhere_by_the_event(
    stage: Stage, db: Database, runtime: Runtime
) -> None:
    made = await stage.issue()
    secret, key_id = made["secret"], UUID(made["key"]["id"])
    elsewhere = Runtime(runtime.settings, db, clock=runtime.clock)
    directory = elsewhere.part(KeyDirectory)
    assert await directory.find(secret, "ip") is not None
    assert (await stage.get(ME, secret)).status_code == 200
    url = f"{stage.url}/{key_id}"
    assert (await stage.client.delete(url, headers=stage.headers)).status_code == 204
    refused = await stage.get(ME, secret)
    assert (refused.status_code, refused.json()["code"]) == (401, "API_KEY_INVALID")
    async with db.read() as tx:
        name = await tx.fetchval("SELECT name FROM platform.outbox WHERE key = $1", str(key_id))
    assert name == "merchants.api_key_changed.v1"
    on_key_changed(elsewhere, ApiKeyChanged(key_id, stage.merchant_id))
    assert await directory.find(secret, "ip") is None
    assert (ApiKeyChanged,) in [watch.events for watch in MODULE.watches]
    # Again is no deed, and a revoked key cannot be brought back.
    before = await stage.state()
    assert (await stage.client.delete(url, headers=stage.headers)).status_code == 204
    again = await stage.client.post(f"{url}/rotate", json={}, headers=stage.headers)
    assert (again.status_code, again.json()["code"]) == (409, "API_KEY_REVOKED")
    assert await stage.state() == before


async def test_a_key_expires_also_when_it_is_remembered(stage: Stage, clock: ManualClock) -> None:
    until = clock.now() + timedelta(hours=2)
    secret = (await stage.issue(expires_at=until.isoformat()))["secret"]
    assert (await stage.get(ME, secret)).status_code == 200
    clock.advance(hours=2)
    assert (await stage.get(ME, secret)).status_code == 401
    assert (await stage.get(ME, secret)).status_code == 401


async def test_a_known_key_asks_no_database_and_its_use_is_noted_once_a_minute(
    stage: Stage, db: Database, runtime: Runtime, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await stage.issue()
    secret: str = made["secret"]
    calls: dict[str, int] = {"by_hash": 0, "mark_used": 0}
    for name in calls:
        real = getattr(partner_repository, name)

        def counted(*args: Any, name: str = name, real: Any = real) -> Any:
            calls[name] += 1
            return real(*args)

        monkeypatch.setattr(partner_repository, name, counted)
    directory = Runtime(runtime.settings, db, clock=clock).part(KeyDirectory)
    for _ in range(5):
        assert await directory.find(secret, "ip") is not None
    assert calls == {"by_hash": 1, "mark_used": 1}

    async def used_at() -> Any:
        async with db.read() as tx:
            return await tx.fetchval("SELECT last_used_at FROM merchants.api_key WHERE id = $1", made["key"]["id"])

    first = await used_at()
    assert first == clock.now()
    clock.advance(seconds=59)
    other = Runtime(runtime.settings, db, clock=clock).part(KeyDirectory)
    assert await other.find(secret, "ip") is not None
    assert await used_at() == first
    clock.advance(seconds=1)
    await directory.find(secret, "ip")
    assert await used_at() == clock.now()
    assert calls["by_hash"] == 2


async def test_wrong_keys_are_slowed_down(stage: Stage, db: Database, runtime: Runtime, clock: ManualClock) -> None:
    settings = msgspec.structs.replace(runtime.settings, rate_limits=True)
    directory = Runtime(settings, db, clock=clock).part(KeyDirectory)
    for n in range(30):
        assert await directory.find(f"kp_guess{n}", "10.0.0.1") is None
    with pytest.raises(RateLimitedError):
        await directory.find("kp_guess", "10.0.0.1")
    assert await directory.find("kp_guess", "10.0.0.2") is None
    # Who has a right key is not kept out by a neighbour's guesses.
    secret = (await stage.issue())["secret"]
    assert await directory.find(secret, "10.0.0.1") is not None
    for wrong in ("", "kp_", "я" * 5000, secret[:-1], secret.upper()):
        answer = await stage.client.get(ME, headers={b"X-API-Key": str(wrong).encode()})
        assert (answer.status_code, answer.json()["code"]) == (401, "API_KEY_INVALID")
    assert (await stage.client.get(ME)).status_code == 401


async def test_who_may_not_issue_changes_nothing(stage: Stage, db: Database, clock: ManualClock) -> None:
    made = await stage.issue()
    async with db.write() as tx:
        cashier, stranger = await make_user(tx), await make_user(tx)
        await add_staff(tx, [StaffMember(stage.merchant_id, cashier.id, StaffRole.CASHIER)])
        foreign = await make_shop(tx, await make_merchant(tx))
    before = await stage.state()
    body, key = {"name": "1С", "scopes": ["catalog.read"]}, f"{stage.url}/{made['key']['id']}"
    calls: tuple[tuple[str, str, Any], ...] = (
        ("POST", stage.url, body),
        ("GET", stage.url, None),
        ("POST", f"{key}/rotate", {}),
        ("DELETE", key, None),
    )
    for who, status in ((cashier, 403), (stranger, 404)):
        headers = await bearer(stage.runtime, who)
        for method, url, content in calls:
            assert (await stage.client.request(method, url, json=content, headers=headers)).status_code == status
    for method, url, content in calls:
        assert (await stage.client.request(method, url, json=content)).status_code == 401
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"name": "  "}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["all"]}, "/scopes/0"),
        ({"scopes": ["catalog.read", "catalog.read"]}, "/scopes"),
        ({"shop_ids": []}, "/shop_ids"),
        ({"shop_ids": [str(foreign)]}, "/shop_ids"),
        ({"expires_at": clock.now().isoformat()}, "/expires_at"),
        ({"expires_at": "2036-01-01T00:00:00"}, "/expires_at"),
    ]
    for change, pointer in wrong:
        answer = await stage.client.post(stage.url, json={**body, **change}, headers=stage.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    for grace in (-1, 169, "день"):
        answer = await stage.client.post(f"{key}/rotate", json={"grace_h": grace}, headers=stage.headers)
        assert answer.status_code == 422
    for method, url in (("DELETE", f"{stage.url}/{new_id()}"), ("POST", f"{stage.url}/{new_id()}/rotate")):
        assert (await stage.client.request(method, url, json={}, headers=stage.headers)).status_code == 404
    assert await stage.state() == before
