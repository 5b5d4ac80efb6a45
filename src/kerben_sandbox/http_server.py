"""The HTTP server: uvicorn's, with the express lane in front of its reading of requests.

A request that is written plainly and has a lane is answered here: between processes that each do little at a time, a
third of what a call costs is reading it and handing it over. Anything else is uvicorn's, until it has answered.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator
from http import HTTPStatus
from typing import Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from kerben_sandbox.app import BODY_BYTES_MAX
from kerben_sandbox.express import Express, Lane, UnusualError

BACKLOG: Final = 2048
"""Connections that may wait to be accepted."""
KEEP_ALIVE_S: Final = 120
"""Longer than callers keep their connections, so that they never send on one that is being closed."""
_HEAD_BYTES_MAX: Final = 16_384
_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_UNUSUAL_HEADERS: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade"})


def make_protocol(express: Express) -> type[asyncio.Protocol]:
    """The protocol of connections whose hot calls `express` answers."""

    class Protocol(_Protocol):
        lanes = express

    return Protocol


class _Protocol(H11Protocol):
    lanes: Express

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_ours = True
        self._got = b""
        self._answering: asyncio.Task[None] | None = None
        self._stops = False

    def data_received(self, data: bytes) -> None:
        if not self._is_ours:
            super().data_received(data)
            return
        self._unset_keepalive_if_required()
        self._got = self._got + data if self._got else data
        if self._answering is None:
            self._next()

    def _next(self) -> None:
        """Answer the next request if it is all there; it must not be answered yet."""
        try:
            lane, begin, end = self._read()
        except UnusualError:
            self._hand_over(self._got)
            return
        if len(self._got) < end:
            return
        request, self._got = self._got[:end], self._got[end:]
        self._answering = task = self.loop.create_task(self._answer(lane, request, begin))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _hand_over(self, data: bytes) -> None:
        self._is_ours, self._got = False, b""
        super().data_received(data)

    def _read(self) -> tuple[Lane, int, int]:
        """Who answers, where the body begins and where it ends. Raises UnusualError."""
        end = self._got.find(b"\r\n\r\n", 0, _HEAD_BYTES_MAX)
        if end < 0:
            raise UnusualError
        lines = self._got[:end].split(b"\r\n")
        method, _, rest = lines[0].partition(b" ")
        path, _, version = rest.partition(b" ")
        if version != b"HTTP/1.1" or b"%" in path or b"?" in path or not path.isascii():
            raise UnusualError
        headers: dict[bytes, bytes] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            name = name.lower()
            if not colon or name in headers or name.strip() != name or b"\n" in line:
                raise UnusualError
            headers[name] = value.strip()
        if headers.pop(b"connection", b"keep-alive").lower() != b"keep-alive" or b"host" not in headers:
            raise UnusualError
        length = headers.get(b"content-length", b"0")
        if not _UNUSUAL_HEADERS.isdisjoint(headers) or not length.isdigit() or int(length) > BODY_BYTES_MAX:
            raise UnusualError
        lane = self.lanes.lane(method.decode("latin-1"), path.decode("ascii"), headers)
        if lane is None:
            raise UnusualError
        return lane, end + 4, end + 4 + int(length)

    async def _answer(self, lane: Lane, request: bytes, begin: int) -> None:
        try:
            status, content, kind = await self.lanes.answer(lane, request[begin:])
        except UnusualError:
            self._answering = None
            self._hand_over(request + self._got)
            return
        self._answering = None
        if self.transport.is_closing():
            return
        parts = [_LINES[status]]
        for name, value in self.server_state.default_headers:
            parts.append(b"%b: %b\r\n" % (name, value))
        parts.append(b"content-type: %b\r\ncontent-length: %d\r\n\r\n" % (kind, len(content)))
        parts.append(content)
        self.transport.write(b"".join(parts))
        if self._stops:
            self.transport.close()
        elif self._got:
            self._next()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        is_idle = self.conn.our_state is h11.IDLE and self.conn.their_state is h11.IDLE
        if is_idle and not self.conn.trailing_data[0]:
            self._is_ours = True

    def shutdown(self) -> None:
        """The server ends: hang up, after the answer that is being made."""
        if self._answering is None:
            super().shutdown()
        else:
            self._stops = True


class Server(uvicorn.Server):
    """Leaves signals to the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Not here."""
        yield


def make_server(app: Any, express: Express, host: str, port: int) -> Server:
    """A server that is run by `serve()` and ends when `should_exit` is set."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=make_protocol(express),
        ws="none",
        lifespan="on",
        log_level="warning",
        log_config=None,
        access_log=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        server_header=False,
        proxy_headers=False,
    )
    return Server(config)
