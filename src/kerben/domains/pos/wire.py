"""What tills send and get, and how it is read: quantities and amounts are decimals in major units, read exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.catalog.api import VariantKey, normalise_barcode
from kerben.domains.pos.errors import ForeignDeviceError, InvalidItemError
from kerben.domains.pos.model import (
    Heartbeat,
    KnownDevice,
    Payment,
    Receipt,
    ReceiptLine,
    SaleResult,
    SaleType,
    StockDiscrepancy,
    StockReport,
)
from kerben.domains.pos.rules import fault
from kerben.platform.errors import DomainError, FieldError, InvalidRequestError
from kerben.platform.money import MINOR_DIGITS, InvalidAmountError, from_major
from kerben.platform.problems import from_validation
from kerben.platform.qty import InvalidQuantityError, to_milli, to_number

LINES_MAX: Final = 500
BULK_MAX: Final = 500
STOCK_MAX: Final = 5000

_PRINTABLE = r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]*$"
Label = Annotated[str, Meta(pattern=_PRINTABLE, max_length=64)]
Moment = Annotated[datetime, Meta(tz=True)]
Number = int | float | str

_PLAIN: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?", re.ASCII)


class StockIn(msgspec.Struct):
    """What lies in the shop."""

    sku: Label
    qty: Number


class HeartbeatIn(msgspec.Struct):
    """A sign of life. No or empty stock: not reported."""

    device_id: str
    status: Label
    timestamp: Moment
    firmware_version: Label | None = None
    stock: Annotated[list[StockIn], Meta(max_length=STOCK_MAX)] | None = None


class ItemIn(msgspec.Struct):
    """A line: one of variant_id, sku, barcode; `unit_price` before discount, `discount` for the whole line."""

    qty: Number
    unit_price: Number
    variant_id: str | None = None
    sku: str | None = None
    barcode: str | None = None
    discount: Number | None = None


class ReceiptIn(msgspec.Struct):
    """A receipt. A void needs no items: it reverses the whole receipt it names."""

    receipt_number: Label
    timestamp: Moment
    device_id: str | None = None
    type: Literal["sale", "refund", "void"] = "sale"
    original_receipt_number: Label | None = None
    items: Annotated[list[ItemIn], Meta(max_length=LINES_MAX)] = msgspec.field(default_factory=list[ItemIn])
    payment: Payment | None = None


class BulkIn(msgspec.Struct):
    """Receipts kept while offline, oldest first. Each has the form of POST /pos/sales."""

    device_id: str
    sales: Annotated[list[dict[str, Any]], Meta(max_length=BULK_MAX)]


class DiscrepancyOut(msgspec.Struct):
    """What the till counts and what we hold; `variant_id` null: we do not know this SKU."""

    sku: str
    variant_id: UUID | None
    reported_qty: int | float
    our_qty: int | float | None


class HeartbeatOut(msgspec.Struct):
    """The answer to a heartbeat."""

    status: Literal["ok"]
    server_time: datetime
    discrepancies: list[DiscrepancyOut]


class SaleOut(msgspec.Struct):
    """A recorded receipt; `total` in major units."""

    sale_id: UUID
    receipt_number: str
    total: int | float


class BulkRow(msgspec.Struct, omit_defaults=True):
    """What became of one receipt: status 201, 409 (recorded before), 422 or 403 (wrong), 503 (send again later)."""

    receipt_number: str | None
    status: int
    sale_id: str | None = None
    total: int | float | None = None
    code: str | None = None
    detail: str | None = None
    errors: list[FieldError] = msgspec.field(default_factory=list[FieldError])


class BulkOut(msgspec.Struct):
    """One result per receipt, in the order given."""

    results: list[BulkRow]
    recorded: int
    duplicates: int
    rejected: int


def check_device(device_id: str | None, device: KnownDevice) -> None:
    """Raise ForeignDeviceError when a body names another till than the one that signed it."""
    if device_id is not None and device_id.strip().lower() != str(device.id):
        raise ForeignDeviceError


def read_heartbeat(data: HeartbeatIn, device: KnownDevice) -> Heartbeat:
    """A heartbeat of a till. Raises InvalidRequestError for a quantity that is none."""
    check_device(data.device_id, device)
    faults: list[FieldError] = []
    stock: list[StockReport] = []
    for index, entry in enumerate(data.stock or []):
        try:
            stock.append(StockReport(entry.sku, to_milli(_plain(entry.qty))))
        except InvalidQuantityError:
            faults.append(FieldError(f"/stock/{index}/qty", "INVALID_VALUE", "Количество записано неверно."))
    if faults:
        raise InvalidRequestError(errors=faults)
    return Heartbeat(device.id, device.shop_id, data.status, data.firmware_version, tuple(stock))


def read_receipt(data: ReceiptIn, device: KnownDevice, now: datetime, currency: str) -> Receipt:
    """A receipt of a till. Raises InvalidItemError with every fault of its form.

    A receipt from the future (a till whose clock runs ahead) counts as of now.
    """
    check_device(data.device_id, device)
    faults: list[FieldError] = []
    if data.type != "sale" and data.original_receipt_number is None:
        faults.append(fault("/original_receipt_number", "Укажите номер исходного чека."))
    lines: list[ReceiptLine] = []
    # What a void lists does not matter: it reverses the whole receipt.
    for index, item in enumerate(data.items if data.type != "void" else []):
        lines.append(_read_line(item, device.shop_id, f"/items/{index}", faults, currency))
    if faults:
        raise InvalidItemError(errors=faults)
    return Receipt(
        device_id=device.id,
        shop_id=device.shop_id,
        number=data.receipt_number,
        type=SaleType(data.type),
        original_number=data.original_receipt_number if data.type != "sale" else None,
        lines=tuple(lines),
        payment=data.payment,
        sold_at=min(data.timestamp, now),
    )


def _read_line(item: ItemIn, shop_id: UUID, pointer: str, faults: list[FieldError], currency: str) -> ReceiptLine:
    key = _read_key(item, shop_id, pointer, faults)
    qty_milli = 0
    try:
        qty_milli = to_milli(_plain(item.qty))
    except InvalidQuantityError:
        faults.append(fault(f"{pointer}/qty", "Количество записано неверно."))
    return ReceiptLine(
        key=key,
        qty_milli=qty_milli,
        unit_price=_amount(item.unit_price, f"{pointer}/unit_price", faults, currency),
        discount=_amount(item.discount or 0, f"{pointer}/discount", faults, currency),
    )


def _read_key(item: ItemIn, shop_id: UUID, pointer: str, faults: list[FieldError]) -> VariantKey:
    given = [
        (kind, field, value)
        for kind, field, value in (
            ("id", "variant_id", item.variant_id),
            ("sku", "sku", item.sku),
            ("barcode", "barcode", item.barcode),
        )
        if value is not None
    ]
    if len(given) != 1:
        faults.append(fault(pointer, "Укажите товар одним из полей: variant_id, sku или barcode."))
        return VariantKey(shop_id, "sku", "")
    kind, field, value = given[0]
    unknown = fault(f"{pointer}/{field}", "Такого товара в этом магазине нет.")
    if not re.fullmatch(_PRINTABLE, value) or len(value) > 64:
        faults.append(unknown)
        return VariantKey(shop_id, "sku", "")
    try:
        if kind == "id":
            return VariantKey(shop_id, "id", str(UUID(value)))
        if kind == "barcode":
            return VariantKey(shop_id, "barcode", normalise_barcode(value))
    except (ValueError, DomainError):
        faults.append(unknown)
    return VariantKey(shop_id, "sku", value)


def _plain(value: Number) -> Number:
    """A decimal text in plain notation; other spellings that Decimal knows are refused by making it no number."""
    return value if not isinstance(value, str) or _PLAIN.fullmatch(value.strip()) else "?"


def _amount(value: Number, pointer: str, faults: list[FieldError], currency: str) -> int:
    try:
        amount = from_major(str(_plain(value)), currency)
    except InvalidAmountError:
        faults.append(fault(pointer, "Сумма записана неверно: не больше двух знаков после запятой."))
        return 0
    if amount < 0:
        faults.append(fault(pointer, "Сумма не может быть отрицательной."))
    return amount


def read_bulk(
    rows: Sequence[dict[str, Any]], device: KnownDevice, now: datetime, currency: str
) -> list[Receipt | DomainError]:
    """Each receipt of an upload alone: one that cannot be read is an error in its place."""
    read: list[Receipt | DomainError] = []
    for row in rows:
        try:
            read.append(read_receipt(msgspec.convert(row, ReceiptIn), device, now, currency))
        except msgspec.ValidationError as error:
            read.append(from_validation(str(error)))
        except DomainError as error:
            read.append(error)
    return read


def major(amount: int, currency: str) -> int | float:
    """A JSON number in major units."""
    scale = 10 ** MINOR_DIGITS.get(currency, 2)
    return amount // scale if amount % scale == 0 else amount / scale


def sale_out(result: SaleResult) -> SaleOut:
    """A recorded receipt for the till."""
    return SaleOut(result.sale_id, result.receipt_number, major(result.total, result.currency))


def bulk_row(number: object, result: SaleResult | DomainError) -> BulkRow:
    """What became of one receipt of an upload."""
    shown = number if isinstance(number, str) else None
    if isinstance(result, SaleResult):
        out = sale_out(result)
        return BulkRow(shown, 201, str(out.sale_id), out.total)
    return BulkRow(
        shown,
        int(result.kind),
        sale_id=result.data.get("sale_id"),
        code=result.code,
        detail=result.detail,
        errors=result.errors,
    )


def discrepancy_out(found: StockDiscrepancy) -> DiscrepancyOut:
    """A discrepancy for the till."""
    return DiscrepancyOut(
        found.sku,
        found.variant_id,
        to_number(found.reported_milli),
        None if found.ours_milli is None else to_number(found.ours_milli),
    )
