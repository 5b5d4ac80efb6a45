"""The web client as browsers and search engines meet it: a real server with a small build."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from kerben.entrypoints.http.web.tests.make import MAIN_SCRIPT, MARKET_PAGE, make_dist
from tests.flows.actors import eventually, new_variant
from tests.flows.conftest import NewBuyer, NewSeller
from tests.flows.market import Market, end, free_ports

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def browser(market: Market) -> AsyncGenerator[httpx.AsyncClient]:
    """Calls a server that serves a small build, as a browser does."""
    folder = make_dist(market.folder / "web" / "dist")
    (port,) = free_ports(1)
    server = market.serve("server-web", port, KERBEN_WEB_DIR=str(folder))
    try:
        market.wait_ready(port)
        headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, headers=headers) as client:
            yield client
    finally:
        end(server.popen)
        market.processes.remove(server)
        shutil.rmtree(folder.parent)


async def test_pages_and_files_come_from_the_server_s_port(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/index.html")).text == MARKET_PAGE
    script = await browser.get("/main-ABCDEFGH.js")
    assert (script.text, script.headers["content-encoding"]) == (MAIN_SCRIPT, "gzip")
    assert "immutable" in script.headers["cache-control"]
    moved = await browser.get("/business")
    assert (moved.status_code, moved.headers["location"]) == (308, "/business/")
    assert (await browser.get("/business/orders")).status_code == 200
    missing = await browser.get("/nowhere")
    assert (missing.status_code, "<app-root>" in missing.text) == (404, True)
    assert (await browser.get("/..%2f..%2foutside.txt")).status_code == 404
    assert (await browser.get("/api/v1/nowhere")).headers["content-type"].startswith("application/problem+json")
    assert (await browser.get("/healthz")).json() == {"status": "ok"}


async def test_a_product_is_found_by_search_engines(browser: httpx.AsyncClient, new_seller: NewSeller) -> None:
    seller = await new_seller()
    variant = await seller.add_variant(stock_qty=3)
    product_id = variant["product_id"]
    page = await browser.get(f"/p/{product_id}")
    assert page.status_code == 200
    assert "https://schema.org/InStock" in page.text
    assert f"/api/v1/products/{product_id}" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    index = (await browser.get("/sitemap.xml")).text
    parts = [urlsplit(line.partition("</loc>")[0]).path for line in index.split("<loc>")[1:]]
    listed = "".join([(await browser.get(part)).text for part in parts])
    assert f"/p/{product_id}</loc>" in listed
    assert f"/s/{seller.shop_id}</loc>" in listed


async def test_a_page_brings_the_answers_it_asks_first(browser: httpx.AsyncClient, new_seller: NewSeller) -> None:
    seller = await new_seller()
    name = "Шапка </script><script>alert(1)</script><!--"
    product = await seller.add_product([new_variant(f"SKU-{uuid4().hex[:8]}", 3)], name=name)
    pages = ["/", "/search?q=шапка", f"/c/{product['category_id']}", f"/s/{seller.shop_id}", f"/p/{product['id']}"]
    for path in pages:
        expected = {"/": 1, "/s/": 5}.get(path[:3], 3)
        state: dict[str, Any] = {}

        async def whole(path: str = path, expected: int = expected, state: dict[str, Any] = state) -> bool:
            """Answers that are late are left to the client, so a page of a busy server is asked for again."""
            page = await browser.get(path)
            assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
            assert "<script>alert" not in page.text
            _, begun, rest = page.text.partition('<script type="application/json" id="kerben-state">')
            state.clear()
            state.update(json.loads(rest.partition("</script>")[0]) if begun else {})
            return len(state) == expected

        await eventually(whole, what=f"{path} brings {expected} answers")
        assert [asked for asked in state if state[asked] != (await browser.get(asked)).json()] == []
    unknown = await browser.get(f"/s/{product['id']}")
    assert (unknown.status_code, "kerben-state" in unknown.text) == (404, False)


async def test_a_browser_comes_back_from_the_acquirer_to_its_order(
    browser: httpx.AsyncClient, new_seller: NewSeller, new_buyer: NewBuyer
) -> None:
    seller, buyer = await new_seller(), await new_buyer()
    variant = await seller.add_variant(stock_qty=3)
    order = await buyer.order(buyer.order_body(seller.shop_id, variant["id"]))
    address = urlsplit(str(order["payment"]["action"]["url"]))
    back = f"{address.path.replace('/open', '/return')}?{address.query}"
    answer = await browser.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{order['id']}")
    program = await browser.get(back, headers={"Accept": "*/*"})
    assert program.status_code == 200
    assert "Ждём ответ банка" in program.text
