"""Lists and search on a real database."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.catalog import search_repository
from kerben.domains.catalog.api import (
    FALLBACK_CATEGORY,
    CategoryTree,
    Facets,
    NewProduct,
    NewVariant,
    ProductPatch,
    SearchQuery,
    SearchResult,
    VariantPatch,
    create_products,
    list_product_ids,
    search_product_ids,
    update_product,
    update_variant,
)
from kerben.domains.catalog.events import CategoriesChanged
from kerben.domains.catalog.module import MODULE
from kerben.domains.catalog.rules import prefix_query, query_words
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import InvalidRequestError
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime


async def find(db: Database, q: str = "", **conditions: object) -> SearchResult:
    async with db.read() as tx:
        return await search_product_ids(tx, SearchQuery(q=q, **conditions))  # pyright: ignore[reportArgumentType]


async def dress(tx: WriteTx, shop_id: UUID, name: str, *variants: tuple[str, str, int]) -> UUID:
    """A product with variants of (size, colour, price)."""
    given_variants = [
        NewVariant(f"{new_id().hex[-12:]}-{n}", None, {"size": size, "colour": colour}, price)
        for n, (size, colour, price) in enumerate(variants)
    ]
    (made,) = await create_products(tx, [NewProduct(shop_id, name, "", FALLBACK_CATEGORY, given_variants)])
    return made.id


async def test_words_are_found_in_any_form_and_prefix(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        boots = (await make_product(tx, shop_id, name="Тёплые ботинки из Оша")).id
        shop = [shop_id]
    for q in (
        "ботинками",
        "ТЕПЛЫЕ ботинки",
        "тёплый",
        "боти",
        "ботинки, тёплые!",
        "тёплых боти",
        "из оша ботинки",
        "льна",
    ):
        result = await find(db, q, shop_ids=shop)
        expected = [] if q == "льна" else [boots]
        assert result.ids == expected, q
        assert result.corrected is None
    assert (await find(db, "лён", shop_ids=shop)).ids == [boots], "the description counts too"


async def test_a_misspelt_word_is_corrected_only_when_nothing_is_found(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        sneakers = (await make_product(tx, shop_id, name="Кроссовки беговые")).id
    result = await find(db, "крассовки", shop_ids=[shop_id])
    assert (result.ids, result.corrected) == ([sneakers], "кроссовки")
    nothing = await find(db, "ыыыыыыы", shop_ids=[shop_id])
    assert (nothing.ids, nothing.total, nothing.corrected) == ([], 0, None)


async def test_a_corrected_search_goes_on_over_its_pages(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        made = {(await make_product(tx, shop_id, name=f"Самовар угольный {n}")).id for n in range(5)}
    first = await find(db, "самавар", shop_ids=[shop_id], limit=3)
    second = await find(db, "самавар", shop_ids=[shop_id], limit=3, cursor=first.next)
    assert first.corrected == second.corrected == "самовар"
    assert (first.total, second.total, second.next) == (5, 5, None)
    assert {*first.ids, *second.ids} == made


async def test_codes_are_found_first(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        coded = (await make_product(tx, shop_id, sku="DRS-1001/M", barcode="036000291452")).id
        named = (await make_product(tx, shop_id, name="Чехол для DRS-1001/M")).id
    assert (await find(db, "drs-1001/m", shop_ids=[shop_id])).ids == [coded, named]
    assert (await find(db, "DRS 1001", shop_ids=[shop_id])).total == 2
    for barcode in ("036000291452", "0036000291452", "36000291452"):
        assert (await find(db, barcode, shop_ids=[shop_id])).ids == [coded], barcode


async def test_one_variant_must_fit_all_filters(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        red = await dress(tx, shop_id, "Платье", ("S", "красный", 100), ("M", "синий", 300))
        blue = await dress(tx, shop_id, "Платье", ("S", "синий", 200))
    shops = [shop_id]
    assert (await find(db, "платье красный", shop_ids=shops)).ids == [red]
    both = await find(db, "платье", shop_ids=shops, attributes={"size": ["S"], "colour": ["синий", "белый"]})
    assert both.ids == [blue]
    assert set((await find(db, shop_ids=shops, attributes={"size": ["M", "S"]})).ids) == {red, blue}
    assert (await find(db, shop_ids=shops, price_min=250)).ids == [red]
    assert (await find(db, shop_ids=shops, price_min=101, price_max=199)).ids == []
    assert (await find(db, shop_ids=shops, attributes={"size": ["M"]}, price_max=200)).ids == []
    assert (await find(db, shop_ids=[])).ids == []
    assert (await find(db, shop_ids=shops, attributes={"size": ["\x00"]})).ids == []


async def test_facets_count_products(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        await dress(tx, shop_id, "Платье", ("S", "красный", 100), ("M", "красный", 300))
        await dress(tx, shop_id, "Платье", ("S", "синий", 200))
    result = await find(db, "платье", shop_ids=[shop_id])
    assert result.total == 2
    assert [(f.category_id, f.count) for f in result.facets.categories] == [(FALLBACK_CATEGORY, 2)]
    assert result.facets.price is not None
    assert (result.facets.price.min, result.facets.price.max) == (100, 300)
    counts = {name: [(v.value, v.count) for v in values] for name, values in result.facets.attributes.items()}
    assert counts == {"colour": [("красный", 1), ("синий", 1)], "size": [("S", 2), ("M", 1)]}
    assert (await find(db, "платье", shop_ids=[shop_id], facets=False)).facets.categories == []


async def test_a_category_holds_everything_below_it(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        root = await make_category(tx, "Одежда")
        leaf = await make_category(tx, "Платья", parent_id=root)
        inside = (await make_product(tx, shop_id, category_id=leaf)).id
        await make_product(tx, shop_id)
    assert (await find(db, category_id=root)).ids == [inside]
    async with db.read() as tx:
        assert (await list_product_ids(tx, category_id=root)).ids == [inside]
        assert (await list_product_ids(tx, category_id=new_id())).ids == []


async def test_hidden_goods_are_not_found_and_changes_are_at_once(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        made = await make_product(tx, shop_id, name="Комуз")
    async with db.write() as tx:
        await update_variant(tx, made.variant_ids[0], VariantPatch(attributes={"wood": "урюковый"}))
    assert (await find(db, "комуз урюк", shop_ids=[shop_id])).ids == [made.id]
    async with db.write() as tx:
        await update_product(tx, made.id, ProductPatch(name="Чоор"))
    assert (await find(db, "комуз", shop_ids=[shop_id])).ids == []
    assert (await find(db, "чоор", shop_ids=[shop_id])).ids == [made.id]
    async with db.write() as tx:
        await update_product(tx, made.id, ProductPatch(is_active=False))
    assert (await find(db, "чоор", shop_ids=[shop_id])).ids == []
    async with db.read() as tx:
        assert (await list_product_ids(tx, shop_id=shop_id)).ids == []


@pytest.mark.parametrize("q", ["", "товар"])
async def test_pages_are_whole_and_in_order(db: Database, q: str) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        made = [(await make_product(tx, shop_id, name=f"Товар {n}")).id for n in range(7)]
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(4):
        page = await find(db, q, shop_ids=[shop_id], limit=3, cursor=cursor)
        seen += page.ids
        cursor = page.next
        if cursor is None:
            break
    assert cursor is None
    assert seen == made[::-1]
    async with db.read() as tx:
        first = await list_product_ids(tx, shop_id=shop_id, limit=4)
        second = await list_product_ids(tx, shop_id=shop_id, limit=4, cursor=first.next)
    assert first.ids + second.ids == made[::-1]
    assert second.next is None


async def test_of_very_many_matches_the_newest_are_looked_at(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_repository, "MATCHES_MAX", 4)
    monkeypatch.setattr(search_repository, "NEWEST_MAX", 3)
    shop_id = new_id()
    async with db.write() as tx:
        four = [(await make_product(tx, shop_id, name=f"Казан {n}")).id for n in range(4)]
    all_four = await find(db, "казан", shop_ids=[shop_id])
    assert (all_four.ids, all_four.total) == (four[::-1], 4)
    async with db.write() as tx:
        fifth = await make_product(tx, shop_id, name="Казан 4")
    newest = await find(db, "казан", shop_ids=[shop_id])
    assert (newest.ids, newest.total) == ([fifth.id, *four[:1:-1]], 3)
    assert [f.count for f in newest.facets.categories] == [3]
    everything = await find(db, shop_ids=[shop_id])
    assert (everything.ids, everything.total) == ([fifth.id, *four[:0:-1]], 4)
    async with db.write() as tx:
        await update_variant(tx, fifth.variant_ids[0], VariantPatch(is_active=False))
    assert fifth.id not in (await find(db, "казан", shop_ids=[shop_id])).ids


async def test_facets_come_with_the_first_page_and_of_variants_that_fit(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        await dress(tx, shop_id, "Кимоно", ("S", "красный", 100), ("M", "красный", 300))
        await dress(tx, shop_id, "Кимоно", ("S", "синий", 200))
    fits = (await find(db, "кимоно", shop_ids=[shop_id], price_max=250, attributes={"size": ["S", "L"]})).facets
    assert fits.price is not None
    assert (fits.price.min, fits.price.max) == (100, 200)
    assert {name: [(v.value, v.count) for v in values] for name, values in fits.attributes.items()} == {
        "colour": [("красный", 1), ("синий", 1)],
        "size": [("S", 2)],
    }
    first = await find(db, "кимоно", shop_ids=[shop_id], limit=1)
    second = await find(db, "кимоно", shop_ids=[shop_id], limit=1, cursor=first.next)
    assert (first.total, second.total) == (2, 2)
    assert (first.facets.price is not None, second.facets) == (True, Facets())


async def test_the_tree_of_categories_is_kept_until_it_changes(db: Database, runtime: Runtime) -> None:
    async with db.write() as tx:
        root = await make_category(tx, "Дом")
        leaf = await make_category(tx, "Кухня", parent_id=root)
    tree = CategoryTree(runtime)
    async with db.read() as tx:
        unknown = new_id()
        assert await tree.below(tx, [root, leaf, unknown]) == {root: [root, leaf], leaf: [leaf], unknown: []}
    async with db.write() as tx:
        late = await make_category(tx, "Посуда", parent_id=leaf)
    async with db.read() as tx:
        assert (await tree.below(tx, [late]))[late] == [late], "not heard of yet, but asked for by itself"
        for watch in MODULE.watches:
            watch.on_event(runtime, CategoriesChanged(late))
        tree.forget()
        below = await tree.below(tx, [root, leaf])
        assert {i: set(ids) for i, ids in below.items()} == {root: {root, leaf, late}, leaf: {leaf, late}}


async def test_a_foreign_cursor_is_refused(db: Database) -> None:
    with pytest.raises(InvalidRequestError):
        await find(db, cursor="bm9uc2Vuc2U")
    with pytest.raises(InvalidRequestError):
        async with db.read() as tx:
            await list_product_ids(tx, cursor="***")


@pytest.mark.parametrize("q", ["'", "a' | 'b", "!", ":*", "\\", "a:*b", "&", "\x00", "%_", "<->", "a" * 5000, "  "])
async def test_no_query_breaks_the_search(db: Database, q: str) -> None:
    assert (await find(db, q)).total >= 0


@given(st.text(max_size=300))
def test_query_words_are_safe_to_quote(text: str) -> None:
    words = query_words(text)
    assert all(word.isalnum() for word in words)
    assert all(prefix_query(word).count("'") == 2 for word in words)
