"""What merchants publishes."""

from __future__ import annotations

from uuid import UUID

from kerben.platform.events import Event, event


@event("merchants.merchant_verified.v1", key="merchant_id")
class MerchantVerified(Event, frozen=True):
    """An admin verified a merchant, or took the verification back (`verified` false)."""

    merchant_id: UUID
    verified: bool


@event("merchants.payout_status_changed.v1", key="merchant_id")
class PayoutStatusChanged(Event, frozen=True):
    """Payouts of a merchant are now none, pending, active or suspended."""

    merchant_id: UUID
    payout_status: str


@event("merchants.merchant_changed.v1", key="merchant_id")
class MerchantChanged(Event, frozen=True):
    """Name, description or settings (eligibility, price master) of a merchant changed."""

    merchant_id: UUID


@event("merchants.shop_created.v1", key="shop_id")
class ShopCreated(Event, frozen=True):
    """A merchant opened a shop."""

    shop_id: UUID
    merchant_id: UUID


@event("merchants.shop_changed.v1", key="shop_id")
class ShopChanged(Event, frozen=True):
    """A shop's data or settings changed."""

    shop_id: UUID
    merchant_id: UUID


@event("merchants.staff_changed.v1", key="merchant_id")
class StaffChanged(Event, frozen=True):
    """Somebody's roles at a merchant are others now, or gone. Access itself is read from the database each time."""

    merchant_id: UUID
    user_id: UUID


@event("merchants.api_key_changed.v1", key="key_id")
class ApiKeyChanged(Event, frozen=True):
    """A partner's key was rotated or revoked: what processes remember of it is void."""

    key_id: UUID
    merchant_id: UUID
