"""Barcodes in files: numbers that spreadsheets changed, codes that change places, the real reference; goods off sale
and goods without a price."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from uuid import UUID

import pytest

from kerben.domains.catalog.api import (
    FALLBACK_CATEGORY,
    VariantPatch,
    normalise_barcode,
    update_product,
    update_variant,
)
from kerben.domains.catalog.barcodes import expand_upc_e
from kerben.domains.catalog.errors import InvalidBarcodeError
from kerben.domains.catalog.model import ProductPatch
from kerben.domains.catalog.tests.make import make_category
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.flows.goods_import import runner
from kerben.flows.goods_import.tests.make import by_sku, carry, census, counts
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

ROOT = Path(__file__).parents[5]
A, B, C = "4601546021298", "4603726031011", "4603726031004"


@pytest.fixture
async def shop_id(db: Database) -> UUID:
    async with db.write() as tx:
        return await make_shop(tx, await make_merchant(tx))


def table(*rows: tuple[str, str], filler: int = 0) -> str:
    """SKUs and barcodes, with other goods between them."""
    lines: list[str] = []
    for number, (sku, code) in enumerate(rows):
        lines += [f"F-{number}-{n};;Другое;1" for n in range(filler if number else 0)]
        lines.append(f"{sku};{code};Товар;10")
    return "\n".join(["sku;barcode;name;price", *lines, ""])


async def codes(runtime: Runtime, shop_id: UUID, *skus: str) -> list[str | None]:
    found = await by_sku(runtime.db, shop_id, *skus)
    return [found[sku].barcode for sku in skus]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("96385074", "96385074"),
        ("1234565", "01234565"),
        ("036000291452", "0036000291452"),
        ("36000291452", "0036000291452"),
        ("4601546021298", "4601546021298"),
        ("04601546021298", "4601546021298"),
        ("14601546021295", "14601546021295"),
        ("9780306406157", "9780306406157"),
    ],
)
def test_numbers_of_gs1_are_stored_in_one_form(text: str, stored: str) -> None:
    assert normalise_barcode(text) == stored


@pytest.mark.parametrize("text", ["96385075", "036000291453", "4601546021299", "14601546021296", "123456", "1" * 15])
def test_wrong_numbers_of_gs1_are_refused(text: str) -> None:
    with pytest.raises(InvalidBarcodeError):
        normalise_barcode(text)


@pytest.mark.parametrize(
    ("text", "upc"),
    [
        ("04252614", "042100005264"),
        ("01048522", "010200004852"),
        ("96385074", None),
        ("0425261", None),
    ],
)
def test_a_upc_e_stands_for_a_upc_a(text: str, upc: str | None) -> None:
    assert expand_upc_e(text) == upc


async def test_two_goods_swap_their_barcodes(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, table(("a", A), ("b", B)))
    run = await carry(runtime, shop_id, table(("a", B), ("b", A)))
    assert counts(run) == (2, 2, 0, 2, 0, 0), run.errors
    assert await codes(runtime, shop_id, "a", "b") == [B, A]


async def test_they_swap_across_chunks_and_pass_codes_on_in_a_ring(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 4)
    await carry(runtime, shop_id, table(("a", A), ("b", B), ("c", C), filler=6))
    run = await carry(runtime, shop_id, table(("a", B), ("b", C), ("c", A), filler=6))
    assert (run.updated, run.failed, run.processed) == (3, 0, run.total), run.errors
    assert await codes(runtime, shop_id, "a", "b", "c") == [B, C, A]
    before = await census(runtime.db, shop_id)
    again = await carry(runtime, shop_id, table(("a", B), ("b", C), ("c", A), filler=6))
    assert (again.updated, again.created) == (0, 0)
    assert await census(runtime.db, shop_id) == before


async def test_a_new_row_may_take_a_code_that_another_row_gives_up(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, table(("a", A)))
    run = await carry(runtime, shop_id, table(("n", A), ("a", B)))
    assert counts(run) == (2, 2, 1, 1, 0, 0), run.errors
    assert await codes(runtime, shop_id, "n", "a") == [A, B]


async def test_a_code_that_its_owner_keeps_is_not_taken(
    runtime: Runtime, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 2)
    await carry(runtime, shop_id, table(("a", A), ("b", B), ("c", C)))
    before = await census(runtime.db, shop_id)
    # b would take c's code, which c keeps; so b keeps its own, and a cannot have that.
    run = await carry(runtime, shop_id, table(("a", B), ("b", C), ("c", C)))
    assert (run.processed, run.failed) == (3, 2)
    assert {(e.row, e.code) for e in run.errors if e.field == "barcode"} == {
        (2, "BARCODE_TAKEN"),
        (3, "BARCODE_TAKEN"),
    }
    assert await codes(runtime, shop_id, "a", "b", "c") == [A, B, C]
    assert await census(runtime.db, shop_id) == before


async def test_goods_off_sale_stay_so_with_a_warning_or_come_back(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, "sku;name;price;group\nX;Чай;10;\nD-1;Платье;10;g\nD-2;Платье;10;g\n")
    goods = await by_sku(runtime.db, shop_id, "X", "D-1", "D-2")
    async with runtime.db.write() as tx:
        await update_variant(tx, goods["X"].id, VariantPatch(is_active=False))
        await update_product(tx, goods["D-1"].product_id, ProductPatch(is_active=False))
    text = "sku;name;price;group\nX;Чай;12;\nD-2;Платье;10;g\n"
    run = await carry(runtime, shop_id, text)
    assert counts(run) == (2, 2, 0, 1, 1, 0)
    assert [(e.row, e.code) for e in run.errors if e.code == "OFF_SALE"] == [(2, "OFF_SALE"), (3, "OFF_SALE")]
    found = await by_sku(runtime.db, shop_id, "X", "D-2")
    assert [(v.price, v.is_active) for v in found.values()] == [(1_200, False), (1_000, False)]
    run = await carry(runtime, shop_id, text, revive=True)
    assert counts(run) == (2, 2, 0, 2, 0, 0)
    assert all(v.is_active for v in (await by_sku(runtime.db, shop_id, "X", "D-2")).values())
    before = await census(runtime.db, shop_id)
    again = await carry(runtime, shop_id, text, revive=True)
    assert counts(again) == (2, 2, 0, 0, 2, 0)
    assert await census(runtime.db, shop_id) == before


async def test_a_default_price_is_for_new_goods_only(runtime: Runtime, shop_id: UUID) -> None:
    await carry(runtime, shop_id, "sku;name;price\nOLD;Чай;77\n")
    refused = await carry(runtime, shop_id, "sku;name\nOLD;Чай\nNEW;Кофе\n")
    assert (refused.status, refused.processed) == ("failed", 0)
    assert "default_price" in (refused.failure or "")
    run = await carry(runtime, shop_id, "sku;name\nOLD;Чай\nNEW;Кофе\n", default_price=500)
    assert counts(run) == (2, 2, 1, 0, 1, 0)
    assert [v.price for v in (await by_sku(runtime.db, shop_id, "OLD", "NEW")).values()] == [7_700, 500]
    mixed = await carry(runtime, shop_id, "sku;name;price\nOLD;Чай;80\nNEW;Кофе;\nN2;Рис;9\n", default_price=600)
    assert counts(mixed) == (3, 3, 1, 1, 1, 0)
    found = await by_sku(runtime.db, shop_id, "OLD", "NEW", "N2")
    assert [found[sku].price for sku in ("OLD", "NEW", "N2")] == [8_000, 500, 900]


async def test_many_warnings_leave_room_for_what_is_wrong(runtime: Runtime, shop_id: UUID) -> None:
    rows = "".join(f"S-{n};;Товар;1\n" for n in range(1_500)) + "BAD;4601546021299;Товар;1\n"
    run = await carry(runtime, shop_id, f"sku;barcode;name;price\n{rows}")
    assert (run.failed, run.error_count) == (1, 1_501)
    assert len(run.errors) < 1_000
    assert (run.errors[-1].row, run.errors[-1].code) == (1_502, "INVALID_BARCODE")


UHTT = "ID\tUPCEAN\tName\tCategoryID\tCategoryName\tBrandID\tBrandName\n"


async def test_the_columns_of_the_barcode_reference_are_known(runtime: Runtime, shop_id: UUID) -> None:
    async with runtime.db.write() as tx:
        food = await make_category(tx, "Продукты")
        juice = await make_category(tx, "Сок яблочный", parent_id=food)
    rows = (
        "1\t036000291452\tСалфетки\t1\tНеклассифицированные/default\t0\t\n"
        "2\t4603726031011\tСок\t17374\tПродукты (folder)/Сок яблочный\t9\t!DEAS\n"
        "3\t4603726031012\tСок\t1\tНеклассифицированные/default\t0\t\n"
    )
    run = await carry(runtime, shop_id, UHTT + rows, default_price=100)
    assert counts(run) == (3, 3, 2, 0, 0, 1)
    assert [(e.row, e.code) for e in run.errors if e.field == "barcode"] == [(4, "INVALID_BARCODE")]
    found = await by_sku(runtime.db, shop_id, "1", "2")
    assert found["1"].barcode == "0036000291452"
    assert found["2"].attributes == {"бренд": "!DEAS"}
    async with runtime.db.read() as tx:
        stored = await tx.fetch("SELECT category_id FROM catalog.product WHERE shop_id = $1 ORDER BY id", shop_id)
    assert [row["category_id"] for row in stored] == [FALLBACK_CATEGORY, juice]


def sample() -> Path | None:
    """The real shard of the reference, where the sample data are."""
    folder = Path(os.environ.get("KERBEN_SAMPLE_DATA") or ROOT / Settings().sample_data)
    path = folder / "barcodes" / "uhtt_barcode_ref_0001.csv"
    return path if path.is_file() else None


def is_right(code: str) -> bool:
    """GS1's check digit, counted plainly: weights 3 and 1 from the right."""
    digits = [int(digit) for digit in reversed(code)]
    return sum(d * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10 == 0


@pytest.mark.slow
@pytest.mark.skipif(sample() is None, reason="the sample data (KERBEN_SAMPLE_DATA) are not here")
async def test_the_real_barcode_reference_goes_in(runtime: Runtime, shop_id: UUID) -> None:
    path = sample()
    assert path is not None
    content = path.read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter="\t"))
    wrong = {n: row["UPCEAN"] for n, row in enumerate(rows, 2) if not is_right(row["UPCEAN"])}
    assert wrong
    run = await carry(runtime, shop_id, content, default_price=100)
    assert (run.status, run.total, run.failed) == ("done", len(rows), len(wrong)), run.errors[-5:]
    assert {e.row: e.code for e in run.errors if e.field == "barcode"} == dict.fromkeys(wrong, "INVALID_BARCODE")
    async with runtime.db.read() as tx:
        stored = await tx.fetch("SELECT sku, barcode FROM catalog.variant WHERE shop_id = $1", shop_id)
    expected = {row["ID"]: row["UPCEAN"] for n, row in enumerate(rows, 2) if n not in wrong}
    assert {row["sku"]: row["barcode"] for row in stored} == {
        sku: code if len(code) == 8 else code.zfill(13) for sku, code in expected.items()
    }
    before = await census(runtime.db, shop_id)
    # As a spreadsheet gives them back, which takes them for numbers and drops their zeros.
    eaten = UHTT + "".join("\t".join({**r, "UPCEAN": r["UPCEAN"].lstrip("0")}.values()) + "\n" for r in rows)
    again = await carry(runtime, shop_id, eaten, default_price=999)
    short = sum(len(code.lstrip("0")) < 7 for code in expected.values())
    assert (again.created, again.updated, again.failed) == (0, 0, len(wrong) + short)
    assert await census(runtime.db, shop_id) == before
