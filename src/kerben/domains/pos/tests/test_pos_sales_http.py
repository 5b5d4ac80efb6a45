"""Receipts over HTTP: what is recorded, what is refused, and what changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kerben.domains.catalog.api import VariantFacts, price_history, variants_by_ids
from kerben.domains.inventory.api import levels
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.tests.make import Counter, call, make_counter, make_device, make_goods
from kerben.platform import outbox
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.qty import Unit
from kerben.platform.runtime import Runtime

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
AT = "2026-11-20T05:59:00Z"


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(MODULE)


def _sale(number: str, *items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"receipt_number": number, "items": list(items), "timestamp": AT, **fields}


def _item(counter: Counter, n: int = 0, qty: float = 1, unit_price: Any = 1500, **fields: Any) -> dict[str, Any]:
    return {"variant_id": str(counter.goods[n].id), "qty": qty, "unit_price": unit_price, **fields}


async def _stock(db: Database, counter: Counter) -> list[float]:
    async with db.read() as tx:
        found = await levels(tx, [g.id for g in counter.goods])
    return [found[g.id].on_hand_milli / 1000 for g in counter.goods]


async def _facts(db: Database, counter: Counter, n: int = 0) -> VariantFacts:
    async with db.read() as tx:
        return (await variants_by_ids(tx, [counter.goods[n].id]))[counter.goods[n].id]


async def _counts(db: Database, counter: Counter) -> tuple[int, ...]:
    async with db.read() as tx:
        return (
            await tx.fetchval("SELECT count(*) FROM pos.sale WHERE shop_id = $1", counter.shop_id),
            await tx.fetchval("SELECT count(*) FROM pos.receipt_key WHERE shop_id = $1", counter.shop_id),
        )


async def _invariants(db: Database) -> None:
    async with db.read() as tx:
        for module in (MODULE, INVENTORY):
            for name, sql in module.checks.items():
                assert await tx.fetch(sql) == [], name


async def test_a_sale_moves_stock_and_is_told(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime)
    async with db.read() as tx:
        since = await outbox.last_position(tx)
    body = _sale(
        "R-1",
        _item(counter, 0, 2),
        {"sku": counter.goods[1].sku, "qty": 1, "unit_price": "1500.00", "discount": 0.5},
        {"barcode": counter.goods[1].barcode, "qty": 1, "unit_price": 1500.0},
        payment="cash",
    )
    response = await call(client, db, counter.device, "/api/v1/pos/sales", body)
    assert response.status_code == 201, response.text
    assert response.json()["receipt_number"] == "R-1"
    assert response.json()["total"] == 5999.5
    assert await _stock(db, counter) == [8, 8]
    async with db.read() as tx:
        page = await outbox.read_page(tx, outbox.Cursor(last=since), None)
    names = sorted(e.event.name for e in page.events)
    assert names == ["inventory.stock_changed.v1", "inventory.stock_changed.v1", "pos.sale_recorded.v1"]
    await _invariants(db)


async def test_the_same_receipt_counts_once(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime)
    answers = await asyncio.gather(
        *(
            call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", _item(counter, 0, 1)))
            for _ in range(12)
        )
    )
    assert sorted(r.status_code for r in answers) == [201] + [409] * 11
    made = next(r.json()["sale_id"] for r in answers if r.status_code == 201)
    assert {r.json()["code"] for r in answers if r.status_code == 409} == {"DUPLICATE_SALE"}
    assert {r.json()["data"]["sale_id"] for r in answers if r.status_code == 409} == {made}
    assert await _stock(db, counter) == [9, 10]
    assert await _counts(db, counter) == (1, 1)
    other = await make_device(runtime, counter.shop_id)
    again = await call(client, db, other, "/api/v1/pos/sales", _sale("R-1", _item(counter)))
    assert again.status_code == 201
    await _invariants(db)


async def test_what_left_the_shop_is_recorded_whatever_the_stock(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime, qty=3)
    response = await call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", _item(counter, 0, 5)))
    assert response.status_code == 201
    assert await _stock(db, counter) == [-2, 3]


async def test_goods_nobody_counted_may_be_sold(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime, goods=0)
    async with db.write() as tx:
        counter.goods.append(await make_goods(tx, counter.shop_id, qty=None, unit=Unit.KG))
    response = await call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", _item(counter, 0, 0.355)))
    assert (response.status_code, response.json()["total"]) == (201, 532.5)
    assert await _stock(db, counter) == [-0.355]
    await _invariants(db)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"variant_id": "00000000-0000-7000-8000-00000000abcd"}, "/items/0/variant_id"),
        ({"variant_id": "nonsense"}, "/items/0/variant_id"),
        ({"variant_id": None, "sku": "no\u0000such"}, "/items/0/sku"),
        ({"variant_id": None, "barcode": "4600000000001"}, "/items/0/barcode"),
        ({"variant_id": None}, "/items/0"),
        ({"sku": "A"}, "/items/0"),
        ({"qty": 0}, "/items/0/qty"),
        ({"qty": -1}, "/items/0/qty"),
        ({"qty": 1.5}, "/items/0/qty"),
        ({"qty": 1e30}, "/items/0/qty"),
        ({"qty": True}, "/items/0/qty"),
        ({"qty": "1_0"}, "/items/0/qty"),
        ({"unit_price": 15.005}, "/items/0/unit_price"),
        ({"unit_price": "15,5"}, "/items/0/unit_price"),
        ({"unit_price": -1}, "/items/0/unit_price"),
        ({"unit_price": None}, "/items/0/unit_price"),
        ({"unit_price": 1e14, "qty": 100000}, "/items/0/unit_price"),
        ({"discount": 1500.01}, "/items/0/discount"),
    ],
)
async def test_a_wrong_line_is_refused_and_nothing_changes(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, change: dict[str, Any], pointer: str
) -> None:
    counter = await make_counter(runtime)
    item = {k: v for k, v in {**_item(counter), **change}.items() if v is not None or k == "unit_price"}
    response = await call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", item))
    assert response.status_code == 422, response.text
    assert [e["pointer"] for e in response.json()["errors"]] == [pointer]
    assert await _stock(db, counter) == [10, 10]
    assert await _counts(db, counter) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"receipt_number": " "},
        {"receipt_number": "x\u0000"},
        {"receipt_number": "x" * 65},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-20T05:59:00"},
        {"type": "gift"},
        {"items": []},
        {"type": "refund"},
        {"payment": "shells"},
    ],
)
async def test_a_receipt_of_wrong_form_is_refused(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, fields: dict[str, Any]
) -> None:
    counter = await make_counter(runtime)
    body = {**_sale("R-1", _item(counter)), **fields}
    response = await call(client, db, counter.device, "/api/v1/pos/sales", body)
    assert response.status_code == 422, response.text
    assert response.json()["errors"]
    assert await _counts(db, counter) == (0, 0)


async def test_another_shops_goods_are_unknown_here(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter, other = await make_counter(runtime), await make_counter(runtime)
    response = await call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", _item(other)))
    assert (response.status_code, response.json()["code"]) == (422, "INVALID_ITEM")
    assert await _stock(db, other) == [10, 10]
    # The number was not used up by the refusal.
    assert (await call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", _item(counter)))).is_success


async def test_a_refund_returns_goods_up_to_what_was_sold(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)

    async def send(number: str, *items: dict[str, Any], **fields: Any) -> httpx.Response:
        return await call(client, db, counter.device, "/api/v1/pos/sales", _sale(number, *items, **fields))

    back = {"type": "refund", "original_receipt_number": "R-1"}
    await send("R-1", _item(counter, 0, 3, discount=300), _item(counter, 1, 1))
    assert (await send("R-2", _item(counter, 0, 2, 1400), **back)).status_code == 201
    assert await _stock(db, counter) == [9, 9]
    refusals = [
        await send("R-3", _item(counter, 0, 2, 1400), **back),
        await send("R-3", _item(counter, 0, 1), **back),
        await send("R-3", _item(counter, 0, 1, 1400), _item(counter, 0, 1, 0), **back),
        await send("R-3", _item(counter, 0, 1), type="refund", original_receipt_number="R-2"),
        await send("R-3", _item(counter, 0, 1), type="refund", original_receipt_number="R-99"),
    ]
    assert [(r.status_code, r.json()["errors"][0]["pointer"]) for r in refusals] == [
        (422, "/items/0/qty"),
        (422, "/items/0/unit_price"),
        (422, "/items/1/qty"),
        (422, "/original_receipt_number"),
        (422, "/original_receipt_number"),
    ]
    assert await _stock(db, counter) == [9, 9]
    assert (await send("R-3", _item(counter, 0, 1, 1400), **back)).status_code == 201
    assert (await send("R-2", _item(counter, 0, 2, 1400), **back)).json()["code"] == "DUPLICATE_SALE"
    assert await _stock(db, counter) == [10, 9]
    assert (await _facts(db, counter)).price == 150000
    await _invariants(db)


async def test_a_void_reverses_a_receipt_once(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime)

    async def send(number: str, original: str | None = None, kind: str = "sale", qty: int = 2) -> httpx.Response:
        items = [] if kind == "void" else [_item(counter, 0, qty)]
        body = {"receipt_number": number, "type": kind, "items": items, "timestamp": AT}
        if original:
            body["original_receipt_number"] = original
        return await call(client, db, counter.device, "/api/v1/pos/sales", body)

    await send("R-1")
    answer = await send("R-2", "R-1", "void")
    assert (answer.status_code, answer.json()["total"]) == (201, 3000)
    assert await _stock(db, counter) == [10, 10]
    refusals = [
        await send("R-3", "R-1", "void"),
        await send("R-3", "R-2", "void"),
        await send("R-3", "R-9", "void"),
        await send("R-3", "R-1", "refund"),
    ]
    assert [r.status_code for r in refusals] == [422] * 4
    # A refund may be voided too; then its goods are sold again and may come back another time.
    await send("S-1")
    await send("S-2", "S-1", "refund")
    assert (await send("S-3", "S-1", "void")).status_code == 422
    assert (await send("S-4", "S-2", "void")).status_code == 201
    assert await _stock(db, counter) == [8, 10]
    assert (await send("S-5", "S-1", "refund")).status_code == 201
    assert await _stock(db, counter) == [10, 10]
    await _invariants(db)


async def test_two_refunds_at_once_take_back_no_more_than_was_sold(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)
    await call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", _item(counter, 0, 2)))
    back = {"type": "refund", "original_receipt_number": "R-1"}
    answers = await asyncio.gather(
        *(
            call(client, db, counter.device, "/api/v1/pos/sales", _sale(f"B-{n}", _item(counter), **back))
            for n in range(8)
        )
    )
    assert sorted(r.status_code for r in answers) == [201] * 2 + [422] * 6
    assert await _stock(db, counter) == [10, 10]
    await _invariants(db)


async def test_an_upload_answers_for_each_receipt_in_order(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)
    back = {"type": "refund", "original_receipt_number": "R-1"}
    sales: list[Any] = [
        _sale("R-1", _item(counter, 0, 2)),
        _sale("R-2", _item(counter, 0, 0)),
        _sale("R-3", _item(counter), device_id="another"),
        {"receipt_number": "R-4", "items": "nothing"},
        _sale("R-5", _item(counter), **back),
        _sale("R-1", _item(counter, 0, 2)),
        _sale("R-2", _item(counter, 1, 1)),
        _sale("R-6", _item(counter, 0, 2), **back),
    ]
    response = await call(client, db, counter.device, "/api/v1/pos/sales/bulk", {"sales": sales})
    assert response.status_code == 200, response.text
    rows = response.json()["results"]
    assert [row["receipt_number"] for row in rows] == [sale["receipt_number"] for sale in sales]
    assert [row["status"] for row in rows] == [201, 422, 403, 422, 201, 409, 201, 422]
    assert rows[1]["errors"][0]["pointer"] == "/items/0/qty"
    assert await _stock(db, counter) == [9, 9]
    again = await call(client, db, counter.device, "/api/v1/pos/sales/bulk", {"sales": sales})
    assert [row["status"] for row in again.json()["results"]] == [409, 409, 403, 422, 409, 409, 409, 422]
    assert await _stock(db, counter) == [9, 9]
    await _invariants(db)


async def test_an_upload_is_limited(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime)
    sales = [_sale(f"R-{n}", _item(counter)) for n in range(501)]
    refused = await call(client, db, counter.device, "/api/v1/pos/sales/bulk", {"sales": sales})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/sales")
    assert await _counts(db, counter) == (0, 0)
    taken = await call(client, db, counter.device, "/api/v1/pos/sales/bulk", {"sales": sales[:500]})
    assert taken.json()["recorded"] == 500
    assert await _stock(db, counter) == [-490, 10]


async def test_a_sale_at_another_price_sets_the_online_price(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)

    async def sell(number: str, price: float, at: str) -> None:
        body = {**_sale(number, _item(counter, 0, 1, price)), "timestamp": at}
        assert (await call(client, db, counter.device, "/api/v1/pos/sales", body)).status_code == 201

    await sell("R-1", 1400.5, "2026-11-20T05:00:00Z")
    assert (await _facts(db, counter)).price == 140050
    # Kept while offline and uploaded late: an old price does not come back, and a gift sets none.
    await sell("R-2", 1500, "2026-11-20T04:00:00Z")
    await sell("R-3", 0, "2026-11-20T05:30:00Z")
    assert (await _facts(db, counter)).price == 140050
    await sell("R-4", 1600, "2026-11-20T05:40:00Z")
    async with db.read() as tx:
        history = await price_history(tx, counter.goods[0].id)
    assert [(p.new_price, p.source, p.reference) for p in history][:2] == [
        (160000, "pos", "R-4"),
        (140050, "pos", "R-1"),
    ]


async def test_where_the_platform_is_master_another_price_is_a_discrepancy(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    counter = await make_counter(runtime)
    async with db.write() as tx:
        await tx.execute("UPDATE merchants.shop SET price_master = 'platform' WHERE id = $1", counter.shop_id)

    async def sell(number: str, price: int) -> list[tuple[int, int, bool]]:
        await call(client, db, counter.device, "/api/v1/pos/sales", _sale(number, _item(counter, 0, 1, price)))
        async with db.read() as tx:
            rows = await tx.fetch(
                "SELECT * FROM pos.discrepancy WHERE shop_id = $1 AND kind = 'price'", counter.shop_id
            )
        return [(row["reported"], row["ours"], row["resolved_at"] is None) for row in rows]

    assert await sell("R-1", 1400) == [(140000, 150000, True)]
    assert await sell("R-2", 1300) == [(130000, 150000, True)]
    assert await sell("R-3", 1500) == [(130000, 150000, False)]
    assert (await _facts(db, counter)).price == 150000


async def test_a_receipt_from_the_future_counts_as_of_now(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    ahead = (clock.now() + timedelta(days=400)).isoformat()
    body = {**_sale("R-1", _item(counter)), "timestamp": ahead}
    assert (await call(client, db, counter.device, "/api/v1/pos/sales", body)).status_code == 201
    async with db.read() as tx:
        assert await tx.fetchval("SELECT sold_at FROM pos.sale WHERE shop_id = $1", counter.shop_id) == clock.now()


async def test_old_receipts_and_new_months_find_their_partition(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    async with db.write() as tx:
        assert await tx.fetchval("SELECT pos.make_partitions($1, 2)", (clock.now() + timedelta(days=60)).date()) > 0
    clock.advance(days=62)
    sent = [
        {**_sale("R-1", _item(counter)), "timestamp": "2025-01-01T00:00:00Z"},
        {**_sale("R-2", _item(counter)), "timestamp": clock.now().isoformat()},
        _sale("R-3", _item(counter), type="refund", original_receipt_number="R-1"),
    ]
    answers = [await call(client, db, counter.device, "/api/v1/pos/sales", body) for body in sent]
    assert [r.status_code for r in answers] == [201, 201, 201]
    await _invariants(db)


async def test_the_downlink_gives_what_changed(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    counter = await make_counter(runtime)
    everything = (await call(client, db, counter.device, "/api/v1/pos/catalog")).json()
    assert {i["variant_id"]: (i["price"], i["on_hand"], i["barcode"]) for i in everything["items"]} == {
        str(g.id): (1500, 10, g.barcode) for g in counter.goods
    }
    clock.advance(minutes=5)
    path = f"/api/v1/pos/catalog?since={everything['next_since']}"
    later = (await call(client, db, counter.device, path)).json()
    assert {i["variant_id"] for i in later["items"]} == {str(g.id) for g in counter.goods}
    clock.advance(minutes=5)
    path = f"/api/v1/pos/catalog?since={later['next_since']}"
    assert (await call(client, db, counter.device, path)).json()["items"] == []
    await call(client, db, counter.device, "/api/v1/pos/sales", _sale("R-1", _item(counter, 1)))
    (item,) = (await call(client, db, counter.device, path)).json()["items"]
    assert (item["variant_id"], item["on_hand"]) == (str(counter.goods[1].id), 9)
