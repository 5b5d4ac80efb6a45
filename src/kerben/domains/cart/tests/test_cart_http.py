"""Carts over HTTP on a real database."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.cart import service
from kerben.domains.cart.limits import BURST, CartLimits
from kerben.domains.cart.model import Owner, Wanted
from kerben.domains.cart.module import MODULE
from kerben.domains.cart.reactions import on_order_placed
from kerben.domains.catalog.api import PriceChange, set_prices
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.orders.events import OrderPlaced
from kerben.domains.orders.service import place
from kerben.domains.orders.tests.make import line, new_order
from kerben.domains.pos.model import Heartbeat
from kerben.domains.pos.service.heartbeats import beat
from kerben.domains.pos.tests.make import Counter, make_counter, make_goods
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.errors import DomainError
from kerben.platform.events import Envelope
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash
from kerben.platform.settings import Settings


@pytest.fixture
async def client(http_client: Any) -> httpx.AsyncClient:
    return await http_client(MODULE)


@pytest.fixture
async def counter(runtime: Runtime) -> Counter:
    return await alive(runtime)


async def alive(runtime: Runtime) -> Counter:
    made = await make_counter(runtime)
    async with runtime.db.write() as tx:
        await beat(tx, [Heartbeat(made.device.device_id, made.shop_id, "active", None, ())], 600)
    return made


async def put(
    client: httpx.AsyncClient, variant_id: UUID, qty: float, headers: dict[str, str] | None = None
) -> httpx.Response:
    return await client.put(f"/api/v1/cart/items/{variant_id}", json={"qty": qty}, headers=headers)


async def signed_in(runtime: Runtime) -> tuple[UUID, dict[str, str]]:
    async with runtime.db.write() as tx:
        user = await make_user(tx)
    return user.id, await bearer(runtime, user)


def quantities(answer: httpx.Response) -> dict[str, float]:
    return {x["variant_id"]: x["qty"] for g in answer.json()["groups"] for x in g["lines"]}


async def test_a_guests_cart_lives_by_its_token(client: httpx.AsyncClient, counter: Counter) -> None:
    first, second = counter.goods
    made = await put(client, first.id, 2)
    assert made.status_code == 200, made.text
    token = made.headers["X-Cart-Token"]
    assert made.json()["token"] == token
    guest = {"X-Cart-Token": token}
    both = await put(client, second.id, 1, guest)
    cart = both.json()
    assert len(cart["groups"]) == 1
    assert cart["groups"][0]["shop_id"] == str(counter.shop_id)
    assert [x["amount"]["amount"] for x in cart["groups"][0]["lines"]] == [300_000, 150_000]
    assert cart["groups"][0]["total"]["amount"] == cart["total"]["amount"] == 450_000
    assert quantities(await put(client, first.id, 0, guest)) == {str(second.id): 1}
    gone = await client.delete(f"/api/v1/cart/items/{second.id}", headers=guest)
    assert gone.json()["groups"] == []
    assert (await client.get("/api/v1/cart")).json()["groups"] == []
    other = await client.get("/api/v1/cart", headers={"X-Cart-Token": "somebody-elses"})
    assert other.json()["groups"] == []


async def test_carts_are_grouped_by_shop(client: httpx.AsyncClient, counter: Counter, runtime: Runtime) -> None:
    other = await alive(runtime)
    _, headers = await signed_in(runtime)
    for goods in (counter.goods[0], other.goods[0], counter.goods[1]):
        answer = await put(client, goods.id, 1, headers)
    assert [(g["shop_id"], len(g["lines"])) for g in answer.json()["groups"]] == [
        (str(counter.shop_id), 2), (str(other.shop_id), 1),
    ]  # fmt: skip


async def test_a_guests_cart_is_merged_at_sign_in(
    client: httpx.AsyncClient, counter: Counter, runtime: Runtime, db: Database
) -> None:
    first, second = counter.goods
    _, headers = await signed_in(runtime)
    await put(client, first.id, 1, headers)
    guest = {"X-Cart-Token": (await put(client, first.id, 3)).headers["X-Cart-Token"]}
    await put(client, second.id, 2, guest)
    answers = await asyncio.gather(
        *(client.post("/api/v1/cart/merge", headers={**headers, **guest}) for _ in range(3)),
        client.get("/api/v1/cart", headers={**headers, **guest}),
    )
    assert {a.status_code for a in answers} == {200}
    assert quantities(await client.get("/api/v1/cart", headers=headers)) == {str(first.id): 3, str(second.id): 2}
    assert quantities(await client.get("/api/v1/cart", headers=guest)) == {}
    assert (await client.post("/api/v1/cart/merge", headers=headers)).status_code == 400
    assert (await client.post("/api/v1/cart/merge", headers=guest)).status_code == 401


async def test_lines_that_cannot_be_had_are_marked(
    client: httpx.AsyncClient, counter: Counter, db: Database, clock: ManualClock, runtime: Runtime
) -> None:
    first, second = counter.goods
    async with db.write() as tx:
        empty = await make_goods(tx, counter.shop_id, qty=0)
    guest = {"X-Cart-Token": (await put(client, first.id, 11)).headers["X-Cart-Token"]}
    await put(client, second.id, 1, guest)
    await put(client, empty.id, 1, guest)
    async with db.write() as tx:
        await set_prices(tx, [PriceChange(second.id, 160_000, "seller")])
    cart = (await client.get("/api/v1/cart", headers=guest)).json()
    lines = {x["variant_id"]: x for x in cart["groups"][0]["lines"]}
    assert (lines[str(first.id)]["trouble"], lines[str(first.id)]["stock_qty"]) == ("not_enough", 10)
    assert lines[str(empty.id)]["trouble"] == "out_of_stock"
    assert lines[str(second.id)]["available"]
    assert lines[str(second.id)]["price_was"]["amount"] == 150_000
    assert cart["total"]["amount"] == 160_000
    clock.advance(minutes=11)
    closed = (await client.get("/api/v1/cart", headers=guest)).json()
    assert {x["trouble"] for x in closed["groups"][0]["lines"]} == {"shop_closed"}
    assert closed["groups"][0]["buy_eligibility"] == "manual_contact"
    assert closed["total"]["amount"] == 0


@pytest.mark.parametrize("qty", [-1, 1.5, 1e15])
async def test_impossible_quantities_change_nothing(client: httpx.AsyncClient, counter: Counter, qty: float) -> None:
    goods = counter.goods[0]
    guest = {"X-Cart-Token": (await put(client, goods.id, 2)).headers["X-Cart-Token"]}
    answer = await put(client, goods.id, qty, guest)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/qty")
    assert quantities(await client.get("/api/v1/cart", headers=guest)) == {str(goods.id): 2}
    assert (await put(client, uuid.uuid4(), 1, guest)).status_code == 404


async def test_kilograms_have_three_decimals(client: httpx.AsyncClient, counter: Counter, db: Database) -> None:
    async with db.write() as tx:
        apples = await make_goods(tx, counter.shop_id, price=9_990, unit=Unit.KG)
    cart = (await put(client, apples.id, 1.255)).json()
    assert cart["total"]["amount"] == 12_537
    assert cart["groups"][0]["lines"][0]["qty"] == 1.255


async def test_what_was_ordered_leaves_the_cart(
    client: httpx.AsyncClient, counter: Counter, runtime: Runtime, db: Database, clock: ManualClock
) -> None:
    first, second = counter.goods
    user_id, headers = await signed_in(runtime)
    for goods in (first, second):
        await put(client, goods.id, 1, headers)
    async with db.write() as tx:
        made = new_order(tx, user_id=user_id, lines=[line(variant_id=first.id)])
        (placed,) = await place(tx, [made])
        event = OrderPlaced(
            made.id, placed.number, user_id, made.shop_id, made.merchant_id, "awaiting_payment", "card", "pickup",
            made.total, "KGS", made.reserved_until,
        )  # fmt: skip
        told = Envelope(1, new_id(), event, tx.now, None)
        await on_order_placed(tx, [told])
    assert quantities(await client.get("/api/v1/cart", headers=headers)) == {str(second.id): 1}
    # The order is heard of a moment later: what was put in meanwhile is wanted besides.
    clock.advance(seconds=1)
    await put(client, first.id, 2, headers)
    async with db.write() as tx:
        await on_order_placed(tx, [told])
    assert quantities(await client.get("/api/v1/cart", headers=headers)) == {str(first.id): 2, str(second.id): 1}


async def test_two_at_once_make_one_cart(counter: Counter, db: Database, settings: Settings) -> None:
    owner = Owner(new_id())

    async def add(variant_id: UUID) -> None:
        await db.transact(lambda tx: service.put(tx, settings, [Wanted(owner, variant_id, 1)]))

    await asyncio.gather(*(add(goods.id) for goods in counter.goods * 3))
    async with db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM cart.cart WHERE user_id = $1", owner.user_id) == 1
        assert await tx.fetchval(
            "SELECT count(*) FROM cart.item i JOIN cart.cart c ON c.id = i.cart_id WHERE c.user_id = $1",
            owner.user_id,
        ) == len(counter.goods)


async def test_a_cart_that_is_merged_away_meanwhile_begins_anew(
    client: httpx.AsyncClient, counter: Counter, db: Database, runtime: Runtime
) -> None:
    token = (await put(client, counter.goods[0].id, 1)).headers["X-Cart-Token"]
    guest = Owner(None, token_hash(token))
    user = Owner((await signed_in(runtime))[0])
    async with db.write() as tx:
        assert await service.merge(tx, guest, user)
        late = asyncio.create_task(put(client, counter.goods[1].id, 2, {"X-Cart-Token": token}))
        await until_somebody_waits(db)
    answer = await late
    assert answer.status_code == 200, answer.text
    assert [line["variant_id"] for group in answer.json()["groups"] for line in group["lines"]] == [
        str(counter.goods[1].id)
    ]


async def until_somebody_waits(db: Database) -> None:
    for _ in range(500):
        async with db.read() as tx:
            if await tx.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ):
                return
    raise AssertionError("nobody waits")


async def test_filling_carts_is_limited(runtime: Runtime, counter: Counter, http_client: Any) -> None:
    runtime.settings = msgspec.structs.replace(runtime.settings, rate_limits=True)
    client = await http_client(MODULE)
    for _ in range(BURST):
        runtime.part(CartLimits).take("127.0.0.1")
    answer = await put(client, counter.goods[0].id, 1)
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    assert int(answer.headers["Retry-After"]) >= 1
    async with runtime.db.read() as tx:
        assert not await tx.fetchval("SELECT count(*) FROM cart.item WHERE variant_id = $1", counter.goods[0].id)


async def test_many_carts_change_together_and_a_wrong_one_fails_alone(
    counter: Counter, db: Database, settings: Settings
) -> None:
    first, second = counter.goods
    owners = [Owner(new_id()), Owner(None, token_hash("a guest")), Owner(new_id()), Owner(new_id()), Owner(new_id())]
    wanted = [
        Wanted(owners[0], first.id, 2),
        Wanted(owners[1], second.id, 1),
        Wanted(owners[2], new_id(), 1),
        Wanted(owners[3], first.id, 0.5),
        Wanted(owners[4], first.id, 0),
    ]
    shown = await db.transact(lambda tx: service.put(tx, settings, wanted))
    assert [s.code if isinstance(s, DomainError) else s.items_count for s in shown] == [
        1,
        1,
        "NOT_FOUND",
        "INVALID_REQUEST",
        0,
    ]
    async with db.read() as tx:
        carts = await service.views(tx, settings, owners)
    assert [carts[owner].items_count for owner in owners] == [1, 1, 0, 0, 0]
    again = [Wanted(owners[0], first.id, 0), Wanted(owners[1], first.id, 3)]
    left = await db.transact(lambda tx: service.put(tx, settings, again))
    assert [s.items_count for s in left if not isinstance(s, DomainError)] == [0, 2]
