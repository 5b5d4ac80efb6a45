"""Merchants and shops over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.audit.api import AuditFilter, list_entries
from kerben.domains.geo.tests.make import make_place
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.merchants.module import MODULE
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
Headers = dict[str, str]

SHOP: dict[str, Any] = {
    "name": "Лавка",
    "address": "Дордой, ряд 1",
    "phone": "0555 010 203",
    "lat": 42.9394,
    "lon": 74.6205,
    "hours": {"mon": "09:00-18:00"},
}


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


@pytest.fixture
async def sign_in(runtime: Runtime) -> Callable[..., Awaitable[tuple[UUID, Headers]]]:
    async def make(*roles: str) -> tuple[UUID, Headers]:
        async with runtime.db.write() as tx:
            user = await make_user(tx, roles=frozenset(roles))
        return user.id, await bearer(runtime, user)

    return make


SignIn = Callable[..., Awaitable[tuple[UUID, Headers]]]


async def deeds(db: Database, entity_id: object) -> list[tuple[str, str]]:
    async with db.read() as tx:
        page = await list_entries(tx, AuditFilter(entity_id=str(entity_id)), None, 100)
    return [(entry.action, entry.actor_role) for entry in page.items[::-1]]


async def test_a_seller_is_set_up_over_http(client: httpx.AsyncClient, sign_in: SignIn, db: Database) -> None:
    owner_id, owner = await sign_in()
    _, boss = await sign_in("admin")
    answer = await client.post(
        "/api/v1/merchants", json={"name": " Мир  ковров ", "description": "Шырдаки"}, headers=owner
    )
    assert answer.status_code == 201, answer.text
    merchant = answer.json()
    url = f"/api/v1/merchants/{merchant['id']}"
    admin_url = f"/api/v1/admin/merchants/{merchant['id']}"
    assert (merchant["name"], merchant["owner_id"], merchant["payout_status"]) == (
        "Мир ковров",
        str(owner_id),
        "none",
    )

    assert (await client.post(f"{admin_url}/verify", headers=boss)).json()["verified_at"] is not None
    refused = await client.post(f"{admin_url}/payout/activate", headers=boss)
    assert (refused.status_code, refused.json()["code"]) == (409, "ILLEGAL_PAYOUT_TRANSITION")
    account = {"account_number": "1180 0000 1234 5678", "bank_name": "Банк «Ала-Тоо»"}
    answer = await client.post(f"{url}/payout/onboard", json=account, headers=owner)
    assert (answer.status_code, answer.json()) == (200, {"payout_status": "pending"})
    for _ in range(2):
        answer = await client.post(f"{admin_url}/payout/activate", headers=boss)
        assert (answer.status_code, answer.json()) == (200, {"payout_status": "active"})

    answer = await client.post(f"{url}/shops", json=SHOP, headers=owner)
    assert answer.status_code == 201, answer.text
    shop = answer.json()
    assert (shop["phone"], shop["verified"], shop["payout_status"]) == ("+996555010203", True, "active")

    public = await client.get(url)
    assert public.json()["verified"] is True
    assert [s["id"] for s in public.json()["shops"]] == [shop["id"]]
    assert "payout" not in public.text
    assert "12345678" not in (await client.get("/api/v1/me/merchants", headers=owner)).text
    own = (await client.get("/api/v1/me/merchants", headers=owner)).json()["items"]
    assert [(m["role"], m["merchant"]["payout_account_last4"]) for m in own] == [("owner", "5678")]
    assert await deeds(db, merchant["id"]) == [
        ("merchant.create", "owner"),
        ("merchant.verify", "admin"),
        ("merchant.payout.onboard", "owner"),
        ("merchant.payout.active", "admin"),
    ]
    assert await deeds(db, shop["id"]) == [("shop.create", "owner")]


async def test_shops_are_changed_and_listed(client: httpx.AsyncClient, sign_in: SignIn, db: Database) -> None:
    owner_id, owner = await sign_in()
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, owner_id=owner_id)
        shop_id = await make_shop(tx, merchant_id)
        place_id = await make_place(tx)
    url = f"/api/v1/shops/{shop_id}"
    etag = (await client.get(url)).headers["ETag"]
    assert (await client.get(url, headers={"If-None-Match": etag})).status_code == 304
    body = {"place_id": str(place_id), "price_master": "platform", "name": "Лавка 2"}
    answer = await client.patch(url, json=body, headers=owner)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in body} == body
    assert (await client.get(url, headers={"If-None-Match": etag})).status_code == 200
    listed = (await client.get(f"/api/v1/shops?place_id={place_id}&limit=1")).json()
    assert ([s["id"] for s in listed["items"]], listed["next_cursor"]) == ([str(shop_id)], None)

    answer = await client.patch(url, json={"price_master": None, "is_active": False, "place_id": None}, headers=owner)
    assert (answer.json()["price_master"], answer.json()["place_id"]) == ("pos", None)
    assert (await client.get(f"/api/v1/shops?place_id={place_id}")).json()["items"] == []
    settings = {"eligibility_mode": "manual", "price_master": "platform"}
    answer = await client.patch(f"/api/v1/merchants/{merchant_id}", json=settings, headers=owner)
    assert {name: answer.json()[name] for name in settings} == settings
    assert [action for action, _ in await deeds(db, shop_id)] == ["shop.change", "shop.change"]


async def test_strangers_and_small_roles_change_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, db: Database
) -> None:
    owner_id, _ = await sign_in()
    _, stranger = await sign_in()
    cashier_id, cashier = await sign_in()
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, owner_id=owner_id)
        shop_id = await make_shop(tx, merchant_id)
        await add_staff(tx, [StaffMember(merchant_id, cashier_id, StaffRole.CASHIER)])

    async def state() -> list[tuple[Any, ...]]:
        async with db.read() as tx:
            rows = await tx.fetch(
                """
                SELECT m::text, s::text FROM merchants.merchant AS m
                LEFT JOIN merchants.shop AS s ON s.merchant_id = m.id ORDER BY 1, 2
                """
            )
        return [tuple(row) for row in rows]

    before = await state()
    calls = [
        ("PATCH", f"/api/v1/merchants/{merchant_id}", {"name": "Чужое"}),
        ("POST", f"/api/v1/merchants/{merchant_id}/shops", SHOP),
        ("PATCH", f"/api/v1/shops/{shop_id}", {"name": "Чужое"}),
        (
            "POST",
            f"/api/v1/merchants/{merchant_id}/payout/onboard",
            {"account_number": "1180000012345678", "bank_name": "Банк"},
        ),
    ]
    for method, url, body in calls:
        assert (await client.request(method, url, json=body)).status_code == 401
        assert (await client.request(method, url, json=body, headers=stranger)).status_code == 404
        assert (await client.request(method, url, json=body, headers=cashier)).status_code == 403
    for path in ("verify", "unverify", "payout/activate", "payout/suspend"):
        url = f"/api/v1/admin/merchants/{merchant_id}/{path}"
        assert (await client.post(url)).status_code == 401
        assert (await client.post(url, headers=cashier)).status_code == 403
    assert (await client.get("/api/v1/admin/merchants", headers=cashier)).status_code == 403
    assert await state() == before


async def test_bad_input_is_refused_with_pointers(client: httpx.AsyncClient, sign_in: SignIn, db: Database) -> None:
    owner_id, owner = await sign_in()
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, owner_id=owner_id)
    url = f"/api/v1/merchants/{merchant_id}/shops"
    for field, value in (
        ("lat", 91),
        ("lon", "x"),
        ("name", " "),
        ("address", ""),
        ("hours", {"mon": "всегда"}),
        ("place_id", str(new_id())),
        ("photos", ["x"]),
    ):
        answer = await client.post(url, json={**SHOP, field: value}, headers=owner)
        assert answer.status_code == 422, (field, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}")
    assert (await client.post(url, json={**SHOP, "phone": "звоните"}, headers=owner)).status_code == 422
    assert (await client.post(url, content=b"{", headers=owner)).status_code == 400
    assert (await client.get(f"/api/v1/shops/{new_id()}")).status_code == 404
    assert (await client.get(f"/api/v1/merchants/{new_id()}")).status_code == 404
    assert (await client.get("/api/v1/shops?cursor=x")).status_code == 422
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM merchants.shop WHERE merchant_id = $1", merchant_id) == 0


async def test_admins_find_who_waits(client: httpx.AsyncClient, sign_in: SignIn, db: Database) -> None:
    _, boss = await sign_in("admin")
    async with db.write() as tx:
        waiting = await make_merchant(tx, verified=False, payouts="pending")
        await make_merchant(tx)
    url = "/api/v1/admin/merchants"
    first = (await client.get(f"{url}?limit=1", headers=boss)).json()
    second = (await client.get(f"{url}?limit=1&cursor={first['next_cursor']}", headers=boss)).json()
    assert second["items"][0]["id"] == str(waiting)
    found = (await client.get(f"{url}?verified=false&payout_status=pending", headers=boss)).json()["items"]
    assert str(waiting) in {m["id"] for m in found}
    assert all(m["verified_at"] is None and m["payout_status"] == "pending" for m in found)
    assert (await client.post(f"{url}/{new_id()}/verify", headers=boss)).status_code == 404
    assert (await client.post(f"{url}/{new_id()}/payout/suspend", headers=boss)).status_code == 404
    assert (await client.post(f"{url}/{waiting}/payout/explode", headers=boss)).status_code in {404, 422}
