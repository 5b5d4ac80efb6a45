"""CSV tables as shops keep them.

The first line names the columns, in Russian or English, in any order and case; columns that are not known are passed
over. `sku`, `name` and `price` must be there:

| field | names of the column |
|---|---|
| sku | sku, артикул, код |
| name | name, название, наименование |
| price | price, цена |
| barcode | barcode, ean, штрихкод, штрих-код |
| category | category, категория |
| currency | currency, валюта |
| unit | unit, единица, ед |
| stock_qty | stock_qty, stock, qty, остаток, количество |
| description | description, описание |
| picture | picture, image, картинка, фото |
| group | group, group_id, группа (rows with the same group are variants of one product) |
| an attribute | attr.<name>; размер or size, цвет or color |

Commas, semicolons or tabs between the fields; UTF-8 with or without a mark, UTF-16 with one, or windows-1251. An
empty cell says nothing: what is stored stays. A cell that begins like a formula is exported with an apostrophe before
it (spreadsheets would run it otherwise), which is taken off again here.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from kerben.domains.catalog.api import RowFault
from kerben.flows.goods_import.rows import RawRow, UnreadableFileError

COLUMNS: Final = {
    "sku": ("sku", "артикул", "код"),
    "name": ("name", "название", "наименование"),
    "price": ("price", "цена"),
    "barcode": ("barcode", "ean", "штрихкод", "штрих-код"),
    "category": ("category", "категория"),
    "currency": ("currency", "валюта"),
    "unit": ("unit", "единица", "ед"),
    "stock": ("stock_qty", "stock", "qty", "остаток", "количество"),
    "description": ("description", "описание"),
    "picture": ("picture", "image", "картинка", "фото"),
    "group_key": ("group", "group_id", "группа"),
}
REQUIRED: Final = ("sku", "name", "price")
ATTRIBUTE_ALIASES: Final = {"размер": "size", "size": "size", "цвет": "color", "color": "color", "colour": "color"}
ATTRIBUTE_PREFIX: Final = "attr."
DELIMITERS: Final = (",", ";", "\t")

_FIELDS: Final = {name: field for field, names in COLUMNS.items() for name in names}
_GUARDED: Final = re.compile(r"'+[=+\-@]")
_FORMULA: Final = re.compile(r"'*[=+\-@]")
_HEAD: Final = 64 * 1024
_NOTHING: Final[list[str]] = []


def guard_cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula; `unguard_cell` gives the text back."""
    return "'" + text if _FORMULA.match(text) else text


def unguard_cell(text: str) -> str:
    """The text behind a guarded cell."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def read_csv(path: Path) -> Iterator[RawRow]:
    """The rows of a table, numbered as a spreadsheet shows them (the header is row 1).

    Raises UnreadableFileError when the encoding or the header cannot be understood.
    """
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        try:
            delimiter = _delimiter(file.readline(_HEAD))
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter)
            columns = _columns(next(reader, _NOTHING))
            yield from _records(reader, columns)
        except UnicodeError as error:
            raise UnreadableFileError("Файл повреждён: кодировка нарушена.") from error


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        piece = file.read(1 << 20)
        if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while piece:
                decoder.decode(piece)
                piece = file.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _legacy(path)
    return "utf-8-sig"


def _legacy(path: Path) -> str:
    """windows-1251, unless the bytes are not text at all."""
    decoder = codecs.getincrementaldecoder("cp1251")()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 20):
                if "\x00" in decoder.decode(piece):
                    raise UnreadableFileError("Это не таблица CSV: файл двоичный.")
        except UnicodeDecodeError as error:
            raise UnreadableFileError("Кодировка файла не распознана: нужна UTF-8 или windows-1251.") from error
    return "cp1251"


def _delimiter(head: str) -> str:
    """The delimiter by which most of the header's cells are names that we know."""

    def score(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([head], delimiter=delimiter), _NOTHING)
        return sum(_field(cell) is not None for cell in cells), len(cells)

    return max(DELIMITERS, key=score)


def _field(cell: str) -> str | None:
    """The field of a column: one of COLUMNS, `attr.<name>`, None when it is not known."""
    name = unguard_cell(cell.strip())
    plain = name.lower().rstrip(".")
    if plain in _FIELDS:
        return _FIELDS[plain]
    if plain in ATTRIBUTE_ALIASES:
        return ATTRIBUTE_PREFIX + ATTRIBUTE_ALIASES[plain]
    if plain.startswith(ATTRIBUTE_PREFIX) and len(plain) > len(ATTRIBUTE_PREFIX):
        return ATTRIBUTE_PREFIX + name[len(ATTRIBUTE_PREFIX) :].strip()
    return None


def _columns(header: Sequence[str]) -> list[str | None]:
    columns = [_field(cell) for cell in header]
    known = [column for column in columns if column is not None]
    missing = [name for name in REQUIRED if name not in known]
    if missing:
        names = ", ".join(f"{name} ({COLUMNS[name][1]})" for name in missing)
        raise UnreadableFileError(f"В первой строке нет столбцов: {names}.")
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise UnreadableFileError(f"Столбец повторяется: {', '.join(twice)}.")
    return columns


def _records(reader: Iterator[list[str]], columns: Sequence[str | None]) -> Iterator[RawRow]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RawRow(row=number, fault=RowFault("", "UNREADABLE_ROW", "Строку не удалось разобрать."))
            continue
        if any(cell.strip() for cell in cells):
            yield _record(number, cells, columns)


def _record(number: int, cells: Sequence[str], columns: Sequence[str | None]) -> RawRow:
    raw = RawRow(row=number)
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        text = "Ячеек больше, чем столбцов. Проверьте кавычки и разделители."
        raw.fault = RowFault("", "TOO_MANY_CELLS", text)
        return raw
    attributes: dict[str, str] = {}
    asked = False
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        text = unguard_cell(cell.strip())
        if column.startswith(ATTRIBUTE_PREFIX):
            asked = True
            if text:
                attributes[column[len(ATTRIBUTE_PREFIX) :]] = text
        elif text:
            setattr(raw, column, text)
    if asked:
        raw.attributes = attributes
    return raw
