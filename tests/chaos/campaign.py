"""One campaign: a market on durable PostgreSQL under load, kills in turn, and the books afterwards."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final

import msgspec

from tests.chaos import books
from tests.chaos.clients import Load
from tests.chaos.kills import Executioner, Kill
from tests.flows.actors import Admin, Buyer, Seller, Till, eventually, new_variant
from tests.flows.market import Market, end, sample_feed

KINDS: Final = ("server", "worker", "postgres", "backend", "sandbox")
WRITES_PER_S_MIN: Final = 20.0
BUSY_S_MAX: Final = 60.0
"""How long a campaign waits for its load to be at least that."""
JOB_S_MAX: Final = 60.0
BUYERS: Final = 8
TILLS: Final = 4
GOODS: Final = 12


class Plan(msgspec.Struct, frozen=True):
    """How often each kind of process is killed, every other time at a failpoint."""

    kills: int = 2
    kinds: tuple[str, ...] = KINDS
    seed: int = 0
    settle_s: float = 400.0


class Outcome(msgspec.Struct):
    """What a campaign saw. `findings` is empty when all is well."""

    seed: int
    kills: list[Kill]
    seconds: float
    writes: int
    writes_per_s: float
    repeats: int
    orders: int
    approved: int
    refunded: int
    handed_over: int
    cancelled: int
    sales: int
    payouts: int
    lag_s: float
    settled_s: float
    findings: list[str]


Say = Callable[[str], None]


async def run(plan: Plan, say: Say) -> Outcome:
    """Run a campaign; nothing is left running. The same seed gives the same order of kills."""
    random.seed(plan.seed)
    overrides = {"access_token_s": 86_400, "pos_silence_s": 86_400}
    market = Market(durable=True, overrides=overrides)
    try:
        # Starting waits for processes, which would stop this loop's clients of other campaigns.
        await asyncio.to_thread(market.__enter__)
        return await _storm(market, plan, say)
    finally:
        await asyncio.to_thread(market.stop)


async def _storm(market: Market, plan: Plan, say: Say) -> Outcome:
    async with AsyncExitStack() as stack:
        seller, tills, buyers, goods = await _populate(market, stack)
        load = Load(market)
        load.start(buyers, seller, tills, goods)
        started = time.monotonic()
        findings: list[str] = []
        kills: list[Kill] = []
        executioner = Executioner(market)
        watching = asyncio.create_task(executioner.watch())
        try:
            for n in range(plan.kills):
                for place, kind in enumerate(plan.kinds):
                    await _until_busy(load)
                    await asyncio.sleep(random.uniform(0, 0.5))
                    kills += await executioner.kill(
                        kind, at_failpoint=(n + place) % 2 == 0, writes_per_s=load.journal.per_s
                    )
                    say(f"{len(kills):3}  {kind:9} {kills[-1].at:44} {kills[-1].writes_per_s:4.0f} writes/s, "
                        f"whole after {kills[-1].back_s:.1f} s")  # fmt: skip
            await _until_busy(load)
        except AssertionError as error:
            findings.append(str(error))
        seconds = time.monotonic() - started
        findings += await load.stop()
        findings += await _jobs_still_run(seller)
        watching.cancel()
        findings += executioner.deaths
        say(f"{load.journal.writes} writes; the load has ended, the books are being settled")
        return await _reckon(market, plan, load, goods, kills, seconds, findings)


async def _jobs_still_run(seller: Seller) -> list[str]:
    """A background job, asked for after the storm, is done."""
    feed = sample_feed()
    queued = await seller.call(
        "POST",
        f"/shops/{seller.shop_id}/imports",
        files={"file": (feed.name, feed.read_bytes(), "application/xml")},
        data={"format": "yml", "dry_run": "true"},
        expect=202,
    )

    async def over() -> bool:
        return (await seller.get(f"/imports/{queued['id']}"))["status"] in {"done", "failed", "cancelled"}

    try:
        await eventually(over, within_s=JOB_S_MAX, what="an import that was asked for after the storm has ended")
    except AssertionError as error:
        return [str(error)]
    return []


async def _until_busy(load: Load) -> None:
    deadline = time.monotonic() + BUSY_S_MAX
    while load.journal.per_s() < WRITES_PER_S_MIN:
        if time.monotonic() > deadline or load.failed():
            raise AssertionError(f"the load does not come back: {load.journal.per_s()} writes/s")
        await asyncio.sleep(0.05)


async def _populate(
    market: Market, stack: AsyncExitStack
) -> tuple[Seller, list[Till], list[Buyer], list[dict[str, Any]]]:
    admin = Admin(market)
    stack.push_async_callback(admin.close)
    await admin.enter()
    seller = Seller(market)
    stack.push_async_callback(seller.close)
    await seller.open_shop(admin)
    made = await seller.add_product([new_variant(f"CHAOS-{n}", books.OPENING) for n in range(GOODS)])
    tills = [seller.till]
    for n in range(1, TILLS):
        registered = await seller.post(f"/shops/{seller.shop_id}/pos-devices", {"name": f"Касса {n + 1}"}, expect=201)
        tills.append(Till(market, registered))
        stack.push_async_callback(tills[-1].close)
    buyers = [Buyer(market) for _ in range(BUYERS)]
    for buyer in buyers:
        stack.push_async_callback(buyer.close)
    await asyncio.gather(*(buyer.sign_up("Айгуль") for buyer in buyers))
    return seller, tills, buyers, made["variants"]


async def _reckon(
    market: Market, plan: Plan, load: Load, goods: list[dict[str, Any]], kills: list[Kill], seconds: float,
    findings: list[str],
) -> Outcome:  # fmt: skip
    journal = load.journal
    async with market.database() as connection:
        lag_s, settled_s, left = await books.settle(connection, journal, plan.settle_s)
        findings += [f"after {settled_s:.0f} s still {count} {name}" for name, count in left.items()]
        payouts = await connection.fetchval("SELECT count(*) FROM payouts.payout")
        for running in list(market.processes):
            await asyncio.to_thread(end, running.popen)
        variant_ids = [variant["id"] for variant in goods]
        findings += await books.audit(connection, journal, variant_ids, market.folder / "sandbox")
    return Outcome(
        seed=plan.seed,
        kills=kills,
        seconds=round(seconds, 1),
        writes=journal.writes,
        writes_per_s=round(journal.writes / seconds, 1),
        repeats=journal.repeats,
        orders=len(journal.orders),
        approved=len(journal.approved),
        refunded=len(journal.refunded),
        handed_over=len(journal.delivered),
        cancelled=len(journal.cancelled),
        sales=len(journal.sales),
        payouts=payouts,
        lag_s=round(lag_s, 1),
        settled_s=round(settled_s, 1),
        findings=findings,
    )
