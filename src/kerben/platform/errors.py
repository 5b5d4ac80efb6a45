"""Errors that a caller can act on: a stable code, a kind that decides the HTTP status, and data.

Each domain declares its own in its `errors.py` as subclasses of `DomainError`; prose is Russian and for people,
programs read `code`, `data` and the pointers.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, ClassVar

import msgspec


class Kind(IntEnum):
    """What sort of failure it is; the value is the HTTP status."""

    MALFORMED = 400
    UNAUTHENTICATED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    CONFLICT = 409
    PRECONDITION_FAILED = 412
    TOO_LARGE = 413
    UNSUPPORTED_MEDIA = 415
    INVALID = 422
    PRECONDITION_REQUIRED = 428
    RATE_LIMITED = 429
    UNAVAILABLE = 503


class FieldError(msgspec.Struct, frozen=True):
    """One fault in a request; `pointer` is a JSON pointer (RFC 6901) into its body."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A refused action. Subclasses set `code`, `kind` and `text`; nothing has changed when it is raised."""

    code: ClassVar[str] = "ERROR"
    kind: ClassVar[Kind] = Kind.INVALID
    text: ClassVar[str] = "Действие не выполнено."

    def __init__(
        self,
        text: str | None = None,
        *,
        pointer: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        **data: Any,
    ) -> None:
        self.detail = text or self.text
        self.errors = list(errors)
        if pointer is not None:
            self.errors.append(FieldError(pointer, self.code, self.detail))
        self.headers = headers or {}
        self.data = data
        super().__init__(f"{self.code}: {self.detail}")


class NotFoundError(DomainError):
    """The thing does not exist, or the caller may not know that it does."""

    code = "NOT_FOUND"
    kind = Kind.NOT_FOUND
    text = "Не найдено. Возможно, ссылка устарела."


class ForbiddenError(DomainError):
    """The caller is known but may not do this."""

    code = "FORBIDDEN"
    kind = Kind.FORBIDDEN
    text = "Для этого действия не хватает прав."


class UnauthenticatedError(DomainError):
    """No valid credentials."""

    code = "UNAUTHENTICATED"
    kind = Kind.UNAUTHENTICATED
    text = "Войдите, чтобы продолжить."


class InvalidRequestError(DomainError):
    """Well-formed, but the values make no sense; `errors` points at them."""

    code = "INVALID_REQUEST"
    kind = Kind.INVALID
    text = "Проверьте данные запроса."


class MalformedRequestError(DomainError):
    """Not readable at all (broken JSON, bad header)."""

    code = "MALFORMED_REQUEST"
    kind = Kind.MALFORMED
    text = "Запрос не удалось прочитать."


class RateLimitedError(DomainError):
    """Too many requests; the Retry-After header says when to come back (seconds)."""

    code = "RATE_LIMITED"
    kind = Kind.RATE_LIMITED
    text = "Слишком много запросов. Повторите немного позже."

    def __init__(self, retry_after_s: float) -> None:
        seconds = max(1, int(retry_after_s + 0.999))
        super().__init__(headers={"Retry-After": str(seconds)}, retry_after_s=seconds)


class UnavailableError(DomainError):
    """A neighbour or the database cannot answer just now."""

    code = "UNAVAILABLE"
    kind = Kind.UNAVAILABLE
    text = "Сервис временно недоступен. Ничего не изменено, повторите через минуту."


class IllegalTransitionError(DomainError):
    """The state machine does not allow this step from where the thing is now."""

    code = "ILLEGAL_TRANSITION"
    kind = Kind.CONFLICT
    text = "Сейчас это действие невозможно."


def invalid(pointer: str, detail: str, code: str = "INVALID_VALUE") -> InvalidRequestError:
    """An InvalidRequestError about one field."""
    return InvalidRequestError(errors=[FieldError(pointer, code, detail)])
