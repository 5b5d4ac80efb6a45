"""What orders refuses."""

from __future__ import annotations

from kerben.domains.inventory.api import OutOfStock
from kerben.platform import qty
from kerben.platform.errors import DomainError, Kind


class PaymentMethodNotAllowedError(DomainError):
    """The shop does not take this payment for this delivery."""

    code = "PAYMENT_METHOD_NOT_ALLOWED"
    kind = Kind.INVALID
    text = "Для этого способа получения такая оплата недоступна. Выберите другой способ оплаты."


class DeliveryMethodNotAllowedError(DomainError):
    """The shop does not deliver in this way."""

    code = "DELIVERY_METHOD_NOT_ALLOWED"
    kind = Kind.INVALID
    text = "Магазин не доставляет этим способом. Выберите другой."


class OrderNotEditableError(DomainError):
    """The order is past the point where this may be changed."""

    code = "ORDER_NOT_EDITABLE"
    kind = Kind.CONFLICT
    text = "Заказ уже нельзя изменить."


class OutOfStockError(DomainError):
    """Less is left than was asked for; data: items of variant_id, asked, left. Nothing was reserved."""

    code = "OUT_OF_STOCK"
    kind = Kind.CONFLICT
    text = "Товара осталось меньше, чем вы хотите. Измените количество."


class SizeNotAgreedError(DomainError):
    """A line has no size yet, so its goods cannot be kept; data: lines."""

    code = "SIZE_NOT_AGREED"
    kind = Kind.CONFLICT
    text = "Сначала укажите размер или вариант каждого товара."


def out_of_stock(verdict: OutOfStock) -> OutOfStockError:
    """The error of an order that could not be reserved."""
    return OutOfStockError(
        items=[
            {
                "variant_id": s.variant_id,
                "asked": qty.to_number(s.asked_milli),
                "left": qty.to_number(max(0, s.left_milli)),
            }
            for s in verdict.shortages
        ]
    )
