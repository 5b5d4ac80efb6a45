"""What lines cost: the catalogue's facts of this moment become the lines of an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import ProductFacts, VariantFacts
from kerben.domains.orders.model import NewLine
from kerben.platform import money, qty
from kerben.platform.errors import FieldError


class WantedLine(msgspec.Struct, frozen=True):
    """A line as it was asked for: a variant, or a product whose size is to be agreed."""

    variant_id: UUID | None
    product_id: UUID | None
    qty: int | float
    note: str | None = None


class PricedLines(msgspec.Struct, frozen=True):
    """Lines with their prices, or what is wrong with them; `currency` is None when there are none."""

    lines: list[NewLine]
    currency: str | None
    faults: list[FieldError]


def price_lines(
    wanted: Sequence[WantedLine],
    shop_id: UUID,
    variants: Mapping[UUID, VariantFacts],
    products: Mapping[UUID, ProductFacts],
    delivery_fee: int = 0,
) -> PricedLines:
    """Price lines of one shop; faults point below `/items`.

    A line without a size costs the product's lowest price until a size is agreed.
    """
    lines: list[NewLine] = []
    faults: list[FieldError] = []
    currencies: set[str] = set()
    for i, line in enumerate(wanted):
        priced = _priced(line, shop_id, variants, products, f"/items/{i}")
        if isinstance(priced, FieldError):
            faults.append(priced)
        else:
            lines.append(priced[0])
            currencies.add(priced[1])
    if len(currencies) > 1:
        faults.append(FieldError("/items", "MIXED_CURRENCIES", "Товары в разных валютах закажите отдельно."))
    total = sum(line.amount for line in lines) + delivery_fee
    if not faults and not 0 < total <= money.AMOUNT_MAX:
        faults.append(FieldError("/items", "INVALID_TOTAL", "Сумма заказа должна быть больше нуля и не огромной."))
    return PricedLines(lines, min(currencies, default=None), faults)


def _priced(
    line: WantedLine,
    shop_id: UUID,
    variants: Mapping[UUID, VariantFacts],
    products: Mapping[UUID, ProductFacts],
    here: str,
) -> tuple[NewLine, str] | FieldError:
    if line.variant_id is not None:
        facts = variants.get(line.variant_id)
        if facts is None or facts.shop_id != shop_id or not facts.is_active:
            return FieldError(f"{here}/variant_id", "ITEM_UNAVAILABLE", "Этого товара нет в магазине.")
    else:
        facts = _cheapest(products.get(line.product_id) if line.product_id else None, shop_id)
        if facts is None:
            return FieldError(f"{here}/product_id", "ITEM_UNAVAILABLE", "Этого товара нет в магазине.")
    try:
        qty_milli = qty.to_milli(line.qty, facts.unit)
    except qty.InvalidQuantityError:
        qty_milli = 0
    if qty_milli <= 0:
        return FieldError(f"{here}/qty", "INVALID_QUANTITY", "Проверьте количество.")
    agreed_later = line.variant_id is None
    priced = NewLine(
        product_id=facts.product_id,
        variant_id=line.variant_id,
        sku=None if agreed_later else facts.sku,
        name=facts.product_name,
        attributes={} if agreed_later else facts.attributes,
        unit=facts.unit,
        qty_milli=qty_milli,
        unit_price=facts.price,
        amount=money.times_milli(facts.price, qty_milli),
        note=line.note,
    )
    return priced, facts.currency


def _cheapest(product: ProductFacts | None, shop_id: UUID) -> VariantFacts | None:
    if product is None or product.shop_id != shop_id or not product.is_active:
        return None
    return min((v for v in product.variants if v.is_active), key=lambda v: v.price, default=None)
