"""How orders plugs into the processes."""

from __future__ import annotations

from kerben.domains.identity.events import GuestClaimed
from kerben.domains.orders import pickups, service
from kerben.domains.orders.reactions import on_guest_claimed
from kerben.platform.modules import Module, Reaction, Sweep
from kerben.platform.runtime import Runtime

_BATCH = 200


async def _remind(runtime: Runtime) -> int:
    async with runtime.db.write() as tx:
        return await service.remind(tx, _BATCH)


async def _expire_pickups(runtime: Runtime) -> int:
    async with runtime.db.write() as tx:
        return len(await pickups.expire_pickups(tx, _BATCH))


MODULE = Module(
    name="orders",
    reactions=[Reaction("orders.claims", (GuestClaimed,), lambda _: on_guest_claimed)],
    sweeps=[Sweep("orders.reminders", 1.0, _remind), Sweep("orders.pickups", 1.0, _expire_pickups)],
    checks={
        "order_totals": """
            SELECT o.id FROM orders.order o
            LEFT JOIN orders.order_line l ON l.order_id = o.id
            GROUP BY o.id HAVING o.items_total <> coalesce(sum(l.amount), 0)
        """,
        "order_lines_have_orders": """
            SELECT l.order_id FROM orders.order_line l LEFT JOIN orders.order o ON o.id = l.order_id
            WHERE o.id IS NULL
        """,
        "order_history_is_complete": """
            SELECT o.id FROM orders.order o LEFT JOIN orders.history h ON h.order_id = o.id
            GROUP BY o.id HAVING count(h.n) <> o.version
        """,
        "order_history_ends_where_it_stands": """
            SELECT o.id FROM orders.order o
            LEFT JOIN orders.history h ON h.order_id = o.id AND h.n = o.version
            WHERE h.to_status IS DISTINCT FROM o.status
        """,
    },
)
