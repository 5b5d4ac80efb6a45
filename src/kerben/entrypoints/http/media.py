"""Pictures: uploaded ones and those of the demo, both named so that they never change and browsers keep them."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, Final

from litestar import Controller, Request, route
from litestar.enums import HttpMethod
from litestar.response.base import ASGIResponse

from kerben.domains.media.api import PictureFiles
from kerben.platform.access import public
from kerben.platform.errors import NotFoundError
from kerben.platform.files import UnknownFileError
from kerben.platform.http import etag_of, is_known
from kerben.platform.runtime import Runtime

AnyRequest = Request[Any, Any, Any]

_UPLOADED: Final = re.compile(r"^/?u/([0-9a-f]{64}(?:-[0-9]{1,5})?\.(jpg|webp))\Z")
_NAME: Final = re.compile(r"^/?([a-z0-9_-]+/)*[a-z0-9_-]+\.(svg|png|jpg|webp)\Z")
_TYPES: Final = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class MediaController(Controller):
    """Static pictures."""

    include_in_schema = False

    @route("/media/{name:path}", http_method=[HttpMethod.GET, HttpMethod.HEAD], guards=[public])
    async def picture(self, request: AnyRequest, name: str, runtime: Runtime) -> ASGIResponse:
        """One picture, or a range of its bytes (RFC 9110, section 14)."""
        if (uploaded := _UPLOADED.match(name)) is not None:
            content, suffix = await _uploaded(runtime, uploaded[1]), uploaded[2]
            etag = f'"{uploaded[1].partition(".")[0]}"'
        elif (drawn := _NAME.match(name)) is not None:
            content, suffix = await _drawn(runtime, name.lstrip("/")), drawn[2]
            etag = etag_of(content)
        else:
            raise NotFoundError
        headers = {
            "ETag": etag,
            "Cache-Control": "public, max-age=31536000, immutable",
            # A picture is an image, never a page that may run scripts.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Accept-Ranges": "bytes",
        }
        return _answer(request, content, _TYPES[suffix], headers)


async def _uploaded(runtime: Runtime, name: str) -> bytes:
    try:
        return await runtime.part(PictureFiles.of).read(name)
    except UnknownFileError as error:
        raise NotFoundError from error


async def _drawn(runtime: Runtime, name: str) -> bytes:
    file = Path(runtime.settings.data_dir) / "media" / name
    try:
        return await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        raise NotFoundError from error


def _answer(request: AnyRequest, content: bytes, media_type: str, headers: dict[str, str]) -> ASGIResponse:
    status, body = 200, content
    if is_known(request, headers["ETag"]):
        status, body = 304, b""
    elif (part := _range(request, len(content), headers["ETag"])) is not None:
        start, end = part
        if start < end:
            status, body = 206, content[start:end]
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
        else:
            status, body = 416, b""
            headers["Content-Range"] = f"bytes */{len(content)}"
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


def _range(request: AnyRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Start and end (behind the last byte) of the one range that is asked for; an empty one cannot be satisfied.

    None for the whole: no range, several, another unit, or If-Range with another ETag, all of which a server may
    answer so.
    """
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if match is None or request.method != HttpMethod.GET or request.headers.get("if-range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1 if last else size)
