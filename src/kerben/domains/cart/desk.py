"""Where changes of carts are gathered: one transaction for all that arrive while the last one is in flight."""

from __future__ import annotations

from collections.abc import Sequence

from kerben.domains.cart import service
from kerben.domains.cart.model import CartView, Wanted
from kerben.platform.batching import Batcher
from kerben.platform.db import WriteTx
from kerben.platform.errors import DomainError
from kerben.platform.runtime import Runtime


class CartDesk:
    """Sets quantities in carts. One per process."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._settings = runtime.settings
        # A cart never comes twice in a batch: its owner's changes keep their order.
        self._batcher: Batcher[Wanted, CartView] = Batcher("carts", self._put, key=lambda w: w.owner)

    async def put(self, wanted: Wanted) -> CartView:
        """Set one quantity together with whoever else does; the cart after it. Raises what was decided for it."""
        return await self._batcher.submit(wanted)

    async def _put(self, wanted: Sequence[Wanted]) -> list[CartView | DomainError]:
        async def work(tx: WriteTx) -> list[CartView | DomainError]:
            return await service.put(tx, self._settings, wanted)

        return await self._db.transact(work)
