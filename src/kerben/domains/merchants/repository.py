"""SQL of merchants and payout accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.merchants.model import (
    Merchant,
    MerchantAccess,
    MerchantFacts,
    NewMerchant,
    PayoutStatus,
)
from kerben.platform.db import ReadTx, Row, WriteTx

_FACTS = "id, owner_id, name, description, verified_at, payout_status, eligibility_mode, price_master"
COLUMNS = f"{_FACTS}, payout_account_last4, payout_bank_name, created_at, updated_at"


class SealedAccount(msgspec.Struct, frozen=True):
    """A payout account as it is stored."""

    merchant_id: UUID
    sealed: bytes
    bank_name: str
    status: PayoutStatus


def _facts(row: Row) -> MerchantFacts:
    return MerchantFacts(
        row["id"], row["owner_id"], row["name"], row["description"], row["verified_at"] is not None,
        PayoutStatus(row["payout_status"]), row["eligibility_mode"], row["price_master"],
    )  # fmt: skip


def merchant_of(row: Row) -> Merchant:
    """A merchant of a row with COLUMNS."""
    return Merchant(
        row["id"], row["owner_id"], row["name"], row["description"], row["verified_at"],
        PayoutStatus(row["payout_status"]), row["payout_account_last4"], row["payout_bank_name"],
        row["eligibility_mode"], row["price_master"], row["created_at"], row["updated_at"],
    )  # fmt: skip


async def facts_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> list[MerchantFacts]:
    """Merchants by id. Uses merchant_pkey."""
    rows = await tx.fetch(f"SELECT {_FACTS} FROM merchants.merchant WHERE id = ANY($1::uuid[])", list(ids))
    return [_facts(row) for row in rows]


async def merchant(tx: ReadTx, merchant_id: UUID) -> Merchant | None:
    """One merchant, in full. Uses merchant_pkey."""
    row = await tx.fetchrow(f"SELECT {COLUMNS} FROM merchants.merchant WHERE id = $1", merchant_id)
    return merchant_of(row) if row else None


async def locked_merchant(tx: WriteTx, merchant_id: UUID) -> Merchant | None:
    """One merchant, locked until the transaction ends. Uses merchant_pkey."""
    row = await tx.fetchrow(f"SELECT {COLUMNS} FROM merchants.merchant WHERE id = $1 FOR UPDATE", merchant_id)
    return merchant_of(row) if row else None


async def page(
    tx: ReadTx, verified: bool | None, payout_status: PayoutStatus | None, before: UUID | None, limit: int
) -> list[Merchant]:
    """Merchants, newest first, that come after `before`; None leaves a filter open. Uses merchant_pkey."""
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM merchants.merchant
        WHERE ($1::boolean IS NULL OR (verified_at IS NOT NULL) = $1) AND ($2::text IS NULL OR payout_status = $2)
            AND ($3::uuid IS NULL OR id < $3)
        ORDER BY id DESC LIMIT $4
        """,
        verified,
        payout_status.value if payout_status is not None else None,
        before,
        limit,
    )
    return [merchant_of(row) for row in rows]


async def lock_owner(tx: WriteTx, owner_id: UUID) -> int:
    """Make other transactions that add merchants of this owner wait; how many the owner has. Uses merchant_owner."""
    await tx.fetchval("SELECT pg_advisory_xact_lock(hashtextextended('merchants.owner:' || $1::uuid, 0))", owner_id)
    return int(await tx.fetchval("SELECT count(*) FROM merchants.merchant WHERE owner_id = $1", owner_id))


