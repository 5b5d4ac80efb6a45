"""Who may load and fetch a shop's goods. Each route asks here, and nowhere else."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request

from kerben.domains.merchants.api import Scope, ShopAccess, StaffRole, caller_of, shop_access, staff_or_partner
from kerben.platform.db import ReadTx

AnyRequest = Request[Any, Any, Any]

MAY_LOAD: Final = staff_or_partner(Scope.CATALOG_WRITE)
"""The guard of routes that load goods: staff, or a partner's key."""
MAY_LOOK: Final = staff_or_partner(Scope.CATALOG_READ)
"""The guard of routes that show runs and fetch goods."""

KEEPERS: Final = (StaffRole.OWNER, StaffRole.MANAGER, StaffRole.STOREKEEPER)
"""Who may load goods."""


async def to_load(tx: ReadTx, request: AnyRequest, shop_id: UUID) -> ShopAccess:
    """The caller's right to load goods into a shop, or to stop that. NotFoundError, ForbiddenError."""
    return await shop_access(tx, caller_of(request), shop_id, KEEPERS, scope=Scope.CATALOG_WRITE)


async def to_look(tx: ReadTx, request: AnyRequest, shop_id: UUID) -> ShopAccess:
    """The caller's right to see a shop's runs and to fetch its goods. NotFoundError."""
    return await shop_access(tx, caller_of(request), shop_id, scope=Scope.CATALOG_READ)
