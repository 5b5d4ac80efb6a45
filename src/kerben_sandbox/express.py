"""The express lane: the calls of every order without the framework's path of a request.

The acquirer's scripts, a program's verdict on a payment, and transfers are answered here by the functions that their
routes call too. Whatever is not the ordinary case (another form of the path, a body that is no plain form, a wrong
secret) goes the framework's way.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, cast
from uuid import UUID

import msgspec
from litestar import Litestar

from kerben_sandbox.acquirer_http import SCRIPTS, XML, call_decide, call_script
from kerben_sandbox.app import BODY_BYTES_MAX
from kerben_sandbox.bank_http import call_state, call_transfer, is_bearer
from kerben_sandbox.wire import from_form
from kerben_sandbox.world import World

_ACQUIRER: Final = "/acquirer/"
_PAYMENTS: Final = "/acquirer/payments/"
_TRANSFERS: Final = "/bank/transfers"
_TRANSFER: Final = "/bank/transfers/"
_VERDICTS: Final = frozenset({"approve", "decline"})
_FORM: Final = b"application/x-www-form-urlencoded"
_UUID_LENGTH: Final = 36
_XML: Final = f"{XML}; charset=utf-8".encode()
_JSON: Final = b"application/json"
_encode: Final = msgspec.json.Encoder().encode
_log: Final = logging.getLogger(__name__)

Headers = Mapping[bytes, bytes]
"""By lower-case name."""
Answer = tuple[int, bytes, bytes]
"""Status, body and its media type."""
Lane = Callable[[World, bytes], Awaitable[Answer]]


class UnusualError(Exception):
    """Not the ordinary case: the framework should answer. Nothing has been done yet."""


class Express:
    """Who answers the hot calls."""

    def __init__(self, app: Litestar) -> None:
        self._app = app

    @property
    def _world(self) -> World:
        return cast("World", self._app.state["world"])

    def lane(self, method: str, path: str, headers: Headers) -> Lane | None:
        """Who answers; None when the framework should."""
        if method == "POST":
            if path.startswith(_PAYMENTS):
                order_id, _, verdict = path[len(_PAYMENTS) :].partition("/")
                return _decide(order_id, verdict) if order_id and verdict in _VERDICTS else None
            script = path[len(_ACQUIRER) :]
            if path.startswith(_ACQUIRER) and script in SCRIPTS:
                return _script(script) if headers.get(b"content-type") == _FORM and _is_small(headers) else None
            if path == _TRANSFERS and _is_small(headers) and self._is_bank(headers):
                return _transfer
        elif method == "GET" and path.startswith(_TRANSFER) and self._is_bank(headers):
            return _state(path[len(_TRANSFER) :])
        return None

    def _is_bank(self, headers: Headers) -> bool:
        given = headers.get(b"authorization")
        return given is not None and is_bearer(given.decode("latin-1"), self._world.config.secrets.bank_secret)

    async def answer(self, lane: Lane, body: bytes) -> Answer:
        """What a lane answers; 500 as the framework says it when it fails. Raises UnusualError."""
        try:
            return await lane(self._world, body)
        except UnusualError:
            raise
        except Exception:
            _log.exception("a call failed")
            return 500, b'{"status_code":500,"detail":"Internal Server Error"}', _JSON


def _script(script: str) -> Lane:
    async def answer(world: World, body: bytes) -> Answer:
        params = from_form(body)
        if params is None:
            raise UnusualError
        status, content = await call_script(world, script, params)
        return status, content, _XML

    return answer


def _decide(order_id: str, verdict: str) -> Lane:
    async def answer(world: World, _: bytes) -> Answer:
        status, content = await call_decide(world, order_id, verdict)
        return status, _encode(content), _JSON

    return answer


async def _transfer(world: World, body: bytes) -> Answer:
    status, content = await call_transfer(world, body)
    return status, _encode(content), _JSON


def _state(reference: str) -> Lane | None:
    if len(reference) != _UUID_LENGTH:
        return None
    try:
        known = UUID(reference)
    except ValueError:
        return None

    async def answer(world: World, _: bytes) -> Answer:
        status, content = await call_state(world, known)
        return status, _encode(content), _JSON

    return answer


def _is_small(headers: Headers) -> bool:
    length = headers.get(b"content-length", b"")
    return length.isdigit() and int(length) <= BODY_BYTES_MAX
