"""The till's downlink: large changes page by page, and nothing missed whatever commits when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from kerben.domains.catalog.api import PriceChange, VariantPatch, set_prices, update_variant
from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust
from kerben.domains.pos.module import MODULE
from kerben.domains.pos.service import downlink
from kerben.domains.pos.tests.make import Counter, call, make_counter
from kerben.platform.clock import ManualClock, SystemClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

CATALOG = "/api/v1/pos/catalog"


class _Copy:
    """What a till knows of its shop: by variant, price and on hand."""

    def __init__(self, db: Database, shop_id: UUID) -> None:
        self._db, self._shop_id = db, shop_id
        self._since = None
        self._place: downlink.Place | None = None
        self.known: dict[UUID, tuple[int, int]] = {}

    async def page(self) -> bool:
        """Take one page; whether it was the last."""
        async with self._db.read() as tx:
            page = await downlink.changes(tx, self._shop_id, self._since, self._place)
        for entry in page.goods:
            level = entry.level
            self.known[entry.variant.id] = (entry.variant.price, level.on_hand_milli if level else 0)
        self._place = page.next
        if page.next is None:
            self._since = page.next_since
        return page.next is None

    async def download(self) -> None:
        while not await self.page():
            pass


@pytest.fixture
async def real(database_url: str) -> AsyncGenerator[Database]:
    """Pools on the real clock: what runs in the database cannot be told by another one."""
    database = Database(database_url, size=3, clock=SystemClock())
    await database.open()
    yield database
    await database.close()


@pytest.fixture(autouse=True)
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pages, and no reserve that would hide a gap."""
    monkeypatch.setattr(downlink, "PAGE", 3)
    monkeypatch.setattr(downlink, "OVERLAP", timedelta(0))


def _move(counter: Counter, n: int, delta: int) -> StockChange:
    return StockChange(variant_id=counter.goods[n].id, delta_milli=delta, cause=AdjustmentCause.POS_SALE)


async def test_changes_that_commit_late_come_with_the_next_download(real: Database, runtime: Runtime) -> None:
    counter = await make_counter(runtime, goods=8)
    till = _Copy(real, counter.shop_id)
    await till.download()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with real.write() as tx:
            await set_prices(tx, [PriceChange(counter.goods[7].id, 777, "seller")])
            await adjust(tx, [_move(counter, 6, -1000)])
            begun.set()
            await go_on.wait()

    task = asyncio.create_task(late())
    await begun.wait()
    # Others change things meanwhile, and the till downloads twice before the first one commits.
    for n in range(2):
        async with real.write() as tx:
            await set_prices(tx, [PriceChange(counter.goods[n].id, 100 + n, "seller")])
        await till.download()
    assert (till.known[counter.goods[7].id][0], till.known[counter.goods[6].id][1]) == (150000, 10000)
    go_on.set()
    await task
    await till.download()
    assert (till.known[counter.goods[7].id][0], till.known[counter.goods[6].id][1]) == (777, 9000)
    assert [till.known[counter.goods[n].id][0] for n in range(2)] == [100, 101]


@pytest.mark.parametrize("first", [True, False])
async def test_changes_between_pages_are_not_missed(real: Database, runtime: Runtime, first: bool) -> None:
    counter = await make_counter(runtime, goods=8)
    till = _Copy(real, counter.shop_id)
    if not first:
        await till.download()
        async with real.write() as tx:
            await adjust(tx, [_move(counter, n, -1000) for n in range(8)])
    expected = {g.id: (150000, 10000 if first else 9000) for g in counter.goods}
    n = 0
    while not await till.page():
        good = counter.goods[n % 8]
        async with real.write() as tx:
            await set_prices(tx, [PriceChange(good.id, 100 + n, "seller")])
            await adjust(tx, [_move(counter, n % 8, -(n + 1))])
        expected[good.id] = (100 + n, expected[good.id][1] - n - 1)
        n += 1
    assert n >= 2
    await till.download()
    assert till.known == expected


async def test_what_goes_off_sale_is_told(
    http_client: MakeClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    client = await http_client(MODULE)
    counter = await make_counter(runtime, goods=2)
    first = (await call(client, db, counter.device, CATALOG)).json()
    clock.advance(minutes=5)
    async with db.write() as tx:
        await update_variant(tx, counter.goods[0].id, VariantPatch(is_active=False))
    later = (await call(client, db, counter.device, f"{CATALOG}?since={clock.now().isoformat()[:19]}Z")).json()
    assert [(i["variant_id"], i["is_active"], i["barcode"]) for i in later["items"]] == [
        (str(counter.goods[0].id), False, counter.goods[0].barcode)
    ]
    assert len(first["items"]) == 2


async def test_large_changes_of_stock_come_in_pages(
    http_client: MakeClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    client = await http_client(MODULE)
    counter = await make_counter(runtime, goods=7)
    clock.advance(minutes=5)
    since = f"{clock.now().isoformat()[:19]}Z"
    async with db.write() as tx:
        await adjust(tx, [_move(counter, n, -1000) for n in range(7)])
    pages: list[httpx.Response] = [await call(client, db, counter.device, f"{CATALOG}?since={since}")]
    while pages[-1].json()["next_cursor"] is not None:
        pages.append(await call(client, db, counter.device, f"{CATALOG}?cursor={pages[-1].json()['next_cursor']}"))
    assert [len(page.json()["items"]) for page in pages] == [3, 3, 1]
    assert {i["variant_id"] for page in pages for i in page.json()["items"]} == {str(g.id) for g in counter.goods}
    assert len({page.json()["next_since"] for page in pages}) == 1
