"""Builds the demo market of Bishkek in memory: the same for the same seed, without clock, network or files."""

from __future__ import annotations

from math import cos, pi, radians, sin, sqrt
from random import Random
from uuid import UUID

from kerben_demo.content.categories import CATEGORIES
from kerben_demo.content.names import BANKS, FIRST_NAMES, SHOP_WORDS, SISTER_TRADES, TRADE_WORDS, phone
from kerben_demo.content.places import BAZAARS, STREET_TRADES, STREETS, Bazaar
from kerben_demo.model import (
    Category,
    DemoMarket,
    Duty,
    Merchant,
    OpeningHours,
    PayoutStatus,
    Place,
    Product,
    Role,
    Shop,
    Till,
    Unit,
    User,
    Variant,
    stable_id,
)
from kerben_demo.stocking import ShopStocker

__all__ = [
    "Category",
    "DemoMarket",
    "Duty",
    "Merchant",
    "OpeningHours",
    "PayoutStatus",
    "Place",
    "Product",
    "Role",
    "Shop",
    "Till",
    "Unit",
    "User",
    "Variant",
    "build_market",
]

MERCHANTS = 100
SHOPS = 120
BUYERS = 20
STAFF = 14
SURE_MERCHANTS = 8
"""The first merchants are all verified, paid out, and their tills are alive (or reserved)."""
RESERVED_SHOPS = (("dordoi", "kitchen"), ("orto-sai", "phones"))
SILENT_TILLS = 18
NO_TILLS = 12

Slot = tuple[Bazaar | None, str]
"""Where a shop stands (None: on a street) and its first trade."""


def _places() -> tuple[Place, ...]:
    return tuple(
        Place(
            stable_id(f"place:{b.slug}"), b.slug, b.name, b.short_name, b.kind, b.address, b.description,
            b.lat, b.lon, b.radius_m, b.accuracy_m,
        )
        for b in BAZAARS
    )  # fmt: skip


def _categories() -> tuple[Category, ...]:
    return tuple(
        Category(
            id=stable_id(f"category:{entry.slug}"),
            slug=entry.slug,
            name=entry.name,
            parent_id=stable_id(f"category:{entry.parent}") if entry.parent else None,
            position=position,
            picture=entry.picture,
        )
        for position, entry in enumerate(CATEGORIES)
    )


def _slots(rng: Random) -> list[Slot]:
    """Where the shops stand and what they sell: the two reserved ones first, the others mixed."""
    slots: list[Slot] = [(b, b.trades[i % len(b.trades)]) for b in BAZAARS for i in range(b.share)]
    slots += [(None, STREET_TRADES[i % len(STREET_TRADES)]) for i in range(SHOPS - len(slots))]
    first: list[Slot] = []
    for slug, trade in RESERVED_SHOPS:
        slot = next(s for s in slots if s[0] is not None and s[0].slug == slug and s[1] == trade)
        slots.remove(slot)
        first.append(slot)
    rng.shuffle(slots)
    return first + slots


def _owner_numbers(slots: list[Slot], rng: Random) -> list[int]:
    """Which merchant keeps each shop: one each, then second shops; sets the trade of those slots."""
    numbers = list(range(MERCHANTS))
    free = list(range(SURE_MERCHANTS, MERCHANTS))
    rng.shuffle(free)
    for i, (place, trade) in enumerate(slots[MERCHANTS:], start=MERCHANTS):
        elsewhere = [n for n in free if slots[n][0] is not place]
        same = [n for n in elsewhere if slots[n][1] == trade]
        # Where no one keeps the trade, a merchant comes with a trade the place has, else opens on a street.
        usual = [n for n in elsewhere if place is None or slots[n][1] in place.trades]
        number = (same or usual or free)[0]
        slots[i] = (place if same or usual else None, slots[number][1])
        free.remove(number)
        numbers.append(number)
    return numbers


def _merchants(seed: int, slots: list[Slot], rng: Random) -> tuple[Merchant, ...]:
    words = list(SHOP_WORDS)
    rng.shuffle(words)
    waiting = list(range(SURE_MERCHANTS, MERCHANTS))
    rng.shuffle(waiting)
    unverified, pending, not_onboarded = set(waiting[:5]), set(waiting[5:10]), set(waiting[10:14])
    merchants: list[Merchant] = []
    for n in range(MERCHANTS):
        trade_word, about = TRADE_WORDS[slots[n][1]]
        status: PayoutStatus = "active"
        if n in unverified or n in not_onboarded:
            status = "none"
        elif n in pending:
            status = "pending"
        merchants.append(
            Merchant(
                id=stable_id(f"{seed}:merchant:{n}"),
                name=f"{words[n]} {trade_word}",
                legal_name=f"ОсОО «{words[n]}»" if n % 5 == 3 else f"ИП «{words[n]}»",
                description=about,
                owner_id=stable_id(f"{seed}:owner:{n}"),
                verified=n not in unverified,
                payout_status=status,
                bank_name="" if status == "none" else BANKS[rng.randrange(len(BANKS))],
                account_number="" if status == "none" else f"1030{rng.randrange(10**8):08d}{n:04d}",
            )
        )
    return tuple(merchants)


