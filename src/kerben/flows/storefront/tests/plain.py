"""Product pages made the plain way, from rows and Structs each time: what the kept ones must be equal to."""

from __future__ import annotations

from uuid import UUID

import msgspec

from kerben.domains.catalog.api import VariantFacts, products_by_ids
from kerben.domains.inventory.api import levels
from kerben.domains.merchants.api import shops_by_ids
from kerben.domains.pos.api import eligibility_of
from kerben.flows.storefront.cards import picture_view
from kerben.flows.storefront.shelf import shop_view
from kerben.flows.storefront.views import ProductView, VariantView
from kerben.platform import money
from kerben.platform.db import ReadTx
from kerben.platform.qty import to_number
from kerben.platform.runtime import Runtime


async def plain_view(runtime: Runtime, tx: ReadTx, product_id: UUID, *, described: bool) -> ProductView | None:
    """A product as buyers should see it now; None when it is not on sale."""
    product = (await products_by_ids(tx, [product_id])).get(product_id)
    if product is None or not product.is_active:
        return None
    shops = await shops_by_ids(tx, [product.shop_id])
    shop = shops[product.shop_id]
    may_buy = (await eligibility_of(tx, [shop], tx.now, runtime.settings.pos_silence_s))[shop.id]
    on_sale = [variant for variant in product.variants if variant.is_active]
    stock = await levels(tx, [variant.id for variant in on_sale])

    def shown(variant: VariantFacts) -> VariantView:
        level = stock.get(variant.id)
        return VariantView(
            variant.id,
            variant.sku,
            variant.barcode,
            variant.attributes,
            money.view(variant.price, variant.currency),
            variant.unit,
            to_number(level.available_milli) if level is not None else 0,
        )

    cheapest = min(on_sale, key=lambda variant: variant.price, default=None)
    return ProductView(
        id=product.id,
        name=product.name,
        picture=product.picture,
        pictures=[picture_view(picture) for picture in product.pictures],
        category_id=product.category_id,
        price=money.view(cheapest.price, cheapest.currency) if cheapest is not None else None,
        shop=shop_view(shop, may_buy),
        buy_eligibility=may_buy.buy_eligibility,
        eligible_until=may_buy.eligible_until,
        variants=[shown(variant) for variant in on_sale],
        description=product.description if described else msgspec.UNSET,
    )
