"""The acquirer's books: payments, what may be done to them, and the webhooks they owe."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal

import msgspec

from kerben.platform.money import to_major
from kerben_sandbox.config import SandboxConfig
from kerben_sandbox.faults import ApiMode, FaultBoard, WebhookMode
from kerben_sandbox.store import Store
from kerben_sandbox.wire import Value, script_of, signed, to_form

TWICE_GAP_S: Final = 0.2
HELD_RECHECK_S: Final = 0.25

Status = Literal["new", "approved", "declined", "cancelled"]


class AcquirerError(Exception):
    """A refusal with the acquirer's numeric code (PayBox error list) and a text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Payment(msgspec.Struct, frozen=True):
    """A payment as the acquirer knows it. Amounts are in minor units; `order_id` is the merchant's id."""

    pg_id: int
    order_id: str
    page: str
    amount: int
    currency: str
    description: str
    result_url: str
    success_url: str
    failure_url: str
    auto_clearing: bool
    status: Status
    captured: int
    refunded: int
    created_at: float
    expires_at: float

    @property
    def plain_status(self) -> str:
        """The status in the words of the JSON answers: pending, authorized, captured, voided, refunded, failed."""
        if self.status == "approved":
            if not self.captured:
                return "authorized"
            return "refunded" if self.refunded >= self.captured else "captured"
        return {"new": "pending", "declined": "failed", "cancelled": "voided"}[self.status]


class NewPayment(msgspec.Struct, frozen=True):
    """What init_payment.php asks for."""

    order_id: str
    amount: int
    currency: str
    description: str
    result_url: str
    success_url: str
    failure_url: str
    auto_clearing: bool
    lifetime_s: float


class Notice(msgspec.Struct, frozen=True):
    """A webhook to deliver. `body` is the signed form."""

    id: int
    order_id: str
    url: str
    body: str
    due_at: float
    attempts: int


_COLUMNS: Final = (
    "pg_id, order_id, page, amount, currency, description, result_url, success_url, failure_url,"
    " auto_clearing <> 0, status, captured, refunded, created_at, expires_at"
)
"""In the order of `Payment`'s fields."""


def _payment(row: sqlite3.Row) -> Payment:
    return Payment(*row)


