"""Use cases of categories and exchange rates."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from kerben.domains.catalog import category_repository, price_repository
from kerben.domains.catalog.errors import CategoryLoopError, SlugTakenError
from kerben.domains.catalog.events import CategoriesChanged
from kerben.domains.catalog.model import Category, CategoryPatch, NewCategory, Rate
from kerben.domains.catalog.rules import check_slug, clean_name, visible
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid

DEPTH_MAX = 6


async def categories(tx: ReadTx, *, hidden: bool = False) -> list[Category]:
    """The directory as buyers see it, or with `hidden` the whole one; siblings in their order, parents may stand
    after their children."""
    found = await category_repository.all_categories(tx)
    return found if hidden else visible(found)


async def category_subtree(tx: ReadTx, category_id: UUID) -> list[UUID]:
    """A category and everything below it; empty for an unknown one."""
    return await category_repository.subtree(tx, category_id)


async def create_categories(tx: WriteTx, new: Sequence[NewCategory]) -> list[UUID]:
    """Add categories; their ids in the given order. Parents must exist already.

    Raises InvalidRequestError for a bad slug or name, an unknown parent or a tree deeper than 6; SlugTakenError.
    """
    known = {category.id: category for category in await category_repository.all_categories(tx)}
    clean: list[NewCategory] = []
    for category in new:
        if category.parent_id is not None and _depth(known, category.parent_id) >= DEPTH_MAX:
            raise invalid("/parent_id", "Такой родительской категории нет, или дерево слишком глубокое.")
        clean.append(
            NewCategory(check_slug(category.slug), clean_name(category.name), category.parent_id, category.sort)
        )
    ids = [tx.new_id() for _ in clean]
    if ids:
        added = await category_repository.insert(tx, ids, clean)
        if len(added) < len(ids):
            raise SlugTakenError(pointer="/slug")
        tx.publish(*(CategoriesChanged(category_id) for category_id in ids))
    return ids


def _depth(known: dict[UUID, Category], category_id: UUID | None) -> int:
    depth = 0
    while category_id is not None and depth < DEPTH_MAX:
        category = known.get(category_id)
        if category is None:
            return DEPTH_MAX
        depth += 1
        category_id = category.parent_id
    return depth


async def change_category(tx: WriteTx, category_id: UUID, patch: CategoryPatch) -> tuple[Category, Category]:
    """Rename, move, reorder, hide or show a category; as it was and as it is.

    Raises NotFoundError; InvalidRequestError for a bad name, an unknown parent or a tree deeper than 6;
    CategoryLoopError when it would lie below itself.
    """
    known = {category.id: category for category in await category_repository.lock_all(tx)}
    old = known.get(category_id)
    if old is None:
        raise NotFoundError
    fields = {name: value for name in patch.__struct_fields__ if (value := getattr(patch, name)) is not msgspec.UNSET}
    if "name" in fields:
        fields["name"] = clean_name(fields["name"])
    new = msgspec.structs.replace(old, **fields)
    if new.parent_id != old.parent_id:
        _check_move(known, new)
    if new != old:
        await category_repository.update(tx, new)
        tx.publish(CategoriesChanged(category_id))
    return old, new


def _check_move(known: dict[UUID, Category], moved: Category) -> None:
    above = known.get(moved.parent_id) if moved.parent_id is not None else None
    if moved.parent_id is not None and above is None:
        raise invalid("/parent_id", "Такой родительской категории нет.")
    while above is not None:
        if above.id == moved.id:
            raise CategoryLoopError(pointer="/parent_id")
        above = known.get(above.parent_id) if above.parent_id is not None else None
    if _depth(known, moved.parent_id) + _height(known, moved.id) > DEPTH_MAX:
        raise invalid("/parent_id", f"Глубже {DEPTH_MAX} уровней дерево не бывает.")


def _height(known: dict[UUID, Category], category_id: UUID) -> int:
    """Levels of a category with everything below it."""
    level, height = {category_id}, 0
    while level and height <= DEPTH_MAX:
        height += 1
        level = {c.id for c in known.values() if c.parent_id in level}
    return height


async def rates(tx: ReadTx) -> dict[str, Rate]:
    """The exchange rates in force now, by currency: KGS for one unit. KGS itself is not among them."""
    return {rate.currency: rate for rate in await price_repository.rates(tx, tx.now)}


async def set_rate(tx: WriteTx, currency: str, rate: Decimal, *, by: UUID | None) -> None:
    """Put an exchange rate in force from now on; earlier ones are kept.

    Raises InvalidRequestError when the currency is KGS or no ISO 4217 code, or the rate is not between 0.00000001 and
    1,000,000 with at most eight decimals.
    """
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise invalid("/currency", "Код валюты по ISO 4217, например USD.")
    if currency == "KGS":
        raise invalid("/currency", "Курс задаётся к сому, поэтому у сома его нет.")
    if not rate.is_finite() or not Decimal("0.00000001") <= rate <= 1_000_000 or rate != round(rate, 8):
        raise invalid("/rate", "Курс: число больше нуля, не больше восьми знаков после запятой.")
    await price_repository.set_rate(tx, currency, rate, by)
