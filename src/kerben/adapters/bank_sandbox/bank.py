"""The sandbox bank as a `PayoutBank`; its JSON format is described in `kerben_sandbox.bank`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal, TypeVar
from uuid import UUID

import msgspec

from kerben.domains.payouts.ports import (
    BankUnavailableError,
    PayoutBank,
    TransferOrder,
    TransferState,
    TransferStatus,
)
from kerben.platform.outgoing import CallFailedError, Outgoing, Reply

T = TypeVar("T")


class SandboxBankConfig(msgspec.Struct, frozen=True):
    """How to reach the bank. `base_url` is what `/bank/transfers` is appended to; `timeout_s` is for one call."""

    base_url: str
    secret: str
    timeout_s: float = 10
    connections_max: int = 50


class ReferenceConflictError(BankUnavailableError):
    """The bank has a transfer with this reference and other content: a person must look."""


class _Transfer(msgspec.Struct, frozen=True):
    reference: UUID
    bank_reference: str
    status: Literal["accepted", "paid", "failed"]
    failure: str | None = None


class _Refusal(msgspec.Struct, frozen=True):
    error: str
    detail: str | None = None


class SandboxBank(PayoutBank):
    """The bank over HTTP with kept connections."""

    def __init__(self, config: SandboxBankConfig) -> None:
        self._http = Outgoing(
            config.base_url,
            timeout_s=config.timeout_s,
            connections_max=config.connections_max,
            headers={"authorization": f"Bearer {config.secret}"},
        )

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def send(self, order: TransferOrder) -> TransferState:
        """Send money; the same reference again is the same transfer.

        An order the bank finds malformed is FAILED: nothing was kept. Raises BankUnavailableError when the outcome
        is unknown, ReferenceConflictError when the reference belongs to another transfer.
        """
        response = await self._call("POST", "/bank/transfers", msgspec.json.encode(order))
        if response.status == HTTPStatus.CONFLICT:
            raise ReferenceConflictError(str(order.reference))
        if response.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            refusal = _decode(response, _Refusal)
            return TransferState(order.reference, TransferStatus.FAILED, failure=refusal.detail or refusal.error)
        return _state(response, order.reference)

    async def state(self, reference: UUID) -> TransferState:
        """Ask how a transfer stands. Raises BankUnavailableError."""
        response = await self._call("GET", f"/bank/transfers/{reference}", None)
        if response.status == HTTPStatus.NOT_FOUND:
            # Only the bank's own words count: a proxy's 404 must not make us send money twice.
            if _decode(response, _Refusal).error == "not_found":
                return TransferState(reference, TransferStatus.NOT_FOUND)
            raise BankUnavailableError("HTTP 404 from somewhere else")
        return _state(response, reference)

    async def _call(self, method: str, path: str, body: bytes | None) -> Reply:
        headers = {"content-type": "application/json"} if body is not None else {}
        try:
            return await self._http.call(method, path, body=body, headers=headers)
        except CallFailedError as error:
            raise BankUnavailableError(str(error)) from error


def _decode(response: Reply, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.body, type=kind)
    except msgspec.DecodeError as error:
        raise BankUnavailableError(f"HTTP {response.status} with an unreadable body") from error


def _state(response: Reply, reference: UUID) -> TransferState:
    if response.status != HTTPStatus.OK:
        raise BankUnavailableError(f"HTTP {response.status}")
    transfer = _decode(response, _Transfer)
    if transfer.reference != reference:
        raise BankUnavailableError("the bank answered for another transfer")
    return TransferState(reference, TransferStatus(transfer.status), transfer.bank_reference, transfer.failure)
