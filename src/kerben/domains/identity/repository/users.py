"""Users and user groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.identity.model import (
    Channel,
    GroupRef,
    GroupView,
    GuestContact,
    Login,
    NewUser,
    UserKind,
    UserRow,
)
from kerben.platform.db import ReadTx, Row, WriteTx

COLUMNS: Final = """
    u.id, u.kind, u.phone, u.email, u.name, u.roles, u.password_hash, u.phone_verified_at, u.email_verified_at,
    u.created_at, u.second_factor_demanded, u.blocked_at, u.block_reason,
    EXISTS (SELECT FROM identity.totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS totp_enabled
"""


def user_of(row: Row) -> UserRow:
    """A user of a row with COLUMNS."""
    return UserRow(
        id=row["id"],
        kind=row["kind"],
        phone=row["phone"],
        email=row["email"],
        name=row["name"],
        roles=list(row["roles"]),
        password_hash=row["password_hash"],
        phone_verified_at=row["phone_verified_at"],
        email_verified_at=row["email_verified_at"],
        created_at=row["created_at"],
        totp_enabled=row["totp_enabled"],
        second_factor_demanded=row["second_factor_demanded"],
        blocked_at=row["blocked_at"],
        block_reason=row["block_reason"],
    )


async def by_ids(tx: ReadTx, ids: Sequence[UUID]) -> list[UserRow]:
    """Users by primary key."""
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM identity.users u WHERE u.id = ANY($1::uuid[])", ids)
    return [user_of(row) for row in rows]


async def lock(tx: WriteTx, user_id: UUID) -> UserRow | None:
    """A user, held until the transaction ends."""
    row = await tx.fetchrow(f"SELECT {COLUMNS} FROM identity.users u WHERE u.id = $1 FOR NO KEY UPDATE OF u", user_id)
    return user_of(row) if row else None


async def account_by_login(tx: ReadTx, login: Login) -> UserRow | None:
    """The account of a phone or address: users_account_phone, users_account_email."""
    column = "phone" if login.channel is Channel.SMS else "email"
    row = await tx.fetchrow(
        f"SELECT {COLUMNS} FROM identity.users u WHERE u.kind = 'account' AND u.{column} = $1", login.value
    )
    return user_of(row) if row else None


async def by_phone(tx: ReadTx, phone: str) -> list[UserRow]:
    """The account and the guest of a phone, account first: users_account_phone, users_guest_phone."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM identity.users u WHERE u.kind = 'account' AND u.phone = $1"
        f" UNION ALL SELECT {COLUMNS} FROM identity.users u WHERE u.kind = 'guest' AND u.phone = $1",
        phone,
    )
    return [user_of(row) for row in rows]


async def insert_account(tx: WriteTx, new: NewUser) -> UUID | None:
    """Make an account; None when its phone or address is taken."""
    verified_at = tx.now if new.verified else None
    return await tx.fetchval(
        "INSERT INTO identity.users (id, kind, phone, email, name, roles, password_hash, phone_verified_at,"
        " email_verified_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT DO NOTHING RETURNING id",
        tx.new_id(),
        UserKind.ACCOUNT.value,
        new.phone,
        new.email,
        new.name,
        sorted(new.roles),
        new.password_hash,
        verified_at if new.phone else None,
        verified_at if new.email else None,
        tx.now,
    )


async def guest_ids(tx: ReadTx, phones: Sequence[str]) -> dict[str, UUID]:
    """Guests by phone: users_guest_phone."""
    rows = await tx.fetch(
        "SELECT id, phone FROM identity.users WHERE kind = 'guest' AND phone = ANY($1::text[])", phones
    )
    return {row["phone"]: row["id"] for row in rows}


async def insert_guests(tx: WriteTx, contacts: Sequence[GuestContact]) -> None:
    """Make guests that are not there yet; `contacts` come in the order of their phones, so that two transactions
    wait for each other instead of deadlocking."""
    await tx.execute(
        "INSERT INTO identity.users (id, kind, phone, email, name, roles, created_at)"
        " SELECT g.id, 'guest', g.phone, g.email, g.name, ARRAY['buyer'], $5"
        " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS g(id, phone, email, name, n)"
        " ORDER BY g.n ON CONFLICT DO NOTHING",
        [tx.new_id() for _ in contacts],
        [c.phone for c in contacts],
        [c.email for c in contacts],
        [c.name for c in contacts],
        tx.now,
    )


async def claim_guest(tx: WriteTx, phone: str, user_id: UUID) -> UUID | None:
    """Note that a guest belongs to an account; the guest's id, None when the phone never ordered."""
    return await tx.fetchval(
        "UPDATE identity.users SET claimed_by = $2, claimed_at = $3 WHERE kind = 'guest' AND phone = $1 RETURNING id",
        phone,
        user_id,
        tx.now,
    )


