"""Who may look at an order, and as whom."""

from __future__ import annotations

import hmac
from uuid import UUID

from kerben.domains.merchants.api import shop_access
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import Actor, Order
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx
from kerben.platform.errors import NotFoundError, UnauthenticatedError
from kerben.platform.secrets import token_hash

GUEST_HEADER = "X-Guest-Token"


async def visible_order(
    tx: ReadTx, order_id: UUID, principal: Principal | None, guest_token: str | None
) -> tuple[Order, Actor]:
    """An order and the role in which the caller sees it: buyer, a staff role of its shop, or admin.

    Raises NotFoundError for everybody else, just as for an order that does not exist.
    """
    order = (await orders.orders_by_ids(tx, [order_id])).get(order_id)
    if order is None:
        raise NotFoundError
    if principal is not None and principal.user_id == order.user_id:
        return order, Actor(principal.user_id, "buyer")
    if (
        guest_token
        and order.guest_token_hash
        and hmac.compare_digest(order.guest_token_hash, token_hash(guest_token))
    ):
        return order, Actor(order.user_id, "buyer")
    if principal is None:
        raise NotFoundError
    access = await shop_access(tx, principal, order.shop_id)
    return order, Actor(access.actor, access.role)


async def staff_order(tx: ReadTx, order_id: UUID, principal: Principal | None) -> tuple[Order, Actor]:
    """An order and the staff role of the caller at its shop.

    Raises UnauthenticatedError without a token, NotFoundError for an order of somebody else's shop.
    """
    if principal is None:
        raise UnauthenticatedError
    order = (await orders.orders_by_ids(tx, [order_id])).get(order_id)
    if order is None:
        raise NotFoundError
    access = await shop_access(tx, principal, order.shop_id)
    return order, Actor(access.actor, access.role)
