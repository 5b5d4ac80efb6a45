"""What carts do by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kerben.domains.cart import repository
from kerben.platform.modules import Sweep
from kerben.platform.runtime import Runtime

GUEST_CARTS_KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 1000


async def _forget(runtime: Runtime) -> int:
    async with runtime.db.write() as tx:
        return await repository.forget_guests(tx, tx.now - GUEST_CARTS_KEPT, _AT_ONCE)


FORGET: Final = Sweep("cart.abandoned", 3600.0, _forget)
"""A guest who has not touched his cart for 30 days has left; carts of accounts stay."""
