"""Refusals of identity."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class LoginTakenError(DomainError):
    """An account with this phone or address exists."""

    code = "LOGIN_TAKEN"
    kind = Kind.CONFLICT
    text = "Этот телефон или адрес уже зарегистрирован. Войдите или восстановите пароль."


class InvalidCredentialsError(DomainError):
    """Wrong password, or nobody has this login: the two look the same."""

    code = "INVALID_CREDENTIALS"
    kind = Kind.UNAUTHENTICATED
    text = "Неверный логин или пароль."


class OtpRequiredError(DomainError):
    """The account has a second factor and none was sent."""

    code = "OTP_REQUIRED"
    kind = Kind.UNAUTHENTICATED
    text = "Введите код из приложения или код восстановления."


class OtpInvalidError(DomainError):
    """The second factor is wrong or was used before."""

    code = "OTP_INVALID"
    kind = Kind.UNAUTHENTICATED
    text = "Код второго шага не подошёл."


class CodeInvalidError(DomainError):
    """The one-time code is wrong, used or too old: the three look the same."""

    code = "CODE_INVALID"
    kind = Kind.INVALID
    text = "Код не подошёл или устарел. Запросите новый."


class RefreshReusedError(DomainError):
    """A refresh token came a second time: somebody copied it, so its session is closed."""

    code = "REFRESH_REUSED"
    kind = Kind.UNAUTHENTICATED
    text = "Этот вход закрыт для вашей безопасности. Войдите ещё раз."


class RefreshInvalidError(DomainError):
    """Not a refresh token of ours, or its session is over."""

    code = "REFRESH_INVALID"
    kind = Kind.UNAUTHENTICATED
    text = "Вход устарел. Войдите ещё раз."


class TokenInvalidError(DomainError):
    """The access token is not ours, too old, or its session was closed."""

    code = "TOKEN_INVALID"
    kind = Kind.UNAUTHENTICATED
    text = "Вход устарел. Войдите ещё раз."


class LockedOutError(DomainError):
    """Too many wrong guesses; Retry-After says for how many seconds."""

    code = "LOCKED_OUT"
    kind = Kind.RATE_LIMITED
    text = "Слишком много неверных попыток. Повторите позже или войдите по коду."

    def __init__(self, retry_after_s: float) -> None:
        seconds = max(1, int(retry_after_s + 0.999))
        super().__init__(headers={"Retry-After": str(seconds)}, retry_after_s=seconds)


class InvalidPhoneError(DomainError):
    """Not a telephone number."""

    code = "INVALID_PHONE"
    kind = Kind.INVALID
    text = "Укажите телефон в международном виде, например +996 700 123 456."


class InvalidEmailError(DomainError):
    """Not an e-mail address."""

    code = "INVALID_EMAIL"
    kind = Kind.INVALID
    text = "Укажите адрес электронной почты, например aida@example.kg."


class InvalidPasswordError(DomainError):
    """The password breaks the rules; the text says which."""

    code = "INVALID_PASSWORD"
    kind = Kind.INVALID
    text = "Пароль: от 8 символов и не длиннее 72 байт."


class SecondFactorRequiredError(DomainError):
    """What sellers and admins do needs an account with a confirmed second factor."""

    code = "SECOND_FACTOR_REQUIRED"
    kind = Kind.FORBIDDEN
    text = (
        "Для работы продавца и администратора нужен второй шаг входа. Получите секрет (POST /api/v1/auth/2fa/totp),"
        " добавьте его в приложение с кодами и подтвердите кодом (POST /api/v1/auth/2fa/totp/confirm)."
    )


class SecondFactorDemandedError(DomainError):
    """The second factor cannot be switched off while the person works for a seller or for the platform."""

    code = "SECOND_FACTOR_DEMANDED"
    kind = Kind.CONFLICT
    text = "Второй шаг входа нельзя отключить, пока вы работаете у продавца или в поддержке и администрации Kerben."


class AccountBlockedError(DomainError):
    """An admin has blocked the account. Said only to whoever has proven that it is theirs."""

    code = "ACCOUNT_BLOCKED"
    kind = Kind.FORBIDDEN
    text = "Учётная запись заблокирована. Напишите в поддержку Kerben."


class OwnBlockError(DomainError):
    """Admins do not block themselves: nobody might be left to undo it."""

    code = "OWN_BLOCK"
    kind = Kind.CONFLICT
    text = "Себя заблокировать нельзя. Попросите другого администратора."


class LastAdminError(DomainError):
    """Without this admin there would be none."""

    code = "LAST_ADMIN"
    kind = Kind.CONFLICT
    text = "Это последний администратор. Сначала назначьте другого."


class TotpAlreadyEnabledError(DomainError):
    """The second factor is on; it must be switched off before a new one is set up."""

    code = "TOTP_ALREADY_ENABLED"
    kind = Kind.CONFLICT
    text = "Второй шаг входа уже включён."


class TotpNotSetUpError(DomainError):
    """There is no second factor to confirm or to switch off."""

    code = "TOTP_NOT_SET_UP"
    kind = Kind.CONFLICT
    text = "Второй шаг входа не настроен."


class GroupNameTakenError(DomainError):
    """A user group with this name exists."""

    code = "GROUP_NAME_TAKEN"
    kind = Kind.CONFLICT
    text = "Группа с таким названием уже есть."
