"""The application's conventions: health, request ids, problem documents, deny by default."""

from __future__ import annotations

import re
from typing import Any, cast

import httpx
import msgspec
import pytest
from litestar import Controller, Request, Response, get, post
from msgspec import structs

from kerben.entrypoints.http import app as app_module
from kerben.platform.access import public
from kerben.platform.errors import RateLimitedError
from kerben.platform.http import json_with_etag
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


class Thing(msgspec.Struct):
    name: str
    sizes: list[int]


class Switch(msgspec.Struct):
    qty: int = 1
    on: bool = True


class ProbeController(Controller):
    path = "/api/v1/probe"

    @post("/switch", guards=[public])
    async def switch(self, data: Switch, q: int = 0) -> dict[str, int]:
        return {"q": q}

    @get("/page", guards=[public])
    async def page(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        return json_with_etag(request, {"n": 1})

    @post("/things", guards=[public])
    async def things(self, data: Thing) -> Thing:
        return data

    @get("/bug", guards=[public])
    async def bug(self) -> dict[str, str]:
        raise ValueError("password=hunter2")

    @get("/limited", guards=[public])
    async def limited(self) -> dict[str, str]:
        raise RateLimitedError(2.5)


PROBE = Module(name="probe", controllers=[ProbeController])


async def test_health_and_request_id(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    answer = await client.get("/healthz", headers={"X-Request-ID": "abcdef0123456789"})
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
    assert answer.headers["x-request-id"] == "abcdef0123456789"
    assert answer.headers["x-content-type-options"] == "nosniff"
    forged = await client.get("/healthz", headers={"X-Request-ID": "<script>"})
    assert "<" not in forged.headers["x-request-id"]


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    document = answer.json()
    assert document["code"] == code
    assert document["status"] == status
    assert document["request_id"]
    return document


async def test_bad_bodies_are_problems_with_pointers(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    url = "/api/v1/probe/things"
    assert_problem(await client.post(url, content=b"{nope"), 400, "MALFORMED_REQUEST")
    wrong = assert_problem(await client.post(url, json={"name": "a", "sizes": [1, "x"]}), 422, "INVALID_REQUEST")
    assert wrong["errors"][0]["pointer"] == "/sizes/1"
    missing = assert_problem(await client.post(url, json={"name": "a"}), 422, "INVALID_REQUEST")
    assert "sizes" in missing["errors"][0]["detail"]
    assert_problem(await client.post(url, content=b'{"name":"' + b"x" * 2_000_000 + b'"}'), 413, "BODY_TOO_LARGE")
    assert_problem(await client.get("/api/v1/nowhere"), 404, "NOT_FOUND")
    assert_problem(await client.delete(url), 405, "METHOD_NOT_ALLOWED")


async def test_bugs_and_limits_are_problems_without_secrets(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    bug = await client.get("/api/v1/probe/bug")
    assert_problem(bug, 500, "INTERNAL_ERROR")
    assert "hunter2" not in bug.text
    limited = await client.get("/api/v1/probe/limited")
    assert_problem(limited, 429, "RATE_LIMITED")
    assert limited.headers["retry-after"] == "3"


async def test_documents(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    schema = (await client.get("/api/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/probe/things" in schema["paths"]
    page = await client.get("/api/docs")
    assert "SwaggerUIBundle" in page.text
    script = await client.get("/api/docs/assets/swagger-ui-bundle.js")
    assert script.status_code == 200
    # The first major version that reads OpenAPI 3.1, which is what we publish.
    assert re.search(r'PACKAGE_VERSION:"5\.', script.text)
    assert (await client.get("/api/docs/assets/..%2Fsecret")).status_code == 404


async def test_readiness_says_what_is_missing(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert answer.json()["worker"] is False


async def test_an_address_that_asks_too_much_is_told_when_to_come_back(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = Runtime(structs.replace(runtime.settings, rate_limits=True), runtime.db, clock=runtime.clock)
    monkeypatch.setattr(app_module, "ADDRESS_BURST", 3)
    app = app_module.create_app(limited, [PROBE])
    transport = httpx.ASGITransport(app=cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url="http://kerben.test") as client:
        answers = [await client.get("/api/v1/nowhere") for _ in range(4)]
        assert [a.status_code for a in answers] == [404, 404, 404, 429]
        assert_problem(answers[-1], 429, "RATE_LIMITED")
        assert answers[-1].headers["retry-after"] == "1"
        assert answers[-1].headers["x-request-id"]
        assert (await client.get("/healthz")).status_code == 200


async def test_json_is_read_strictly_and_the_query_is_not(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    url = "/api/v1/probe/switch"
    for body, pointer in (({"qty": "2"}, "/qty"), ({"on": "true"}, "/on"), ({"on": 1}, "/on")):
        refused = assert_problem(await client.post(url, json=body), 422, "INVALID_REQUEST")
        assert refused["errors"][0]["pointer"] == pointer
    assert (await client.post(url, json={"qty": 2}, params={"q": "5"})).json() == {"q": 5}


async def test_what_the_caller_has_is_not_sent_again(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    etag = (await client.get("/api/v1/probe/page")).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await client.get("/api/v1/probe/page", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
    assert (await client.get("/api/v1/probe/page", headers={"If-None-Match": '"other"'})).status_code == 200


async def test_behind_a_proxy_the_limit_is_per_caller_and_otherwise_the_header_is_not_believed(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "ADDRESS_BURST", 2)
    for behind_proxy, expected in ((True, [404, 404, 404]), (False, [404, 404, 429])):
        settings = structs.replace(runtime.settings, rate_limits=True, behind_proxy=behind_proxy)
        app = app_module.create_app(Runtime(settings, runtime.db, clock=runtime.clock), [PROBE])
        transport = httpx.ASGITransport(app=cast("Any", app))
        async with httpx.AsyncClient(transport=transport, base_url="http://kerben.test") as client:
            callers = [{"X-Forwarded-For": f"203.0.113.{n}"} for n in range(3)]
            answers = [await client.get("/api/v1/nowhere", headers=headers) for headers in callers]
        assert [a.status_code for a in answers] == expected
