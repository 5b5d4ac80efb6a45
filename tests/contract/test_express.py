"""The express lane answers as the framework would: the same requests, sent both ways, get the same answers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any, Final, cast
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Controller, Litestar, get, post
from litestar.routes import HTTPRoute

from kerben.domains.pos.tests.make import Counter
from kerben.entrypoints import wiring
from kerben.entrypoints.http.app import create_app
from kerben.entrypoints.http.express import Express, UnfitForExpressError
from kerben.flows.checkout.tests.make import Market, count, make_market
from kerben.platform.access import public
from kerben.platform.http import EXPRESS
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime

pytestmark = pytest.mark.slow

VARY: Final = ("x-request-id", "date")
LANES: Final = (True, False)


class Both(msgspec.Struct):
    """The same application with and without the express lane."""

    lanes: list[httpx.AsyncClient]

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request both ways, assert that the answers are alike, and return the express one."""
        express, framework = [await client.request(method, path, **options) for client in self.lanes]
        assert express.status_code == framework.status_code, (express.text, framework.text)
        assert _shown(express) == _shown(framework)
        headers = [{k: v for k, v in r.headers.items() if k not in VARY} for r in (express, framework)]
        if "request_id" in express.text:
            for each in headers:
                each.pop("content-length", None)
        assert headers[0] == headers[1]
        return express


def _shown(response: httpx.Response) -> Any:
    if not response.content:
        return None
    shown: dict[str, Any] = response.json()
    shown.pop("request_id", None)
    return shown


@pytest.fixture
async def both(runtime: Runtime) -> AsyncGenerator[Both]:
    """Both ways to one runtime."""
    wiring.bind_adapters(runtime)
    async with AsyncExitStack() as stack:
        lanes: list[httpx.AsyncClient] = []
        for express in LANES:
            app = create_app(runtime, wiring.load_modules(), express=express)
            transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://kerben.test")
            lanes.append(await stack.enter_async_context(client))
        yield Both(lanes)


@pytest.fixture
async def market(runtime: Runtime) -> Market:
    """A shop that sells."""
    return await make_market(runtime)


async def test_product_pages_lists_and_searches(both: Both, market: Market) -> None:
    listed = (await both.ask("GET", f"/api/v1/products?shop_id={market.shop_id}")).json()["items"]
    product = f"/api/v1/products/{listed[0]['id']}"
    page = await both.ask("GET", product)
    assert page.status_code == 200
    assert (await both.ask("GET", product, headers={"If-None-Match": page.headers["etag"]})).status_code == 304
    shouted = f"/api/v1/products/{listed[0]['id'].upper()}"
    assert (await both.ask("GET", shouted)).status_code == 200
    for wrong in ("01a1fa60-f3e2-7509-943e-0e129e0cb2d9", "nonsense", "%7B", "", "1/2"):
        assert (await both.ask("GET", f"/api/v1/products/{wrong}")).status_code in {200, 404}
    assert (await both.ask("DELETE", product)).status_code == 401
    for query in (
        "",
        f"?shop_id={market.shop_id}&limit=1",
        "?limit=0",
        "?limit=x",
        "?limit=1&limit=2",
        "?cursor=%00",
    ):
        await both.ask("GET", f"/api/v1/products{query}")
    searches = (
        "?q=%D1%85%D0%BB%D0%B5%D0%B1&limit=2",
        "?q=a&attr.size=M",
        "?near=1",
        "?price_min=-1",
        "?price_min=1.5",
    )
    for query in searches:
        await both.ask("GET", f"/api/v1/search{query}")


async def test_the_own_account(both: Both, market: Market) -> None:
    assert (await both.ask("GET", "/api/v1/me", headers=market.buyer_headers)).json()["id"] == str(market.buyer.id)
    assert (await both.ask("GET", "/api/v1/me/", headers=market.buyer_headers)).status_code == 200
    assert (await both.ask("GET", "/api/v1/me")).status_code == 401


async def test_carts(both: Both, market: Market) -> None:
    path = f"/api/v1/cart/items/{market.counter.goods[0].id}"
    assert (await both.ask("PUT", path, json={"qty": 2}, headers=market.buyer_headers)).json()["items_count"] == 1
    assert (await both.ask("PUT", path, json={"qty": -1}, headers=market.buyer_headers)).status_code == 422
    assert (await both.ask("PUT", path, json={"qty": "2"}, headers=market.buyer_headers)).status_code == 422
    unknown = "/api/v1/cart/items/01a1fa60-f3e2-7509-943e-0e129e0cb2d9"
    assert (await both.ask("PUT", unknown, json={"qty": 1}, headers=market.buyer_headers)).status_code == 404
    assert (await both.ask("PUT", "/api/v1/cart/items/x", json={"qty": 1})).status_code == 404


async def test_links_of_payments_and_notices(both: Both, market: Market) -> None:
    keyed = {**market.buyer_headers, "Idempotency-Key": "to-be-opened"}
    made = (await both.lanes[0].post("/api/v1/orders", json=market.body(), headers=keyed)).json()
    path = f"/api/v1/payments/{made['payment']['id']}/open"
    for query in ("", "?sig=", "?sig=forged", "?sig=a&sig=b", "?sig=%C3%A9"):
        assert (await both.ask("GET", path + query)).status_code == 404
    assert (await both.ask("GET", path.replace("/open", "/opened"))).status_code == 404
    for provider in ("nobody", "freedompay", ""):
        await both.ask("POST", f"/api/v1/payments/webhooks/{provider}", content=b"a=b")


