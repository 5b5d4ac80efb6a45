"""A small HTTP/1.1 client with keep-alive for webhooks: forms out, short answers in.

Written by hand, and without a task per call, because thousands of webhooks a second are sent from the one thread that
also serves requests.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Final, cast
from urllib.parse import urlsplit

import msgspec

ANSWER_BYTES_MAX: Final = 65_536
IDLE_MAX: Final = 64
_HEAD_END: Final = b"\r\naccept: application/xml\r\n\r\n"
_NO_CONTENT: Final = 204
_FINAL: Final = 200
"""Statuses below are only announcements of the answer."""

Answer = tuple[int, bytes]
"""Status and body."""
Done = Callable[[Answer | None], None]
"""Told the answer once, or None when there is none: not reached, cut off, too slow or not HTTP."""
Key = tuple[str, str, int]


class _Target(msgspec.Struct, frozen=True):
    """Where an address leads. `head` is the request's, up to the length of its body."""

    key: Key
    head: bytes


class _Call:
    """One form under way."""

    __slots__ = ("connecting", "connection", "done", "request", "target", "timer")

    def __init__(self, target: _Target, request: bytes, done: Done) -> None:
        self.target = target
        self.request = request
        self.done: Done | None = done
        self.timer: asyncio.TimerHandle | None = None
        self.connection: _Connection | None = None
        self.connecting: asyncio.Task[None] | None = None

    def finish(self, answer: Answer | None) -> None:
        """Tell the answer, the first time."""
        done, self.done = self.done, None
        if self.timer is not None:
            self.timer.cancel()
        if done is not None:
            done(answer)


class _Connection(asyncio.Protocol):
    """A kept connection with at most one call on it."""

    def __init__(self, client: WebhookClient, key: Key) -> None:
        self._client = client
        self._key = key
        self._transport: asyncio.Transport | None = None
        self._call: _Call | None = None
        self._used = False
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._client.opened(self)

    @property
    def is_usable(self) -> bool:
        """Whether a call may be put on it."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, call: _Call) -> None:
        """Put a call on it; it must be usable and idle."""
        assert self._transport is not None  # noqa: S101 - `is_usable` says so
        self._call = call
        call.connection = self
        self._transport.write(call.request)

    def data_received(self, data: bytes) -> None:
        if self._call is None:
            # Nothing was asked.
            self.abort()
            return
        self._got = self._got + data if self._got else data
        self._read(ended=False)

    def eof_received(self) -> bool:
        if self._call is not None:
            self._read(ended=True)
        # Closes; `connection_lost` sees to a call that is still without an answer.
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._client.closed(self)
        call, self._call = self._call, None
        if call is None:
            return
        if self._used:
            # The other side closed a kept connection in the same moment: a new one decides.
            self._client.connect(call)
        else:
            call.finish(None)

    def _read(self, *, ended: bool) -> None:
        try:
            read = read_answer(self._got, ended=ended)
        except ValueError:
            if ended:
                return
            read = None, False
        if read is None:
            return
        call, self._call, self._got, self._used = self._call, None, b"", True
        answer, keep = read
        if self._transport is not None and not (
            keep and not self._transport.is_closing() and self._client.keep(self._key, self)
        ):
            self._transport.close()
        if call is not None:
            call.finish(answer)

    def abort(self) -> None:
        """Hang up at once."""
        self._call = None
        if self._transport is not None:
            self._transport.abort()


class WebhookClient:
    """Posts forms; connections are kept and reused per host. Belongs to the event loop."""

    def __init__(self, timeout_s: float) -> None:
        """`timeout_s` is for one call from connecting to the whole answer."""
        self._timeout_s = timeout_s
        self._idle: defaultdict[Key, list[_Connection]] = defaultdict(list)
        self._open: set[_Connection] = set()
        self._connecting: set[asyncio.Task[None]] = set()

    def post_form(self, url: str, body: str, done: Done) -> None:
        """Send a form; `done` may be told at once."""
        try:
            target = _target(url)
        except ValueError:
            done(None)
            return
        content = body.encode()
        call = _Call(target, b"%b%d%b%b" % (target.head, len(content), _HEAD_END, content), done)
        call.timer = asyncio.get_running_loop().call_later(self._timeout_s, _give_up, call)
        idle = self._idle[target.key]
        while idle:
            connection = idle.pop()
            if connection.is_usable:
                connection.send(call)
                return
        self.connect(call)

    def connect(self, call: _Call) -> None:
        """Send a call on a new connection."""
        call.connection = None
        call.connecting = task = asyncio.get_running_loop().create_task(self._connect(call))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, call: _Call) -> None:
        key = call.target.key
        scheme, host, port = key
        context = ssl.create_default_context() if scheme == "https" else None
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: _Connection(self, key), host, port, ssl=context
            )
        except (OSError, ValueError):
            call.finish(None)
            return
        finally:
            call.connecting = None
        if call.done is None or not connection.is_usable:
            connection.abort()
            call.finish(None)
            return
        connection.send(call)

    def keep(self, key: Key, connection: _Connection) -> bool:
        """Keep an idle connection for later, if there are not too many."""
        idle = self._idle[key]
        if len(idle) >= IDLE_MAX:
            return False
        idle.append(connection)
        return True

    def opened(self, connection: _Connection) -> None:
        """A connection came to be."""
        self._open.add(connection)

    def closed(self, connection: _Connection) -> None:
        """A connection is no more."""
        self._open.discard(connection)

    def close(self) -> None:
        """Close all connections; calls under way are told nothing more."""
        for task in list(self._connecting):
            task.cancel()
        for connection in list(self._open):
            connection.abort()
        self._idle.clear()


def _give_up(call: _Call) -> None:
    if call.connection is not None:
        call.connection.abort()
    if call.connecting is not None:
        call.connecting.cancel()
    call.finish(None)


@lru_cache(maxsize=1024)
def _target(url: str) -> _Target:
    """Raises ValueError for what is no http(s) address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not an http(s) address")
    place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    head = (
        f"POST {place} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        "content-length: "
    )
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return _Target((parts.scheme, parts.hostname, port), head.encode("ascii", "strict"))


