"""What a till needs to know of its shop's goods: codes, prices, what lies there and what is reserved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.catalog.api import VariantFacts, changed_variants, variants_by_ids
from kerben.domains.inventory.api import StockLevel, levels, levels_of_shop
from kerben.domains.pos.repository import devices as repository
from kerben.domains.pos.repository import discrepancies
from kerben.platform.db import ReadTx

Moment = Annotated[datetime, Meta(tz=True)]

PAGE: Final = 500

OVERLAP: Final = timedelta(minutes=1)
"""How much further back the next download asks than it must, for clocks of our servers that differ. Tills take the
same variant twice without harm."""


class Goods(msgspec.Struct, frozen=True):
    """A variant with its stock; None: nobody has counted it yet."""

    variant: VariantFacts
    level: StockLevel | None


class Place(msgspec.Struct, frozen=True):
    """Where a download stands: what it was asked for, what to ask for next time, and the last variant it gave.

    `updated_at` None: the changed goods are through, the changed stock goes on by variant.
    """

    since: Moment | None
    next_since: Moment
    updated_at: Moment | None
    variant_id: UUID | None


class GoodsPage(msgspec.Struct, frozen=True):
    """Some of what changed. `next_since` is what to ask with next time, the same on all pages."""

    goods: list[Goods]
    next: Place | None
    next_since: datetime


async def changes(tx: ReadTx, shop_id: UUID, since: datetime | None, place: Place | None) -> GoodsPage:
    """Variants whose data or stock changed at or after `since` (None: all), or the page after `place`.

    Nothing is missed. A change carries the time its transaction began and is seen when that commits. So
    `next_since`, set before the first page is read, lies before the begin of every transaction that still runs then:
    what commits behind the place that the pages have reached comes with the next download. Variants are never
    deleted: what is off sale comes with `is_active` false.
    """
    if place is None:
        running = timedelta(seconds=await repository.oldest_transaction_s(tx))
        place = Place(since, tx.now - running - OVERLAP, None, None)
        return await _goods_page(tx, shop_id, place)
    if place.updated_at is not None:
        return await _goods_page(tx, shop_id, place)
    return await _stock_page(tx, shop_id, place)


async def _goods_page(tx: ReadTx, shop_id: UUID, place: Place) -> GoodsPage:
    after = (place.updated_at, place.variant_id) if place.updated_at and place.variant_id else None
    variants = await changed_variants(tx, shop_id, since=place.since, after=after, limit=PAGE)
    stock = await levels(tx, [variant.id for variant in variants])
    following: Place | None = None
    if len(variants) == PAGE:
        following = Place(place.since, place.next_since, variants[-1].updated_at, variants[-1].id)
    elif place.since is not None:
        following = Place(place.since, place.next_since, None, None)
    page = GoodsPage([Goods(variant, stock.get(variant.id)) for variant in variants], following, place.next_since)
    if following is None or following.updated_at is not None:
        return page
    # There is room for stock in this page, and mostly all of it fits.
    more = await _stock_page(tx, shop_id, following)
    known = {variant.id for variant in variants}
    fresh = [entry for entry in more.goods if entry.variant.id not in known]
    return GoodsPage(page.goods + fresh, more.next, place.next_since)


async def _stock_page(tx: ReadTx, shop_id: UUID, place: Place) -> GoodsPage:
    assert place.since is not None  # noqa: S101 - without it all variants are goods that changed
    moved = await levels_of_shop(tx, shop_id, place.since, after=place.variant_id, limit=PAGE)
    following = Place(place.since, place.next_since, None, max(moved)) if len(moved) == PAGE else None
    ids = set(moved)
    if following is None:
        ids.update(await discrepancies.kept_since(tx, shop_id, place.since))
    variants = await variants_by_ids(tx, sorted(ids))
    stock = moved | await levels(tx, sorted(ids - moved.keys()))
    return GoodsPage([Goods(v, stock.get(v.id)) for v in variants.values()], following, place.next_since)
