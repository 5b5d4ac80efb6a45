"""Loads the demo market into an installation, through the domains' own functions and in one transaction.

A load that dies half-way leaves nothing behind; one that is done is never repeated.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import NewCategory, NewProduct, NewVariant, create_categories, create_products
from kerben.domains.geo.api import NewPlace, PlaceKind, create_places
from kerben.domains.identity.api import NewUser, create_user, enrol_second_factors, hash_password, users_by_phone
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.merchants.api import (
    NewMerchant,
    NewShop,
    PayoutStatus,
    StaffMember,
    StaffRole,
    add_staff,
    create_merchants,
    create_shops,
    onboard_payout,
    set_payout_status,
    set_verified,
)
from kerben.domains.pos.api import create_device
from kerben.platform.db import WriteTx
from kerben.platform.qty import Unit
from kerben.platform.runtime import Runtime
from kerben_demo.accounts import Account, Accounts, PosDevice, write_accounts
from kerben_demo.market import build_market
from kerben_demo.model import DemoMarket, OpeningHours, Product
from kerben_demo.pictures import draw

FACT: Final = "demo"
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Ids = dict[UUID, UUID]
"""The demo's stable ids → the ids that the domains gave."""


async def is_loaded(runtime: Runtime) -> bool:
    """Whether this installation holds the demo market."""
    async with runtime.db.read() as tx:
        return await tx.fetchval("SELECT value FROM platform.fact WHERE name = $1", FACT) == "ready"


async def load(runtime: Runtime, folder: Path, *, seed: int = 1, say: Callable[[str], None] = lambda _: None) -> bool:
    """Load the market unless it is there; True when it was loaded now. `folder` gets pictures and accounts.json."""
    if await is_loaded(runtime):
        return False
    market = build_market(seed)
    say(f"Демо-рынок: {len(market.shops)} магазинов, {len(market.variants)} товаров")
    pictures = _draw_pictures(market, folder / "media" / "demo")
    passwords = {role: secrets.token_urlsafe(9) for role in ("admin", "owner", "staff", "buyer")}
    hashes = {role: await hash_password(password) for role, password in passwords.items()}

    async def work(tx: WriteTx) -> None:
        made = await _load(tx, runtime, market, pictures, hashes)
        people = await _with_secrets(tx, runtime, made.accounts, passwords)
        # Written before the commit: a market nobody can enter would be worse than a list nobody needs.
        write_accounts(folder, Accounts(runtime.settings.base_url, people, made.pos_devices))
        await tx.execute("INSERT INTO platform.fact (name, value) VALUES ($1, 'ready')", FACT)

    await runtime.db.transact(work)
    return True


async def _with_secrets(
    tx: WriteTx, runtime: Runtime, accounts: list[Account], passwords: dict[str, str]
) -> list[Account]:
    """The accounts with their passwords, and with a second factor in force for all but buyers."""
    kinds = {"admin": "admin", "seller": "owner", "staff": "staff", "buyer": "buyer"}
    working = [account.login for account in accounts if account.role != "buyer"]
    users = {login: (await users_by_phone(tx, login))[0] for login in working}
    setups = await enrol_second_factors(runtime.keys, tx, list(users.values()))
    totp = {login: setup.secret for login, setup in zip(users, setups, strict=True)}
    return [
        msgspec.structs.replace(account, password=passwords[kinds[account.role]], totp_secret=totp.get(account.login))
        for account in accounts
    ]


async def _load(
    tx: WriteTx, runtime: Runtime, market: DemoMarket, pictures: dict[UUID, str], hashes: dict[str, str]
) -> Accounts:
    users: Ids = {}
    for user in market.users:
        roles = frozenset({"buyer", "admin"} if user.role == "admin" else {"buyer"})
        users[user.id] = await create_user(
            tx, NewUser(user.phone, None, password_hash=hashes[user.role], name=user.name, roles=roles)
        )
    places = await _places(tx, market)
    merchants = await _merchants(tx, runtime, market, users)
    shops = await _shops(tx, market, merchants, places)
    await _goods(tx, market, shops, pictures)
    devices = await _tills(tx, runtime, market, shops)
    roles_shown = {"admin": "admin", "owner": "seller", "staff": "staff", "buyer": "buyer"}
    order = {"buyer": 0, "owner": 1, "admin": 2, "staff": 3}
    accounts = [
        Account(role=roles_shown[user.role], login=user.phone, password="", name=user.name)
        for user in sorted(market.users, key=lambda user: order[user.role])
    ]
    return Accounts("", accounts, devices)


