"""What payments book in the ledger, so that a merchant's balance never holds money that is to go back to a buyer.

Money of a captured payment that is not kept is owed to the buyer from the first moment on. Money that was kept leaves
the merchant's balance when its refund is asked for, not when the acquirer has made it: a payout in between would
send the merchant what belongs to the buyer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.api import Transfer
from kerben.domains.payments import rules
from kerben.domains.payments.errors import PaymentClosedError
from kerben.domains.payments.model import PaymentChange, PaymentRow, PaymentStatus, change_of
from kerben.platform.db import ReadTx, WriteTx

_OWED_TO_BUYER: Final = frozenset({rules.NOT_KEPT, rules.REFUND_DUE})


async def book(tx: WriteTx, changes: Sequence[PaymentChange], not_kept: Collection[UUID] = ()) -> None:
    """Book changes of payments; `not_kept` are captured ones whose money goes back without having been kept.

    The payments must be locked, as they are after `apply_states`, `confirm_manual` and `request_refund`.
    """
    owed = await _owed_to_buyers(tx, [c.payment_id for c in changes if c.new is PaymentStatus.REFUNDED])
    transfers: list[Transfer] = []
    for change in changes:
        if change.new is PaymentStatus.CAPTURED and change.payment_id in not_kept:
            transfers.append(rules.not_kept_transfer(change))
        elif change.new is PaymentStatus.REFUNDED and change.payment_id in owed:
            transfers.append(rules.returned_transfer(change))
        else:
            transfers += rules.settlement_transfers(change)
    await ledger.post(tx, transfers)


async def hold_for_refund(tx: WriteTx, payments: Sequence[PaymentRow]) -> None:
    """Take captured online payments that are to be refunded out of their merchants' balances, fees and all.

    The payments must be locked. Repeating it books nothing.
    """
    owed = await _owed_to_buyers(tx, [p.id for p in payments])
    await ledger.post(
        tx,
        [
            transfer
            for payment in payments
            if payment.id not in owed
            for transfer in rules.hold_transfers(change_of(payment, PaymentStatus.REFUNDED))
        ],
    )


async def compensate(tx: WriteTx, payment: PaymentRow) -> None:
    """Let the platform bear the refund of a locked payment. Repeating it books nothing.

    Raises PaymentClosedError when the money never was the merchant's, or has not been taken from him yet.
    """
    kinds = {transfer.kind for transfer in await ledger.transfers_of(tx, [payment.id])}
    taken_back = rules.REFUND_DUE in kinds or payment.status is PaymentStatus.REFUNDED
    if rules.NOT_KEPT in kinds or not taken_back:
        raise PaymentClosedError(status=payment.status.value)
    transfer = rules.borne_transfer(change_of(payment, PaymentStatus.REFUNDED))
    if rules.BORNE not in kinds and transfer is not None:
        await ledger.post(tx, [transfer])


async def _owed_to_buyers(tx: ReadTx, payment_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the payments whose money has left the merchant's balance, or never was in it."""
    booked = await ledger.transfers_of(tx, payment_ids) if payment_ids else []
    return frozenset(transfer.reference for transfer in booked if transfer.kind in _OWED_TO_BUYER)
