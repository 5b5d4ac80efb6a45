"""Pure decisions of payouts: what is booked, when to try again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kerben.domains.ledger.api import AccountKind, Transfer, merchant_balance, platform_account
from kerben.domains.payouts.model import PayoutRow, PayoutStatus

ASK_AFTER: Final = timedelta(seconds=10)
ASK_SLOWLY: Final = timedelta(seconds=60)
_BACKOFF_MIN: Final = (1, 5, 15, 60, 240)


def retry_after(failures: int) -> timedelta:
    """Pause before paying again after the n-th failure in a row (from 1): 1, 5, 15 min, 1 h, then every 4 h."""
    return timedelta(minutes=_BACKOFF_MIN[min(max(failures, 1), len(_BACKOFF_MIN)) - 1])


def transfers(payout: PayoutRow, new: PayoutStatus) -> list[Transfer]:
    """What a payout books when it becomes `new`; created and failed together are zero on every account."""
    transit = platform_account(AccountKind.PAYOUT_TRANSIT)
    payable = merchant_balance(payout.merchant_id)
    sides = {
        PayoutStatus.CREATED: (payable, transit),
        PayoutStatus.FAILED: (transit, payable),
        PayoutStatus.PAID: (transit, platform_account(AccountKind.BANK)),
    }.get(new)
    if sides is None:
        return []
    return [Transfer(f"payout_{new.value}", *sides, payout.amount, payout.currency, payout.id)]


def masked(account_number: str) -> str:
    """An account number as people may see it: «•••• 1234»."""
    return f"•••• {account_number[-4:]}"
