"""What payouts asks of the bank that moves money to sellers."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec


class TransferStatus(StrEnum):
    """What the bank says of a transfer."""

    ACCEPTED = "accepted"
    """The bank has it and will decide later: ask again."""
    PAID = "paid"
    FAILED = "failed"
    NOT_FOUND = "not_found"
    """The bank never saw it, so sending it (again) is safe."""


class TransferOrder(msgspec.Struct, frozen=True):
    """Money to send to a seller. `amount` is in minor units; `reference` makes a repeat harmless."""

    reference: UUID
    amount: int
    currency: str
    account_number: str
    bank_name: str
    purpose: str


class TransferState(msgspec.Struct, frozen=True):
    """How a transfer stands at the bank."""

    reference: UUID
    status: TransferStatus
    bank_reference: str | None = None
    failure: str | None = None


class BankUnavailableError(Exception):
    """The bank did not answer: the outcome is unknown, ask for the state before sending again."""


class PayoutBank(Protocol):
    """A bank that sends money to a seller's account."""

    async def send(self, order: TransferOrder) -> TransferState:
        """Send money; the same reference again returns the same transfer. Raises BankUnavailableError."""
        ...

    async def state(self, reference: UUID) -> TransferState:
        """Ask how a transfer stands. Raises BankUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
