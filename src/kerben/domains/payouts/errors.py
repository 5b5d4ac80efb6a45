"""Refusals of payouts."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class PayoutNotFailedError(DomainError):
    """Only a failed payout is paid again."""

    code = "PAYOUT_NOT_FAILED"
    kind = Kind.CONFLICT
    text = "Повторить можно только неудавшуюся выплату."


class NothingToPayError(DomainError):
    """The merchant's payouts are not active, or his balance is not above zero: perhaps it was paid out already."""

    code = "NOTHING_TO_PAY"
    kind = Kind.CONFLICT
    text = "Выплачивать нечего: деньги уже выплачены другой выплатой, или выплаты продавцу не включены."
