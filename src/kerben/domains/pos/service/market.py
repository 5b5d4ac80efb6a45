"""All tills of the market, for admins."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kerben.domains.pos.model import MarketTill, TillState
from kerben.domains.pos.repository import market as repository
from kerben.platform.db import ReadTx


def heard_since(now: datetime, silence_s: int) -> datetime:
    """A till that was heard last before this moment is silent; as `rules.is_alive` has it for shops."""
    return now - timedelta(seconds=silence_s)


async def market_tills(
    tx: ReadTx, state: TillState | None, silence_s: int, before: UUID | None, limit: int
) -> list[MarketTill]:
    """Tills of all shops, newest first."""
    return await repository.page(tx, state, heard_since(tx.now, silence_s), before, limit)


async def silent_tills(tx: ReadTx, silence_s: int) -> int:
    """How many tills fell silent without closing."""
    return await repository.count_silent(tx, heard_since(tx.now, silence_s))
