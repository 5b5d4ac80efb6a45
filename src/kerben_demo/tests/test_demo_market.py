"""The demo market is complete, true to its counts, the same by seed, and its pictures can be shown."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from math import cos, hypot, radians

import phonenumbers
import pytest
from defusedxml import ElementTree

from kerben_demo.content.goods import Good
from kerben_demo.content.labels import price_factor, scale_barcode, sensible, shop_barcode, with_check_digit
from kerben_demo.content.places import BISHKEK_BOUNDS
from kerben_demo.drawings.paint import COLOURS
from kerben_demo.market import DemoMarket, Variant, build_market
from kerben_demo.pictures import ATTRIBUTE_LABELS, KINDS, describe, draw
from kerben_demo.stocking import TRADES

CYRILLIC = re.compile("[А-Яа-яЁёҢңӨөҮү]")


@pytest.fixture(scope="module")
def market() -> DemoMarket:
    return build_market(1)


def by_product(market: DemoMarket) -> dict[object, list[Variant]]:
    found: dict[object, list[Variant]] = defaultdict(list)
    for variant in market.variants:
        found[variant.product_id].append(variant)
    return found


def test_counts(market: DemoMarket) -> None:
    assert sum(place.kind == "bazaar" for place in market.places) >= 6
    assert len(market.merchants) == 100
    assert len(market.shops) == 120
    assert len(market.products) >= 900
    assert len(market.variants) >= 2000
    roots = [category for category in market.categories if category.parent_id is None]
    assert len(roots) >= 8
    assert len(market.categories) - len(roots) >= 40
    assert Counter(user.role for user in market.users) == {"admin": 1, "owner": 100, "staff": 14, "buyer": 20}


def test_the_same_seed_gives_the_same_market(market: DemoMarket) -> None:
    assert build_market(1) == market
    other = build_market(2)
    assert other.variants != market.variants
    assert other.shops != market.shops
    assert other.places == market.places
    assert other.categories == market.categories


@pytest.mark.parametrize("seed", [1, 2, 7, 2024])
def test_every_seed_keeps_the_promises(seed: int) -> None:
    market = build_market(seed)
    products = by_product(market)
    singles: Counter[object] = Counter()
    for product in market.products:
        variants = products[product.id]
        assert variants, product.name
        if len(variants) == 1 and variants[0].unit == "pcs" and 5_000 <= variants[0].stock_milli <= 200_000:
            singles[product.shop_id] += 1
    assert all(singles[shop.id] >= 5 for shop in market.shops)
    assert len(market.variants) >= 2000
    assert len({merchant.name for merchant in market.merchants}) == 100
    codes = Counter((variant.shop_id, variant.barcode) for variant in market.variants)
    skus = Counter((variant.shop_id, variant.sku) for variant in market.variants)
    names = Counter((product.shop_id, product.name) for product in market.products)
    assert max(codes.values()) == max(skus.values()) == max(names.values()) == 1


def test_ids_and_references_hold_together(market: DemoMarket) -> None:
    groups = (
        market.places, market.categories, market.users, market.merchants, market.shops, market.products,
        market.variants,
    )  # fmt: skip
    ids = [entity.id for group in groups for entity in group]
    assert len(ids) == len(set(ids))
    places = {place.id for place in market.places}
    merchants = {merchant.id for merchant in market.merchants}
    owners = {user.id for user in market.users if user.role == "owner"}
    parents = {category.parent_id for category in market.categories}
    shops, products = {shop.id for shop in market.shops}, {product.id: product for product in market.products}
    assert {merchant.owner_id for merchant in market.merchants} == owners
    assert {shop.merchant_id for shop in market.shops} == merchants
    assert all(shop.place_id is None or shop.place_id in places for shop in market.shops)
    leaves = {category.id for category in market.categories} - parents
    assert {product.category_id for product in market.products} <= leaves
    assert all(product.shop_id in shops for product in market.products)
    assert all(variant.shop_id == products[variant.product_id].shop_id for variant in market.variants)


def test_every_leaf_category_has_goods(market: DemoMarket) -> None:
    used = {product.category_id for product in market.products}
    parents = {category.parent_id for category in market.categories}
    empty = [c.name for c in market.categories if c.id not in parents and c.id not in used]
    assert empty == []


def test_tills_and_merchants(market: DemoMarket) -> None:
    first, second = market.shops[:2]
    assert first.till == second.till == "reserved"
    assert first.merchant_id != second.merchant_id
    assert Counter(shop.till for shop in market.shops) == {"reserved": 2, "alive": 88, "silent": 18, "none": 12}
    assert market.merchants[0].id == first.merchant_id
    assert market.merchants[1].id == second.merchant_id
    assert all(m.verified and m.payout_status == "active" for m in market.merchants[:8])
    sure = {merchant.id for merchant in market.merchants[:8]}
    assert all(s.till in {"alive", "reserved"} for s in market.shops if s.merchant_id in sure)
    assert all(len(shop.hours.weekdays) == 7 for shop in market.shops[:2])
    statuses = Counter((m.verified, m.payout_status) for m in market.merchants)
    assert statuses[(True, "active")] >= 80
    assert statuses[(False, "none")] > 0
    assert statuses[(True, "pending")] > 0
    assert all(bool(m.account_number) == (m.payout_status != "none") for m in market.merchants)


def test_shops_lie_inside_their_bazaar_and_the_city(market: DemoMarket) -> None:
    south, north, west, east = BISHKEK_BOUNDS
    places = {place.id: place for place in market.places}
    for point in (*market.places, *market.shops):
        assert south < point.lat < north
        assert west < point.lon < east
    for shop in market.shops:
        if shop.place_id is not None:
            place = places[shop.place_id]
            metres = hypot(
                (shop.lat - place.lat) * 111_320, (shop.lon - place.lon) * 111_320 * cos(radians(place.lat))
            )
            assert metres <= place.radius_m
    assert sum(shop.place_id is None for shop in market.shops) >= 5


def test_barcodes_have_valid_check_digits_and_sensible_prefixes(market: DemoMarket) -> None:
    for variant in market.variants:
        code = variant.barcode
        assert re.fullmatch(r"\d{13}", code)
        weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code))
        assert weighted % 10 == 0
        assert code.startswith("21") if variant.unit == "kg" else re.match("470|46|20", code)


def test_barcode_examples_from_the_shelf() -> None:
    # Known EAN-13 codes, the first one printed in the GS1 General Specifications.
    assert with_check_digit("629104150021") == "6291041500213"
    assert with_check_digit("400638133393") == "4006381333931"
    assert shop_barcode(7, 12).startswith("200007000012")
    assert scale_barcode(42).startswith("210004200000")


def test_prices_and_stock(market: DemoMarket) -> None:
    for variant in market.variants:
        som, tyiyn = divmod(variant.price_minor, 100)
        assert som > 0
        assert tyiyn == 0
        assert sensible(som) == som
        assert variant.currency == "KGS"
        assert variant.stock_milli >= 0
        assert variant.unit == "kg" or variant.stock_milli % 1000 == 0
    sold_out = sum(variant.stock_milli == 0 for variant in market.variants)
    assert 0 < sold_out < len(market.variants) * 0.06
    assert sum(variant.unit == "kg" for variant in market.variants) > 50


def test_larger_packs_cost_more_but_less_per_kilogram() -> None:
    packs = ("250 г", "500 г", "1 кг")
    factors = [price_factor("weight", packs, i) for i in range(3)]
    assert factors[0] == 1
    assert 1 < factors[1] < 2
    assert factors[1] < factors[2] < 4
    assert price_factor("color", ("красный", "синий"), 1) == 1


def test_texts_are_russian_and_phones_are_kyrgyz(market: DemoMarket) -> None:
    texts = [
        text
        for group in (market.places, market.merchants, market.shops, market.products)
        for entity in group
        for text in (entity.name, entity.description)
    ]
    texts += [category.name for category in market.categories] + [user.name for user in market.users]
    assert all(text.strip() and CYRILLIC.search(text) for text in texts)
    assert not [text for text in texts if "!" in text or "{" in text or "  " in text]
    phones = [user.phone for user in market.users]
    assert len(phones) == len(set(phones))
    for number in [*phones, *(shop.phone for shop in market.shops)]:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_goods_name_known_colours_and_attributes() -> None:
    goods: list[Good] = [good for trade in TRADES.values() for good in trade]
    for good in goods:
        values = dict(good.axes + good.pick)
        assert set(values) <= {*ATTRIBUTE_LABELS, "tint"}, good.name
        assert {*values.get("color", ()), *values.get("tint", ())} <= set(COLOURS), good.name
        assert good.low < good.high, good.name
        assert len(set(good.forms)) == len(good.forms), good.name


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_draws_a_small_safe_picture(kind: str) -> None:
    for seed in range(8):
        for attributes in ({}, {"color": "красный"}, {"colour": "белый"}):
            svg = draw(kind, attributes, seed)
            assert len(svg.encode()) < 4096
            root = ElementTree.fromstring(svg)
            assert root.get("viewBox") == "0 0 480 480"
            tags = {element.tag.rpartition("}")[2] for element in root.iter()}
            assert tags <= {"svg", "radialGradient", "stop", "path", "circle", "ellipse", "rect", "g"}
            assert "href" not in svg
            assert svg.count("url(") == svg.count("url(#s)")
            assert svg == draw(kind, attributes, seed)


def test_colour_changes_the_picture_and_unknown_kinds_are_refused(market: DemoMarket) -> None:
    assert draw("dress", {"color": "красный"}, 1) != draw("dress", {"color": "синий"}, 1)
    with pytest.raises(KeyError):
        draw("no-such-kind", {}, 1)
    assert {product.picture for product in market.products} <= set(KINDS)
    assert not any("tint" in variant.attributes for variant in market.variants)
    assert len(KINDS) >= 24


def test_alt_text_says_what_is_seen() -> None:
    assert describe("Платье", {"color": "красный", "size": "46"}) == "Платье, цвет красный, размер 46"
    assert describe("Мёд горный", {"weight": "1 кг"}) == "Мёд горный"
