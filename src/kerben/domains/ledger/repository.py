"""All SQL of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kerben.domains.ledger.model import AccountRef, CurrencyTotals, Transfer
from kerben.domains.ledger.rules import PLATFORM_OWNER, AccountKey, Totals, key_of, ref_of
from kerben.platform.db import ReadTx, Row, WriteTx


async def account_ids(tx: ReadTx, keys: Sequence[AccountKey]) -> dict[AccountKey, int]:
    """Ids of the accounts that exist. Uses account_owner_id_kind_currency_shard_key."""
    rows = await tx.fetch(
        """
        SELECT a.id, a.owner_id, a.kind, a.currency, a.shard
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[]) AS k(owner_id, kind, currency, shard)
        JOIN ledger.account a USING (owner_id, kind, currency, shard)
        """,
        *_columns(keys),
    )
    return {AccountKey(r["owner_id"], r["kind"], r["currency"], r["shard"]): r["id"] for r in rows}


async def create_accounts(tx: WriteTx, keys: Sequence[AccountKey]) -> None:
    """Create accounts that may exist by now. In key order, so that two transactions cannot deadlock."""
    await tx.execute(
        """
        INSERT INTO ledger.account (owner_id, kind, currency, shard, created_at)
        SELECT k.owner_id, k.kind, k.currency, k.shard, $5
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[]) AS k(owner_id, kind, currency, shard)
        ON CONFLICT DO NOTHING
        """,
        *_columns(sorted(keys)),
        tx.now,
    )


async def insert_transfers(
    tx: WriteTx, transfers: Sequence[Transfer], ids: Mapping[AccountKey, int], shard: int
) -> None:
    """Append transfers. Raises asyncpg.UniqueViolationError for a (reference, kind) that is booked."""
    await tx.execute(
        """
        INSERT INTO ledger.transfer
            (kind, debit_account_id, credit_account_id, amount, currency, reference, created_at)
        SELECT t.*, $7
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::uuid[]) AS t
        """,
        [t.kind for t in transfers],
        [ids[key_of(t.debit, t.currency, shard)] for t in transfers],
        [ids[key_of(t.credit, t.currency, shard)] for t in transfers],
        [t.amount for t in transfers],
        [t.currency for t in transfers],
        [t.reference for t in transfers],
        tx.now,
    )


async def add(tx: WriteTx, changes: Mapping[int, Totals]) -> None:
    """Add to the running totals, locking the accounts in id order first. Uses account_pkey."""
    ids = sorted(changes)
    await tx.execute(
        """
        WITH locked AS MATERIALIZED (
            SELECT id FROM ledger.account WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE
        )
        UPDATE ledger.account a
        SET debits = a.debits + c.debits, credits = a.credits + c.credits
        FROM locked JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS c(id, debits, credits) USING (id)
        WHERE a.id = locked.id
        """,
        ids,
        [changes[i].debits for i in ids],
        [changes[i].credits for i in ids],
    )


_ACCOUNTS = """
    SELECT a.owner_id, a.kind, a.debits, a.credits
    FROM unnest($1::uuid[], $2::text[]) AS k(owner_id, kind)
    JOIN ledger.account a ON a.owner_id = k.owner_id AND a.kind = k.kind AND a.currency = $3
"""


async def accounts(tx: ReadTx, refs: Sequence[AccountRef], currency: str) -> list[Row]:
    """Rows (all shards) of accounts. Uses account_owner_id_kind_currency_shard_key."""
    return await tx.fetch(_ACCOUNTS, *_refs(refs), currency)


async def lock_accounts(tx: WriteTx, refs: Sequence[AccountRef], currency: str) -> list[Row]:
    """The same, locked in id order until the transaction ends, as they are once they are locked.

    Uses account_owner_id_kind_currency_shard_key.
    """
    return await tx.fetch(_ACCOUNTS + "ORDER BY a.id FOR NO KEY UPDATE OF a", *_refs(refs), currency)


async def trial_balance(tx: ReadTx) -> list[CurrencyTotals]:
    """Debits and credits of all accounts by currency: one pass over the accounts, not over the transfers."""
    rows = await tx.fetch(
        """
        SELECT currency, sum(debits)::bigint AS debits, sum(credits)::bigint AS credits
        FROM ledger.account GROUP BY currency ORDER BY currency
        """
    )
    return [CurrencyTotals(r["currency"], r["debits"], r["credits"], r["debits"] - r["credits"]) for r in rows]


async def transfers_of(tx: ReadTx, references: Sequence[UUID]) -> list[Transfer]:
    """Transfers booked for these references, oldest first. Uses transfer_once."""
    rows = await tx.fetch(
        """
        SELECT t.kind, t.amount, t.currency, t.reference,
               d.owner_id AS debit_owner, d.kind AS debit_kind, c.owner_id AS credit_owner, c.kind AS credit_kind
        FROM ledger.transfer t
        JOIN ledger.account d ON d.id = t.debit_account_id
        JOIN ledger.account c ON c.id = t.credit_account_id
        WHERE t.reference = ANY($1::uuid[]) ORDER BY t.id
        """,
        list(references),
    )
    return [
        Transfer(
            r["kind"],
            ref_of(r["debit_owner"], r["debit_kind"]),
            ref_of(r["credit_owner"], r["credit_kind"]),
            r["amount"],
            r["currency"],
            r["reference"],
        )
        for r in rows
    ]


def _columns(keys: Sequence[AccountKey]) -> tuple[list[UUID], list[str], list[str], list[int]]:
    return (
        [k.owner_id for k in keys],
        [k.kind for k in keys],
        [k.currency for k in keys],
        [k.shard for k in keys],
    )


def _refs(refs: Sequence[AccountRef]) -> tuple[list[UUID], list[str]]:
    unique = list(dict.fromkeys(refs))
    return [r.owner_id or PLATFORM_OWNER for r in unique], [r.kind.value for r in unique]


CHECKS = {
    "ledger_debits_equal_credits": """
        SELECT currency, sum(debits) AS debits, sum(credits) AS credits
        FROM ledger.account GROUP BY currency HAVING sum(debits) <> sum(credits)
    """,
    "ledger_balances_are_sums_of_transfers": """
        SELECT a.id, a.debits, a.credits, coalesce(m.debits, 0) AS moved_in, coalesce(m.credits, 0) AS moved_out
        FROM ledger.account a
        LEFT JOIN (
            SELECT account_id, sum(debits) AS debits, sum(credits) AS credits FROM (
                SELECT debit_account_id AS account_id, amount AS debits, 0 AS credits FROM ledger.transfer
                UNION ALL
                SELECT credit_account_id, 0, amount FROM ledger.transfer
            ) sides GROUP BY account_id
        ) m ON m.account_id = a.id
        WHERE a.debits <> coalesce(m.debits, 0) OR a.credits <> coalesce(m.credits, 0)
    """,
    "ledger_transfers_keep_their_currency": """
        SELECT t.id FROM ledger.transfer t
        LEFT JOIN ledger.account d ON d.id = t.debit_account_id
        LEFT JOIN ledger.account c ON c.id = t.credit_account_id
        WHERE d.currency IS DISTINCT FROM t.currency OR c.currency IS DISTINCT FROM t.currency
    """,
}
"""Invariants: SQL that returns the offending rows."""
