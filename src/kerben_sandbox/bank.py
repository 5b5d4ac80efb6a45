"""A bank that pays sellers, with a small JSON format of its own.

All calls carry `Authorization: Bearer <bank secret>`.

`POST /bank/transfers`, body `{"reference": "<uuid>", "amount": 150000, "currency": "KGS", "account_number": "…",
"bank_name": "…", "purpose": "…"}`; `amount` is a positive integer in minor units. Answer 200
`{"reference", "bank_reference", "status": "accepted" | "paid" | "failed", "failure"?}`. The same reference with the
same content is the same transfer; with other content 409 `{"error": "reference_conflict"}`; a malformed body is 422
`{"error": "invalid", "detail"}` and nothing is kept.

`GET /bank/transfers/{reference}` → the same answer, or 404 `{"error": "not_found"}`.
`GET /bank/transfers?account_number=` → `{"transfers": [{…, "amount", "currency", "account_number", …}]}`, newest
first, at most 100.

`PUT /bank/faults` `{"mode": "normal" | "timeout_after_accept" | "http_500" | "fail" | "slow" | "never_decides",
"delay_s"?: 3, "times"?: n}`, `GET`, `DELETE`; without the secret, as on the page of switches.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from kerben_sandbox.faults import BankFault, BankMode, FaultBoard
from kerben_sandbox.store import Store

ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class TransferRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /bank/transfers`; `amount` is in minor units."""

    reference: UUID
    amount: Annotated[int, msgspec.Meta(gt=0, le=10**15)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    account_number: ShortText
    bank_name: ShortText
    purpose: Annotated[str, msgspec.Meta(max_length=500)]


class TransferAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a transfer stands."""

    reference: str
    bank_reference: str
    status: Literal["accepted", "paid", "failed"]
    failure: str | None = None


class ReferenceConflictError(Exception):
    """The reference is taken by a transfer with other content."""


def _number(transfer_id: int) -> str:
    return f"SB{transfer_id:08d}"


class Bank:
    """Transfers, each decided once. Callers await `Store.durable` before they answer."""

    def __init__(self, store: Store, faults: FaultBoard, clock: Callable[[], float]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def send(self, request: TransferRequest, fault: BankFault) -> TransferAnswer:
        """Take a transfer; a known reference is answered with its transfer. Raises ReferenceConflictError."""
        reference, content = str(request.reference), msgspec.json.encode(request).decode()
        status, failure, decide_at = "paid", None, None
        if fault.mode is BankMode.FAIL:
            status, failure = "failed", "account_closed"
        elif fault.mode is BankMode.SLOW:
            status, decide_at = "accepted", self._clock() + fault.delay_s
        elif fault.mode is BankMode.NEVER_DECIDES:
            status = "accepted"
        cursor = self._store.write(
            "INSERT INTO transfers (reference, content, account_number, status, failure, decide_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (reference) DO NOTHING",
            (reference, content, request.account_number, status, failure, decide_at),
        )
        if cursor.rowcount and status != "accepted":
            return TransferAnswer(reference, _number(cursor.lastrowid or 0), status, failure)
        row = self._row(reference)
        if row is None or row["content"] != content:
            raise ReferenceConflictError
        return self._answer(row)

    def state(self, reference: UUID) -> TransferAnswer | None:
        """How a transfer stands; None when the bank never saw it."""
        row = self._row(str(reference))
        return None if row is None else self._answer(row)

    def of_account(self, account_number: str, limit: int = 100) -> list[dict[str, object]]:
        """Transfers to an account (all accounts when empty), newest first."""
        where, values = ("WHERE account_number = ?", [account_number]) if account_number else ("", [])
        rows = self._store.rows(f"SELECT * FROM transfers {where} ORDER BY id DESC LIMIT ?", [*values, limit])
        return [{**msgspec.json.decode(row["content"]), **msgspec.to_builtins(self._answer(row))} for row in rows]

    def _row(self, reference: str) -> sqlite3.Row | None:
        return self._store.row("SELECT * FROM transfers WHERE reference = ?", (reference,))

    def _answer(self, row: sqlite3.Row) -> TransferAnswer:
        status = row["status"]
        if status == "accepted" and self._is_due(row):
            # Decided when somebody looks: nothing has to run in the background, and a restart changes nothing.
            self._store.write("UPDATE transfers SET status = 'paid' WHERE id = ?", (row["id"],))
            status = "paid"
        return TransferAnswer(row["reference"], _number(row["id"]), status, row["failure"])

    def _is_due(self, row: sqlite3.Row) -> bool:
        if row["decide_at"] is None:
            return self._faults.bank.mode is not BankMode.NEVER_DECIDES
        return row["decide_at"] <= self._clock()
