"""Suggestions by the beginnings of words, the directory in memory, counts, and searches sorted otherwise."""

from __future__ import annotations

from uuid import UUID

import pytest

from kerben.domains.catalog import search_repository, suggestions
from kerben.domains.catalog.api import (
    CategoryTree,
    PriceChange,
    ProductPatch,
    SearchQuery,
    SearchSort,
    VariantPatch,
    count_on_sale,
    query_words,
    search_product_ids,
    set_prices,
    suggest_products,
    update_product,
    update_variant,
)
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.db import Database, WriteTx
from kerben.platform.runtime import Runtime

NAMES = ["Шёлковый платок", "Платье шёлковое", "Платьице", "Шелковица сушёная", "Ткань «Шёлк-Люкс» 120"]


async def stall(tx: WriteTx) -> UUID:
    return await make_shop(tx, await make_merchant(tx))


async def names(db: Database, q: str, limit: int = 6) -> list[str]:
    async with db.read_by_key() as tx:
        return [product.name for product in await suggest_products(tx, q, limit)]


@pytest.fixture
async def goods(db: Database) -> dict[str, UUID]:
    """Products of these names alone."""
    async with db.write() as tx:
        await tx.execute("UPDATE catalog.product SET is_active = false")
        shop_id = await stall(tx)
        return {name: (await make_product(tx, shop_id, name=name, variants=2)).id for name in NAMES}


