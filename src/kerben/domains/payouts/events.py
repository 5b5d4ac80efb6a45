"""What payouts publish. Amounts are in minor units."""

from __future__ import annotations

from uuid import UUID

from kerben.platform.events import Event, event


@event("payouts.payout_created.v1", key="merchant_id")
class PayoutCreated(Event, frozen=True):
    """A merchant's balance is about to be sent."""

    payout_id: UUID
    merchant_id: UUID
    amount: int
    currency: str


@event("payouts.payout_paid.v1", key="merchant_id")
class PayoutPaid(Event, frozen=True):
    """The bank has paid the merchant."""

    payout_id: UUID
    merchant_id: UUID
    amount: int
    currency: str


@event("payouts.payout_failed.v1", key="merchant_id")
class PayoutFailed(Event, frozen=True):
    """The bank refused; the money is back in the balance."""

    payout_id: UUID
    merchant_id: UUID
    amount: int
    currency: str
    failure: str
