"""The first page of the market."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import Final

import msgspec

from kerben.domains.catalog.api import CategoryTree, count_on_sale, list_ask
from kerben.domains.geo.api import Place, list_places
from kerben.domains.merchants.api import count_shops_by_place
from kerben.domains.pos.api import AliveShops
from kerben.flows.storefront.service import Encoded, ProductLists
from kerben.flows.storefront.views import HomeCategory, HomePlace
from kerben.platform.db import Database, ReadTx
from kerben.platform.runtime import Runtime

NEW_PRODUCTS: Final = 24
COUNTED_FOR: Final = timedelta(seconds=30)


class _Counts(msgspec.Struct, frozen=True):
    """The lasting fields of HomeView."""

    places: list[HomePlace]
    categories: list[HomeCategory]


class _Items(msgspec.Struct, frozen=True):
    """Of a page of products its items, as the bytes they are."""

    items: msgspec.Raw


_encode: Final = msgspec.json.Encoder().encode
_items: Final = msgspec.json.Decoder(_Items).decode


class HomePages:
    """The first page. Its products are those of ProductLists; what reads whole tables is counted at most once in half
    a minute, and who asks meanwhile gets what was counted before."""

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._clock = runtime.clock
        self._lists = runtime.part(ProductLists)
        self._tree = runtime.part(CategoryTree)
        self._alive = runtime.part(AliveShops)
        self._counted: tuple[datetime, bytes] | None = None
        self._counting = asyncio.Lock()

    async def get(self) -> Encoded:
        """A `HomeView` with its ETag."""
        counts = await self._counts()
        newest = await self._lists.get(list_ask(limit=NEW_PRODUCTS))
        body = b'%s,"new_products":%s}' % (counts[:-1], bytes(_items(newest.body).items))
        mark = hashlib.blake2b(counts + newest.etag.encode(), digest_size=9).hexdigest()
        return Encoded(body, f'"{mark}"')

    async def _counts(self) -> bytes:
        known = self._counted
        if known is not None and (self._clock.now() - known[0] < COUNTED_FOR or self._counting.locked()):
            return known[1]
        async with self._counting:
            # Whoever waited for the first count finds it.
            if self._counted is None or self._counted is known:
                async with self._db.read_by_key() as tx:
                    self._counted = tx.now, _encode(_Counts(await self._places(tx), await self._categories(tx)))
            return self._counted[1]

    async def _places(self, tx: ReadTx) -> list[HomePlace]:
        alive = await self._alive.get(tx)
        counts = await count_shops_by_place(tx, list(alive.until))
        shown = [_place(place, *counts.get(place.id, (0, 0))) for place in await list_places(tx)]
        return sorted(shown, key=lambda place: (-place.shops_count, place.name, place.id))

    async def _categories(self, tx: ReadTx) -> list[HomeCategory]:
        directory = await self._tree.all(tx)
        roots = [category for category in directory if category.parent_id is None]
        below = await self._tree.below(tx, [root.id for root in roots])
        counts = await count_on_sale(tx, [category.id for category in directory])
        return [HomeCategory(r.id, r.name, r.slug, sum(counts.get(i, 0) for i in below[r.id])) for r in roots]


def _place(place: Place, shops: int, live: int) -> HomePlace:
    return HomePlace(**msgspec.structs.asdict(place), shops_count=shops, live_count=live)
