"""Bulk import on a real database."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from kerben.domains.catalog.api import (
    FALLBACK_CATEGORY,
    ImportFault,
    ImportProgress,
    ImportRow,
    ImportStatus,
    NewCategory,
    NewImport,
    ProductFacts,
    RowOutcome,
    VariantPatch,
    advance_import,
    cancel_import,
    create_categories,
    create_import,
    finish_import,
    import_by_id,
    imports_of_shop,
    list_product_ids,
    price_history,
    products_by_ids,
    start_import,
    update_variant,
    upsert_rows,
)
from kerben.domains.catalog.import_rules import CategoryIndex
from kerben.domains.catalog.rules import VARIANTS_MAX
from kerben.domains.catalog.tests.make import make_product
from kerben.platform.db import Database
from kerben.platform.errors import IllegalTransitionError, NotFoundError
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit


def row(number: int, sku: str, **fields: Any) -> ImportRow:
    defaults: dict[str, Any] = {"name": f"Товар {sku}", "price": 100_00, **fields}
    return ImportRow(row=number, sku=sku, **defaults)


async def load(db: Database, shop_id: UUID, rows: Sequence[ImportRow], *, dry_run: bool = False) -> list[RowOutcome]:
    async with db.write() as tx:
        return await upsert_rows(tx, shop_id, rows, dry_run=dry_run, reference="run-1")


async def shop_products(db: Database, shop_id: UUID) -> dict[str, ProductFacts]:
    """Products by the SKU of their first variant."""
    async with db.read() as tx:
        ids = (await list_product_ids(tx, shop_id=shop_id, limit=100)).ids
        return {p.variants[0].sku: p for p in (await products_by_ids(tx, ids)).values()}


async def written(db: Database, shop_id: UUID) -> list[tuple[object, ...]]:
    """Versions of all rows of a shop and the number of events: what changes when anything is written."""
    async with db.read() as tx:
        rows = await tx.fetch(
            """
            SELECT v.sku, v.version, v.xmin::text, p.version, p.xmin::text
            FROM catalog.variant AS v JOIN catalog.product AS p ON p.id = v.product_id
            WHERE v.shop_id = $1 ORDER BY v.sku
            """,
            shop_id,
        )
        events = await tx.fetchval("SELECT count(*) FROM platform.outbox")
    return [*(tuple(r) for r in rows), (events,)]


async def test_rows_become_products_and_a_second_run_writes_nothing(db: Database) -> None:
    shop_id = new_id()
    rows = [
        row(2, "A", barcode="4006381333931", description="Красивая", attributes={"size": "S"}, picture="/p/a.svg"),
        row(3, "B", unit=Unit.KG, category="other"),
        row(4, "C1", group_key="G", attributes={"size": "S"}),
        row(5, "C2", group_key="G", attributes={"size": "M"}, name="Другое имя"),
    ]
    first = await load(db, shop_id, rows)
    assert [o.status for o in first] == ["created"] * 4
    assert first[2].product_id == first[3].product_id
    products = await shop_products(db, shop_id)
    assert sorted(products) == ["A", "B", "C1"]
    a = products["A"]
    assert (a.id, a.variants[0].id) == (first[0].product_id, first[0].variant_id)
    assert (a.description, a.picture, a.variants[0].barcode) == ("Красивая", "/p/a.svg", "4006381333931")
    assert products["B"].variants[0].unit is Unit.KG
    assert (products["B"].variants[0].barcode or "").startswith("29")
    assert [v.sku for v in products["C1"].variants] == ["C1", "C2"]
    assert products["C1"].name == "Товар C1"

    before = await written(db, shop_id)
    # Another cut of the same file, as after a crash.
    second = [*await load(db, shop_id, rows[:3]), *await load(db, shop_id, rows[3:])]
    assert [o.status for o in second] == ["unchanged"] * 4
    assert [o.variant_id for o in second] == [o.variant_id for o in first]
    assert await written(db, shop_id) == before


async def test_rows_of_a_group_find_each_other_over_batches(db: Database) -> None:
    shop_id = new_id()
    first = await load(db, shop_id, [row(1, "A", group_key="G")])
    second = await load(db, shop_id, [row(2, "B", group_key="G")])
    assert first[0].product_id == second[0].product_id
    other = await load(db, new_id(), [row(1, "A", group_key="G")])
    assert other[0].product_id != first[0].product_id


async def test_only_what_differs_is_changed(db: Database) -> None:
    shop_id = new_id()
    await load(db, shop_id, [row(1, "A", description="Старое", attributes={"size": "S"}), row(2, "B"), row(3, "C")])
    before = await shop_products(db, shop_id)
    outcomes = await load(db, shop_id, [row(1, "A", price=120_00), row(2, "B"), row(3, "C", name="Новое имя")])
    assert [o.status for o in outcomes] == ["updated", "unchanged", "updated"]
    after = await shop_products(db, shop_id)
    assert (after["A"].version, after["A"].variants[0].version) == (1, 2)
    assert (after["A"].description, after["A"].variants[0].attributes) == ("Старое", {"size": "S"})
    assert after["A"].variants[0].price == 120_00
    assert after["B"] == before["B"]
    assert (after["C"].name, after["C"].version, after["C"].variants[0].version) == ("Новое имя", 2, 1)
    async with db.read() as tx:
        history = await price_history(tx, after["A"].variants[0].id)
    assert [(p.old_price, p.new_price, p.source, p.reference) for p in history] == [
        (100_00, 120_00, "import", "run-1")
    ]


async def test_a_bad_row_fails_alone(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        await make_product(tx, shop_id, sku="OLD", barcode="4006381333931")
    rows = [
        row(1, ""),
        row(2, "X", name=" "),
        row(3, "X", price=0),
        row(4, "X", barcode="4006381333932"),
        row(5, "X", barcode="4006381333931"),
        row(6, "GOOD", barcode="73513537"),
        row(7, "GOOD"),
        row(8, "Y", barcode="73513537"),
        row(9, "Z", attributes={"size": "x" * 200}),
    ]
    outcomes = await load(db, shop_id, rows)
    assert [(o.row, o.status, (o.fault.field, o.fault.code) if o.fault else None) for o in outcomes] == [
        (1, "failed", ("sku", "REQUIRED")),
        (2, "failed", ("name", "REQUIRED")),
        (3, "failed", ("price", "INVALID_PRICE")),
        (4, "failed", ("barcode", "INVALID_BARCODE")),
        (5, "failed", ("barcode", "BARCODE_TAKEN")),
        (6, "created", None),
        (7, "failed", ("sku", "DUPLICATE_SKU")),
        (8, "failed", ("barcode", "DUPLICATE_BARCODE")),
        (9, "failed", ("attributes", "TOO_LONG")),
    ]
    assert sorted(await shop_products(db, shop_id)) == ["GOOD", "OLD"]


async def test_a_dry_run_tells_the_same_and_writes_nothing(db: Database) -> None:
    shop_id = new_id()
    await load(db, shop_id, [row(1, "A"), row(2, "B")])
    before = await written(db, shop_id)
    rows = [row(1, "A", price=1), row(2, "B"), row(3, "C"), row(4, "D", barcode="1")]
    outcomes = await load(db, shop_id, rows, dry_run=True)
    assert [o.status for o in outcomes] == ["updated", "unchanged", "created", "failed"]
    assert outcomes[2].variant_id is None
    assert await written(db, shop_id) == before
    assert [o.status for o in await load(db, shop_id, rows)] == [o.status for o in outcomes]


async def test_categories_are_found_but_never_made(db: Database) -> None:
    shop_id, mark = new_id(), new_id().hex[-8:]
    async with db.write() as tx:
        roots = await create_categories(tx, [NewCategory(f"r{n}-{mark}", f"Отдел {n} {mark}") for n in (1, 2)])
        leaves = await create_categories(
            tx, [NewCategory(f"l{n}-{mark}", f"Тёплое {mark}", root) for n, root in enumerate(roots, 1)]
        )
    rows = [
        row(1, "SLUG", category=f"l1-{mark}"),
        row(2, "PATH", category=f"отдел 2 {mark} / теплое {mark}"),
        row(3, "TWICE", category=f"Тёплое {mark}"),
        row(4, "NOWHERE", category="Такой нет"),
        row(5, "NONE"),
    ]
    outcomes = await load(db, shop_id, rows)
    products = await shop_products(db, shop_id)
    assert {sku: p.category_id for sku, p in products.items()} == {
        "SLUG": leaves[0],
        "PATH": leaves[1],
        "TWICE": FALLBACK_CATEGORY,
        "NOWHERE": FALLBACK_CATEGORY,
        "NONE": FALLBACK_CATEGORY,
    }
    assert [[w.code for w in o.warnings] for o in outcomes] == [
        [],
        [],
        ["UNKNOWN_CATEGORY"],
        ["UNKNOWN_CATEGORY"],
        ["CATEGORY_MISSING"],
    ]
    again = await load(db, shop_id, [row(1, "SLUG", category="Такой нет")])
    assert (again[0].status, [w.code for w in again[0].warnings]) == ("unchanged", ["UNKNOWN_CATEGORY"])
    assert (await shop_products(db, shop_id))["SLUG"].category_id == leaves[0]


async def test_a_file_without_units_leaves_them(db: Database) -> None:
    shop_id = new_id()
    await load(db, shop_id, [row(1, "A", unit=Unit.KG)])
    (outcome,) = await load(db, shop_id, [row(1, "A")])
    assert outcome.status == "unchanged"
    assert (await shop_products(db, shop_id))["A"].variants[0].unit is Unit.KG


async def test_a_sku_renamed_by_hand_still_speaks_for_its_product(db: Database) -> None:
    shop_id = new_id()
    (outcome,) = await load(db, shop_id, [row(1, "A")])
    assert outcome.variant_id is not None
    async with db.write() as tx:
        await update_variant(tx, outcome.variant_id, VariantPatch(sku="A-NEW"))
    (again,) = await load(db, shop_id, [row(1, "A-NEW", name="Имя")])
    assert (again.status, again.variant_id) == ("updated", outcome.variant_id)
    assert (await shop_products(db, shop_id))["A-NEW"].name == "Имя"


@pytest.mark.parametrize("seed", range(12))
async def test_any_file_in_any_cut_is_settled_after_one_run(db: Database, seed: int) -> None:
    rng, shop_id = random.Random(seed), new_id()
    barcodes = ["4006381333931", "73513537", "036000291452", None, None, None]
    async with db.write() as tx:
        await make_product(tx, shop_id, sku="S1", barcode="73513537", attributes={"size": "M"})
    rows = [
        row(
            n,
            sku,
            name=rng.choice(["Чай", "Мёд", ""]),
            price=rng.choice([1, 100_00, 0]),
            barcode=rng.choice(barcodes),
            attributes=rng.choice([None, {}, {"size": "S"}]),
            description=rng.choice([None, "", "Текст"]),
            unit=rng.choice([None, Unit.PCS, Unit.KG]),
            group_key=rng.choice([None, "g", "h"]),
        )
        for n, sku in enumerate(rng.sample([f"S{k}" for k in range(12)], 12))
    ]

    async def run(*, dry_run: bool = False) -> list[RowOutcome]:
        outcomes: list[RowOutcome] = []
        rest = rows
        while rest:
            size = rng.randint(1, len(rest))
            outcomes += await load(db, shop_id, rest[:size], dry_run=dry_run)
            rest = rest[size:]
        return outcomes

    first = await run()
    before = await written(db, shop_id)
    second = [*await run(), *await run(dry_run=True)]
    assert await written(db, shop_id) == before
    assert {o.row for o in first if o.status == "failed"} == {o.row for o in second if o.status == "failed"}
    assert all(o.status in {"unchanged", "failed"} for o in second)


async def test_a_thousand_rows_are_quick(db: Database) -> None:
    shop_id = new_id()
    rows = [row(n, f"SKU-{n}", attributes={"size": str(n % 7)}, group_key=f"g{n // 3}") for n in range(1000)]
    began = time.perf_counter()
    assert {o.status for o in await load(db, shop_id, rows)} == {"created"}
    assert {o.status for o in await load(db, shop_id, rows)} == {"unchanged"}
    changed = [
        row(n, f"SKU-{n}", price=200_00, attributes={"size": "X"}, group_key=f"g{n // 3}") for n in range(1000)
    ]
    assert {o.status for o in await load(db, shop_id, changed)} == {"updated"}
    assert time.perf_counter() - began < 6, "well under two seconds on an idle machine"


async def test_a_run_goes_its_way(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        run_id = await create_import(tx, NewImport(shop_id, "csv", "imports/1", dry_run=False, file_name="a.csv"))
        assert (await import_by_id(tx, run_id)).status is ImportStatus.QUEUED
        assert not await advance_import(tx, run_id, ImportProgress(1))
        await start_import(tx, run_id, total=3000)
    faults = tuple(ImportFault(n, "sku", "REQUIRED", "Заполните это поле.") for n in range(700))
    for step in (1, 2):
        async with db.write() as tx:
            progress = ImportProgress(1000, created=300, failed=700, errors=faults, checkpoint={"row": step * 1000})
            assert await advance_import(tx, run_id, progress)
    async with db.write() as tx:
        run = await start_import(tx, run_id)
    assert (run.total, run.processed, run.created, run.failed) == (3000, 2000, 600, 1400)
    assert (len(run.errors), run.error_count, run.checkpoint) == (1000, 1400, {"row": 2000})
    async with db.write() as tx:
        assert await finish_import(tx, run_id)
        assert not await cancel_import(tx, run_id)
        assert not await finish_import(tx, run_id, failure="Поздно.")
        with pytest.raises(IllegalTransitionError):
            await start_import(tx, run_id)
    async with db.read() as tx:
        (listed,) = await imports_of_shop(tx, shop_id)
        assert listed.status is ImportStatus.DONE
        assert listed.finished_at is not None
        with pytest.raises(NotFoundError):
            await import_by_id(tx, new_id())


async def test_a_cancelled_run_takes_no_more_steps(db: Database) -> None:
    async with db.write() as tx:
        run_id = await create_import(tx, NewImport(new_id(), "yml", "imports/2", dry_run=True))
        await start_import(tx, run_id)
        assert await cancel_import(tx, run_id)
        assert not await advance_import(tx, run_id, ImportProgress(10, created=10))
    async with db.read() as tx:
        run = await import_by_id(tx, run_id)
    assert (run.status, run.processed) == (ImportStatus.CANCELLED, 0)


def test_a_category_of_blanks_is_looked_up_at_once() -> None:
    # Dividers with blanks around them took time by the square of the blanks, on the worker's event loop.
    started = time.perf_counter()
    assert CategoryIndex([]).find("a" + " " * 60_000 + "b") is None
    assert time.perf_counter() - started < 1


def group(first: int, count: int, *, words: int) -> list[ImportRow]:
    def attributes(n: int) -> dict[str, str]:
        chance = random.Random(n)
        return {
            f"a{k}": " ".join("".join(chance.choices("абвгдежзиклмнопрстуфхы", k=10)) for _ in range(words))
            for k in range(20)
        }

    return [row(n, f"G-{n}", group_key="g", attributes=attributes(n)) for n in range(first, first + count)]


async def test_a_group_that_grows_past_what_a_product_may_hold_fails_by_row(db: Database) -> None:
    shop_id = new_id()
    one = await load(db, shop_id, group(0, 150, words=1))
    two = await load(db, shop_id, group(150, 150, words=1))
    assert [o.status for o in one] == ["created"] * 150
    assert [o.status for o in two] == ["created"] * (VARIANTS_MAX - 150) + ["failed"] * 100
    assert {o.fault.code for o in two if o.fault} == {"TOO_MANY_VARIANTS"}
    (product,) = (await shop_products(db, shop_id)).values()
    assert len(product.variants) == VARIANTS_MAX


async def test_a_product_with_more_words_than_an_index_holds_is_stored(db: Database) -> None:
    # PostgreSQL refuses a tsvector over 1 MB: such a file stopped its import for ever.
    shop_id = new_id()
    await load(db, shop_id, group(0, 1, words=1))
    outcomes = await load(db, shop_id, group(1, 199, words=10))
    assert {o.status for o in outcomes} == {"created"}
