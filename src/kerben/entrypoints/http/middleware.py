"""What happens to every request: an id, a limit per address, time measured, headers of safety.

Raw ASGI around the router, because it is on every path.
"""

from __future__ import annotations

import re
import time
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from kerben.platform.errors import RateLimitedError
from kerben.platform.ids import new_id
from kerben.platform.logs import bind_request_id
from kerben.platform.problems import MEDIA_TYPE, problem
from kerben.platform.ratelimit import RateLimiter

REQUESTS = Counter("kerben_http_requests_total", "HTTP requests", ["method", "status"])
SECONDS = Histogram(
    "kerben_http_request_seconds",
    "Time to answer",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
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
_UNLIMITED: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestContext:
    """Wraps an application; see the module's docstring."""

    def __init__(self, app: ASGIApp, limiter: RateLimiter, *, behind_proxy: bool) -> None:
        self.app = app
        self._limiter = limiter
        self._behind_proxy = behind_proxy
        self._requests: dict[tuple[str, int], Any] = {}
        self._seconds: dict[str, Any] = {}

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

        try:
            refusal = self._refusal(scope)
            if refusal is None:
                await self.app(scope, receive, answer)
            else:
                await _send_problem(refusal, answer)
        finally:
            self._measure(method, status, time.perf_counter() - started)

    def _refusal(self, scope: Scope) -> RateLimitedError | None:
        if scope["path"] in _UNLIMITED:
            return None
        client = scope["client"]
        try:
            self._limiter.take(client[0] if client else "-")
        except RateLimitedError as error:
            return error
        return None

    def _measure(self, method: str, status: int, seconds: float) -> None:
        counter = self._requests.get((method, status))
        if counter is None:
            counter = self._requests[method, status] = REQUESTS.labels(method, str(status))
        counter.inc()
        histogram = self._seconds.get(method)
        if histogram is None:
            histogram = self._seconds[method] = SECONDS.labels(method)
        histogram.observe(seconds)


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
