"""HTTP of the daily sums of a shop's tills."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get
from litestar.params import Parameter, QueryParameter

from kerben.domains.catalog.api import variants_by_ids
from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import shop_access
from kerben.domains.pos.service import summaries
from kerben.domains.pos.shift_controllers import READS_MONEY
from kerben.domains.pos.summary_model import DaySummary
from kerben.platform.access import principal_of
from kerben.platform.db import Database
from kerben.platform.http import page_limit
from kerben.platform.money import MoneyView, view
from kerben.platform.qty import to_number
from kerben.platform.settings import Settings

HttpRequest = Request[Any, Any, Any]


class KindView(msgspec.Struct):
    """Receipts of one kind."""

    count: int
    total: MoneyView


class PaymentsView(msgspec.Struct):
    """Revenue by the way it was paid; `other`: the till did not say how."""

    cash: MoneyView
    card: MoneyView
    qr: MoneyView
    other: MoneyView


class DayView(msgspec.Struct):
    """One business day (Asia/Bishkek), by the time the receipts were made.

    `revenue` = sales − refunds − voids + refund_voids. `late`: receipts that arrived on a later day; they are in the
    other figures too. `items_sold` counts pieces and kilograms.
    """

    day: date
    sales: KindView
    refunds: KindView
    voids: KindView
    refund_voids: KindView
    revenue: MoneyView
    payments: PaymentsView
    discounts: MoneyView
    items_sold: int | float
    average_receipt: MoneyView | None
    late: KindView


class DaysView(msgspec.Struct):
    """The days that have receipts, oldest first."""

    items: list[DayView]


class TopGoodView(msgspec.Struct):
    """A variant and what it brought, less what came back."""

    variant_id: UUID
    name: str
    sku: str
    qty: int | float
    amount: MoneyView


class TopGoodsView(msgspec.Struct):
    """What brought most, the best first."""

    items: list[TopGoodView]


First = Annotated[date | None, QueryParameter(name="from", description="First day; by default 30 days are shown")]
Last = Annotated[date | None, QueryParameter(name="to", description="Last day, today when left out")]


class SummaryController(Controller):
    """Sums of a shop's days."""

    path = "/api/v1/shops/{shop_id:uuid}/pos-summary"
    tags = ("POS",)
    guards = [signed_in]

    @get(summary="Daily sums of the tills")
    async def days(
        self, request: HttpRequest, db: Database, shop_id: UUID, first: First = None, last: Last = None
    ) -> DaysView:
        """Days from `from` to `to`, both included, at most 366. A receipt is counted within seconds."""
        async with db.read() as tx:
            access = await shop_access(tx, principal_of(request), shop_id, READS_MONEY)
            since, until = summaries.span(tx.now, first, last)
            return DaysView([_day(entry) for entry in await summaries.days(tx, access.shop_id, since, until)])

    @get("/{day:date}/top-goods", summary="What sold best on a day")
    async def top_goods(
        self,
        request: HttpRequest,
        db: Database,
        settings: Settings,
        shop_id: UUID,
        day: date,
        limit: Annotated[int | None, Parameter(description="1 to 100, 10 when left out")] = None,
    ) -> TopGoodsView:
        """Variants of the day by the money they brought."""
        size = page_limit(limit, 10)
        async with db.read() as tx:
            access = await shop_access(tx, principal_of(request), shop_id, READS_MONEY)
            found = await summaries.top_goods(tx, access.shop_id, day, size)
            facts = await variants_by_ids(tx, [good.variant_id for good in found])
        return TopGoodsView(
            [
                TopGoodView(
                    good.variant_id,
                    facts[good.variant_id].product_name,
                    facts[good.variant_id].sku,
                    to_number(good.qty_milli),
                    view(good.amount, settings.currency),
                )
                for good in found
                if good.variant_id in facts
            ]
        )


def _day(entry: DaySummary) -> DayView:
    def money(amount: int) -> MoneyView:
        return view(amount, entry.currency)

    average = entry.average_receipt
    return DayView(
        day=entry.day,
        sales=KindView(entry.sales, money(entry.sales_total)),
        refunds=KindView(entry.refunds, money(entry.refunds_total)),
        voids=KindView(entry.voids, money(entry.voids_total)),
        refund_voids=KindView(entry.refund_voids, money(entry.refund_voids_total)),
        revenue=money(entry.revenue),
        payments=PaymentsView(money(entry.cash), money(entry.card), money(entry.qr), money(entry.other)),
        discounts=money(entry.discounts),
        items_sold=to_number(entry.items_sold),
        average_receipt=None if average is None else money(average),
        late=KindView(entry.late_receipts, money(entry.late_total)),
    )
