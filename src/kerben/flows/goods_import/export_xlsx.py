"""A shop's goods on sale as a workbook: the columns and texts of the CSV table, prices and stock as numbers.

XlsxWriter writes row by row into a temporary file that has no name and goes with the last who holds it; only then the
sending begins.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs] - it carries its types without saying so
from xlsxwriter.worksheet import Worksheet  # pyright: ignore[reportMissingTypeStubs]

from kerben.flows.goods_import.errors import TooManyRowsError
from kerben.flows.goods_import.export import COLUMNS, cells_of, header, lines_of, survey
from kerben.platform.db import Database

ROWS_MAX: Final = 1_048_575
"""Rows of a sheet below its header."""

_PIECE: Final = 256 * 1024
_NUMBERS: Final = {COLUMNS.index("price"), COLUMNS.index("stock_qty")}
_EXACT_DIGITS: Final = 15
"""A number with more digits is written as text: Excel keeps no more."""


async def export_xlsx(db: Database, shop_id: UUID) -> AsyncIterator[bytes]:
    """A workbook in pieces, once it is complete. Raises TooManyRowsError before anything is written."""
    names, asked, rows = await survey(db, shop_id)
    if rows > ROWS_MAX:
        raise TooManyRowsError
    file = cast("BinaryIO", tempfile.TemporaryFile(prefix="kerben-export-"))  # noqa: SIM115 - outlives this call
    try:
        # Of what is written only the current row is in memory; the rest lies in a temporary file.
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet = cast("Worksheet", cast("Any", book).add_worksheet("Товары"))
        sheet.freeze_panes(1, 0)
        _write(sheet, 0, [header(asked)])
        number = 1
        async for lines in lines_of(db, shop_id):
            cells = [cells_of(*line, names, asked) for line in lines]
            await asyncio.to_thread(_write, sheet, number, cells)
            number += len(cells)
        await asyncio.to_thread(book.close)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return _pieces(file)


def _write(sheet: Worksheet, first: int, rows: Sequence[Sequence[str]]) -> None:
    for number, cells in enumerate(rows, first):
        for column, text in enumerate(cells):
            if not text:
                continue
            if first and column in _NUMBERS and len(text) <= _EXACT_DIGITS:
                sheet.write_number(number, column, float(Decimal(text)))
            else:
                sheet.write_string(number, column, text)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
