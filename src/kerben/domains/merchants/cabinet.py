"""What sellers do in their cabinet and admins with sellers; every deed is written into the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.geo.api import places_by_ids
from kerben.domains.identity.api import normalise_phone
from kerben.domains.merchants import repository, rules, service, shop_repository
from kerben.domains.merchants.errors import MerchantLimitError, ShopLimitError
from kerben.domains.merchants.events import MerchantChanged, ShopChanged
from kerben.domains.merchants.model import (
    ADMIN,
    Merchant,
    MerchantAccess,
    MerchantPatch,
    NewMerchant,
    NewShop,
    PayoutStatus,
    ShopAccess,
    ShopFacts,
    ShopPatch,
)
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import invalid
from kerben.platform.secrets import Keyring

Changes = dict[str, Any]


def _given(patch: MerchantPatch | ShopPatch) -> Changes:
    fields = {name: getattr(patch, name) for name in patch.__struct_fields__}
    return {name: value for name, value in fields.items() if value is not msgspec.UNSET}


def _entry(
    access: MerchantAccess | ShopAccess, action: str, before: Changes | None, after: Changes | None, ip: str
) -> AuditEntry:
    entity, entity_id = (
        ("shop", access.shop_id) if isinstance(access, ShopAccess) else ("merchant", access.merchant_id)
    )
    return AuditEntry(
        access.actor, access.role, action, entity, str(entity_id), before, after, ip, access.merchant_id
    )  # fmt: skip


async def open_merchant(tx: WriteTx, owner: Principal, name: str, description: str, ip: str) -> Merchant:
    """Make a person the owner of a new merchant. Raises InvalidRequestError, MerchantLimitError (20 of one owner)."""
    new = NewMerchant(owner.user_id, rules.clean_name(name), rules.clean_text(description, "/description"))
    if await repository.lock_owner(tx, owner.user_id) >= rules.MERCHANTS_PER_OWNER:
        raise MerchantLimitError
    (merchant_id,) = await service.create_merchants(tx, [new])
    access = MerchantAccess(merchant_id, "owner", owner.user_id)
    await record(tx, _entry(access, "merchant.create", None, {"name": new.name}, ip))
    return await service.merchant_by_id(tx, merchant_id)


async def change_merchant(tx: WriteTx, access: MerchantAccess, patch: MerchantPatch, ip: str) -> Merchant:
    """Change a merchant's data and settings. Raises InvalidRequestError."""
    changes = _given(patch)
    if "name" in changes:
        changes["name"] = rules.clean_name(changes["name"])
    if "description" in changes:
        changes["description"] = rules.clean_text(changes["description"], "/description")
    old = await repository.locked_merchant(tx, access.merchant_id)
    changes = {name: value for name, value in changes.items() if getattr(old, name) != value}
    if changes:
        await repository.update(tx, access, changes)
        before = {name: getattr(old, name) for name in changes}
        await record(tx, _entry(access, "merchant.change", before, changes, ip))
        tx.publish(MerchantChanged(access.merchant_id))
    return await service.merchant_by_id(tx, access.merchant_id)


async def open_shop(tx: WriteTx, access: MerchantAccess, new: NewShop, ip: str) -> ShopFacts:
    """Open a shop of a merchant. Raises InvalidRequestError, InvalidPhoneError, ShopLimitError (500 of one)."""
    shop = NewShop(
        access.merchant_id,
        rules.clean_name(new.name),
        rules.clean_text(new.address, "/address", required=True),
        normalise_phone(new.phone),
        new.lat,
        new.lon,
        rules.check_hours(new.hours),
        await _place(tx, new.place_id),
        rules.check_photos(new.photos),
    )
    if await shop_repository.count_locked(tx, access.merchant_id) >= rules.SHOPS_PER_MERCHANT:
        raise ShopLimitError
    (shop_id,) = await service.create_shops(tx, [shop])
    entry = ShopAccess(shop_id, access.merchant_id, access.role, access.actor)
    await record(tx, _entry(entry, "shop.create", None, {"name": shop.name, "address": shop.address}, ip))
    return (await service.shops_by_ids(tx, [shop_id]))[shop_id]


