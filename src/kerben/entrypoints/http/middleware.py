"""What happens to every request: an id, a limit per address, time measured, headers of safety.

Raw ASGI around the router, because it is on every path.
"""

from __future__ import annotations

import asyncio
import re
import time
from bisect import bisect_left
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from kerben.platform.errors import RateLimitedError
from kerben.platform.ids import new_id
from kerben.platform.logs import bind_request_id
from kerben.platform.problems import MEDIA_TYPE, problem
from kerben.platform.ratelimit import RateLimiter

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS = Counter("kerben_http_requests_total", "HTTP requests", ["method", "status"])
SECONDS = Histogram(
    "kerben_http_request_seconds",
    "Time to answer",
    ["method"],
    buckets=_BUCKETS,
)

ADDRESS_BURST: Final = 1200
ADDRESS_PER_S: Final = 300.0
"""Per address and process: far above what a person or a shop does, since a whole bazaar may share one address."""

_SANE_ID: Final = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
_SAFETY: Final[list[tuple[bytes, bytes]]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
TALLY_S: Final = 1.0
_METRICS: Final = "/metrics"
_UNLIMITED: Final = frozenset({"/healthz", "/readyz", _METRICS})


class Tally:
    """Counts requests in memory and hands them to the shared metrics once a second: those live in files that all
    server processes map, and a count there costs more than a guard."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int], int] = {}
        self._times: dict[str, list[float]] = {}
        self._due: asyncio.TimerHandle | None = None

    def add(self, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method, status)
        self._counts[key] = self._counts.get(key, 0) + 1
        times = self._times.get(method)
        if times is None:
            times = self._times[method] = [0.0] * (len(_BUCKETS) + 2)
        times[bisect_left(_BUCKETS, seconds)] += 1
        times[-1] += seconds
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(TALLY_S, self.flush)

    def flush(self) -> None:
        """Hand over what was counted."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        for (method, status), count in self._counts.items():
            REQUESTS.labels(method, str(status)).inc(count)
        for method, times in self._times.items():
            # The library can only observe one by one; these are the two counters that it keeps for it.
            histogram: Any = SECONDS.labels(method)
            for bucket, count in zip(histogram._buckets, times, strict=False):
                if count:
                    bucket.inc(count)
            histogram._sum.inc(times[-1])
        self._counts.clear()
        self._times.clear()


class RequestContext:
    """Wraps an application; see the module's docstring."""

    def __init__(self, app: ASGIApp, limiter: RateLimiter, *, behind_proxy: bool) -> None:
        self.app = app
        self._limiter = limiter
        self._behind_proxy = behind_proxy
        self._tally = Tally()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            bind_request_id(str(new_id()))
            await self.app(scope, receive, send)
            return
        given, forwarded = _read_headers(scope["headers"])
        request_id = given or new_id().hex.encode()
        bind_request_id(request_id.decode())
        if self._behind_proxy and forwarded:
            scope["client"] = (forwarded, 0)
        started = time.perf_counter()
        method = str(scope["method"])
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id), *_SAFETY]
            await send(message)

        if scope["path"] == _METRICS:
            self._tally.flush()
        try:
            refusal = self._refusal(scope)
            if refusal is None:
                await self.app(scope, receive, answer)
            else:
                await _send_problem(refusal, answer)
        finally:
            self._tally.add(method, status, time.perf_counter() - started)

    def _refusal(self, scope: Scope) -> RateLimitedError | None:
        if scope["path"] in _UNLIMITED:
            return None
        client = scope["client"]
        try:
            self._limiter.take(client[0] if client else "-")
        except RateLimitedError as error:
            return error
        return None


async def _send_problem(error: RateLimitedError, send: Send) -> None:
    headers = [(b"content-type", MEDIA_TYPE.encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    await send({"type": "http.response.start", "status": int(error.kind), "headers": headers})
    body = msgspec.json.encode(problem(error))
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _read_headers(headers: Any) -> tuple[bytes | None, str | None]:
    """The caller's request id, if it is sane, and the address a proxy of ours saw (the last one of the list)."""
    request_id: bytes | None = None
    forwarded: str | None = None
    for name, value in headers:
        if name == b"x-request-id":
            request_id = value if _SANE_ID.match(value) else None
        elif name == b"x-forwarded-for":
            forwarded = value.decode("latin-1").rsplit(",", 1)[-1].strip()
    return request_id, forwarded
