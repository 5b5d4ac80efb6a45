"""Who may move a payout. Actors: `platform` (ourselves), `bank` (its answers)."""

from __future__ import annotations

from typing import Final

from kerben.domains.payouts.model import PayoutStatus as S
from kerben.platform.states import StateMachine, step

PAYOUT: Final = StateMachine(
    initial=[S.CREATED],
    final=[S.PAID, S.FAILED],
    transitions=[
        step(S.CREATED, S.SENT, "platform"),
        # Suspended, or without an account, before anything was sent.
        step(S.CREATED, S.FAILED, "platform"),
        step(S.SENT, S.PAID, "bank"),
        step(S.SENT, S.FAILED, "bank"),
    ],
)
