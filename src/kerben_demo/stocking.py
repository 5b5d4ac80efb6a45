"""Fills the shops of the demo with goods that fit their trades."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product as combinations
from random import Random
from uuid import UUID

from kerben_demo.content.goods import Good
from kerben_demo.content.goods_food import FOOD
from kerben_demo.content.goods_home import HOME
from kerben_demo.content.goods_things import THINGS
from kerben_demo.content.goods_wear import WEAR
from kerben_demo.content.labels import maker_barcode, price_factor, scale_barcode, sensible, shop_barcode
from kerben_demo.model import Product, Shop, Variant, stable_id

TRADES: dict[str, tuple[Good, ...]] = WEAR | HOME | FOOD | THINGS
"""The goods of every trade."""

_PICTURE_SEEDS = 4
"""Pictures differ by kind, colour and this many seeds, so a loader can draw each only once."""


def _pool(trades: tuple[str, ...], rng: Random) -> list[tuple[Good, str]]:
    """All goods of the trades with one of their forms each, shuffled."""
    pool = [(good, form) for trade in trades for good in TRADES[trade] for form in good.forms]
    rng.shuffle(pool)
    return pool


def _choose(trades: tuple[str, ...], rng: Random) -> list[tuple[Good, str]]:
    """Choose a shop's goods: six or seven single-variant ones by the piece, some with sizes or by weight."""
    wanted = {True: rng.randint(6, 7), False: rng.randint(4, 5)}
    names: set[str] = set()
    chosen: list[tuple[Good, str]] = []
    for good, form in _pool(trades, rng):
        name = good.name.format(form)
        if wanted[good.single] and name not in names:
            wanted[good.single] -= 1
            names.add(name)
            chosen.append((good, form))
    return chosen


def _stock_milli(good: Good, rng: Random) -> int:
    if good.unit == "kg":
        return rng.randrange(30, 801) * 100
    if good.single:
        return rng.randint(5, 60) * 1000 if rng.random() < 0.8 else rng.randint(61, 200) * 1000
    # A few sizes are always sold out, as in a real shop.
    return 0 if rng.random() < 0.04 else rng.randint(1, 40) * 1000


class ShopStocker:
    """Makes the products of one shop, numbering its articles and labels."""

    def __init__(self, shop: Shop, number: int, seed: int, category_ids: Mapping[str, UUID]) -> None:
        self.shop = shop
        self.number = number
        self.category_ids = category_ids
        self.rng = Random(f"stock:{seed}:{number}")
        self.products: list[Product] = []
        self.variants: list[Variant] = []
        self.barcodes: set[str] = set()

    def fill(self, pictures: Mapping[str, str]) -> None:
        """Choose the goods and add them; `pictures` gives each category's kind of drawing."""
        for good, form in _choose(self.shop.trades, self.rng):
            self._add(good, form, pictures)

    def _add(self, good: Good, form: str, pictures: Mapping[str, str]) -> None:
        number = len(self.products) + 1
        picked = {key: self.rng.choice(values) for key, values in good.pick}
        axes = [(axis, self._turned(axis, values)) for axis, values in good.axes]
        made = Product(
            id=stable_id(f"product:{self.shop.id}:{number}"),
            shop_id=self.shop.id,
            category_id=self.category_ids[good.leaf],
            name=good.name.format(form),
            description=good.about,
            picture=good.picture or pictures[good.leaf],
            picture_attributes=self._tones(dict(axes), picked),
            picture_seed=self.rng.randrange(_PICTURE_SEEDS),
        )
        self.products.append(made)
        # Forms go from the smaller to the larger; within its part of the range each shop has its own price.
        part = (good.forms.index(form) + self.rng.random()) / len(good.forms)
        price = good.low + (good.high - good.low) * part
        picked.pop("tint", None)
        indices = [range(len(values)) for _axis, values in axes]
        for n, index in enumerate(combinations(*indices), start=1):
            attributes, factor = dict(picked), 1.0
            for (axis, values), i in zip(axes, index, strict=True):
                attributes[axis] = values[i]
                factor *= price_factor(axis, values, i)
            self._add_variant(made, good, f"{number:03d}-{n}", attributes, price * factor)

    def _turned(self, axis: str, values: tuple[str, ...]) -> tuple[str, ...]:
        """Let another colour stand first in each shop, so that not every cover looks the same."""
        first = self.rng.randrange(len(values)) if axis == "color" else 0
        return values[first:] + values[:first]

    @staticmethod
    def _tones(axes: Mapping[str, tuple[str, ...]], picked: Mapping[str, str]) -> dict[str, str]:
        """The colour of the product's main picture: its tint or colour, else the first variant's colour."""
        colour = picked.get("tint") or picked.get("color") or axes.get("color", ("",))[0]
        return {"color": colour} if colour else {}

    def _add_variant(self, made: Product, good: Good, article: str, attributes: dict[str, str], price: float) -> None:
        self.variants.append(
            Variant(
                id=stable_id(f"variant:{made.id}:{article}"),
                product_id=made.id,
                shop_id=self.shop.id,
                sku=f"{good.leaf.replace('-', '')[:4].upper()}-{article}",
                barcode=self._barcode(good, made.name, attributes),
                attributes=attributes,
                price_minor=sensible(price) * 100,
                currency="KGS",
                unit=good.unit,
                stock_milli=_stock_milli(good, self.rng),
            )
        )

    def _barcode(self, good: Good, name: str, attributes: Mapping[str, str]) -> str:
        number = len(self.variants) + 1
        if good.unit == "kg":
            code = scale_barcode(number)
        elif good.code == "own":
            code = shop_barcode(self.number, number)
        else:
            goods = "|".join([name, *(f"{key}={value}" for key, value in sorted(attributes.items()))])
            code = maker_barcode(good.code, goods)
            if code in self.barcodes:  # two different goods with the same digest: the shop sticks its own label
                code = shop_barcode(self.number, number)
        self.barcodes.add(code)
        return code
