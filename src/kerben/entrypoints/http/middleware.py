"""What happens to every request: an id, time measured, headers of safety. Raw ASGI, because it is on every path."""

from __future__ import annotations

import re
import time
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from kerben.platform.ids import new_id
from kerben.platform.logs import bind_request_id

REQUESTS = Counter("kerben_http_requests_total", "HTTP requests", ["method", "status"])
SECONDS = Histogram(
    "kerben_http_request_seconds",
    "Time to answer",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)

_SANE_ID: Final = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
_SAFETY: Final[list[tuple[bytes, bytes]]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]


def request_context(app: ASGIApp) -> ASGIApp:
    """Wrap an application; see the module's docstring."""
    requests: dict[tuple[str, int], Any] = {}
    seconds: dict[str, Any] = {}

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            bind_request_id(str(new_id()))
            await app(scope, receive, send)
            return
        request_id = _given_id(scope["headers"]) or new_id().hex.encode()
        bind_request_id(request_id.decode())
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
            await app(scope, receive, answer)
        finally:
            key = (method, status)
            counter = requests.get(key)
            if counter is None:
                counter = requests[key] = REQUESTS.labels(method, str(status))
            counter.inc()
            histogram = seconds.get(method)
            if histogram is None:
                histogram = seconds[method] = SECONDS.labels(method)
            histogram.observe(time.perf_counter() - started)

    return wrapped


def _given_id(headers: Any) -> bytes | None:
    for name, value in headers:
        if name == b"x-request-id":
            return value if _SANE_ID.match(value) else None
    return None
