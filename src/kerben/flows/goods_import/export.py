"""A shop's goods on sale as a file: the same columns and elements that an import reads, so that importing it again
changes nothing.

Written in pages as it is read by the client; no connection is held between them. Stock is what lies in the shop (on
hand); where a till has sold more than we knew of it is left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from kerben.domains.catalog.api import (
    Category,
    ProductFacts,
    VariantFacts,
    categories,
    list_product_ids,
    products_by_ids,
)
from kerben.domains.inventory.api import StockLevel, levels
from kerben.domains.merchants.api import ShopFacts
from kerben.flows.goods_import.table import ATTRIBUTE_PREFIX, guard_cell
from kerben.flows.goods_import.yml_format import OWN_PLATFORM
from kerben.platform.db import Database
from kerben.platform.money import to_major
from kerben.platform.qty import Unit, to_number

PAGE: Final = 200
"""Products read at once."""

COLUMNS: Final = (
    "sku",
    "barcode",
    "name",
    "category",
    "group",
    "price",
    "currency",
    "unit",
    "stock_qty",
    "description",
    "picture",
)
_DIVIDED: Final = re.compile(r"[/>\\|]")
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Line = tuple[ProductFacts, VariantFacts, StockLevel | None]


async def _pages(db: Database, shop_id: UUID) -> AsyncIterator[list[ProductFacts]]:
    cursor: str | None = None
    while True:
        async with db.read() as tx:
            page = await list_product_ids(tx, shop_id=shop_id, cursor=cursor, limit=PAGE)
            found = await products_by_ids(tx, page.ids)
        yield [found[i] for i in page.ids if i in found]
        cursor = page.next
        if cursor is None:
            return


async def lines_of(db: Database, shop_id: UUID) -> AsyncIterator[list[Line]]:
    """A shop's goods on sale with their stock, page by page."""
    async for products in _pages(db, shop_id):
        variants = [v.id for p in products for v in p.variants if v.is_active]
        async with db.read() as tx:
            stock = await levels(tx, variants)
        yield [(p, v, stock.get(v.id)) for p in products for v in p.variants if v.is_active]


def _stock(level: StockLevel | None) -> str:
    return str(to_number(level.on_hand_milli)) if level is not None and level.on_hand_milli >= 0 else ""


def _group(product: ProductFacts) -> str:
    return product.id.hex if len(product.variants) > 1 else ""


class CategoryNames:
    """How a file names a category: by the path of names, or by the slug where that path might mean another one."""

    def __init__(self, directory: Sequence[Category]) -> None:
        by_id = {category.id: category for category in directory}
        paths = {category.id: _path(category, by_id) for category in directory}
        # An import finds a category by the last names of its path, in whatever case.
        tails = Counter(tuple(map(_fold, path[start:])) for path in paths.values() for start in range(len(path)))
        self._texts = {
            category.id: category.slug
            if tails[tuple(map(_fold, paths[category.id]))] > 1 or any(_DIVIDED.search(n) for n in paths[category.id])
            else " > ".join(paths[category.id])
            for category in directory
        }

    def path(self, category_id: UUID) -> str:
        """The text that an import finds the category by."""
        return self._texts.get(category_id, "")


def _path(category: Category, by_id: Mapping[UUID, Category]) -> list[str]:
    names: list[str] = []
    here: Category | None = category
    while here is not None:
        names.append(here.name)
        here = by_id.get(here.parent_id) if here.parent_id is not None else None
    return names[::-1]


def _fold(name: str) -> str:
    return " ".join(name.lower().replace("ё", "е").split())


async def export_csv(db: Database, shop_id: UUID) -> AsyncIterator[bytes]:
    """A table for spreadsheets: UTF-8 with a mark, semicolons."""
    names, asked, _ = await survey(db, shop_id)
    yield b"\xef\xbb\xbf" + _table([header(asked)])
    async for lines in lines_of(db, shop_id):
        yield _table([cells_of(*line, names, asked) for line in lines])


