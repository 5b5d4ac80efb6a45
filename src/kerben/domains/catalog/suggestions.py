"""What a buyer may mean who has typed only the beginning of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.catalog import suggest_repository
from kerben.domains.catalog.model import SuggestedProduct
from kerben.domains.catalog.rules import query_words
from kerben.platform.db import ReadTx

NEWEST: Final = 2_000
"""So many of the newest products are looked at first: what begins like much else is among them, and asking the index
for it would read all of what matches."""

CANDIDATES: Final = 60
FOUND_MAX: Final = 200
WORDS_MAX: Final = 8
"""Further words of a query are left out."""


async def suggest_products(tx: ReadTx, q: str, limit: int) -> list[SuggestedProduct]:
    """Active products each word of `q` begins a word of whose name; no two of one name, those whose name begins
    like `q` first, then the newest. Words before the last may also be in another Russian form.

    Three statements at most, planned once, so `tx` may well be one of `read_by_key`.
    """
    words = query_words(q)[:WORDS_MAX]
    if not words:
        return []
    found = await suggest_repository.newest_named(tx, words, NEWEST, CANDIDATES)
    chosen = _distinct(found, words)
    if len(chosen) < limit and len(words[-1]) >= 2:
        # Few of the newest fit, so few of all do, and the index has them quickly.
        whole = " & ".join(f"'{word}':A" for word in words[:-1])
        begun = f"'{words[-1]}':*A"
        found += await suggest_repository.named(tx, whole, begun, FOUND_MAX)
        chosen = _distinct(found, words)
    if not chosen:
        return []
    # Some have nothing on sale.
    ids = chosen[: 2 * limit]
    offers = {offer.id: offer for offer in await suggest_repository.offers(tx, ids)}
    return [offers[i] for i in ids if i in offers][:limit]


async def count_on_sale(tx: ReadTx, category_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many products of each category are on sale, those of the categories below it not counted. Reads an index
    from end to end: to be asked twice a minute, not for each answer."""
    return await suggest_repository.count_on_sale(tx, category_ids)


def _distinct(found: Sequence[tuple[UUID, str]], words: Sequence[str]) -> list[UUID]:
    beginning = " ".join(words)
    names: dict[str, UUID] = {}
    for product_id, name in sorted(found, reverse=True):
        names.setdefault(" ".join(query_words(name)), product_id)
    return [names[name] for name in sorted(names, key=lambda name: not name.startswith(beginning))]