def read_answer(got: bytes, *, ended: bool) -> tuple[Answer, bool] | None:
    """The answer and whether its connection may be kept; None while it is not complete.

    Raises ValueError when it is no HTTP, too long, or cut off (`ended`: nothing more will come).
    """
    begin = 0
    while True:
        end = got.find(b"\r\n\r\n", begin)
        if end < 0:
            return _incomplete(len(got) - begin, ended=ended)
        head = got[begin:end].lower()
        version, code, *_ = head.split(b"\r\n", 1)[0].split(b" ", 2)
        status, begin = int(code), end + 4
        if status >= _FINAL:
            break
    keep = version == b"http/1.1" and _field(head, b"connection") != b"close"
    if _field(head, b"transfer-encoding") == b"chunked":
        chunked = _chunks(got, begin)
        if chunked is None:
            return _incomplete(len(got) - begin, ended=ended)
        body, begin = chunked
        return (status, body), keep and begin == len(got)
    length = _field(head, b"content-length")
    if length or status == _NO_CONTENT:
        size = int(length or b"0")
        if not 0 <= size <= ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
        if len(got) < begin + size:
            return _incomplete(0, ended=ended)
        return (status, got[begin : begin + size]), keep and len(got) == begin + size
    if ended:
        return (status, got[begin:]), False
    return _incomplete(len(got) - begin, ended=False)


def _incomplete(size: int, *, ended: bool) -> None:
    if ended:
        raise ValueError("cut off")
    if size > ANSWER_BYTES_MAX:
        raise ValueError("the answer is too long")


def _field(head: bytes, name: bytes) -> bytes:
    """A header's value in small letters; empty when it is not there."""
    begin = head.find(b"\r\n%b:" % name)
    if begin < 0:
        return b""
    begin += len(name) + 3
    end = head.find(b"\r\n", begin)
    return head[begin : end if end >= 0 else len(head)].strip()


def _chunks(got: bytes, begin: int) -> tuple[bytes, int] | None:
    """The body put together and where it ends; None while it is not complete. Raises ValueError."""
    parts: list[bytes] = []
    total = 0
    while True:
        end = got.find(b"\r\n", begin)
        if end < 0:
            return None
        size = int(got[begin:end].split(b";")[0], 16)
        total += size
        if size < 0 or total > ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
        begin = end + 2
        if size == 0:
            break
        if len(got) < begin + size + 2:
            return None
        parts.append(got[begin : begin + size])
        begin += size + 2
    # What may follow the last chunk ends with an empty line.
    while True:
        end = got.find(b"\r\n", begin)
        if end < 0:
            return None
        if end == begin:
            return b"".join(parts), end + 2
        begin = end + 2
