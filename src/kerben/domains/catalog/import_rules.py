"""Pure decisions of bulk import: which rows can be taken, which category is meant, what of a thing changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.barcodes import expand_upc_e
from kerben.domains.catalog.errors import InvalidBarcodeError
from kerben.domains.catalog.import_model import ImportRow, RowFault, StoredProduct, StoredVariant
from kerben.domains.catalog.model import Category, NewVariant
from kerben.domains.catalog.rules import (
    check_price,
    clean_attributes,
    clean_barcode,
    clean_description,
    clean_name,
    clean_picture,
    clean_sku,
    first_fault,
)
from kerben.platform.errors import InvalidRequestError
from kerben.platform.qty import Unit

GROUP_KEY_MAX: Final = 200

# Blanks around a divider are taken off the names: looked for here, a long run of them would take hours.
_DIVIDER: Final = re.compile(r"[/>\\|]")


class CheckedRow(msgspec.Struct, frozen=True):
    """A row of an import with its fields in their stored form."""

    source: ImportRow
    sku: str
    name: str
    price: int
    barcode: str | None
    description: str | None
    attributes: dict[str, str] | None
    picture: str | None
    group_key: str | None


def check_row(row: ImportRow) -> CheckedRow | RowFault:
    """A row in its stored form, or the first thing that is wrong with it."""
    try:
        return CheckedRow(
            row,
            clean_sku(row.sku),
            clean_name(row.name),
            check_price(row.price),
            clean_barcode(row.barcode),
            clean_description(row.description) if row.description is not None else None,
            clean_attributes(row.attributes) if row.attributes is not None else None,
            clean_picture(row.picture),
            (row.group_key or "").replace("\x00", "").strip()[:GROUP_KEY_MAX] or None,
        )
    except InvalidBarcodeError as error:
        return _barcode_fault(row.barcode or "", RowFault(*first_fault(error)))
    except InvalidRequestError as error:
        return RowFault(*first_fault(error))


def _barcode_fault(text: str, fault: RowFault) -> RowFault:
    """A fault of a barcode, with the code that may be meant."""
    code = expand_upc_e(text.strip())
    if code is None:
        return fault
    return RowFault(fault.field, fault.code, f"{fault.message} Если это UPC-E, впишите код целиком: {code}.")


def check_rows(rows: Sequence[ImportRow]) -> tuple[list[CheckedRow], dict[int, RowFault]]:
    """The rows that can be taken, and the faults of the others by their place. Of rows with one SKU or one barcode
    only the first is taken."""
    taken: list[CheckedRow] = []
    faults: dict[int, RowFault] = {}
    skus: set[str] = set()
    barcodes: set[str] = set()
    for place, row in enumerate(rows):
        checked = check_row(row)
        if isinstance(checked, RowFault):
            faults[place] = checked
        elif checked.sku in skus:
            faults[place] = RowFault("sku", "DUPLICATE_SKU", "Этот артикул уже встретился в файле выше.")
        elif checked.barcode is not None and checked.barcode in barcodes:
            faults[place] = RowFault("barcode", "DUPLICATE_BARCODE", "Этот штрихкод уже встретился в файле выше.")
        else:
            skus.add(checked.sku)
            if checked.barcode is not None:
                barcodes.add(checked.barcode)
            taken.append(checked)
    return taken, faults


class CategoryIndex:
    """Finds the category that a file means by a slug, a name, or a path of names."""

    def __init__(self, categories: Sequence[Category]) -> None:
        by_id = {category.id: category for category in categories}
        self._by_slug = {category.slug: category for category in categories}
        self._by_name: dict[str, list[Category]] = {}
        self._paths = {category.id: _path(category, by_id) for category in categories}
        for category in categories:
            self._by_name.setdefault(_fold(category.name), []).append(category)

    def find(self, text: str) -> Category | None:
        """The category, None for an unknown or ambiguous one. Of a path the last name counts; names before it decide
        between categories of one name."""
        slug = text.strip().lower()
        if slug in self._by_slug:
            return self._by_slug[slug]
        names = [_fold(name) for name in _DIVIDER.split(text.strip()) if name.strip()]
        if not names:
            return None
        # A name may hold a divider itself: «Масла/жидкости».
        candidates = self._by_name.get(_fold(text)) or self._by_name.get(names[-1], [])
        if len(candidates) > 1:
            candidates = [c for c in candidates if self._paths[c.id][-len(names) :] == names]
        return candidates[0] if len(candidates) == 1 else None


def _fold(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").split())


def _path(category: Category, by_id: dict[UUID, Category]) -> list[str]:
    names: list[str] = []
    here: Category | None = category
    while here is not None:
        names.append(_fold(here.name))
        here = by_id.get(here.parent_id) if here.parent_id else None
    return names[::-1]


def new_variant(row: CheckedRow) -> NewVariant:
    """The variant that a row adds."""
    return NewVariant(
        row.sku, row.barcode, row.attributes or {}, row.price, row.source.unit or Unit.PCS, row.source.currency
    )  # fmt: skip


def changed_variant(row: CheckedRow, old: StoredVariant, *, revive: bool) -> StoredVariant | None:
    """The variant as a row wants it, None when nothing but perhaps the price changes.

    A row that has no price of its own leaves currency and price as they are. `revive`: on sale again.
    """
    priced = not row.source.price_is_default
    new = StoredVariant(
        old.id,
        old.product_id,
        old.sku,
        row.barcode if row.barcode is not None else old.barcode,
        row.attributes if row.attributes is not None else old.attributes,
        row.price if priced else old.price,
        row.source.currency if priced else old.currency,
        row.source.unit or old.unit,
        old.is_active or revive,
    )
    same = (
        new.barcode == old.barcode
        and new.attributes == old.attributes
        and new.currency == old.currency
        and new.unit == old.unit
        and new.is_active == old.is_active
    )
    return None if same else new


def changed_product(
    row: CheckedRow, old: StoredProduct, category: Category | None, *, revive: bool
) -> StoredProduct | None:
    """The product as the row that speaks for it wants it, None when nothing changes.

    An unknown category leaves the product where it is. `revive`: on sale again.
    """
    new = StoredProduct(
        old.id,
        category.id if category is not None else old.category_id,
        row.name,
        row.description if row.description is not None else old.description,
        row.picture if row.picture is not None else old.picture,
        old.lead_sku,
        old.group_key,
        old.is_active or revive,
    )
    return None if new == old else new


def category_warning(row: CheckedRow, category: Category | None, *, is_new: bool) -> tuple[RowFault, ...]:
    """What to tell about the category of a row."""
    if category is not None or (row.source.category is None and not is_new):
        return ()
    where = "товар попал в «Прочее»" if is_new else "категория товара не изменена"
    if not (row.source.category or "").strip():
        return (RowFault("category", "CATEGORY_MISSING", f"Категория не указана: {where}."),)
    return (RowFault("category", "UNKNOWN_CATEGORY", f"Такой категории нет: {where}."),)


def off_sale_warning() -> RowFault:
    """What to tell of goods that were taken off sale and stay so."""
    text = "Товар снят с продажи: данные обновлены, на витрину он не возвращён."
    return RowFault("sku", "OFF_SALE", text)


def blocked_by_barcode(
    rows: Sequence[CheckedRow], owners: Mapping[str, StoredVariant]
) -> tuple[dict[str, str], set[UUID]]:
    """Which rows cannot have their barcode (SKU → SKU of the variant that has it), and which variants must give
    theirs up first because another row takes it.

    A row may take the barcode of a variant that gets another one by a row beside it: so barcodes change places. A row
    that is blocked keeps its barcode, which may block those that wait for it.
    """
    of_sku = {row.sku: row for row in rows}
    takers = [
        (row.sku, owner)
        for row in rows
        if row.barcode is not None and (owner := owners.get(row.barcode)) is not None and owner.sku != row.sku
    ]
    blocked: dict[str, str] = {}
    found = True
    while found:
        found = False
        for sku, owner in takers:
            own = of_sku.get(owner.sku)
            leaves = own is not None and own.barcode not in {None, owner.barcode} and owner.sku not in blocked
            if sku not in blocked and not leaves:
                blocked[sku] = owner.sku
                found = True
    return blocked, {owner.id for sku, owner in takers if sku not in blocked}
