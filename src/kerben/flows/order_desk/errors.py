"""What the order desk refuses."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class WrongPickupCodeError(DomainError):
    """The code is not this order's; nothing was handed over."""

    code = "WRONG_PICKUP_CODE"
    kind = Kind.INVALID
    text = "Код не подходит к этому заказу. Попросите покупателя показать его ещё раз."
