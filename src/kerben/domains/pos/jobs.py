"""What pos does by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kerben.domains.pos.repository import devices as repository
from kerben.domains.pos.service import heartbeats
from kerben.platform.db import WriteTx
from kerben.platform.runtime import Runtime

MONTHS_AHEAD: Final = 3
LOG_DAYS: Final = 90
"""How long the sync log is kept."""


async def hush_silent_shops(runtime: Runtime) -> int:
    """Tell open pages of shops whose tills fell silent; eligibility itself needs no sweep."""

    async def work(tx: WriteTx) -> int:
        return await heartbeats.hush(tx, runtime.settings.pos_silence_s)

    return await runtime.db.transact(work)


async def make_partitions(runtime: Runtime) -> int:
    """Have the monthly partitions of sales ready before their month begins."""
    async with runtime.db.write() as tx:
        return await repository.make_partitions(tx, tx.now.date(), MONTHS_AHEAD)


async def purge_sync_log(runtime: Runtime) -> int:
    """Forget entries of the sync log after 90 days."""
    async with runtime.db.write() as tx:
        return await repository.purge_log(tx, tx.now - timedelta(days=LOG_DAYS))
