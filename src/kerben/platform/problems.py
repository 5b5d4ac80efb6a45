"""Every failure leaves as `application/problem+json` (RFC 9457) with a stable code and the request's id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    SerializationException,
    ValidationException,
)

from kerben.platform.batching import BatcherOverloadedError
from kerben.platform.complaints import in_words
from kerben.platform.errors import (
    DomainError,
    FieldError,
    InvalidRequestError,
    Kind,
    MalformedRequestError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from kerben.platform.logs import current_request_id, logger

MEDIA_TYPE = "application/problem+json"
_TYPE_BASE = "https://kerben.dev/problems/"
_PATH = re.compile(r" - at `(?:key in )?\$?([^`]*)`")

_log = logger("http")

HttpRequest = Request[Any, Any, Any]


class Problem(msgspec.Struct, omit_defaults=True):
    """A problem document. `code` is for programs, `title` and `detail` for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str | None = None
    errors: list[FieldError] = msgspec.field(default_factory=list[FieldError])
    data: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])


def problem(error: DomainError) -> Problem:
    """The document of a refused action."""
    return Problem(
        type=_TYPE_BASE + error.code.lower().replace("_", "-"),
        title=HTTPStatus(error.kind).phrase,
        status=int(error.kind),
        code=error.code,
        detail=error.detail,
        request_id=current_request_id(),
        errors=error.errors,
        data=error.data,
    )


def response_of(error: DomainError) -> Response[bytes]:
    """The response of a refused action."""
    document = problem(error)
    headers = dict(error.headers)
    if error.kind is Kind.UNAUTHENTICATED:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return Response(
        msgspec.json.encode(document), status_code=document.status, media_type=MEDIA_TYPE, headers=headers
    )


def _pointer(path: str) -> str:
    """`.items[0].qty` as msgspec says it → `/items/0/qty` (RFC 6901)."""
    return re.sub(r"[.\[]", "/", path.replace("]", ""))


def from_validation(message: str, key: str = "") -> InvalidRequestError:
    """A msgspec complaint as an error with a pointer."""
    match = _PATH.search(message)
    pointer = _pointer(match.group(1)) if match else ""
    if not pointer and key and key != "data":
        pointer = _pointer("." + key)
    return InvalidRequestError(errors=[FieldError(pointer, "INVALID_VALUE", in_words(_PATH.sub("", message)))])


class _HttpError(DomainError):
    """A failure of the framework (unknown route, wrong method, body too large) in our clothes."""

    def __init__(self, status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text, headers=dict(headers or {}))
        self.code = code  # pyright: ignore[reportAttributeAccessIssue]
        self.kind = status  # pyright: ignore[reportAttributeAccessIssue]


