"""What a till needs to know of its shop's goods: codes, prices, what lies there and what is reserved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.catalog.api import VariantFacts, changed_variants, variants_by_ids
from kerben.domains.inventory.api import StockLevel, levels, levels_of_shop
from kerben.platform.db import ReadTx

Moment = Annotated[datetime, Meta(tz=True)]

PAGE: Final = 500

OVERLAP: Final = timedelta(minutes=1)
"""A change carries the time its transaction began and is seen when it commits; asking that much further back
misses none. Tills take the same variant twice without harm."""


class Goods(msgspec.Struct, frozen=True):
    """A variant with its stock; None: nobody has counted it yet."""

    variant: VariantFacts
    level: StockLevel | None


class Place(msgspec.Struct, frozen=True):
    """Where a download stands: what it was asked for, when it began, and the last variant it gave."""

    since: Moment | None
    began_at: Moment
    updated_at: Moment
    variant_id: UUID


class GoodsPage(msgspec.Struct, frozen=True):
    """Some of what changed. `next_since` is what to ask with next time, the same on all pages."""

    goods: list[Goods]
    next: Place | None
    next_since: datetime


async def changes(tx: ReadTx, shop_id: UUID, since: datetime | None, place: Place | None) -> GoodsPage:
    """Variants whose data or stock changed at or after `since` (None: all), or the page after `place`."""
    if place is not None:
        since = place.since
    began_at = place.began_at if place else tx.now
    variants = await changed_variants(
        tx, shop_id, since=since, after=(place.updated_at, place.variant_id) if place else None, limit=PAGE
    )
    last = len(variants) < PAGE
    stock = await levels(tx, [variant.id for variant in variants])
    if last and since is not None:
        moved = await levels_of_shop(tx, shop_id, since)
        more = await variants_by_ids(tx, list(moved.keys() - stock.keys()))
        variants += more.values()
        stock |= moved
    return GoodsPage(
        goods=[Goods(variant, stock.get(variant.id)) for variant in variants],
        next=None if last else Place(since, began_at, variants[-1].updated_at, variants[-1].id),
        next_since=began_at - OVERLAP,
    )
