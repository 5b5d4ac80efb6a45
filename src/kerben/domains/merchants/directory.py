"""The directory of open shops, kept in the memory of each process: about 1 KB a shop."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

from kerben.domains.merchants import shop_repository
from kerben.domains.merchants.events import (
    MerchantChanged,
    MerchantVerified,
    PayoutStatusChanged,
    ShopChanged,
    ShopCreated,
)
from kerben.domains.merchants.model import ShopFacts, ShopPoint
from kerben.domains.merchants.shop_index import ShopIndex, point_of
from kerben.platform.db import ReadTx
from kerben.platform.events import Event
from kerben.platform.runtime import Runtime

PAGE: Final = 2_000
"""So many shops are read in one statement, so that other requests get their turn in between."""

ONE_BY_ONE_MAX: Final = 200
"""More shops than this are put into the index by sorting it anew."""

_FIRST: Final = UUID(int=0)


class ShopDirectory:
    """Open shops, read at the first question. Every process hears of a change soon after its commit (a Watch), and
    the next question reads again what changed. Whether a shop sells at this moment is not known here."""

    def __init__(self, _: Runtime) -> None:
        self._index: ShopIndex | None = None
        self._wanted = False
        self._shops: set[UUID] = set()
        self._merchants: set[UUID] = set()
        self._refreshing = asyncio.Lock()

    async def current(self, tx: ReadTx) -> ShopIndex:
        """The index as it is now: not to be kept over an `await`, nor changed. No statement when nothing changed."""
        self._wanted = True
        if self._index is None or self._shops or self._merchants:
            async with self._refreshing:
                await self._refresh(tx)
        assert self._index is not None  # noqa: S101 - refreshed above
        return self._index

    async def _refresh(self, tx: ReadTx) -> None:
        # What is heard of while this reads stays to be read again.
        shops, self._shops = self._shops, set()
        merchants, self._merchants = self._merchants, set()
        try:
            if self._index is None:
                self._index = ShopIndex(await self._all(tx))
                return
            found: list[ShopFacts] = []
            for batch in _batches(shops):
                found += await shop_repository.by_ids(tx, batch)
            for batch in _batches(merchants):
                found += await shop_repository.of_merchants(tx, batch)
        except BaseException:
            self._shops |= shops
            self._merchants |= merchants
            raise
        self._take_over({shop.id: point_of(shop) for shop in found})

    async def _all(self, tx: ReadTx) -> list[ShopPoint]:
        points: list[ShopPoint] = []
        after = _FIRST
        while page := await shop_repository.open_after(tx, after, PAGE):
            points += [point_of(shop) for shop in page]
            after = page[-1].id
        return points

    def _take_over(self, changed: dict[UUID, ShopPoint]) -> None:
        assert self._index is not None  # noqa: S101 - the caller looked
        if len(changed) > ONE_BY_ONE_MAX:
            self._index.replace(({point.id: point for point in self._index.points} | changed).values())
        else:
            for point in changed.values():
                self._index.put(point)

    def heard(self, event: Event) -> None:
        """A shop was opened or changed, or what its merchant decides for it."""
        if not self._wanted:
            return
        if isinstance(event, ShopCreated | ShopChanged):
            self._shops.add(event.shop_id)
        elif isinstance(event, MerchantChanged | MerchantVerified | PayoutStatusChanged):
            self._merchants.add(event.merchant_id)


def _batches(ids: set[UUID]) -> list[list[UUID]]:
    ordered = sorted(ids)
    return [ordered[n : n + PAGE] for n in range(0, len(ordered), PAGE)]


HEARD: Final = (ShopCreated, ShopChanged, MerchantChanged, MerchantVerified, PayoutStatusChanged)
"""What makes the directory read again."""


def on_shops_changed(runtime: Runtime, event: Event) -> None:
    """The Watch of the directory."""
    runtime.part(ShopDirectory).heard(event)
