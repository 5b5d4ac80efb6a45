"""Shifts: opened, cash moved, looked at (X), closed (Z).

A receipt belongs to the shift of its till in whose time it was made, by the till's own clock; nothing is written to
it, and without a shift it is recorded all the same. So the figures of an open shift are those of its receipts just
now. Closing freezes them: a receipt that arrives later with a time inside the shift leaves the printed Z report as it
is and is shown beside it as late. Every receipt that was acknowledged before the close is in the Z report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from kerben.domains.pos.errors import DuplicateCashOperationError, NoOpenShiftError, ShiftOpenError
from kerben.domains.pos.events import ShiftClosed, ShiftOpened
from kerben.domains.pos.model import KnownDevice
from kerben.domains.pos.repository import shifts as repository
from kerben.domains.pos.shift_model import CashOperation, Shift, ShiftReport, difference
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError

_INSTANT = timedelta(microseconds=1)


async def open_shift(
    tx: WriteTx, device: KnownDevice, opening_cash: int, cashier: str | None, currency: str, at: datetime | None
) -> Shift:
    """Open a till's shift, as of `at` (a till that was offline then), else of now; never before the last one ended.

    Raises ShiftOpenError while another one is open.
    """
    await repository.lock_device(tx, device.id)
    if (current := await repository.open_shift(tx, device.id)) is not None:
        raise ShiftOpenError(shift_id=str(current.id))
    opened_at = min(at or tx.now, tx.now)
    last = await repository.last_closed(tx, device.id)
    if last is not None and last.closed_at is not None:
        opened_at = max(opened_at, last.closed_at + _INSTANT)
    shift = Shift(
        id=tx.new_id(),
        device_id=device.id,
        shop_id=device.shop_id,
        cashier=cashier,
        currency=currency,
        opening_cash=opening_cash,
        opened_at=opened_at,
        closed_at=None,
        z_number=None,
        counted_cash=None,
        z=None,
    )
    await repository.insert(tx, shift)
    tx.publish(ShiftOpened(shift_id=shift.id, shop_id=shift.shop_id, device_id=shift.device_id))
    return shift


async def move_cash(tx: WriteTx, device: KnownDevice, operation: CashOperation) -> tuple[UUID, ShiftReport]:
    """Put cash into the till or take it out; the operation and the X report after it.

    Raises DuplicateCashOperationError when the till has used the number before, in whatever shift; NoOpenShiftError.
    """
    await repository.lock_device(tx, device.id)
    known = await repository.operation_of(tx, device.id, operation.number)
    if known is not None:
        raise DuplicateCashOperationError(operation_id=str(known), number=operation.number)
    shift = await _current(tx, device.id)
    operation_id = await repository.insert_operation(tx, shift, operation)
    assert operation_id is not None  # noqa: S101 - the till's row is locked
    return operation_id, await _report(tx, shift)


async def current(tx: ReadTx, device_id: UUID) -> ShiftReport:
    """The X report of a till. Raises NoOpenShiftError."""
    return await _report(tx, await _current(tx, device_id))


async def open_shift_id(tx: ReadTx, device_id: UUID) -> UUID | None:
    """The till's open shift, if it has one."""
    shift = await repository.open_shift(tx, device_id)
    return None if shift is None else shift.id


async def close(
    tx: WriteTx, device: KnownDevice, counted_cash: int, shift_id: UUID | None, at: datetime | None
) -> ShiftReport:
    """Close a till's shift as of `at` or now, but not before its last receipt; its Z report.

    With `shift_id` it may be repeated: the Z report of a shift that is closed already is given again, as it is.
    Raises NoOpenShiftError, and NotFoundError for a shift that is not this till's.
    """
    await repository.lock_device(tx, device.id)
    if shift_id is not None:
        named = await repository.by_id(tx, shift_id)
        if named is None or named.device_id != device.id:
            raise NotFoundError
        if named.z is not None:
            return ShiftReport(named, named.z)
    shift = await _current(tx, device.id)
    newest = await repository.newest_receipt(tx, shift)
    closed_at = max(shift.opened_at, min(at or tx.now, tx.now), newest or shift.opened_at)
    (figures,) = await repository.figures(tx, [shift], closed_at)
    closed = await repository.close(tx, shift, closed_at, figures, counted_cash)
    tx.publish(
        ShiftClosed(
            shift_id=closed.id,
            shop_id=closed.shop_id,
            device_id=closed.device_id,
            z_number=closed.z_number or 0,
            revenue=figures.revenue.total,
            expected_cash=figures.expected_cash(closed.opening_cash),
            counted_cash=counted_cash,
            currency=closed.currency,
        )
    )
    return ShiftReport(closed, figures)


async def report_for_device(tx: ReadTx, device_id: UUID, shift_id: UUID) -> ShiftReport:
    """A report of the till's own shift, to print it again. Raises NotFoundError."""
    shift = await repository.by_id(tx, shift_id)
    if shift is None or shift.device_id != device_id:
        raise NotFoundError
    return await _report(tx, shift)


async def shift_by_id(tx: ReadTx, shift_id: UUID) -> Shift:
    """A shift, whosesoever: the caller proves that it may be seen. Raises NotFoundError."""
    shift = await repository.by_id(tx, shift_id)
    if shift is None:
        raise NotFoundError
    return shift


async def report(tx: ReadTx, shift: Shift) -> ShiftReport:
    """The X or Z report of a shift, with what arrived late."""
    return await _report(tx, shift)


async def shifts_of_shop(
    tx: ReadTx, shop_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> list[ShiftReport]:
    """A shop's shifts with their figures, newest first; what came late is not worked out."""
    shifts = await repository.of_shop(tx, shop_id, before, limit)
    still = [shift for shift in shifts if shift.z is None]
    live = dict(zip((s.id for s in still), await _live(tx, still), strict=True))
    return [ShiftReport(shift, shift.z or live[shift.id].figures) for shift in shifts]


async def _live(tx: ReadTx, shifts: Sequence[Shift]) -> list[ShiftReport]:
    if not shifts:
        return []
    found = await repository.figures(tx, shifts, tx.now)
    return [ShiftReport(shift, figures) for shift, figures in zip(shifts, found, strict=True)]


async def _current(tx: ReadTx, device_id: UUID) -> Shift:
    shift = await repository.open_shift(tx, device_id)
    if shift is not None:
        return shift
    last = await repository.last_closed(tx, device_id)
    raise NoOpenShiftError(last_shift_id=str(last.id) if last else None, z_number=last.z_number if last else None)


async def _report(tx: ReadTx, shift: Shift) -> ShiftReport:
    (live,) = await repository.figures(tx, [shift], tx.now)
    if shift.z is None:
        return ShiftReport(shift, live)
    return ShiftReport(shift, shift.z, difference(live, shift.z))
