"""What a partner's program may know: itself and its shops."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.identity.api import require_second_factor
from kerben.domains.merchants import partner_repository, service, staff_repository
from kerben.domains.merchants.access import Caller
from kerben.domains.merchants.errors import ApiKeyInvalidError
from kerben.domains.merchants.model import Partner, Scope, ShopFacts
from kerben.domains.merchants.rules import shops_worked_in
from kerben.platform.db import ReadTx
from kerben.platform.errors import NotFoundError


class Named(msgspec.Struct, frozen=True):
    """A merchant or shop by name."""

    id: UUID
    name: str


class PartnerView(msgspec.Struct, frozen=True):
    """A program about itself. `shops` are those it may work with now; `all_shops` says that new ones join them."""

    key_id: UUID
    name: str
    merchant: Named
    shops: list[Named]
    all_shops: bool
    scopes: list[Scope]
    expires_at: datetime | None


async def describe(tx: ReadTx, partner: Partner) -> PartnerView:
    """A program about itself. ApiKeyInvalidError when its key is no more."""
    key = await partner_repository.by_id(tx, partner.merchant_id, partner.key_id)
    merchant = (await service.merchants_by_ids(tx, [partner.merchant_id])).get(partner.merchant_id)
    if key is None or merchant is None:
        raise ApiKeyInvalidError
    shops = await reachable_shops(tx, partner, partner.merchant_id)
    return PartnerView(
        partner.key_id,
        partner.name,
        Named(merchant.id, merchant.name),
        [Named(shop.id, shop.name) for shop in shops],
        partner.shop_ids is None,
        sorted(partner.scopes),
        key.expires_at,
    )


async def reachable_shops(tx: ReadTx, caller: Caller, merchant_id: UUID) -> list[ShopFacts]:
    """The shops of a merchant that a person or program may work with, oldest first.

    NotFoundError for somebody else's merchant, SecondFactorRequiredError.
    """
    allowed = await _allowed_shops(tx, caller, merchant_id)
    shops = await service.shops_of_merchant(tx, merchant_id)
    return [shop for shop in shops if allowed is None or shop.id in allowed]


async def _allowed_shops(tx: ReadTx, caller: Caller, merchant_id: UUID) -> frozenset[UUID] | None:
    if isinstance(caller, Partner):
        if caller.merchant_id != merchant_id:
            raise NotFoundError
        return caller.shop_ids
    if caller.is_admin:
        await require_second_factor(tx, caller)
        await service.merchant_by_id(tx, merchant_id)
        return None
    roles = await staff_repository.staff(tx, merchant_id, caller.user_id)
    if not roles:
        raise NotFoundError
    await require_second_factor(tx, caller)
    return shops_worked_in(roles)
