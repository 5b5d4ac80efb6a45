"""Runs of import against the database: what they write, how they resume, what repeating them does."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kerben.domains.catalog.api import (
    ImportFormat,
    NewProduct,
    NewVariant,
    cancel_import,
    create_products,
    price_history,
    set_rate,
)
from kerben.domains.catalog.tests.make import make_category
from kerben.domains.inventory.api import (
    AdjustmentCause,
    OpeningStock,
    StockChange,
    adjust,
    history,
    open_stock,
)
from kerben.domains.merchants.api import shops_by_ids
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.flows.goods_import import runner, writing
from kerben.flows.goods_import.export import export_csv, export_yml
from kerben.flows.goods_import.export_xlsx import export_xlsx
from kerben.flows.goods_import.runner import run_import
from kerben.flows.goods_import.tests.make import by_sku, carry, census, counts, load, on_hand, queue
from kerben.flows.goods_import.uploads import ImportFiles
from kerben.platform.db import Database
from kerben.platform.qty import Unit
from kerben.platform.runtime import Runtime

SAMPLE = Path(__file__).parent / "data" / "stefanitsky_valid_feed.xml"


@pytest.fixture
async def shop_id(db: Database) -> UUID:
    async with db.write() as tx:
        return await make_shop(tx, await make_merchant(tx))


TABLE = """sku;barcode;name;price;stock_qty;group;size;color;description
TEA-1;4601546021298;Чай чёрный;120;10;;;;Листовой
DRS-44;;Платье;1500;3;dress;44;красный;
DRS-46;;Платье;1500;0;dress;46;красный;
BAD;4601546021299;Чай;100;1;;;;
TEA-1;;Чай;100;1;;;;
"""


async def test_a_table_becomes_goods_and_stock(runtime: Runtime, shop_id: UUID) -> None:
    run = await carry(runtime, shop_id, TABLE)
    assert run.status == "done"
    assert counts(run) == (5, 5, 3, 0, 0, 2)
    faults = [(e.row, e.field, e.code) for e in run.errors if e.row > 4]
    assert faults == [(5, "barcode", "INVALID_BARCODE"), (6, "sku", "DUPLICATE_SKU")]
    goods = await by_sku(runtime.db, shop_id, "TEA-1", "DRS-44", "DRS-46", "BAD")
    assert set(goods) == {"TEA-1", "DRS-44", "DRS-46"}
    assert goods["DRS-44"].product_id == goods["DRS-46"].product_id
    assert goods["DRS-44"].attributes == {"size": "44", "color": "красный"}
    assert (goods["DRS-44"].barcode or "").startswith("29")
    assert await on_hand(runtime.db, shop_id, "TEA-1", "DRS-44", "DRS-46") == [10_000, 3_000, 0]
    assert not runtime.part(ImportFiles.of).path(run.file_ref).exists()


async def test_the_same_file_again_changes_nothing(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, TABLE)
    before = await census(runtime.db, shop_id)
    run = await carry(runtime, shop_id, TABLE)
    assert counts(run) == (5, 5, 0, 0, 3, 2)
    assert await census(runtime.db, shop_id) == before


async def test_changes_reach_prices_and_stock_with_their_cause(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, TABLE)
    rows = "TEA-1,Чай чёрный,135,7\nDRS-44,Платье,1500,3\nDRS-46,Платье,1500,\n"
    run = await carry(runtime, shop_id, f"sku,name,price,stock_qty\n{rows}")
    assert counts(run) == (3, 3, 0, 1, 2, 0)
    tea = (await by_sku(runtime.db, shop_id, "TEA-1"))["TEA-1"]
    assert tea.price == 13_500
    async with runtime.db.read() as tx:
        (point,) = await price_history(tx, tea.id)
        changes = await history(tx, tea.id)
    assert (point.source, point.reference) == ("import", str(run.id))
    assert [(c.cause, c.delta_milli, c.reference) for c in changes if c.cause is AdjustmentCause.IMPORT] == [
        (AdjustmentCause.IMPORT, -3_000, run.id)
    ]
    assert await on_hand(runtime.db, shop_id, "TEA-1", "DRS-44", "DRS-46") == [7_000, 3_000, 0]


async def test_a_file_without_stock_leaves_stock_alone(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, TABLE)
    run = await carry(runtime, shop_id, "sku,name,price\nTEA-1,Чай чёрный,120\nNEW,Новинка,1\n")
    assert counts(run) == (2, 2, 1, 0, 1, 0)
    assert await on_hand(runtime.db, shop_id, "TEA-1", "NEW") == [10_000, 0]


async def test_a_dry_run_counts_the_same_and_writes_nothing(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, TABLE)
    changed = TABLE.replace(";10;", ";11;") + "EXTRA;;Ещё;5;1;;;;\n"
    before = await census(runtime.db, shop_id)
    dry = await carry(runtime, shop_id, changed, dry_run=True)
    assert await census(runtime.db, shop_id) == before
    real = await carry(runtime, shop_id, changed)
    assert counts(dry) == counts(real) == (6, 6, 1, 1, 2, 2)
    assert [(e.row, e.code) for e in dry.errors] == [(e.row, e.code) for e in real.errors]
    assert await census(runtime.db, shop_id) != before


async def test_the_real_feed_needs_a_rate_and_then_goes_in(runtime: Runtime, shop_id: UUID) -> None:
    content = SAMPLE.read_bytes()
    before = await census(runtime.db, shop_id)
    run = await carry(runtime, shop_id, content, "yml")
    assert counts(run) == (8, 8, 0, 0, 0, 8)
    assert {e.code for e in run.errors} == {"CURRENCY_RATE_MISSING"}
    assert await census(runtime.db, shop_id) == before
    async with runtime.db.write() as tx:
        await set_rate(tx, "RUB", Decimal("1.05"), by=None)
        await make_category(tx, "Принтеры")
    run = await carry(runtime, shop_id, content, "yml")
    # Two barcodes of the sample have wrong check digits.
    assert counts(run) == (8, 8, 6, 0, 0, 2)
    assert {e.code for e in run.errors} == {"INVALID_BARCODE", "UNKNOWN_CATEGORY"}
    printer = (await by_sku(runtime.db, shop_id, "1511AB"))["1511AB"]
    assert (printer.price, printer.product_name) == (8_503_950, "Принтер Brother 331")
    again = await carry(runtime, shop_id, content, "yml")
    assert (again.created, again.updated, again.unchanged) == (0, 0, run.created)


@pytest.mark.parametrize(
    ("file_format", "content"),
    [("csv", "a,b\n1,2\n"), ("yml", "<yml_catalog><shop>"), ("yml", '<!DOCTYPE x [<!ENTITY a "b">]><yml_catalog/>')],
)
async def test_an_unreadable_file_fails_as_a_whole(
    runtime: Runtime, shop_id: UUID, file_format: ImportFormat, content: str
) -> None:
    before = await census(runtime.db, shop_id)
    run = await carry(runtime, shop_id, content, file_format)
    assert run.status == "failed"
    assert run.failure
    assert await census(runtime.db, shop_id) == before


async def test_a_feed_that_breaks_off_writes_nothing(runtime: Runtime, shop_id: UUID) -> None:
    offers = "".join(f'<offer id="o{n}"><name>Чай</name><price>1</price></offer>' for n in range(3_000))
    before = await census(runtime.db, shop_id)
    run = await carry(runtime, shop_id, f"<yml_catalog><shop><offers>{offers}", "yml")
    assert (run.status, run.processed) == ("failed", 0)
    assert await census(runtime.db, shop_id) == before


async def test_a_lost_file_fails_the_run(runtime: Runtime, shop_id: UUID) -> None:
    run_id = await queue(runtime, shop_id, TABLE)
    await runtime.part(ImportFiles.of).delete((await load(runtime, run_id)).file_ref)
    await run_import(runtime, str(run_id).encode())
    assert (await load(runtime, run_id)).status == "failed"


def many(rows: int) -> str:
    return "sku,name,price,stock_qty\n" + "".join(f"S-{n:06d},Товар {n},{n + 1},{n % 50}\n" for n in range(rows))


class CrashError(BaseException):
    """The power went."""


async def test_a_killed_run_goes_on_where_it_stopped(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 10)
    calls = 0
    run_id = await queue(runtime, shop_id, many(35))
    upsert = writing.upsert_rows

    async def crash(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        outcomes = await upsert(*args, **kwargs)
        if calls == 3:
            raise CrashError
        return outcomes

    monkeypatch.setattr(writing, "upsert_rows", crash)
    with pytest.raises(CrashError):
        await run_import(runtime, str(run_id).encode())
    halfway = await load(runtime, run_id)
    assert (halfway.status, halfway.processed, halfway.created) == ("running", 20, 20)
    assert (await census(runtime.db, shop_id))[0] == 20
    await run_import(runtime, str(run_id).encode())
    assert counts(await load(runtime, run_id)) == (35, 35, 35, 0, 0, 0)
    assert (await census(runtime.db, shop_id))[0] == 35
    assert calls == 5


async def test_two_workers_on_one_run_have_one_effect(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 7)
    run_id = await queue(runtime, shop_id, many(60))
    await asyncio.gather(*(run_import(runtime, str(run_id).encode()) for _ in range(2)))
    run = await load(runtime, run_id)
    assert run.status == "done"
    assert counts(run) == (60, 60, 60, 0, 0, 0)
    assert (await census(runtime.db, shop_id))[0] == 60


async def test_a_cancelled_run_writes_no_further_chunk(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 10)
    run_id = await queue(runtime, shop_id, many(30))
    take, taken = runner._take, 0  # pyright: ignore[reportPrivateUsage]

    def slow(rows: Any) -> Any:
        nonlocal taken
        taken += 1
        if taken == 2:
            asyncio.run_coroutine_threadsafe(cancel(), loop).result()
        return take(rows)

    async def cancel() -> None:
        # The second chunk is read while the first is written.
        while (await load(runtime, run_id)).processed < 10:
            await asyncio.sleep(0)
        async with runtime.db.write() as tx:
            assert await cancel_import(tx, run_id)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(runner, "_take", slow)
    await run_import(runtime, str(run_id).encode())
    run = await load(runtime, run_id)
    assert (run.status, run.processed) == ("cancelled", 10)
    assert (await census(runtime.db, shop_id))[0] == 10
    assert not runtime.part(ImportFiles.of).path(run.file_ref).exists()


async def make_odd_goods(runtime: Runtime, shop_id: UUID) -> None:
    """Goods whose texts are hard on file formats."""
    async with runtime.db.write() as tx:
        parent = await make_category(tx, "Еда и напитки")
        child = await make_category(tx, "Масла/жидкости", parent_id=parent)
        made = await create_products(
            tx,
            [
                NewProduct(
                    shop_id,
                    '=SUM(A1) "кавычки"; <b>& запятые,',
                    "- первая строка\nвторая <i>строка</i> & всё",
                    child,
                    [
                        NewVariant("'=A", None, {"Цвет": "@red; «b»", "size": "4\t4"}, 12_345, Unit.PCS),
                        NewVariant("B & <C>", None, {}, 100, Unit.PCS),
                    ],
                    "/pictures/1.png",
                ),
                NewProduct(shop_id, "Яблоки", "", parent, [NewVariant("APL", None, {}, 9_000, Unit.KG)]),
                NewProduct(shop_id, "Продано больше", "", parent, [NewVariant("NEG", None, {}, 50, Unit.PCS)]),
            ],
        )
        ids = [(p.id, i) for p in made for i in p.variant_ids]
        qty = [3_000, 0, 12_345, 0]
        await open_stock(tx, [OpeningStock(i, shop_id, p, q) for (p, i), q in zip(ids, qty, strict=True)])
        await adjust(tx, [StockChange(variant_id=ids[3][1], delta_milli=-2_000, cause=AdjustmentCause.POS_SALE)])


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "yml"])
async def test_an_export_comes_back_unchanged(runtime: Runtime, shop_id: UUID, file_format: ImportFormat) -> None:
    await carry(runtime, shop_id, TABLE)
    await make_odd_goods(runtime, shop_id)
    before = await census(runtime.db, shop_id)
    async with runtime.db.read() as tx:
        shop = (await shops_by_ids(tx, [shop_id]))[shop_id]
    if file_format == "xlsx":
        pieces = await export_xlsx(runtime.db, shop_id)
    else:
        pieces = export_csv(runtime.db, shop_id) if file_format == "csv" else export_yml(runtime.db, shop, "http://k")
    content = b"".join([piece async for piece in pieces])
    run = await carry(runtime, shop_id, content, file_format)
    assert counts(run) == (7, 7, 0, 0, 7, 0), [(e.row, e.code) for e in run.errors]
    assert run.errors == []
    assert await census(runtime.db, shop_id) == before


async def test_a_bug_ends_the_run_and_a_lost_database_does_not(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await queue(runtime, shop_id, "sku;name;price\nA;Чай;10\n")
    ref = (await load(runtime, run_id)).file_ref
    store = runtime.part(ImportFiles.of)

    def break_with(error: Exception) -> None:
        async def broken(*_: Any, **__: Any) -> Any:
            raise error

        monkeypatch.setattr(writing, "upsert_rows", broken)

    break_with(asyncpg.CannotConnectNowError("starting up"))
    with pytest.raises(asyncpg.CannotConnectNowError):
        await run_import(runtime, str(run_id).encode())
    assert (await load(runtime, run_id)).status == "running"
    assert store.path(ref).exists()
    break_with(RuntimeError("bug"))
    await run_import(runtime, str(run_id).encode())
    run = await load(runtime, run_id)
    assert (run.status, run.processed) == ("failed", 0)
    assert "внутренней ошибки" in (run.failure or "")
    assert not store.path(ref).exists()


async def test_a_file_of_too_many_rows_is_refused_as_a_whole(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ROWS_MAX", 2)
    before = await census(runtime.db, shop_id)
    run = await carry(runtime, shop_id, "sku;name;price\nA;Чай;10\nB;Чай;10\nC;Чай;10\n")
    assert (run.status, run.processed) == ("failed", 0)
    assert "больше 2 строк" in (run.failure or "")
    assert await census(runtime.db, shop_id) == before


async def test_stock_by_weight_needs_no_unit_where_the_goods_are_known(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, "sku;name;price;unit;stock_qty\nK;Курут;10;кг;2\nP;Пиала;10;шт;2\n")
    run = await carry(runtime, shop_id, "sku;name;price;stock_qty\nK;Курут;10;1,5\nP;Пиала;10;1,5\nN;Нож;10;0,5\n")
    assert counts(run) == (3, 3, 0, 1, 0, 2)
    assert [(e.row, e.field, e.code) for e in run.errors] == [
        (3, "stock_qty", "INVALID_STOCK"),
        (4, "stock_qty", "INVALID_STOCK"),
    ]
    assert await on_hand(runtime.db, shop_id, "K", "P") == [1_500, 2_000]
    assert await by_sku(runtime.db, shop_id, "N") == {}
