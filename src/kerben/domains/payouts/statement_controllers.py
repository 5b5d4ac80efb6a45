"""HTTP of a merchant's statement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream
from msgspec import Meta

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import StaffRole, merchant_access
from kerben.domains.payouts import statement as service
from kerben.domains.payouts import statement_rules as rules
from kerben.domains.payouts.statement_export import to_csv
from kerben.domains.payouts.statement_model import OrderRef, StatementDay, StatementEntry, StatementKind, StatementSum
from kerben.platform.access import principal_of
from kerben.platform.db import Database
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.money import MoneyView, view
from kerben.platform.settings import Settings

_MAY_SEE: Final = (StaffRole.OWNER, StaffRole.ACCOUNTANT)
_CSV: Final = {200: ResponseSpec(bytes, generate_examples=False, media_type="text/csv", description="A table")}

First = Annotated[date | None, QueryParameter(name="from", description="First day; that of the month when left out")]
Last = Annotated[date | None, QueryParameter(name="to", description="Last day, today when left out")]
Kinds = Annotated[
    list[StatementKind] | None, QueryParameter(name="kind", description="Only operations of these kinds")
]
Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]
_Position = tuple[Annotated[datetime, Meta(tz=True)], Annotated[int, Meta(ge=0, le=2**63 - 1)]]


class StatementSumView(msgspec.Struct, frozen=True):
    """What `count` operations of one kind brought (above zero) or took (below)."""

    kind: StatementKind
    count: int
    amount: MoneyView


class StatementDayView(msgspec.Struct, frozen=True):
    """A day on which the balance moved: by kind, in all, and how much there was at its end."""

    day: date
    sums: list[StatementSumView]
    change: MoneyView
    closing: MoneyView


class StatementView(msgspec.Struct, frozen=True):
    """`opening` + all of `sums` = `closing`, exactly; days that moved nothing are left out, oldest first."""

    first: date
    last: date
    opening: MoneyView
    sums: list[StatementSumView]
    closing: MoneyView
    days: list[StatementDayView]


class StatementOrderView(msgspec.Struct, frozen=True):
    """The order that an operation is about."""

    id: UUID
    number: str


class StatementEntryView(msgspec.Struct, frozen=True):
    """One operation: above zero into the balance, below zero out of it. `balance` is that after it; it is left out
    where only some kinds are asked for."""

    id: int
    at: datetime
    kind: StatementKind
    amount: MoneyView
    balance: MoneyView | None
    order: StatementOrderView | None
    payout_id: UUID | None


def _sums(found: list[StatementSum], currency: str) -> list[StatementSumView]:
    return [StatementSumView(s.kind, s.count, view(s.amount, currency)) for s in found]


def _day(day: StatementDay, currency: str) -> StatementDayView:
    return StatementDayView(
        day.day, _sums(day.sums, currency), view(day.change, currency), view(day.closing, currency)
    )


def _order(ref: OrderRef | None) -> StatementOrderView | None:
    return StatementOrderView(ref.id, ref.number) if ref is not None else None


def _entry(entry: StatementEntry, currency: str) -> StatementEntryView:
    return StatementEntryView(
        id=entry.id,
        at=entry.at,
        kind=entry.kind,
        amount=view(entry.amount, currency),
        balance=view(entry.balance, currency) if entry.balance is not None else None,
        order=_order(entry.order),
        payout_id=entry.payout_id,
    )


class StatementController(Controller):
    """What changed a merchant's balance, for its owner and accountants. Days are those of the market."""

    path = "/api/v1/merchants/{merchant_id:uuid}/statement"
    tags = ("payouts",)

    @get(guards=[signed_in])
    async def sums(
        self,
        request: Request[Any, Any, Any],
        db: Database,
        settings: Settings,
        merchant_id: UUID,
        first: First = None,
        last: Last = None,
    ) -> StatementView:
        """Balance before and after some days and what lies between, by kind and by day; `from` and `to` included."""
        async with db.snapshot() as tx:
            access = await merchant_access(tx, principal_of(request), merchant_id, _MAY_SEE)
            period = rules.period(tx.now, first, last)
            found = await service.statement(tx, access, period, settings.currency)
        currency = found.currency
        return StatementView(
            period.first,
            period.last,
            view(found.opening, currency),
            _sums(found.sums, currency),
            view(found.closing, currency),
            [_day(day, currency) for day in found.days],
        )

    @get("/entries", guards=[signed_in])
    async def entries(
        self,
        request: Request[Any, Any, Any],
        db: Database,
        settings: Settings,
        merchant_id: UUID,
        first: First = None,
        last: Last = None,
        kinds: Kinds = None,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Page[StatementEntryView]:
        """Single operations of these days, newest first."""
        size = page_limit(limit)
        before = decode_cursor(cursor, _Position)
        async with db.snapshot() as tx:
            access = await merchant_access(tx, principal_of(request), merchant_id, _MAY_SEE)
            period = rules.period(tx.now, first, last)
            found = await service.newest(
                tx, access, period, settings.currency, kinds=kinds, before=before, limit=size + 1
            )
        shown = found[:size]
        return Page(
            [_entry(entry, settings.currency) for entry in shown],
            encode_cursor(shown[-1].at, shown[-1].id) if len(found) > size else None,
        )

    @get("/export", guards=[signed_in], responses=_CSV)
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: Database,
        settings: Settings,
        merchant_id: UUID,
        first: First = None,
        last: Last = None,
    ) -> Stream:
        """All operations of these days as CSV, oldest first, between the balances before and after."""
        async with db.snapshot() as tx:
            access = await merchant_access(tx, principal_of(request), merchant_id, _MAY_SEE)
            period = rules.period(tx.now, first, last)
            opening = (await service.statement(tx, access, period, settings.currency)).opening
        headers = {
            "Content-Disposition": f'attachment; filename="statement-{period.first}-{period.last}.csv"',
            "Cache-Control": "no-store",
        }
        pieces = to_csv(db, access, period, settings.currency, opening)
        return Stream(pieces, media_type="text/csv", headers=headers)