_FRAMEWORK = {
    400: ("MALFORMED_REQUEST", "Запрос не удалось прочитать."),
    401: ("UNAUTHENTICATED", "Войдите, чтобы продолжить."),
    403: ("FORBIDDEN", "Для этого действия не хватает прав."),
    404: ("NOT_FOUND", "Такого адреса нет."),
    405: ("METHOD_NOT_ALLOWED", "Этот метод здесь не поддерживается."),
    413: ("BODY_TOO_LARGE", "Тело запроса слишком велико."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Такой тип содержимого не поддерживается."),
}


def _is_missing_body(error: ValidationException) -> bool:
    """Litestar reports an empty body as a KeyError of its own parameter `data`."""
    extra = cast("list[dict[str, str]]", error.extra) if isinstance(error.extra, list) else []
    return [item.get("message") for item in extra] == ["'data'"] or error.detail == "'data'"


def _said_name(request: HttpRequest, key: str) -> str:
    """The name under which a caller says a parameter that the route's function calls otherwise."""
    handler: Any = cast("Mapping[str, Any]", request.scope).get("route_handler")
    signature = getattr(handler, "parsed_fn_signature", None)
    field = signature.parameters.get(key) if signature is not None else None
    said = getattr(field, "kwarg_definition", None)
    return getattr(said, "name", None) or getattr(said, "query", None) or key


def _of_http(request: HttpRequest, error: HTTPException) -> DomainError:
    if isinstance(error, ValidationException):
        if _is_missing_body(error):
            return MalformedRequestError("Тело запроса пустое.")
        extra = cast("list[dict[str, str]]", error.extra) if isinstance(error.extra, list) else []
        if extra:
            faults = [
                from_validation(item.get("message", ""), _said_name(request, item.get("key", ""))) for item in extra
            ]
            return InvalidRequestError(errors=[fault for error in faults for fault in error.errors])
        return InvalidRequestError(errors=[FieldError("", "INVALID_VALUE", error.detail)])
    if isinstance(error, NotFoundException):
        return NotFoundError()
    if isinstance(error.__cause__, SerializationException) or (
        error.status_code == Kind.MALFORMED and "JSON" in error.detail
    ):
        return MalformedRequestError("Тело запроса — не JSON.")
    code, text = _FRAMEWORK.get(error.status_code, ("ERROR", "Запрос не выполнен."))
    allow = error.headers if isinstance(error, MethodNotAllowedException) else None
    return _HttpError(error.status_code, code, text, allow)


def on_http(request: HttpRequest, error: HTTPException) -> Response[bytes]:
    """Failures that the framework raises."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_bug(request, error)
    return response_of(_of_http(request, error))


def on_domain(_: HttpRequest, error: DomainError) -> Response[bytes]:
    """Refused actions."""
    return response_of(error)


def on_msgspec(_: HttpRequest, error: msgspec.MsgspecError) -> Response[bytes]:
    """Bodies that a controller decoded itself."""
    if isinstance(error, msgspec.ValidationError):
        return response_of(from_validation(str(error)))
    return response_of(MalformedRequestError("Тело запроса — не JSON."))


def on_overload(_: HttpRequest, __: BatcherOverloadedError) -> Response[bytes]:
    """More work waits than this process may hold."""
    return response_of(RateLimitedError(1))


def on_database(request: HttpRequest, error: Exception) -> Response[bytes]:
    """The database is away, or too slow: nothing was changed."""
    _log.warning("database_unavailable", path=request.url.path, error=type(error).__name__)
    return response_of(UnavailableError(headers={"Retry-After": "2"}))


def on_bad_text(_: HttpRequest, __: Exception) -> Response[bytes]:
    """Text that PostgreSQL cannot hold (a NUL character); nothing was changed."""
    return response_of(InvalidRequestError("В тексте есть знак, который нельзя сохранить."))


def on_bad_number(request: HttpRequest, error: Exception) -> Response[bytes]:
    """A number that no column can hold. The route should have said its range, so it is logged."""
    _log.warning("value_out_of_range", path=request.url.path, error=type(error).__name__)
    return response_of(InvalidRequestError("Число слишком велико."))


def on_deep_nesting(_: HttpRequest, __: RecursionError) -> Response[bytes]:
    """JSON nested deeper than any of ours."""
    return response_of(MalformedRequestError("Тело запроса вложено слишком глубоко."))


def on_bug(request: HttpRequest, error: Exception) -> Response[bytes]:
    """Anything unforeseen: logged in full, shown without details."""
    _log.error("unhandled_error", path=request.url.path, method=request.method, exc_info=error)
    text = "Внутренняя ошибка. Мы записали её; ничего не изменено."
    return response_of(_HttpError(500, "INTERNAL_ERROR", text))


EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    HTTPException: on_http,
    DomainError: on_domain,
    msgspec.MsgspecError: on_msgspec,
    SerializationException: lambda r, e: on_msgspec(r, msgspec.DecodeError(str(e))),  # pyright: ignore
    BatcherOverloadedError: on_overload,
    asyncpg.CharacterNotInRepertoireError: on_bad_text,
    asyncpg.UntranslatableCharacterError: on_bad_text,
    asyncpg.exceptions.DataError: on_bad_number,
    asyncpg.NumericValueOutOfRangeError: on_bad_number,
    RecursionError: on_deep_nesting,
    asyncpg.PostgresConnectionError: on_database,
    asyncpg.CannotConnectNowError: on_database,
    asyncpg.InterfaceError: on_database,
    ConnectionError: on_database,
    TimeoutError: on_database,
    Exception: on_bug,
}


def answer_to(request: HttpRequest, error: Exception) -> Response[bytes]:
    """The response to a failure, chosen as the framework does: by the nearest class of the error."""
    for kind in type(error).__mro__:
        handler = EXCEPTION_HANDLERS.get(cast("type[Exception]", kind))
        if handler is not None:
            return handler(request, error)
    return on_bug(request, error)
