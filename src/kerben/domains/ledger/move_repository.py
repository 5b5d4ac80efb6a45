"""SQL of what transfers did to one account, as its owner reads it: by time, forwards and backwards.

All columns called debits and credits are sums or amounts on that side of the account; one of an entry's two is 0.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kerben.domains.ledger.model import AccountRef, Moves, Position
from kerben.domains.ledger.rules import PLATFORM_OWNER
from kerben.platform.db import ReadTx, Row


async def totals_before(tx: ReadTx, ref: AccountRef, currency: str, position: Position) -> Row:
    """Debits and credits without transfers at and after a position: the running totals, less what came since.

    One statement, so that both are of one moment. Uses account_owner_id_kind_currency_shard_key, transfer_debit_at,
    transfer_credit_at.
    """
    owner, kind = _key(ref)
    rows = await tx.fetch(
        """
        SELECT coalesce(sum(a.debits - d.since), 0)::bigint AS debits,
               coalesce(sum(a.credits - c.since), 0)::bigint AS credits
        FROM ledger.account a
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(t.amount), 0) AS since FROM ledger.transfer t
            WHERE t.debit_account_id = a.id AND (t.created_at, t.id) >= ($4::timestamptz, $5::bigint)
        ) d
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(t.amount), 0) AS since FROM ledger.transfer t
            WHERE t.credit_account_id = a.id AND (t.created_at, t.id) >= ($4::timestamptz, $5::bigint)
        ) c
        WHERE a.owner_id = $1 AND a.kind = $2 AND a.currency = $3
        """,
        owner,
        kind,
        currency,
        *position,
    )
    return rows[0]


async def days(tx: ReadTx, ref: AccountRef, currency: str, start: datetime, end: datetime, zone: str) -> list[Row]:
    """Sums of each day and kind of transfer, oldest first. Uses account_owner_id_kind_currency_shard_key,
    transfer_debit_at, transfer_credit_at."""
    owner, kind = _key(ref)
    return await tx.fetch(
        """
        SELECT (e.created_at AT TIME ZONE $6)::date AS day, e.kind, count(*) AS count,
               sum(e.debits)::bigint AS debits, sum(e.credits)::bigint AS credits
        FROM ledger.account a
        CROSS JOIN LATERAL (
            SELECT t.created_at, t.kind, t.amount AS debits, 0 AS credits FROM ledger.transfer t
            WHERE t.debit_account_id = a.id AND t.created_at >= $4 AND t.created_at < $5
            UNION ALL
            SELECT t.created_at, t.kind, 0, t.amount FROM ledger.transfer t
            WHERE t.credit_account_id = a.id AND t.created_at >= $4 AND t.created_at < $5
        ) e
        WHERE a.owner_id = $1 AND a.kind = $2 AND a.currency = $3
        GROUP BY day, e.kind ORDER BY day, e.kind
        """,
        owner,
        kind,
        currency,
        start,
        end,
        zone,
    )


async def newest(tx: ReadTx, ref: AccountRef, currency: str, wanted: Moves, limit: int) -> list[Row]:
    """Entries, newest first. Uses account_owner_id_kind_currency_shard_key, transfer_debit_at, transfer_credit_at."""
    return await tx.fetch(
        """
        SELECT e.id, e.created_at, e.kind, e.debits, e.credits, e.reference
        FROM ledger.account a
        CROSS JOIN LATERAL (
            (SELECT t.id, t.created_at, t.kind, t.amount AS debits, 0 AS credits, t.reference FROM ledger.transfer t
             WHERE t.debit_account_id = a.id AND (t.created_at, t.id) >= ($4::timestamptz, $5::bigint)
               AND (t.created_at, t.id) < ($6::timestamptz, $7::bigint) AND (t.kind = ANY($8::text[])) <> $9::bool
             ORDER BY t.created_at DESC, t.id DESC LIMIT $10)
            UNION ALL
            (SELECT t.id, t.created_at, t.kind, 0, t.amount, t.reference FROM ledger.transfer t
             WHERE t.credit_account_id = a.id AND (t.created_at, t.id) >= ($4::timestamptz, $5::bigint)
               AND (t.created_at, t.id) < ($6::timestamptz, $7::bigint) AND (t.kind = ANY($8::text[])) <> $9::bool
             ORDER BY t.created_at DESC, t.id DESC LIMIT $10)
        ) e
        WHERE a.owner_id = $1 AND a.kind = $2 AND a.currency = $3
        ORDER BY e.created_at DESC, e.id DESC LIMIT $10
        """,
        *_window(ref, currency, wanted),
        limit,
    )


async def oldest(tx: ReadTx, ref: AccountRef, currency: str, wanted: Moves, limit: int) -> list[Row]:
    """Entries, oldest first. Uses account_owner_id_kind_currency_shard_key, transfer_debit_at, transfer_credit_at."""
    return await tx.fetch(
        """
        SELECT e.id, e.created_at, e.kind, e.debits, e.credits, e.reference
        FROM ledger.account a
        CROSS JOIN LATERAL (
            (SELECT t.id, t.created_at, t.kind, t.amount AS debits, 0 AS credits, t.reference FROM ledger.transfer t
             WHERE t.debit_account_id = a.id AND (t.created_at, t.id) >= ($4::timestamptz, $5::bigint)
               AND (t.created_at, t.id) < ($6::timestamptz, $7::bigint) AND (t.kind = ANY($8::text[])) <> $9::bool
             ORDER BY t.created_at, t.id LIMIT $10)
            UNION ALL
            (SELECT t.id, t.created_at, t.kind, 0, t.amount, t.reference FROM ledger.transfer t
             WHERE t.credit_account_id = a.id AND (t.created_at, t.id) >= ($4::timestamptz, $5::bigint)
               AND (t.created_at, t.id) < ($6::timestamptz, $7::bigint) AND (t.kind = ANY($8::text[])) <> $9::bool
             ORDER BY t.created_at, t.id LIMIT $10)
        ) e
        WHERE a.owner_id = $1 AND a.kind = $2 AND a.currency = $3
        ORDER BY e.created_at, e.id LIMIT $10
        """,
        *_window(ref, currency, wanted),
        limit,
    )


def _key(ref: AccountRef) -> tuple[UUID, str]:
    return ref.owner_id or PLATFORM_OWNER, ref.kind.value


def _window(
    ref: AccountRef, currency: str, wanted: Moves
) -> tuple[UUID, str, str, datetime, int, datetime, int, list[str], bool]:
    """The arguments of `newest` and `oldest` but the limit; all kinds are those that are not in an empty list."""
    others = wanted.others or wanted.kinds is None
    return (*_key(ref), currency, *wanted.first, *wanted.end, list(wanted.kinds or ()), others)
