"""Lists and search."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.catalog import category_repository, search_repository
from kerben.domains.catalog.barcodes import normalise_barcode
from kerben.domains.catalog.errors import InvalidBarcodeError
from kerben.domains.catalog.model import Facets, IdPage, SearchQuery, SearchResult
from kerben.domains.catalog.rules import query_words
from kerben.domains.catalog.search_repository import Found
from kerben.platform.db import ReadTx
from kerben.platform.http import decode_cursor, encode_cursor

_CODE_MIN = 3


async def list_product_ids(
    tx: ReadTx,
    *,
    shop_id: UUID | None = None,
    category_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 24,
) -> IdPage:
    """Active products, newest first, of a shop and of a category with all below it.

    Raises InvalidRequestError for a cursor that is not ours. An unknown shop or category gives an empty page.
    """
    after = decode_cursor(cursor, tuple[UUID])
    categories = await category_repository.subtree(tx, category_id) if category_id is not None else None
    ids = await search_repository.list_ids(tx, shop_id, categories, after[0] if after else None, limit + 1)
    more = len(ids) > limit
    return IdPage(ids[:limit], encode_cursor(ids[limit - 1]) if more else None)


async def search_product_ids(tx: ReadTx, query: SearchQuery) -> SearchResult:
    """Find active products by words of name, description, SKU, barcode and attributes.

    Every word must be there, in any Russian form of it; the last may be only begun. An exact SKU or barcode comes
    first, then names, then attributes, then descriptions; without words the newest come first. When nothing is found,
    misspelt words are replaced by the most similar known ones and `corrected` tells the query that was used.
    At most 5,000 products are ranked, counted and paged through; where more match, the newest 2,000, and `total` says
    how many of those. Facets come with the first page only, those of prices and attributes over the best 300.
    The statements are planned once, so `tx` may well be one of `read_by_key`.
    Raises InvalidRequestError for a cursor that is not ours.
    """
    words = query_words(query.q)
    if (query.q.strip() and not words) or _has_nul(query):
        return SearchResult([], 0, Facets(), None)
    # A cursor carries the words it goes on with, so that a corrected search stays corrected on later pages.
    after = decode_cursor(query.cursor, tuple[int, UUID, str])
    corrected = after[2] if after and after[2] else None
    if corrected:
        words = query_words(corrected)
    categories = await category_repository.subtree(tx, query.category_id) if query.category_id is not None else None
    place = (after[0], after[1]) if after else None
    codes = await _codes(tx, query.q)
    found = await _found(tx, query, words, codes, categories, place)
    if not found.total and words and after is None:
        better = await search_repository.corrections(tx, words)
        if better != words:
            second = await _found(tx, query, better, [], categories, None)
            if second.total:
                found, corrected = second, " ".join(better)
    facets = await search_repository.facets(tx, query, found) if found.best else Facets()
    return _result(query, found, facets, corrected)


async def _found(
    tx: ReadTx,
    query: SearchQuery,
    words: Sequence[str],
    codes: Sequence[UUID],
    categories: Sequence[UUID] | None,
    place: tuple[int, UUID] | None,
) -> Found:
    found = await search_repository.search(tx, query, words, codes, categories, place)
    if words and found.looked_at > search_repository.MATCHES_MAX:
        return await search_repository.search(tx, query, words, codes, categories, place, newest=True)
    return found


def _has_nul(query: SearchQuery) -> bool:
    """Whether a filter holds a NUL, which PostgreSQL has in no text."""
    return any("\x00" in text for name, values in query.attributes.items() for text in (name, *values))


async def _codes(tx: ReadTx, text: str) -> Sequence[UUID]:
    code = text.strip()
    if len(code) < _CODE_MIN or len(code) > 64 or "\x00" in code:
        return []
    try:
        barcode = normalise_barcode(code)
    except InvalidBarcodeError:
        barcode = None
    return await search_repository.products_by_code(tx, code, barcode)


def _result(query: SearchQuery, found: Found, facets: Facets, corrected: str | None) -> SearchResult:
    page = found.page[: query.limit]
    cursor = None
    if len(found.page) > query.limit:
        cursor = encode_cursor(page[-1].rank, page[-1].id, corrected or "")
    return SearchResult([hit.id for hit in page], found.total, facets, cursor, corrected)
