"""Who may move a payment or a refund from where to where.

Actors: `acquirer` (its answers), `person` (staff who saw the money), `platform` (ourselves).
"""

from __future__ import annotations

from typing import Final

from kerben.domains.payments.model import PaymentStatus as P
from kerben.domains.payments.model import RefundStatus as R
from kerben.platform.states import StateMachine, step

PAYMENT: Final = StateMachine(
    initial=[P.PENDING],
    final=[P.VOIDED, P.REFUNDED, P.FAILED],
    transitions=[
        step(P.PENDING, P.AUTHORIZED, "acquirer"),
        step(P.PENDING, P.CAPTURED, "acquirer", "person"),
        step(P.PENDING, P.FAILED, "acquirer"),
        step(P.PENDING, P.VOIDED, "acquirer", "platform"),
        # Taken and given back before we heard of it: no money of ours moved.
        step(P.PENDING, P.REFUNDED, "acquirer"),
        step(P.AUTHORIZED, P.CAPTURED, "acquirer"),
        step(P.AUTHORIZED, P.FAILED, "acquirer"),
        step(P.AUTHORIZED, P.VOIDED, "acquirer", "platform"),
        step(P.AUTHORIZED, P.REFUNDED, "acquirer"),
        step(P.CAPTURED, P.REFUNDED, "acquirer", "platform"),
        # Money that was taken is never denied, however late and unwelcome the word of it is.
        step(P.FAILED, P.CAPTURED, "acquirer"),
        step(P.FAILED, P.REFUNDED, "acquirer"),
        step(P.VOIDED, P.CAPTURED, "acquirer"),
        step(P.VOIDED, P.REFUNDED, "acquirer"),
    ],
)

REFUND: Final = StateMachine(
    initial=[R.REQUESTED],
    final=[R.DONE, R.FAILED],
    transitions=[
        step(R.REQUESTED, R.SENT, "platform"),
        step(R.REQUESTED, R.DONE, "acquirer", "platform"),
        step(R.SENT, R.DONE, "acquirer", "platform"),
        step(R.SENT, R.FAILED, "acquirer"),
    ],
)
