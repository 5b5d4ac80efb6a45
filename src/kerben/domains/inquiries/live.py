"""A shop's open cabinet hears of requests; buyers do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kerben.domains.identity.api import TokenVerifier
from kerben.domains.inquiries.events import AvailabilityAnswered, AvailabilityAsked
from kerben.domains.merchants.api import shop_access
from kerben.platform.access import Connection, optional_principal_of
from kerben.platform.errors import NotFoundError
from kerben.platform.modules import Live, LiveTopic
from kerben.platform.runtime import Runtime


def _messages(event: AvailabilityAsked | AvailabilityAnswered) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    data = {"id": event.request_id, "product_name": event.product_name, "status": event.status}
    return [(f"shop-requests:{event.shop_id}", "availability_request", data)]


async def _may_see_shop(
    runtime: Runtime, connection: Connection, identifier: str, credentials: Mapping[str, Any]
) -> bool:
    token = credentials.get("token")
    principal = runtime.part(TokenVerifier).verify(token) if token else optional_principal_of(connection)
    if principal is None:
        return False
    try:
        shop_id = UUID(identifier)
    except ValueError as error:
        raise NotFoundError from error
    async with runtime.db.read() as tx:
        await shop_access(tx, principal, shop_id)
    return True


LIVE: Final = Live((AvailabilityAsked, AvailabilityAnswered), _messages)
TOPIC: Final = LiveTopic("shop-requests", _may_see_shop)
