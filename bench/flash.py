"""A flash sale: three times as many orders as there are pieces of one product, as fast as they go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

import asyncpg

from bench import load
from bench.load import Load
from bench.market import Market
from bench.world import add_scarce
from bench.writes import order

RUSH: Final = 3
"""So many orders come for each piece."""
SECONDS_MAX: Final = 60.0


def is_sold_out(status: int, answer: bytes) -> bool:
    """Whether a buyer was told that nothing is left."""
    return status == 409 and b'"OUT_OF_STOCK"' in answer


async def drive(market: Market, connections: int, units: int, on_window: Callable[[], None]) -> Load:
    """Sell out so many pieces. What does not add up afterwards is counted as an error of the run."""
    shop, bearers = market.world.shops[0], market.world.bearers
    goods = await add_scarce(market.settings, shop, units)
    await market.caught_up()
    requests = [
        order(shop, [str(goods.variant_id)], bearers[n % len(bearers)], f"{goods.sku}-{n}")
        for n in range(RUSH * units)
    ]
    found = await load.run(
        market.port,
        iter(requests).__next__,
        connections=connections,
        seconds=SECONDS_MAX,
        count_max=RUSH * units,
        on_window=on_window,
        accept=is_sold_out,
    )
    placed, refused = found.statuses[201], found.statuses[409]
    reserved, left, lines = await _books(market, goods.variant_id)
    found.notes = {"placed": placed, "sold out": refused, "left": left, "orders in the books": lines}
    if (placed, refused, reserved, left, lines) != (units, (RUSH - 1) * units, units, 0, units):
        found.unexpected["oversold or undersold"] += 1
        found.samples.append(f"{found.notes}, reserved {reserved}")
    return found


async def _books(market: Market, variant_id: UUID) -> tuple[int, int, int]:
    """Pieces reserved and pieces left of the product, and lines of orders that hold one."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(market.settings.database_url)
    try:
        row = await connection.fetchrow(
            """
            SELECT s.reserved / 1000 AS reserved, (s.on_hand - s.reserved) / 1000 AS left,
                   (SELECT count(*) FROM orders.order_line l WHERE l.variant_id = s.variant_id) AS lines
            FROM inventory.stock s WHERE s.variant_id = $1
            """,
            variant_id,
        )
    finally:
        await connection.close()
    assert row is not None
    return int(row["reserved"]), int(row["left"]), int(row["lines"])
