"""Uploaded pictures of products, over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.audit.api import AuditFilter, list_entries
from kerben.domains.catalog.api import products_by_ids
from kerben.domains.catalog.tests.make import make_product
from kerben.domains.identity.api import users_by_ids
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.media.jobs import sweep_uploads
from kerben.domains.media.module import MODULE as MEDIA
from kerben.domains.media.tests.make import encoded, upload
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.entrypoints.http.media import MediaController
from kerben.flows.goods.module import MODULE
from kerben.platform import invariants
from kerben.platform.clock import ManualClock
from kerben.platform.ids import new_id
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

Headers = dict[str, str]
SERVING = Module(name="goods_pictures_serving", controllers=[MediaController])


class Stage(msgspec.Struct):
    """A shop with a product, its owner signed in."""

    client: httpx.AsyncClient
    merchant_id: UUID
    shop_id: UUID
    product_id: UUID
    owner: Headers
    runtime: Runtime

    async def upload(self, who: Headers | None = None, kind: str = "JPEG") -> str:
        """A new upload's id."""
        answer = await upload(self.client, who or self.owner, encoded(kind, 500, 400))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def put(
        self, media_ids: Any, who: Headers | None = None, match: str | None = None, product_id: UUID | None = None
    ) -> httpx.Response:
        """Set the product's pictures."""
        headers = dict(self.owner if who is None else who)
        if match is not None:
            headers["If-Match"] = match
        path = f"/api/v1/products/{product_id or self.product_id}/pictures"
        return await self.client.put(path, json={"media_ids": media_ids}, headers=headers)

    async def state(self) -> tuple[Any, ...]:
        """All that a refused change must not touch."""
        async with self.runtime.db.read() as tx:
            product = (await products_by_ids(tx, [self.product_id]))[self.product_id]
            row = await tx.fetchrow(
                "SELECT (SELECT count(*) FROM media.attachment) AS attached,"
                " (SELECT count(*) FROM audit.entry) AS deeds,"
                " (SELECT count(*) FROM platform.outbox WHERE name LIKE 'catalog.%') AS events"
            )
        assert row is not None
        return product.version, product.picture, product.pictures, *row.values()


async def staff(runtime: Runtime, merchant_id: UUID, role: StaffRole) -> Headers:
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        await add_staff(tx, [StaffMember(merchant_id, user.id, role)])
    return await bearer(runtime, user)


@pytest.fixture
async def stage(runtime: Runtime, http_client: MakeClient) -> Stage:
    client = await http_client(IDENTITY, MEDIA, MODULE, SERVING)
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=user.id)
        shop_id = await make_shop(tx, merchant_id)
        product = await make_product(tx, shop_id)
    return Stage(client, merchant_id, shop_id, product.id, await bearer(runtime, user), runtime)


async def test_pictures_are_set_in_order_and_the_first_is_the_main_one(stage: Stage) -> None:
    first, second, third = [await stage.upload() for _ in range(3)]
    answer = await stage.put([second, first])
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [p["media_id"] for p in body["pictures"]] == [second, first]
    main = body["pictures"][0]
    assert body["picture"] == main["url"]
    assert (main["width"], main["height"]) == (500, 400)
    assert [(t["width"], t["height"]) for t in main["thumbnails"]] == [(160, 128), (480, 384)]
    for url in (main["url"], *(t["url"] for t in main["thumbnails"])):
        assert (await stage.client.get(url)).status_code == 200
    assert answer.headers["etag"] == body["etag"]
    shown = await stage.client.get(f"/api/v1/shops/{stage.shop_id}/products/{stage.product_id}", headers=stage.owner)
    assert shown.json()["pictures"] == body["pictures"]
    replaced = (await stage.put([third, second], match=body["etag"])).json()
    assert [p["media_id"] for p in replaced["pictures"]] == [third, second]
    async with stage.runtime.db.read() as tx:
        filtered = AuditFilter(entity="product", entity_id=str(stage.product_id), action="product.pictures")
        newest, oldest = (await list_entries(tx, filtered, None, 10)).items
        events = await tx.fetchval(
            "SELECT count(*) FROM platform.outbox WHERE key = $1 AND name = 'catalog.product_changed.v1'",
            str(stage.product_id),
        )
    assert (oldest.before, newest.before) == (
        {"pictures": [], "picture": None},
        {"pictures": [second, first], "picture": main["url"]},
    )
    assert newest.after == {"pictures": [third, second], "picture": replaced["picture"]}
    assert events == 2


