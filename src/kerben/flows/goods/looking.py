"""A shop's goods with their stock, page by page, as its staff look through them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.catalog.api import GoodsState, products_by_ids, shop_product_ids, variants_by_ids
from kerben.domains.inventory.api import levels
from kerben.domains.merchants.api import ShopAccess
from kerben.flows.goods.views import StaffProduct, staff_product
from kerben.platform.db import ReadTx
from kerben.platform.http import Page


async def goods_of_shop(
    tx: ReadTx, access: ShopAccess, text: str, state: GoodsState, cursor: str | None, limit: int
) -> Page[StaffProduct]:
    """A page of a shop's goods, newest first. Raises InvalidRequestError for a cursor that is not ours."""
    page = await shop_product_ids(tx, access.shop_id, text=text, state=state, cursor=cursor, limit=limit)
    return Page(await _show(tx, page.ids), page.next)


async def goods_of_variants(tx: ReadTx, access: ShopAccess, variant_ids: Sequence[UUID]) -> Page[StaffProduct]:
    """The products of these variants, in their order; unknown ones and those of other shops are left out."""
    facts = await variants_by_ids(tx, list(dict.fromkeys(variant_ids)))
    own = [facts[i].product_id for i in variant_ids if i in facts and facts[i].shop_id == access.shop_id]
    return Page(await _show(tx, list(dict.fromkeys(own))))


async def _show(tx: ReadTx, ids: Sequence[UUID]) -> list[StaffProduct]:
    found = await products_by_ids(tx, ids)
    stock = await levels(tx, [variant.id for product in found.values() for variant in product.variants])
    return [staff_product(found[i], stock) for i in ids if i in found]
