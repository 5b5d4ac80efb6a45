"""The directory of categories, kept in the memory of each process until somebody changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from kerben.domains.catalog import category_repository
from kerben.domains.catalog.model import Category
from kerben.domains.catalog.rules import query_words, visible
from kerben.platform.db import ReadTx
from kerben.platform.runtime import Runtime

CATEGORIES_MAX: Final = 50_000
"""A larger directory (we expect hundreds) is asked for in the database each time."""


class CategoryTree:
    """What lies below each category. Every process hears of a change soon after its commit (a Watch) and forgets."""

    def __init__(self, _: Runtime) -> None:
        self._below: dict[UUID, list[UUID]] | None = None
        self._all: list[Category] | None = None
        self._changes = 0

    async def below(self, tx: ReadTx, category_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
        """Each category with everything below it; an empty list for an unknown one.

        One statement while nothing is known, and one for each category that this process has not heard of yet.
        """
        known = self._below if self._below is not None else await self._read(tx)
        found: dict[UUID, list[UUID]] = {}
        for category_id in category_ids:
            subtree = known.get(category_id)
            found[category_id] = subtree or await category_repository.subtree(tx, category_id)
        return found

    async def all(self, tx: ReadTx) -> Sequence[Category]:
        """The directory as buyers see it, siblings in their order; one statement while it is not known."""
        known = self._all
        if known is None:
            changes = self._changes
            known = visible(await category_repository.all_categories(tx))
            if changes == self._changes and len(known) <= CATEGORIES_MAX:
                self._all = known
        return known

    async def named(self, tx: ReadTx, words: Sequence[str], limit: int) -> list[Category]:
        """Categories each of these words (of `query_words`) begins a word of whose name; those that begin like the
        words first."""
        wanted = [f" {word}" for word in words]
        names = [(f" {' '.join(query_words(c.name))}", c) for c in await self.all(tx)] if wanted else []
        found = [(name, c) for name, c in names if all(word in name for word in wanted)]
        beginning = f" {' '.join(words)}"
        return [c for _, c in sorted(found, key=lambda pair: not pair[0].startswith(beginning))][:limit]

    async def _read(self, tx: ReadTx) -> Mapping[UUID, list[UUID]]:
        changes = self._changes
        below = _subtrees(await category_repository.all_categories(tx))
        # What was read before a change that was heard of meanwhile may be stale: it is used, but not kept.
        if changes == self._changes and len(below) <= CATEGORIES_MAX:
            self._below = below
        return below

    def forget(self) -> None:
        """The directory changed."""
        self._changes += 1
        self._below = None
        self._all = None


def _subtrees(categories: Sequence[Category]) -> dict[UUID, list[UUID]]:
    parents = {category.id: category.parent_id for category in categories}
    below: dict[UUID, list[UUID]] = {category_id: [] for category_id in parents}
    for category_id in parents:
        above: UUID | None = category_id
        # The directory is at most a few levels deep; the bound only guards against a circle.
        for _ in range(len(parents)):
            if above is None or above not in below:
                break
            below[above].append(category_id)
            above = parents[above]
    return below
