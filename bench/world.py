"""The market under test: its shops, goods, buyers and tills, loaded through the domains' own use cases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from bench import names
from kerben.domains.catalog.api import (
    FALLBACK_CATEGORY,
    NewCategory,
    NewProduct,
    NewVariant,
    create_categories,
    create_products,
)
from kerben.domains.identity.api import Device, NewUser, create_user, open_session, users_by_ids
from kerben.domains.identity.model import BUYER
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.merchants.api import (
    NewMerchant,
    NewShop,
    PayoutStatus,
    create_merchants,
    create_shops,
    onboard_payout,
    set_payout_status,
    set_verified,
)
from kerben.domains.pos.api import create_device
from kerben.platform.db import Database, WriteTx
from kerben.platform.housekeeping import ensure_outbox_partitions
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

CHUNK: Final = 1000
STOCK_MILLI: Final = 10_000_000 * 1000
"""On hand of every variant: no scenario sells out, it is throughput that is measured."""
PRICE: Final = 15_000
"""Price of every variant, minor units."""
_DEVICE: Final = Device(user_agent="bench", ip="127.0.0.1")
_SESSIONS: Final = 3
"""Sessions of each buyer: as many tokens have to be remembered by each server process."""
_SECTIONS: Final = 5
_CATEGORIES: Final = 50


class Size(msgspec.Struct, frozen=True):
    """How large the market is; each shop has one till, each product one variant."""

    shops: int = 100
    products_per_shop: int = 1000
    buyers: int = 1000


QUICK: Final = Size(shops=4, products_per_shop=25, buyers=16)


class Goods(msgspec.Struct, frozen=True):
    """One product with its only variant."""

    product_id: UUID
    variant_id: UUID
    sku: str
    barcode: str
    category_id: UUID
    name: str


class Shop(msgspec.Struct, frozen=True):
    """A shop with its goods and its till."""

    id: UUID
    merchant_id: UUID
    goods: list[Goods]
    device_id: UUID
    token: str
    secret: str


@dataclass
class World:
    """What the scenarios need to know. `load_s`: seconds that each part of loading took."""

    shops: list[Shop] = field(default_factory=list[Shop])
    bearers: list[str] = field(default_factory=list[str])
    """An access token of each buyer."""
    tokens: list[str] = field(default_factory=list[str])
    """All access tokens of the buyers, those of one buyer apart from each other."""
    load_s: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def products(self) -> list[UUID]:
        """All products."""
        return [goods.product_id for shop in self.shops for goods in shop.goods]


async def load(settings: Settings, size: Size, say: Callable[[str], None]) -> World:
    """Fill a migrated, empty database. Leaves no connection open and the statistics fresh."""
    db = Database(settings.database_url, size=4)
    await db.open()
    runtime = Runtime(settings, db)
    world = World()
    try:
        await db.transact(_partitions)
        started = time.perf_counter()
        pairs = await db.transact(lambda tx: _merchants(tx, runtime, size.shops))
        categories = await db.transact(_categories)
        world.load_s["shops"] = round(time.perf_counter() - started, 1)
        say(f"{size.shops} shops")
        started = time.perf_counter()
        for n in range(0, len(pairs), 2):
            two = [_Plan(i, *pairs[i], categories, size.products_per_shop) for i in range(n, min(n + 2, len(pairs)))]
            world.shops += await asyncio.gather(*(_shop(db, runtime, plan) for plan in two))
        world.load_s["goods"] = round(time.perf_counter() - started, 1)
        say(f"{len(world.products)} variants in {world.load_s['goods']} s")
        started = time.perf_counter()
        sessions: list[list[str]] = []
        for n in range(0, size.buyers, 100):
            count = min(100, size.buyers - n)
            found = await db.transact(lambda tx, n=n, count=count: _buyers(tx, runtime, n, count))
            sessions += found
        world.bearers = [tokens[0] for tokens in sessions]
        world.tokens = [tokens[k] for k in range(_SESSIONS) for tokens in sessions]
        world.load_s["buyers"] = round(time.perf_counter() - started, 1)
        say(f"{size.buyers} buyers in {world.load_s['buyers']} s")
    finally:
        await db.close()
    await _settle(settings.database_url)
    return world


async def _partitions(tx: WriteTx) -> None:
    """Partitions first, as a worker would have made them, so that nothing lies in the default ones."""
    await ensure_outbox_partitions(tx)
    await tx.execute("SELECT inventory.make_partitions($1, 2), pos.make_partitions($1, 2)", tx.now.date())


async def _merchants(tx: WriteTx, runtime: Runtime, count: int) -> list[tuple[UUID, UUID]]:
    merchants = await create_merchants(tx, [NewMerchant(tx.new_id(), f"Продавец {n}") for n in range(count)])
    await set_verified(tx, merchants, by=None)
    for merchant_id in merchants:
        await onboard_payout(tx, runtime.keys, merchant_id, "1180000012345678", "Банк «Ала-Тоо»")
    await set_payout_status(tx, merchants, PayoutStatus.ACTIVE)
    shops = await create_shops(
        tx,
        [
            NewShop(m, f"Лавка {n}", f"Бишкек, рынок Дордой, ряд {n}", "+996555010203", 42.9394, 74.6205)
            for n, m in enumerate(merchants)
        ],
    )
    return list(zip(merchants, shops, strict=True))


class _Plan(msgspec.Struct, frozen=True):
    """A shop to be filled: its place among all, and the categories its goods are spread over."""

    index: int
    merchant_id: UUID
    shop_id: UUID
    categories: list[UUID]
    products: int


async def _categories(tx: WriteTx) -> list[UUID]:
    sections = await create_categories(tx, [NewCategory(f"bench-{n}", f"Отдел {n}") for n in range(_SECTIONS)])
    return await create_categories(
        tx,
        [NewCategory(f"bench-leaf-{n}", f"Полка {n}", sections[n % _SECTIONS], n) for n in range(_CATEGORIES)],
    )


async def _shop(db: Database, runtime: Runtime, plan: _Plan) -> Shop:
    goods: list[Goods] = []
    for begin in range(0, plan.products, CHUNK):
        numbers = range(begin, min(begin + CHUNK, plan.products))
        goods += await db.transact(lambda tx, numbers=numbers: _goods(tx, plan, numbers))
    device = await db.transact(lambda tx: create_device(tx, runtime.keys, plan.shop_id, "Касса"))
    return Shop(plan.shop_id, plan.merchant_id, goods, device.device_id, device.token, device.secret)


async def _goods(tx: WriteTx, plan: _Plan, numbers: Sequence[int]) -> list[Goods]:
    first = plan.index * plan.products
    products = [
        NewProduct(
            plan.shop_id,
            names.product(first + n),
            "Удобная вещь на каждый день, пошита в Бишкеке. Возможен обмен в течение 14 дней.",
            plan.categories[(7 * n + plan.index) % len(plan.categories)],
            [NewVariant(f"SKU-{n:05d}", None, {"size": "M", "color": "синий"}, PRICE)],
        )
        for n in numbers
    ]
    return await _create(tx, products, STOCK_MILLI)


async def _create(tx: WriteTx, products: Sequence[NewProduct], stock_milli: int) -> list[Goods]:
    """Products of one variant each with their stock, by SKU."""
    created = await create_products(tx, products)
    await open_stock(
        tx,
        [
            OpeningStock(c.variant_ids[0], p.shop_id, c.id, stock_milli)
            for c, p in zip(created, products, strict=True)
        ],
    )
    rows = await tx.fetch(
        """
        SELECT v.id, v.product_id, v.sku, v.barcode, p.category_id, p.name
        FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
        WHERE v.id = ANY($1::uuid[]) ORDER BY v.sku
        """,
        [c.variant_ids[0] for c in created],
    )
    return [Goods(r["product_id"], r["id"], r["sku"], r["barcode"], r["category_id"], r["name"]) for r in rows]


async def add_scarce(settings: Settings, shop: Shop, units: int) -> Goods:
    """One more product of a shop, of which there are only so many."""
    db = Database(settings.database_url, size=1)
    await db.open()
    try:
        sku = f"FLASH-{time.monotonic_ns()}"
        product = NewProduct(
            shop.id,
            "Чайник по особой цене",
            "Тысяча штук, больше не будет.",
            FALLBACK_CATEGORY,
            [NewVariant(sku, None, {"size": "M", "color": "синий"}, PRICE)],
        )
        return (await db.transact(lambda tx: _create(tx, [product], units * 1000)))[0]
    finally:
        await db.close()


async def _buyers(tx: WriteTx, runtime: Runtime, begin: int, count: int) -> list[list[str]]:
    """Access tokens of new buyers, of several sessions each."""
    # No password: these buyers never sign in by hand, their sessions are opened here.
    ids = [
        await create_user(
            tx, NewUser(phone=f"+9967{n:08d}", email=None, password_hash=None, name="Айгуль", roles=BUYER)
        )
        for n in range(begin, begin + count)
    ]
    users = await users_by_ids(tx, ids)
    return [
        [(await open_session(runtime, tx, users[i], _DEVICE)).access_token for _ in range(_SESSIONS)] for i in ids
    ]


async def _settle(dsn: str) -> None:
    """What a market that has run for a while has behind it: statistics, visibility map, a checkpoint."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
