"""What payments asks of an acquirer; each acquirer is an adapter that implements `PaymentProvider`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec


class ProviderStatus(StrEnum):
    """What the acquirer says of a payment, in our words."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The acquirer does not know the payment, or its words are ambiguous: never taken for paid."""


class RegisterPayment(msgspec.Struct, frozen=True):
    """A payment to announce to the acquirer. `amount` is in minor units."""

    payment_id: UUID
    amount: int
    currency: str
    description: str
    return_url: str
    """Where the buyer's browser goes after paying or giving up."""
    webhook_url: str
    capture: bool = True
    """True: take the money at once; False: hold it until `capture` is called."""
    expires_in_s: int = 1800


class Registered(msgspec.Struct, frozen=True):
    """The acquirer knows the payment now; the buyer pays on `redirect_url`."""

    provider_payment_id: str
    redirect_url: str


class ProviderState(msgspec.Struct, frozen=True):
    """What the acquirer says of a payment. `amount` and `refunded_amount` are in minor units."""

    status: ProviderStatus
    payment_id: UUID | None
    provider_payment_id: str
    amount: int
    currency: str
    refunded_amount: int = 0
    failure: str | None = None


class ProviderUnavailableError(Exception):
    """The acquirer did not answer, or answered with what is no answer: the outcome is unknown, ask again."""


class ProviderRefusedError(Exception):
    """The acquirer refused for good. `code` is its own code; the text carries no card data."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class InvalidNoticeError(Exception):
    """A webhook is malformed or its signature is missing or wrong; nothing may be believed."""


class PaymentProvider(Protocol):
    """An acquirer. Every call may raise ProviderUnavailableError; orders to it may raise ProviderRefusedError."""

    @property
    def name(self) -> str:
        """Short name, as in `/payments/webhooks/{name}`."""
        ...

    async def register(self, request: RegisterPayment) -> Registered:
        """Announce a payment; announcing the same `payment_id` again returns the same payment."""
        ...

    async def state(self, provider_payment_id: str) -> ProviderState:
        """Ask how a payment stands."""
        ...

    async def capture(self, provider_payment_id: str, amount: int) -> None:
        """Take held money, in minor units. Safe to repeat."""
        ...

    async def void(self, provider_payment_id: str) -> None:
        """Give up a payment that is not captured; held money is released. Safe to repeat."""
        ...

    async def refund(self, provider_payment_id: str, amount: int) -> None:
        """Give captured money back in full, in minor units. Safe to repeat: ask `state` first when unsure."""
        ...

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> ProviderState:
        """Verify and read a webhook; InvalidNoticeError when it cannot be believed."""
        ...

    def answer_notice(self, *, accepted: bool, reason: str) -> tuple[str, bytes]:
        """The (media type, body) the acquirer expects in answer to a webhook."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
