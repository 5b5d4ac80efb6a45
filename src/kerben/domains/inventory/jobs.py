"""What inventory does by the clock."""

from __future__ import annotations

from typing import Final

from kerben.domains.inventory import repository
from kerben.platform.runtime import Runtime

MONTHS_AHEAD: Final = 3


async def make_partitions(runtime: Runtime) -> int:
    """Have the monthly partitions of the history ready before their month begins."""
    async with runtime.db.write() as tx:
        return await repository.make_partitions(tx, tx.now.date(), MONTHS_AHEAD)
