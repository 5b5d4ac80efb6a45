"""A small HTTP/1.1 client with keep-alive for webhooks: forms out, short answers in.

Written by hand because thousands of webhooks a second are sent from the one thread that also serves requests.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from typing import Final
from urllib.parse import SplitResult, urlsplit

ANSWER_BYTES_MAX: Final = 65_536
IDLE_MAX: Final = 64

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class WebhookClient:
    """Posts forms; connections are kept and reused per host."""

    def __init__(self) -> None:
        self._idle: defaultdict[tuple[str, str], list[Connection]] = defaultdict(list)

    async def post_form(self, url: str, body: str) -> tuple[int, bytes]:
        """Status and body of the answer. Raises OSError, EOFError or ValueError when there is none."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("not an http(s) address")
        key = (parts.scheme, parts.netloc)
        request = _request(parts, body.encode())
        while self._idle[key]:
            connection = self._idle[key].pop()
            if connection[1].is_closing() or connection[0].at_eof():
                connection[1].close()
                continue
            try:
                return await self._exchange(key, connection, request)
            except (OSError, EOFError):
                # The other side closed a kept connection in the same moment: a new one decides.
                break
        context = ssl.create_default_context() if parts.scheme == "https" else None
        port = parts.port or (443 if context else 80)
        fresh = await asyncio.open_connection(parts.hostname, port, ssl=context, limit=ANSWER_BYTES_MAX)
        return await self._exchange(key, fresh, request)

    async def _exchange(self, key: tuple[str, str], connection: Connection, request: bytes) -> tuple[int, bytes]:
        reader, writer = connection
        keep = False
        try:
            writer.write(request)
            await writer.drain()
            status, keep, body = await _answer(reader)
            return status, body
        finally:
            if keep and len(self._idle[key]) < IDLE_MAX:
                self._idle[key].append(connection)
            else:
                writer.close()

    def close(self) -> None:
        """Close kept connections."""
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()
        self._idle.clear()


def _request(parts: SplitResult, body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    head = (
        f"POST {target} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        f"content-length: {len(body)}\r\naccept: application/xml\r\n\r\n"
    )
    return head.encode("ascii", "strict") + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool, bytes]:
    """Status, whether the connection may be kept, and body."""
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        version, code, *_ = head[0].split(" ", 2)
        status = int(code)
        if status >= 200:
            break
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    keep = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return status, keep, await _chunks(reader)
    if "content-length" in headers:
        length = int(headers["content-length"])
        if not 0 <= length <= ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
        return status, keep, await reader.readexactly(length)
    if status == 204:
        return status, keep, b""
    return status, False, await reader.read(ANSWER_BYTES_MAX)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        if size < 0 or len(body) + size > ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
        if size == 0:
            while await reader.readuntil(b"\r\n") != b"\r\n":
                continue
            return body
        body += (await reader.readexactly(size + 2))[:size]
