"""All SQL of carts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.cart.model import CartItem, Owner
from kerben.platform.db import ReadTx, WriteTx

ITEMS_MAX: Final = 200

# Uses cart_user or cart_token: both are unique.
_FIND: Final = "SELECT id FROM cart.cart WHERE user_id = $1 OR token_hash = $2"


async def find(tx: ReadTx, owner: Owner) -> UUID | None:
    """The cart of an owner."""
    return await tx.fetchval(_FIND, owner.user_id, owner.token_hash)


async def lock(tx: WriteTx, owners: Sequence[Owner]) -> dict[Owner, UUID]:
    """Carts of owners, locked in id order."""
    rows = await tx.fetch(
        """
        SELECT id, user_id, token_hash FROM cart.cart
        WHERE user_id = ANY($1::uuid[]) OR token_hash = ANY($2::bytea[]) ORDER BY id FOR UPDATE
        """,
        [o.user_id for o in owners if o.user_id],
        [o.token_hash for o in owners if o.token_hash],
    )
    return {Owner(row["user_id"], row["token_hash"]): row["id"] for row in rows}


async def obtain(tx: WriteTx, owner: Owner) -> UUID:
    """The cart of an owner, made if need be, locked."""
    while True:
        await tx.execute(
            """
            INSERT INTO cart.cart (id, user_id, token_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
            ON CONFLICT DO NOTHING
            """,
            tx.new_id(),
            owner.user_id,
            owner.token_hash,
            tx.now,
        )
        if locked := await lock(tx, [owner]):
            return locked[owner]
        # It was there, and merged into an account's cart while we waited for its lock: a new one begins.


# Each names its own arbiter: a cart belongs to a user (cart_user) or to a token (cart_token). Carts that exist are
# locked and touched by the same statement, in the order of their owners.
_OBTAIN_USERS: Final = """
INSERT INTO cart.cart (id, user_id, created_at, updated_at)
SELECT o.id, o.user_id, $3, $3 FROM unnest($1::uuid[], $2::uuid[]) AS o(id, user_id) ORDER BY o.user_id
ON CONFLICT (user_id) WHERE user_id IS NOT NULL DO UPDATE SET updated_at = excluded.updated_at
RETURNING id, user_id, token_hash
"""
_OBTAIN_GUESTS: Final = """
INSERT INTO cart.cart (id, token_hash, created_at, updated_at)
SELECT o.id, o.token_hash, $3, $3 FROM unnest($1::uuid[], $2::bytea[]) AS o(id, token_hash) ORDER BY o.token_hash
ON CONFLICT (token_hash) WHERE token_hash IS NOT NULL DO UPDATE SET updated_at = excluded.updated_at
RETURNING id, user_id, token_hash
"""


async def obtain_all(tx: WriteTx, owners: Sequence[Owner]) -> dict[Owner, UUID]:
    """The carts of different owners, made if need be, locked and touched; one statement per kind of owner."""
    users = [o.user_id for o in owners if o.user_id is not None]
    guests = [o.token_hash for o in owners if o.token_hash is not None]
    rows = await tx.fetch(_OBTAIN_USERS, [tx.new_id() for _ in users], users, tx.now) if users else []
    if guests:
        rows += await tx.fetch(_OBTAIN_GUESTS, [tx.new_id() for _ in guests], guests, tx.now)
    return {Owner(row["user_id"], row["token_hash"]): row["id"] for row in rows}


async def find_all(tx: ReadTx, owners: Sequence[Owner]) -> dict[Owner, UUID]:
    """The carts of owners who have one. Uses cart_user and cart_token."""
    rows = await tx.fetch(
        """
        SELECT id, user_id, token_hash FROM cart.cart WHERE user_id = ANY($1::uuid[])
        UNION ALL
        SELECT id, user_id, token_hash FROM cart.cart WHERE token_hash = ANY($2::bytea[])
        """,
        [o.user_id for o in owners if o.user_id is not None],
        [o.token_hash for o in owners if o.token_hash is not None],
    )
    return {Owner(row["user_id"], row["token_hash"]): row["id"] for row in rows}


async def items_of(tx: ReadTx, cart_ids: Sequence[UUID]) -> dict[UUID, list[CartItem]]:
    """Items by cart, in the order they were put in. Uses item_pkey."""
    rows = await tx.fetch(
        "SELECT * FROM cart.item WHERE cart_id = ANY($1::uuid[]) ORDER BY added_at, variant_id", list(cart_ids)
    )
    found: dict[UUID, list[CartItem]] = {}
    for row in rows:
        item = CartItem(row["variant_id"], row["qty_milli"], row["seen_price"], row["seen_currency"], row["added_at"])
        found.setdefault(row["cart_id"], []).append(item)
    return found


class NewItem(msgspec.Struct, frozen=True):
    """A quantity to be set in a locked cart."""

    cart_id: UUID
    variant_id: UUID
    qty_milli: int
    price: int
    currency: str


async def put(tx: WriteTx, new: Sequence[NewItem]) -> set[UUID]:
    """Set quantities, one item of each of several locked carts; the carts that had room. Uses item_pkey."""
    rows = await tx.fetch(
        """
        INSERT INTO cart.item (cart_id, variant_id, qty_milli, seen_price, seen_currency, added_at)
        SELECT n.cart_id, n.variant_id, n.qty, n.price, n.currency, $6
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[])
             AS n(cart_id, variant_id, qty, price, currency)
        WHERE (SELECT count(*) FROM cart.item i WHERE i.cart_id = n.cart_id AND i.variant_id <> n.variant_id) < $7
        ON CONFLICT (cart_id, variant_id) DO UPDATE SET qty_milli = excluded.qty_milli,
            seen_price = excluded.seen_price, seen_currency = excluded.seen_currency
        RETURNING cart_id
        """,
        [n.cart_id for n in new],
        [n.variant_id for n in new],
        [n.qty_milli for n in new],
        [n.price for n in new],
        [n.currency for n in new],
        tx.now,
        ITEMS_MAX,
    )
    return {row["cart_id"] for row in rows}


async def touch(tx: WriteTx, cart_id: UUID) -> None:
    """Note that a cart changed."""
    await tx.execute("UPDATE cart.cart SET updated_at = $2 WHERE id = $1", cart_id, tx.now)


async def remove(tx: WriteTx, taken: Sequence[tuple[Owner, UUID]]) -> int:
    """Take items (owner, variant) out; how many were in. Uses cart_user and cart_token, then item_pkey."""
    users = [(owner.user_id, variant_id) for owner, variant_id in taken if owner.user_id is not None]
    guests = [(owner.token_hash, variant_id) for owner, variant_id in taken if owner.token_hash is not None]
    removed = await remove_from_users(tx, users) if users else 0
    if guests:
        removed += await tx.execute(
            """
            DELETE FROM cart.item i
            USING unnest($1::bytea[], $2::uuid[]) AS o(token_hash, variant_id)
            JOIN cart.cart c ON c.token_hash = o.token_hash
            WHERE i.cart_id = c.id AND i.variant_id = o.variant_id
            """,
            [token_hash for token_hash, _ in guests],
            [variant_id for _, variant_id in guests],
        )
    return removed


async def remove_from_users(tx: WriteTx, pairs: Sequence[tuple[UUID, UUID]]) -> int:
    """Take items (user, variant) out of users' carts; how many were in. Uses cart_user, then item_pkey."""
    return await tx.execute(
        """
        DELETE FROM cart.item i
        USING unnest($1::uuid[], $2::uuid[]) AS o(user_id, variant_id) JOIN cart.cart c ON c.user_id = o.user_id
        WHERE i.cart_id = c.id AND i.variant_id = o.variant_id
        """,
        [user_id for user_id, _ in pairs],
        [variant_id for _, variant_id in pairs],
    )


