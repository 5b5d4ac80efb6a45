"""A load generator that leaves the cores to the server: HTTP/1.1 over raw asyncio protocols with keep-alive.

Closed loop: each connection sends its next request when the answer to the last one is complete, as pgbench's clients
do. It speaks to 127.0.0.1 only, and every run ends by time and by count. It takes its processor time from the cores
it measures, so requests are made before the clock starts (`ahead`) and answers are looked at no more than needed.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, cast

HOST: Final = "127.0.0.1"
REQUESTS_MAX: Final = 2_000_000
"""No run sends more than this."""
DRAIN_S: Final = 15.0
"""How long answers may be outstanding after the last request was sent."""
SAMPLES_MAX: Final = 3

NextRequest = Callable[[], bytes]
"""Makes the bytes of the next request, head and body."""
Accept = Callable[[int, bytes], bool]
"""Whether an answer that is not 2xx is one that was asked for: status and whole answer."""

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length: "


def quantile(values: list[float], at: float) -> float:
    """The value below which the share `at` of all lies (nearest rank); 0 without any."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(at * len(ordered)))]


@dataclass
class Load:
    """What one run measured. Times in seconds; latencies only of answers that came within the measured window."""

    connections: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list[float])
    statuses: Counter[int] = field(default_factory=Counter[int])
    unexpected: Counter[str] = field(default_factory=Counter[str])
    """Answers that nobody wanted by status, and lost connections, of the whole run."""
    samples: list[str] = field(default_factory=list[str])
    """The first few of them."""
    answered: int = 0
    """Answers of the whole run, warm-up included."""
    steps: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """Where one request is a chain of several: the times of each step."""
    notes: dict[str, float] = field(default_factory=dict[str, float])
    """What else a scenario found."""
    finished: int = 0
    """Answers since the window opened, also those after its end: what processor time is divided by."""

    @property
    def requests(self) -> int:
        """Answers within the measured window."""
        return len(self.latencies)

    @property
    def per_s(self) -> float:
        """Answers as wished per second."""
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def errors(self) -> dict[str, int]:
        """Answers that nobody wanted by status, and lost connections."""
        return dict(sorted(self.unexpected.items()))

    def latency_ms(self, at: float) -> float:
        """A quantile of the time to answer, milliseconds."""
        return quantile(self.latencies, at) * 1000

    def refuse(self, status: int, answer: bytes) -> None:
        """Count an answer that nobody wanted."""
        self.unexpected[str(status)] += 1
        if len(self.samples) < SAMPLES_MAX:
            self.samples.append(answer.decode(errors="replace")[-600:])


class _Run:
    """What the connections of a run share."""

    def __init__(
        self, load: Load, make: NextRequest, accept: Accept | None, *, until: float, count_from: float, count_max: int
    ) -> None:
        self.load = load
        self.make = make
        self.accept = accept
        self.until = until
        self.count_from = count_from
        self.left = min(count_max, REQUESTS_MAX)
        self.active = 0
        self.idle = asyncio.Event()

    def ended(self) -> None:
        self.active -= 1
        if self.active == 0:
            self.idle.set()


class Reader:
    """Cuts answers out of what arrives on a connection with at most one request under way."""

    __slots__ = ("_buffer", "_needed")

    def __init__(self) -> None:
        self._buffer = b""
        self._needed = 0

    def feed(self, data: bytes) -> bytes | None:
        """The whole answer, head and body, once it is complete. Raises ValueError for one without Content-Length."""
        if self._buffer:
            data = self._buffer + data
        if not self._needed:
            end = data.find(_HEAD_END)
            if end < 0:
                self._buffer = data
                return None
            self._needed = end + 4 + content_length(data, end)
        if len(data) < self._needed:
            self._buffer = data
            return None
        self._buffer, self._needed = b"", 0
        return data


def content_length(answer: bytes, end: int) -> int:
    """Length of the body of an answer whose head ends at `end`. Raises ValueError for one sent in chunks."""
    at = answer.find(_LENGTH, 0, end)
    if at >= 0:
        return int(answer[at + 18 : answer.find(b"\r", at + 18)])
    head = answer[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        return int(head[at + 17 :].split(b"\r\n", 1)[0])
    if b"transfer-encoding" in head:
        raise ValueError("the load generator reads answers with a Content-Length only")
    return 0


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    __slots__ = ("_feed", "_run", "_sent_at", "_transport", "_working", "_write")

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._feed = Reader().feed
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0
        self._working = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._write = self._transport.write
        self._run.active += 1
        self._working = True
        self._next(time.perf_counter())

    def _next(self, now: float) -> None:
        run = self._run
        if now >= run.until or run.left <= 0:
            self._end()
            return
        run.left -= 1
        self._sent_at = now
        self._write(run.make())

    def _end(self) -> None:
        if self._working:
            self._working = False
            self._run.ended()

    def data_received(self, data: bytes) -> None:
        answer = self._feed(data)
        if answer is None:
            return
        now = time.perf_counter()
        run, load = self._run, self._run.load
        load.answered += 1
        status = int(answer[9:12])
        if 200 <= status < 300 or (run.accept is not None and run.accept(status, answer)):
            if now >= run.count_from:
                load.finished += 1
                if now <= run.until:
                    load.statuses[status] += 1
                    load.latencies.append(now - self._sent_at)
        else:
            load.refuse(status, answer)
        self._next(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._working:
            self._run.load.unexpected["lost"] += 1
        self._end()

    def close(self) -> None:
        """Hang up."""
        self._working = False
        if self._transport is not None:
            self._transport.close()


def ahead(make: NextRequest, count: int) -> NextRequest:
    """The same requests, the first `count` of them made now; the others when they are asked for."""
    made = [make() for _ in range(count)]
    return itertools.chain(made, iter(make, None)).__next__


@contextmanager
def no_collection() -> Generator[None]:
    """Keeps the garbage collector away from a measurement: it would stop all connections at once."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


async def run(
    port: int,
    make: NextRequest,
    *,
    connections: int,
    seconds: float,
    warm_up_s: float = 0.0,
    count_max: int = REQUESTS_MAX,
    on_window: Callable[[], None] = lambda: None,
    accept: Accept | None = None,
) -> Load:
    """Send requests over `connections` connections for warm-up and `seconds`, or until `count_max` were sent.

    `on_window` is called when the measured window opens. Raises OSError when the server cannot be reached and
    TimeoutError when answers stay out for DRAIN_S.
    """
    load = Load(connections)
    loop = asyncio.get_running_loop()
    made: list[_Connection] = []
    with no_collection():
        started = time.perf_counter()
        window = started + warm_up_s
        shared = _Run(load, make, accept, until=window + seconds, count_from=window, count_max=count_max)
        opener = loop.call_later(warm_up_s, on_window)
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


def post(path: str, headers: str, body: bytes, method: str = "POST") -> bytes:
    """The bytes of a POST (or other) request with a JSON body."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body
