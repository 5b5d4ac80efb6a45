"""All SQL of payouts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.merchants.api import MerchantAccess
from kerben.domains.payouts.model import PayoutRow, PayoutStatus
from kerben.platform.db import ReadTx, Row, WriteTx

_FIELDS: Final = ", ".join(PayoutRow.__struct_fields__)


def _payout(row: Row) -> PayoutRow:
    return msgspec.convert(dict(row), PayoutRow)


async def insert(tx: WriteTx, payouts: Sequence[PayoutRow]) -> None:
    """Create payouts, due to be sent at once."""
    await tx.execute(
        """
        INSERT INTO payouts.payout (id, merchant_id, amount, currency, failures_before, status, next_attempt_at,
                                    created_at)
        SELECT n.*, 'created', $6, $6
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::int[]) AS n
        """,
        [p.id for p in payouts],
        [p.merchant_id for p in payouts],
        [p.amount for p in payouts],
        [p.currency for p in payouts],
        [p.failures_before for p in payouts],
        tx.now,
    )


async def failures_in_a_row(tx: ReadTx, merchant_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many payouts of each merchant failed since the last that did not. Uses payout_merchant."""
    rows = await tx.fetch(
        """
        SELECT m.id, CASE WHEN last.status = 'failed' THEN last.failures_before + 1 ELSE 0 END AS failures
        FROM unnest($1::uuid[]) AS m(id)
        CROSS JOIN LATERAL (
            SELECT status, failures_before FROM payouts.payout
            WHERE merchant_id = m.id ORDER BY id DESC LIMIT 1
        ) last
        """,
        list(merchant_ids),
    )
    return {row["id"]: row["failures"] for row in rows}


async def take_created(tx: WriteTx, limit: int) -> list[PayoutRow]:
    """Payouts to be sent that no other worker holds, in id order. Uses payout_due."""
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM payouts.payout
        WHERE status = 'created' AND next_attempt_at <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        tx.now,
        limit,
    )
    return [_payout(row) for row in rows]


async def mark_sent(
    tx: WriteTx, payouts: Sequence[PayoutRow], accounts: Sequence[tuple[str, str]], ask_at: datetime
) -> None:
    """Note that the bank may have these from now on; accounts are (masked number, bank). Uses payout_pkey."""
    await tx.execute(
        """
        UPDATE payouts.payout p
        SET status = 'sent', sent_at = $4, attempts = p.attempts + 1, next_attempt_at = $5, account = s.account,
            bank_name = s.bank_name
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS s(id, account, bank_name)
        WHERE p.id = s.id AND p.status = 'created'
        """,
        [p.id for p in payouts],
        [number for number, _ in accounts],
        [bank for _, bank in accounts],
        tx.now,
        ask_at,
    )


async def take_unanswered(tx: WriteTx, limit: int, ask_at: datetime, ask_slowly_at: datetime) -> list[PayoutRow]:
    """Payouts the bank owes an answer about; the next question is set, later after six. Uses payout_due."""
    rows = await tx.fetch(
        f"""
        WITH due AS (
            SELECT id FROM payouts.payout
            WHERE status = 'sent' AND next_attempt_at <= $1
            ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE payouts.payout p
        SET attempts = p.attempts + 1,
            next_attempt_at = CASE WHEN p.attempts < 6 THEN $3::timestamptz ELSE $4::timestamptz END
        FROM due WHERE p.id = due.id
        RETURNING {", ".join("p." + f for f in PayoutRow.__struct_fields__)}
        """,
        tx.now,
        limit,
        ask_at,
        ask_slowly_at,
    )
    return [_payout(row) for row in rows]


async def lock(tx: WriteTx, ids: Sequence[UUID]) -> list[PayoutRow]:
    """Payouts locked in id order. Uses payout_pkey."""
    rows = await tx.fetch(
        f"SELECT {_FIELDS} FROM payouts.payout WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids)
    )
    return [_payout(row) for row in rows]


