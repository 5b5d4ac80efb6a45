"""Refusals of pos."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class DeviceUnauthenticatedError(DomainError):
    """No such till, a revoked one, or a wrong signature: which of them is not said."""

    code = "UNAUTHENTICATED"
    kind = Kind.UNAUTHENTICATED
    text = "Касса не опознана. Проверьте ключ и подпись или подключите кассу заново."


class ClockSkewError(DomainError):
    """The signature's time is more than 5 minutes off; data: server_time."""

    code = "CLOCK_SKEW"
    kind = Kind.UNAUTHENTICATED
    text = "Часы кассы расходятся с сервером больше чем на 5 минут. Исправьте время и повторите."


class ForeignDeviceError(DomainError):
    """The body names another till than the token."""

    code = "FOREIGN_DEVICE"
    kind = Kind.FORBIDDEN
    text = "Запрос подписан другой кассой."


class DuplicateSaleError(DomainError):
    """The till has sent a receipt of this number before; data: receipt_number, sale_id."""

    code = "DUPLICATE_SALE"
    kind = Kind.CONFLICT
    text = "Чек с этим номером уже записан."


class InvalidItemError(DomainError):
    """A receipt cannot be right; `errors` point at what is wrong."""

    code = "INVALID_ITEM"
    kind = Kind.INVALID
    text = "Чек не записан: проверьте его строки."


class NotRecordedError(DomainError):
    """Recording this receipt failed on our side; its neighbours are not touched. Send it again later."""

    code = "NOT_RECORDED"
    kind = Kind.UNAVAILABLE
    text = "Чек не удалось записать. Отправьте его ещё раз позже."


class ShiftOpenError(DomainError):
    """The till has an open shift; data: shift_id."""

    code = "SHIFT_OPEN"
    kind = Kind.CONFLICT
    text = "На этой кассе смена уже открыта."


class NoOpenShiftError(DomainError):
    """The till has no open shift; data: last_shift_id and z_number of the one closed last, null if there is none."""

    code = "NO_OPEN_SHIFT"
    kind = Kind.CONFLICT
    text = "На этой кассе нет открытой смены."


class DuplicateCashOperationError(DomainError):
    """The till has sent a cash operation of this number before; data: number, operation_id."""

    code = "DUPLICATE_CASH_OPERATION"
    kind = Kind.CONFLICT
    text = "Операция с этим номером уже записана."


class DiscrepancyResolvedError(DomainError):
    """The discrepancy is settled already; data: resolution."""

    code = "DISCREPANCY_RESOLVED"
    kind = Kind.CONFLICT
    text = "Это расхождение уже закрыто."


class DiscrepancyChangedError(DomainError):
    """A newer report of the till, or a newer price, differs from what was decided on; data: version."""

    code = "DISCREPANCY_CHANGED"
    kind = Kind.CONFLICT
    text = "С тех пор данные изменились. Обновите страницу и решите ещё раз."
