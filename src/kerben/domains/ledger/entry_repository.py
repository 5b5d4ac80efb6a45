"""SQL of the ledger's entries, as admins read them."""

from __future__ import annotations

from collections.abc import Sequence

from kerben.domains.ledger.model import AccountRef, LedgerEntry
from kerben.domains.ledger.rules import PLATFORM_OWNER, ref_of
from kerben.platform.db import ReadTx, Row


def _entry(row: Row) -> LedgerEntry:
    return LedgerEntry(
        row["id"],
        row["side"],
        row["created_at"],
        row["transfer_kind"],
        ref_of(row["owner_id"], row["kind"]),
        ref_of(row["other_owner"], row["other_kind"]),
        row["amount"],
        row["currency"],
        row["reference"],
    )


async def page(tx: ReadTx, before: tuple[int, int] | None, limit: int) -> list[LedgerEntry]:
    """Both sides of every transfer, newest first, the debit before the credit. Uses transfer_pkey, account_pkey."""
    rows = await tx.fetch(
        """
        SELECT t.id, l.side, t.created_at, t.kind AS transfer_kind, a.owner_id, a.kind, o.owner_id AS other_owner,
               o.kind AS other_kind, t.amount, t.currency, t.reference
        FROM (
            SELECT * FROM ledger.transfer WHERE ($1::bigint IS NULL OR id <= $1) ORDER BY id DESC LIMIT $3
        ) t
        CROSS JOIN LATERAL (
            VALUES (0, t.debit_account_id, t.credit_account_id), (1, t.credit_account_id, t.debit_account_id)
        ) AS l(side, account_id, other_id)
        JOIN ledger.account a ON a.id = l.account_id
        JOIN ledger.account o ON o.id = l.other_id
        WHERE $1::bigint IS NULL OR t.id < $1 OR l.side > $2::int
        ORDER BY t.id DESC, l.side LIMIT $3
        """,
        before[0] if before else None,
        before[1] if before else None,
        limit,
    )
    return [_entry(row) for row in rows]


async def ids_of(tx: ReadTx, ref: AccountRef) -> list[int]:
    """The rows of an account: its currencies and shards. Uses account_owner_id_kind_currency_shard_key."""
    rows = await tx.fetch(
        "SELECT id FROM ledger.account WHERE owner_id = $1 AND kind = $2",
        ref.owner_id or PLATFORM_OWNER,
        ref.kind.value,
    )
    return [row["id"] for row in rows]


async def page_of(
    tx: ReadTx, account_ids: Sequence[int], before: tuple[int, int] | None, limit: int
) -> list[LedgerEntry]:
    """Entries of some account rows, newest first. Uses transfer_debit_at, transfer_credit_at, account_pkey."""
    rows = await tx.fetch(
        """
        SELECT t.id, t.side, t.created_at, t.transfer_kind, a.owner_id, a.kind, o.owner_id AS other_owner,
               o.kind AS other_kind, t.amount, t.currency, t.reference
        FROM (
            SELECT e.* FROM unnest($1::bigint[]) AS own(id)
            CROSS JOIN LATERAL (
                (SELECT d.id, 0 AS side, d.created_at, d.kind AS transfer_kind, d.amount, d.currency, d.reference,
                        d.debit_account_id AS account_id, d.credit_account_id AS other_id
                 FROM ledger.transfer d
                 WHERE d.debit_account_id = own.id AND ($2::bigint IS NULL OR (d.created_at, d.id)
                       < ((SELECT created_at FROM ledger.transfer WHERE id = $2), $2))
                 ORDER BY d.created_at DESC, d.id DESC LIMIT $3)
                UNION ALL
                (SELECT c.id, 1, c.created_at, c.kind, c.amount, c.currency, c.reference,
                        c.credit_account_id, c.debit_account_id
                 FROM ledger.transfer c
                 WHERE c.credit_account_id = own.id AND ($2::bigint IS NULL OR (c.created_at, c.id)
                       < ((SELECT created_at FROM ledger.transfer WHERE id = $2), $2))
                 ORDER BY c.created_at DESC, c.id DESC LIMIT $3)
            ) e
            ORDER BY e.created_at DESC, e.id DESC LIMIT $3
        ) t
        JOIN ledger.account a ON a.id = t.account_id
        JOIN ledger.account o ON o.id = t.other_id
        ORDER BY t.created_at DESC, t.id DESC
        """,
        list(account_ids),
        before[0] if before else None,
        limit,
    )
    return [_entry(row) for row in rows]
