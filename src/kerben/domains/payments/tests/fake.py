"""An acquirer in memory, with switches for what goes wrong. Its notices are JSON, "signed" by one header."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.payments.ports import (
    InvalidNoticeError,
    ProviderRefusedError,
    ProviderState,
    ProviderStatus,
    ProviderUnavailableError,
    Registered,
    RegisterPayment,
)

SIGNED: Final = {"x-signature": "good"}


class FakeAcquirer:
    """Implements PaymentProvider."""

    def __init__(self) -> None:
        self.states: dict[str, ProviderState] = {}
        self.calls: Counter[str] = Counter()
        self.down = False
        self.lost_answers = 0
        """How many of the next orders take effect though their answers are lost."""
        self.refund_invisible = False
        self.refuse_refunds = False
        self.refuse_voids = False

    @property
    def name(self) -> str:
        """Name in routes and rows."""
        return "fake"

    async def register(self, request: RegisterPayment) -> Registered:
        """Announce."""
        self._call("register")
        await asyncio.sleep(0)
        provider_id = f"fp-{request.payment_id}"
        self.states.setdefault(
            provider_id,
            ProviderState(ProviderStatus.PENDING, request.payment_id, provider_id, request.amount, request.currency),
        )
        return Registered(provider_id, f"https://acquirer.test/pay/{provider_id}")

    async def state(self, provider_payment_id: str) -> ProviderState:
        """Ask."""
        self._call("state")
        unknown = ProviderState(ProviderStatus.UNKNOWN, None, provider_payment_id, 0, "")
        return self.states.get(provider_payment_id, unknown)

    async def capture(self, provider_payment_id: str, amount: int) -> None:
        """Take held money."""
        self._call("capture")
        self.set(provider_payment_id, ProviderStatus.CAPTURED)

    async def void(self, provider_payment_id: str) -> None:
        """Give up."""
        self._call("void")
        status = (await self.state(provider_payment_id)).status
        if status is ProviderStatus.UNKNOWN:
            raise ProviderRefusedError("unknown", "no such payment")
        if self.refuse_voids or status is ProviderStatus.CAPTURED:
            raise ProviderRefusedError("already_paid", "payment is paid")
        self.set(provider_payment_id, ProviderStatus.VOIDED)

    async def refund(self, provider_payment_id: str, amount: int) -> None:
        """Give back."""
        self._call("refund")
        if self.refuse_refunds:
            raise ProviderRefusedError("no_funds", "merchant account is empty")
        if not self.refund_invisible:
            self.set(provider_payment_id, ProviderStatus.REFUNDED)
        if self.lost_answers:
            self.lost_answers -= 1
            raise ProviderUnavailableError("timed out")

    def set(self, provider_payment_id: str, status: ProviderStatus) -> ProviderState:
        """Let a payment have moved."""
        state = msgspec.structs.replace(self.states[provider_payment_id], status=status)
        self.states[provider_payment_id] = state
        return state

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> ProviderState:
        """Verify and read."""
        if headers.get("x-signature") != "good":
            raise InvalidNoticeError("signature is wrong")
        return msgspec.json.decode(body, type=ProviderState)

    def answer_notice(self, *, accepted: bool, reason: str) -> tuple[str, bytes]:
        """What to answer."""
        return "text/plain", b"ok" if accepted else b"refused " + reason.encode()

    async def aclose(self) -> None:
        """Nothing to close."""

    def _call(self, name: str) -> None:
        self.calls[name] += 1
        if self.down:
            raise ProviderUnavailableError("down")


def notice(payment_id: UUID | None, provider_id: str, status: ProviderStatus, amount: int = 150_000) -> ProviderState:
    """What a webhook says."""
    return ProviderState(status, payment_id, provider_id, amount, "KGS")