async def survey(db: Database, shop_id: UUID) -> tuple[CategoryNames, list[str], int]:
    """What must be known before a table is begun: the categories, the attributes that goods have, how many rows."""
    async with db.read() as tx:
        names = CategoryNames(await categories(tx, hidden=True))
    attributes: dict[str, None] = {}
    rows = 0
    async for products in _pages(db, shop_id):
        for product in products:
            for variant in product.variants:
                if variant.is_active:
                    rows += 1
                    attributes.update(dict.fromkeys(variant.attributes))
    return names, sorted(attributes), rows


def header(asked: Sequence[str]) -> list[str]:
    """The first line of a table with these attributes."""
    return [*COLUMNS, *(guard_cell(ATTRIBUTE_PREFIX + name) for name in asked)]


def cells_of(
    product: ProductFacts,
    variant: VariantFacts,
    level: StockLevel | None,
    names: CategoryNames,
    asked: Sequence[str],
) -> list[str]:
    """One line of a table, in the order of `header`."""
    return [
        guard_cell(variant.sku),
        guard_cell(variant.barcode or ""),
        guard_cell(product.name),
        guard_cell(names.path(product.category_id)),
        _group(product),
        to_major(variant.price, variant.currency),
        variant.currency,
        variant.unit.value,
        _stock(level),
        guard_cell(product.description),
        guard_cell(product.picture or ""),
        *(guard_cell(variant.attributes.get(name, "")) for name in asked),
    ]


def _table(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue().encode()


async def export_yml(db: Database, shop: ShopFacts, base_url: str) -> AsyncIterator[bytes]:
    """A feed in YML. Texts stand in it as they are, which `platform` tells our own import."""
    async with db.read() as tx:
        now, directory = tx.now, await categories(tx, hidden=True)
    numbers = {category.id: str(n) for n, category in enumerate(directory, 1)}
    yield "".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>\n',
            f'<yml_catalog date="{now:%Y-%m-%dT%H:%M:%S+00:00}">\n<shop>\n',
            _element("name", shop.name),
            _element("company", shop.merchant_name),
            _element("url", base_url),
            _element("platform", OWN_PLATFORM),
            '<currencies><currency id="KGS" rate="1"/></currencies>\n<categories>\n',
            *(_category(category, numbers) for category in directory),
            "</categories>\n<offers>\n",
        ]
    ).encode()
    async for lines in lines_of(db, shop.id):
        yield "".join(_offer(*line, numbers) for line in lines).encode()
    yield b"</offers>\n</shop>\n</yml_catalog>\n"


def _text(text: str) -> str:
    # A bare carriage return would be read as a line feed (XML 1.0, section 2.11).
    return escape(_NOT_XML.sub("", text), {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))


def _element(name: str, text: str) -> str:
    return f"<{name}>{_text(text)}</{name}>\n"


def _category(category: Category, numbers: Mapping[UUID, str]) -> str:
    above = numbers.get(category.parent_id) if category.parent_id is not None else None
    parent = f' parentId="{above}"' if above is not None else ""
    # Names may be ambiguous; the slug is our own addition to YML, which our import goes by.
    slug = _attribute(category.slug)
    return f'<category id="{numbers[category.id]}"{parent} slug={slug}>{_text(category.name)}</category>\n'


def _offer(
    product: ProductFacts, variant: VariantFacts, level: StockLevel | None, numbers: Mapping[UUID, str]
) -> str:
    on_sale = level is not None and level.available_milli > 0
    group = f' group_id="{product.id.hex}"' if len(product.variants) > 1 else ""
    # YML counts in pieces only; the unit of weighed goods is our own addition to it.
    unit = f' unit="{variant.unit.value}"' if variant.unit is not Unit.PCS else ""
    available = "true" if on_sale else "false"
    parts = [
        f'<offer id={_attribute(variant.sku)} available="{available}"{group}{unit}>\n',
        _element("name", product.name),
        _element("price", to_major(variant.price, variant.currency)),
        _element("currencyId", variant.currency),
        _element("categoryId", numbers.get(product.category_id, "")),
        _element("picture", product.picture) if product.picture else "",
        _element("description", product.description) if product.description else "",
        _element("barcode", variant.barcode) if variant.barcode else "",
        _element("count", _stock(level)) if _stock(level) else "",
        *(f"<param name={_attribute(name)}>{_text(value)}</param>\n" for name, value in variant.attributes.items()),
        "</offer>\n",
    ]
    return "".join(parts)
