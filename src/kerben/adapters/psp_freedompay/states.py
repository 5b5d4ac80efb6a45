"""What the acquirer's words mean for us.

Source: FreedomPay/PayBox public API description as of PROTOCOLS.md. Nothing is taken for captured unless the answer
says so in every field that could contradict it.

get_status3.php, `pg_payment_status`:

- `success` with `pg_captured` 1 → captured, or refunded once `pg_refund_amount` reaches what was captured;
- `success` with `pg_captured` 0 → authorized: the money is held, whatever the request for clearing said;
- `success` without `pg_captured` → unknown;
- `new`, `process`, `pending`, `waiting`, `partial`, `incomplete` → pending;
- `error`, `failed` → failed;
- `revoked`, `refunded` → voided where nothing was captured, refunded where everything came back, otherwise unknown;
- anything else → unknown.

Webhook, `pg_result`: 1 → captured or authorized by `pg_captured` (unknown without it), 0 → failed, 2 → pending,
anything else → unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from kerben.adapters.psp_freedompay.signature import Value
from kerben.domains.payments.ports import ProviderState, ProviderStatus
from kerben.platform.money import InvalidAmountError, from_major

PENDING_WORDS: Final = frozenset({"new", "process", "pending", "waiting", "partial", "incomplete"})
FAILED_WORDS: Final = frozenset({"error", "failed"})
REVOKED_WORDS: Final = frozenset({"revoked", "refunded"})


class UnreadableStateError(Exception):
    """A field that must be there is missing or makes no sense."""


def text(params: Mapping[str, Value], name: str) -> str:
    """A field as text; empty when it is missing. UnreadableStateError when it is nested."""
    value = params.get(name, "")
    if not isinstance(value, str):
        raise UnreadableStateError(f"{name} is nested")
    return value


def _amount(params: Mapping[str, Value], name: str, currency: str, default: int | None = None) -> int:
    value = text(params, name)
    if not value and default is not None:
        return default
    try:
        return from_major(value, currency)
    except InvalidAmountError as error:
        raise UnreadableStateError(f"{name}: {error}") from error


def _payment_id(params: Mapping[str, Value]) -> UUID | None:
    try:
        return UUID(text(params, "pg_order_id"))
    except ValueError:
        return None


def _identity(params: Mapping[str, Value]) -> tuple[str, str]:
    number, currency = text(params, "pg_payment_id"), text(params, "pg_currency")
    if not number or not currency:
        raise UnreadableStateError("pg_payment_id or pg_currency is missing")
    return number, currency


def _failure(params: Mapping[str, Value]) -> str | None:
    return text(params, "pg_failure_description") or text(params, "pg_failure_code") or None


def from_status(params: Mapping[str, Value]) -> ProviderState:
    """The state in a signed answer of get_status3.php. Raises UnreadableStateError."""
    number, currency = _identity(params)
    amount = _amount(params, "pg_amount", currency)
    refunded = abs(_amount(params, "pg_refund_amount", currency, 0))
    captured = text(params, "pg_captured")
    if captured == "1":
        # A part may have been captured: then that part is what was paid.
        amount = _amount(params, "pg_clearing_amount", currency, amount)
    status = _status(text(params, "pg_payment_status"), captured, all_back=0 < amount <= refunded)
    return ProviderState(
        status=status,
        payment_id=_payment_id(params),
        provider_payment_id=number,
        amount=amount,
        currency=currency,
        refunded_amount=refunded,
        failure=_failure(params) if status is ProviderStatus.FAILED else None,
    )


def _status(word: str, captured: str, *, all_back: bool) -> ProviderStatus:
    if word in PENDING_WORDS:
        return ProviderStatus.PENDING
    if word in FAILED_WORDS:
        return ProviderStatus.FAILED
    if word in REVOKED_WORDS and captured == "0":
        return ProviderStatus.VOIDED
    if word in REVOKED_WORDS and all_back:
        return ProviderStatus.REFUNDED
    if word == "success" and captured == "1":
        return ProviderStatus.REFUNDED if all_back else ProviderStatus.CAPTURED
    if word == "success" and captured == "0":
        return ProviderStatus.AUTHORIZED
    return ProviderStatus.UNKNOWN


def from_notice(params: Mapping[str, Value]) -> ProviderState:
    """The state in a verified webhook. Raises UnreadableStateError."""
    number, currency = _identity(params)
    result, captured = text(params, "pg_result"), text(params, "pg_captured")
    status = {
        ("1", "1"): ProviderStatus.CAPTURED,
        ("1", "0"): ProviderStatus.AUTHORIZED,
    }.get((result, captured))
    if status is None:
        status = {"0": ProviderStatus.FAILED, "2": ProviderStatus.PENDING}.get(result, ProviderStatus.UNKNOWN)
    return ProviderState(
        status=status,
        payment_id=_payment_id(params),
        provider_payment_id=number,
        amount=_amount(params, "pg_amount", currency),
        currency=currency,
        failure=_failure(params) if status is ProviderStatus.FAILED else None,
    )
