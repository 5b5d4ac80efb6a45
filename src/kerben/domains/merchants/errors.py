"""Errors of merchants."""

from __future__ import annotations

from kerben.platform.errors import DomainError, ForbiddenError, IllegalTransitionError, Kind


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


class LastOwnerError(DomainError):
    """A merchant must keep an owner: the last one cannot go or get a lower role."""

    code = "LAST_OWNER"
    kind = Kind.CONFLICT
    text = "Это единственный владелец. Сначала сделайте владельцем другого человека."


class AlreadyOwnerError(DomainError):
    """An owner has every right already; an invitation would only lower them."""

    code = "ALREADY_OWNER"
    kind = Kind.CONFLICT
    text = "Вы уже владелец этого продавца."


class InvitationLimitError(DomainError):
    """A merchant has as many open invitations as one may."""

    code = "INVITATION_LIMIT"
    kind = Kind.CONFLICT
    text = "Слишком много открытых приглашений. Отзовите ненужные."


class InvitationClosedError(DomainError):
    """The invitation was accepted or withdrawn already; `data` has its `status`."""

    code = "INVITATION_CLOSED"
    kind = Kind.CONFLICT
    text = "Это приглашение уже принято или отозвано."


class InvitationInvalidError(DomainError):
    """The code is wrong, used, withdrawn or too old: the four look the same."""

    code = "INVITATION_INVALID"
    kind = Kind.INVALID
    text = "Приглашение не найдено или устарело. Попросите прислать новое."


class InvitationNotYoursError(DomainError):
    """The invitation went to a phone or address that the caller has not proven to be theirs."""

    code = "INVITATION_NOT_YOURS"
    kind = Kind.FORBIDDEN
    text = "Приглашение отправлено на другой телефон или адрес. Подтвердите его в своей учётной записи и повторите."


class ApiKeyInvalidError(DomainError):
    """No partner key, or one that is unknown, revoked or expired."""

    code = "API_KEY_INVALID"
    kind = Kind.UNAUTHENTICATED
    text = "Ключ API не подошёл: он неверен, отозван или истёк."


class ApiKeyRevokedError(DomainError):
    """The key was revoked or has expired and cannot be rotated."""

    code = "API_KEY_REVOKED"
    kind = Kind.CONFLICT
    text = "Ключ отозван или истёк. Выпустите новый."


class ApiKeyLimitError(DomainError):
    """A merchant has as many working keys as one may."""

    code = "API_KEY_LIMIT"
    kind = Kind.CONFLICT
    text = "Слишком много ключей. Отзовите ненужные."


class ScopeMissingError(ForbiddenError):
    """The key does not have the right that is needed; `data` has the `scope`."""

    code = "SCOPE_MISSING"
    text = "У ключа API нет нужного права."
