"""Tills over HTTP: who may speak, signs of life, eligibility, and those who look after tills."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.merchants.api import ShopAccess
from kerben.domains.pos import jobs
from kerben.domains.pos.errors import DeviceUnauthenticatedError
from kerben.domains.pos.events import DiscrepancyOpened, ShopStatusChanged
from kerben.domains.pos.model import DeviceSecrets, Heartbeat
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.service import devices, heartbeats
from kerben.domains.pos.service.eligibility import eligibility
from kerben.domains.pos.tests.make import Counter, call, make_counter, make_device, sign_headers
from kerben.platform import outbox
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.events import Event
from kerben.platform.http import encode_cursor
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
BEAT = "/api/v1/pos/heartbeat"


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


async def _position(db: Database) -> int:
    async with db.read() as tx:
        return await outbox.last_position(tx)


async def _events(db: Database, since: int, *kinds: type[Event]) -> list[Event]:
    async with db.read() as tx:
        page = await outbox.read_page(tx, outbox.Cursor(last=since), None)
    return [e.event for e in page.events if isinstance(e.event, kinds)]


async def _beat(
    client: httpx.AsyncClient, db: Database, device: DeviceSecrets, status: str = "active", **fields: Any
) -> httpx.Response:
    body = {"status": status, "timestamp": db.clock.now().isoformat(), **fields}
    return await call(client, db, device, BEAT, body)


async def _eligible(client: httpx.AsyncClient, counter: Counter) -> tuple[str, list[str]]:
    answer = (await client.get(f"/api/v1/merchants/{counter.merchant_id}/eligibility")).json()
    return answer["buy_eligibility"], answer["reasons"]


async def _devices(db: Database, shop: Counter) -> int:
    async with db.read() as tx:
        return await tx.fetchval("SELECT count(*) FROM pos.device WHERE shop_id = $1", shop.shop_id)


def _body(device: DeviceSecrets, clock: ManualClock) -> bytes:
    return msgspec.json.encode(
        {"device_id": str(device.device_id), "status": "active", "timestamp": clock.now().isoformat()}
    )


async def test_only_a_signed_request_of_a_known_till_is_heard(
    client: httpx.AsyncClient, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, goods=0)
    device, stranger = counter.device, DeviceSecrets(new_id(), "no-such-token", "secret")
    body = _body(device, clock)
    good = sign_headers(device, body, clock=clock)
    wrong = [
        {},
        {**good, "Authorization": device.token},
        sign_headers(stranger, body, clock=clock),
        sign_headers(DeviceSecrets(device.device_id, device.token, "other"), body, clock=clock),
        sign_headers(device, body + b" ", clock=clock),
        {k: v for k, v in good.items() if k != "X-Kerben-Signature"},
        {**good, "X-Kerben-Timestamp": "now"},
        {**good, "X-Kerben-Timestamp": str(int(good["X-Kerben-Timestamp"]) + 1)},
    ]
    for headers in wrong:
        answer = await client.post(BEAT, content=body, headers={"Content-Type": "application/json", **headers})
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])
    assert (await client.post(BEAT, content=body, headers=good)).status_code == 200
    assert await _eligible(client, counter) == ("online_purchase", [])


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (BEAT, b"{", 400, "MALFORMED_REQUEST"),
        (BEAT, b"", 400, "MALFORMED_REQUEST"),
        (BEAT, b"[]", 422, "INVALID_REQUEST"),
        (BEAT, b'{"device_id": 5, "status": "active", "timestamp": "2026-11-20T06:00:00Z"}', 422, "INVALID_REQUEST"),
        ("/api/v1/pos/sales", b'{"items": [{"qty": {}}]}', 422, "INVALID_REQUEST"),
        ("/api/v1/pos/sales", b'{"pad": "' + b"x" * 1_100_000 + b'"}', 413, "BODY_TOO_LARGE"),
        ("/api/v1/pos/sales/bulk", b'{"pad": "' + b"x" * 4_300_000 + b'"}', 413, "BODY_TOO_LARGE"),
        ("/api/v1/pos/catalog?since=yesterday", None, 422, "INVALID_REQUEST"),
        ("/api/v1/pos/catalog?cursor=nonsense", None, 422, "INVALID_REQUEST"),
    ],
)
async def test_bad_input_is_a_problem_document(
    client: httpx.AsyncClient,
    runtime: Runtime,
    clock: ManualClock,
    path: str,
    body: bytes | None,
    status: int,
    code: str,
) -> None:
    counter = await make_counter(runtime, goods=0)
    headers = sign_headers(counter.device, body or b"", clock=clock)
    answer = await client.request("GET" if body is None else "POST", path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])


async def test_the_routes_are_described(client: httpx.AsyncClient) -> None:
    described = (await client.get("/api/openapi.json")).json()
    assert {path for path in described["paths"] if "/pos" in path or "eligibility" in path} == {
        "/api/v1/shops/{shop_id}/pos-devices",
        "/api/v1/shops/{shop_id}/pos-devices/{device_id}",
        "/api/v1/shops/{shop_id}/pos-discrepancies",
        "/api/v1/pos/heartbeat",
        "/api/v1/pos/sales",
        "/api/v1/pos/sales/bulk",
        "/api/v1/pos/catalog",
        "/api/v1/pos/device",
        "/api/v1/pos/shifts/open",
        "/api/v1/pos/shifts/current",
        "/api/v1/pos/shifts/current/cash",
        "/api/v1/pos/shifts/close",
        "/api/v1/pos/shifts/{shift_id}",
        "/api/v1/shops/{shop_id}/pos-summary",
        "/api/v1/shops/{shop_id}/pos-summary/{day}/top-goods",
        "/api/v1/merchants/{merchant_id}/eligibility",
    }


@pytest.mark.parametrize("off_s", [-301, 301])
async def test_a_clock_that_is_off_is_told_the_servers_time(
    client: httpx.AsyncClient, runtime: Runtime, clock: ManualClock, off_s: int
) -> None:
    counter = await make_counter(runtime, goods=0)
    body, now = _body(counter.device, clock), clock.now().timestamp()
    answer = await client.post(BEAT, content=body, headers=sign_headers(counter.device, body, at=now + off_s))
    assert (answer.status_code, answer.json()["code"]) == (401, "CLOCK_SKEW")
    assert answer.json()["data"]["server_time"] == clock.now().isoformat()
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])
    near = now + off_s - (1 if off_s > 0 else -1)
    assert (await client.post(BEAT, content=body, headers=sign_headers(counter.device, body, at=near))).is_success


async def test_a_body_names_its_own_till(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime, goods=0)
    other = await make_device(runtime, counter.shop_id)
    bodies: list[tuple[str, dict[str, Any]]] = [
        (BEAT, {"status": "active", "timestamp": "2026-11-20T06:00:00Z"}),
        ("/api/v1/pos/sales", {"receipt_number": "1", "items": [], "timestamp": "2026-11-20T06:00:00Z"}),
        ("/api/v1/pos/sales/bulk", {"sales": []}),
    ]
    for path, body in bodies:
        answer = await call(client, db, counter.device, path, {**body, "device_id": str(other.device_id)})
        assert (answer.status_code, answer.json()["code"]) == (403, "FOREIGN_DEVICE")
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])


async def test_a_till_that_calls_too_often_waits(
    http_client: MakeClient, runtime: Runtime, db: Database, settings: Settings
) -> None:
    limited = msgspec.structs.replace(settings, rate_limits=True)
    runtime.settings = limited
    client = await http_client(MODULE)
    counter = await make_counter(runtime, goods=0)
    answers = [await call(client, db, counter.device, "/api/v1/pos/catalog") for _ in range(121)]
    assert [a.status_code for a in answers] == [200] * 120 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_many_tills_behind_one_address_are_heard_by_a_process_that_knows_none(
    http_client: MakeClient, runtime: Runtime, db: Database, settings: Settings
) -> None:
    runtime.settings = msgspec.structs.replace(settings, rate_limits=True)
    client = await http_client(MODULE)
    counter = await make_counter(runtime, goods=0)
    tills = [await make_device(runtime, counter.shop_id) for _ in range(40)]
    assert {(await _beat(client, db, till)).status_code for till in tills} == {200}
    strangers = [DeviceSecrets(new_id(), f"token-{n}", "secret") for n in range(31)]
    assert [(await _beat(client, db, till)).status_code for till in strangers] == [401] * 30 + [429]
    assert (await _beat(client, db, tills[0])).status_code == 200


async def test_buy_goes_after_ten_minutes_of_silence_and_comes_back(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, goods=0)
    since = await _position(db)
    assert (await _beat(client, db, counter.device, firmware_version="1.4")).json()["discrepancies"] == []
    clock.advance(seconds=600)
    while await jobs.hush_silent_shops(runtime):
        pass
    assert await _eligible(client, counter) == ("online_purchase", [])
    assert [e for e in await _events(db, since, ShopStatusChanged) if e.key == str(counter.shop_id)] == [
        ShopStatusChanged(counter.shop_id, counter.merchant_id, "pos_active")
    ]
    clock.advance(seconds=1)
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])
    while await jobs.hush_silent_shops(runtime):
        pass
    assert (await _beat(client, db, counter.device)).status_code == 200
    assert await _eligible(client, counter) == ("online_purchase", [])
    told = [e for e in await _events(db, since, ShopStatusChanged) if e.key == str(counter.shop_id)]
    assert [e.pos_status for e in told if isinstance(e, ShopStatusChanged)] == [
        "pos_active",
        "pos_offline",
        "pos_active",
    ]


async def test_a_return_before_the_silence_was_published_is_told(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, goods=0)
    await _beat(client, db, counter.device)
    clock.advance(seconds=601)
    # An open page that read just now shows the shop as silent, and nobody else will tell it otherwise.
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])
    since = await _position(db)
    for _ in range(2):
        assert (await _beat(client, db, counter.device)).status_code == 200
    told = [e for e in await _events(db, since, ShopStatusChanged) if e.key == str(counter.shop_id)]
    assert [e.pos_status for e in told if isinstance(e, ShopStatusChanged)] == ["pos_active"]


async def test_the_answer_says_until_when(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime, goods=0)
    await _beat(client, db, counter.device)
    answer = (await client.get(f"/api/v1/merchants/{counter.merchant_id}/eligibility")).json()
    assert answer["shops"] == [
        {
            "shop_id": str(counter.shop_id),
            "buy_eligibility": "online_purchase",
            "pos_status": "pos_active",
            "last_heartbeat_at": "2026-11-20T06:00:00Z",
            "eligible_until": "2026-11-20T06:10:00Z",
            "reasons": [],
        }
    ]


async def test_a_shop_lives_while_any_of_its_tills_does(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime, goods=0)
    second = await make_device(runtime, counter.shop_id)
    await _beat(client, db, counter.device)
    clock.advance(minutes=8)
    await _beat(client, db, second)
    clock.advance(minutes=8)
    assert await _eligible(client, counter) == ("online_purchase", [])
    # A till that says it closes counts as silent at once, and the first one has been silent too long.
    await _beat(client, db, second, "closing")
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])
    async with db.read() as tx:
        log = await tx.fetch(
            "SELECT status FROM pos.sync_log WHERE device_id = $1 ORDER BY created_at, id", second.device_id
        )
    assert [row["status"] for row in log] == ["registered", "online", "closed"]


@pytest.mark.parametrize(
    ("merchant", "reasons"),
    [({"payouts": "suspended"}, ["PAYOUT_INACTIVE"]), ({"verified": False}, ["NOT_VERIFIED"])],
)
async def test_a_till_alone_is_not_enough(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, merchant: dict[str, Any], reasons: list[str]
) -> None:
    counter = await make_counter(runtime, goods=0, **merchant)
    await _beat(client, db, counter.device)
    assert await _eligible(client, counter) == ("manual_contact", reasons)


async def test_manual_mode_and_unknown_merchants(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime, goods=0)
    await _beat(client, db, counter.device)
    async with db.write() as tx:
        await tx.execute(
            "UPDATE merchants.merchant SET eligibility_mode = 'manual' WHERE id = $1", counter.merchant_id
        )
    assert await _eligible(client, counter) == ("manual_contact", ["MANUAL_MODE"])
    assert (await client.get(f"/api/v1/merchants/{new_id()}/eligibility")).status_code == 404
    async with db.read() as tx:
        assert await eligibility(tx, [new_id()], tx.now, 600) == {}


async def test_stock_that_differs_is_told_and_kept_until_it_is_equal(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime, goods=2)
    since = await _position(db)
    right, wrong = counter.goods

    async def report(qty: float) -> list[dict[str, Any]]:
        stock = [{"sku": right.sku, "qty": 10}, {"sku": wrong.sku, "qty": qty}, {"sku": "?", "qty": 1}]
        answer = await _beat(client, db, counter.device, stock=stock)
        assert answer.status_code == 200, answer.text
        return answer.json()["discrepancies"]

    unknown = {"sku": "?", "variant_id": None, "reported_qty": 1, "our_qty": None}
    seven = {"sku": wrong.sku, "variant_id": str(wrong.id), "reported_qty": 7, "our_qty": 10}
    assert await report(7) == [seven, unknown]
    assert await report(7) == [seven, unknown]
    assert await report(6.5) == [{**seven, "reported_qty": 6.5}, unknown]
    opened = [e for e in await _events(db, since, DiscrepancyOpened) if isinstance(e, DiscrepancyOpened)]
    assert [(e.variant_id, e.reported, e.ours) for e in opened] == [(wrong.id, 7000, 10000)]
    assert await report(10) == [unknown]
    async with db.read() as tx:
        rows = await tx.fetch("SELECT * FROM pos.discrepancy WHERE shop_id = $1", counter.shop_id)
    assert [(row["variant_id"], row["reported"], row["resolved_at"] is not None) for row in rows] == [
        (wrong.id, 6500, True)
    ]
    bad = await _beat(client, db, counter.device, stock=[{"sku": "A", "qty": "many"}])
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/stock/0/qty")


async def test_staff_register_list_and_revoke_tills(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    async with db.write() as tx:
        owner, stranger = await make_user(tx), await make_user(tx)
    counter = await make_counter(runtime, goods=0, owner_id=owner.id)
    path = f"/api/v1/shops/{counter.shop_id}/pos-devices"
    staff, outsider = await bearer(runtime, owner), await bearer(runtime, stranger)
    made = await client.post(path, json={"name": "Касса у входа"}, headers=staff)
    assert made.status_code == 201
    device = DeviceSecrets(made.json()["device_id"], made.json()["token"], made.json()["secret"])
    assert (await _beat(client, db, device)).status_code == 200
    listed = (await client.get(path, headers=staff)).json()["items"]
    assert [(d["name"], d["status"], d["pos_status"]) for d in listed] == [
        ("Касса 1", "registered", "pos_offline"),
        ("Касса у входа", "active", "pos_active"),
    ]
    assert not {"token", "secret", "token_hash"} & set(listed[0])

    before = await _devices(db, counter)
    one = f"{path}/{device.device_id}"
    assert [
        (await client.post(path, json={"name": "x"})).status_code,
        (await client.post(path, json={"name": "x"}, headers=outsider)).status_code,
        (await client.get(path, headers=outsider)).status_code,
        (await client.delete(one, headers=outsider)).status_code,
        (await client.post(path, json={"name": " "}, headers=staff)).status_code,
        (await client.delete(f"{path}/{new_id()}", headers=staff)).status_code,
    ] == [401, 404, 404, 404, 422, 404]
    assert await _devices(db, counter) == before
    assert (await _beat(client, db, device)).status_code == 200

    assert (await client.delete(one, headers=staff)).status_code == 204
    assert (await client.delete(one, headers=staff)).status_code == 204
    assert (await _beat(client, db, device)).status_code == 401
    assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])
    async with db.read() as tx:
        actions = await tx.fetch(
            "SELECT action FROM audit.entry WHERE entity_id = $1 ORDER BY action", str(device.device_id)
        )
    assert [row["action"] for row in actions] == ["pos.device_registered", "pos.device_revoked"]


async def test_a_till_revoked_by_another_process_is_refused_within_a_second(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime, goods=0)
    assert (await _beat(client, db, counter.device)).status_code == 200
    access = ShopAccess(counter.shop_id, counter.merchant_id, "owner", counter.owner_id)
    async with db.write() as tx:
        await devices.revoke(tx, access, counter.device.device_id, 600, "-")
    async with asyncio.timeout(5):
        while (await call(client, db, counter.device, "/api/v1/pos/catalog")).status_code != 401:
            assert await _eligible(client, counter) == ("manual_contact", ["POS_OFFLINE"])


async def test_a_till_revoked_while_its_heartbeat_waits_is_refused_alone(db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime, goods=0)
    other = await make_device(runtime, counter.shop_id)
    async with db.write() as tx:
        await tx.execute("UPDATE pos.device SET revoked_at = now() WHERE id = $1", other.device_id)
        results = await heartbeats.beat(
            tx,
            [
                Heartbeat(other.device_id, counter.shop_id, "active", None, ()),
                Heartbeat(counter.device.device_id, counter.shop_id, "active", None, ()),
            ],
            600,
        )
    assert isinstance(results[0], DeviceUnauthenticatedError)
    assert results[1] == []


async def test_discrepancies_are_for_staff(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        owner, stranger = await make_user(tx), await make_user(tx)
    counter = await make_counter(runtime, goods=1, owner_id=owner.id)
    await _beat(client, db, counter.device, stock=[{"sku": counter.goods[0].sku, "qty": 4}])
    path = f"/api/v1/shops/{counter.shop_id}/pos-discrepancies"
    shown = (await client.get(path, headers=await bearer(runtime, owner))).json()["items"]
    assert [(d["kind"], d["reported"], d["ours"]) for d in shown] == [("stock", 4, 10)]
    assert (await client.get(path, headers=await bearer(runtime, stranger))).status_code == 404


async def test_pages_of_discrepancies_miss_none(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        owner = await make_user(tx)
    counter = await make_counter(runtime, goods=5, owner_id=owner.id)
    await _beat(client, db, counter.device, stock=[{"sku": g.sku, "qty": 4} for g in counter.goods])
    path, headers = f"/api/v1/shops/{counter.shop_id}/pos-discrepancies", await bearer(runtime, owner)
    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        page = (await client.get(path, params={"limit": 2, "cursor": cursor}, headers=headers)).json()
        seen += [d["variant_id"] for d in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert cursor is None
    assert sorted(seen) == sorted(str(g.id) for g in counter.goods)
    naive = encode_cursor("2026-11-20T06:00:00", counter.shop_id)
    assert (await client.get(path, params={"cursor": naive}, headers=headers)).status_code in {400, 422}


async def test_a_till_learns_what_stands_at_the_head_of_its_receipts(
    client: httpx.AsyncClient, runtime: Runtime, db: Database
) -> None:
    counter = await make_counter(runtime, goods=0)
    answer = await call(client, db, counter.device, "/api/v1/pos/device")
    assert answer.status_code == 200, answer.text
    async with db.read() as tx:
        row = await tx.fetchrow(
            "SELECT d.name AS till, s.name, s.address, s.phone, m.name AS merchant FROM pos.device d"
            " JOIN merchants.shop s ON s.id = d.shop_id JOIN merchants.merchant m ON m.id = s.merchant_id"
            " WHERE d.id = $1",
            counter.device.device_id,
        )
    assert row is not None
    assert answer.json() == {
        "device_id": str(counter.device.device_id), "name": row["till"], "merchant_name": row["merchant"],
        "open_shift_id": None,
        "shop": {"id": str(counter.shop_id), "name": row["name"], "address": row["address"], "phone": row["phone"]},
    }  # fmt: skip
    opened = await call(
        client, db, counter.device, "/api/v1/pos/shifts/open", {"cashier": "Айбек", "opening_cash": 0}
    )
    assert opened.status_code == 201, opened.text
    again = (await call(client, db, counter.device, "/api/v1/pos/device")).json()
    assert again["open_shift_id"] == opened.json()["shift_id"]
    assert (await client.get("/api/v1/pos/device")).status_code == 401