def _point(lat: float, lon: float, radius_m: float, rng: Random) -> tuple[float, float]:
    """A point within the radius, even over the area; one degree of latitude is 111,320 m."""
    distance, angle = radius_m * 0.97 * sqrt(rng.random()), rng.random() * 2 * pi
    north, east = distance * sin(angle) / 111_320, distance * cos(angle) / (111_320 * cos(radians(lat)))
    return round(lat + north, 6), round(lon + east, 6)


def _hours(place: Bazaar | None, number: int) -> OpeningHours:
    if place is None or place.kind == "mall":
        return OpeningHours((1, 2, 3, 4, 5, 6, 7), "10:00", "20:00")
    # Many of the Дордой's rows rest on Monday; the first shops of the demo never do.
    if place.slug == "dordoi" and number >= SURE_MERCHANTS and number % 3 == 0:
        return OpeningHours((2, 3, 4, 5, 6, 7), "09:00", "17:00")
    return OpeningHours((1, 2, 3, 4, 5, 6, 7), "08:00" if number % 2 else "09:00", "18:00")


def _tills(owner_numbers: list[int], rng: Random) -> list[Till]:
    tills: list[Till] = ["reserved" if i < len(RESERVED_SHOPS) else "alive" for i in range(SHOPS)]
    others = [i for i, owner in enumerate(owner_numbers) if owner >= SURE_MERCHANTS]
    rng.shuffle(others)
    for i in others[:SILENT_TILLS]:
        tills[i] = "silent"
    for i in others[SILENT_TILLS : SILENT_TILLS + NO_TILLS]:
        tills[i] = "none"
    return tills


def _shop(
    seed: int, number: int, slot: Slot, merchant: Merchant, till: Till, rng: Random
) -> Shop:  # fmt: skip
    place, trade = slot
    sister = SISTER_TRADES.get(trade)
    trades = (trade, sister) if sister and rng.random() < 0.35 else (trade,)
    if place is None:
        street = STREETS[number % len(STREETS)]
        lat, lon = _point(street.lat, street.lon, 60, rng)
        where, address = street.name, f"Бишкек, {street.name}, {rng.randrange(12, 220)}"
    else:
        lat, lon = _point(place.lat, place.lon, place.radius_m, rng)
        spot = place.spots[rng.randrange(len(place.spots))].format(rng.randrange(3, 400 if place.share > 30 else 90))
        where, address = place.short_name, f"{place.short_name}, {spot}"
    return Shop(
        id=stable_id(f"{seed}:shop:{number}"),
        merchant_id=merchant.id,
        place_id=stable_id(f"place:{place.slug}") if place else None,
        name=merchant.name if number < MERCHANTS else f"{merchant.name} · {where}",
        description=TRADE_WORDS[trade][1],
        address=address,
        phone=phone(4, number),
        lat=lat,
        lon=lon,
        hours=_hours(place, number),
        till=till,
        trades=trades,
    )


def _users(seed: int, merchants: tuple[Merchant, ...], rng: Random) -> tuple[User, ...]:
    def user(role: Role, n: int, group: int, merchant_id: UUID | None = None, duty: Duty | None = None) -> User:
        name = "Администратор" if role == "admin" else FIRST_NAMES[rng.randrange(len(FIRST_NAMES))]
        return User(stable_id(f"{seed}:{role}:{n}"), role, name, phone(group, n), merchant_id, duty)

    users = [user("admin", 0, 0)]
    users += [user("owner", n, 1, merchant.id) for n, merchant in enumerate(merchants)]
    # The first merchants have a manager and a cashier each.
    duties: tuple[Duty, Duty] = ("manager", "cashier")
    users += [user("staff", n, 2, merchants[n // 2].id, duties[n % 2]) for n in range(STAFF)]
    users += [user("buyer", n, 3) for n in range(BUYERS)]
    return tuple(users)


def build_market(seed: int = 1) -> DemoMarket:
    """Build the demo market: bazaars, 100 merchants, 120 shops, their goods, and the accounts.

    The same seed gives equal markets. Places and categories are the same for every seed.
    """
    rng = Random(f"market:{seed}")
    categories = _categories()
    slots = _slots(rng)
    owner_numbers = _owner_numbers(slots, rng)
    merchants = _merchants(seed, slots, rng)
    tills = _tills(owner_numbers, rng)
    shops = tuple(
        _shop(seed, n, slots[n], merchants[owner_numbers[n]], tills[n], rng) for n in range(SHOPS)
    )  # fmt: skip
    category_ids = {category.slug: category.id for category in categories}
    pictures = {category.slug: category.picture for category in categories}
    products: list[Product] = []
    variants: list[Variant] = []
    for number, shop in enumerate(shops):
        stocker = ShopStocker(shop, number + 1, seed, category_ids)
        stocker.fill(pictures)
        products += stocker.products
        variants += stocker.variants
    return DemoMarket(
        places=_places(),
        categories=categories,
        users=_users(seed, merchants, rng),
        merchants=merchants,
        shops=shops,
        products=tuple(products),
        variants=tuple(variants),
    )
