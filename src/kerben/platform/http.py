"""Small parts that controllers share: JSON with an ETag, cursors, pages, If-Match."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response

from kerben.platform.access import Connection
from kerben.platform.errors import DomainError, Kind, invalid

T = TypeVar("T")

LIMIT_MAX = 100


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
    given = connection.headers.get("if-none-match", "")
    return given.strip() == "*" or etag in {part.strip().removeprefix("W/") for part in given.split(",")}


def json_with_etag(connection: Connection, data: object, *, cache: str = "no-cache") -> Response[bytes]:
    """A JSON answer with an ETag, or 304 without a body when the caller has it already."""
    body = _encoder.encode(data)
    etag = etag_of(body)
    headers = {"ETag": etag, "Cache-Control": cache}
    if is_known(connection, etag):
        return Response(b"", status_code=304, headers=headers, media_type="application/json")
    return Response(body, headers=headers, media_type="application/json")


def require_match(connection: Connection, current_etag: str) -> None:
    """Check If-Match. Raises PreconditionRequiredError (428) or PreconditionFailedError (412)."""
    given = connection.headers.get("if-match")
    if given is None:
        raise PreconditionRequiredError
    if given.strip() != "*" and current_etag not in {part.strip() for part in given.split(",")}:
        raise PreconditionFailedError


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
