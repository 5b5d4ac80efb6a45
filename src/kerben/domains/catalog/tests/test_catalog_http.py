"""Categories, exchange rates and price history over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from kerben.domains.catalog.api import PriceChange, set_prices
from kerben.domains.catalog.module import MODULE
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


async def user(runtime: Runtime, *roles: str) -> dict[str, str]:
    async with runtime.db.write() as tx:
        made = await make_user(tx, roles=frozenset(roles))
    return await bearer(runtime, made)


async def count(db: Database, table: str) -> int:
    async with db.read() as tx:
        return int(await tx.fetchval(f"SELECT count(*) FROM catalog.{table}"))


async def test_the_tree_is_public_and_has_an_etag(client: httpx.AsyncClient, db: Database) -> None:
    async with db.write() as tx:
        root = await make_category(tx, "Одежда")
        leaf = await make_category(tx, "Платья", parent_id=root)
    answer = await client.get("/api/v1/categories")
    items = answer.json()["items"]
    places = {item["id"]: (place, item["depth"]) for place, item in enumerate(items)}
    assert places[str(leaf)] == (places[str(root)][0] + 1, 1)
    assert items[-1]["slug"] == "other"
    again = await client.get("/api/v1/categories", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


async def test_only_admins_add_categories(client: httpx.AsyncClient, runtime: Runtime, db: Database) -> None:
    boss, buyer = await user(runtime, "admin"), await user(runtime)
    url = "/api/v1/admin/categories"
    slug = f"hats-{new_id().hex[-8:]}"
    before = await count(db, "category")
    body = {"slug": slug, "name": "Калпаки"}
    assert (await client.post(url, json=body)).status_code == 401
    assert (await client.post(url, json=body, headers=buyer)).status_code == 403
    for bad in ({"slug": "Калпак", "name": "К"}, {"slug": slug, "name": " "}, {**body, "parent_id": str(new_id())}):
        assert (await client.post(url, json=bad, headers=boss)).status_code == 422
    assert await count(db, "category") == before
    answer = await client.post(url, json=body, headers=boss)
    assert (answer.status_code, answer.json()["name"]) == (201, "Калпаки")
    answer = await client.post(url, json=body, headers=boss)
    assert (answer.status_code, answer.json()["code"]) == (409, "SLUG_TAKEN")
    assert await count(db, "category") == before + 1


async def test_rates_are_set_by_admins_and_kept(
    client: httpx.AsyncClient, runtime: Runtime, db: Database, clock: ManualClock
) -> None:
    boss, buyer = await user(runtime, "admin"), await user(runtime)
    url = "/api/v1/admin/exchange-rates/USD"
    assert (await client.put(url, json={"rate": "87.45"}, headers=buyer)).status_code == 403
    for rate in ("0", "-1", "NaN", "1e30", "1.123456789", "много"):
        assert (await client.put(url, json={"rate": rate}, headers=boss)).status_code == 422, rate
    assert (await client.put("/api/v1/admin/exchange-rates/KGS", json={"rate": "1"}, headers=boss)).status_code == 422
    assert (await client.put("/api/v1/admin/exchange-rates/usd", json={"rate": "1"}, headers=boss)).status_code == 422
    assert await count(db, "exchange_rate") == 0
    assert (await client.put(url, json={"rate": "87.45"}, headers=boss)).json()["rate"] == "87.45"
    clock.advance(minutes=5)
    assert (await client.put(url, json={"rate": 90}, headers=boss)).status_code == 200
    rates = (await client.get("/api/v1/exchange-rates")).json()["items"]
    assert [(r["currency"], r["rate"]) for r in rates] == [("USD", "90")]
    assert await count(db, "exchange_rate") == 2


async def test_price_history_is_for_the_shops_staff(
    client: httpx.AsyncClient, runtime: Runtime, db: Database
) -> None:
    async with db.write() as tx:
        owner = await make_user(tx)
        shop_id = await make_shop(tx, await make_merchant(tx, owner_id=owner.id))
        variant_id = (await make_product(tx, shop_id, price=100_00)).variant_ids[0]
        await set_prices(tx, [PriceChange(variant_id, 120_00, "pos", "receipt 7")])
    url = f"/api/v1/variants/{variant_id}/price-history"
    assert (await client.get(url)).status_code == 401
    assert (await client.get(url, headers=await user(runtime))).status_code == 404
    answer = await client.get(url, headers=await bearer(runtime, owner))
    (point,) = answer.json()["items"]
    assert (point["old_price"]["amount"], point["new_price"]["amount"], point["source"]) == (100_00, 120_00, "pos")
    missing = await client.get(f"/api/v1/variants/{new_id()}/price-history", headers=await bearer(runtime, owner))
    assert missing.status_code == 404
