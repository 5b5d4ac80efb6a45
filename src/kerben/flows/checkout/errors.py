"""What checkout refuses."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class BuyNotEligibleError(DomainError):
    """The shop does not sell online just now; data: shop_id, reasons."""

    code = "BUY_NOT_ELIGIBLE"
    kind = Kind.CONFLICT
    text = "Сейчас магазин не принимает онлайн-заказы. Свяжитесь с продавцом."
