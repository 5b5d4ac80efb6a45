"""Daily sums and the day's best goods, as staff read them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.summary_model import CONSUMER
from kerben.domains.pos.tests.make import Counter, call, make_counter, make_staff
from kerben.platform.consumers import Consumer
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime
from tests.support import MakeClient


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


async def _sell(client: httpx.AsyncClient, db: Database, counter: Counter, n: int, at: str, **fields: Any) -> None:
    item = {"variant_id": str(counter.goods[n % 2].id), "qty": n, "unit_price": 100}
    body = {"receipt_number": f"R-{n}", "items": [item], "timestamp": at, "payment": "cash", **fields}
    answer = await call(client, db, counter.device, "/api/v1/pos/sales", body)
    assert answer.status_code == 201, answer.text


async def _consume(runtime: Runtime) -> None:
    consumer = Consumer(runtime, next(r for r in MODULE.reactions if r.name == CONSUMER))
    await consumer.step()
    while await consumer.step():
        pass


async def test_receipts_are_summed_by_the_day_they_were_made(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    async with db.write() as tx:
        owner, keeper, stranger = [await make_user(tx) for _ in range(3)]
    counter = await make_counter(runtime, owner_id=owner.id)
    await make_staff(db, counter, keeper.id, "storekeeper")
    # Midnight in Bishkek is 18:00 UTC of the day before.
    await _sell(client, db, counter, 1, "2026-11-19T17:59:59Z")
    await _sell(client, db, counter, 2, "2026-11-19T18:00:00Z", payment="card")
    await _sell(client, db, counter, 3, "2026-11-20T05:00:00Z")
    await _sell(client, db, counter, 4, "2026-11-20T05:30:00Z", payment="qr")
    await _sell(
        client,
        db,
        counter,
        1,
        "2026-11-20T05:40:00Z",
        receipt_number="B",
        type="refund",
        original_receipt_number="R-3",
    )
    await _consume(runtime)
    path, headers = f"/api/v1/shops/{counter.shop_id}/pos-summary", await bearer(runtime, owner)
    first, second = (await client.get(path, headers=headers)).json()["items"]
    assert (first["day"], first["sales"]["count"], first["late"]["count"], first["late"]["total"]["amount"]) == (
        "2026-11-19",
        1,
        1,
        10000,
    )
    assert (second["day"], second["sales"], second["items_sold"]) == (
        "2026-11-20",
        {"count": 3, "total": {"amount": 90000, "currency": "KGS", "display": "900\u202fсом"}},
        8,
    )
    assert (second["revenue"]["amount"], second["average_receipt"]["amount"]) == (80000, 30000)
    assert {k: v["amount"] for k, v in second["payments"].items()} == {
        "cash": 20000,
        "card": 20000,
        "qr": 40000,
        "other": 0,
    }
    only = await client.get(path, params={"from": "2026-11-19", "to": "2026-11-19"}, headers=headers)
    assert only.json()["items"] == [first]
    best = (await client.get(f"{path}/2026-11-20/top-goods", headers=headers)).json()["items"]
    assert [(g["variant_id"], g["qty"], g["amount"]["amount"]) for g in best] == [
        (str(counter.goods[0].id), 6, 60000),
        (str(counter.goods[1].id), 2, 20000),
    ]
    asked = [
        (await client.get(path, headers=await bearer(runtime, keeper))).status_code,
        (await client.get(path, headers=await bearer(runtime, stranger))).status_code,
        (await client.get(f"{path}/2026-11-20/top-goods", headers=await bearer(runtime, stranger))).status_code,
        (await client.get(path)).status_code,
    ]
    assert asked == [403, 404, 404, 401]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-20", "to": "2026-11-19"},
        {"from": "2025-01-01", "to": "2026-11-19"},
        {"from": "yesterday"},
        {"to": "2026-13-01"},
    ],
)
async def test_a_wrong_span_is_a_problem_document(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, query: dict[str, str]
) -> None:
    async with db.write() as tx:
        owner = await make_user(tx)
    counter = await make_counter(runtime, goods=0, owner_id=owner.id)
    path = f"/api/v1/shops/{counter.shop_id}/pos-summary"
    answer = await client.get(path, params=query, headers=await bearer(runtime, owner))
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_REQUEST"), answer.text