async def test_the_same_list_again_changes_nothing(stage: Stage) -> None:
    media_id = await stage.upload()
    first = await stage.put([media_id])
    before = await stage.state()
    again = await stage.put([media_id])
    assert (again.status_code, again.json()) == (200, first.json())
    assert await stage.state() == before


async def test_no_pictures_leave_none(stage: Stage) -> None:
    await stage.put([await stage.upload()])
    body = (await stage.put([])).json()
    assert (body["picture"], body["pictures"]) == (None, [])
    async with stage.runtime.db.read() as tx:
        held = "SELECT count(*) FROM media.attachment WHERE holder_id = $1"
        assert await tx.fetchval(held, stage.product_id) == 0
        assert await invariants.broken(tx, [MEDIA]) == {}


async def test_bad_lists_are_refused_with_pointers_and_change_nothing(stage: Stage) -> None:
    mine, strange = await stage.upload(), str(new_id())
    await stage.put([mine])
    before = await stage.state()
    for given, code, pointer in (
        ([mine, strange], "UNKNOWN_MEDIA", "/media_ids/1"),
        ([mine, mine], "DUPLICATE", "/media_ids/1"),
        ([str(new_id()) for _ in range(11)], "TOO_LONG", "/media_ids"),
        (["x"], "INVALID_VALUE", "/media_ids/0"),
        ("x", "INVALID_VALUE", "/media_ids"),
        (None, "INVALID_VALUE", "/media_ids"),
    ):
        answer = await stage.put(given)
        assert answer.status_code == 422, (given, answer.text)
        fault = answer.json()["errors"][0]
        assert (fault["code"], fault["pointer"].replace("/...", "/0")) == (code, pointer)
        assert await stage.state() == before


async def test_ten_pictures_are_taken(stage: Stage) -> None:
    content = encoded("PNG", 120, 120)
    ids = [(await upload(stage.client, stage.owner, content)).json()["id"] for _ in range(10)]
    body = (await stage.put(ids)).json()
    assert [p["media_id"] for p in body["pictures"]] == ids
    assert len({p["url"] for p in body["pictures"]}) == 1


async def test_an_old_version_is_refused(stage: Stage) -> None:
    body = (await stage.put([await stage.upload()])).json()
    other = await stage.upload()
    assert (await stage.put([other], match=body["etag"])).status_code == 200
    before = await stage.state()
    assert (await stage.put([], match=body["etag"])).status_code == 412
    assert (await stage.put([], match="nonsense")).status_code == 412
    assert await stage.state() == before


