"""How inventory plugs in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kerben.domains.inventory import jobs
from kerben.domains.inventory.controllers import InventoryController
from kerben.domains.inventory.events import LowStock, StockChanged
from kerben.platform import qty
from kerben.platform.access import Connection
from kerben.platform.modules import Live, LiveTopic, Module, Sweep
from kerben.platform.runtime import Runtime

_CHECKS: Final = {
    "reserved_is_sum_of_active_reservations": """
        SELECT s.variant_id, s.reserved, coalesce(r.qty, 0) AS active FROM inventory.stock s
        FULL JOIN (
            SELECT variant_id, sum(qty) AS qty FROM inventory.reservation WHERE status = 'active' GROUP BY variant_id
        ) r ON r.variant_id = s.variant_id
        WHERE coalesce(s.reserved, 0) <> coalesce(r.qty, 0)
    """,
    "on_hand_is_sum_of_adjustments": """
        SELECT s.variant_id, s.on_hand, coalesce(a.delta, 0) AS adjusted FROM inventory.stock s
        FULL JOIN (
            SELECT variant_id, sum(delta) AS delta FROM inventory.adjustment GROUP BY variant_id
        ) a ON a.variant_id = s.variant_id
        WHERE coalesce(s.on_hand, 0) <> coalesce(a.delta, 0)
    """,
    "reserved_is_not_negative": "SELECT variant_id, reserved FROM inventory.stock WHERE reserved < 0",
}


def _messages(event: StockChanged) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    data = {
        "variant_id": str(event.variant_id),
        "product_id": str(event.product_id),
        "stock_qty": qty.to_number(qty.available(event.on_hand_milli, event.reserved_milli)),
    }
    return [
        (f"product:{event.product_id}", "stock_changed", data),
        (f"shop:{event.shop_id}", "stock_changed", data),
    ]


def _low_messages(event: LowStock) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    data = {"variant_id": str(event.variant_id), "stock_qty": qty.to_number(event.available_milli)}
    return [(f"shop:{event.shop_id}", "low_stock", data)]


async def _anyone(_: Runtime, __: Connection, topic_id: str, ___: Mapping[str, Any]) -> bool:
    try:
        UUID(topic_id)
    except ValueError:
        return False
    return True


MODULE = Module(
    name="inventory",
    controllers=[InventoryController],
    sweeps=[Sweep("inventory.partitions", 3600, jobs.make_partitions)],
    live=[Live((StockChanged,), _messages), Live((LowStock,), _low_messages)],
    live_topics=[LiveTopic("product", _anyone), LiveTopic("shop", _anyone)],
    checks=_CHECKS,
)
