"""Structured logs. Every line carries the request id; values under telling names are masked."""

from __future__ import annotations

import logging
import re
import sys
from contextvars import ContextVar
from typing import Any, Final

import structlog

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_SECRET_NAME: Final = re.compile(
    r"password|secret|token|authorization|api_?key|cvc|card|signature|otp|(?<!error_)code$|cookie", re.IGNORECASE
)
_CARD_NUMBER: Final = re.compile(r"\b(?:\d[ -]?){13,19}\b")
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_DSN_PASSWORD: Final = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")


def current_request_id() -> str | None:
    """Id of the request being served, or None."""
    return _request_id.get()


def bind_request_id(request_id: str | None) -> None:
    """Set the id that log lines and events of this task carry."""
    _request_id.set(request_id)


def scrub(text: str) -> str:
    """Text without card numbers, bearer tokens and passwords in addresses."""
    text = _CARD_NUMBER.sub("[card]", text)
    text = _BEARER.sub(r"\1 [masked]", text)
    return _DSN_PASSWORD.sub(r"\1[masked]@", text)


def one_line(text: str, limit: int = 300) -> str:
    """An error as people may see it: one line, no secrets, not endless."""
    line = " ".join(scrub(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _mask(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name, value in event.items():
        if _SECRET_NAME.search(name) and value is not None:
            event[name] = "[masked]"
        elif isinstance(value, str):
            event[name] = scrub(value)
    if (request_id := _request_id.get()) is not None:
        event.setdefault("request_id", request_id)
    return event


def configure(level: str = "info", fmt: str = "json") -> None:
    """Send structured logs to standard error."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Plain tracebacks: the rich ones show local variables, and those hold secrets.
            structlog.processors.format_exc_info,
            _mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        # Looked up at each line: standard error may be another file by then.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> Any:
    """A logger that names its source. It follows `configure` also when that is called later."""
    return structlog.get_logger(source=name)


# Until `configure` is called (tests, tools) the same rules hold as after it.
configure("warning", "text")
