"""Pages of products for many callers at once, and the stamps that tell whether a kept copy of a product is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from kerben.domains.catalog import list_repository
from kerben.domains.catalog.list_repository import Slice
from kerben.domains.catalog.model import ListAsk, StampedPage
from kerben.platform.db import ReadTx
from kerben.platform.http import decode_cursor, encode_cursor

_LAST: Final = UUID(int=2**128 - 1)
"""Behind every product."""


def list_ask(
    *, shop_id: UUID | None = None, category_id: UUID | None = None, cursor: str | None = None, limit: int = 24
) -> ListAsk:
    """What to list, with the cursor read. Raises InvalidRequestError for a cursor that is not ours."""
    after = decode_cursor(cursor, tuple[UUID])
    return ListAsk(shop_id, category_id, after[0] if after else _LAST, limit)


async def list_pages(
    tx: ReadTx, asks: Sequence[ListAsk], below: Mapping[UUID, Sequence[UUID]]
) -> dict[ListAsk, StampedPage]:
    """Active products, newest first, of a shop, of categories, of both or of all: for each of many asks, in one
    statement. `below` gives each category with everything below it; an unknown one, like an unknown shop, is empty.
    """
    wanted = list(dict.fromkeys(asks))
    rows = await list_repository.pages(
        tx,
        [
            Slice(ask.shop_id, list(below[ask.category_id]) if ask.category_id else None, ask.before, ask.limit + 1)
            for ask in wanted
        ],
    )
    found: dict[ListAsk, StampedPage] = {}
    for n, ask in enumerate(wanted):
        ids, stamps = rows.get(n, ([], []))
        more = len(ids) > ask.limit
        cursor = encode_cursor(ids[ask.limit - 1]) if more else None
        found[ask] = StampedPage(dict(zip(ids[: ask.limit], stamps, strict=False)), cursor)
    return found


async def product_stamps(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Stamps of those products that are active. One statement.

    A stamp is another after every change of the product or its variants, prices included, and never comes again; it
    equals `ProductFacts.stamp` of the product as it is then.
    """
    return await list_repository.stamps(tx, ids) if ids else {}
