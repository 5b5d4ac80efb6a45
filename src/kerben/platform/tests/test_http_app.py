"""The application's conventions: health, request ids, problem documents, deny by default."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, get, post

from kerben.platform.access import public
from kerben.platform.errors import RateLimitedError
from kerben.platform.modules import Module
from tests.support import MakeClient


class Thing(msgspec.Struct):
    name: str
    sizes: list[int]


class ProbeController(Controller):
    path = "/api/v1/probe"

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
    assert len(script.content) > 100_000
    assert (await client.get("/api/docs/assets/..%2Fsecret")).status_code == 404


async def test_readiness_says_what_is_missing(http_client: MakeClient) -> None:
    client = await http_client(PROBE)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert answer.json()["worker"] is False
