"""The columns of a table, whatever file it comes in, and how a line of cells becomes a row.

One line names the columns, in Russian or English, in any order and case; columns that are not known are passed over.
`sku`, `name` and `price` must be there (`price` not when the run has a price for goods without one):

| field | names of the column |
|---|---|
| sku | sku, артикул, код |
| name | name, название, наименование |
| price | price, цена |
| barcode | barcode, ean, upc, gtin, штрихкод, штрих-код |
| category | category, категория |
| currency | currency, валюта |
| unit | unit, единица, ед |
| stock_qty | stock_qty, stock, qty, остаток, количество |
| description | description, описание |
| picture | picture, image, картинка, фото |
| group | group, group_id, группа (rows with the same group are variants of one product) |
| an attribute | attr.<name>; размер or size, цвет or color |

An empty cell says nothing: what is stored stays. A cell that begins like a formula is exported with an apostrophe
before it (spreadsheets would run it otherwise), which is taken off again here.

The barcode reference of Universe-HTT (https://github.com/papyrussolution/UhttBarcodeReference) is known by its own
columns, `ID, UPCEAN, Name, CategoryID, CategoryName, BrandID, BrandName`: its ID is the SKU, its brand an attribute.
It has no prices, so it needs a price for goods without one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from kerben.domains.catalog.api import RowFault
from kerben.flows.goods_import.rows import RawRow, UnreadableFileError

COLUMNS: Final = {
    "sku": ("sku", "артикул", "код"),
    "name": ("name", "название", "наименование"),
    "price": ("price", "цена"),
    "barcode": ("barcode", "ean", "upc", "gtin", "штрихкод", "штрих-код"),
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

_FIELDS: Final = {name: field for field, names in COLUMNS.items() for name in names}
_UHTT: Final = {
    "id": "sku",
    "upcean": "barcode",
    "name": "name",
    "categoryname": "category",
    "brandname": f"{ATTRIBUTE_PREFIX}бренд",
}
_UHTT_FOLDER: Final = " (folder)"
_UHTT_NO_CATEGORY: Final = "Неклассифицированные/default"
_GUARDED: Final = re.compile(r"'+[=+\-@]")
_FORMULA: Final = re.compile(r"'*[=+\-@]")


class Columns(msgspec.Struct, frozen=True):
    """What each column of a table is: a field of RawRow, `attr.<name>`, None when it is not known.

    `is_uhtt`: the table is the barcode reference of Universe-HTT.
    """

    fields: tuple[str | None, ...]
    is_uhtt: bool = False


def guard_cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula; `unguard_cell` gives the text back."""
    return "'" + text if _FORMULA.match(text) else text


def unguard_cell(text: str) -> str:
    """The text behind a guarded cell."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def known_columns(header: Sequence[str]) -> int:
    """How many cells of a line are names of columns that we know."""
    return sum(field is not None for field in _fields(header))


def columns_of(header: Sequence[str], *, has_price: bool = False) -> Columns:
    """The columns that a line names. `has_price`: a column of prices is not needed.

    Raises UnreadableFileError when one is missing that must be there, or one stands twice.
    """
    fields = _fields(header)
    known = [field for field in fields if field is not None]
    missing = [name for name in REQUIRED if name not in known and not (has_price and name == "price")]
    if missing:
        names = ", ".join(f"{name} ({COLUMNS[name][1]})" for name in missing)
        hint = " Цены нет в файле: укажите цену для таких товаров (default_price)." if missing == ["price"] else ""
        raise UnreadableFileError(f"В первой строке нет столбцов: {names}.{hint}")
    twice = sorted({field for field in known if known.count(field) > 1})
    if twice:
        raise UnreadableFileError(f"Столбец повторяется: {', '.join(twice)}.")
    return Columns(fields, is_uhtt=_is_uhtt(header))


def _is_uhtt(header: Sequence[str]) -> bool:
    return {"id", "upcean", "name"} <= {cell.strip().lower() for cell in header}


def _fields(header: Sequence[str]) -> tuple[str | None, ...]:
    if _is_uhtt(header):
        return tuple(_UHTT.get(cell.strip().lower()) for cell in header)
    return tuple(_field(cell) for cell in header)


def _field(cell: str) -> str | None:
    name = unguard_cell(cell.strip())
    plain = name.lower().rstrip(".")
    if plain in _FIELDS:
        return _FIELDS[plain]
    if plain in ATTRIBUTE_ALIASES:
        return ATTRIBUTE_PREFIX + ATTRIBUTE_ALIASES[plain]
    if plain.startswith(ATTRIBUTE_PREFIX) and len(plain) > len(ATTRIBUTE_PREFIX):
        return ATTRIBUTE_PREFIX + name[len(ATTRIBUTE_PREFIX) :].strip()
    return None


def record(number: int, cells: Sequence[str], columns: Columns) -> RawRow:
    """A line of cells as a row; `number` is the line as a spreadsheet shows it."""
    raw = RawRow(row=number)
    fields = columns.fields
    if len(cells) > len(fields) and any(cell.strip() for cell in cells[len(fields) :]):
        text = "Ячеек больше, чем столбцов. Проверьте кавычки и разделители."
        raw.fault = RowFault("", "TOO_MANY_CELLS", text)
        return raw
    attributes: dict[str, str] = {}
    asked = False
    for field, cell in zip(fields, cells, strict=False):
        if field is None:
            continue
        text = unguard_cell(cell.strip())
        if field.startswith(ATTRIBUTE_PREFIX):
            asked = True
            if text:
                attributes[field[len(ATTRIBUTE_PREFIX) :]] = text
        elif text:
            setattr(raw, field, text)
    if asked:
        raw.attributes = attributes
    if columns.is_uhtt and raw.category is not None:
        raw.category = None if raw.category == _UHTT_NO_CATEGORY else raw.category.replace(_UHTT_FOLDER, "")
    return raw
