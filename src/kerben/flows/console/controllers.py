"""HTTP of an admin's console."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import Parameter

from kerben.domains.identity.api import admin
from kerben.domains.ledger.api import AccountKind
from kerben.domains.orders.api import OrderStatus
from kerben.domains.pos.api import TillState
from kerben.flows.console import lists
from kerben.flows.console.model import LedgerEntryView, MarketOrderView, MarketRefundView, MarketTillView, SummaryView
from kerben.flows.console.summary import summary
from kerben.platform.db import Database
from kerben.platform.http import Page, page_limit
from kerben.platform.settings import Settings

Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]
Number = Annotated[str | None, Parameter(max_length=40, description="an order's number, or a phone")]


class ConsoleController(Controller):
    """The market as a whole, for admins."""

    path = "/api/v1/admin"
    tags = ("Admin",)

    @get("/summary", guards=[admin], summary="What wants attention")
    async def show_summary(self, db: Database, settings: Settings) -> SummaryView:
        """What wants an admin's attention, and the day so far."""
        async with db.snapshot() as tx:
            return await summary(tx, settings)

    @get("/orders", guards=[admin], summary="Orders of all shops")
    async def list_orders(
        self,
        db: Database,
        status: OrderStatus | None = None,
        q: Number = None,
        attention: bool = False,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Page[MarketOrderView]:
        """Orders, newest first; `q` is a number or a phone, `attention` those that wait for the seller's decision."""
        size = page_limit(limit)
        async with db.read() as tx:
            return await lists.list_orders(tx, q, status, attention=attention, cursor=cursor, limit=size)

    @get("/pos-devices", guards=[admin], summary="Tills of all shops")
    async def list_tills(
        self,
        db: Database,
        settings: Settings,
        status: TillState | None = None,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Page[MarketTillView]:
        """Tills, newest first. `silent`: it did not say that it closes and is not heard."""
        size = page_limit(limit)
        async with db.read() as tx:
            return await lists.list_tills(tx, status, settings.pos_silence_s, cursor, size)

    @get("/ledger/entries", guards=[admin], summary="Entries of the ledger")
    async def list_entries(
        self,
        db: Database,
        account: AccountKind | None = None,
        merchant_id: UUID | None = None,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Page[LedgerEntryView]:
        """What is booked, newest first: everything, one account of the platform, or a merchant's account."""
        size = page_limit(limit)
        async with db.read() as tx:
            return await lists.list_entries(tx, account, merchant_id, cursor, size)

    @get("/refunds", guards=[admin], summary="Refunds of all shops")
    async def list_refunds(
        self, db: Database, awaiting_bearer: bool = False, cursor: Cursor = None, limit: Limit = None
    ) -> Page[MarketRefundView]:
        """Refunds, newest first. `awaiting_bearer`: those that a seller wants the platform to bear, and nobody has
        decided yet."""
        size = page_limit(limit)
        async with db.read() as tx:
            return await lists.list_refunds(tx, cursor, size, claimed=awaiting_bearer)
