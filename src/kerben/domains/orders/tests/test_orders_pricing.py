"""Prices of lines: sums are exact, and nothing foreign or hidden is ever priced."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.catalog.api import ProductFacts, VariantFacts
from kerben.domains.orders.pricing import WantedLine, price_lines
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit

SHOP, PRODUCT, CATEGORY = new_id(), new_id(), new_id()
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def variant(
    price: int, *, unit: Unit = Unit.PCS, shop: UUID = SHOP, active: bool = True, money: str = "KGS"
) -> VariantFacts:
    return VariantFacts(
        new_id(), PRODUCT, shop, "SKU", None, {"size": "42"}, price, money, unit, "Платье", active, 1, NOW
    )


@given(
    lines=st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**6)), min_size=1, max_size=20),
    fee=st.integers(0, 10**6),
)
def test_whole_pieces_cost_price_times_quantity(lines: list[tuple[int, int]], fee: int) -> None:
    facts = [variant(price) for price, _ in lines]
    wanted = [WantedLine(f.id, None, qty) for f, (_, qty) in zip(facts, lines, strict=True)]
    priced = price_lines(wanted, SHOP, {f.id: f for f in facts}, {}, fee)
    total = sum(price * qty for price, qty in lines) + fee
    if total > 10**15:
        assert [f.code for f in priced.faults] == ["INVALID_TOTAL"]
    else:
        assert priced.faults == []
        assert sum(line.amount for line in priced.lines) + fee == total


@given(price=st.integers(1, 10**7), grams=st.integers(1, 10**6))
def test_weighed_goods_are_rounded_once(price: int, grams: int) -> None:
    facts = variant(price, unit=Unit.KG)
    priced = price_lines([WantedLine(facts.id, None, grams / 1000)], SHOP, {facts.id: facts}, {}, 1)
    assert abs(priced.lines[0].amount * 1000 - price * grams) <= 500


def test_foreign_hidden_and_mixed_goods_are_refused() -> None:
    foreign, hidden, dollars = variant(1, shop=new_id()), variant(1, active=False), variant(1, money="USD")
    som, weighed = variant(1), variant(1, unit=Unit.PCS)
    known = {v.id: v for v in (foreign, hidden, dollars, som, weighed)}
    for facts in (foreign, hidden):
        priced = price_lines([WantedLine(facts.id, None, 1)], SHOP, known, {})
        assert [f.code for f in priced.faults] == ["ITEM_UNAVAILABLE"]
    mixed = price_lines([WantedLine(dollars.id, None, 1), WantedLine(som.id, None, 1)], SHOP, known, {})
    assert [f.code for f in mixed.faults] == ["MIXED_CURRENCIES"]
    split = price_lines([WantedLine(weighed.id, None, 0.5)], SHOP, known, {})
    assert [(f.pointer, f.code) for f in split.faults] == [("/items/0/qty", "INVALID_QUANTITY")]


def test_a_line_without_a_size_costs_the_lowest_price() -> None:
    variants = [variant(300), variant(200), variant(100, active=False)]
    product = ProductFacts(PRODUCT, SHOP, CATEGORY, "Платье", "", None, True, variants, 1, NOW, NOW)
    priced = price_lines([WantedLine(None, PRODUCT, 2)], SHOP, {}, {PRODUCT: product})
    assert [(line.variant_id, line.sku, line.amount) for line in priced.lines] == [(None, None, 400)]
    unknown = price_lines([WantedLine(None, new_id(), 2)], SHOP, {}, {PRODUCT: product})
    assert [f.pointer for f in unknown.faults] == ["/items/0/product_id"]