async def mark_verified(tx: WriteTx, user_id: UUID, channel: Channel) -> None:
    """The person has shown that the phone or address is theirs; the first time counts."""
    column = "phone_verified_at" if channel is Channel.SMS else "email_verified_at"
    await tx.execute(f"UPDATE identity.users SET {column} = $2 WHERE id = $1 AND {column} IS NULL", user_id, tx.now)


async def set_phone(tx: WriteTx, user_id: UUID, phone: str) -> None:
    """Give an account a phone that was just proven; raises UniqueViolationError when another account has it."""
    await tx.execute(
        "UPDATE identity.users SET phone = $2, phone_verified_at = $3 WHERE id = $1", user_id, phone, tx.now
    )


async def set_name(tx: WriteTx, user_id: UUID, name: str) -> None:
    """Replace the name."""
    await tx.execute("UPDATE identity.users SET name = $2 WHERE id = $1", user_id, name)


async def set_password(tx: WriteTx, user_id: UUID, password_hash: str | None) -> None:
    """Replace the password, or remove it."""
    await tx.execute("UPDATE identity.users SET password_hash = $2 WHERE id = $1", user_id, password_hash)


async def set_roles(tx: WriteTx, user_id: UUID, roles: Sequence[str]) -> None:
    """Replace the platform roles."""
    await tx.execute("UPDATE identity.users SET roles = $2 WHERE id = $1", user_id, sorted(roles))


async def lock_all(tx: WriteTx, ids: Sequence[UUID]) -> None:
    """Hold users until the transaction ends, in id order."""
    await tx.fetch(
        "SELECT FROM identity.users WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", sorted(set(ids))
    )


async def demand_second_factor(tx: WriteTx, ids: Sequence[UUID], *, demanded: bool) -> None:
    """Note who must have a second factor for what they do outside of identity. Locked in id order."""
    await tx.execute(
        "UPDATE identity.users u SET second_factor_demanded = $2 FROM (SELECT id FROM identity.users"
        " WHERE id = ANY($1::uuid[]) AND second_factor_demanded <> $2 ORDER BY id FOR NO KEY UPDATE) AS held"
        " WHERE u.id = held.id",
        sorted(set(ids)),
        demanded,
    )


async def insert_group(tx: WriteTx, name: str) -> UUID | None:
    """Make a group; None when the name is taken."""
    return await tx.fetchval(
        "INSERT INTO identity.user_group (id, name, created_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (name) DO NOTHING RETURNING id",
        tx.new_id(),
        name,
        tx.now,
    )


async def groups(tx: ReadTx) -> list[GroupView]:
    """All groups by name."""
    rows = await tx.fetch(
        "SELECT g.id, g.name, (SELECT count(*) FROM identity.user_group_member m WHERE m.group_id = g.id) AS members"
        " FROM identity.user_group g ORDER BY g.name"
    )
    return [GroupView(row["id"], row["name"], row["members"]) for row in rows]


async def add_member(tx: WriteTx, group_id: UUID, user_id: UUID) -> bool:
    """Put an account into a group. False when it is there already, or when there is no such group or account."""
    return bool(
        await tx.execute(
            "INSERT INTO identity.user_group_member (group_id, user_id, created_at)"
            " SELECT g.id, u.id, $3 FROM identity.user_group g, identity.users u"
            " WHERE g.id = $1 AND u.id = $2 AND u.kind = 'account' ON CONFLICT DO NOTHING",
            group_id,
            user_id,
            tx.now,
        )
    )


async def remove_member(tx: WriteTx, group_id: UUID, user_id: UUID) -> bool:
    """Take an account out of a group; False when it was not in it."""
    return bool(
        await tx.execute(
            "DELETE FROM identity.user_group_member WHERE group_id = $1 AND user_id = $2", group_id, user_id
        )
    )


async def is_member(tx: ReadTx, group_id: UUID, user_id: UUID) -> bool:
    """Whether a user is in a group."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM identity.user_group_member WHERE group_id = $1 AND user_id = $2)",
            group_id,
            user_id,
        )
    )


async def groups_of(tx: ReadTx, user_ids: Sequence[UUID]) -> dict[UUID, list[GroupRef]]:
    """Groups by user, by name; who is in none is left out. Uses user_group_member_user."""
    rows = await tx.fetch(
        "SELECT m.user_id, g.id, g.name FROM identity.user_group_member m"
        " JOIN identity.user_group g ON g.id = m.group_id WHERE m.user_id = ANY($1::uuid[]) ORDER BY g.name",
        list(user_ids),
    )
    found: dict[UUID, list[GroupRef]] = {}
    for row in rows:
        found.setdefault(row["user_id"], []).append(GroupRef(row["id"], row["name"]))
    return found
