"""What tests of payouts share."""

from __future__ import annotations

ACROSS = {
    "payouts_in_transit_match_ledger": """
        SELECT l.currency, l.balance, coalesce(p.amount, 0) AS in_transit
        FROM (
            SELECT currency, sum(credits - debits) AS balance FROM ledger.account
            WHERE kind = 'payout_transit' GROUP BY currency
        ) l
        LEFT JOIN (
            SELECT currency, sum(amount) AS amount FROM payouts.payout
            WHERE status IN ('created', 'sent') GROUP BY currency
        ) p USING (currency)
        WHERE l.balance <> coalesce(p.amount, 0)
    """,
}
"""The invariant at the seam of payouts and ledger: what is on its way equals the transit account."""
