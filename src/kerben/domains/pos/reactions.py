"""What pos does with its own events, in the worker, so that recording a receipt need not wait for it."""

from __future__ import annotations

from collections.abc import Sequence

from kerben.domains.pos.events import SaleRecorded
from kerben.domains.pos.repository import summaries
from kerben.platform.db import WriteTx
from kerben.platform.events import Envelope


async def add_to_daily_sums(tx: WriteTx, envelopes: Sequence[Envelope]) -> None:
    """Add receipts to the sums of the days they were made on, which may be long past."""
    found = [(e.event.sale_id, e.event.sold_at) for e in envelopes if isinstance(e.event, SaleRecorded)]
    if found:
        await summaries.add(tx, found)
