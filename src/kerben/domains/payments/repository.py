"""All SQL of payments themselves; refunds have `refund_repository`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.payments.model import Method, NewPayment, Opened, PaymentRow, PaymentStatus
from kerben.platform.db import ReadTx, Row, WriteTx

_FIELDS: Final = ", ".join(f"p.{name}" for name in PaymentRow.__struct_fields__)


def _payment(row: Row) -> PaymentRow:
    return msgspec.convert(dict(row), PaymentRow)


async def insert(tx: WriteTx, payments: Sequence[NewPayment]) -> list[PaymentRow]:
    """Create pending payments, in the order given."""
    created = [
        PaymentRow(
            tx.new_id(), p.subject, p.subject_id, p.merchant_id, p.shop_id, p.amount, p.currency, Method(p.method),
            PaymentStatus.PENDING, p.commission_bp, p.acquiring_bp, tx.now,
        )
        for p in payments
    ]  # fmt: skip
    await tx.execute(
        """
        INSERT INTO payments.payment (id, subject, subject_id, merchant_id, shop_id, amount, currency, method,
                                      commission_bp, acquiring_bp, status, created_at)
        SELECT n.*, 'pending', $11
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
                    $8::text[], $9::int[], $10::int[]) AS n
        """,
        [p.id for p in created],
        [p.subject for p in created],
        [p.subject_id for p in created],
        [p.merchant_id for p in created],
        [p.shop_id for p in created],
        [p.amount for p in created],
        [p.currency for p in created],
        [p.method.value for p in created],
        [p.commission_bp for p in created],
        [p.acquiring_bp for p in created],
        tx.now,
    )
    return created


async def by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, PaymentRow]:
    """Payments that exist. Uses payment_pkey."""
    rows = await tx.fetch(f"SELECT {_FIELDS} FROM payments.payment p WHERE p.id = ANY($1::uuid[])", list(ids))
    return {row["id"]: _payment(row) for row in rows}


async def by_subjects(tx: ReadTx, subject: str, subject_ids: Sequence[UUID]) -> dict[UUID, PaymentRow]:
    """The payment that counts of each order or bill: the first that holds its money, else the first that held it,
    else the newest. Uses payment_subject, and refund_of_payment for captured ones."""
    rows = await tx.fetch(
        f"""
        SELECT DISTINCT ON (p.subject_id) {_FIELDS} FROM payments.payment p
        WHERE p.subject_id = ANY($1::uuid[]) AND p.subject = $2
        ORDER BY p.subject_id,
                 CASE WHEN p.status = 'captured' AND NOT EXISTS (
                          SELECT FROM payments.refund r WHERE r.payment_id = p.id AND r.status <> 'failed') THEN 0
                      WHEN p.status IN ('captured', 'refunded') AND p.captured_at IS NOT NULL THEN 1
                      ELSE 2 END,
                 CASE WHEN p.status IN ('captured', 'refunded') THEN p.captured_at END NULLS LAST,
                 p.id DESC
        """,
        list(subject_ids),
        subject,
    )
    return {row["subject_id"]: _payment(row) for row in rows}


async def open_of_subjects(tx: ReadTx, subject: str, subject_ids: Sequence[UUID]) -> list[UUID]:
    """Payments of these orders or bills that may still be paid, in id order. Uses payment_subject."""
    rows = await tx.fetch(
        """
        SELECT id FROM payments.payment
        WHERE subject_id = ANY($1::uuid[]) AND subject = $2 AND status IN ('pending', 'authorized') ORDER BY id
        """,
        list(subject_ids),
        subject,
    )
    return [row["id"] for row in rows]


async def lock(tx: WriteTx, ids: Sequence[UUID], provider_ids: Sequence[str] = ()) -> list[PaymentRow]:
    """Payments by our ids or the acquirer's, locked in id order. Uses payment_pkey and payment_provider_id."""
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM payments.payment p
        WHERE p.id = ANY($1::uuid[] || ARRAY(
            SELECT id FROM payments.payment WHERE provider_payment_id = ANY($2::text[])))
        ORDER BY p.id FOR UPDATE OF p
        """,
        list(ids),
        list(provider_ids),
    )
    return [_payment(row) for row in rows]


async def move(tx: WriteTx, moved: Sequence[tuple[PaymentStatus, PaymentRow]]) -> None:
    """Store new states of locked payments, given (old status, payment as it is now). Uses payment_pkey.

    The acquirer is not asked any more about payments that are captured, voided or refunded.
    """
    if not moved:
        return
    stored = await tx.execute(
        """
        UPDATE payments.payment p
        SET status = m.status, provider = m.provider, provider_payment_id = m.provider_payment_id,
            opened_at = m.opened_at, void_due_at = m.void_due_at, captured_at = m.captured_at,
            refunded_at = m.refunded_at, failure = m.failure, problem = m.problem,
            next_check_at = CASE WHEN m.status IN ('pending', 'authorized', 'failed') THEN p.next_check_at END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                    $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[])
             AS m(id, old, status, provider, provider_payment_id, opened_at, void_due_at, captured_at, refunded_at,
                  failure, problem)
        WHERE p.id = m.id AND p.status = m.old
        """,
        [p.id for _, p in moved],
        [old.value for old, _ in moved],
        [p.status.value for _, p in moved],
        [p.provider for _, p in moved],
        [p.provider_payment_id for _, p in moved],
        [p.opened_at for _, p in moved],
        [p.void_due_at for _, p in moved],
        [p.captured_at for _, p in moved],
        [p.refunded_at for _, p in moved],
        [p.failure for _, p in moved],
        [p.problem for _, p in moved],
    )
    if stored != len(moved):
        raise AssertionError("a payment moved though it was locked")


async def store_opened(tx: WriteTx, opened: Sequence[Opened], check_at: datetime) -> None:
    """Remember what the acquirer calls locked payments and when to ask about them. Uses payment_pkey."""
    await tx.execute(
        """
        UPDATE payments.payment p
        SET provider = o.provider, provider_payment_id = o.provider_payment_id, redirect_url = o.redirect_url,
            opened_at = coalesce(p.opened_at, $5),
            next_check_at = CASE WHEN p.status IN ('pending', 'authorized') THEN coalesce(p.next_check_at, $6) END,
            void_due_at = CASE WHEN p.status IN ('voided', 'failed') THEN $5 ELSE p.void_due_at END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
             AS o(id, provider, provider_payment_id, redirect_url)
        WHERE p.id = o.id
        """,
        [o.payment_id for o in opened],
        [o.provider for o in opened],
        [o.provider_payment_id for o in opened],
        [o.redirect_url for o in opened],
        tx.now,
        check_at,
    )


async def lock_due_checks(tx: WriteTx, subject: str | None, limit: int) -> list[PaymentRow]:
    """Payments to ask about that no other worker holds. Uses payment_check_due."""
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM payments.payment p
        WHERE p.next_check_at <= $1 AND p.provider_payment_id IS NOT NULL
          AND ($2::text IS NULL OR p.subject = $2)
        ORDER BY p.next_check_at LIMIT $3 FOR UPDATE SKIP LOCKED
        """,
        tx.now,
        subject,
        limit,
    )
    return [_payment(row) for row in rows]