@pytest.mark.parametrize("newest", [2_000, 0], ids=["among the newest", "by the index"])
async def test_products_are_suggested_by_words_of_their_names(
    goods: dict[str, UUID], db: Database, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    monkeypatch.setattr(suggestions, "NEWEST", newest)
    assert await names(db, "шелк") == await names(db, "ШЁЛК")
    # Names that begin so come first, the newest of them before the others.
    assert await names(db, "шелк") == [NAMES[3], NAMES[0], NAMES[4], NAMES[1]]
    assert await names(db, "плат") == [NAMES[2], NAMES[1], NAMES[0]]
    assert await names(db, "плат", 2) == [NAMES[2], NAMES[1]]
    assert await names(db, "платье ше") == [NAMES[1]]
    assert await names(db, "люкс 12") == [NAMES[4]]
    for nothing in ("атье", "лен", "SKU", "!!!", "", "' | *", "я" * 80):
        assert await names(db, nothing) == [], nothing
    async with db.read() as tx:
        (found,) = await suggest_products(tx, "платье шелковое", 6)
    assert (found.id, found.price, found.currency) == (goods[NAMES[1]], 150_000, "KGS")


async def test_one_letter_is_looked_for_among_the_newest(goods: dict[str, UUID], db: Database) -> None:
    assert set(await names(db, "ш")) == {name for name in NAMES if "Ш" in name or "шё" in name}
    assert len(goods) == 5


async def test_one_of_a_name_is_enough_and_what_is_off_sale_is_not_suggested(
    goods: dict[str, UUID], db: Database
) -> None:
    async with db.write() as tx:
        shop_id = await stall(tx)
        newest = [await make_product(tx, shop_id, name="платьице") for _ in range(10)][-1]
        await update_product(tx, goods[NAMES[1]], ProductPatch(is_active=False))
        bare = await make_product(tx, shop_id, name="Платина")
        await update_variant(tx, bare.variant_ids[0], VariantPatch(is_active=False))
        await set_prices(tx, [PriceChange(newest.variant_ids[0], 99_000, "seller")])
    assert await names(db, "плат") == ["платьице", NAMES[0]]
    async with db.read() as tx:
        first = (await suggest_products(tx, "платьице", 6))[0]
    assert (first.id, first.price) == (newest.id, 99_000)


async def test_categories_are_found_in_memory_until_somebody_changes_them(runtime: Runtime) -> None:
    tree = runtime.part(CategoryTree)
    async with runtime.db.write() as tx:
        for name in ("Обувь детская", "Детские товары", "Чёрный чай"):
            await make_category(tx, name)

    async def named(q: str, limit: int = 4) -> list[str]:
        async with runtime.db.read_by_key() as tx:
            return [category.name for category in await tree.named(tx, query_words(q), limit)]

    assert await named("детс") == ["Детские товары", "Обувь детская"]
    assert await named("детс", 1) == ["Детские товары"]
    assert await named("черный ча") == await named("ЧЁРНЫЙ") == ["Чёрный чай"]
    assert await named("ский") == await named("") == []
    async with runtime.db.write() as tx:
        await make_category(tx, "Детское питание")
    assert len(await named("детс")) == 2
    tree.forget()
    assert len(await named("детс")) == 3


async def test_products_on_sale_are_counted(db: Database) -> None:
    async with db.write() as tx:
        shop_id, first, second = await stall(tx), await make_category(tx), await make_category(tx)
        made = [(await make_product(tx, shop_id, category_id=first)).id for _ in range(3)]
        await make_product(tx, shop_id, category_id=second)
        await update_product(tx, made[0], ProductPatch(is_active=False))
    async with db.read() as tx:
        counts = await count_on_sale(tx, [first, second, shop_id])
    assert counts == {first: 2, second: 1, shop_id: 0}


async def sorted_so(db: Database, shop_id: UUID, sort: SearchSort, *, q: str = "", **more: object) -> list[UUID]:
    """All pages, two by two."""
    found: list[UUID] = []
    cursor = None
    while True:
        query = SearchQuery(q=q, shop_ids=[shop_id], sort=sort, cursor=cursor, limit=2, **more)  # pyright: ignore[reportArgumentType]
        async with db.read_by_key() as tx:
            result = await search_product_ids(tx, query)
        found += result.ids
        cursor = result.next
        if cursor is None:
            return found


@pytest.mark.parametrize("q", ["", "платье"])
async def test_searches_are_sorted_by_price_and_age_page_by_page(db: Database, q: str) -> None:
    async with db.write() as tx:
        shop_id = await stall(tx)
        made = [
            await make_product(tx, shop_id, name="Платье", variants=2, price=p) for p in (300, 100, 200, 100, 500)
        ]
        # The cheapest variant decides; one that is off sale does not.
        await set_prices(tx, [PriceChange(made[4].variant_ids[1], 50, "seller")])
        await set_prices(tx, [PriceChange(made[0].variant_ids[1], 10, "seller")])
        await update_variant(tx, made[0].variant_ids[1], VariantPatch(is_active=False))
        bare = await make_product(tx, shop_id, name="Платье", price=1)
        await update_variant(tx, bare.variant_ids[0], VariantPatch(is_active=False))
    ids = [product.id for product in made]
    assert await sorted_so(db, shop_id, "price_asc", q=q) == [ids[4], ids[3], ids[1], ids[2], ids[0]]
    assert await sorted_so(db, shop_id, "price_desc", q=q) == [ids[0], ids[2], ids[3], ids[1], ids[4]]
    assert await sorted_so(db, shop_id, "new", q=q) == ids[::-1]
    # Among the variants that fit: of the last product the one at 500.
    assert await sorted_so(db, shop_id, "price_desc", q=q, price_min=150) == [ids[4], ids[0], ids[2]]
    assert set(await sorted_so(db, shop_id, "relevance", q=q)) == set(ids)


async def test_the_newest_come_before_the_best(db: Database) -> None:
    async with db.write() as tx:
        shop_id = await stall(tx)
        best = (await make_product(tx, shop_id, name="Изюм")).id
        newer = (await make_product(tx, shop_id, name="Смесь", attributes={"состав": "изюм"})).id
    assert await sorted_so(db, shop_id, "relevance", q="изюм") == [best, newer]
    assert await sorted_so(db, shop_id, "new", q="изюм") == [newer, best]


@pytest.mark.parametrize("q", ["", "платье"])
async def test_many_shops_are_asked_for_otherwise_with_the_same_result(
    db: Database, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    async with db.write() as tx:
        shops = [await stall(tx) for _ in range(3)]
        made = [(await make_product(tx, shop_id)).id for shop_id in shops]
    query = SearchQuery(q=q, shop_ids=shops[:2])
    async with db.read_by_key() as tx:
        probed = await search_product_ids(tx, query)
        monkeypatch.setattr(search_repository, "SHOPS_PROBED_MAX", 1)
        hashed = await search_product_ids(tx, query)
    assert probed == hashed
    assert probed.ids == [made[1], made[0]]