async def insert(tx: WriteTx, ids: Sequence[UUID], merchants: Sequence[NewMerchant]) -> None:
    """Add merchants and their owners' membership."""
    await tx.execute(
        """
        WITH added AS (
            INSERT INTO merchants.merchant (id, owner_id, name, description, created_at, updated_at)
            SELECT m.id, m.owner_id, m.name, m.description, $5, $5
            FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS m(id, owner_id, name, description)
            RETURNING id, owner_id
        )
        INSERT INTO merchants.staff (merchant_id, user_id, role, created_at)
        SELECT id, owner_id, 'owner', $5 FROM added
        """,
        list(ids),
        [merchant.owner_id for merchant in merchants],
        [merchant.name for merchant in merchants],
        [merchant.description for merchant in merchants],
        tx.now,
    )


async def update(tx: WriteTx, access: MerchantAccess, changes: Mapping[str, Any]) -> None:
    """Change the named fields of a merchant. Uses merchant_pkey."""
    await tx.execute(
        """
        UPDATE merchants.merchant SET
            name = coalesce($2, name), description = coalesce($3, description),
            eligibility_mode = coalesce($4, eligibility_mode), price_master = coalesce($5, price_master),
            updated_at = $6
        WHERE id = $1
        """,
        access.merchant_id,
        changes.get("name"),
        changes.get("description"),
        changes.get("eligibility_mode"),
        changes.get("price_master"),
        tx.now,
    )


async def set_verified(tx: WriteTx, ids: Sequence[UUID], *, verified: bool, by: UUID | None) -> list[UUID]:
    """Mark merchants as verified or not; the ids that changed. Uses merchant_pkey."""
    rows = await tx.fetch(
        """
        UPDATE merchants.merchant AS m
        SET verified_at = CASE WHEN $2 THEN $4::timestamptz END, verified_by = CASE WHEN $2 THEN $3::uuid END,
            updated_at = $4
        FROM (SELECT id FROM merchants.merchant WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE) AS locked
        WHERE m.id = locked.id AND (m.verified_at IS NOT NULL) <> $2
        RETURNING m.id
        """,
        list(ids),
        verified,
        by,
        tx.now,
    )
    return [row["id"] for row in rows]


async def set_payout_status(
    tx: WriteTx, ids: Sequence[UUID], status: PayoutStatus, sources: Sequence[PayoutStatus]
) -> list[UUID]:
    """Move merchants from any of `sources` to `status`; the ids that moved. Uses merchant_pkey."""
    rows = await tx.fetch(
        """
        UPDATE merchants.merchant AS m SET payout_status = $2, updated_at = $4
        FROM (SELECT id FROM merchants.merchant WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE) AS locked
        WHERE m.id = locked.id AND m.payout_status = ANY($3::text[])
        RETURNING m.id
        """,
        list(ids),
        str(status),
        [str(source) for source in sources],
        tx.now,
    )
    return [row["id"] for row in rows]


async def set_payout_account(
    tx: WriteTx, merchant_id: UUID, sealed: bytes, last4: str, bank_name: str, sources: Sequence[PayoutStatus]
) -> bool:
    """Store an account and set the status to pending; False when it is none of `sources`. Uses merchant_pkey."""
    return bool(
        await tx.execute(
            """
            UPDATE merchants.merchant
            SET payout_account_sealed = $2, payout_account_last4 = $3, payout_bank_name = $4,
                payout_status = 'pending', updated_at = $6
            WHERE id = $1 AND payout_status = ANY($5::text[])
            """,
            merchant_id,
            sealed,
            last4,
            bank_name,
            [str(source) for source in sources],
            tx.now,
        )
    )


async def sealed_accounts(tx: ReadTx, ids: Sequence[UUID]) -> list[SealedAccount]:
    """Payout accounts of those merchants that have one. Uses merchant_pkey."""
    rows = await tx.fetch(
        """
        SELECT id, payout_account_sealed, payout_bank_name, payout_status FROM merchants.merchant
        WHERE id = ANY($1::uuid[]) AND payout_account_sealed IS NOT NULL
        """,
        list(ids),
    )
    return [SealedAccount(row[0], row[1], row[2], PayoutStatus(row[3])) for row in rows]
