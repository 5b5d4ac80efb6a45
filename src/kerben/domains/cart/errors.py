"""What carts refuse."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class CartFullError(DomainError):
    """A cart holds as many different goods as it may."""

    code = "CART_FULL"
    kind = Kind.CONFLICT
    text = "В корзине уже слишком много разных товаров. Оформите часть заказа."


class CartTokenError(DomainError):
    """The request names no cart: neither signed in nor a cart token."""

    code = "CART_TOKEN_REQUIRED"
    kind = Kind.MALFORMED
    text = "Передайте корзину гостя в заголовке X-Cart-Token."
