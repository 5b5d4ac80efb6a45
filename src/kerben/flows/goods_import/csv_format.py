"""CSV tables as shops keep them; their columns are those of `table`, named by the first line.

Commas, semicolons or tabs between the fields; UTF-8 with or without a mark, UTF-16 with one, or windows-1251.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kerben.domains.catalog.api import RowFault
from kerben.flows.goods_import.rows import RawRow, UnreadableFileError
from kerben.flows.goods_import.table import Columns, columns_of, known_columns, record

DELIMITERS: Final = (",", ";", "\t")

_HEAD: Final = 64 * 1024
_NOTHING: Final[list[str]] = []


def read_csv(path: Path, *, has_price: bool = False) -> Iterator[RawRow]:
    """The rows of a table, numbered as a spreadsheet shows them (the header is row 1).

    `has_price`: it may do without a column of prices. Raises UnreadableFileError when the encoding or the header
    cannot be understood.
    """
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        try:
            delimiter = _delimiter(file.readline(_HEAD))
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter)
            columns = columns_of(next(reader, _NOTHING), has_price=has_price)
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
        return known_columns(cells), len(cells)

    return max(DELIMITERS, key=score)


def _records(reader: Iterator[list[str]], columns: Columns) -> Iterator[RawRow]:
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
            yield record(number, cells, columns)
