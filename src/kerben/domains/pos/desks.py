"""Where requests of tills are gathered: one transaction for all that arrive while the last one is in flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg

from kerben.domains.pos.errors import NotRecordedError
from kerben.domains.pos.model import Heartbeat, Receipt, SaleResult, StockDiscrepancy
from kerben.domains.pos.service import heartbeats, sales
from kerben.platform.batching import Batcher
from kerben.platform.db import WriteTx
from kerben.platform.errors import DomainError
from kerben.platform.logs import logger
from kerben.platform.runtime import Runtime

_log = logger("pos")

CHUNK: Final = 100
"""Receipts of an upload that share a transaction."""

_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
)
"""The database is away: nothing about a single receipt."""


class SaleDesk:
    """Records receipts. One per process."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        # The same receipt never shares a batch, so that its repeat is seen as one.
        self._batcher: Batcher[Receipt, SaleResult] = Batcher("pos-sales", self._record, key=lambda r: r.key)

    async def record(self, receipt: Receipt) -> SaleResult:
        """Record one receipt together with whoever else is at the desk. Raises what was decided for it alone."""
        return await self._batcher.submit(receipt)

    async def record_upload(self, receipts: Sequence[Receipt]) -> list[SaleResult | DomainError]:
        """Record the receipts of one till in order, for a refund may follow its sale; a result for each."""
        results: dict[int, SaleResult | DomainError] = {}
        for chunk in _chunks(receipts):
            recorded = await self._record_or_each([receipts[i] for i in chunk])
            results.update(zip(chunk, recorded, strict=True))
        return [results[i] for i in range(len(receipts))]

    async def _record(self, receipts: Sequence[Receipt]) -> list[SaleResult | DomainError]:
        async def work(tx: WriteTx) -> list[SaleResult | DomainError]:
            return await sales.record(tx, receipts)

        return await self._db.transact(work)

    async def _record_or_each(self, receipts: Sequence[Receipt]) -> list[SaleResult | DomainError]:
        try:
            return await self._record(receipts)
        except _AWAY:
            raise
        except Exception as error:
            _log.error("upload_failed", receipts=len(receipts), exc_info=error)
            if len(receipts) == 1:
                return [NotRecordedError()]
            return [(await self._record_or_each([receipt]))[0] for receipt in receipts]


def _chunks(receipts: Sequence[Receipt]) -> list[list[int]]:
    """Indexes of receipts that may share a transaction, in order; a repeated number begins another chunk."""
    chunks: list[list[int]] = []
    seen: set[object] = set()
    for index, receipt in enumerate(receipts):
        if not chunks or len(chunks[-1]) >= CHUNK or receipt.key in seen:
            chunks.append([])
            seen = set()
        chunks[-1].append(index)
        seen.add(receipt.key)
    return chunks


class HeartbeatDesk:
    """Takes heartbeats. One per process."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._silence_s = runtime.settings.pos_silence_s
        self._batcher: Batcher[Heartbeat, list[StockDiscrepancy]] = Batcher(
            "pos-heartbeats", self._beat, key=lambda b: b.device_id
        )

    async def beat(self, heartbeat: Heartbeat) -> list[StockDiscrepancy]:
        """Take one heartbeat together with others; the discrepancies of its stock."""
        return await self._batcher.submit(heartbeat)

    async def _beat(self, beats: Sequence[Heartbeat]) -> list[list[StockDiscrepancy] | DomainError]:
        async def work(tx: WriteTx) -> list[list[StockDiscrepancy] | DomainError]:
            return await heartbeats.beat(tx, beats, self._silence_s)

        return await self._db.transact(work)
