"""What open pages hear, and who may listen."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest

from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.orders.events import OrderStatusChanged
from kerben.domains.orders.tests.make import placed
from kerben.flows.checkout.tests.make import Market, make_market
from kerben.flows.order_desk.live import LIVE, SHOP_TOPIC, TOPIC
from kerben.platform.access import Connection
from kerben.platform.errors import DomainError
from kerben.platform.ids import new_id
from kerben.platform.modules import LiveTopic
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash


class Socket:
    """A socket on which nobody is signed in."""

    scope: dict[str, Any] = {"state": {}}


async def may(runtime: Runtime, topic: LiveTopic, identifier: object, **credentials: str) -> bool:
    try:
        return await topic.allowed(runtime, cast("Connection", Socket()), str(identifier), credentials)
    except DomainError:
        return False


def token(headers: dict[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
async def market(runtime: Runtime) -> Market:
    return await make_market(runtime)


async def test_who_may_listen(runtime: Runtime, market: Market) -> None:
    order = await placed(
        runtime.db, shop_id=market.shop_id, user_id=market.buyer.id, guest_token_hash=token_hash("guest")
    )
    async with runtime.db.write() as tx:
        somebody = await make_user(tx)
    stranger = token(await bearer(runtime, somebody))
    assert await may(runtime, TOPIC, order.id, token=token(market.buyer_headers))
    assert await may(runtime, TOPIC, order.id, token=token(market.owner_headers))
    assert await may(runtime, TOPIC, order.id, guest_token="guest")
    assert not await may(runtime, TOPIC, order.id, guest_token="other")
    assert not await may(runtime, TOPIC, order.id, token=stranger)
    assert not await may(runtime, TOPIC, order.id, token="forged")
    assert not await may(runtime, TOPIC, order.id)
    assert not await may(runtime, TOPIC, "not-an-id")
    assert await may(runtime, SHOP_TOPIC, market.shop_id, token=token(market.owner_headers))
    assert not await may(runtime, SHOP_TOPIC, market.shop_id, token=stranger)
    assert not await may(runtime, SHOP_TOPIC, market.shop_id)


def test_a_step_is_told_to_the_order_and_to_the_shop(runtime: Runtime) -> None:
    ids = [new_id() for _ in range(4)]
    event = OrderStatusChanged(
        ids[0], "K-000001", ids[1], ids[2], ids[3], "awaiting_payment", "cancelled", "cancelled", "system",
        runtime.clock.now(),
    )  # fmt: skip
    told = LIVE.messages(event)
    assert [(topic, kind) for topic, kind, _ in told] == [
        (f"order:{ids[0]}", "status"), (f"shop-orders:{ids[2]}", "status"),
    ]  # fmt: skip
    assert told[0][2]["status"] == "cancelled"
    assert isinstance(told[1][2]["order_id"], UUID)