def stamp(seconds: float) -> str:
    """A moment as the wire format writes it (UTC), to the second."""
    return _stamp(int(seconds // 1))


@lru_cache(maxsize=256)
def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


class Acquirer:
    """Payments of one merchant. Nothing here waits: callers await `Store.durable` before they answer."""

    def __init__(self, config: SandboxConfig, store: Store, faults: FaultBoard) -> None:
        self._config = config
        self._store = store
        self._faults = faults

    def _one(self, column: Literal["order_id", "pg_id", "page"], value: str | int) -> Payment | None:
        row = self._store.row(f"SELECT {_COLUMNS} FROM payments WHERE {column} = ?", (value,))
        return None if row is None else _payment(row)

    def by_order(self, order_id: str) -> Payment | None:
        """The payment of a merchant's order id, if registered."""
        return self._one("order_id", order_id)

    def by_pg_id(self, pg_id: int) -> Payment | None:
        """The payment of our own number."""
        return self._one("pg_id", pg_id)

    def by_page(self, page: str) -> Payment | None:
        """The payment of a hosted page."""
        return self._one("page", page)

    def latest(self, limit: int) -> list[Payment]:
        """The newest payments."""
        return [
            _payment(row)
            for row in self._store.rows(f"SELECT {_COLUMNS} FROM payments ORDER BY pg_id DESC LIMIT ?", (limit,))
        ]

    def register(self, new: NewPayment) -> Payment:
        """Register a payment; the same order id and amount again is the same payment. AcquirerError 200 otherwise."""
        now, page = self._config.clock(), self._config.token()
        cursor = self._store.write(
            "INSERT INTO payments (order_id, page, amount, currency, description, result_url, success_url,"
            " failure_url, auto_clearing, status, created_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?) ON CONFLICT (order_id) DO NOTHING",
            (
                new.order_id,
                page,
                new.amount,
                new.currency,
                new.description,
                new.result_url,
                new.success_url,
                new.failure_url,
                new.auto_clearing,
                now,
                now + new.lifetime_s,
            ),
        )
        if cursor.rowcount:
            return Payment(
                cursor.lastrowid or 0,
                new.order_id,
                page,
                new.amount,
                new.currency,
                new.description,
                new.result_url,
                new.success_url,
                new.failure_url,
                new.auto_clearing,
                "new",
                0,
                0,
                now,
                now + new.lifetime_s,
            )
        known = self.by_order(new.order_id)
        if known is None or (known.amount, known.currency) != (new.amount, new.currency):
            raise AcquirerError(200, "pg_order_id is already registered with another amount")
        return known

    def decide(self, payment: Payment, *, approve: bool) -> tuple[Payment, list[Notice]]:
        """The buyer pays or gives up. Repeating is harmless; AcquirerError 490 when it was decided the other way."""
        if payment.status != "new":
            if (payment.status == "approved") != approve or payment.status == "cancelled":
                raise AcquirerError(490, f"the payment is already {payment.plain_status}")
            return payment, []
        stuck = ApiMode.CAPTURE_FAILS_BUT_APPROVED
        taken = approve and payment.auto_clearing and self._faults.take_api(payment.order_id, (stuck,)) is not stuck
        changed = msgspec.structs.replace(
            payment, status="approved" if approve else "declined", captured=payment.amount if taken else 0
        )
        self._save(changed)
        return changed, self._announce(changed)

    def capture(self, payment: Payment, amount: int) -> None:
        """Take held money, once. AcquirerError 490 when that cannot be."""
        if payment.status != "approved" or amount > payment.amount:
            raise AcquirerError(490, "there is no such held amount")
        if payment.captured:
            if payment.captured != amount:
                raise AcquirerError(490, "already captured with another amount")
            return
        stuck = ApiMode.CAPTURE_FAILS_BUT_APPROVED
        if self._faults.take_api(payment.order_id, (stuck,)) is stuck:
            raise AcquirerError(600, "clearing failed")
        self._save(msgspec.structs.replace(payment, captured=amount))

    def cancel(self, payment: Payment) -> None:
        """Give up an unpaid or held payment; a cancelled one stays cancelled. AcquirerError 490 when captured."""
        if payment.status == "cancelled":
            return
        if payment.captured or payment.status == "declined":
            raise AcquirerError(490, f"the payment is {payment.plain_status} and cannot be cancelled")
        self._save(msgspec.structs.replace(payment, status="cancelled"))

    def refund(self, payment: Payment, amount: int) -> None:
        """Give captured money back. AcquirerError 490 when more than is left."""
        if amount > payment.captured - payment.refunded:
            raise AcquirerError(490, "more than is left to refund")
        self._save(msgspec.structs.replace(payment, refunded=payment.refunded + amount))

    def _save(self, payment: Payment) -> None:
        self._store.write(
            "UPDATE payments SET status = ?, captured = ?, refunded = ? WHERE pg_id = ?",
            (payment.status, payment.captured, payment.refunded, payment.pg_id),
        )

    def status_fields(self, payment: Payment) -> dict[str, Value]:
        """What get_status3.php says, faults included."""
        mode = self._faults.take_api(payment.order_id, (ApiMode.REFUND_INVISIBLE, ApiMode.HOLD_PENDING))
        word = {"new": "new", "approved": "success", "declined": "error", "cancelled": "revoked"}[payment.status]
        captured, refunded = payment.captured, payment.refunded
        if mode is ApiMode.HOLD_PENDING and payment.status == "approved":
            word, captured, refunded = "process", 0, 0
        if mode is ApiMode.REFUND_INVISIBLE:
            refunded = 0
        fields: dict[str, Value] = {
            "pg_status": "ok",
            "pg_payment_id": str(payment.pg_id),
            "pg_order_id": payment.order_id,
            "pg_can_reject": "0",
            "pg_payment_method": "bankcard",
            "pg_amount": to_major(payment.amount, payment.currency),
            "pg_currency": payment.currency,
            "pg_payment_status": word,
            "pg_captured": "1" if captured else "0",
            "pg_create_date": stamp(payment.created_at),
        }
        if captured:
            fields["pg_clearing_amount"] = to_major(captured, payment.currency)
        if refunded:
            back = to_major(-refunded, payment.currency)
            fields["pg_refund_payments"] = {
                "pg_refund_payment": {
                    "pg_payment_id": str(payment.pg_id),
                    "pg_payment_status": "success",
                    "pg_amount": back,
                }
            }
            fields["pg_refund_amount"] = back
        if word == "error":
            fields["pg_failure_code"] = "400"
            fields["pg_failure_description"] = "Declined by the buyer or the bank"
        return fields

    # Webhooks

    def _announce(self, payment: Payment) -> list[Notice]:
        fault = self._faults.take_webhook(payment.order_id)
        mode, now = fault.mode, self._config.clock()
        if not payment.result_url:
            return []
        if mode is WebhookMode.NEVER:
            self._notice(payment, self._body(payment, now), now, status="dropped")
            return []
        due = now + fault.delay_s if mode is WebhookMode.LATE else now
        notices = [self._notice(payment, self._body(payment, now, mode), due)]
        if mode is WebhookMode.TWICE:
            notices.append(self._notice(payment, self._body(payment, now), now + TWICE_GAP_S))
        if mode is WebhookMode.OUT_OF_ORDER:
            older = msgspec.structs.replace(payment, status="declined", captured=0)
            notices.append(self._notice(payment, self._body(older, now - 60), now + TWICE_GAP_S))
        return notices

    def _body(self, payment: Payment, decided_at: float, mode: WebhookMode = WebhookMode.NORMAL) -> str:
        amount = payment.amount + (100 if mode is WebhookMode.WRONG_AMOUNT else 0)
        pg_id = payment.pg_id + (500_000_000 if mode is WebhookMode.FOREIGN_PAYMENT_ID else 0)
        approved = payment.status == "approved"
        fields: dict[str, Value] = {
            "pg_order_id": payment.order_id,
            "pg_payment_id": str(pg_id),
            "pg_amount": to_major(amount, payment.currency),
            "pg_currency": payment.currency,
            "pg_net_amount": to_major(amount, payment.currency),
            "pg_description": payment.description,
            "pg_result": "1" if approved else "0",
            "pg_captured": "1" if payment.captured else "0",
            "pg_can_reject": "0",
            "pg_payment_date": stamp(decided_at),
            "pg_payment_method": "bankcard",
            "pg_testing_mode": "1",
        }
        if not approved:
            fields["pg_failure_code"] = "400"
            fields["pg_failure_description"] = "Declined by the buyer or the bank"
        secret = self._config.secrets.acquirer_secret
        if mode is WebhookMode.BAD_SIGNATURE:
            secret += "-wrong"
        form = signed(script_of(payment.result_url), fields, secret, self._config.token())
        if mode is WebhookMode.MISSING_SIGNATURE:
            del form["pg_sig"]
        return to_form(form)

    def _notice(self, payment: Payment, body: str, due_at: float, *, status: str = "pending") -> Notice:
        cursor = self._store.write(
            "INSERT INTO notices (order_id, url, body, due_at, status) VALUES (?, ?, ?, ?, ?)",
            (payment.order_id, payment.result_url, body, due_at, status),
        )
        return Notice(cursor.lastrowid or 0, payment.order_id, payment.result_url, body, due_at, 0)

    def owed(self) -> list[Notice]:
        """Webhooks not delivered yet."""
        rows = self._store.rows(
            "SELECT id, order_id, url, body, due_at, attempts FROM notices WHERE status = 'pending' ORDER BY id"
        )
        return [msgspec.convert(dict(row), Notice) for row in rows]

    def is_held_back(self, notice: Notice) -> bool:
        """Whether `hold_pending` keeps this webhook back for now."""
        return self._faults.api_mode(notice.order_id) is ApiMode.HOLD_PENDING
