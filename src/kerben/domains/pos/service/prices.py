"""What a sale at the counter means for the online price.

The till is master unless the shop says otherwise: a sale at another price sets the online price. Only the newest
receipt of a variant by its own time does, so that receipts uploaded late do not bring old prices back. A price of
zero (a gift) never goes online; it is noted as a discrepancy, as is every other price where the platform is master.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kerben.domains.catalog.api import PriceChange, VariantFacts, set_prices
from kerben.domains.merchants.api import shops_by_ids
from kerben.domains.pos.model import Sale, SaleLine, SaleType
from kerben.domains.pos.repository import sales as repository
from kerben.domains.pos.repository.discrepancies import Difference
from kerben.domains.pos.service.discrepancies import agreed, note
from kerben.platform.db import WriteTx


async def settle_prices(tx: WriteTx, sales: Sequence[Sale], facts: Mapping[UUID, VariantFacts]) -> None:
    """Set prices or note discrepancies; called before the sales are written, with their stock rows locked."""
    newest = _newest_lines(sales)
    same = [i for i, (_, line) in newest.items() if line.unit_price == facts[i].price]
    other = {i: entry for i, entry in newest.items() if entry[1].unit_price != facts[i].price}
    if same:
        await agreed(tx, "price", same)
    if not other:
        return
    before = await repository.newest_sales(tx, list(other))
    other = {i: e for i, e in other.items() if i not in before or e[0].receipt.sold_at >= before[i]}
    shops = await shops_by_ids(tx, list({sale.receipt.shop_id for sale, _ in other.values()}))
    changes: list[PriceChange] = []
    found: list[Difference] = []
    for variant_id, (sale, line) in sorted(other.items()):
        shop = shops.get(sale.receipt.shop_id)
        if line.unit_price == 0 or shop is None or shop.price_master == "platform":
            receipt = sale.receipt
            found.append(
                Difference(receipt.shop_id, variant_id, receipt.device_id, line.unit_price, facts[variant_id].price)
            )
        else:
            changes.append(PriceChange(variant_id, line.unit_price, "pos", sale.receipt.number))
    if changes:
        await set_prices(tx, changes)
        await agreed(tx, "price", [change.variant_id for change in changes])
    if found:
        await note(tx, "price", found)


def _newest_lines(sales: Sequence[Sale]) -> dict[UUID, tuple[Sale, SaleLine]]:
    """The last word of a batch on each variant's price; of equal times the later receipt."""
    newest: dict[UUID, tuple[Sale, SaleLine]] = {}
    for sale in sales:
        if sale.receipt.type is not SaleType.SALE:
            continue
        for line in sale.lines:
            known = newest.get(line.variant_id)
            if known is None or sale.receipt.sold_at >= known[0].receipt.sold_at:
                newest[line.variant_id] = (sale, line)
    return newest
