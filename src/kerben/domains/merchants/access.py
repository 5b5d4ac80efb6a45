"""Who may act for a merchant or shop.

A repository of seller data takes the access object made here, so that a foreign row cannot be reached by accident:
without membership the answer is the same as for a row that does not exist. Memberships are read from the database
each time, so a change of staff counts at once in every process.

The caller is a person (a Principal) or a partner's program (a Partner). People need a confirmed second factor.
Programs get access only where the code names the scope they need.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kerben.domains.identity.api import require_second_factor
from kerben.domains.merchants import shop_repository, staff_repository
from kerben.domains.merchants.errors import ScopeMissingError
from kerben.domains.merchants.model import ADMIN, PARTNER, MerchantAccess, Partner, Scope, ShopAccess, StaffRole
from kerben.domains.merchants.rules import highest
from kerben.domains.merchants.staff_repository import Membership
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx
from kerben.platform.errors import ForbiddenError, NotFoundError

Caller = Principal | Partner


async def merchant_access(
    tx: ReadTx,
    caller: Caller,
    merchant_id: UUID,
    roles: Collection[StaffRole] | None = None,
    *,
    scope: Scope | None = None,
) -> MerchantAccess:
    """Prove that somebody may act for a merchant as a whole. `roles` None: any staff of the whole merchant; admins
    always may, as role "admin"; a partner's key may when it has `scope` and is not limited to shops.

    Raises NotFoundError for an unknown merchant or somebody else's; ForbiddenError for a role that may not, and for
    whoever is limited to some shops; ScopeMissingError; SecondFactorRequiredError.
    """
    if isinstance(caller, Partner):
        if caller.merchant_id != merchant_id:
            raise NotFoundError
        _require_scope(caller, scope)
        if caller.shop_ids is not None:
            raise ForbiddenError
        return MerchantAccess(merchant_id, PARTNER, caller.key_id)
    found = await staff_repository.of_merchant(tx, merchant_id, caller.user_id)
    role = await _role(tx, caller, found, roles, NotFoundError if found and not found.is_staff else ForbiddenError)
    return MerchantAccess(merchant_id, role, caller.user_id)


async def shop_access(
    tx: ReadTx,
    caller: Caller,
    shop_id: UUID,
    roles: Collection[StaffRole] | None = None,
    *,
    scope: Scope | None = None,
) -> ShopAccess:
    """Prove that somebody may act for a shop. `roles` None: any staff of it; admins always may, as role "admin"; a
    partner's key may when it has `scope`.

    Raises NotFoundError for an unknown shop, somebody else's, or one outside of the caller's own shops;
    ForbiddenError for a role that may not; ScopeMissingError; SecondFactorRequiredError.
    """
    if isinstance(caller, Partner):
        merchant_id = await shop_repository.merchant_of(tx, shop_id)
        if merchant_id is None or merchant_id != caller.merchant_id:
            raise NotFoundError
        if caller.shop_ids is not None and shop_id not in caller.shop_ids:
            raise NotFoundError
        _require_scope(caller, scope)
        return ShopAccess(shop_id, merchant_id, PARTNER, caller.key_id)
    found = await staff_repository.of_shop(tx, shop_id, caller.user_id)
    role = await _role(tx, caller, found, roles, NotFoundError)
    assert found is not None  # noqa: S101 - an unknown shop was refused
    return ShopAccess(shop_id, found.merchant_id, role, caller.user_id)


def _require_scope(partner: Partner, scope: Scope | None) -> None:
    # Where no scope is named, the code was not written for programs.
    if scope is None or scope not in partner.scopes:
        raise ScopeMissingError(scope=scope)


async def _role(
    tx: ReadTx,
    principal: Principal,
    found: Membership | None,
    roles: Collection[StaffRole] | None,
    without: type[NotFoundError] | type[ForbiddenError],
) -> str:
    """The role in which a person acts; `without` is raised when none of theirs counts here."""
    if found is None:
        raise NotFoundError
    if principal.is_admin:
        await require_second_factor(tx, principal)
        return ADMIN
    if not found.roles:
        raise without
    # The factor before the role: what a person may do after setting it up is told only then.
    await require_second_factor(tx, principal)
    fitting = found.roles if roles is None else found.roles & set(roles)
    if not fitting:
        raise ForbiddenError
    return highest(fitting).value
