"""SQL of what an admin's console counts among merchants."""

from __future__ import annotations

from kerben.domains.merchants.model import Waiting
from kerben.platform.db import ReadTx


async def waiting(tx: ReadTx) -> Waiting:
    """Merchants that wait for an admin. Uses merchant_unverified, merchant_payout_pending."""
    row = await tx.fetchrow(
        """
        SELECT (SELECT count(*) FROM merchants.merchant WHERE verified_at IS NULL) AS unverified,
               (SELECT count(*) FROM merchants.merchant WHERE payout_status = 'pending') AS payouts
        """
    )
    return Waiting(row["unverified"], row["payouts"]) if row else Waiting(0, 0)
