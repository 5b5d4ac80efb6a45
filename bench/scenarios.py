"""The scenarios: what is asked of the market, what the same is called for pgbench, and what is to be reached."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from bench import chain, flash, load, reads, writes
from bench.load import Accept, Load, NextRequest
from bench.market import Market
from bench.world import World

AHEAD_MAX: Final = 100_000
"""At most so many requests are made before the clock starts; they take memory."""
P99_TARGET_MS: Final = 100.0
"""For every scenario."""


@dataclass(frozen=True)
class Bed:
    """What a scenario is driven on. `numbers` never come twice in one run of the bench."""

    market: Market
    numbers: itertools.count[int]
    seconds: float
    warm_up_s: float
    flash_units: int
    on_window: Callable[[], None]


Drive = Callable[[Bed, int], Awaitable[Load]]
"""Puts the load of one scenario on with so many connections."""
Requests = Callable[[World, "itertools.count[int]"], NextRequest]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of load."""

    name: str
    title: str
    drive: Drive
    limit: str | None = None
    """The pgbench script that does the equivalent."""
    target_per_s: float | None = None


def _steadily(requests: Requests, ahead_per_s: int, accept: Accept | None = None) -> Drive:
    """One request after the other; those of `ahead_per_s` are made before the clock starts."""

    async def drive(bed: Bed, connections: int) -> Load:
        make = requests(bed.market.world, bed.numbers)
        count = min(AHEAD_MAX, round(ahead_per_s * (bed.seconds + bed.warm_up_s)))
        return await load.run(
            bed.market.port,
            load.ahead(make, count),
            connections=connections,
            seconds=bed.seconds,
            warm_up_s=bed.warm_up_s,
            on_window=bed.on_window,
            accept=accept,
        )

    return drive


async def _flash(bed: Bed, connections: int) -> Load:
    return await flash.drive(bed.market, connections, bed.flash_units, bed.on_window)


async def _complete(bed: Bed, connections: int) -> Load:
    return await chain.drive(bed.market, bed.numbers, connections, bed.seconds, bed.warm_up_s, bed.on_window)


SCENARIOS: Final = (
    Scenario(
        name="product",
        title="Product by id",
        drive=_steadily(reads.products, 12_000),
        limit="product",
        target_per_s=10_000,
    ),
    Scenario(
        name="list",
        title="Products of a shop or category, 24",
        drive=_steadily(reads.lists, 4_000),
        limit="list",
        target_per_s=10_000,
    ),
    Scenario(
        name="search",
        title="Search by name, 24",
        drive=_steadily(reads.searches, 3_000),
        limit="search",
        target_per_s=10_000,
    ),
    Scenario(name="token", title="Own account (token, 1 row)", drive=_steadily(reads.accounts, 8_000)),
    Scenario(
        name="token_only",
        title="Token check, then refused",
        drive=_steadily(reads.refusals, 8_000, reads.is_refusal),
        target_per_s=10_000,
    ),
    Scenario(
        name="order",
        title="Order, 2 lines, spread",
        drive=_steadily(writes.orders, 5_000),
        limit="order",
        target_per_s=5_000,
    ),
    Scenario(
        name="order_hot",
        title="Order, one hot product",
        drive=_steadily(writes.hot_orders, 5_000),
        limit="order_hot",
        target_per_s=5_000,
    ),
    Scenario(name="flash", title="Flash sale of one product", drive=_flash, target_per_s=5_000),
    Scenario(name="complete", title="Complete order, cart to paid", drive=_complete, target_per_s=500),
    Scenario(
        name="sale",
        title="POS receipt, 1 line",
        drive=_steadily(writes.sales, 5_000),
        limit="sale",
        target_per_s=5_000,
    ),
    Scenario(name="heartbeat", title="POS heartbeat", drive=_steadily(writes.heartbeats, 5_000), limit="heartbeat"),
)
