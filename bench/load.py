"""A load generator that leaves the cores to the server: HTTP/1.1 over raw asyncio protocols with keep-alive.

Closed loop: each connection sends its next request when the answer to the last one is complete, as pgbench's clients
do. It speaks to 127.0.0.1 only, and every run ends by time and by count.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

HOST: Final = "127.0.0.1"
REQUESTS_MAX: Final = 2_000_000
"""No run sends more than this."""
DRAIN_S: Final = 15.0
"""How long answers may be outstanding after the last request was sent."""

NextRequest = Callable[[], bytes]
"""Makes the bytes of the next request, head and body."""


@dataclass
class Load:
    """What one run measured. Times in seconds; latencies only of answers within the measured window."""

    connections: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list[float])
    statuses: Counter[int] = field(default_factory=Counter[int])
    lost_connections: int = 0
    samples: list[str] = field(default_factory=list[str])
    """The first few answers that were not 2xx."""

    @property
    def requests(self) -> int:
        """Answers within the measured window."""
        return len(self.latencies)

    @property
    def per_s(self) -> float:
        """Good answers per second."""
        good = sum(n for status, n in self.statuses.items() if 200 <= status < 300)
        return good / self.seconds if self.seconds else 0.0

    @property
    def errors(self) -> dict[str, int]:
        """Answers that were not 2xx by status, and lost connections."""
        found = {str(status): n for status, n in sorted(self.statuses.items()) if not 200 <= status < 300}
        return found | ({"lost": self.lost_connections} if self.lost_connections else {})

    def latency_ms(self, quantile: float) -> float:
        """A quantile of the time to answer, milliseconds."""
        if not self.latencies:
            return 0.0
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))] * 1000


class _Run:
    """What the connections of a run share."""

    def __init__(self, load: Load, make: NextRequest, *, until: float, count_from: float, count_max: int) -> None:
        self.load = load
        self.make = make
        self.until = until
        self.count_from = count_from
        self.left = min(count_max, REQUESTS_MAX)
        self.active = 0
        self.idle = asyncio.Event()

    def ended(self) -> None:
        self.active -= 1
        if self.active == 0:
            self.idle.set()


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._needed = 0
        self._sent_at = 0.0
        self._working = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._run.active += 1
        self._working = True
        self._send()

    def _send(self) -> None:
        run = self._run
        now = time.perf_counter()
        if now >= run.until or run.left <= 0:
            self._end()
            return
        run.left -= 1
        self._sent_at = now
        assert self._transport is not None
        self._transport.write(run.make())

    def _end(self) -> None:
        if self._working:
            self._working = False
            self._run.ended()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if self._needed == 0:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = buffer
                return
            self._needed = end + 4 + _content_length(buffer[:end].lower())
        if len(buffer) < self._needed:
            self._buffer = buffer
            return
        self._answered(buffer)
        self._buffer, self._needed = b"", 0
        self._send()

    def _answered(self, answer: bytes) -> None:
        now = time.perf_counter()
        load = self._run.load
        if not self._run.count_from <= self._sent_at or now > self._run.until:
            return
        status = int(answer[9:12])
        load.statuses[status] += 1
        load.latencies.append(now - self._sent_at)
        if not 200 <= status < 300 and len(load.samples) < 3:
            load.samples.append(answer.decode(errors="replace")[-600:])

    def connection_lost(self, exc: Exception | None) -> None:
        if self._working:
            self._run.load.lost_connections += 1
        self._end()

    def close(self) -> None:
        """Hang up."""
        self._working = False
        if self._transport is not None:
            self._transport.close()


def _content_length(head: bytes) -> int:
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        return int(head[at + 17 :].split(b"\r\n", 1)[0])
    if b"transfer-encoding" in head:
        raise ValueError("the load generator reads answers with a Content-Length only")
    return 0


async def run(
    port: int,
    make: NextRequest,
    *,
    connections: int,
    seconds: float,
    warm_up_s: float = 0.0,
    count_max: int = REQUESTS_MAX,
    on_window: Callable[[], None] = lambda: None,
) -> Load:
    """Send requests over `connections` connections for warm-up and `seconds`, or until `count_max` were sent.

    `on_window` is called when the measured window opens. Raises OSError when the server cannot be reached and
    TimeoutError when answers stay out for DRAIN_S.
    """
    load = Load(connections)
    started = time.perf_counter()
    window = started + warm_up_s
    shared = _Run(load, make, until=window + seconds, count_from=window, count_max=count_max)
    loop = asyncio.get_running_loop()
    opener = loop.call_later(warm_up_s, on_window)
    made: list[_Connection] = []
    try:
        for _ in range(connections):
            _, protocol = await loop.create_connection(lambda: _Connection(shared), HOST, port)
            made.append(protocol)
        async with asyncio.timeout(warm_up_s + seconds + DRAIN_S):
            await shared.idle.wait()
    finally:
        opener.cancel()
        for connection in made:
            connection.close()
    load.seconds = min(seconds, time.perf_counter() - window)
    return load


def get(path: str, headers: str = "") -> bytes:
    """The bytes of a GET request; `headers` as lines that end in CRLF."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n".encode()


def post(path: str, headers: str, body: bytes) -> bytes:
    """The bytes of a POST request with a JSON body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body
