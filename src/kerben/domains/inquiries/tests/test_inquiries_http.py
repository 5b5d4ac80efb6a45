"""Call-back requests over HTTP on a real database."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.catalog.api import ProductPatch, VariantPatch, update_product, update_variant
from kerben.domains.identity.api import Channel
from kerben.domains.identity.repository.users import mark_verified
from kerben.domains.identity.tests.make import bearer, make_user, new_phone
from kerben.domains.inquiries import repository, service
from kerben.domains.inquiries.limits import BURST, AskLimiter
from kerben.domains.inquiries.live import TOPIC
from kerben.domains.inquiries.model import AvailabilityOutcome, AvailabilityStatus
from kerben.domains.inquiries.module import MODULE
from kerben.domains.inquiries.tests.make import Headers, Stall, make_request, make_stall
from kerben.domains.merchants.api import shops_by_ids
from kerben.domains.merchants.model import ShopAccess
from kerben.platform.access import Connection
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.errors import DomainError
from kerben.platform.runtime import Runtime


@pytest.fixture
async def client(http_client: Any) -> httpx.AsyncClient:
    return await http_client(MODULE)


@pytest.fixture
async def stall(runtime: Runtime) -> Stall:
    return await make_stall(runtime)


def body(**given: Any) -> dict[str, Any]:
    return {"name": "Айгуль", "phone": "+996555010203", "comment": "Есть размер 44?"} | given


async def ask(
    client: httpx.AsyncClient, product_id: UUID, headers: Headers | None = None, **given: Any
) -> httpx.Response:
    return await client.post(
        f"/api/v1/products/{product_id}/availability-requests",
        json=body(**{k: str(v) if isinstance(v, UUID) else v for k, v in given.items()}),
        headers=headers,
    )


async def answer(
    client: httpx.AsyncClient, request_id: object, headers: Headers | None, **given: Any
) -> httpx.Response:
    return await client.post(
        f"/api/v1/availability-requests/{request_id}/answer",
        json={"outcome": "in_stock"} | given,
        headers=headers,
    )


async def listed(client: httpx.AsyncClient, stall: Stall, **query: Any) -> list[dict[str, Any]]:
    found = await client.get(
        f"/api/v1/shops/{stall.shop_id}/availability-requests", params=query, headers=stall.owner
    )
    assert found.status_code == 200, found.text
    return found.json()["items"]


async def rows(db: Database, stall: Stall) -> list[tuple[Any, ...]]:
    async with db.read() as tx:
        found = await tx.fetch(
            "SELECT * FROM inquiries.availability_request WHERE shop_id = $1 ORDER BY id", stall.shop_id
        )
    return [tuple(row) for row in found]


async def events(db: Database, stall: Stall) -> list[tuple[str, str]]:
    """Names and texts of what was published about a shop's requests."""
    async with db.read() as tx:
        found = await tx.fetch(
            "SELECT name, payload::text AS data FROM platform.outbox"
            " WHERE name LIKE 'inquiries.%' AND payload->>'shop_id' = $1 ORDER BY id",
            str(stall.shop_id),
        )
    return [(row["name"], row["data"]) for row in found]


async def audited(db: Database, request_id: str) -> list[Any]:
    async with db.read() as tx:
        return await tx.fetch("SELECT * FROM audit.entry WHERE entity_id = $1", request_id)


async def test_a_buyer_asks_and_the_shop_answers(
    client: httpx.AsyncClient, stall: Stall, db: Database, clock: ManualClock
) -> None:
    asked = await ask(client, stall.product_id, variant_id=stall.variant_ids[1], phone="0555 01-02-03")
    assert asked.status_code == 201, asked.text
    assert asked.json() == {"id": asked.json()["id"], "status": "open", "created_at": "2026-11-20T06:00:00Z"}
    (item,) = await listed(client, stall)
    assert item == {
        "id": asked.json()["id"], "product_id": str(stall.product_id), "product_name": "Платье льняное",
        "variant_id": str(stall.variant_ids[1]), "attributes": {"size": "44"}, "name": "Айгуль",
        "phone": "+996555010203", "comment": "Есть размер 44?", "status": "open", "outcome": None, "note": None,
        "created_at": "2026-11-20T06:00:00Z", "answered_at": None, "answered_by": None,
    }  # fmt: skip
    clock.advance(minutes=5)
    done = await answer(client, item["id"], stall.owner, note=" Отложили до вечера ")
    assert done.status_code == 200, done.text
    assert done.json() == item | {
        "status": "answered", "outcome": "in_stock", "note": "Отложили до вечера",
        "answered_at": "2026-11-20T06:05:00Z", "answered_by": str(stall.owner_id),
    }  # fmt: skip
    assert await listed(client, stall) == []
    assert await listed(client, stall, status="answered") == [done.json()]
    told = await events(db, stall)
    assert [name for name, _ in told] == [
        "inquiries.availability_asked.v1", "inquiries.availability_answered.v1",
    ]  # fmt: skip
    for private in ("Айгуль", "996555010203", "размер", "Отложили"):
        assert private not in "".join(data for _, data in told)
    (entry,) = await audited(db, item["id"])
    assert (entry["actor_id"], entry["action"]) == (stall.owner_id, "availability_request.answer")
    assert "996555010203" not in str(tuple(entry))


