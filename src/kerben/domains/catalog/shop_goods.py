"""A shop's own list of goods, as its staff look through it: those that are off sale too."""

from __future__ import annotations

from typing import Final, Literal
from uuid import UUID

from kerben.domains.catalog import shop_goods_repository as repository
from kerben.domains.catalog.barcodes import normalise_barcode
from kerben.domains.catalog.errors import InvalidBarcodeError
from kerben.domains.catalog.model import IdPage
from kerben.domains.catalog.rules import prefix_query, query_words
from kerben.platform.db import ReadTx
from kerben.platform.http import decode_cursor, encode_cursor

GoodsState = Literal["all", "on_sale", "off_sale"]
"""Which of a shop's goods are wanted."""

_LAST: Final = UUID(int=2**128 - 1)
"""Behind every product."""
_CODE_MAX: Final = 64


async def shop_product_ids(
    tx: ReadTx, shop_id: UUID, *, text: str = "", state: GoodsState = "all", cursor: str | None, limit: int
) -> IdPage:
    """Products of a shop, newest first. With `text`: those that have every word of it (the last may be only begun),
    or a variant with exactly this SKU or barcode.

    Raises InvalidRequestError for a cursor that is not ours.
    """
    after = decode_cursor(cursor, tuple[UUID])
    before = after[0] if after else _LAST
    on, off = state != "off_sale", state != "on_sale"
    plain = text.strip()
    if "\x00" in plain:
        return IdPage([], None)
    if not plain:
        ids = await repository.newest(tx, shop_id, before, limit + 1, on=on, off=off)
    else:
        words = query_words(plain)
        last = words[-1] if words else ""
        asked = (" ".join(words[:-1]), last, prefix_query(last) if last else "")
        ids = await repository.named(tx, shop_id, asked, _code(plain), before, limit + 1, on=on, off=off)
    return IdPage(ids[:limit], encode_cursor(ids[limit - 1]) if len(ids) > limit else None)


def _code(text: str) -> tuple[str, str | None]:
    """What is looked for as an SKU and as a barcode."""
    if len(text) > _CODE_MAX:
        return "", None
    try:
        return text, normalise_barcode(text)
    except InvalidBarcodeError:
        return text, None
