"""HTTP of pickups, for tills."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import Parameter

from kerben.domains.pos.api import device_of, pos_device
from kerben.flows.order_desk import pickup
from kerben.flows.order_desk.model import IssueBody, PickupView
from kerben.flows.order_desk.pickup import PickupCodes
from kerben.flows.order_desk.service import OrderMovedError
from kerben.platform.db import Database
from kerben.platform.errors import IllegalTransitionError
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit

HttpRequest = Request[Any, Any, State]

_TRIES: Final = 3

Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]


class PickupController(Controller):
    """Orders that are handed over at the counter."""

    path = "/api/v1/pos/pickups"
    tags = ("POS",)

    @get(guards=[pos_device], summary="Orders waiting at the counter")
    async def waiting(
        self, request: HttpRequest, db: Database, cursor: Cursor = None, limit: Limit = None
    ) -> Page[PickupView]:
        """Orders that wait at the counter of the till's shop, newest first."""
        size = page_limit(limit)
        before = decode_cursor(cursor, tuple[UUID])
        async with db.read() as tx:
            found = await pickup.waiting(tx, device_of(request).shop_id, before[0] if before else None, size + 1)
        shown = found[:size]
        return Page(shown, encode_cursor(shown[-1].order_id) if len(found) > size else None)

    @post("/{order_id:uuid}/issue", guards=[pos_device], status_code=200, summary="Hand an order over")
    async def issue(
        self, request: HttpRequest, order_id: UUID, data: IssueBody, db: Database, pickup_codes: PickupCodes
    ) -> PickupView:
        """Hand an order over against the code that its buyer shows. Repeating it changes nothing."""
        device = device_of(request)
        for _ in range(_TRIES):
            try:
                return await db.transact(lambda tx: pickup.issue(tx, pickup_codes, device, order_id, data.code))
            except OrderMovedError:
                continue
        raise IllegalTransitionError
