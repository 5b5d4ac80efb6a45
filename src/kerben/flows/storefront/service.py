"""Gathering what product pages, lists and searches show."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import compress
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import (
    CategoryTree,
    ListAsk,
    SearchQuery,
    SearchResult,
    StampedPage,
    list_pages,
    product_stamps,
    products_by_ids,
    search_product_ids,
)
from kerben.domains.geo.api import Near
from kerben.domains.inventory.api import free_stock
from kerben.domains.merchants.api import ShopDirectory, shops_near
from kerben.domains.pos.api import SellingShops
from kerben.flows.storefront.cards import Card, Cards, make_card
from kerben.flows.storefront.shelf import Shops
from kerben.platform.batching import Batcher
from kerben.platform.db import Database, ReadTx
from kerben.platform.errors import NotFoundError
from kerben.platform.qty import ONE
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

NEAR_SHOPS_MAX: Final = 1_000
"""A search around a place looks at so many shops, the nearest."""

COMMON_MIN: Final = 300
"""A search that finds so many products is a common one: what it found is kept for a moment."""

KEPT_FOR: Final = timedelta(seconds=5)
SEARCHES_KEPT_MAX: Final = 2_000

_encode: Final = msgspec.json.Encoder().encode


class SearchLimiter(RateLimiter):
    """Searches from one address: 100 at once, then 20 a second. Many buyers share the address of their carrier."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.clock, burst=100, per_s=20, enabled=runtime.settings.rate_limits)


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Whose products are searched: those of a shop, of the shops of a place, of those within a circle, of those that
    sell online now; all conditions that are given together."""

    shop_id: UUID | None = None
    near: Near | None = None
    place_id: UUID | None = None
    buyable: bool = False


class Encoded(msgspec.Struct, frozen=True):
    """An answer as JSON, with its ETag."""

    body: bytes
    etag: str


class Shown:
    """Products ready to be written: their cards, the stock and the shops' state of this moment."""

    def __init__(self, cards: Mapping[UUID, Card], stock: Mapping[UUID, int], ends: Mapping[UUID, bytes]):
        self._cards = cards
        self._stock = stock
        self._ends = ends

    def write(self, product_ids: Iterable[UUID], *, described: bool = False) -> tuple[list[bytes], list[bytes]]:
        """The JSON of products with commas between, in parts, and what changes whenever it does, for an ETag.

        Those that are gone meanwhile are left out. One loop without calls, because it is most of what a list costs.
        """
        cards, stock, ends = self._cards, self._stock, self._ends
        parts: list[bytes] = []
        marks: list[bytes] = []
        for product_id in product_ids:
            card = cards.get(product_id)
            if card is None or card.shop_id not in ends:
                continue
            if parts:
                parts.append(b",")
            marks.append(card.digest)
            pieces = card.pieces
            if not card.variant_ids:
                parts.append(pieces[0])
            for piece, variant_id in zip(pieces, card.variant_ids, strict=False):
                milli = stock[variant_id]
                number = _encode(milli / ONE) if milli % ONE else b"%d" % (milli // ONE)
                parts += (piece, number)
                marks.append(number)
            end = ends[card.shop_id]
            parts += (card.end, card.description, end) if described else (card.end, end)
            marks.append(end)
        return parts, marks


class Showcase:
    """Makes what is shown of products, in as many statements as there are kinds of things that change."""

    def __init__(self, runtime: Runtime) -> None:
        self._cards = runtime.part(Cards)
        self._shops = runtime.part(Shops)

    async def show(
        self, tx: ReadTx, stamps: Mapping[UUID, int], distances: Mapping[UUID, float] | None = None
    ) -> Shown:
        """Products by the stamps just read: two statements, stock (inventory) and signs of life (pos).

        Products that this process has not shown yet, or not as they are now, are read in two more (catalog), shops
        that it does not know in one more (merchants). What is not on sale is left out.
        """
        cards = await self._all(tx, stamps)
        if not cards:
            return Shown({}, {}, {})
        variant_ids = [v for card in cards.values() for v in card.variant_ids]
        stock = dict(zip(variant_ids, await free_stock(tx, variant_ids), strict=True))
        ends = await self._shops.ends(tx, {card.shop_id for card in cards.values()}, distances)
        return Shown(cards, stock, ends)

    async def _all(self, tx: ReadTx, stamps: Mapping[UUID, int]) -> dict[UUID, Card]:
        cards, missing = self._cards.fitting(stamps)
        if missing:
            for product_id, facts in (await products_by_ids(tx, missing)).items():
                if facts.is_active:
                    cards[product_id] = card = make_card(facts)
                    self._cards.keep(product_id, card)
        return cards


class ProductPages:
    """Product pages, gathered: callers that arrive together share three statements on one connection."""

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._showcase = runtime.part(Showcase)
        self._batcher: Batcher[UUID, Encoded] = Batcher("storefront.product", self._run)

    async def get(self, product_id: UUID) -> Encoded:
        """One product page. Raises NotFoundError for a product that is unknown or not on sale."""
        return await self._batcher.submit(product_id)

    async def _run(self, ids: Sequence[UUID]) -> Sequence[Encoded | Exception]:
        async with self._db.read_by_key() as tx:
            stamps = await product_stamps(tx, list(dict.fromkeys(ids)))
            shown = await self._showcase.show(tx, stamps)
        # Many callers of one hot product get the same bytes.
        pages: dict[UUID, Encoded] = {}
        for product_id in stamps:
            parts, marks = shown.write([product_id], described=True)
            if parts:
                pages[product_id] = _encoded(parts, marks)
        return [pages.get(i) or NotFoundError() for i in ids]


class ProductLists:
    """Lists of products, gathered: callers that arrive together share three statements, whatever each lists."""

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._tree = runtime.part(CategoryTree)
        self._showcase = runtime.part(Showcase)
        self._batcher: Batcher[ListAsk, Encoded] = Batcher("storefront.list", self._run)

    async def get(self, ask: ListAsk) -> Encoded:
        """Products on sale, newest first, as a `Page[ProductView]`."""
        return await self._batcher.submit(ask)

    async def _run(self, asks: Sequence[ListAsk]) -> Sequence[Encoded | Exception]:
        async with self._db.read_by_key() as tx:
            below = await self._tree.below(tx, list({ask.category_id for ask in asks if ask.category_id}))
            pages = await list_pages(tx, asks, below)
            stamps: dict[UUID, int] = {}
            for page in pages.values():
                stamps |= page.stamps
            shown = await self._showcase.show(tx, stamps)
        bodies = {ask: _list(shown, page) for ask, page in pages.items()}
        return [bodies[ask] for ask in asks]


def _list(shown: Shown, page: StampedPage) -> Encoded:
    parts, marks = shown.write(page.stamps)
    end = b'],"next_cursor":%s}' % _encode(page.next)
    return _encoded([b'{"items":[', *parts, end], [*marks, end])


def _encoded(parts: list[bytes], marks: list[bytes]) -> Encoded:
    # The ETag is made of what the bytes follow from: hashing them all would cost more than making them.
    etag = hashlib.blake2b(b"\0".join(marks), digest_size=9).hexdigest()
    return Encoded(b"".join(parts), f'"{etag}"')


class Searches:
    """Searches. What is shown of the found products is read anew for each answer, like everywhere, and gathered.

    What very many products match is the same a moment later: which of them were found, and their facets, is kept for
    a few seconds, so that a common word does not cost its milliseconds each time it is typed.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._clock = runtime.clock
        self._showcase = runtime.part(Showcase)
        self._directory = runtime.part(ShopDirectory)
        self._selling = runtime.part(SellingShops)
        self._kept: OrderedDict[bytes, tuple[datetime, SearchResult]] = OrderedDict()
        self._batcher: Batcher[Sequence[UUID], Shown] = Batcher("storefront.found", self._run)

    async def get(self, query: SearchQuery, whose: Whose) -> Encoded:
        """Products on sale that fit a query, best first, as a `SearchPage`. Raises InvalidRequestError for a cursor
        that is not ours."""
        if whose.near is not None:
            result, shown = await self._near(query, whose, whose.near)
        else:
            result = await self._find(query, whose)
            shown = await self._batcher.submit(result.ids)
        parts, marks = shown.write(result.ids)
        end = b'],"facets":%s,"total":%d,"next_cursor":%s,"corrected":%s}' % (
            _encode(result.facets),
            result.total,
            _encode(result.next),
            _encode(result.corrected),
        )
        return _encoded([b'{"items":[', *parts, end], [*marks, end])

    async def _near(self, query: SearchQuery, whose: Whose, near: Near) -> tuple[SearchResult, Shown]:
        async with self._db.read_by_key() as tx:
            allowed = await self._shop_ids(tx, whose)
            found = await shops_near(tx, near.lat, near.lon, near.radius_m, NEAR_SHOPS_MAX)
            among = None if allowed is None else frozenset(allowed)
            distances = {s.shop_id: s.distance_m for s in found if among is None or s.shop_id in among}
            result = await search_product_ids(tx, msgspec.structs.replace(query, shop_ids=list(distances)))
            stamps = await product_stamps(tx, result.ids)
            return result, await self._showcase.show(tx, stamps, distances)

    async def _shop_ids(self, tx: ReadTx, whose: Whose) -> list[UUID] | None:
        """The shops to look at, a circle aside; None: all."""
        if whose.place_id is None and not whose.buyable:
            return None if whose.shop_id is None else [whose.shop_id]
        if whose.buyable:
            selling = await self._selling.get(tx)
            points = list(compress(selling.index.points, selling.live))
        else:
            points = (await self._directory.current(tx)).points
        if whose.shop_id is not None:
            points = [p for p in points if p.id == whose.shop_id]
        if whose.place_id is not None:
            points = [p for p in points if p.place_id == whose.place_id]
        return [p.id for p in points]

    async def _run(self, pages: Sequence[Sequence[UUID]]) -> Sequence[Shown | Exception]:
        ids = list(dict.fromkeys(i for page in pages for i in page))
        async with self._db.read_by_key() as tx:
            shown = await self._showcase.show(tx, await product_stamps(tx, ids))
        return [shown] * len(pages)

    async def _find(self, query: SearchQuery, whose: Whose) -> SearchResult:
        # Not of the shops: those that sell just now may be thousands.
        key = _encode((query, whose))
        kept = self._kept.get(key)
        if kept is not None and self._clock.now() - kept[0] < KEPT_FOR:
            return kept[1]
        async with self._db.read_by_key() as tx:
            shop_ids = await self._shop_ids(tx, whose)
            result = await search_product_ids(tx, msgspec.structs.replace(query, shop_ids=shop_ids))
        if result.total >= COMMON_MIN:
            self._kept.pop(key, None)
            self._kept[key] = (tx.now, result)
            if len(self._kept) > SEARCHES_KEPT_MAX:
                self._kept.popitem(last=False)
        return result
