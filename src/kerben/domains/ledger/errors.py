"""What the ledger refuses."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class InvalidTransferError(ValueError):
    """A transfer makes no sense (amount not positive, both sides the same account): a bug of the caller."""


class DuplicateTransferError(DomainError):
    """A transfer with this kind and reference is booked already.

    The database transaction cannot go on after it: roll back, or call within a savepoint.
    """

    code = "DUPLICATE_TRANSFER"
    kind = Kind.CONFLICT
    text = "Эта операция уже проведена."
