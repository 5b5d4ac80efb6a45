"""A bank in memory, with switches for what goes wrong."""

from __future__ import annotations

import asyncio
from uuid import UUID

from kerben.domains.payouts.ports import BankUnavailableError, TransferOrder, TransferState, TransferStatus


class FakeBank:
    """Implements PayoutBank; `paid` holds every order that moved money, by reference."""

    def __init__(self) -> None:
        self.paid: dict[UUID, TransferOrder] = {}
        self.orders: list[TransferOrder] = []
        self.down = False
        self.lose_answers = False
        """Money moves, but the answer gets lost."""
        self.refuse = False
        self.slow = False
        """Accepts now, decides when asked."""
        self.states: dict[UUID, TransferState] = {}

    async def send(self, order: TransferOrder) -> TransferState:
        """Send."""
        await asyncio.sleep(0)
        if self.down:
            raise BankUnavailableError("down")
        self.orders.append(order)
        if order.reference not in self.states:
            self.states[order.reference] = self._decide(order)
        if self.lose_answers:
            raise BankUnavailableError("timed out")
        state = self.states[order.reference]
        return TransferState(order.reference, TransferStatus.ACCEPTED) if self.slow else state

    def _decide(self, order: TransferOrder) -> TransferState:
        if self.refuse:
            return TransferState(order.reference, TransferStatus.FAILED, failure="account is closed")
        self.paid[order.reference] = order
        return TransferState(order.reference, TransferStatus.PAID, f"bank-{order.reference.hex[-6:]}")

    async def state(self, reference: UUID) -> TransferState:
        """Ask."""
        if self.down:
            raise BankUnavailableError("down")
        return self.states.get(reference, TransferState(reference, TransferStatus.NOT_FOUND))

    async def aclose(self) -> None:
        """Nothing to close."""
