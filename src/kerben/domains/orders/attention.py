"""Orders that wait for the seller's decision, and how the mark comes off again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.orders import attention_repository, rules
from kerben.domains.orders.events import AttentionCleared, AttentionNeeded
from kerben.domains.orders.model import Actor, Order
from kerben.platform.db import ReadTx, WriteTx


async def need_attention(tx: WriteTx, order_ids: Sequence[UUID], reason: str) -> list[Order]:
    """Put orders before the seller; returns those that were not there yet."""
    marked = await attention_repository.mark(tx, order_ids, reason) if order_ids else []
    tx.publish(
        *(
            AttentionNeeded(
                order_id=o.id, number=o.number, shop_id=o.shop_id, merchant_id=o.merchant_id, reason=reason
            )
            for o in marked
        )
    )
    return marked


async def awaiting_goods(tx: ReadTx, after: UUID | None, limit: int) -> list[UUID]:
    """Orders whose goods a till has sold, oldest first, after the cursor; not locked."""
    return await attention_repository.marked(tx, rules.OVERSOLD, after, limit)


async def goods_are_back(tx: WriteTx, order_ids: Sequence[UUID], actor: Actor) -> list[Order]:
    """Take the mark off orders whose goods a till had sold, now that there are enough; those that bore it."""
    cleared = (
        await attention_repository.clear(tx, order_ids, rules.OVERSOLD, actor.id, actor.role) if order_ids else []
    )
    tx.publish(*(AttentionCleared(o.id, o.number, o.shop_id, o.merchant_id) for o in cleared))
    return cleared
