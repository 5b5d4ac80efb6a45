"""Who may act for a merchant or shop.

A repository of seller data takes the access object made here, so that a foreign row cannot be reached by accident:
without membership the answer is the same as for a row that does not exist.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kerben.domains.merchants import repository
from kerben.domains.merchants.model import ADMIN, MerchantAccess, ShopAccess, StaffRole
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx
from kerben.platform.errors import ForbiddenError, NotFoundError


async def merchant_access(
    tx: ReadTx, principal: Principal, merchant_id: UUID, roles: Collection[StaffRole] | None = None
) -> MerchantAccess:
    """Prove that a person may act for a merchant. `roles` None: any staff; admins always may, as role "admin".

    Raises NotFoundError for an unknown merchant or somebody else's, ForbiddenError for a role that may not.
    """
    found = await repository.merchant_membership(tx, merchant_id, principal.user_id)
    if found is None:
        raise NotFoundError
    role = _allowed(principal, found.role, roles)
    return MerchantAccess(merchant_id, role, principal.user_id)


async def shop_access(
    tx: ReadTx, principal: Principal, shop_id: UUID, roles: Collection[StaffRole] | None = None
) -> ShopAccess:
    """Prove that a person may act for a shop. `roles` None: any staff of it; admins always may, as role "admin".

    Raises NotFoundError for an unknown shop, somebody else's, or one outside of the person's own shops;
    ForbiddenError for a role that may not.
    """
    found = await repository.shop_membership(tx, shop_id, principal.user_id)
    if found is None:
        raise NotFoundError
    role = _allowed(principal, found.role, roles)
    return ShopAccess(shop_id, found.merchant_id, role, principal.user_id)


def _allowed(principal: Principal, role: StaffRole | None, roles: Collection[StaffRole] | None) -> str:
    if principal.is_admin:
        return ADMIN
    if role is None:
        raise NotFoundError
    if roles is not None and role not in roles:
        raise ForbiddenError
    return role.value
