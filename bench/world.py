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

from kerben.domains.catalog.api import FALLBACK_CATEGORY, NewProduct, NewVariant, create_products
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
STOCK_MILLI: Final = 100_000 * 1000
"""On hand of every variant: no scenario sells out, it is throughput that is measured."""
PRICE: Final = 15_000
"""Price of every variant, minor units."""
_DEVICE: Final = Device(user_agent="bench", ip="127.0.0.1")
_WORDS: Final = ("Платье", "Рубашка", "Куртка", "Сапоги", "Ковёр", "Чайник", "Пиала", "Шарф", "Носки", "Пальто")
_KINDS: Final = ("хлопковое", "шерстяное", "детское", "зимнее", "летнее", "кожаное", "вязаное")


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
    """Access tokens of the buyers."""
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
        world.load_s["shops"] = round(time.perf_counter() - started, 1)
        say(f"{size.shops} shops")
        started = time.perf_counter()
        for n in range(0, len(pairs), 2):
            world.shops += await asyncio.gather(*(_shop(db, runtime, *pair, size) for pair in pairs[n : n + 2]))
        world.load_s["goods"] = round(time.perf_counter() - started, 1)
        say(f"{len(world.products)} variants in {world.load_s['goods']} s")
        started = time.perf_counter()
        for n in range(0, size.buyers, 100):
            count = min(100, size.buyers - n)
            world.bearers += await db.transact(lambda tx, n=n, count=count: _buyers(tx, runtime, n, count))
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


async def _shop(db: Database, runtime: Runtime, merchant_id: UUID, shop_id: UUID, size: Size) -> Shop:
    goods: list[Goods] = []
    for begin in range(0, size.products_per_shop, CHUNK):
        numbers = range(begin, min(begin + CHUNK, size.products_per_shop))
        goods += await db.transact(lambda tx, numbers=numbers: _goods(tx, shop_id, numbers))
    device = await db.transact(lambda tx: create_device(tx, runtime.keys, shop_id, "Касса"))
    return Shop(shop_id, merchant_id, goods, device.device_id, device.token, device.secret)


async def _goods(tx: WriteTx, shop_id: UUID, numbers: Sequence[int]) -> list[Goods]:
    products = [
        NewProduct(
            shop_id,
            f"{_WORDS[n % len(_WORDS)]} {_KINDS[n % len(_KINDS)]} {n}",
            "Удобная вещь на каждый день, пошита в Бишкеке. Возможен обмен в течение 14 дней.",
            FALLBACK_CATEGORY,
            [NewVariant(f"SKU-{n:05d}", None, {"size": "M", "color": "синий"}, PRICE)],
        )
        for n in numbers
    ]
    created = await create_products(tx, products)
    await open_stock(tx, [OpeningStock(c.variant_ids[0], shop_id, c.id, STOCK_MILLI) for c in created])
    rows = await tx.fetch(
        "SELECT id, product_id, sku, barcode FROM catalog.variant WHERE id = ANY($1::uuid[]) ORDER BY sku",
        [c.variant_ids[0] for c in created],
    )
    return [Goods(r["product_id"], r["id"], r["sku"], r["barcode"]) for r in rows]


async def _buyers(tx: WriteTx, runtime: Runtime, begin: int, count: int) -> list[str]:
    # No password: these buyers never sign in by hand, their sessions are opened here.
    ids = [
        await create_user(
            tx, NewUser(phone=f"+9967{n:08d}", email=None, password_hash=None, name="Айгуль", roles=BUYER)
        )
        for n in range(begin, begin + count)
    ]
    users = await users_by_ids(tx, ids)
    return [(await open_session(runtime, tx, users[i], _DEVICE)).access_token for i in ids]


async def _settle(dsn: str) -> None:
    """What a market that has run for a while has behind it: statistics, visibility map, a checkpoint."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
