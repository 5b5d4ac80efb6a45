"""Every route of the document, given what it must refuse: a problem document each time, and nothing changed."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

import httpx
import msgspec
import pytest

from kerben.entrypoints import wiring
from kerben.entrypoints.http.app import create_app
from kerben.platform import invariants, logs
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings
from tests.contract.samples import UNKNOWN, Operation, operations
from tests.contract.world import World, living

EVERYONE: Final = ("public", "anyone")
PROBLEM: Final = "application/problem+json"
HUGE: Final = str(10**9)

pytestmark = pytest.mark.slow
"""A sweep over every route: for the whole check, not for each commit."""


@pytest.fixture(scope="module")
async def world(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[World]:
    """One market for all sweeps; they must leave it as it is."""
    async with made(database_url, tmp_path_factory.mktemp("contract")) as world:
        await world.people()
        yield world
        async with world.runtime.db.read() as tx:
            assert await invariants.broken(tx, wiring.load_modules()) == {}


@asynccontextmanager
async def made(database_url: str, folder: Path, **overrides: Any) -> AsyncGenerator[World]:
    """An application of all modules on a database; the neighbours are away."""
    settings = Settings(
        database_url=database_url,
        secret_key="test-secret-key-test-secret-key-0123",
        data_dir=str(folder),
        rate_limits=False,
        psp_secret="test-psp-secret",
        sandbox_secret="test-sandbox-secret",
        sandbox_url="http://127.0.0.1:9",
    )
    logs.configure("error")
    clock = ManualClock()
    db = Database(database_url, size=4, clock=clock)
    await db.open()
    runtime = Runtime(msgspec.structs.replace(settings, **overrides), db, clock=clock)
    wiring.bind_adapters(runtime)
    app = create_app(runtime, wiring.load_modules())
    transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://kerben.test")
    async with living(app), client:
        yield World(app, client, runtime, clock)
    await db.close()


@pytest.fixture(scope="module")
async def routes(world: World) -> list[tuple[Operation, str]]:
    """Every route of the document with its declared access."""
    document = (await world.client.get("/api/openapi.json")).json()
    access = world.access()
    found = operations(document)
    assert len(found) > 60
    assert {(o.method, o.path.rstrip("/")) for o in found} == {(m, p.rstrip("/")) for m, p in access}
    by_route = {(m, p.rstrip("/")): a for (m, p), a in access.items()}
    return [(o, by_route[o.method, o.path.rstrip("/")]) for o in found]


def fault_of(response: httpx.Response, allowed: Iterable[int]) -> str | None:
    """What is wrong with a refusal; None when it is as it should be."""
    if response.status_code not in set(allowed):
        return f"{response.status_code}, not {sorted(set(allowed))}: {response.text[:300]}"
    if response.headers.get("content-type", "").partition(";")[0] != PROBLEM:
        return f"not a problem document: {response.headers.get('content-type')} {response.text[:100]}"
    document = response.json()
    if document.get("status") != response.status_code or not document.get("code") or not document.get("request_id"):
        return f"incomplete problem document: {response.text[:300]}"
    if document["request_id"] != response.headers.get("x-request-id"):
        return "another request id in the header than in the document"
    return None


Case = AsyncIterator[tuple[str, httpx.Response, Iterable[int]]]


async def sweep(world: World, cases: Case) -> None:
    """Every answer is a right refusal, and together they changed nothing."""
    before = await world.contents()
    faults: list[str] = []
    count = 0
    async for name, response, allowed in cases:
        count += 1
        if (fault := fault_of(response, allowed)) is not None:
            faults.append(f"{name}: {fault}")
    after = await world.contents()
    changed = sorted(table for table in after if after[table] != before.get(table))
    assert count > 0
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults)
    assert changed == []


def takes_json(operation: Operation) -> bool:
    """Whether a route reads a JSON body."""
    return operation.body_media == "application/json"


async def test_malformed_json(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            if not takes_json(operation):
                continue
            who, url = world.caller_of(operation, access), operation.url(world.ids)
            for text in (b"", b"{", b'{"a": }', b"\xff\xfe{}", b"[" * 2000):
                answer = await world.ask(operation.method, url, who, content=text)
                # No body at all is as good as a body without what is needed.
                yield f"{operation} {text[:12]!r}", answer, (400,) if text else (400, 422)

    await sweep(world, cases())


async def test_wrong_types(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            if not takes_json(operation):
                continue
            who, url = world.caller_of(operation, access), operation.url(world.ids)
            for body in operation.wrong_bodies():
                content = json.dumps(body).encode()
                answer = await world.ask(operation.method, url, who, content=content)
                yield f"{operation} {content[:200]!r}", answer, (400, 422)

    await sweep(world, cases())


async def test_wrong_types_in_the_query(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            who, url = world.caller_of(operation, access), operation.url(world.ids)
            for parameter in operation.queries():
                schema = json.dumps(parameter["schema"])
                strict = any(f'"{kind}"' in schema for kind in ("uuid", "integer", "number", "boolean", "date-time"))
                if not strict and parameter["name"] != "cursor":
                    continue  # any text may be meant
                query = {**operation.needed_query(world.ids), parameter["name"]: "не то"}
                answer = await world.ask(operation.method, url, who, params=query)
                yield f"{operation} {parameter['name']}", answer, (400, 422)

    await sweep(world, cases())


async def test_a_zero_byte_in_the_query_is_no_bug(world: World, routes: list[tuple[Operation, str]]) -> None:
    before = await world.contents()
    bugs: list[str] = []
    for operation, access in routes:
        who, url = world.caller_of(operation, access), operation.url(world.ids)
        for parameter in operation.queries():
            for value in ("a\x00b", "9" * 30, "-1", "%", "я" * 3000, "1e400"):
                query = {**operation.needed_query(world.ids), parameter["name"]: value}
                answer = await world.ask(operation.method, url, who, params=query)
                if answer.status_code >= 500 and answer.status_code != 503:
                    bugs.append(f"{operation} {parameter['name']}={value[:20]!r}: {answer.status_code}")
    assert bugs == []
    assert await world.contents() == before


async def test_no_token(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            if access.startswith(EVERYONE):
                continue
            url, query = operation.url(world.ids), operation.needed_query(world.ids)
            content = json.dumps(operation.body()).encode() if takes_json(operation) else None
            for token in (None, "Bearer x", "Bearer a.b.c", "Basic dTpw", "Bearer", "Bearer я"):
                headers = {"Authorization": token.encode()} if token else {}
                answer = await world.ask(operation.method, url, None, content=content, headers=headers, params=query)
                yield f"{operation} {token}", answer, (401,)
                if answer.status_code == 401 and "www-authenticate" not in answer.headers:
                    yield f"{operation} has no WWW-Authenticate", answer, ()

    await sweep(world, cases())


def sensible_body(operation: Operation) -> bytes | None:
    """A body that gets past decoding, so that the ids decide."""
    return json.dumps(operation.body()).encode() if takes_json(operation) else None


MAY_BE_UNKNOWN: Final = frozenset({"DELETE /api/v1/cart/items/{variant_id}"})
"""What is taken out of a cart need not be in it."""


async def test_unknown_ids(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            who, query = world.caller_of(operation, access), operation.needed_query(world.ids)
            for wrong in (UNKNOWN, "не-номер", "%00") if operation.path_ids else ():
                if wrong == UNKNOWN and str(operation) in MAY_BE_UNKNOWN:
                    continue
                url = operation.url({**world.ids, **dict.fromkeys(operation.path_ids, wrong)})
                answer = await world.ask(operation.method, url, who, params=query, **content_of(operation))
                yield f"{operation} {wrong}", answer, (404,)

    await sweep(world, cases())


OPEN_TO_ALL: Final = frozenset({"PUT /api/v1/cart/items/{variant_id}", "DELETE /api/v1/cart/items/{variant_id}"})
"""Signed-in routes with an id that is not a seller's own: anybody may put anybody's goods into a cart."""


async def test_other_peoples_rows(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            if not operation.path_ids or "public" in access or str(operation) in OPEN_TO_ALL:
                continue
            if world.caller_of(operation, access) != "seller":
                continue
            query = operation.needed_query(world.ids)
            for who in ("rival", "buyer"):
                if who == "buyer" and "order_id" in operation.path_ids:
                    continue  # the order is the buyer's own
                answer = await world.ask(
                    operation.method, operation.url(world.ids), who, params=query, **content_of(operation)
                )
                yield f"{operation} as {who}", answer, (404,)

    await sweep(world, cases())


def content_of(operation: Operation) -> dict[str, Any]:
    """The body of a route, an upload where it takes one."""
    if operation.body_media == "multipart/form-data":
        return {"files": {"file": ("goods.csv", b"sku;name;price\n", "text/csv")}, "data": {"format": "csv"}}
    return {"content": sensible_body(operation)}


async def test_missing_rights(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            if world.caller_of(operation, access) != "admin":
                continue
            for who in ("seller", "buyer"):
                answer = await world.ask(
                    operation.method, operation.url(world.ids), who, params=operation.needed_query(world.ids),
                    content=sensible_body(operation),
                )  # fmt: skip
                yield f"{operation} as {who}", answer, (403,)
        for method, path in (
            ("POST", "/api/v1/shops/{shop_id}/products"),
            ("POST", "/api/v1/merchants/{merchant_id}/payout/onboard"),
            ("POST", "/api/v1/merchants/{merchant_id}/shops"),
            ("POST", "/api/v1/shops/{shop_id}/pos-devices"),
            ("GET", "/api/v1/merchants/{merchant_id}/balance"),
            ("POST", "/api/v1/orders/{order_id}/refund"),
        ):
            (operation,) = [o for o, _ in routes if (o.method, o.path) == (method, path)]
            answer = await world.ask(method, operation.url(world.ids), "cashier", content=sensible_body(operation))
            yield f"{operation} as cashier", answer, (403,)

    await sweep(world, cases())


async def test_a_foreign_shops_goods_are_unknown_to_a_till(world: World) -> None:
    line = {"variant_id": UNKNOWN, "qty": 1, "unit_price": 1}
    basics = {"device_id": world.ids["device_id"], "timestamp": world.clock.now().isoformat(), "payment": "cash"}

    async def cases() -> Case:
        for number, (items, status) in enumerate(
            [([line], 422), ([{**line, "qty": -1}], 422), ([{"sku": "A-1", "qty": 1, "unit_price": "1.001"}], 422)]
        ):
            body = {**basics, "receipt_number": f"X-{number}", "type": "sale", "items": items}
            answer = await world.ask("POST", "/api/v1/pos/sales", "till", content=json.dumps(body).encode())
            yield f"receipt {items}", answer, (status,)
        other = {**basics, "device_id": UNKNOWN, "receipt_number": "X-9", "items": [line]}
        answer = await world.ask("POST", "/api/v1/pos/sales", "till", content=json.dumps(other).encode())
        yield "another till's id", answer, (403, 404, 422)

    await sweep(world, cases())


async def test_signatures_of_tills(world: World) -> None:
    url = "/api/v1/pos/heartbeat"
    body = {"device_id": world.ids["device_id"], "status": "active", "timestamp": world.clock.now().isoformat()}
    content = json.dumps(body).encode()
    good = world.signature(content)
    old = {**good, "X-Kerben-Timestamp": str(int(world.clock.now().timestamp()) - 301)}

    async def cases() -> Case:
        for name, headers in {
            "other body": world.signature(b"{}"),
            "no signature": {**good, "X-Kerben-Signature": ""},
            "not hex": {**good, "X-Kerben-Signature": "sha256=zz"},
            "not ascii": {**good, "X-Kerben-Signature": "sha256=ы".encode()},
            "no time": {**good, "X-Kerben-Timestamp": ""},
            "no number": {**good, "X-Kerben-Timestamp": "вчера".encode()},
            "endless number": {**good, "X-Kerben-Timestamp": "9" * 400},
            "unknown token": {**good, "Authorization": "Bearer " + "x" * 43},
            "old": old,
        }.items():
            yield name, await world.ask("POST", url, None, content=content, headers=headers), (401,)

    await sweep(world, cases())
    late = await world.ask("POST", url, None, content=content, headers=old)
    assert late.json()["code"] == "CLOCK_SKEW"


async def test_notices_that_no_acquirer_sent(world: World) -> None:
    before = await world.contents()
    forged = f"pg_order_id={world.ids['payment_id']}&pg_result=1&pg_amount=150.00&pg_salt=x&pg_sig={'0' * 32}"
    for content in (
        b"",
        b"\x00\xff",
        b"pg_sig=",
        b"a" * 10_000,
        forged.encode(),
        b"pg_sig=1&pg_sig=2&pg_order_id=%00",
    ):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = "/api/v1/payments/webhooks/freedompay"
        answer = await world.ask("POST", url, None, content=content, headers=headers)
        assert answer.status_code == 200
        assert b"<pg_status>ok" not in answer.content
    assert await world.contents() == before
    unknown = await world.ask("POST", "/api/v1/payments/webhooks/nobody", None, content=forged.encode())
    assert fault_of(unknown, (404,)) is None


async def test_oversized_bodies(world: World, routes: list[tuple[Operation, str]]) -> None:
    async def cases() -> Case:
        for operation, access in routes:
            if operation.body_media is None:
                continue
            who, url = world.caller_of(operation, access), operation.url(world.ids)
            headers = {"Content-Length": HUGE, "Content-Type": operation.body_media}
            answer = await world.ask(operation.method, url, who, content=b"{}", headers=headers)
            yield f"{operation}", answer, (413,)

    await sweep(world, cases())


async def test_oversized_bodies_of_unsaid_length(world: World) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b'"' + b"x" * 65_534 + b'"'

    async def cases() -> Case:
        for url, who in (("/api/v1/orders", "buyer"), ("/api/v1/auth/signin", None), ("/api/v1/merchants", "seller")):
            answer = await world.ask("POST", url, who, content=cast("Any", endless()))
            yield url, answer, (413,)

    await sweep(world, cases())


async def test_unknown_routes_and_methods(world: World) -> None:
    async def cases() -> Case:
        for url in ("/api/v1/nothing", "/api/v1/orders/1/2/3", "/api/v2/orders", "/.env"):
            yield url, await world.ask("GET", url, None), (404,)
        for method, url in (("DELETE", "/api/v1/orders"), ("PATCH", "/api/v1/auth/signin"), ("PUT", "/healthz")):
            yield f"{method} {url}", await world.ask(method, url, "seller"), (405,)

    await sweep(world, cases())


async def test_missing_idempotency_keys(world: World, routes: list[tuple[Operation, str]]) -> None:
    found = {str(o): o for o, _ in routes}

    async def cases() -> Case:
        for name, who in (("POST /api/v1/orders", "buyer"), ("POST /api/v1/orders/{order_id}/refund", "seller")):
            operation = found[name]
            body = operation.body()
            if name == "POST /api/v1/orders":
                body = {
                    "shop_id": world.ids["shop_id"],
                    "items": [{"variant_id": world.ids["variant_id"], "qty": 1}],
                    "delivery": {"method": "pickup"},
                    "payment_method": "cash_on_receipt",
                    "contact": {"name": "Айгуль", "phone": "+996700000004"},
                }
            for key in ("", "k" * 201):
                headers = {"Idempotency-Key": key}
                content = json.dumps(body).encode()
                answer = await world.ask("POST", operation.url(world.ids), who, content=content, headers=headers)
                yield f"{name} {key[:5]!r}", answer, (400,)

    await sweep(world, cases())


async def test_hostile_values_are_no_bug(
    database_url: str, tmp_path: Path, world: World, routes: list[tuple[Operation, str]]
) -> None:
    """Some of these are good requests, so something may change; only a 500 is wrong. Runs last for that
    reason. Sign-in is left out: every try costs a password check."""
    bugs: list[str] = []
    for operation, access in routes:
        if not takes_json(operation) or operation.path == "/api/v1/auth/signin":
            continue
        who, url = world.caller_of(operation, access), operation.url(world.ids)
        for body in operation.hostile_bodies():
            content = json.dumps(body).encode()
            answer = await world.ask(operation.method, url, who, content=content)
            if answer.status_code >= 500 and answer.status_code != 503:
                bugs.append(f"{operation} {content[:160]!r}: {answer.status_code}")
    assert bugs == []


async def until_limited(ask: Callable[[], Awaitable[httpx.Response]], tries: int) -> httpx.Response:
    """Repeat a request until it is refused as too many."""
    response = await ask()
    for _ in range(tries):
        if response.status_code == 429:
            break
        response = await ask()
    return response


async def test_too_many_requests(database_url: str, tmp_path: Path, world: World) -> None:
    async with made(database_url, tmp_path, rate_limits=True) as limited:
        limited.tokens, limited.ids, limited.till = world.tokens, world.ids, world.till
        before = await limited.contents()
        bodies: dict[str, dict[str, Any]] = {
            "/api/v1/auth/signup": {"phone": "+996700000004", "password": "x", "name": "Айгуль"},
            "/api/v1/auth/codes": {"phone": "123", "purpose": "signin"},
            "/api/v1/auth/refresh": {"refresh_token": "no-such-token"},
        }
        for url, body in bodies.items():
            content = json.dumps(body).encode()

            async def ask(url: str = url, content: bytes = content) -> httpx.Response:
                return await limited.ask("POST", url, None, content=content)

            answer = await until_limited(ask, 400)
            assert fault_of(answer, (429,)) is None, f"{url}: {answer.status_code} {answer.text}"
            assert answer.json()["code"] == "RATE_LIMITED"
            assert int(answer.headers["retry-after"]) >= 1
        assert await limited.contents() == before
