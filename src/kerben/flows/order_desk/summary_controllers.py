"""HTTP of a shop's orders by day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get
from litestar.params import QueryParameter

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import shop_access
from kerben.domains.orders import api as orders
from kerben.platform.access import principal_of
from kerben.platform.db import Database
from kerben.platform.money import MoneyView, view
from kerben.platform.settings import Settings


class OrderDayView(msgspec.Struct, frozen=True):
    """Orders placed on a day. `paid` and `revenue` are of those that are paid and not given back, `cancelled` of
    those that were cancelled or returned."""

    day: date
    placed: int
    paid: int
    cancelled: int
    revenue: MoneyView


class OrderDaysView(msgspec.Struct, frozen=True):
    """The days that have orders, oldest first."""

    items: list[OrderDayView]


First = Annotated[date | None, QueryParameter(name="from", description="First day; by default 30 days are shown")]
Last = Annotated[date | None, QueryParameter(name="to", description="Last day, today when left out")]


class OrderSummaryController(Controller):
    """Sums of a shop's orders."""

    path = "/api/v1/shops/{shop_id:uuid}/order-summary"
    tags = ("Orders",)

    @get(guards=[signed_in], summary="Online orders by day")
    async def days(
        self,
        request: Request[Any, Any, Any],
        db: Database,
        settings: Settings,
        shop_id: UUID,
        first: First = None,
        last: Last = None,
    ) -> OrderDaysView:
        """Days from `from` to `to`, both included, at most 366, by the time of the market; for the shop's staff."""
        async with db.read() as tx:
            await shop_access(tx, principal_of(request), shop_id)
            found = await orders.shop_days(tx, shop_id, first, last, settings.currency)
        return OrderDaysView(
            [OrderDayView(d.day, d.placed, d.paid, d.cancelled, view(d.revenue, settings.currency)) for d in found]
        )
