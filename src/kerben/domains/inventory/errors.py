"""Refusals of inventory."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class UnknownStockError(DomainError):
    """A change names a variant that `open_stock` was never called for; data: variant_ids."""

    code = "UNKNOWN_STOCK"
    kind = Kind.NOT_FOUND
    text = "У этого товара нет учёта остатков."


class NegativeStockError(DomainError):
    """A change made by hand would take more than lies in the shop; data: variant_ids."""

    code = "NEGATIVE_STOCK"
    kind = Kind.CONFLICT
    text = "На складе меньше, чем вы списываете. Проверьте количество."


class AlreadyReservedError(Exception):
    """An order reserves again while it holds goods, or after they left: a bug of the caller."""
