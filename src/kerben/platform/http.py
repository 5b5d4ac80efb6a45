"""Small parts that controllers share: JSON with an ETag, cursors, pages, If-Match."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar, cast

import msgspec
from litestar import Response
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Receive, Scope, Send

from kerben.platform.access import Connection
from kerben.platform.errors import DomainError, Kind, invalid

T = TypeVar("T")

LIMIT_MAX = 100


EXPRESS: Final[dict[str, Any]] = {"express": True}
"""`opt` of a hot route: served without the framework's path of a request; see entrypoints/http/express.py."""


def is_express(handler: BaseRouteHandler) -> bool:
    """Whether a route is marked with EXPRESS."""
    return bool(handler.opt.get("express"))


Header = tuple[bytes, bytes]
_JSON: Final[Header] = (b"content-type", b"application/json")


class Prepared(Response[bytes]):
    """An answer that is bytes already: sent as it is, without the framework's work on headers."""

    def __init__(  # pyright: ignore[reportMissingSuperCall]
        self, body: bytes, status_code: int = 200, headers: Sequence[Header] = (), content_type: Header = _JSON
    ) -> None:
        """`headers` with lower-case names. A body of length 0 has no type and, but for 204 and 304, a length."""
        self.content = body
        self.status_code = status_code
        length = (b"content-length", b"%d" % len(body))
        self.raw_headers: list[Header] = [content_type, length, *headers] if body else list(headers)
        if not body and status_code not in {204, 304}:
            self.raw_headers.append(length)

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The framework's way to it."""
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.send(send)

    async def send(self, send: Send) -> None:
        """Send it."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(cast("Any", start))
        await send({"type": "http.response.body", "body": self.content, "more_body": False})


class PreconditionRequiredError(DomainError):
    """The change needs If-Match with the ETag that the caller saw."""

    code = "PRECONDITION_REQUIRED"
    kind = Kind.PRECONDITION_REQUIRED
    text = "Нужен заголовок If-Match с версией, которую вы видели."


class PreconditionFailedError(DomainError):
    """Somebody changed the thing meanwhile."""

    code = "PRECONDITION_FAILED"
    kind = Kind.PRECONDITION_FAILED
    text = "Данные успели измениться. Обновите страницу и повторите."


class Page(msgspec.Struct, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


_encoder = msgspec.json.Encoder()


def etag_of(body: bytes) -> str:
    """A strong ETag of a representation."""
    return f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'


def is_known(connection: Connection, etag: str) -> bool:
    """Whether If-None-Match names this ETag: a list, `*`, compared weakly (RFC 9110, section 13.1.2)."""
    given = connection.headers.get("if-none-match")
    if not given:
        return False
    return given.strip() == "*" or etag in {part.strip().removeprefix("W/") for part in given.split(",")}


def json_with_etag(connection: Connection, data: object, *, cache: str = "no-cache") -> Response[bytes]:
    """A JSON answer with an ETag, or 304 without a body when the caller has it already."""
    body = _encoder.encode(data)
    etag = etag_of(body)
    return known_or(connection, body, etag, cache)


def known_or(connection: Connection, body: bytes, etag: str, cache: str = "no-cache") -> Response[bytes]:
    """A JSON body with its ETag, or 304 without it when the caller has it already."""
    headers = [(b"etag", etag.encode()), (b"cache-control", cache.encode())]
    if is_known(connection, etag):
        return Prepared(b"", 304, headers)
    return Prepared(body, 200, headers)


def encode_cursor(*parts: Any) -> str:
    """An opaque cursor of the last row's sort values."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, kind: type[T]) -> T | None:
    """The sort values in a cursor (a tuple type), None without one; InvalidRequestError when it is not ours."""
    if cursor is None or cursor == "":
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, msgspec.MsgspecError) as error:
        raise invalid(
            "/cursor", "Курсор устарел или повреждён. Начните с первой страницы.", "INVALID_CURSOR"
        ) from error


def page_limit(limit: int | None, default: int = 24) -> int:
    """A page size between 1 and 100; InvalidRequestError outside of it."""
    if limit is None:
        return default
    if not 1 <= limit <= LIMIT_MAX:
        raise invalid("/limit", f"От 1 до {LIMIT_MAX}.")
    return limit
