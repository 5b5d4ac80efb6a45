"""What tills and staff see of shifts. Amounts are decimals in major units, as everywhere in the POS section."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.pos.shift_model import CashOperation, CashType, Figures, ShiftReport, Sums
from kerben.domains.pos.wire import Label, Moment, Number, major
from kerben.platform.errors import FieldError, InvalidRequestError
from kerben.platform.money import AMOUNT_MAX, InvalidAmountError, from_major

Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]

_PLAIN: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,10})?", re.ASCII)


class OpenIn(msgspec.Struct):
    """A shift begins. `timestamp`: when it did by the till's clock, if it was offline then; never in the future."""

    opening_cash: Number
    cashier: Label | None = None
    timestamp: Moment | None = None
    device_id: str | None = None


class CashIn(msgspec.Struct):
    """Cash put in or taken out. `number` is the till's own, unique for ever, like those of receipts."""

    number: Label
    type: CashType
    amount: Number
    reason: Reason
    device_id: str | None = None


class CloseIn(msgspec.Struct):
    """A shift ends with so much cash in the till. With `shift_id` the request may be repeated."""

    counted_cash: Number
    shift_id: UUID | None = None
    timestamp: Moment | None = None
    device_id: str | None = None


class SumsOut(msgspec.Struct):
    """Receipts of one kind and their totals by payment; `other`: the till did not say how."""

    count: int
    total: int | float
    cash: int | float
    card: int | float
    qr: int | float
    other: int | float


class CashOut(msgspec.Struct):
    """Movements of cash in one direction."""

    count: int
    total: int | float


class LateOut(msgspec.Struct):
    """Receipts that arrived after the Z report with a time inside the shift; they are not in its figures.

    `expected_cash` is by how much they change what must have lain in the till.
    """

    count: int
    sales: SumsOut
    refunds: SumsOut
    voids: SumsOut
    refund_voids: SumsOut
    revenue: SumsOut
    discounts: int | float
    expected_cash: int | float


class ReportOut(msgspec.Struct):
    """An X report (the shift is open) or a Z report (closed; as it stood at the close).

    `voids` reverse sales, `refund_voids` reverse refunds; `revenue` = sales − refunds − voids + refund_voids.
    `expected_cash` = opening cash + cash in − cash out + cash of the revenue; `difference` = counted − expected.
    """

    shift_id: UUID
    shop_id: UUID
    device_id: UUID
    report: Literal["X", "Z"]
    z_number: int | None
    cashier: str | None
    opened_at: datetime
    closed_at: datetime | None
    currency: str
    receipts: int
    first_receipt: str | None
    last_receipt: str | None
    sales: SumsOut
    refunds: SumsOut
    voids: SumsOut
    refund_voids: SumsOut
    revenue: SumsOut
    discounts: int | float
    opening_cash: int | float
    cash_in: CashOut
    cash_out: CashOut
    expected_cash: int | float
    counted_cash: int | float | None
    difference: int | float | None
    late: LateOut | None


class OperationOut(msgspec.Struct):
    """A recorded movement of cash, and what must lie in the till after it."""

    operation_id: UUID
    number: str
    shift_id: UUID
    expected_cash: int | float


def amount(value: Number, pointer: str, currency: str, *, least: int = 0) -> int:
    """Minor units of a decimal in major units. Raises InvalidRequestError, also for less than `least`."""
    try:
        if isinstance(value, str) and not _PLAIN.fullmatch(value.strip()):
            raise InvalidAmountError("not a plain decimal")
        minor = from_major(str(value), currency)
    except InvalidAmountError as error:
        raise _fault(pointer, "Сумма записана неверно: не больше двух знаков после запятой.") from error
    if minor < least:
        raise _fault(pointer, "Сумма должна быть больше нуля." if least else "Сумма не может быть отрицательной.")
    if minor > AMOUNT_MAX:
        raise _fault(pointer, "Слишком большая сумма.")
    return minor


def _fault(pointer: str, detail: str) -> InvalidRequestError:
    return InvalidRequestError(errors=[FieldError(pointer, "INVALID_VALUE", detail)])


def read_operation(data: CashIn, currency: str) -> CashOperation:
    """A movement of cash. Raises InvalidRequestError."""
    return CashOperation(data.number, data.type, amount(data.amount, "/amount", currency, least=1), data.reason)


def _sums(sums: Sums, currency: str) -> SumsOut:
    return SumsOut(
        sums.count,
        major(sums.total, currency),
        major(sums.cash, currency),
        major(sums.card, currency),
        major(sums.qr, currency),
        major(sums.other, currency),
    )


def _late(late: Figures | None, currency: str) -> LateOut | None:
    if late is None or not late.receipts:
        return None
    return LateOut(
        count=late.receipts,
        sales=_sums(late.sales, currency),
        refunds=_sums(late.refunds, currency),
        voids=_sums(late.voids, currency),
        refund_voids=_sums(late.refund_voids, currency),
        revenue=_sums(late.revenue, currency),
        discounts=major(late.discounts, currency),
        expected_cash=major(late.revenue.cash, currency),
    )


def report_out(report: ShiftReport) -> ReportOut:
    """A report for a till or a page."""
    shift, figures, currency = report.shift, report.figures, report.shift.currency
    expected = figures.expected_cash(shift.opening_cash)
    counted = shift.counted_cash
    return ReportOut(
        shift_id=shift.id,
        shop_id=shift.shop_id,
        device_id=shift.device_id,
        report="X" if shift.closed_at is None else "Z",
        z_number=shift.z_number,
        cashier=shift.cashier,
        opened_at=shift.opened_at,
        closed_at=shift.closed_at,
        currency=currency,
        receipts=figures.receipts,
        first_receipt=figures.first_receipt,
        last_receipt=figures.last_receipt,
        sales=_sums(figures.sales, currency),
        refunds=_sums(figures.refunds, currency),
        voids=_sums(figures.voids, currency),
        refund_voids=_sums(figures.refund_voids, currency),
        revenue=_sums(figures.revenue, currency),
        discounts=major(figures.discounts, currency),
        opening_cash=major(shift.opening_cash, currency),
        cash_in=CashOut(figures.cash_in_count, major(figures.cash_in, currency)),
        cash_out=CashOut(figures.cash_out_count, major(figures.cash_out, currency)),
        expected_cash=major(expected, currency),
        counted_cash=None if counted is None else major(counted, currency),
        difference=None if counted is None else major(counted - expected, currency),
        late=_late(report.late, currency),
    )
