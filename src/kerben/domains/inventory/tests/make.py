"""Builders of inventory's test data."""

from __future__ import annotations

from uuid import UUID

from kerben.domains.inventory import service
from kerben.domains.inventory.model import OpeningStock
from kerben.platform.db import Database
from kerben.platform.ids import new_id


async def make_stock(db: Database, *on_hand: int, shop_id: UUID | None = None) -> list[UUID]:
    """Variants that inventory knows, with these quantities in whole units on hand; their ids in rising order."""
    shop = shop_id or new_id()
    ids = sorted(new_id() for _ in on_hand)
    async with db.write() as tx:
        await service.open_stock(
            tx, [OpeningStock(i, shop, new_id(), qty * 1000) for i, qty in zip(ids, on_hand, strict=True)]
        )
    return ids