async def test_asking_again_finds_the_open_request_and_leaks_nothing(
    client: httpx.AsyncClient, stall: Stall, db: Database
) -> None:
    first = await ask(client, stall.product_id)
    before = await rows(db, stall)
    again = await ask(client, stall.product_id, name="Чужой", phone="+996 (555) 010-203", comment=None)
    assert (again.status_code, again.json()) == (200, first.json())
    assert set(again.json()) == {"id", "status", "created_at"}
    assert await rows(db, stall) == before
    assert len(await events(db, stall)) == 1
    other_phone = await ask(client, stall.product_id, phone=new_phone())
    assert other_phone.status_code == 201
    assert (await answer(client, first.json()["id"], stall.cashier, outcome="not_reached")).status_code == 200
    anew = await ask(client, stall.product_id)
    assert anew.status_code == 201
    assert anew.json()["id"] != first.json()["id"]


async def test_signed_in_buyers_ask_too(client: httpx.AsyncClient, stall: Stall, runtime: Runtime) -> None:
    async with runtime.db.write() as tx:
        buyer = await make_user(tx)
    assert (await ask(client, stall.product_id, await bearer(runtime, buyer))).status_code == 201


async def test_two_at_once_make_one_request(client: httpx.AsyncClient, stall: Stall, db: Database) -> None:
    answers = await asyncio.gather(*(ask(client, stall.product_id, name=name) for name in ("Айгуль", "Бакыт")))
    assert sorted(a.status_code for a in answers) == [200, 201]
    assert answers[0].json() == answers[1].json()
    assert len(await rows(db, stall)) == 1
    assert len(await events(db, stall)) == 1


async def test_who_asks_meanwhile_waits_for_the_first(client: httpx.AsyncClient, stall: Stall, db: Database) -> None:
    async with db.write() as tx:
        first = await make_request(tx, stall.product_id, phone="+996555010203")
        late = asyncio.create_task(ask(client, stall.product_id, name="Бакыт"))
        await until_somebody_waits(db)
    second = await late
    assert (second.status_code, second.json()["id"]) == (200, str(first.id))
    (row,) = await rows(db, stall)
    assert "Бакыт" not in row


async def test_who_asks_while_it_is_answered_opens_another(
    client: httpx.AsyncClient, stall: Stall, db: Database
) -> None:
    async with db.write() as tx:
        first = await make_request(tx, stall.product_id, phone="+996555010203")
    async with db.write() as tx:
        await service.answer(tx, access(stall), first.id, AvailabilityOutcome.OUT_OF_STOCK, None, "127.0.0.1")
        late = asyncio.create_task(ask(client, stall.product_id))
        await until_somebody_waits(db)
    second = await late
    assert second.status_code == 201
    assert {row[0] for row in await rows(db, stall)} == {first.id, UUID(second.json()["id"])}


