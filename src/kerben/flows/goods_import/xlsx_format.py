"""Excel workbooks (.xlsx): the first visible sheet, with the columns of `table`.

The header is the first line, of the first thirty, that names every column that must be there, so that a title or a
logo may stand above it. Hidden rows count like others. A cell merged downwards says the same in each of its rows; of
a formula the value counts that Excel left in the file. Numbers are read as Excel shows them, to 15 digits; a date is
written YYYY-MM-DD.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kerben.flows.goods_import.rows import RawRow, UnreadableFileError
from kerben.flows.goods_import.table import Columns, columns_of, known_columns, record
from kerben.flows.goods_import.workbook_check import check_workbook

Cell = int | float | str | bool | time | date | datetime | timedelta

HEADER_ROWS: Final = 30
"""So many lines are looked at for the header."""
MERGED_MAX: Final = 100_000
"""Merged cells beyond these are read as Excel stores them: the first says it, the others are empty."""

_EXACT_INT: Final = 10**15


def read_xlsx(path: Path, *, has_price: bool = False) -> Iterator[RawRow]:
    """The rows of a workbook, numbered as Excel shows them.

    `has_price`: it may do without a column of prices. Raises UnreadableFileError for a file that is no workbook, is
    broken, locked by a password or too large, or has no header.
    """
    check_workbook(path)
    try:
        yield from _read(path, has_price=has_price)
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFileError("Файл Excel повреждён.") from error
    except BaseException as error:
        # What the reader, a Rust program, did not foresee; PyO3 makes it a BaseException that cannot be imported.
        if type(error).__name__ == "PanicException":
            raise UnreadableFileError("Файл Excel повреждён.") from error
        raise


def _read(path: Path, *, has_price: bool) -> Iterator[RawRow]:
    with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
        sheet = _first_sheet(book)
        lines = enumerate(_lines(sheet), 1)
        number, columns = _header(list(islice(lines, HEADER_ROWS)), has_price=has_price)
        # Begun anew, because rows of goods stood among the first lines too.
        for place, cells in islice(enumerate(_lines(sheet), 1), number, None):
            texts = [text_of(cell) for cell in cells]
            if any(texts):
                yield record(place, texts, columns)


def _first_sheet(book: CalamineWorkbook) -> CalamineSheet:
    for place, about in enumerate(book.sheets_metadata):
        if about.typ is SheetTypeEnum.WorkSheet and about.visible is SheetVisibleEnum.Visible:
            return book.get_sheet_by_index(place)
    raise UnreadableFileError("В книге нет листа с таблицей.")


def _lines(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    """The rows of a sheet from its first, with merged cells filled downwards."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    beginning: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, _) in (sheet.merged_cell_ranges or [])[:MERGED_MAX]:
        if bottom > top and column >= left:
            beginning.setdefault(top, []).append((column - left, bottom))
    held: dict[int, tuple[int, Cell]] = {}
    for number, cells in enumerate(sheet.iter_rows()):
        if held:
            held = {column: kept for column, kept in held.items() if kept[0] >= number}
            for column, (_, value) in held.items():
                cells[column] = value
        for column, bottom in beginning.get(number, ()):
            if column < len(cells):
                held[column] = (bottom, cells[column])
        yield cells


def _header(lines: Sequence[tuple[int, list[Cell]]], *, has_price: bool) -> tuple[int, Columns]:
    """The number of the header's line, and its columns."""
    read = [(number, [text_of(cell) for cell in cells]) for number, cells in lines]
    if not any(any(texts) for _, texts in read):
        raise UnreadableFileError("Первый лист книги пуст.")
    fault: UnreadableFileError | None = None
    # The most promising line first; of equals the upper one.
    for number, texts in sorted(read, key=lambda line: -known_columns(line[1])):
        try:
            return number, columns_of(texts, has_price=has_price)
        except UnreadableFileError as error:
            fault = fault or error
    assert fault is not None  # noqa: S101 - there is a line, and each either returned or failed
    raise fault


def text_of(cell: Cell) -> str:
    """A cell as the text that it shows, without blanks around it."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)


def _number(value: float) -> str:
    """A number in full: Excel calculates in binary fractions but keeps, and shows, 15 digits."""
    if value.is_integer() and abs(value) < _EXACT_INT:
        return str(int(value))
    plain = format(Decimal(format(value, ".15g")), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
