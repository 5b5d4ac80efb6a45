"""Reading workbooks, and refusing those that are none or would cost too much, without a database."""

from __future__ import annotations

import io
import os
import resource
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]
from hypothesis import given
from hypothesis import strategies as st

from kerben.flows.goods_import import workbook_check
from kerben.flows.goods_import.rows import Reader, ReadRow, UnreadableFileError
from kerben.flows.goods_import.table import guard_cell
from kerben.flows.goods_import.tests.make import workbook
from kerben.flows.goods_import.xlsx_format import read_xlsx, text_of

HEADER = ["Артикул", "Название", "Цена", "Штрихкод", "Остаток", "Размер"]


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def read(path: Path) -> list[ReadRow]:
    reader = Reader("KGS", {})
    return [reader.read(raw) for raw in read_xlsx(path)]


def drawn(draw: Callable[[Any, Any], None]) -> bytes:
    """A workbook drawn by hand."""
    file = io.BytesIO()
    book: Any = xlsxwriter.Workbook(file)
    draw(book, book.add_worksheet())
    book.close()
    return file.getvalue()


def changed(content: bytes, name: str, text: Callable[[str], str]) -> bytes:
    """A workbook with one part rewritten."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, text(data.decode()).encode() if part == name else data)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_numbers_come_as_excel_shows_them(tmp_path: Path) -> None:
    rows = [
        ["A-1", "Чай", 1500.5, 4601546021298, 3, "44"],
        [1001, "Кофе", "1 500,50", "4.601546021298E+12", 2.5, 44],
        ["A-3", 2024, 0.1 + 0.2, 61500127178, "5.0", "'44"],
        ["A-4", "Рис", 99, "61500127178.0", None, None],
        ["A-5", "Мука", 99, "'4601546021298", None, date(2026, 12, 10)],
    ]
    found = read(write(tmp_path, workbook(HEADER, *rows)))
    items = [row.item for row in found]
    assert [row.fault for row in found[:3]] == [None, None, None]
    assert [(i.sku, i.name, i.price, i.barcode) for i in items if i] == [
        ("A-1", "Чай", 150_050, "4601546021298"),
        ("1001", "Кофе", 150_050, "4601546021298"),
        ("A-3", "2024", 30, "61500127178"),
        ("A-4", "Рис", 9_900, "61500127178"),
        ("A-5", "Мука", 9_900, "4601546021298"),
    ]
    assert [row.stock_milli for row in found] == [3_000, 2_500, 5_000, None, None]
    assert items[4] is not None
    assert items[4].attributes == {"size": "2026-12-10"}


@pytest.mark.parametrize("text", ["4.60123E+12", "4,6E+12", "6.15E+10"])
def test_a_barcode_that_excel_rounded_is_a_fault_of_its_row(tmp_path: Path, text: str) -> None:
    found = read(write(tmp_path, workbook(HEADER, ["A", "Чай", 1, text], ["B", "Кофе", 1, None])))
    assert [row.fault.code if row.fault else None for row in found] == ["BARCODE_ROUNDED", None]
    assert text in (found[0].fault.message if found[0].fault else "")


def test_the_header_may_stand_below_a_title_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    def draw(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "Прайс-лист магазина")
        sheet.write_row(3, 2, HEADER)
        sheet.write_row(4, 2, ["A", "Чай", 10])
        sheet.write_row(7, 2, ["B", "Кофе", 20])
        sheet.set_row(7, None, None, {"hidden": True})
        book.add_worksheet("Второй").write_row(0, 0, [*HEADER])

    found = read(write(tmp_path, drawn(draw)))
    assert [(row.row, row.item.sku if row.item else None) for row in found] == [(5, "A"), (8, "B")]


def test_formulas_give_their_value_and_merged_cells_speak_for_each_row(tmp_path: Path) -> None:
    def draw(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["sku", "name", "price", "group", "size"])
        sheet.merge_range(1, 1, 2, 1, "Платье")
        sheet.merge_range(1, 3, 2, 3, "g1")
        for row, sku in ((1, "D-44"), (2, "D-46"), (3, "T")):
            sheet.write(row, 0, sku)
            sheet.write_formula(row, 2, "=100*1.5", None, 150)
        sheet.write_formula(3, 1, '="Чай"', None, "Чай")
        sheet.write_formula(3, 4, "=NA()", None, "#N/A")

    items = [row.item for row in read(write(tmp_path, drawn(draw)))]
    assert [(i.sku, i.name, i.price, i.group_key) for i in items if i] == [
        ("D-44", "Платье", 15_000, "g1"),
        ("D-46", "Платье", 15_000, "g1"),
        ("T", "Чай", 15_000, None),
    ]


def test_the_first_visible_sheet_counts(tmp_path: Path) -> None:
    def draw(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["не", "то"])
        goods = book.add_worksheet("Товары")
        goods.write_row(0, 0, ["sku", "name", "price"])
        goods.write_row(1, 0, ["A", "Чай", 10])
        goods.activate()
        goods.set_first_sheet()
        sheet.hide()

    assert [row.item.sku for row in read(write(tmp_path, drawn(draw))) if row.item] == ["A"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"sku,name,price\nA,B,1\n", "CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, ".xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "паролем"),
        (b"PK\x03\x04broken", "повреждён"),
        (workbook(HEADER)[:-200], "повреждён"),
        (workbook(), "пуст"),
        (workbook(["sku", "name"], ["A", "B"]), "price"),
        (workbook(["sku", "name", "price", "цена"], ["A", "B", 1, 1]), "повторяется"),
    ],
)
def test_what_is_no_workbook_is_said_so(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFileError, match=says):
        list(read_xlsx(write(tmp_path, content)))


def test_another_zip_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(UnreadableFileError, match="Это не таблица Excel"):
        list(read_xlsx(path))


def spread(*references: str) -> Callable[[str], str]:
    cells = "".join(f'<row r="{r.lstrip("XFDA")}"><c r="{r}"><v>1</v></c></row>' for r in references)
    return lambda text: text.replace("</sheetData>", f"{cells}</sheetData>")


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("corner", ["XFD1048576", "A1048576", "XFD2"])
def test_a_cell_far_away_is_refused_before_it_costs_memory(tmp_path: Path, corner: str) -> None:
    content = workbook(["sku", "name", "price", "ean"], ["A", "B", 1, 2])
    path = write(tmp_path, changed(content, SHEET, spread(corner)))
    before = peak_mb()
    with pytest.raises(UnreadableFileError, match="слишком большой лист"):
        list(read_xlsx(path))
    assert peak_mb() - before < 50


def test_cells_that_only_have_a_format_do_not_count(tmp_path: Path) -> None:
    content = workbook(["sku", "name", "price"], ["A", "B", 1])
    empty = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    path = write(tmp_path, changed(content, SHEET, lambda text: text.replace("</sheetData>", empty)))
    before = peak_mb()
    assert [row.item.sku for row in read(path) if row.item] == ["A"]
    assert peak_mb() - before < 100


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook(["sku", "name", "price"], ["A", "B", 1])
    bomb = changed(
        content, "xl/sharedStrings.xml", lambda text: text.replace("</sst>", "<si/>" * 2_000_000 + "</sst>")
    )
    assert len(bomb) < 100_000
    monkeypatch.setattr(workbook_check, "TEXTS_MAX", 1_000_000)
    with pytest.raises(UnreadableFileError, match="слишком большой"):
        list(read_xlsx(write(tmp_path, bomb)))
    monkeypatch.setattr(workbook_check, "UNPACKED_MAX", 1_000_000)
    with pytest.raises(UnreadableFileError, match="слишком велик"):
        list(read_xlsx(write(tmp_path, bomb)))


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    content = workbook(["sku", "name", "price"], *[[f"S-{n}", "B", 1] for n in range(500)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size
    lied = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lied != content
    with pytest.raises(UnreadableFileError, match="повреждён"):
        list(read_xlsx(write(tmp_path, lied)))


def test_entities_in_a_part_are_refused(tmp_path: Path) -> None:
    content = workbook(["sku", "name", "price"], ["A", "B", 1])
    doctype = '<!DOCTYPE worksheet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'
    path = write(tmp_path, changed(content, SHEET, lambda text: text.replace("<worksheet", doctype, 1)))
    with pytest.raises(UnreadableFileError, match="сущности"):
        list(read_xlsx(path))


def test_noise_in_a_workbook_never_does_more_than_refuse_it(tmp_path: Path) -> None:
    content = bytearray(workbook(HEADER, *[[f"S-{n}", "Чай", 1] for n in range(50)]))
    refused = 0
    for place in range(0, len(content), max(1, len(content) // 60)):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        try:
            read(write(tmp_path, bytes(broken)))
        except UnreadableFileError:
            refused += 1
    assert refused > 10


@pytest.mark.slow
def test_no_broken_byte_does_more_than_refuse_a_workbook(tmp_path: Path) -> None:
    content = bytearray(workbook(HEADER, ["S-1", "Чай", 1]))
    refused = 0
    for place in range(len(content)):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        try:
            read(write(tmp_path, bytes(broken)))
        except UnreadableFileError:
            refused += 1
    assert refused > len(content) // 3


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (4601546021298.0, "4601546021298"),
        (0.1 + 0.2, "0.3"),
        (1e20, "100000000000000000000"),
        (1234.5, "1234.5"),
        (-0.0, "0"),
        (True, "true"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime.fromisoformat("2026-01-02T03:04"), "2026-01-02 03:04:00"),
        ("  Чай ", "Чай"),
    ],
)
def test_a_cell_is_the_text_it_shows(cell: Any, text: str) -> None:
    assert text_of(cell) == text


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=8)
)
@pytest.mark.slow
def test_texts_come_back_from_a_workbook(texts: list[str]) -> None:
    content = workbook(["sku", "name", "price", "description"], *[["A", "B", "1", guard_cell(t)] for t in texts])
    path = Path(f"/tmp/kerben-xlsx-{os.getpid()}")  # noqa: S108 - hypothesis knows no fixture for each example
    path.write_bytes(content)
    try:
        found = [raw.description or "" for raw in read_xlsx(path)]
    finally:
        path.unlink()
    assert found == [text.strip() for text in texts]