async def test_who_may_set_pictures(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        somebody = await make_user(tx)
    stranger = await bearer(stage.runtime, somebody)
    before = await stage.state()
    assert (await stage.put([], who={})).status_code == 401
    assert (await stage.put([await stage.upload(stranger)], who=stranger)).status_code == 404
    assert (await stage.put([], product_id=new_id())).status_code == 404
    for role in (StaffRole.CASHIER, StaffRole.ACCOUNTANT):
        person = await staff(stage.runtime, stage.merchant_id, role)
        assert (await stage.put([await stage.upload(person)], who=person)).status_code == 403
    assert await stage.state() == before
    for role in (StaffRole.MANAGER, StaffRole.STOREKEEPER):
        person = await staff(stage.runtime, stage.merchant_id, role)
        assert (await stage.put([await stage.upload(person)], who=person)).status_code == 200


async def test_uploads_of_others_are_unknown_until_a_product_of_the_seller_shows_them(stage: Stage) -> None:
    colleague = await staff(stage.runtime, stage.merchant_id, StaffRole.STOREKEEPER)
    theirs = await stage.upload(colleague)
    before = await stage.state()
    refused = await stage.put([theirs])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/media_ids/0")
    assert await stage.state() == before
    assert (await stage.put([theirs], who=colleague)).status_code == 200
    # Now it is the shop's: its owner may reorder it and show it with another product.
    mine = await stage.upload()
    assert (await stage.put([mine, theirs])).status_code == 200
    async with stage.runtime.db.write() as tx:
        other = await make_product(tx, stage.shop_id)
    assert (await stage.put([theirs], product_id=other.id)).status_code == 200
    # Another seller's staff may not, though it is shown publicly.
    async with stage.runtime.db.write() as tx:
        user = await make_user(tx)
        foreign_shop = await make_shop(tx, await make_merchant(tx, owner_id=user.id))
        foreign = await make_product(tx, foreign_shop)
    rival = await bearer(stage.runtime, user)
    before = await stage.state()
    for media_id in (mine, theirs):
        assert (await stage.put([media_id], who=rival, product_id=foreign.id)).status_code == 422
    assert await stage.state() == before


async def test_what_a_product_shows_is_never_swept_or_deleted(stage: Stage, clock: ManualClock) -> None:
    kept, dropped = await stage.upload(), await stage.upload()
    urls = [p["url"] for p in (await stage.put([kept, dropped])).json()["pictures"]]
    clock.advance(minutes=10)
    refused = await stage.client.delete(f"/api/v1/media/{kept}", headers=stage.owner)
    assert (refused.status_code, refused.json()["code"]) == (409, "MEDIA_ATTACHED")
    assert (await stage.put([kept])).status_code == 200
    clock.advance(days=2)
    await sweep_uploads(stage.runtime)
    assert [(await stage.client.get(url)).status_code for url in urls] == [200, 404]


async def test_an_address_takes_the_place_of_uploads(stage: Stage, clock: ManualClock) -> None:
    url = (await stage.put([await stage.upload()])).json()["picture"]
    path = f"/api/v1/products/{stage.product_id}"
    same = await stage.client.patch(path, json={"picture": url, "name": "Платье"}, headers=stage.owner)
    assert len(same.json()["pictures"]) == 1
    changed = await stage.client.patch(path, json={"picture": "https://a.kg/b.jpg"}, headers=stage.owner)
    assert (changed.json()["picture"], changed.json()["pictures"]) == ("https://a.kg/b.jpg", [])
    before = await stage.state()
    refused = await stage.client.patch(path, json={"picture": url}, headers=stage.owner)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "USE_PICTURES")
    assert await stage.state() == before
    clock.advance(days=2)
    await sweep_uploads(stage.runtime)
    assert (await stage.client.get(url)).status_code == 404


async def test_lists_set_at_once_leave_one_of_them_whole(stage: Stage) -> None:
    ids = [await stage.upload() for _ in range(4)]
    for _ in range(5):
        lists = [ids[:2], ids[2:], list(reversed(ids)), [], ids[1:3], ids]
        answers = await asyncio.gather(*(stage.put(given) for given in lists))
        assert {a.status_code for a in answers} == {200}
        async with stage.runtime.db.read() as tx:
            product = (await products_by_ids(tx, [stage.product_id]))[stage.product_id]
            held = await tx.fetch("SELECT media_id FROM media.attachment WHERE holder_id = $1", stage.product_id)
            assert await invariants.broken(tx, [MEDIA]) == {}
        shown = [str(p.media_id) for p in product.pictures]
        assert shown in lists
        assert {str(row["media_id"]) for row in held} == set(shown)
        assert product.picture == (product.pictures[0].url if shown else None)


async def test_attaching_against_sweeping_over_http(stage: Stage, clock: ManualClock) -> None:
    outcomes: set[int] = set()
    root = Path(stage.runtime.settings.data_dir) / "uploads"
    for n in range(20):
        media_id = await stage.upload()
        clock.advance(hours=25)
        async with stage.runtime.db.write() as tx:  # the access token has run out meanwhile
            user_id = await tx.fetchval("SELECT owner_id FROM media.upload WHERE id = $1", UUID(media_id))
            person = (await users_by_ids(tx, [user_id]))[user_id]
        owner = await bearer(stage.runtime, person)
        first, second = stage.put([media_id], who=owner), sweep_uploads(stage.runtime)
        answer = (await asyncio.gather(first, second))[0] if n % 2 else (await asyncio.gather(second, first))[1]
        outcomes.add(answer.status_code)
        if answer.status_code == 200:
            url = answer.json()["picture"]
            assert (await stage.client.get(url)).status_code == 200
        else:
            assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_MEDIA")
        stage.owner = owner
        await stage.put([])
    assert outcomes <= {200, 422}
    clock.advance(days=2)
    await sweep_uploads(stage.runtime)
    assert [path for path in root.rglob("*") if path.is_file()] == []
