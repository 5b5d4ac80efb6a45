"""Refunds and voids across tills, processes and time; receipt numbers for ever; the sync log for 90 days."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from kerben.domains.catalog.api import VariantKey
from kerben.domains.inventory.api import levels
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.pos import jobs
from kerben.domains.pos.desks import SaleDesk
from kerben.domains.pos.errors import DuplicateSaleError, InvalidItemError
from kerben.domains.pos.model import Receipt, ReceiptLine, SaleResult, SaleType
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.tests.make import Counter, call, make_counter, make_device
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.invariants import broken
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings
from tests.support import MakeClient


class _Shop:
    """A shop with two tills; a receipt is `kind number of original, quantity`."""

    def __init__(self, runtime: Runtime, counter: Counter, tills: list[Counter]) -> None:
        self.runtime, self.db, self.counter, self.tills = runtime, runtime.db, counter, tills

    def receipt(
        self, number: str, kind: str = "sale", of: str | None = None, qty: int = 1, *, till: int = 0, price: int = 100
    ) -> Receipt:
        device = self.tills[till].device
        line = ReceiptLine(
            VariantKey(self.counter.shop_id, "id", str(self.counter.goods[0].id)), qty * 1000, price, 0
        )
        lines = () if kind == "void" else (line,)
        return Receipt(
            device.device_id, self.counter.shop_id, number, SaleType(kind), of, lines, None, self.db.clock.now()
        )

    async def send(self, desk: SaleDesk, receipt: Receipt) -> str:
        try:
            await desk.record(receipt)
        except InvalidItemError as error:
            return error.errors[0].pointer
        except DuplicateSaleError:
            return "duplicate"
        return "recorded"

    async def on_hand(self) -> int:
        async with self.db.read() as tx:
            assert await broken(tx, [MODULE, INVENTORY]) == {}
            found = await levels(tx, [self.counter.goods[0].id])
            return found[self.counter.goods[0].id].on_hand_milli // 1000


async def _shop(runtime: Runtime) -> _Shop:
    counter = await make_counter(runtime, goods=1)
    other = Counter(
        counter.merchant_id, counter.owner_id, counter.shop_id, await make_device(runtime, counter.shop_id), []
    )
    return _Shop(runtime, counter, [counter, other])


async def test_another_till_of_the_shop_may_take_goods_back(runtime: Runtime) -> None:
    shop, desk = await _shop(runtime), SaleDesk(runtime)
    assert await shop.send(desk, shop.receipt("A-1", qty=3)) == "recorded"
    assert await shop.send(desk, shop.receipt("B-1", "refund", "A-1", 1, till=1)) == "recorded"
    assert await shop.send(desk, shop.receipt("A-2", "refund", "A-1", 3)) == "/items/0/qty"
    assert await shop.send(desk, shop.receipt("A-3", "void", "A-1")) == "/original_receipt_number"
    assert await shop.send(desk, shop.receipt("A-4", "void", "B-1")) == "recorded"
    assert await shop.send(desk, shop.receipt("B-2", "void", "A-1", till=1)) == "recorded"
    assert await shop.on_hand() == 10


async def test_a_number_that_two_tills_have_means_the_own_receipt(runtime: Runtime) -> None:
    shop, desk = await _shop(runtime), SaleDesk(runtime)
    third = Counter(
        shop.counter.merchant_id,
        shop.counter.owner_id,
        shop.counter.shop_id,
        await make_device(runtime, shop.counter.shop_id),
        [],
    )
    shop.tills.append(third)
    await shop.send(desk, shop.receipt("N-1", qty=1))
    await shop.send(desk, shop.receipt("N-1", qty=4, till=1))
    assert await shop.send(desk, shop.receipt("R-1", "refund", "N-1", 4, till=1)) == "recorded"
    assert await shop.send(desk, shop.receipt("R-2", "refund", "N-1", 2)) == "/items/0/qty"
    # Whose sale it was cannot be told, so nothing is guessed.
    assert await shop.send(desk, shop.receipt("R-3", "refund", "N-1", 1, till=2)) == "/original_receipt_number"
    assert await shop.on_hand() == 9


async def test_another_shops_receipt_is_unknown(runtime: Runtime) -> None:
    shop, other, desk = await _shop(runtime), await _shop(runtime), SaleDesk(runtime)
    await shop.send(desk, shop.receipt("A-1", qty=3))
    assert await other.send(desk, other.receipt("B-1", "void", "A-1")) == "/original_receipt_number"
    assert await other.send(desk, other.receipt("B-1", "refund", "A-1")) == "/original_receipt_number"
    assert (await shop.on_hand(), await other.on_hand()) == (7, 10)


async def test_refunds_and_a_void_of_two_processes_share_what_is_left(
    database_url: str, runtime: Runtime, settings: Settings, db: Database
) -> None:
    pools = [Database(database_url, size=2, clock=db.clock, name=f"p{n}") for n in range(2)]
    for pool in pools:
        await pool.open()
    desks = [SaleDesk(Runtime(settings, pool, clock=db.clock)) for pool in pools]
    shop = await _shop(runtime)
    try:
        for n in range(20):
            await shop.send(desks[0], shop.receipt(f"S-{n}", qty=2))
            await shop.send(desks[0], shop.receipt(f"F-{n}", "refund", f"S-{n}"))
            last = [shop.receipt(f"L-{n}-{i}", "refund", f"S-{n}", till=i) for i in range(2)]
            results = await asyncio.gather(*(shop.send(desks[i], last[i]) for i in range(2)))
            assert sorted(results) == ["/items/0/qty", "recorded"]
            await shop.send(desks[0], shop.receipt(f"V-{n}", qty=1))
            both = [shop.receipt(f"X-{n}", "void", f"V-{n}"), shop.receipt(f"Y-{n}", "refund", f"V-{n}", till=1)]
            results = await asyncio.gather(*(shop.send(desks[i], both[i]) for i in range(2)))
            assert sorted(results) == ["/original_receipt_number", "recorded"]
    finally:
        for pool in pools:
            await pool.close()
    assert await shop.on_hand() == 10


async def test_a_receipt_number_counts_once_even_when_its_partition_is_gone(runtime: Runtime, db: Database) -> None:
    shop, desk = await _shop(runtime), SaleDesk(runtime)
    receipt = shop.receipt("A-1", qty=2)
    assert isinstance(await desk.record(receipt), SaleResult)
    async with db.write() as tx:
        await tx.execute("DELETE FROM pos.sale_item WHERE shop_id = $1", shop.counter.shop_id)
        await tx.execute("DELETE FROM pos.sale WHERE shop_id = $1", shop.counter.shop_id)
    assert await shop.send(desk, receipt) == "duplicate"
    assert await shop.send(desk, shop.receipt("A-2", "refund", "A-1")) == "/original_receipt_number"
    assert await shop.on_hand() == 8


@pytest.mark.parametrize("days", [0, 89, 91])
async def test_the_sync_log_is_kept_for_90_days(
    http_client: MakeClient, runtime: Runtime, db: Database, clock: ManualClock, days: int
) -> None:
    client: httpx.AsyncClient = await http_client(MODULE)
    counter = await make_counter(runtime, goods=0)
    clock.advance(seconds=timedelta(days=days).total_seconds())
    assert (await call(client, db, counter.device, "/api/v1/pos/catalog")).status_code == 200
    while await jobs.purge_sync_log(runtime):
        pass
    async with db.read() as tx:
        kept = await tx.fetchval("SELECT count(*) FROM pos.sync_log WHERE device_id = $1", counter.device.device_id)
    assert kept == (0 if days > 90 else 1)
