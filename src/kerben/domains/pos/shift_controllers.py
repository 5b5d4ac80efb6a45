"""HTTP of shifts: for the tills that work them and for the staff that read their reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import Parameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import StaffRole, shop_access
from kerben.domains.pos import shift_wire as wire
from kerben.domains.pos.guards import device_of, pos_device
from kerben.domains.pos.service import shifts
from kerben.domains.pos.shift_model import ShiftReport
from kerben.domains.pos.wire import Moment, check_device
from kerben.platform.access import principal_of
from kerben.platform.db import Database, WriteTx
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.settings import Settings

HttpRequest = Request[Any, Any, Any]

READS_MONEY: Final = frozenset({StaffRole.OWNER, StaffRole.MANAGER, StaffRole.ACCOUNTANT, StaffRole.CASHIER})
"""Who may read what the tills took."""

Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]


class TillShiftController(Controller):
    """Shifts as tills work them; one open at a time."""

    path = "/api/v1/pos/shifts"
    tags = ("POS",)
    guards = [pos_device]

    @post("/open", status_code=HTTP_201_CREATED, summary="Open a shift")
    async def open_shift(
        self, request: HttpRequest, db: Database, settings: Settings, data: wire.OpenIn
    ) -> wire.ReportOut:
        """Open the till's shift with the cash that lies in it. 409 SHIFT_OPEN (with `shift_id`) while one is open."""
        device, currency = device_of(request), settings.currency
        check_device(data.device_id, device)
        cash = wire.amount(data.opening_cash, "/opening_cash", currency)

        async def work(tx: WriteTx) -> ShiftReport:
            shift = await shifts.open_shift(tx, device, cash, data.cashier, currency, data.timestamp)
            return await shifts.report(tx, shift)

        return wire.report_out(await db.transact(work))

    @post("/current/cash", status_code=HTTP_201_CREATED, summary="Put cash in or take it out")
    async def move_cash(
        self, request: HttpRequest, db: Database, settings: Settings, data: wire.CashIn
    ) -> wire.OperationOut:
        """Record cash put into the till or taken out. The same number again: 409 DUPLICATE_CASH_OPERATION."""
        device, operation = device_of(request), wire.read_operation(data, settings.currency)
        check_device(data.device_id, device)
        operation_id, report = await db.transact(lambda tx: shifts.move_cash(tx, device, operation))
        return wire.OperationOut(
            operation_id, operation.number, report.shift.id, wire.report_out(report).expected_cash
        )

    @get("/current", summary="X report")
    async def current(self, request: HttpRequest, db: Database) -> wire.ReportOut:
        """The figures of the open shift as they stand. 409 NO_OPEN_SHIFT without one."""
        async with db.snapshot() as tx:
            return wire.report_out(await shifts.current(tx, device_of(request).id))

    @post("/close", status_code=HTTP_200_OK, summary="Z report")
    async def close(
        self, request: HttpRequest, db: Database, settings: Settings, data: wire.CloseIn
    ) -> wire.ReportOut:
        """Close the shift. Its figures stand for good, under the till's next Z number."""
        device = device_of(request)
        check_device(data.device_id, device)
        counted = wire.amount(data.counted_cash, "/counted_cash", settings.currency)
        report = await db.transact(lambda tx: shifts.close(tx, device, counted, data.shift_id, data.timestamp))
        return wire.report_out(report)

    @get("/{shift_id:uuid}", summary="A report of the till's own shift, to print it again")
    async def show(self, request: HttpRequest, db: Database, shift_id: UUID) -> wire.ReportOut:
        """The X or Z report of one of the till's shifts, with what arrived late."""
        async with db.snapshot() as tx:
            return wire.report_out(await shifts.report_for_device(tx, device_of(request).id, shift_id))


class ShiftController(Controller):
    """Shifts as staff read them."""

    path = "/api/v1"
    tags = ("POS",)
    guards = [signed_in]

    @get("/shops/{shop_id:uuid}/shifts", summary="Shifts of a shop")
    async def of_shop(
        self, request: HttpRequest, db: Database, shop_id: UUID, cursor: Cursor = None, limit: Limit = None
    ) -> Page[wire.ReportOut]:
        """Shifts of all tills of a shop, newest first. What arrived late is shown by the single shift only."""
        size = page_limit(limit)
        before: tuple[datetime, UUID] | None = decode_cursor(cursor, tuple[Moment, UUID])
        async with db.snapshot() as tx:
            access = await shop_access(tx, principal_of(request), shop_id, READS_MONEY)
            found = await shifts.shifts_of_shop(tx, access.shop_id, before, size + 1)
        shown = found[:size]
        following = encode_cursor(shown[-1].shift.opened_at, shown[-1].shift.id) if len(found) > size else None
        return Page([wire.report_out(report) for report in shown], following)

    @get("/shifts/{shift_id:uuid}", summary="One shift")
    async def show(self, request: HttpRequest, db: Database, shift_id: UUID) -> wire.ReportOut:
        """The X or Z report of a shift, with what arrived late."""
        async with db.snapshot() as tx:
            shift = await shifts.shift_by_id(tx, shift_id)
            await shop_access(tx, principal_of(request), shift.shop_id, READS_MONEY)
            return wire.report_out(await shifts.report(tx, shift))
