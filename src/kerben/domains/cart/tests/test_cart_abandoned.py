"""Carts that guests have left behind."""

from __future__ import annotations

from uuid import UUID

from kerben.domains.cart import repository
from kerben.domains.cart.jobs import FORGET
from kerben.domains.cart.model import Owner
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash


async def cart(db: Database, owner: Owner) -> UUID:
    async with db.write() as tx:
        cart_id = (await repository.obtain_all(tx, [owner]))[owner]
        await repository.put(tx, [repository.NewItem(cart_id, new_id(), 1000, 100, "KGS")])
    return cart_id


async def left(db: Database, *ids: UUID) -> list[bool]:
    async with db.read() as tx:
        rows = await tx.fetch("SELECT DISTINCT cart_id FROM cart.item WHERE cart_id = ANY($1::uuid[])", list(ids))
    return [i in {row["cart_id"] for row in rows} for i in ids]


async def test_guests_carts_are_dropped_a_month_after_the_last_touch(
    db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    guest, busy = Owner(None, token_hash("a")), Owner(None, token_hash("b"))
    abandoned, used, kept = await cart(db, guest), await cart(db, busy), await cart(db, Owner(new_id(), None))
    clock.advance(days=30)
    assert await FORGET.run(runtime) == 0
    await cart(db, busy)
    clock.advance(seconds=1)
    assert await FORGET.run(runtime) == 1
    assert await FORGET.run(runtime) == 0
    assert await left(db, abandoned, used, kept) == [False, True, True]