async def test_of_two_answers_at_once_one_counts(client: httpx.AsyncClient, stall: Stall, db: Database) -> None:
    request_id = (await ask(client, stall.product_id)).json()["id"]
    answers = await asyncio.gather(
        answer(client, request_id, stall.owner, outcome="in_stock"),
        answer(client, request_id, stall.cashier, outcome="out_of_stock"),
    )
    won, lost = sorted(answers, key=lambda a: a.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (200, 409, "REQUEST_ANSWERED")
    assert await listed(client, stall, status="answered") == [won.json()]
    assert len(await audited(db, request_id)) == 1
    assert len(await events(db, stall)) == 2


async def test_an_answer_stays(client: httpx.AsyncClient, stall: Stall, db: Database) -> None:
    request_id = (await ask(client, stall.product_id)).json()["id"]
    await answer(client, request_id, stall.owner)
    before = await rows(db, stall)
    for outcome in ("out_of_stock", "in_stock"):
        refused = await answer(client, request_id, stall.owner, outcome=outcome, note="Передумали")
        assert (refused.status_code, refused.json()["code"]) == (409, "REQUEST_ANSWERED")
    assert await rows(db, stall) == before
    assert len(await audited(db, request_id)) == 1
    assert len(await events(db, stall)) == 2


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": "  "}, "/name"),
    "a long name": ({"name": "я" * 81}, "/name"),
    "a wrong phone": ({"phone": "112"}, "/phone"),
    "a long comment": ({"comment": "я" * 501}, "/comment"),
    "no text": ({"name": 7}, "/name"),
    "no id": ({"variant_id": "сорок"}, "/variant_id"),
    "an unknown variant": ({"variant_id": uuid.UUID(int=1)}, "/variant_id"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_faulty_question_changes_nothing(
    client: httpx.AsyncClient, stall: Stall, db: Database, case: str
) -> None:
    given, pointer = REFUSED[case]
    refused = await ask(client, stall.product_id, **given)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await rows(db, stall) == []
    assert await events(db, stall) == []


async def test_variants_of_others_and_withdrawn_ones_are_refused(
    client: httpx.AsyncClient, stall: Stall, runtime: Runtime
) -> None:
    other = await make_stall(runtime)
    first = stall.variant_ids[0]
    async with runtime.db.write() as tx:
        await update_variant(tx, first, VariantPatch(is_active=False))
    for variant_id in (other.variant_ids[0], first):
        refused = await ask(client, stall.product_id, variant_id=variant_id)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "UNKNOWN_VARIANT")
    assert await rows(runtime.db, stall) == []
    assert (await ask(client, stall.product_id, variant_id=stall.variant_ids[1])).status_code == 201


async def test_goods_that_are_not_on_sale_cannot_be_asked_for(
    client: httpx.AsyncClient, stall: Stall, runtime: Runtime
) -> None:
    async with runtime.db.write() as tx:
        await update_product(tx, stall.product_id, ProductPatch(is_active=False))
    for product_id in (stall.product_id, uuid.uuid4()):
        assert (await ask(client, product_id)).status_code == 404
    assert await rows(runtime.db, stall) == []
    assert await events(runtime.db, stall) == []


async def test_what_was_asked_of_withdrawn_goods_is_still_shown(
    client: httpx.AsyncClient, stall: Stall, runtime: Runtime
) -> None:
    await ask(client, stall.product_id, variant_id=stall.variant_ids[0])
    async with runtime.db.write() as tx:
        await update_product(tx, stall.product_id, ProductPatch(is_active=False))
    (item,) = await listed(client, stall)
    assert (item["product_name"], item["attributes"]) == ("Платье льняное", {"size": "42"})


async def test_pages_are_newest_first(client: httpx.AsyncClient, stall: Stall, db: Database) -> None:
    async with db.write() as tx:
        made = [await make_request(tx, stall.product_id) for _ in range(5)]
        await service.answer(tx, access(stall), made[2].id, AvailabilityOutcome.IN_STOCK, None, "127.0.0.1")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await client.get(
            f"/api/v1/shops/{stall.shop_id}/availability-requests",
            params={"limit": 2, "cursor": cursor},
            headers=stall.cashier,
        )
        seen += [item["id"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert seen == [str(made[n].id) for n in (4, 3, 1, 0)]
    for query in ({"cursor": "чужой"}, {"limit": 0}, {"status": "lost"}):
        bad = await client.get(
            f"/api/v1/shops/{stall.shop_id}/availability-requests", params=query, headers=stall.owner
        )
        assert bad.status_code in {400, 422}, query


async def test_other_peoples_requests_do_not_exist(client: httpx.AsyncClient, stall: Stall, runtime: Runtime) -> None:
    request_id = (await ask(client, stall.product_id)).json()["id"]
    other = await make_stall(runtime)
    async with runtime.db.write() as tx:
        stranger, admin = await make_user(tx), await make_user(tx)
    url = f"/api/v1/shops/{stall.shop_id}/availability-requests"
    before = await rows(runtime.db, stall)
    for headers in (other.owner, await bearer(runtime, stranger)):
        assert (await client.get(url, headers=headers)).status_code == 404
        assert (await answer(client, request_id, headers)).status_code == 404
    assert (await client.get(url)).status_code == 401
    assert (await answer(client, request_id, None)).status_code == 401
    assert (await answer(client, uuid.uuid4(), stall.owner)).status_code == 404
    assert await rows(runtime.db, stall) == before
    assert await audited(runtime.db, request_id) == []
    as_admin = await bearer(runtime, admin, ["admin"])
    assert len((await client.get(url, headers=as_admin)).json()["items"]) == 1
    assert (await answer(client, request_id, as_admin)).json()["answered_by"] == str(admin.id)


async def test_a_faulty_answer_changes_nothing(client: httpx.AsyncClient, stall: Stall, db: Database) -> None:
    request_id = (await ask(client, stall.product_id)).json()["id"]
    before = await rows(db, stall)
    for given, pointer in (({"outcome": "perhaps"}, "/outcome"), ({"note": "я" * 501}, "/note")):
        refused = await answer(client, request_id, stall.owner, **given)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await rows(db, stall) == before
    assert await audited(db, request_id) == []


async def test_the_repository_reaches_no_foreign_request(stall: Stall, runtime: Runtime) -> None:
    other = await make_stall(runtime)
    async with runtime.db.write() as tx:
        made = await make_request(tx, stall.product_id)
        sources = [AvailabilityStatus.OPEN]
        found = await repository.answer(tx, access(other), made.id, AvailabilityOutcome.IN_STOCK, None, sources)
        assert found is None
        assert await repository.of_shop(tx, access(other), AvailabilityStatus.OPEN, None, 10) == []
        assert [r.id for r in await repository.of_shop(tx, access(stall), AvailabilityStatus.OPEN, None, 10)] == [
            made.id
        ]


async def test_whoever_asked_sees_the_answer_but_not_the_staffs_note(
    client: httpx.AsyncClient, runtime: Runtime, stall: Stall
) -> None:
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        await tx.execute("UPDATE identity.users SET phone_verified_at = NULL WHERE id = $1", user.id)
        shop = (await shops_by_ids(tx, [stall.shop_id]))[stall.shop_id]
    buyer = await bearer(runtime, user)

    async def own(**query: Any) -> dict[str, Any]:
        found = await client.get("/api/v1/me/availability-requests", params=query, headers=buyer)
        assert found.status_code == 200, found.text
        return found.json()

    first = (await ask(client, stall.product_id, phone=user.phone, variant_id=stall.variant_ids[1])).json()
    await ask(client, stall.product_id)
    # Anybody may ask under any phone, so it has to be proven first.
    assert await own() == {"items": [], "next_cursor": None}
    async with runtime.db.write() as tx:
        await mark_verified(tx, user.id, Channel.SMS)
    assert await own() == {
        "items": [
            {
                "id": first["id"], "product_id": str(stall.product_id), "product_name": "Платье льняное",
                "variant_id": str(stall.variant_ids[1]), "attributes": {"size": "44"},
                "shop_id": str(stall.shop_id), "shop_name": shop.name, "shop_phone": shop.phone,
                "comment": "Есть размер 44?", "status": "open", "outcome": None, "created_at": first["created_at"],
                "answered_at": None,
            }
        ],
        "next_cursor": None,
    }  # fmt: skip
    await answer(client, first["id"], stall.owner, outcome="out_of_stock", note="Ворчал")
    second = (await ask(client, stall.product_id, phone=user.phone)).json()
    newest = await own(limit=1)
    older = await own(limit=1, cursor=newest["next_cursor"])
    assert [r["id"] for r in newest["items"] + older["items"]] == [second["id"], first["id"]]
    assert (older["items"][0]["status"], older["items"][0]["outcome"]) == ("answered", "out_of_stock")
    assert "note" not in older["items"][0]
    assert older["next_cursor"] is None
    assert (await client.get("/api/v1/me/availability-requests")).status_code == 401


async def test_asking_is_limited_by_address(runtime: Runtime, stall: Stall, http_client: Any) -> None:
    runtime.settings = msgspec.structs.replace(runtime.settings, rate_limits=True)
    client = await http_client(MODULE)
    limiter = AskLimiter(runtime)
    runtime._parts[AskLimiter] = limiter  # pyright: ignore[reportPrivateUsage]
    for _ in range(BURST):
        limiter.take("127.0.0.1")
    refused = await ask(client, stall.product_id)
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert int(refused.headers["Retry-After"]) >= 1
    assert await rows(runtime.db, stall) == []


class Socket:
    """A socket on which nobody is signed in."""

    scope: dict[str, Any] = {"state": {}}


async def test_only_staff_may_listen(runtime: Runtime, stall: Stall) -> None:
    other = await make_stall(runtime)

    async def may(identifier: object, headers: Headers | None) -> bool:
        credentials = {"token": headers["Authorization"].removeprefix("Bearer ")} if headers else {}
        try:
            return await TOPIC.allowed(runtime, cast("Connection", Socket()), str(identifier), credentials)
        except DomainError:
            return False

    assert TOPIC.prefix == "shop-requests"
    assert await may(stall.shop_id, stall.owner)
    assert await may(stall.shop_id, stall.cashier)
    assert not await may(stall.shop_id, other.owner)
    assert not await may(stall.shop_id, None)
    assert not await may(stall.shop_id, {"Authorization": "Bearer forged"})
    assert not await may("not-an-id", stall.owner)


def access(stall: Stall) -> ShopAccess:
    return ShopAccess(stall.shop_id, stall.merchant_id, "owner", stall.owner_id)


async def until_somebody_waits(db: Database) -> None:
    for _ in range(500):
        async with db.read() as tx:
            if await tx.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ):
                return
    raise AssertionError("nobody waits")
