"""All SQL of refunds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.payments.model import Bearer, PaymentRow, RefundRow, RefundWish
from kerben.platform.db import ReadTx, Row, WriteTx

_FIELDS: Final = ", ".join(f"r.{name}" for name in RefundRow.__struct_fields__)

_CLAIMED: Final = (
    "r.responsible = 'platform' AND r.borne_by = 'seller' AND r.bearer_decided_at IS NULL AND r.status <> 'failed'"
)


def _refund(row: Row) -> RefundRow:
    return msgspec.convert(dict(row), RefundRow)


async def insert(tx: WriteTx, wishes: Sequence[tuple[PaymentRow, RefundWish]]) -> None:
    """Full refunds of locked payments, due at once. Uses refund_borne.

    What the platform has taken upon itself stays its own when a refund that the acquirer refused is asked for again.
    """
    await tx.execute(
        """
        INSERT INTO payments.refund (
            id, payment_id, amount, status, reason, responsible, evidence, next_attempt_at, created_at, borne_by)
        SELECT w.id, w.payment_id, w.amount, 'requested', w.reason, w.responsible,
               ARRAY(SELECT jsonb_array_elements_text(w.evidence::jsonb)), $7, $7,
               CASE WHEN EXISTS (SELECT FROM payments.refund f
                                 WHERE f.payment_id = w.payment_id AND f.borne_by = 'platform')
                    THEN 'platform' ELSE 'seller' END
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[])
             AS w(id, payment_id, amount, reason, responsible, evidence)
        """,
        [tx.new_id() for _ in wishes],
        [p.id for p, _ in wishes],
        [p.amount for p, _ in wishes],
        [w.reason for _, w in wishes],
        [w.responsible for _, w in wishes],
        [msgspec.json.encode(w.evidence).decode() for _, w in wishes],
        tx.now,
    )


async def by_id(tx: ReadTx, refund_id: UUID) -> RefundRow | None:
    """A refund, failed or not. Uses refund_pkey."""
    row = await tx.fetchrow(f"SELECT {_FIELDS} FROM payments.refund r WHERE r.id = $1", refund_id)
    return _refund(row) if row else None


async def set_bearer(tx: WriteTx, refund_id: UUID, bearer: Bearer) -> None:
    """Note the decision who bears a refund; the first time of it is kept. Uses refund_pkey."""
    await tx.execute(
        """
        UPDATE payments.refund SET borne_by = $2, bearer_decided_at = coalesce(bearer_decided_at, $3) WHERE id = $1
        """,
        refund_id,
        bearer.value,
        tx.now,
    )


async def newest(tx: ReadTx, before: UUID | None, limit: int, *, claimed: bool) -> list[RefundRow]:
    """Refunds, newest first, from before the cursor; `claimed`: those that a seller wants the platform to bear and
    nobody has decided. Uses refund_claimed or refund_pkey."""
    wanted = _CLAIMED if claimed else "true"
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM payments.refund r
        WHERE {wanted} AND ($1::uuid IS NULL OR r.id < $1) ORDER BY r.id DESC LIMIT $2
        """,
        before,
        limit,
    )
    return [_refund(row) for row in rows]


async def count_claimed(tx: ReadTx) -> int:
    """Refunds that wait for the decision who bears them. Uses refund_claimed."""
    return int(await tx.fetchval(f"SELECT count(*) FROM payments.refund r WHERE {_CLAIMED}"))


async def of_payments(tx: ReadTx, payment_ids: Sequence[UUID]) -> dict[UUID, RefundRow]:
    """The refund of each payment that has one which did not fail, by payment. Uses refund_of_payment."""
    rows = await tx.fetch(
        f"SELECT {_FIELDS} FROM payments.refund r WHERE r.payment_id = ANY($1::uuid[]) AND r.status <> 'failed'",
        list(payment_ids),
    )
    return {row["payment_id"]: _refund(row) for row in rows}


async def take_due(
    tx: WriteTx, subject: str, limit: int, pauses: tuple[timedelta, timedelta]
) -> list[tuple[UUID, int]]:
    """Mark due refunds as sent BEFORE the acquirer hears of them; (payment id, attempts before this one).

    The next try is set: a short pause for the first three, then the long one. Uses refund_due.
    """
    rows = await tx.fetch(
        """
        WITH due AS (
            SELECT r.id FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id AND p.subject = $2
            WHERE r.next_attempt_at <= $1 AND r.status IN ('requested', 'sent')
            ORDER BY r.next_attempt_at LIMIT $3 FOR UPDATE OF r SKIP LOCKED
        )
        UPDATE payments.refund r
        SET status = 'sent', attempts = r.attempts + 1,
            next_attempt_at = $1 + CASE WHEN r.attempts < 3 THEN $4::interval ELSE $5::interval END
        FROM due WHERE r.id = due.id
        RETURNING r.payment_id, r.attempts - 1 AS attempts_before
        """,
        tx.now,
        subject,
        limit,
        *pauses,
    )
    return [(row["payment_id"], row["attempts_before"]) for row in rows]


async def accepted(tx: WriteTx, payment_ids: Sequence[UUID]) -> None:
    """The acquirer took the order to refund; it is not sent again, only asked about. Uses refund_of_payment."""
    await tx.execute(
        """
        UPDATE payments.refund SET accepted_at = coalesce(accepted_at, $2)
        WHERE payment_id = ANY($1::uuid[]) AND status = 'sent'
        """,
        list(payment_ids),
        tx.now,
    )


async def done(tx: WriteTx, payment_ids: Sequence[UUID]) -> None:
    """The money is back. Uses refund_of_payment."""
    await tx.execute(
        """
        UPDATE payments.refund SET status = 'done', done_at = $2, next_attempt_at = NULL
        WHERE payment_id = ANY($1::uuid[]) AND status IN ('requested', 'sent')
        """,
        list(payment_ids),
        tx.now,
    )


async def failed(tx: WriteTx, payment_id: UUID, failure: str) -> None:
    """The acquirer refused for good. Uses refund_of_payment."""
    await tx.execute(
        """
        UPDATE payments.refund SET status = 'failed', failure = $2, next_attempt_at = NULL
        WHERE payment_id = $1 AND status = 'sent'
        """,
        payment_id,
        failure[:200],
    )
