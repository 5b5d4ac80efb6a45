"""SQL of who works for merchants."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from kerben.domains.merchants.model import Merchant, StaffMember, StaffRole
from kerben.domains.merchants.repository import COLUMNS, merchant_of
from kerben.platform.db import ReadTx, Row, WriteTx


class Membership(msgspec.Struct, frozen=True):
    """What a person is to an existing merchant or shop: the roles that count there, and whether they work for the
    merchant at all."""

    merchant_id: UUID
    roles: frozenset[StaffRole]
    is_staff: bool


def _membership(row: Row | None) -> Membership | None:
    if row is None:
        return None
    roles = frozenset(StaffRole(role) for role in row["roles"] or ())
    return Membership(row["merchant_id"], roles, row["is_staff"])


async def of_merchant(tx: ReadTx, merchant_id: UUID, user_id: UUID) -> Membership | None:
    """A person's roles for the whole of a merchant; None when it does not exist. Uses merchant_pkey, staff_pkey."""
    return _membership(
        await tx.fetchrow(
            """
            SELECT m.id AS merchant_id, s.roles, coalesce(s.is_staff, false) AS is_staff
            FROM merchants.merchant AS m
            LEFT JOIN LATERAL (
                SELECT array_agg(role) FILTER (WHERE shop_ids IS NULL) AS roles, count(*) > 0 AS is_staff
                FROM merchants.staff WHERE merchant_id = m.id AND user_id = $2
            ) AS s ON true
            WHERE m.id = $1
            """,
            merchant_id,
            user_id,
        )
    )


async def of_shop(tx: ReadTx, shop_id: UUID, user_id: UUID) -> Membership | None:
    """A person's roles at a shop; None when the shop does not exist. Uses shop_pkey, staff_pkey."""
    return _membership(
        await tx.fetchrow(
            """
            SELECT h.merchant_id, s.roles, coalesce(s.is_staff, false) AS is_staff
            FROM merchants.shop AS h
            LEFT JOIN LATERAL (
                SELECT array_agg(role) FILTER (WHERE shop_ids IS NULL OR h.id = ANY(shop_ids)) AS roles,
                    count(*) > 0 AS is_staff
                FROM merchants.staff WHERE merchant_id = h.merchant_id AND user_id = $2
            ) AS s ON true
            WHERE h.id = $1
            """,
            shop_id,
            user_id,
        )
    )


async def merchants_of_user(tx: ReadTx, user_id: UUID) -> list[tuple[Merchant, StaffMember]]:
    """Merchants that a person owns or works for, oldest first, once for each role. Uses staff_pkey."""
    rows = await tx.fetch(
        f"""
        SELECT s.role, s.shop_ids, m.* FROM merchants.staff AS s
        JOIN (SELECT {COLUMNS} FROM merchants.merchant) AS m ON m.id = s.merchant_id
        WHERE s.user_id = $1 ORDER BY m.id
        """,
        user_id,
    )
    return [
        (merchant_of(row), StaffMember(row["id"], user_id, StaffRole(row["role"]), row["shop_ids"])) for row in rows
    ]


async def staff(tx: ReadTx, merchant_id: UUID, user_id: UUID | None = None) -> list[StaffMember]:
    """Everybody who works for a merchant, or one of them, once for each role. Uses staff_merchant."""
    rows = await tx.fetch(
        """
        SELECT merchant_id, user_id, role, shop_ids FROM merchants.staff
        WHERE merchant_id = $1 AND ($2::uuid IS NULL OR user_id = $2) ORDER BY created_at, user_id, role
        """,
        merchant_id,
        user_id,
    )
    return [StaffMember(row[0], row[1], StaffRole(row[2]), row[3]) for row in rows]


async def replace(tx: WriteTx, members: Sequence[StaffMember]) -> None:
    """Give people these roles instead of those they have at the merchants; an owner's membership stays as it is.
    Uses staff_pkey."""
    await tx.execute(
        """
        DELETE FROM merchants.staff AS s USING unnest($1::uuid[], $2::uuid[]) AS m(merchant_id, user_id)
        WHERE s.merchant_id = m.merchant_id AND s.user_id = m.user_id AND s.role <> 'owner'
        """,
        [m.merchant_id for m in members],
        [m.user_id for m in members],
    )
    await tx.executemany(
        """
        INSERT INTO merchants.staff (merchant_id, user_id, role, shop_ids, created_at)
        SELECT $1::uuid, $2::uuid, $3::text, $4::uuid[], $5::timestamptz WHERE NOT EXISTS (
            SELECT FROM merchants.staff WHERE merchant_id = $1 AND user_id = $2 AND role = 'owner'
        )
        """,
        [(m.merchant_id, m.user_id, str(m.role), m.shop_ids, tx.now) for m in members],
    )


async def set_roles(tx: WriteTx, merchant_id: UUID, user_id: UUID, members: Sequence[StaffMember]) -> None:
    """Give one person exactly these roles at a merchant, an owner too; none is the end of the membership.
    Uses staff_pkey."""
    await tx.execute("DELETE FROM merchants.staff WHERE merchant_id = $1 AND user_id = $2", merchant_id, user_id)
    await tx.executemany(
        "INSERT INTO merchants.staff (merchant_id, user_id, role, shop_ids, created_at) VALUES ($1, $2, $3, $4, $5)",
        [(merchant_id, user_id, str(m.role), m.shop_ids, tx.now) for m in members],
    )


async def owners(tx: ReadTx, merchant_id: UUID) -> list[UUID]:
    """Owners of a merchant, the longest first. Uses staff_merchant."""
    rows = await tx.fetch(
        "SELECT user_id FROM merchants.staff WHERE merchant_id = $1 AND role = 'owner' ORDER BY created_at, user_id",
        merchant_id,
    )
    return [row["user_id"] for row in rows]


async def set_founder(tx: WriteTx, merchant_id: UUID, owner_id: UUID) -> None:
    """Whom the merchant is booked to, when the former one is no longer an owner. Uses merchant_pkey."""
    await tx.execute(
        "UPDATE merchants.merchant SET owner_id = $2, updated_at = $3 WHERE id = $1", merchant_id, owner_id, tx.now
    )


async def employed(tx: ReadTx, user_id: UUID) -> bool:
    """Whether a person works for any merchant. Uses staff_pkey."""
    return bool(await tx.fetchval("SELECT EXISTS (SELECT FROM merchants.staff WHERE user_id = $1)", user_id))
