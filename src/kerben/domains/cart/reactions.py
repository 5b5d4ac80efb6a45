"""What carts do when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from kerben.domains.cart import service
from kerben.domains.orders import api as orders
from kerben.domains.orders.events import OrderPlaced
from kerben.platform.db import WriteTx
from kerben.platform.events import Envelope


async def on_order_placed(tx: WriteTx, envelopes: Sequence[Envelope]) -> None:
    """What somebody has ordered leaves the cart."""
    placed = [(e.event, e.occurred_at) for e in envelopes if isinstance(e.event, OrderPlaced)]
    lines = await orders.lines_by_orders(tx, [event.order_id for event, _ in placed])
    await service.take_ordered(
        tx,
        [
            (event.user_id, at, [line.variant_id for line in lines.get(event.order_id, []) if line.variant_id])
            for event, at in placed
        ],
    )
