"""The switches that make the acquirer and the bank misbehave, for everyone or for one payment."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec

from kerben_sandbox.store import Store

Seconds = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Times = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
SCOPES_MAX = 10_000


class WebhookMode(StrEnum):
    """What happens to the result webhook of a payment decided from now on."""

    NORMAL = "normal"
    LATE = "late"
    TWICE = "twice"
    NEVER = "never"
    OUT_OF_ORDER = "out_of_order"
    """The true result first, then an older refusal of the same payment."""
    WRONG_AMOUNT = "wrong_amount"
    FOREIGN_PAYMENT_ID = "foreign_payment_id"
    MISSING_SIGNATURE = "missing_signature"
    BAD_SIGNATURE = "bad_signature"


class ApiMode(StrEnum):
    """What happens to calls of the acquirer's API."""

    NORMAL = "normal"
    TIMEOUT = "timeout"
    """The order is carried out, the answer never comes."""
    HTTP_500 = "http_500"
    """Nothing is carried out."""
    CAPTURE_FAILS_BUT_APPROVED = "capture_fails_but_approved"
    """The money is held but cannot be taken; the status goes on saying success, not captured."""
    REFUND_INVISIBLE = "refund_invisible"
    """Refunds are carried out, the status does not show them."""
    HOLD_PENDING = "hold_pending"
    """The buyer has paid, the acquirer goes on saying it is being processed, and keeps the webhook back."""


class BankMode(StrEnum):
    """What happens to transfers."""

    NORMAL = "normal"
    TIMEOUT_AFTER_ACCEPT = "timeout_after_accept"
    """The money moves, the answer never comes."""
    HTTP_500 = "http_500"
    """Nothing is carried out."""
    FAIL = "fail"
    SLOW = "slow"
    """Accepted at once, paid `delay_s` later."""
    NEVER_DECIDES = "never_decides"
    """Accepted, and left so while the fault lasts."""


class WebhookFault(msgspec.Struct, forbid_unknown_fields=True):
    """`times` counts payments still to be spoiled; None is without end."""

    mode: WebhookMode = WebhookMode.NORMAL
    delay_s: Seconds = 3
    times: Times | None = None


class ApiFault(msgspec.Struct, forbid_unknown_fields=True):
    """`times` counts answers still to be spoiled; None is without end."""

    mode: ApiMode = ApiMode.NORMAL
    times: Times | None = None


class BankFault(msgspec.Struct, forbid_unknown_fields=True):
    """`times` counts answers still to be spoiled; None is without end."""

    mode: BankMode = BankMode.NORMAL
    delay_s: Seconds = 3
    times: Times | None = None


class AcquirerFaults(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `PUT /acquirer/faults`. Without `payment_id` it is for every payment that has no own faults."""

    webhook: WebhookFault = msgspec.field(default_factory=WebhookFault)
    api: ApiFault = msgspec.field(default_factory=ApiFault)
    payment_id: str | None = None


Fault = TypeVar("Fault", WebhookFault, ApiFault, BankFault)


def _take(fault: Fault, fresh: Fault) -> Fault:
    """Use a fault once; `fresh` (normal) takes its place after the last time."""
    if fault.times is None:
        return fault
    fault.times -= 1
    return fresh if fault.times == 0 else fault


class FaultBoard:
    """Faults in force, kept over restarts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._acquirer: dict[str, AcquirerFaults] = {}
        self.bank = BankFault()
        for row in store.rows("SELECT name, value FROM settings"):
            if row["name"] == "acquirer_faults":
                self._acquirer = msgspec.json.decode(row["value"], type=dict[str, AcquirerFaults])
            elif row["name"] == "bank_faults":
                self.bank = msgspec.json.decode(row["value"], type=BankFault)

    @property
    def everyone(self) -> AcquirerFaults:
        """Faults for payments that have none of their own."""
        return self._acquirer.get("", AcquirerFaults())

    @property
    def single(self) -> list[AcquirerFaults]:
        """Faults of single payments."""
        return [fault for scope, fault in self._acquirer.items() if scope]

    def _save(self) -> None:
        sql = (
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
        self._store.write(sql, ("acquirer_faults", msgspec.json.encode(self._acquirer).decode()))
        self._store.write(sql, ("bank_faults", msgspec.json.encode(self.bank).decode()))

    def set_acquirer(self, faults: AcquirerFaults) -> None:
        """Replace the faults of one payment, or of everyone. ValueError when too many payments have their own."""
        scope = faults.payment_id or ""
        if scope not in self._acquirer and len(self._acquirer) >= SCOPES_MAX:
            raise ValueError("too many payments have faults of their own: reset first")
        self._acquirer[scope] = faults
        self._save()

    def reset_acquirer(self) -> None:
        """Everything behaves again."""
        self._acquirer.clear()
        self._save()

    def set_bank(self, fault: BankFault) -> None:
        """Replace the bank's fault."""
        self.bank = fault
        self._save()

    def take_bank(self) -> BankFault:
        """The bank's fault for one transfer or question."""
        now = self.bank
        if now.times is not None:
            seen = BankFault(now.mode, now.delay_s)
            self.bank = _take(now, BankFault())
            self._save()
            return seen
        return now

    def _scope(self, order_id: str) -> AcquirerFaults | None:
        return self._acquirer.get(order_id) or self._acquirer.get("")

    def take_webhook(self, order_id: str) -> WebhookFault:
        """The fault for the webhook of a payment being decided now."""
        faults = self._scope(order_id)
        if faults is None:
            return WebhookFault()
        seen = WebhookFault(faults.webhook.mode, faults.webhook.delay_s)
        if faults.webhook.times is not None:
            faults.webhook = _take(faults.webhook, WebhookFault())
            self._save()
        return seen

    def api_mode(self, order_id: str) -> ApiMode:
        """The API's mode for a payment, not counted as a use."""
        faults = self._scope(order_id)
        return ApiMode.NORMAL if faults is None else faults.api.mode

    def take_api(self, order_id: str, modes: tuple[ApiMode, ...]) -> ApiMode:
        """The API's mode for one answer if it is one of `modes` (then a use is counted), else normal."""
        faults = self._scope(order_id)
        if faults is None or faults.api.mode not in modes:
            return ApiMode.NORMAL
        mode = faults.api.mode
        if faults.api.times is not None:
            faults.api = _take(faults.api, ApiFault())
            self._save()
        return mode
