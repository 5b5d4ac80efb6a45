"""A merchant's own part of the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity.api import UserView
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.merchants.audit import PLATFORM
from kerben.domains.merchants.module import MODULE
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

SHOP: dict[str, Any] = {
    "name": "Лавка", "address": "Дордой, ряд 1", "phone": "0555 010 203", "lat": 42.9394, "lon": 74.6205, "hours": {},
}  # fmt: skip


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


async def make_seller(db: Database, name: str = "Гульнара") -> tuple[UserView, UUID]:
    async with db.write() as tx:
        owner = await make_user(tx, name=name)
        return owner, await make_merchant(tx, owner_id=owner.id, verified=False)


def url(merchant_id: UUID) -> str:
    return f"/api/v1/merchants/{merchant_id}/audit"


async def test_what_was_done_with_a_merchants_things_and_by_whom(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    owner, merchant = await make_seller(db)
    neighbour, foreign = await make_seller(db, "Сосед")
    headers = await bearer(runtime, owner)
    async with db.write() as tx:
        boss = await make_user(tx, name="Имя админа")
    admin = await bearer(runtime, boss, ["admin"])
    await client.post(f"/api/v1/merchants/{foreign}/shops", json=SHOP, headers=await bearer(runtime, neighbour))
    made = await client.post(f"/api/v1/merchants/{merchant}/shops", json=SHOP, headers=headers)
    assert made.status_code == 201, made.text
    shop = made.json()["id"]
    await client.patch(f"/api/v1/shops/{shop}", json={"name": "Лавка у входа"}, headers=headers)
    body = {"name": "Склад", "scopes": ["catalog.read"]}
    key = await client.post(f"/api/v1/merchants/{merchant}/api-keys", json=body, headers=headers)
    assert key.status_code == 201, key.text
    key_id = UUID(key.json()["key"]["id"])
    await client.post(f"/api/v1/admin/merchants/{merchant}/verify", headers=admin)
    async with db.write() as tx:
        await record(tx, AuditEntry(key_id, "partner", "product.change", "product", "p", merchant_id=merchant))
    answer = await client.get(url(merchant), headers=headers)
    assert answer.status_code == 200
    items = answer.json()["items"][::-1]
    seen = [(e["action"], e["actor_name"], e["actor_role"]) for e in items]
    assert seen[:2] == [("shop.create", owner.name, "owner"), ("shop.change", owner.name, "owner")]
    assert ("merchant.verify", PLATFORM, "admin") in seen
    assert seen[-1] == ("product.change", "Склад", "partner")
    assert [e["actor_id"] for e in items if e["actor_role"] == "admin"] == [None]
    assert (items[1]["before"], items[1]["after"]) == ({"name": "Лавка"}, {"name": "Лавка у входа"})
    assert boss.name not in answer.text
    assert "ip" not in items[0], "addresses of colleagues are not told"
    assert {e["entity_id"] for e in items}.isdisjoint({str(foreign)})
    theirs = (await client.get(url(foreign), headers=await bearer(runtime, neighbour))).json()["items"]
    assert [e["action"] for e in theirs] == ["shop.create"]


async def test_staff_and_the_platform(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    owner, merchant = await make_seller(db)
    headers = await bearer(runtime, owner)
    sent = await client.post(
        f"/api/v1/merchants/{merchant}/staff/invitations",
        json={"phone": "0555 111 222", "role": "cashier"},
        headers=headers,
    )
    async with db.write() as tx:
        await record(
            tx,
            AuditEntry(None, "system", "order.refunded", "order", str(new_id()), merchant_id=merchant),
            AuditEntry(None, "system", "order.refunded", "order", str(new_id())),
        )
    items = (await client.get(url(merchant), headers=headers)).json()["items"]
    assert (items[0]["action"], items[0]["actor_name"], items[0]["actor_id"]) == ("order.refunded", None, None)
    assert (sent.status_code, [e["action"] for e in items[1:]]) == (201, ["staff.invite"]), sent.text


async def test_pages_follow_each_other(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    owner, merchant = await make_seller(db)
    async with db.write() as tx:
        entries = [AuditEntry(owner.id, "owner", f"step.{n}", "shop", "x", merchant_id=merchant) for n in range(5)]
        await record(tx, *entries)
    headers = await bearer(runtime, owner)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get(url(merchant), params={"limit": 2, "cursor": cursor}, headers=headers)).json()
        seen += [e["action"] for e in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"step.{n}" for n in (4, 3, 2, 1, 0)]


async def test_who_may_not_read_it(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    owner, merchant = await make_seller(db)
    async with db.write() as tx:
        people = {role: await make_user(tx) for role in ("manager", "cashier", "accountant", "storekeeper", "none")}
        limited = await make_user(tx)
        shop = await make_shop(tx, merchant)
        staff = [StaffMember(merchant, p.id, StaffRole(r), None) for r, p in people.items() if r != "none"]
        await add_staff(tx, [*staff, StaffMember(merchant, limited.id, StaffRole.MANAGER, [shop])])

    async def status(user: UserView) -> int:
        return (await client.get(url(merchant), headers=await bearer(runtime, user))).status_code

    assert (await client.get(url(merchant))).status_code == 401
    assert {role: await status(person) for role, person in people.items()} == {
        "manager": 200, "cashier": 403, "accountant": 403, "storekeeper": 403, "none": 404,
    }  # fmt: skip
    assert await status(limited) == 403, "a manager of one shop does not read about the others"
    headers = await bearer(runtime, owner)
    assert (await client.get(url(new_id()), headers=headers)).status_code == 404
    for query in ({"limit": 0}, {"limit": 101}, {"cursor": "!!"}):
        bad = await client.get(url(merchant), params=query, headers=headers)
        assert (bad.status_code, bad.headers["content-type"]) == (422, "application/problem+json")