async def change_shop(tx: WriteTx, access: ShopAccess, patch: ShopPatch, ip: str) -> ShopFacts:
    """Change a shop's data and settings. Raises InvalidRequestError, InvalidPhoneError."""
    changes = await _clean_shop_changes(tx, _given(patch))
    await shop_repository.lock(tx, access)
    old = (await service.shops_by_ids(tx, [access.shop_id]))[access.shop_id]
    # The setting may be "as the merchant says", which the facts do not show, so it is always written.
    changes = {n: value for n, value in changes.items() if n == "price_master" or getattr(old, n) != value}
    if changes:
        await shop_repository.update(tx, access, changes)
        before = {name: getattr(old, name) for name in changes}
        await record(tx, _entry(access, "shop.change", before, changes, ip))
        tx.publish(ShopChanged(access.shop_id, access.merchant_id))
    return (await service.shops_by_ids(tx, [access.shop_id]))[access.shop_id]


async def _clean_shop_changes(tx: ReadTx, changes: Changes) -> Changes:
    if "name" in changes:
        changes["name"] = rules.clean_name(changes["name"])
    if "address" in changes:
        changes["address"] = rules.clean_text(changes["address"], "/address", required=True)
    if "phone" in changes:
        changes["phone"] = normalise_phone(changes["phone"])
    if "hours" in changes:
        rules.check_hours(changes["hours"])
    if "photos" in changes:
        rules.check_photos(changes["photos"])
    if "place_id" in changes:
        await _place(tx, changes["place_id"])
    return changes


async def _place(tx: ReadTx, place_id: UUID | None) -> UUID | None:
    if place_id is not None and place_id not in await places_by_ids(tx, [place_id]):
        raise invalid("/place_id", "Такого места нет.", "UNKNOWN_PLACE")
    return place_id


async def start_payouts(
    tx: WriteTx, keys: Keyring, access: MerchantAccess, account_number: str, bank_name: str, ip: str
) -> PayoutStatus:
    """Give or change a merchant's payout account; payouts wait for an admin then.

    Raises InvalidRequestError, PayoutTransitionError while payouts are suspended. The audit log gets the last four
    characters only.
    """
    bank = rules.clean_name(bank_name, "/bank_name")
    status = await service.onboard_payout(tx, keys, access.merchant_id, account_number, bank)
    shown = {"account_last4": rules.last4(rules.clean_account(account_number)), "bank_name": bank}
    await record(tx, _entry(access, "merchant.payout.onboard", None, shown, ip))
    return status


async def verify(tx: WriteTx, admin: Principal, merchant_id: UUID, *, verified: bool, ip: str) -> Merchant:
    """Verify a merchant or take it back; again is no deed. NotFoundError for an unknown one."""
    access = MerchantAccess(merchant_id, ADMIN, admin.user_id)
    await service.merchant_by_id(tx, merchant_id)
    if await service.set_verified(tx, [merchant_id], verified=verified, by=admin.user_id):
        await record(
            tx, _entry(access, "merchant.verify", {"verified": not verified}, {"verified": verified}, ip)
        )  # fmt: skip
    return await service.merchant_by_id(tx, merchant_id)


async def decide_payouts(
    tx: WriteTx, admin: Principal, merchant_id: UUID, status: PayoutStatus, ip: str
) -> PayoutStatus:
    """Activate or suspend payouts; again is no deed. Raises NotFoundError, PayoutTransitionError."""
    old = await repository.locked_merchant(tx, merchant_id)
    await service.require_payout_status(tx, merchant_id, status)
    if old is not None and old.payout_status is not status:
        access = MerchantAccess(merchant_id, ADMIN, admin.user_id)
        before, after = {"payout_status": old.payout_status.value}, {"payout_status": status.value}
        await record(tx, _entry(access, f"merchant.payout.{status}", before, after, ip))
    return status