async def _places(tx: WriteTx, market: DemoMarket) -> Ids:
    made = await create_places(
        tx,
        [
            NewPlace(p.slug, p.name, PlaceKind(p.kind), p.lat, p.lon, p.radius_m, p.address, p.description)
            for p in market.places
        ],
    )
    return {place.id: created for place, created in zip(market.places, made, strict=True)}


async def _merchants(tx: WriteTx, runtime: Runtime, market: DemoMarket, users: Ids) -> Ids:
    made = await create_merchants(
        tx, [NewMerchant(users[m.owner_id], m.name, m.description) for m in market.merchants]
    )
    ids: Ids = {m.id: created for m, created in zip(market.merchants, made, strict=True)}
    await set_verified(tx, [ids[m.id] for m in market.merchants if m.verified], by=None)
    for merchant in market.merchants:
        if merchant.payout_status != "none":
            await onboard_payout(tx, runtime.keys, ids[merchant.id], merchant.account_number, merchant.bank_name)
    active = [ids[m.id] for m in market.merchants if m.payout_status == "active"]
    await set_payout_status(tx, active, PayoutStatus.ACTIVE)
    await add_staff(
        tx,
        [
            StaffMember(ids[user.merchant_id], users[user.id], StaffRole(user.duty))
            for user in market.users
            if user.merchant_id is not None and user.duty is not None
        ],
    )
    return ids


async def _shops(tx: WriteTx, market: DemoMarket, merchants: Ids, places: Ids) -> Ids:
    made = await create_shops(
        tx,
        [
            NewShop(
                merchants[s.merchant_id],
                s.name,
                s.address,
                s.phone,
                s.lat,
                s.lon,
                hours=_hours(s.hours),
                place_id=places[s.place_id] if s.place_id is not None else None,
            )
            for s in market.shops
        ],
    )
    return {s.id: created for s, created in zip(market.shops, made, strict=True)}


def _hours(hours: OpeningHours) -> dict[str, str]:
    open_text = f"{hours.opens}-{hours.closes}"
    return {name: open_text if day in hours.weekdays else "closed" for day, name in enumerate(DAYS, 1)}


async def _categories(tx: WriteTx, market: DemoMarket) -> Ids:
    ids: Ids = {}
    waiting = list(market.categories)
    while waiting:
        level = [c for c in waiting if c.parent_id is None or c.parent_id in ids]
        made = await create_categories(
            tx, [NewCategory(c.slug, c.name, ids[c.parent_id] if c.parent_id else None, c.position) for c in level]
        )
        ids.update(zip((c.id for c in level), made, strict=True))
        waiting = [c for c in waiting if c.id not in ids]
    return ids


async def _goods(tx: WriteTx, market: DemoMarket, shops: Ids, pictures: dict[UUID, str]) -> None:
    categories = await _categories(tx, market)
    variants: dict[UUID, list[NewVariant]] = {}
    stocks: dict[UUID, list[int]] = {}
    for v in market.variants:
        variants.setdefault(v.product_id, []).append(
            NewVariant(v.sku, v.barcode, dict(v.attributes), v.price_minor, unit=Unit(v.unit))
        )
        stocks.setdefault(v.product_id, []).append(v.stock_milli)
    products = [
        NewProduct(
            shops[p.shop_id],
            p.name,
            p.description,
            categories[p.category_id],
            variants[p.id],
            picture=pictures[p.id],
        )
        for p in market.products
    ]
    created = await create_products(tx, products)
    opening = [
        OpeningStock(variant_id, shops[p.shop_id], made.id, qty)
        for p, made in zip(market.products, created, strict=True)
        for variant_id, qty in zip(made.variant_ids, stocks[p.id], strict=True)
    ]
    await open_stock(tx, opening)


async def _tills(tx: WriteTx, runtime: Runtime, market: DemoMarket, shops: Ids) -> list[PosDevice]:
    devices: list[PosDevice] = []
    for shop in market.shops:
        if shop.till == "none":
            continue
        made = await create_device(tx, runtime.keys, shops[shop.id], f"Касса «{shop.name}»")
        devices.append(PosDevice(str(made.device_id), str(shops[shop.id]), made.token, made.secret, shop.till))
    return devices


def _draw_pictures(market: DemoMarket, folder: Path) -> dict[UUID, str]:
    """Draw each different picture once; product id → its address."""
    folder.mkdir(parents=True, exist_ok=True)
    addresses: dict[UUID, str] = {}
    for product in market.products:
        svg = _draw(product)
        name = f"{hashlib.sha256(svg.encode()).hexdigest()[:24]}.svg"
        file = folder / name
        if not file.exists():
            file.write_text(svg, encoding="utf-8")
        addresses[product.id] = f"/media/demo/{name}"
    return addresses


def _draw(product: Product) -> str:
    return draw(product.picture, product.picture_attributes, product.picture_seed)
