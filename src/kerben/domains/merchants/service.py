"""Use cases of merchants and shops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.geo.api import bounding_box, distance_m
from kerben.domains.identity.api import demand_second_factor
from kerben.domains.merchants import repository, shop_repository, staff_repository
from kerben.domains.merchants.errors import PayoutTransitionError
from kerben.domains.merchants.events import MerchantVerified, PayoutStatusChanged, ShopCreated
from kerben.domains.merchants.model import (
    Merchant,
    MerchantFacts,
    NearShop,
    NewMerchant,
    NewShop,
    PayoutAccount,
    PayoutStatus,
    ShopFacts,
    StaffMember,
    StaffRole,
)
from kerben.domains.merchants.rules import clean_account, highest, last4
from kerben.domains.merchants.states import ADMIN, OWNER, PAYOUT
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.secrets import Keyring

_PURPOSE: Final = "payout-account"


async def merchants_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, MerchantFacts]:
    """Merchants by id; unknown ids are left out."""
    return {m.id: m for m in await repository.facts_by_ids(tx, ids)} if ids else {}


async def merchant_by_id(tx: ReadTx, merchant_id: UUID) -> Merchant:
    """One merchant in full, for its staff and admins; NotFoundError when there is none."""
    found = await repository.merchant(tx, merchant_id)
    if found is None:
        raise NotFoundError
    return found


async def merchants_of_user(tx: ReadTx, user_id: UUID) -> list[tuple[Merchant, StaffRole]]:
    """Merchants that a person owns or works for, and as what (the highest role, when there are several)."""
    return [(merchant, highest([m.role for m in roles])) for merchant, roles in await positions_of_user(tx, user_id)]


async def positions_of_user(tx: ReadTx, user_id: UUID) -> list[tuple[Merchant, list[StaffMember]]]:
    """Merchants that a person owns or works for, oldest first, with all their roles there."""
    found: dict[UUID, tuple[Merchant, list[StaffMember]]] = {}
    for merchant, member in await staff_repository.merchants_of_user(tx, user_id):
        found.setdefault(merchant.id, (merchant, []))[1].append(member)
    return list(found.values())


async def create_merchants(tx: WriteTx, merchants: Sequence[NewMerchant]) -> list[UUID]:
    """Add merchants, each with its owner as staff; their ids in the given order. Texts are taken as they are."""
    ids = [tx.new_id() for _ in merchants]
    if ids:
        await repository.insert(tx, ids, merchants)
        await demand_second_factor(tx, [merchant.owner_id for merchant in merchants])
    return ids


async def set_verified(tx: WriteTx, ids: Sequence[UUID], *, verified: bool = True, by: UUID | None) -> list[UUID]:
    """Verify merchants or take it back; the ids whose state changed, each with an event."""
    changed = await repository.set_verified(tx, ids, verified=verified, by=by)
    tx.publish(*(MerchantVerified(merchant_id, verified) for merchant_id in changed))
    return changed


async def onboard_payout(
    tx: WriteTx, keys: Keyring, merchant_id: UUID, account_number: str, bank_name: str, *, actor: str = OWNER
) -> PayoutStatus:
    """Store where a merchant is paid out, sealed, and set payouts to pending.

    Raises InvalidRequestError for a number that cannot be an account, PayoutTransitionError while suspended,
    NotFoundError for an unknown merchant.
    """
    number = clean_account(account_number)
    sealed = keys.seal(_PURPOSE, number.encode())
    sources = PAYOUT.sources(PayoutStatus.PENDING, actor)
    if not await repository.set_payout_account(tx, merchant_id, sealed, last4(number), bank_name, sources):
        await _refuse_payout(tx, merchant_id, PayoutStatus.PENDING)
    tx.publish(PayoutStatusChanged(merchant_id, PayoutStatus.PENDING))
    return PayoutStatus.PENDING


async def set_payout_status(
    tx: WriteTx, ids: Sequence[UUID], status: PayoutStatus, *, actor: str = ADMIN
) -> list[UUID]:
    """Move merchants to a payout status by the table, with an event each; the ids that moved, others stay.

    A merchant that has it already is not among them.
    """
    moved = await repository.set_payout_status(tx, ids, status, PAYOUT.sources(status, actor))
    tx.publish(*(PayoutStatusChanged(merchant_id, status) for merchant_id in moved))
    return moved


async def require_payout_status(tx: WriteTx, merchant_id: UUID, status: PayoutStatus) -> None:
    """Move one merchant as an admin. Being there already is fine. Raises PayoutTransitionError, NotFoundError."""
    if await set_payout_status(tx, [merchant_id], status):
        return
    current = await merchant_by_id(tx, merchant_id)
    if current.payout_status is not status:
        await _refuse_payout(tx, merchant_id, status)


async def _refuse_payout(tx: ReadTx, merchant_id: UUID, target: PayoutStatus) -> None:
    current = await merchant_by_id(tx, merchant_id)
    raise PayoutTransitionError(payout_status=current.payout_status.value, wanted=target.value)


async def payout_accounts(tx: ReadTx, merchant_ids: Sequence[UUID], keys: Keyring) -> dict[UUID, PayoutAccount]:
    """Where merchants are paid out; those without an account are left out.

    Numbers are stored sealed, so the process's keys are needed. Raises UnsealError when the master secret is not the
    one they were sealed with.
    """
    accounts = await repository.sealed_accounts(tx, merchant_ids) if merchant_ids else []
    return {
        a.merchant_id: PayoutAccount(keys.unseal(_PURPOSE, a.sealed).decode(), a.bank_name, a.status)
        for a in accounts
    }


async def add_staff(tx: WriteTx, members: Sequence[StaffMember]) -> None:
    """Let people work for merchants in exactly these roles. An owner stays the owner.

    Raises ValueError for the role of owner, which is given by founding a merchant or by an owner's invitation.
    """
    if any(member.role is StaffRole.OWNER for member in members):
        raise ValueError("owners are not added: they found a merchant or are invited by an owner")
    if members:
        await staff_repository.replace(tx, members)
        await demand_second_factor(tx, [member.user_id for member in members])


async def staff_of_merchant(tx: ReadTx, merchant_id: UUID) -> list[StaffMember]:
    """Everybody who works for a merchant, the owner included, once for each role."""
    return await staff_repository.staff(tx, merchant_id)


async def shops_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, ShopFacts]:
    """Shops by id, closed ones too; unknown ids are left out."""
    return {shop.id: shop for shop in await shop_repository.by_ids(tx, ids)} if ids else {}


async def shops_of_merchant(tx: ReadTx, merchant_id: UUID) -> list[ShopFacts]:
    """All shops of a merchant, oldest first."""
    return await shop_repository.of_merchants(tx, [merchant_id])


async def shops_of_merchants(tx: ReadTx, merchant_ids: Sequence[UUID]) -> dict[UUID, list[ShopFacts]]:
    """All shops of merchants, oldest first; a merchant without any has an empty list."""
    found: dict[UUID, list[ShopFacts]] = {merchant_id: [] for merchant_id in merchant_ids}
    for shop in await shop_repository.of_merchants(tx, merchant_ids) if merchant_ids else ():
        found[shop.merchant_id].append(shop)
    return found


async def list_shop_ids(
    tx: ReadTx, *, place_id: UUID | None = None, before: UUID | None = None, limit: int = 24
) -> list[UUID]:
    """Ids of active shops, newest first, that come after `before`; of one place if given."""
    return await shop_repository.page(tx, place_id, before, limit)


async def count_shops_by_place(tx: ReadTx, alive: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """For each place with open shops how many there are, and how many of them are among `alive`."""
    return await shop_repository.count_by_place(tx, alive)


async def shops_near(tx: ReadTx, lat: float, lon: float, radius_m: float, limit: int = 1000) -> list[NearShop]:
    """Active shops within a circle, the nearest first. A box on an index first, then the exact distance."""
    points = await shop_repository.points_in(tx, bounding_box(lat, lon, radius_m))
    found = [NearShop(shop_id, distance_m(lat, lon, there, across)) for shop_id, there, across in points]
    return sorted((s for s in found if s.distance_m <= radius_m), key=lambda s: (s.distance_m, s.shop_id))[:limit]


async def create_shops(tx: WriteTx, shops: Sequence[NewShop]) -> list[UUID]:
    """Add shops with an event each; their ids in the given order. Texts and places are taken as they are."""
    ids = [tx.new_id() for _ in shops]
    if ids:
        await shop_repository.insert(tx, ids, shops)
        tx.publish(*(ShopCreated(i, shop.merchant_id) for i, shop in zip(ids, shops, strict=True)))
    return ids
