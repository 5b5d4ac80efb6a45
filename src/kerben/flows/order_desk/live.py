"""Open pages of an order hear of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kerben.domains.identity.api import TokenVerifier
from kerben.domains.merchants.api import shop_access
from kerben.domains.orders.events import (
    AttentionCleared,
    AttentionNeeded,
    OrderChanged,
    OrderPlaced,
    OrderStatusChanged,
    PickupExtended,
)
from kerben.flows.order_desk.access import visible_order
from kerben.platform.access import Connection, Principal, optional_principal_of
from kerben.platform.errors import NotFoundError
from kerben.platform.modules import Live, LiveTopic
from kerben.platform.runtime import Runtime

Messages = Sequence[tuple[str, str, Mapping[str, Any]]]


_Heard = OrderPlaced | OrderStatusChanged | OrderChanged | PickupExtended | AttentionNeeded | AttentionCleared


def _messages(event: _Heard) -> Messages:
    topic = f"order:{event.order_id}"
    if isinstance(event, OrderPlaced):
        new = {"order_id": event.order_id, "number": event.number, "status": event.status, "total": event.total}
        return [(f"shop-orders:{event.shop_id}", "placed", new)]
    if isinstance(event, OrderStatusChanged):
        data = {"status": event.status, "phase": event.phase, "at": event.at}
        return [
            (topic, "status", data),
            (f"shop-orders:{event.shop_id}", "status", {**data, "order_id": event.order_id, "number": event.number}),
        ]
    if isinstance(event, OrderChanged):
        return [(topic, "changed", {"version": event.version, "total": event.total, "currency": event.currency})]
    if isinstance(event, PickupExtended):
        kept = {"pickup_until": event.pickup_until}
        return [
            (topic, "extended", kept),
            (f"shop-orders:{event.shop_id}", "extended", {**kept, "order_id": event.order_id}),
        ]
    if isinstance(event, AttentionCleared):
        return [(f"shop-orders:{event.shop_id}", "attention_cleared", {"order_id": event.order_id})]
    return [(f"shop-orders:{event.shop_id}", "attention", {"order_id": event.order_id, "reason": event.reason})]


def _principal(runtime: Runtime, connection: Connection, credentials: Mapping[str, Any]) -> Principal | None:
    token = credentials.get("token")
    return runtime.part(TokenVerifier).verify(token) if token else optional_principal_of(connection)


def _id(identifier: str) -> UUID:
    try:
        return UUID(identifier)
    except ValueError as error:
        raise NotFoundError from error


async def _may_see_order(
    runtime: Runtime, connection: Connection, identifier: str, credentials: Mapping[str, Any]
) -> bool:
    principal = _principal(runtime, connection, credentials)
    async with runtime.db.read() as tx:
        await visible_order(tx, _id(identifier), principal, credentials.get("guest_token"))
    return True


async def _may_see_shop(
    runtime: Runtime, connection: Connection, identifier: str, credentials: Mapping[str, Any]
) -> bool:
    principal = _principal(runtime, connection, credentials)
    if principal is None:
        return False
    async with runtime.db.read() as tx:
        await shop_access(tx, principal, _id(identifier))
    return True


LIVE = Live(
    (OrderPlaced, OrderStatusChanged, OrderChanged, PickupExtended, AttentionNeeded, AttentionCleared), _messages
)
TOPIC = LiveTopic("order", _may_see_order)
SHOP_TOPIC = LiveTopic("shop-orders", _may_see_shop)
