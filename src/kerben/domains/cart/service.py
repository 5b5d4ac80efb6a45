"""Use cases of carts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kerben.domains.cart import repository, rules
from kerben.domains.cart.errors import CartFullError
from kerben.domains.cart.model import CartView, Owner, Wanted
from kerben.domains.catalog import api as catalog
from kerben.domains.catalog.api import VariantFacts
from kerben.domains.inventory import api as inventory
from kerben.domains.merchants import api as merchants
from kerben.domains.pos import api as pos
from kerben.platform import qty
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import DomainError, NotFoundError, invalid
from kerben.platform.settings import Settings


def empty(settings: Settings) -> CartView:
    """The cart of somebody who has none."""
    return rules.show([], {}, {}, {}, {}, settings.currency)


async def views(tx: ReadTx, settings: Settings, owners: Sequence[Owner]) -> dict[Owner, CartView]:
    """Carts as they stand now, however many in six statements; an empty one for whoever has none."""
    carts = await repository.find_all(tx, owners) if owners else {}
    return await _views(tx, settings, {owner: carts.get(owner) for owner in owners})


async def _views(
    tx: ReadTx,
    settings: Settings,
    carts: Mapping[Owner, UUID | None],
    known: Mapping[UUID, VariantFacts] | None = None,
) -> dict[Owner, CartView]:
    ids = [cart_id for cart_id in carts.values() if cart_id is not None]
    items = await repository.items_of(tx, ids) if ids else {}
    variant_ids = sorted({item.variant_id for lines in items.values() for item in lines})
    variants = {i: known[i] for i in variant_ids if i in known} if known else {}
    variants |= await catalog.variants_by_ids(tx, [i for i in variant_ids if i not in variants])
    levels = await inventory.levels(tx, variant_ids) if variant_ids else {}
    shop_ids = sorted({v.shop_id for v in variants.values()})
    shops = await merchants.shops_by_ids(tx, shop_ids) if shop_ids else {}
    eligibility = await pos.eligibility_of(tx, list(shops.values()), tx.now, settings.pos_silence_s) if shops else {}
    return {
        owner: rules.show(
            items.get(cart_id, []) if cart_id is not None else [],
            variants,
            levels,
            shops,
            eligibility,
            settings.currency,
        )
        for owner, cart_id in carts.items()
    }


async def put(tx: WriteTx, settings: Settings, wanted: Sequence[Wanted]) -> list[CartView | DomainError]:
    """Set how much of a variant each of several carts holds (0 takes it out), and show them; no owner comes twice.

    More than there is may stand in a cart; it is shown as trouble. Each gets its own error: NotFoundError for goods
    that are not sold, InvalidRequestError for a quantity that cannot be, CartFullError.
    """
    variants = await catalog.variants_by_ids(tx, sorted({w.variant_id for w in wanted if w.amount != 0}))
    failed: dict[Owner, DomainError] = {}
    quantities: dict[Owner, int] = {}
    for w in wanted:
        if w.amount != 0:
            try:
                quantities[w.owner] = _quantity(variants.get(w.variant_id), w.amount)
            except DomainError as error:
                failed[w.owner] = error
    taken = [(w.owner, w.variant_id) for w in wanted if w.amount == 0]
    if taken:
        await repository.remove(tx, taken)
    carts = await repository.obtain_all(tx, list(quantities)) if quantities else {}
    new = [
        repository.NewItem(
            carts[w.owner],
            w.variant_id,
            quantities[w.owner],
            variants[w.variant_id].price,
            variants[w.variant_id].currency,
        )
        for w in wanted
        if w.owner in quantities
    ]
    had_room = await repository.put(tx, new) if new else set[UUID]()
    failed |= {owner: CartFullError() for owner in quantities if carts[owner] not in had_room}
    emptied = [owner for owner, _ in taken]
    if emptied:
        found = await repository.find_all(tx, emptied)
        carts |= {owner: found[owner] for owner in emptied if owner in found}
    shown = await _views(
        tx, settings, {w.owner: carts.get(w.owner) for w in wanted if w.owner not in failed}, variants
    )
    return [failed.get(w.owner) or shown[w.owner] for w in wanted]


def _quantity(facts: VariantFacts | None, amount: float) -> int:
    if facts is None or not facts.is_active:
        raise NotFoundError
    try:
        qty_milli = qty.to_milli(amount, facts.unit)
    except qty.InvalidQuantityError as error:
        raise invalid("/qty", "Проверьте количество.", "INVALID_QUANTITY") from error
    if qty_milli <= 0:
        raise invalid("/qty", "Количество должно быть больше нуля.", "INVALID_QUANTITY")
    return qty_milli


async def remove(tx: WriteTx, owner: Owner, variant_ids: Sequence[UUID]) -> int:
    """Take goods out; how many were in."""
    return await repository.remove(tx, [(owner, variant_id) for variant_id in variant_ids])


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


async def take_ordered(tx: WriteTx, ordered: Sequence[tuple[UUID, datetime, Sequence[UUID]]]) -> None:
    """What users have ordered leaves their carts; one statement, however many they are. What somebody has put in
    since the order was placed stays: he wants more of it."""
    taken = sorted({(user, variant, placed_at) for user, placed_at, variants in ordered for variant in variants})
    if taken:
        await repository.remove_ordered(tx, taken)
