"""What a cart shows, from the catalogue's, the stock's and the tills' facts of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kerben.domains.cart.model import CartGroup, CartItem, CartLine, CartView, Trouble
from kerben.domains.catalog.api import VariantFacts
from kerben.domains.inventory.api import StockLevel
from kerben.domains.merchants.api import ShopFacts
from kerben.domains.pos.api import ShopEligibility
from kerben.platform import money, qty
from kerben.platform.qty import Unit


def show(
    items: Sequence[CartItem],
    variants: Mapping[UUID, VariantFacts],
    levels: Mapping[UUID, StockLevel],
    shops: Mapping[UUID, ShopFacts],
    eligibility: Mapping[UUID, ShopEligibility],
    currency: str,
) -> CartView:
    """A cart by shop, in the order in which the first item of each was put in; goods that are gone come last."""
    by_shop: dict[UUID | None, list[CartLine]] = {}
    for item in items:
        facts = variants.get(item.variant_id)
        shop_id = facts.shop_id if facts else None
        shop = eligibility.get(shop_id) if shop_id else None
        sells = shop is not None and shop.buy_eligibility == "online_purchase"
        by_shop.setdefault(shop_id, []).append(_line(item, facts, levels.get(item.variant_id), sells=sells))
    order = sorted(by_shop, key=lambda shop_id: shop_id is None)
    groups = [_group(i, by_shop[i], shops, eligibility, currency) for i in order]
    return CartView(
        groups,
        sum(len(lines) for lines in by_shop.values()),
        money.view(sum(g.total.amount for g in groups if g.total.currency == currency), currency),
    )


def _group(
    shop_id: UUID | None,
    lines: list[CartLine],
    shops: Mapping[UUID, ShopFacts],
    eligibility: Mapping[UUID, ShopEligibility],
    currency: str,
) -> CartGroup:
    shop = shops.get(shop_id) if shop_id else None
    state = eligibility.get(shop_id) if shop_id else None
    total = sum(line.amount.amount for line in lines if line.available)
    return CartGroup(
        shop_id,
        shop.name if shop else None,
        shop.merchant_id if shop else None,
        state.buy_eligibility if state else "manual_contact",
        lines,
        money.view(total, lines[0].amount.currency if lines else currency),
    )


def _line(item: CartItem, facts: VariantFacts | None, level: StockLevel | None, *, sells: bool) -> CartLine:
    left = level.available_milli if level else 0
    price = facts.price if facts else item.seen_price
    currency = facts.currency if facts else item.seen_currency
    trouble = _trouble(item, facts, left, sells=sells)
    changed = facts is not None and (facts.price, facts.currency) != (item.seen_price, item.seen_currency)
    return CartLine(
        variant_id=item.variant_id,
        product_id=facts.product_id if facts else None,
        name=facts.product_name if facts else None,
        sku=facts.sku if facts else None,
        attributes=facts.attributes if facts else {},
        unit=facts.unit if facts else Unit.PCS,
        qty=qty.to_number(item.qty_milli),
        stock_qty=qty.to_number(left),
        unit_price=money.view(price, currency),
        amount=money.view(money.times_milli(price, item.qty_milli), currency),
        available=trouble is None,
        trouble=trouble,
        price_was=money.view(item.seen_price, item.seen_currency) if changed else None,
    )


def _trouble(item: CartItem, facts: VariantFacts | None, left: int, *, sells: bool) -> Trouble | None:
    if facts is None or not facts.is_active:
        return Trouble.GONE
    if not sells:
        return Trouble.SHOP_CLOSED
    if left <= 0:
        return Trouble.OUT_OF_STOCK
    return Trouble.NOT_ENOUGH if left < item.qty_milli else None
