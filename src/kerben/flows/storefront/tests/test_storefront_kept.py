"""What is kept in memory is never seen after it changed, in whichever process the change was made."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest

from kerben.domains.catalog.api import (
    NewProduct,
    NewVariant,
    PriceChange,
    ProductPatch,
    ProductPicture,
    SearchQuery,
    VariantPatch,
    create_products,
    list_ask,
    lock_for_pictures,
    products_by_ids,
    set_pictures,
    set_prices,
    update_product,
    update_variant,
)
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.domains.inventory.api import AdjustmentCause, OpeningStock, StockChange, adjust, open_stock
from kerben.domains.merchants.events import MerchantVerified
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.domains.pos.tests.make import make_device
from kerben.flows.storefront import cards as cards_module
from kerben.flows.storefront import service
from kerben.flows.storefront.cards import Cards, make_card
from kerben.flows.storefront.module import MODULE
from kerben.flows.storefront.service import ProductLists, ProductPages, Searches, Whose
from kerben.flows.storefront.shelf import Shops
from kerben.flows.storefront.tests.plain import plain_view
from kerben.flows.storefront.views import ProductView
from kerben.platform.clock import ManualClock
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.http import Page
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit
from kerben.platform.runtime import Runtime

pytestmark = pytest.mark.slow

Change = Callable[[WriteTx, random.Random], Awaitable[object]]


class Market(msgspec.Struct):
    """A shop with goods of all kinds, shown by two processes on one database."""

    here: Runtime
    there: Runtime
    shop_id: UUID
    category_id: UUID
    product_ids: list[UUID]
    variant_ids: list[UUID]

    async def check(self) -> None:
        """Every page and list of both processes shows what the tables hold."""
        for process in (self.here, self.there):
            for product_id in self.product_ids:
                async with process.db.read() as tx:
                    expected = await plain_view(process, tx, product_id, described=True)
                assert await page(process, product_id) == expected
            ask = list_ask(shop_id=self.shop_id, limit=100)
            async with process.db.read() as tx:
                views = [await plain_view(process, tx, i, described=False) for i in reversed(self.product_ids)]
            listed = await process.part(ProductLists).get(ask)
            assert msgspec.json.decode(listed.body, type=Page[ProductView]).items == [v for v in views if v]


async def page(process: Runtime, product_id: UUID) -> ProductView | None:
    try:
        found = await process.part(ProductPages).get(product_id)
    except NotFoundError:
        return None
    return msgspec.json.decode(found.body, type=ProductView)


def goods(shop_id: UUID, category_id: UUID) -> list[NewProduct]:
    """Pieces and kilograms, one variant and several, quotes and newlines in the texts."""
    return [
        NewProduct(shop_id, "Платье", "", category_id, [NewVariant("A-1", None, {}, 150_000)]),
        NewProduct(
            shop_id,
            'Ботинки "Ош" \\ <b>',
            "Первая строка\nвторая\t\u2028",
            category_id,
            [
                NewVariant(f"B-{n}", None, {"size": str(36 + n), "цвет": 'чёрный "мат"'}, 500_000 - n)
                for n in range(4)
            ],
            "/pictures/1.jpg",
        ),
        NewProduct(shop_id, "Изюм", "Сладкий", category_id, [NewVariant("C-1", None, {}, 32_050, Unit.KG)]),
    ]


@pytest.fixture
async def market(runtime: Runtime, clock: ManualClock) -> Market:
    async with runtime.db.write() as tx:
        shop_id = await make_shop(tx, await make_merchant(tx))
        category_id = await make_category(tx)
        made = await create_products(tx, goods(shop_id, category_id))
        stock = [OpeningStock(v, shop_id, p.id, 1000 * n) for p in made for n, v in enumerate(p.variant_ids)]
        await open_stock(tx, stock)
    other = Runtime(runtime.settings, runtime.db, clock=clock)
    await make_device(runtime, shop_id)
    return Market(
        runtime, other, shop_id, category_id, [p.id for p in made], [v for p in made for v in p.variant_ids]
    )


def changes(market: Market) -> dict[str, Change]:
    """What may happen to goods; each is told what random choices to make."""

    async def picture(tx: WriteTx, chance: random.Random) -> None:
        before = await lock_for_pictures(tx, chance.choice(market.product_ids))
        url = f"/media/u/{chance.randbytes(32).hex()}.jpg"
        await set_pictures(tx, before, [ProductPicture(new_id(), url, 800, 600, [160, 320])])

    async def count(tx: WriteTx, chance: random.Random) -> None:
        delta = chance.choice([-2_500, -1_000, 1_000, 3_750])
        change = StockChange(
            variant_id=chance.choice(market.variant_ids), delta_milli=delta, cause=AdjustmentCause.POS_SALE
        )
        await adjust(tx, [change])

    return {
        "price": lambda tx, c: set_prices(
            tx, [PriceChange(c.choice(market.variant_ids), c.randrange(1, 10**6), "pos")]
        ),
        "name": lambda tx, c: update_product(
            tx, c.choice(market.product_ids), ProductPatch(name=f"Имя {c.random()}", description=str(c.random()))
        ),
        "off sale": lambda tx, c: update_product(
            tx, c.choice(market.product_ids), ProductPatch(is_active=c.random() < 0.5)
        ),
        "variant": lambda tx, c: update_variant(
            tx, c.choice(market.variant_ids), VariantPatch(is_active=c.random() < 0.5)
        ),
        "attributes": lambda tx, c: update_variant(
            tx, c.choice(market.variant_ids), VariantPatch(attributes={"size": str(c.random())})
        ),
        "address of a picture": lambda tx, c: update_product(
            tx, c.choice(market.product_ids), ProductPatch(picture=f"/p/{c.random()}.png")
        ),
        "picture": picture,
        "stock": count,
    }


@pytest.mark.parametrize("seed", range(6))
async def test_kept_pages_equal_plain_ones_whatever_changes(market: Market, seed: int) -> None:
    chance = random.Random(seed)
    await market.check()
    known = changes(market)
    for _ in range(15):
        async with market.here.db.write() as tx:
            await known[chance.choice(sorted(known))](tx, chance)
        await market.check()


async def test_a_change_of_every_kind_is_another_stamp_and_etags_follow_what_is_seen(market: Market) -> None:
    for name, change in changes(market).items():
        before = await seen(market)
        async with market.here.db.write() as tx:
            stamps = {i: p.stamp for i, p in (await products_by_ids(tx, market.product_ids)).items()}
            await change(tx, random.Random(1))
            after = {i: p.stamp for i, p in (await products_by_ids(tx, market.product_ids)).items()}
        assert (stamps != after) == (name != "stock"), name
        assert all(after[i] >= stamps[i] for i in stamps), name
        now = await seen(market)
        for product_id in market.product_ids:
            old, new = before[product_id], now[product_id]
            assert (old[0] != new[0]) == (old[1] != new[1]), name
        # Prices, names and descriptions are always seen: by these the test shows that it can tell.
        assert name not in {"price", "name"} or before != now


async def seen(market: Market) -> dict[UUID, tuple[str, ProductView | None]]:
    """The ETag of each product in the other process, and what it shows."""
    found: dict[UUID, tuple[str, ProductView | None]] = {}
    for product_id in market.product_ids:
        try:
            shown = await market.there.part(ProductPages).get(product_id)
        except NotFoundError:
            found[product_id] = ("", None)
        else:
            found[product_id] = (shown.etag, msgspec.json.decode(shown.body, type=ProductView))
    return found


async def test_a_silent_till_shows_in_the_next_answer(market: Market, clock: ManualClock) -> None:
    async with market.here.db.write() as tx:
        await tx.execute(
            "INSERT INTO pos.shop_presence (shop_id, pos_status, alive_at, changed_at)"
            " VALUES ($1, 'pos_active', $2, $2) ON CONFLICT (shop_id) DO UPDATE SET alive_at = $2",
            market.shop_id,
            clock.now(),
        )
    await market.check()
    first = await page(market.there, market.product_ids[0])
    assert first is not None
    assert (first.shop.pos_status, first.eligible_until is not None) == ("pos_active", True)
    async with market.here.db.write() as tx:
        await tx.execute("UPDATE pos.shop_presence SET alive_at = NULL WHERE shop_id = $1", market.shop_id)
    await market.check()
    second = await page(market.there, market.product_ids[0])
    assert second is not None
    assert (second.shop.pos_status, second.buy_eligibility) == ("pos_offline", "manual_contact")


async def test_a_shop_that_changed_is_read_again(market: Market) -> None:
    before = await page(market.here, market.product_ids[0])
    assert before is not None
    async with market.here.db.write() as tx:
        await tx.execute("UPDATE merchants.merchant SET name = 'Новое имя' WHERE id = $1", before.shop.merchant_id)
    for watch in MODULE.watches:
        watch.on_event(market.here, MerchantVerified(before.shop.merchant_id, verified=True))
    after = await page(market.here, market.product_ids[0])
    assert after is not None
    assert after.shop.merchant_name == "Новое имя"


async def test_what_is_read_while_a_change_is_heard_is_not_kept(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops = market.here.part(Shops)
    fetch = ReadTx.fetch

    async def changing(self: ReadTx, sql: str, *args: Any) -> Any:
        rows = await fetch(self, sql, *args)
        if "merchants.shop" in sql:
            shops.forget(market.shop_id)
        return rows

    monkeypatch.setattr(ReadTx, "fetch", changing)
    async with market.here.db.read() as tx:
        assert list(await shops.of(tx, [market.shop_id])) == [market.shop_id]
    monkeypatch.setattr(ReadTx, "fetch", fetch)
    async with market.here.db.write() as tx:
        await tx.execute("UPDATE merchants.shop SET name = 'Другая' WHERE id = $1", market.shop_id)
    async with market.here.db.read() as tx:
        assert (await shops.of(tx, [market.shop_id]))[market.shop_id].name == "Другая"


async def test_many_lists_of_all_kinds_in_one_batch(market: Market) -> None:
    async with market.here.db.write() as tx:
        root = await make_category(tx, "Обувь")
        leaf = await make_category(tx, "Ботинки", parent_id=root)
        mine = [(await make_product(tx, market.shop_id, category_id=leaf)).id for _ in range(3)]
        other_shop = await make_shop(tx, await make_merchant(tx))
        other = [(await make_product(tx, other_shop, category_id=c)).id for c in (root, leaf, market.category_id)]
    lists = market.here.part(ProductLists)

    async def ids(cursor: str | None = None, limit: int = 100, **whose: UUID) -> tuple[list[UUID], str | None]:
        body = (await lists.get(list_ask(cursor=cursor, limit=limit, **whose))).body
        shown = msgspec.json.decode(body, type=Page[ProductView])
        return [item.id for item in shown.items], shown.next_cursor

    found = await asyncio.gather(
        ids(shop_id=other_shop),
        ids(category_id=root),
        ids(category_id=root, shop_id=market.shop_id),
        ids(limit=2),
        ids(category_id=new_id()),
        ids(shop_id=new_id()),
        ids(category_id=root, limit=2),
        ids(category_id=market.category_id, shop_id=other_shop),
    )
    first = [other[1], other[0]]
    assert [f[0] for f in found] == [
        other[::-1], [*first, *mine[::-1]], mine[::-1], other[:0:-1], [], [], first, [other[2]]
    ]  # fmt: skip
    assert [f[1] is not None for f in found] == [False, False, False, True, False, False, True, False]
    rest, end = await ids(category_id=root, cursor=found[6][1])
    assert (rest, end) == (mine[::-1], None)


async def test_cards_stay_within_their_memory(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = Cards(market.here)
    async with market.here.db.read() as tx:
        made = {i: make_card(p) for i, p in (await products_by_ids(tx, market.product_ids)).items()}
    first, second, third = market.product_ids
    monkeypatch.setattr(cards, "_bytes_max", made[second].size + made[third].size)
    for product_id in market.product_ids:
        cards.keep(product_id, made[product_id])
        cards.keep(product_id, made[product_id])
    kept, missing = cards.fitting({i: made[i].stamp for i in market.product_ids})
    assert (set(kept), missing) == ({second, third}, [first])
    assert cards.fitting({second: made[second].stamp + 1}) == ({}, [second])
    monkeypatch.setattr(cards_module, "CARD_BYTES_MAX", 10)
    cards.keep(second, made[second])
    assert second not in cards.fitting({second: made[second].stamp})[0]


async def test_only_what_a_common_search_found_is_kept_for_a_moment(
    market: Market, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = market.here.part(Searches)

    async def total(q: str) -> int:
        found = await searches.get(SearchQuery(q=q), Whose(shop_id=market.shop_id))
        return msgspec.json.decode(found.body, type=dict[str, Any])["total"]

    async def add() -> None:
        async with market.here.db.write() as tx:
            await make_product(tx, market.shop_id, name="Изюм")

    assert await total("изюм") == 1
    await add()
    assert await total("изюм") == 2
    monkeypatch.setattr(service, "COMMON_MIN", 2)
    assert await total("изюм") == 2
    await add()
    assert await total("изюм") == 2, "kept"
    clock.advance(seconds=5)
    assert await total("изюм") == 3
