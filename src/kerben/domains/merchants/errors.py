"""Errors of merchants."""

from __future__ import annotations

from kerben.platform.errors import DomainError, IllegalTransitionError, Kind


class PayoutTransitionError(IllegalTransitionError):
    """The payout status cannot make this step; `data` has `payout_status` and what was `wanted`."""

    code = "ILLEGAL_PAYOUT_TRANSITION"
    text = "Статус выплат сейчас нельзя так изменить."


class MerchantLimitError(DomainError):
    """A person owns as many merchants as one may."""

    code = "MERCHANT_LIMIT"
    kind = Kind.CONFLICT
    text = "У вас уже максимальное число продавцов."


class ShopLimitError(DomainError):
    """A merchant has as many shops as one may."""

    code = "SHOP_LIMIT"
    kind = Kind.CONFLICT
    text = "У продавца уже максимальное число магазинов."
