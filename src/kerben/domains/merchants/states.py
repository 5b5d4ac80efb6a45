"""The payout status of a merchant: who may move it from where to where."""

from __future__ import annotations

from typing import Final

from kerben.domains.merchants.model import PayoutStatus
from kerben.platform.states import StateMachine, step

OWNER: Final = "owner"
ADMIN: Final = "admin"

# A changed account has to be looked at again, so onboarding leads from active back to pending. A suspended merchant
# cannot leave that state by onboarding anew: only an admin lifts it.
PAYOUT: Final = StateMachine(
    initial=[PayoutStatus.NONE],
    final=[],
    transitions=[
        step(PayoutStatus.NONE, PayoutStatus.PENDING, OWNER, ADMIN),
        step(PayoutStatus.PENDING, PayoutStatus.PENDING, OWNER, ADMIN),
        step(PayoutStatus.ACTIVE, PayoutStatus.PENDING, OWNER, ADMIN),
        step(PayoutStatus.PENDING, PayoutStatus.ACTIVE, ADMIN),
        step(PayoutStatus.SUSPENDED, PayoutStatus.ACTIVE, ADMIN),
        step(PayoutStatus.PENDING, PayoutStatus.SUSPENDED, ADMIN),
        step(PayoutStatus.ACTIVE, PayoutStatus.SUSPENDED, ADMIN),
    ],
)
