"""The directory of shops follows what is committed, once it has heard of it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from kerben.domains.geo.tests.make import make_place
from kerben.domains.merchants import directory as directory_module
from kerben.domains.merchants.api import (
    PayoutStatus,
    ShopDirectory,
    count_shops_by_place,
    set_payout_status,
    set_verified,
)
from kerben.domains.merchants.events import MerchantVerified, PayoutStatusChanged, ShopChanged, ShopCreated
from kerben.domains.merchants.module import MODULE
from kerben.domains.merchants.shop_index import ShopIndex
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.db import ReadTx
from kerben.platform.events import Event
from kerben.platform.runtime import Runtime


def tell(runtime: Runtime, event: Event) -> None:
    for watch in MODULE.watches:
        if isinstance(event, watch.events):
            watch.on_event(runtime, event)


async def current(runtime: Runtime) -> ShopIndex:
    async with runtime.db.read_by_key() as tx:
        return await runtime.part(ShopDirectory).current(tx)


async def shown(runtime: Runtime, shop_id: UUID) -> Any:
    return next((point for point in (await current(runtime)).points if point.id == shop_id), None)


async def test_shops_are_read_once_and_then_what_is_heard_of(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_module, "PAGE", 2)
    async with runtime.db.write() as tx:
        merchant_id = await make_merchant(tx)
        ids = [await make_shop(tx, merchant_id, name=f"Лавка {n}") for n in range(5)]
    assert set(ids) <= {point.id for point in (await current(runtime)).points}
    async with runtime.db.write() as tx:
        late = await make_shop(tx, merchant_id)
        await tx.execute("UPDATE merchants.shop SET name = 'Другая', lat = 41 WHERE id = $1", ids[0])
        await tx.execute("UPDATE merchants.shop SET is_active = false WHERE id = $1", ids[1])
        await set_verified(tx, [merchant_id], verified=False, by=None)
        await set_payout_status(tx, [merchant_id], PayoutStatus.SUSPENDED)
    assert await shown(runtime, late) is None, "nobody has told yet"
    for event in (
        ShopCreated(late, merchant_id),
        ShopChanged(ids[0], merchant_id),
        ShopChanged(ids[1], merchant_id),
    ):
        tell(runtime, event)
    assert await shown(runtime, late) is not None
    moved = await shown(runtime, ids[0])
    assert (moved.name, moved.lat) == ("Другая", 41)
    assert await shown(runtime, ids[1]) is None
    still = await shown(runtime, ids[2])
    assert (still.verified, still.payout_status) == (True, PayoutStatus.ACTIVE)
    tell(runtime, MerchantVerified(merchant_id, verified=False))
    tell(runtime, PayoutStatusChanged(merchant_id, "suspended"))
    still = await shown(runtime, ids[2])
    assert (still.verified, still.payout_status) == (False, PayoutStatus.SUSPENDED)


async def test_many_changes_at_once_are_taken_over(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_module, "ONE_BY_ONE_MAX", 1)
    before = len((await current(runtime)).points)
    async with runtime.db.write() as tx:
        merchant_id = await make_merchant(tx)
        ids = [await make_shop(tx, merchant_id) for _ in range(3)]
    for shop_id in ids:
        tell(runtime, ShopCreated(shop_id, merchant_id))
    index = await current(runtime)
    assert len(index.points) == before + 3
    assert set(ids) <= {point.id for point in index.points}


async def test_what_is_heard_while_it_reads_and_what_failed_is_read_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with runtime.db.write() as tx:
        merchant_id = await make_merchant(tx)
        shop_id = await make_shop(tx, merchant_id)
    await current(runtime)
    fetch = ReadTx.fetch

    async def failing(self: ReadTx, sql: str, *args: Any) -> Any:
        raise OSError("away")

    async def changing(self: ReadTx, sql: str, *args: Any) -> Any:
        rows = await fetch(self, sql, *args)
        async with runtime.db.write() as tx:
            await tx.execute("UPDATE merchants.shop SET name = 'Третья' WHERE id = $1", shop_id)
        tell(runtime, ShopChanged(shop_id, merchant_id))
        monkeypatch.setattr(ReadTx, "fetch", fetch)
        return rows

    async with runtime.db.write() as tx:
        await tx.execute("UPDATE merchants.shop SET name = 'Вторая' WHERE id = $1", shop_id)
    tell(runtime, ShopChanged(shop_id, merchant_id))
    monkeypatch.setattr(ReadTx, "fetch", failing)
    with pytest.raises(OSError, match="away"):
        await current(runtime)
    monkeypatch.setattr(ReadTx, "fetch", changing)
    assert (await shown(runtime, shop_id)).name == "Вторая"
    assert (await shown(runtime, shop_id)).name == "Третья"


async def test_callers_that_come_together_read_once(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    async with runtime.db.write() as tx:
        await make_shop(tx, await make_merchant(tx))
    sent: list[str] = []
    fetch = ReadTx.fetch

    async def counting(self: ReadTx, sql: str, *args: Any) -> Any:
        sent.append(sql)
        return await fetch(self, sql, *args)

    monkeypatch.setattr(ReadTx, "fetch", counting)
    found = await asyncio.gather(*(current(runtime) for _ in range(4)))
    assert len(sent) == 2, "a page of shops, and that there is no other"
    assert all(index is found[0] for index in found)


async def test_shops_of_places_are_counted(runtime: Runtime) -> None:
    async with runtime.db.write() as tx:
        first, second, empty = [await make_place(tx) for _ in range(3)]
        merchant_id = await make_merchant(tx)
        ids = [await make_shop(tx, merchant_id, place_id=first) for _ in range(3)]
        other = await make_shop(tx, merchant_id, place_id=second)
        await tx.execute("UPDATE merchants.shop SET is_active = false WHERE id = $1", ids[2])
    async with runtime.db.read() as tx:
        counts = await count_shops_by_place(tx, [ids[0], ids[2], other])
    assert (counts[first], counts[second]) == ((2, 1), (1, 1))
    assert empty not in counts
