"""Answering with files and pages: encodings, ETags, headers of safety."""

from __future__ import annotations

import gzip
from typing import Any, Final

from litestar import Request
from litestar.enums import HttpMethod
from litestar.response.base import ASGIResponse

from kerben.entrypoints.http.web.files import WebFile
from kerben.entrypoints.http.web.policy import PERMISSIONS
from kerben.platform.http import etag_of, is_known

AnyRequest = Request[Any, Any, Any]

GZIP_MIN: Final = 1000
"""Smaller answers are sent as they are: they fit in one packet anyway."""
GZIP_LEVEL: Final = 5


def accepted(header: str) -> set[str]:
    """The encodings that a client takes (RFC 9110, section 12.5.3), of those we have."""
    found: set[str] = set()
    for part in header.lower().split(","):
        name, _, parameter = part.strip().partition(";")
        weight = parameter.replace(" ", "")
        if not (weight.startswith("q=") and weight[2:].strip("0.") == ""):
            found.add(name.strip())
    return found


def page_headers(policy: str) -> dict[str, str]:
    """Headers of an HTML page of the client; the referrer policy is on every answer already (middleware)."""
    return {"Content-Security-Policy": policy, "Permissions-Policy": PERMISSIONS}


def file_answer(request: AnyRequest, file: WebFile, headers: dict[str, str] | None = None) -> ASGIResponse:
    """A file in the best form that the client takes, or 304."""
    takes = accepted(request.headers.get("accept-encoding", ""))
    body, suffix = file.body, ""
    if file.br is not None and "br" in takes:
        body, suffix = file.br, "br"
    elif file.gz is not None and "gzip" in takes:
        body, suffix = file.gz, "gzip"
    given = dict(headers or {})
    given["Cache-Control"] = file.cache
    if suffix:
        given["Content-Encoding"] = suffix
    etag = f'"{file.digest}-{suffix}"' if suffix else f'"{file.digest}"'
    return _send(request, body, file.media_type, etag, given)


def text_answer(
    request: AnyRequest,
    body: bytes,
    media_type: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    cache: str = "no-cache",
    ready: bool = False,
) -> ASGIResponse:
    """A text made for this request, compressed where the client takes that (`ready`: it is already), or 304."""
    given = {"Cache-Control": cache, **(headers or {})}
    etag = etag_of(body)
    if not ready and len(body) >= GZIP_MIN and "gzip" in accepted(request.headers.get("accept-encoding", "")):
        # Without the time in it, so that equal texts stay equal.
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        etag = f'{etag[:-1]}-gzip"'
        given["Content-Encoding"] = "gzip"
    return _send(request, body, media_type, etag, given, status)


def _send(
    request: AnyRequest, body: bytes, media_type: str, etag: str, headers: dict[str, str], status: int = 200
) -> ASGIResponse:
    headers |= {"ETag": etag, "Vary": "Accept-Encoding"}
    if status == 200 and is_known(request, etag):
        headers.pop("Content-Encoding", None)
        status, body = 304, b""
    head = request.method == HttpMethod.HEAD
    if head:
        headers["Content-Length"] = str(len(body))
    return ASGIResponse(
        body=b"" if head else body,
        status_code=status,
        media_type=media_type,
        headers=headers,
        is_head_response=head,
    )
