"""Whether buyers may buy online, worked out when it is asked, so that it is right without any job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kerben.domains.merchants.api import ShopFacts, merchants_by_ids, shops_by_ids, shops_of_merchant
from kerben.domains.merchants.model import PayoutStatus
from kerben.domains.pos import rules
from kerben.domains.pos.model import Reason, ShopEligibility
from kerben.domains.pos.repository import devices as repository
from kerben.platform.db import ReadTx
from kerben.platform.errors import NotFoundError


async def eligibility(
    tx: ReadTx, shop_ids: Sequence[UUID], now: datetime, silence_s: int
) -> dict[UUID, ShopEligibility]:
    """Eligibility of the shops that exist. A shop is alive up to and including `silence_s` of silence."""
    return await eligibility_of(tx, list((await shops_by_ids(tx, shop_ids)).values()), now, silence_s)


async def eligibility_of(
    tx: ReadTx, shops: Sequence[ShopFacts], now: datetime, silence_s: int
) -> dict[UUID, ShopEligibility]:
    """The same for shops whose facts the caller has in hand."""
    presence = await repository.presence(tx, [shop.id for shop in shops])
    return {shop.id: rules.eligibility(shop, presence.get(shop.id), now, silence_s) for shop in shops}


async def merchant_eligibility(
    tx: ReadTx, merchant_id: UUID, now: datetime, silence_s: int
) -> tuple[list[str], list[ShopEligibility]]:
    """Why a merchant sells nothing online (empty: it does), and its shops. NotFoundError for an unknown merchant."""
    merchant = (await merchants_by_ids(tx, [merchant_id])).get(merchant_id)
    if merchant is None:
        raise NotFoundError
    shops = list((await eligibility_of(tx, await shops_of_merchant(tx, merchant_id), now, silence_s)).values())
    reasons = rules.merchant_reasons(shops)
    if not shops:
        if merchant.payout_status is not PayoutStatus.ACTIVE:
            reasons.append(Reason.PAYOUT_INACTIVE.value)
        if not merchant.verified:
            reasons.append(Reason.NOT_VERIFIED.value)
    return reasons, shops
