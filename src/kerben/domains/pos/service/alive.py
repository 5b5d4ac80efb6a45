"""Which shops of the whole market are heard, for answers that show or count many of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.merchants.api import ShopDirectory, ShopIndex
from kerben.domains.pos.repository import devices as repository
from kerben.domains.pos.rules import sells_while_alive
from kerben.platform.db import ReadTx
from kerben.platform.runtime import Runtime

KEPT_FOR: Final = timedelta(seconds=2)
PAGE: Final = 5_000
"""So many shops are read in one statement, so that other requests get their turn in between."""

_FIRST: Final = UUID(int=0)


class Alive(msgspec.Struct, frozen=True):
    """Until when each shop counts as heard if its tills say nothing more; silent shops are left out."""

    at: datetime
    until: Mapping[UUID, datetime]


class AliveShops:
    """Signs of life of all shops, read from the table at most once in two seconds.

    So an answer is two seconds behind, four at most: a shop that fell silent by itself is known by its `until`, only
    one that came back or closed since is not. Where a buyer decides, `eligibility` is asked.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._silence = timedelta(seconds=runtime.settings.pos_silence_s)
        self._known: Alive | None = None
        self._reading = asyncio.Lock()

    async def get(self, tx: ReadTx) -> Alive:
        """The signs of life of a moment ago; the same object as long as they are not read again."""
        known = self._known
        if known is not None:
            age = tx.now - known.at
            # While one reads, the others go on with what is known.
            if age < KEPT_FOR or (age < 2 * KEPT_FOR and self._reading.locked()):
                return known
        async with self._reading:
            # Whoever waited finds what the one before has read.
            if self._known is None or tx.now - self._known.at >= KEPT_FOR:
                self._known = await self._read(tx)
            return self._known

    async def _read(self, tx: ReadTx) -> Alive:
        until: dict[UUID, datetime] = {}
        after = _FIRST
        while page := await repository.alive_after(tx, after, tx.now - self._silence, PAGE):
            for shop_id, alive_at in page:
                until[shop_id] = alive_at + self._silence
            after = page[-1][0]
            if len(page) < PAGE:
                break
        return Alive(tx.now, until)


class Selling(msgspec.Struct, frozen=True):
    """The open shops, and for each of them, in the index's order, 1 if it sells online now, else 0. Not to be kept
    over an `await`, as the index is not."""

    index: ShopIndex
    alive: Alive
    live: bytes


class SellingShops:
    """Which of all shops sell online; worked out anew when the directory changed or signs of life were read again."""

    def __init__(self, runtime: Runtime) -> None:
        self._directory = runtime.part(ShopDirectory)
        self._alive = runtime.part(AliveShops)
        self._known: tuple[int, Selling] | None = None

    async def get(self, tx: ReadTx) -> Selling:
        """The shops of this moment; as old as the signs of life of AliveShops."""
        alive = await self._alive.get(tx)
        # Last, for the index may be another after every wait.
        index = await self._directory.current(tx)
        known = self._known
        if known is not None and known[0] == index.generation and known[1].alive is alive:
            return known[1]
        until = alive.until
        live = bytes([1 if shop.id in until and sells_while_alive(shop) else 0 for shop in index.points])
        selling = Selling(index, alive, live)
        self._known = index.generation, selling
        return selling
