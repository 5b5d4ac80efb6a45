"""Hot endpoints send exactly so many statements: alone, and 64 at once."""

from __future__ import annotations

import asyncpg
import httpx
import msgspec
import pytest

from kerben.entrypoints.http.watcher import Watcher
from kerben.platform.runtime import Runtime
from tests.queries import scenarios
from tests.queries.budget import MANY, listed, metered
from tests.queries.scenarios import Prepare, open_stage
from tests.support import MakeClient

pytestmark = pytest.mark.slow


class Budget(msgspec.Struct, frozen=True):
    """Statements of a request, with BEGIN and COMMIT; `many` are those of 64 requests at once."""

    endpoint: str
    prepare: Prepare
    lone: int
    many: int


BUDGETS = (
    Budget("GET /products/{id}", scenarios.product, 5, 5),
    Budget("GET /products", scenarios.product_list, 3, 3),
    Budget("GET /search", scenarios.search, 6, 3 * MANY + 3),
    Budget("GET /me", scenarios.me, 1, 1),
    Budget("GET /merchants/{id}/eligibility", scenarios.eligibility, 3, 3 * MANY),
    Budget("POST /orders, spread", scenarios.spread_orders, 12, 12),
    Budget("POST /orders, hot", scenarios.hot_orders, 12, 12),
    Budget("POST /orders, guests", scenarios.guest_orders, 15, 15),
    Budget("POST /orders, repeated", scenarios.repeated_order, 3, 3),
    Budget("GET /orders/{id}", scenarios.one_order, 5, 5 * MANY),
    Budget("PUT /cart/items/{id}", scenarios.cart_item, 9, 9),
    Budget("POST /pos/sales", scenarios.sale, 10, 10),
    Budget("POST /pos/sales/bulk", scenarios.upload, 13, 13 * MANY),
    Budget("POST /pos/heartbeat", scenarios.heartbeat, 5, 5),
    Budget("GET /payments/{id}/open", scenarios.open_payment, 6, 6),
    Budget("POST /payments/webhooks/{provider}", scenarios.webhook, 19, 19),
)
"""Lower a number when you make an endpoint cheaper; a higher one needs a reason."""


@pytest.fixture(autouse=True)
def nobody_reads_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps in memory stays as the first request leaves it, whenever events arrive."""

    async def nothing(_: Watcher) -> int:
        return 0

    monkeypatch.setattr(Watcher, "step", nothing)


@pytest.mark.parametrize("budget", BUDGETS, ids=lambda budget: budget.endpoint)
async def test_an_endpoint_keeps_its_budget(
    budget: Budget, runtime: Runtime, http_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = await budget.prepare(await open_stage(runtime, http_client))
    with metered(monkeypatch) as meter:
        await meter.lone(send, 0)
        lone = await meter.lone(send, 1)
        many = await meter.many(send, 2)
    complaints = [
        f"{what}: {len(sent)} statements, the budget says {expected}\n{listed(sent)}"
        for what, sent, expected in (("lone", lone, budget.lone), (f"{MANY} at once", many, budget.many))
        if len(sent) != expected
    ]
    assert not complaints, "\n".join([budget.endpoint, *complaints])


async def test_every_way_to_send_is_counted(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = await asyncpg.connect(database_url)

    async def send(_: int) -> httpx.Response:
        async with connection.transaction():
            await connection.fetchval("SELECT 1")
            await connection.fetch("SELECT $1::int", 1)
            await connection.execute("SELECT $1::int", 1)
            await connection.execute("CREATE TEMP TABLE t (n int)")
            await connection.executemany("INSERT INTO t VALUES ($1)", [(1,), (2,)])
            await connection.copy_records_to_table("t", records=[(3,)])
            async with connection.transaction():
                await connection.fetchrow("SELECT 1")
        return httpx.Response(200)

    with metered(monkeypatch) as meter:
        sent = await meter.lone(send, 0)
        await connection.execute("SELECT 'outside'")
    await connection.close()
    assert len(sent) == 11, listed(sent)
    assert sent[0].startswith("BEGIN")
    assert sent[-1].startswith("COMMIT")


async def test_a_refused_request_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    async def send(_: int) -> httpx.Response:
        return httpx.Response(404, text="nothing here")

    with metered(monkeypatch) as meter, pytest.raises(AssertionError, match="404 nothing here"):
        await meter.lone(send, 0)
