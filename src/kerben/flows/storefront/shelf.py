"""Shops as product pages show them, kept in the memory of each process until they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.merchants.api import ShopFacts, shops_by_ids
from kerben.domains.pos.api import ShopEligibility, eligibility_of
from kerben.flows.storefront.views import ShopView
from kerben.platform.db import ReadTx
from kerben.platform.runtime import Runtime

SHOPS_MAX: Final = 20_000

_encode: Final = msgspec.json.Encoder().encode


class Shops:
    """Facts of shops. Every process hears of a change soon after its commit (a Watch) and forgets.

    Whether a shop sells online is never kept: it follows from the facts and from the tills' signs of life, read anew
    for each answer.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._silence_s = runtime.settings.pos_silence_s
        self._known: dict[UUID, ShopFacts] = {}
        self._ends: dict[UUID, tuple[ShopFacts, str, str, datetime | None, bytes]] = {}
        self._changes = 0

    async def of(self, tx: ReadTx, shop_ids: Iterable[UUID]) -> dict[UUID, ShopFacts]:
        """Facts of shops, unknown ones left out; those not known yet are read in one statement."""
        found: dict[UUID, ShopFacts] = {}
        missing: list[UUID] = []
        for shop_id in shop_ids:
            facts = self._known.get(shop_id)
            if facts is None:
                missing.append(shop_id)
            else:
                found[shop_id] = facts
        if missing:
            changes = self._changes
            read = await shops_by_ids(tx, missing)
            # What was read before a change that was heard of meanwhile may be stale: it is used, but not kept.
            if changes == self._changes:
                if len(self._known) + len(read) > SHOPS_MAX:
                    self._known.clear()
                    self._ends.clear()
                self._known |= read
            found |= read
        return found

    async def ends(
        self, tx: ReadTx, shop_ids: Iterable[UUID], distances: Mapping[UUID, float] | None = None
    ) -> dict[UUID, bytes]:
        """How the JSON of a product of each shop ends: the shop, and whether one can buy there at this moment.

        `distances` in metres, where a place was asked for. Unknown shops are left out.
        """
        facts = await self.of(tx, shop_ids)
        if not facts:
            return {}
        may_buy = await eligibility_of(tx, list(facts.values()), tx.now, self._silence_s)
        if distances:
            return {i: shop_end(shop, may_buy[i], distances.get(i)) for i, shop in facts.items()}
        return {i: self._end(shop, may_buy[i]) for i, shop in facts.items()}

    def _end(self, shop: ShopFacts, now: ShopEligibility) -> bytes:
        kept = self._ends.get(shop.id)
        if (
            kept is not None
            and kept[0] is shop
            and kept[1] == now.buy_eligibility
            and kept[2] == now.pos_status
            and kept[3] == now.eligible_until
        ):
            return kept[4]
        end = shop_end(shop, now)
        self._ends[shop.id] = (shop, now.buy_eligibility, now.pos_status, now.eligible_until, end)
        return end

    def forget(self, shop_id: UUID) -> None:
        """A shop changed."""
        self._changes += 1
        self._known.pop(shop_id, None)
        self._ends.pop(shop_id, None)

    def forget_merchant(self, merchant_id: UUID) -> None:
        """What a merchant decides for its shops changed."""
        self._changes += 1
        for shop_id in [i for i, shop in self._known.items() if shop.merchant_id == merchant_id]:
            del self._known[shop_id]
            self._ends.pop(shop_id, None)


class _ShopPart(msgspec.Struct, frozen=True):
    """The fields of ProductView that a shop decides."""

    shop: ShopView
    buy_eligibility: str
    eligible_until: datetime | None


def shop_end(shop: ShopFacts, now: ShopEligibility, distance_m: float | None = None) -> bytes:
    """How the JSON of a product of a shop ends."""
    part = _ShopPart(shop_view(shop, now, distance_m), now.buy_eligibility, now.eligible_until)
    return b"," + _encode(part)[1:]


def shop_view(shop: ShopFacts, now: ShopEligibility, distance_m: float | None = None) -> ShopView:
    """A shop as its products show it."""
    return ShopView(
        id=shop.id,
        name=shop.name,
        address=shop.address,
        phone=shop.phone,
        lat=shop.lat,
        lon=shop.lon,
        merchant_id=shop.merchant_id,
        merchant_name=shop.merchant_name,
        pos_status=now.pos_status,
        distance_m=msgspec.UNSET if distance_m is None else round(distance_m),
    )
