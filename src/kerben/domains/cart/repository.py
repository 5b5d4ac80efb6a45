"""All SQL of carts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

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


async def items(tx: ReadTx, cart_id: UUID) -> list[CartItem]:
    """Items in the order they were put in. Uses item_pkey."""
    rows = await tx.fetch("SELECT * FROM cart.item WHERE cart_id = $1 ORDER BY added_at, variant_id", cart_id)
    return [
        CartItem(row["variant_id"], row["qty_milli"], row["seen_price"], row["seen_currency"], row["added_at"])
        for row in rows
    ]


async def put(tx: WriteTx, cart_id: UUID, variant_id: UUID, qty_milli: int, price: int, currency: str) -> bool:
    """Set the quantity of an item of a locked cart; False when the cart is full. Uses item_pkey."""
    stored = await tx.execute(
        """
        INSERT INTO cart.item (cart_id, variant_id, qty_milli, seen_price, seen_currency, added_at)
        SELECT $1, $2, $3, $4, $5, $6
        WHERE (SELECT count(*) FROM cart.item WHERE cart_id = $1 AND variant_id <> $2) < $7
        ON CONFLICT (cart_id, variant_id) DO UPDATE SET qty_milli = excluded.qty_milli,
            seen_price = excluded.seen_price, seen_currency = excluded.seen_currency
        """,
        cart_id,
        variant_id,
        qty_milli,
        price,
        currency,
        tx.now,
        ITEMS_MAX,
    )
    await touch(tx, cart_id)
    return stored == 1


async def touch(tx: WriteTx, cart_id: UUID) -> None:
    """Note that a cart changed."""
    await tx.execute("UPDATE cart.cart SET updated_at = $2 WHERE id = $1", cart_id, tx.now)


async def remove(tx: WriteTx, owner: Owner, variant_ids: Sequence[UUID]) -> int:
    """Take items out; how many were in. Uses cart_user or cart_token, then item_pkey."""
    return await tx.execute(
        """
        DELETE FROM cart.item i USING cart.cart c
        WHERE i.cart_id = c.id AND (c.user_id = $1 OR c.token_hash = $2) AND i.variant_id = ANY($3::uuid[])
        """,
        owner.user_id,
        owner.token_hash,
        list(variant_ids),
    )


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