async def schedule_checks(tx: WriteTx, due: Sequence[tuple[UUID, datetime | None]]) -> None:
    """Count a check and set the next. Uses payment_pkey."""
    await tx.execute(
        """
        UPDATE payments.payment p SET checks = p.checks + 1, next_check_at = d.at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS d(id, at) WHERE p.id = d.id
        """,
        [i for i, _ in due],
        [at for _, at in due],
    )


async def ask_to_void(tx: WriteTx, ids: Sequence[UUID]) -> None:
    """Have the sweep give these payments up at the acquirer. Uses payment_pkey."""
    await tx.execute(
        "UPDATE payments.payment SET void_due_at = coalesce(void_due_at, $2) WHERE id = ANY($1::uuid[])",
        list(ids),
        tx.now,
    )


async def take_due_voids(
    tx: WriteTx, subject: str, limit: int, pauses: tuple[timedelta, timedelta]
) -> list[PaymentRow]:
    """Payments to give up now; the next try is set (a short pause for the first three, then the long one).

    Uses payment_void_due.
    """
    rows = await tx.fetch(
        f"""
        WITH due AS (
            SELECT id FROM payments.payment WHERE void_due_at <= $1 AND subject = $2
            ORDER BY void_due_at LIMIT $3 FOR UPDATE SKIP LOCKED
        )
        UPDATE payments.payment p
        SET void_due_at = $1 + CASE WHEN p.void_attempts < 3 THEN $4::interval ELSE $5::interval END,
            void_attempts = p.void_attempts + 1
        FROM due WHERE p.id = due.id
        RETURNING {_FIELDS}
        """,
        tx.now,
        subject,
        limit,
        *pauses,
    )
    return [_payment(row) for row in rows]


async def end_void(tx: WriteTx, ids: Sequence[UUID]) -> None:
    """Nothing is left to give up. Uses payment_pkey."""
    await tx.execute("UPDATE payments.payment SET void_due_at = NULL WHERE id = ANY($1::uuid[])", list(ids))


async def store_problem(tx: WriteTx, payment_id: UUID, problem: str) -> bool:
    """Note a problem of a payment; False when the same one is noted already. Uses payment_pkey."""
    return bool(
        await tx.execute(
            "UPDATE payments.payment SET problem = $2 WHERE id = $1 AND problem IS DISTINCT FROM $2",
            payment_id,
            problem,
        )
    )


CHECKS: Final = {
    "payments_captured_have_their_time": """
        SELECT id, status FROM payments.payment
        WHERE status = 'captured' AND captured_at IS NULL OR status = 'refunded' AND refunded_at IS NULL
    """,
    "payments_refunds_done_are_refunded": """
        SELECT r.id FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id
        WHERE r.status = 'done' AND p.status <> 'refunded'
    """,
    "payments_problems_stand_open": """
        SELECT p.id FROM payments.payment p
        WHERE p.problem IS NOT NULL AND NOT EXISTS (
            SELECT FROM payments.problem q
            WHERE q.payment_id = p.id AND q.problem = p.problem AND q.resolved_at IS NULL)
    """,
    "payments_refund_whole_amounts": """
        SELECT r.id FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id
        WHERE r.amount <> p.amount
    """,
}
"""Invariants: SQL that returns the offending rows."""
