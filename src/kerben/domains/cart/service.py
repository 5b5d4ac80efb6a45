"""Use cases of carts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.cart import repository, rules
from kerben.domains.cart.errors import CartFullError
from kerben.domains.cart.model import CartView, Owner
from kerben.domains.catalog import api as catalog
from kerben.domains.inventory import api as inventory
from kerben.domains.merchants import api as merchants
from kerben.domains.pos import api as pos
from kerben.platform import qty
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.settings import Settings


async def view(tx: ReadTx, settings: Settings, owner: Owner | None, token: str | None = None) -> CartView:
    """A cart as it stands now; an empty one where there is none."""
    cart_id = await repository.find(tx, owner) if owner else None
    items = await repository.items(tx, cart_id) if cart_id else []
    if not items:
        return rules.show([], {}, {}, {}, {}, settings.currency, token)
    variant_ids = [item.variant_id for item in items]
    variants = await catalog.variants_by_ids(tx, variant_ids)
    levels = await inventory.levels(tx, variant_ids)
    shops = await merchants.shops_by_ids(tx, sorted({v.shop_id for v in variants.values()}))
    eligibility = await pos.eligibility_of(tx, list(shops.values()), tx.now, settings.pos_silence_s)
    return rules.show(items, variants, levels, shops, eligibility, settings.currency, token)


async def put(tx: WriteTx, owner: Owner, variant_id: UUID, amount: int | float) -> None:
    """Set how much of a variant the cart holds; 0 takes it out.

    More than there is may stand in a cart; it is shown as trouble. Raises NotFoundError for goods that are not sold,
    InvalidRequestError for a quantity that cannot be, CartFullError.
    """
    if amount == 0:
        await repository.remove(tx, owner, [variant_id])
        return
    facts = (await catalog.variants_by_ids(tx, [variant_id])).get(variant_id)
    if facts is None or not facts.is_active:
        raise NotFoundError
    try:
        qty_milli = qty.to_milli(amount, facts.unit)
    except qty.InvalidQuantityError as error:
        raise invalid("/qty", "Проверьте количество.", "INVALID_QUANTITY") from error
    if qty_milli <= 0:
        raise invalid("/qty", "Количество должно быть больше нуля.", "INVALID_QUANTITY")
    cart_id = await repository.obtain(tx, owner)
    if not await repository.put(tx, cart_id, variant_id, qty_milli, facts.price, facts.currency):
        raise CartFullError


async def remove(tx: WriteTx, owner: Owner, variant_ids: Sequence[UUID]) -> int:
    """Take goods out; how many were in."""
    return await repository.remove(tx, owner, variant_ids)


async def merge(tx: WriteTx, guest: Owner, user: Owner) -> bool:
    """Put a guest's cart into a user's, as when somebody signs in; of goods in both the larger quantity stays.

    False when the guest has none (any more), so it may be repeated.
    """
    if await repository.find(tx, guest) is None:
        return False
    await repository.obtain(tx, user)
    carts = await repository.lock(tx, [guest, user])
    if guest not in carts:
        return False
    await repository.move_items(tx, carts[guest], carts[user])
    return True


async def take_ordered(tx: WriteTx, ordered: Sequence[tuple[UUID, Sequence[UUID]]]) -> None:
    """What users have ordered leaves their carts; one statement, however many they are."""
    pairs = sorted({(user_id, variant_id) for user_id, variant_ids in ordered for variant_id in variant_ids})
    if pairs:
        await repository.remove_from_users(tx, pairs)