async def remove_ordered(tx: WriteTx, ordered: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Take items (user, variant) out of users' carts that were put in before a moment. Uses cart_user, item_pkey."""
    await tx.execute(
        """
        DELETE FROM cart.item i
        USING unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS o(user_id, variant_id, placed_at)
        JOIN cart.cart c ON c.user_id = o.user_id
        WHERE i.cart_id = c.id AND i.variant_id = o.variant_id AND i.added_at <= o.placed_at
        """,
        [user_id for user_id, _, _ in ordered],
        [variant_id for _, variant_id, _ in ordered],
        [placed_at for _, _, placed_at in ordered],
    )


async def forget_guests(tx: WriteTx, before: datetime, limit: int) -> int:
    """Drop guests' carts that nobody has touched since; how many. Uses cart_guest_old.

    A cart that its guest changes just now is skipped: it is not abandoned.
    """
    return await tx.execute(
        """
        DELETE FROM cart.cart WHERE id IN (
            SELECT id FROM cart.cart
            WHERE token_hash IS NOT NULL AND created_at < $1 AND updated_at < $1
            ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        """,
        before,
        limit,
    )


async def move_items(tx: WriteTx, source: UUID, target: UUID) -> None:
    """Merge one locked cart into another and drop it: of an item in both the larger quantity stays."""
    await tx.execute(
        """
        INSERT INTO cart.item AS i (cart_id, variant_id, qty_milli, seen_price, seen_currency, added_at)
        SELECT $2, variant_id, qty_milli, seen_price, seen_currency, added_at FROM cart.item WHERE cart_id = $1
        ON CONFLICT (cart_id, variant_id) DO UPDATE SET qty_milli = greatest(i.qty_milli, excluded.qty_milli)
        """,
        source,
        target,
    )
    await tx.execute("DELETE FROM cart.cart WHERE id = $1", source)
    await touch(tx, target)
