"""What the order desk refuses."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class NoAttentionNeededError(DomainError):
    """The order does not wait for this decision; nothing has changed."""

    code = "NO_ATTENTION_NEEDED"
    kind = Kind.CONFLICT
    text = "Этот заказ не ждёт решения."


class WrongPickupCodeError(DomainError):
    """The code is not this order's; nothing was handed over."""

    code = "WRONG_PICKUP_CODE"
    kind = Kind.INVALID
    text = "Код не подходит к этому заказу. Попросите покупателя показать его ещё раз."