async def finish(tx: WriteTx, payouts: Sequence[PayoutRow], sources: Sequence[PayoutStatus]) -> int:
    """Store the end of payouts that are in one of `sources`; how many. Uses payout_pkey."""
    return await tx.execute(
        """
        UPDATE payouts.payout p
        SET status = f.status, next_attempt_at = f.retry_at, bank_reference = f.bank_reference,
            failure = f.failure, paid_at = f.paid_at
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::timestamptz[])
             AS f(id, status, retry_at, bank_reference, failure, paid_at)
        WHERE p.id = f.id AND p.status = ANY($7::text[])
        """,
        [p.id for p in payouts],
        [p.status.value for p in payouts],
        [p.next_attempt_at for p in payouts],
        [p.bank_reference for p in payouts],
        [p.failure for p in payouts],
        [p.paid_at for p in payouts],
        [s.value for s in sources],
    )


async def take_retries(tx: WriteTx, limit: int) -> list[PayoutRow]:
    """Failed payouts whose merchants are to be paid again; each is handed out once. Uses payout_due."""
    rows = await tx.fetch(
        f"""
        WITH due AS (
            SELECT id FROM payouts.payout
            WHERE status = 'failed' AND next_attempt_at <= $1
            ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE payouts.payout p SET next_attempt_at = NULL FROM due WHERE p.id = due.id
        RETURNING {", ".join("p." + f for f in PayoutRow.__struct_fields__)}
        """,
        tx.now,
        limit,
    )
    return [_payout(row) for row in rows]


async def forget_retry(tx: WriteTx, payout_id: UUID) -> None:
    """A failed payout's merchant is being paid again: nothing is due for it any more. Uses payout_pkey."""
    await tx.execute(
        "UPDATE payouts.payout SET next_attempt_at = NULL WHERE id = $1 AND status = 'failed'", payout_id
    )


async def count_failed(tx: ReadTx) -> int:
    """Failed payouts that wait for their next try. Uses payout_due."""
    return int(
        await tx.fetchval(
            "SELECT count(*) FROM payouts.payout WHERE status = 'failed' AND next_attempt_at IS NOT NULL"
        )
    )


async def by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, PayoutRow]:
    """Payouts that exist. Uses payout_pkey."""
    rows = await tx.fetch(f"SELECT {_FIELDS} FROM payouts.payout WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"]: _payout(row) for row in rows}


async def in_transit(tx: ReadTx, access: MerchantAccess, currency: str) -> int:
    """Sum of a merchant's payouts that are neither paid nor failed. Uses payout_merchant."""
    return await tx.fetchval(
        """
        SELECT coalesce(sum(amount), 0)::bigint FROM payouts.payout
        WHERE merchant_id = $1 AND currency = $2 AND status IN ('created', 'sent')
        """,
        access.merchant_id,
        currency,
    )


async def of_merchant(tx: ReadTx, access: MerchantAccess, before: UUID | None, limit: int) -> list[PayoutRow]:
    """A merchant's payouts, newest first, from before the cursor. Uses payout_merchant."""
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM payouts.payout
        WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
        """,
        access.merchant_id,
        before,
        limit,
    )
    return [_payout(row) for row in rows]


async def newest(tx: ReadTx, status: PayoutStatus | None, before: UUID | None, limit: int) -> list[PayoutRow]:
    """All merchants' payouts, newest first, for admins. Uses payout_pkey."""
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM payouts.payout
        WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
        """,
        status.value if status else None,
        before,
        limit,
    )
    return [_payout(row) for row in rows]


CHECKS: Final = {
    "payouts_have_one_way_out": """
        SELECT id FROM payouts.payout
        WHERE (status = 'paid') <> (paid_at IS NOT NULL)
           OR status IN ('created', 'sent') AND next_attempt_at IS NULL
           OR status = 'paid' AND next_attempt_at IS NOT NULL
    """,
}
"""Invariants: SQL that returns the offending rows."""
