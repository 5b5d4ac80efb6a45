"""Categories as admins change them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.audit.api import AuditFilter, list_entries
from kerben.domains.catalog.directory import CategoryTree
from kerben.domains.catalog.module import MODULE
from kerben.domains.catalog.tests.make import make_category
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
ADMIN = "/api/v1/admin/categories"


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


async def user(runtime: Runtime, *roles: str) -> dict[str, str]:
    async with runtime.db.write() as tx:
        made = await make_user(tx, roles=frozenset(roles))
    return await bearer(runtime, made)


async def chain(db: Database, length: int) -> list[UUID]:
    """Categories, each below the one before."""
    made: list[UUID] = []
    async with db.write() as tx:
        for n in range(length):
            made.append(await make_category(tx, f"Ступень {n}", parent_id=made[-1] if made else None))
    return made


async def directory(db: Database) -> list[tuple[Any, ...]]:
    async with db.read() as tx:
        return [tuple(row) for row in await tx.fetch("SELECT * FROM catalog.category ORDER BY id")]


async def public_ids(client: httpx.AsyncClient) -> list[str]:
    return [c["id"] for c in (await client.get("/api/v1/categories")).json()["items"]]


async def test_a_category_is_renamed_moved_and_sorted(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    boss = await user(runtime, "admin")
    root, leaf = (await chain(db, 1))[0], (await chain(db, 1))[0]
    change = {"name": " Калпаки  и шапки ", "parent_id": str(root), "sort": 7}
    answer = await client.patch(f"{ADMIN}/{leaf}", json=change, headers=boss)
    assert answer.status_code == 200
    moved = answer.json()
    assert (moved["name"], moved["parent_id"], moved["sort"], moved["is_hidden"]) == (
        "Калпаки и шапки", str(root), 7, False
    )  # fmt: skip
    items = {c["id"]: c for c in (await client.get("/api/v1/categories")).json()["items"]}
    assert (items[str(leaf)]["depth"], items[str(leaf)]["name"]) == (1, "Калпаки и шапки")
    back = await client.patch(f"{ADMIN}/{leaf}", json={"parent_id": None}, headers=boss)
    assert (back.json()["parent_id"], back.json()["sort"]) == (None, 7)
    assert (await client.patch(f"{ADMIN}/{leaf}", json={"sort": 7}, headers=boss)).status_code == 200
    async with db.read() as tx:
        log = (await list_entries(tx, AuditFilter(entity_id=str(leaf)), None, 10)).items
    assert [e.action for e in log] == ["category.change", "category.change"], "what changes nothing is no deed"
    assert (log[0].before, log[0].after) == ({"parent_id": str(root)}, {"parent_id": None})


async def test_hidden_ones_are_seen_by_admins_only(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss = await user(runtime, "admin")
    top, middle, low = await chain(db, 3)
    assert {str(top), str(middle), str(low)} <= set(await public_ids(client))
    hidden = await client.patch(f"{ADMIN}/{middle}", json={"is_hidden": True}, headers=boss)
    assert hidden.json()["is_hidden"] is True
    shown = set(await public_ids(client))
    assert (str(top) in shown, str(middle) in shown, str(low) in shown) == (True, False, False)
    async with db.read() as tx:
        kept = {c.id for c in await CategoryTree(runtime).all(tx)}
    assert (top in kept, middle in kept, low in kept) == (True, False, False)
    whole = {c["id"]: c["is_hidden"] for c in (await client.get(ADMIN, headers=boss)).json()["items"]}
    assert (whole[str(middle)], whole[str(low)]) == (True, False)
    await client.patch(f"{ADMIN}/{middle}", json={"is_hidden": False}, headers=boss)
    assert {str(middle), str(low)} <= set(await public_ids(client))


async def test_what_is_refused_changes_nothing(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss, buyer = await user(runtime, "admin"), await user(runtime)
    top, middle, low = await chain(db, 3)
    deep = await chain(db, 4)
    before = await directory(db)
    for headers, status in (({}, 401), (buyer, 403)):
        assert (await client.patch(f"{ADMIN}/{top}", json={"sort": 1}, headers=headers)).status_code == status
        assert (await client.get(ADMIN, headers=headers)).status_code == status
    assert (await client.patch(f"{ADMIN}/{new_id()}", json={"sort": 1}, headers=boss)).status_code == 404
    for target in (top, middle, low):
        loop = await client.patch(f"{ADMIN}/{top}", json={"parent_id": str(target)}, headers=boss)
        assert (loop.status_code, loop.json()["code"]) == (409, "CATEGORY_LOOP")
    bodies: list[dict[str, Any]] = [
        {"name": " "},
        {"name": None},
        {"sort": "1"},
        {"sort": 10**7},
        {"is_hidden": "yes"},
        {"parent_id": str(new_id())},
        {"parent_id": str(deep[-1])},
    ]
    for body in bodies:
        bad = await client.patch(f"{ADMIN}/{top}", json=body, headers=boss)
        assert (bad.status_code, bad.headers["content-type"]) == (422, "application/problem+json"), body
    assert await directory(db) == before
    # Two levels fit below four.
    fits = await client.patch(f"{ADMIN}/{middle}", json={"parent_id": str(deep[-1])}, headers=boss)
    assert fits.status_code == 200