async def test_orders(both: Both, market: Market, runtime: Runtime) -> None:
    body, keyed = market.body(), {**market.buyer_headers, "Idempotency-Key": "the-same-key"}
    first = await both.lanes[0].post("/api/v1/orders", json=body, headers=keyed)
    assert first.status_code == 201
    again = await both.ask("POST", "/api/v1/orders", json=body, headers=keyed)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    before = await count(runtime.db, "SELECT count(*) FROM orders.order")
    refused: list[tuple[dict[str, Any], int]] = [
        ({"json": body}, 400),
        ({"json": market.body({"variant_id": str(market.shop_id), "qty": 1}), "headers": {**keyed}}, 422),
        ({"json": {**body, "items": "none"}, "headers": keyed}, 422),
        ({"content": b"{", "headers": keyed}, 400),
        ({"content": b"", "headers": keyed}, 400),
        ({"content": b"[" * 5000, "headers": keyed}, 400),
        ({"content": b" " * 1_100_000, "headers": keyed}, 413),
        ({"json": body, "headers": {**keyed, "Authorization": "Bearer nonsense"}}, 401),
    ]
    for options, status in refused:
        answer = await both.ask("POST", "/api/v1/orders", **options)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert await count(runtime.db, "SELECT count(*) FROM orders.order") == before


async def test_a_body_without_a_declared_length_is_read_by_the_framework(both: Both, market: Market) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        text = json.dumps(market.body()).encode()
        for start in range(0, len(text), 50):
            yield text[start : start + 50]

    headers = {**market.buyer_headers, "Idempotency-Key": "in-pieces"}
    answers = [await lane.post("/api/v1/orders", content=pieces(), headers=headers) for lane in both.lanes]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def _signed(counter: Counter, runtime: Runtime, body: dict[str, Any], secret: str | None = None) -> dict[str, Any]:
    raw, stamp = json.dumps(body).encode(), str(int(runtime.clock.now().timestamp()))
    key = (secret or counter.device.secret).encode()
    signature = hmac.new(key, stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    headers = {
        "Authorization": f"Bearer {counter.device.token}",
        "X-Kerben-Timestamp": stamp,
        "X-Kerben-Signature": f"sha256={signature}",
        "Content-Type": "application/json",
    }
    return {"content": raw, "headers": headers}


async def test_tills(both: Both, market: Market, runtime: Runtime) -> None:
    counter, now = market.counter, runtime.clock.now().isoformat()
    beat = {"device_id": str(counter.device.device_id), "status": "active", "timestamp": now}
    path = "/api/v1/pos/heartbeat"
    assert (await both.ask("POST", path, **_signed(counter, runtime, beat))).status_code == 200
    assert (await both.ask("POST", path, **_signed(counter, runtime, beat, "wrong"))).status_code == 401
    assert (await both.ask("POST", path, json=beat)).status_code == 401
    assert (await both.ask("POST", path, **_signed(counter, runtime, {"status": 1}))).status_code == 422
    receipt = {
        "device_id": str(counter.device.device_id),
        "receipt_number": "E-1",
        "items": [{"variant_id": str(counter.goods[0].id), "qty": 1, "unit_price": 1500}],
        "timestamp": now,
    }
    sent = _signed(counter, runtime, receipt)
    assert (await both.lanes[0].post("/api/v1/pos/sales", **sent)).status_code == 201
    assert (await both.ask("POST", "/api/v1/pos/sales", **sent)).status_code == 409


async def test_the_hot_routes_take_the_lane(runtime: Runtime) -> None:
    wiring.bind_adapters(runtime)
    app = create_app(runtime, wiring.load_modules())
    lane = app.asgi_handler
    while not isinstance(lane, Express):
        lane = cast("Any", lane).app
    assert {
        ("GET", "/api/v1/products/{id}"),
        ("GET", "/api/v1/products"),
        ("GET", "/api/v1/search"),
        ("POST", "/api/v1/orders"),
        ("POST", "/api/v1/pos/sales"),
        ("POST", "/api/v1/pos/heartbeat"),
        ("GET", "/api/v1/me"),
        ("PUT", "/api/v1/cart/items/{id}"),
        ("GET", "/api/v1/payments/{id}/open"),
        ("POST", "/api/v1/payments/webhooks/{id}"),
    } <= set(lane.paths)


class Deep(Controller):
    path = "/deep"

    @get("/{thing:uuid}/{other:uuid}", guards=[public], opt=EXPRESS)
    async def show(self, thing: UUID, other: UUID) -> str:
        """A shape that the lane does not know."""
        return f"{thing} {other}"


class Sync(Controller):
    path = "/sync"

    @post("/", guards=[public], opt=EXPRESS, sync_to_thread=False)
    def act(self) -> None:
        """Not a coroutine."""


@pytest.mark.parametrize("controller", [Deep, Sync])
def test_a_marked_route_that_does_not_fit_is_refused_at_the_start(
    runtime: Runtime, controller: type[Controller]
) -> None:
    with pytest.raises(UnfitForExpressError):
        create_app(runtime, [Module(name="probe", controllers=[controller])])
    unmarked = Litestar([controller], openapi_config=None)
    assert [route.path for route in unmarked.routes if isinstance(route, HTTPRoute)]
