"""What shops offer at checkout, kept in the memory of each process until a shop changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.orders import api as orders
from kerben.domains.orders.api import DeliveryOption
from kerben.platform.db import ReadTx
from kerben.platform.runtime import Runtime

SHOPS_MAX: Final = 20_000


class Offers:
    """Delivery options by shop. Every process hears of a change soon after its commit (a Watch) and forgets."""

    def __init__(self, _: Runtime) -> None:
        self._known: dict[UUID, list[DeliveryOption]] = {}
        self._changes = 0

    async def of(self, tx: ReadTx, shop_ids: Sequence[UUID]) -> dict[UUID, list[DeliveryOption]]:
        """The offers of shops; those not known yet are read in one statement."""
        missing = [shop_id for shop_id in shop_ids if shop_id not in self._known]
        found = {shop_id: self._known[shop_id] for shop_id in shop_ids if shop_id in self._known}
        if missing:
            changes = self._changes
            read = await orders.delivery_options(tx, missing)
            # What was read before a change that was heard of meanwhile may be stale: it is used, but not kept.
            if changes == self._changes:
                if len(self._known) + len(read) > SHOPS_MAX:
                    self._known.clear()
                self._known |= read
            found |= read
        return found

    def forget(self, shop_id: UUID) -> None:
        """A shop changed its terms."""
        self._changes += 1
        self._known.pop(shop_id, None)
