"""What payments refuse."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind, UnavailableError


class PaymentClosedError(DomainError):
    """The payment is paid, failed or given up; `status` says which. There is nothing to open or refund."""

    code = "PAYMENT_CLOSED"
    kind = Kind.CONFLICT
    text = "Этот платёж уже завершён. Посмотрите статус заказа."


class PaymentNotOnlineError(DomainError):
    """The method has no acquirer: it is paid on receipt or by a transfer."""

    code = "PAYMENT_NOT_ONLINE"
    kind = Kind.CONFLICT
    text = "Этот заказ оплачивается при получении или переводом, страницы оплаты у него нет."


class PaymentIsOnlineError(DomainError):
    """Only the acquirer can say that this payment is paid."""

    code = "PAYMENT_IS_ONLINE"
    kind = Kind.CONFLICT
    text = "Оплату картой или по QR подтверждает банк, отметить её вручную нельзя."


class AcquirerUnavailableError(UnavailableError):
    """The acquirer does not answer just now."""

    code = "ACQUIRER_UNAVAILABLE"
    text = "Банк сейчас не отвечает. Деньги не списаны, повторите через минуту."


class AcquirerRefusedError(DomainError):
    """The acquirer refuses to take this payment; `reason` is its own code."""

    code = "ACQUIRER_REFUSED"
    kind = Kind.CONFLICT
    text = "Банк не принял этот платёж. Деньги не списаны, выберите другой способ оплаты."


class BearerDecidedError(DomainError):
    """The platform has made the seller good for this refund; that is not taken back."""

    code = "BEARER_DECIDED"
    kind = Kind.CONFLICT
    text = "Этот возврат уже взяла на себя площадка, деньги продавцу начислены."
