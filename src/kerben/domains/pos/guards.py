"""The guard of tills: a device token, and a signature over time and body.

`X-Kerben-Signature: sha256=<hex HMAC-SHA256(secret, timestamp + "." + raw body)>`. Devices are kept in memory by
their token's hash, so that a request asks the database only the first time; every registration or revocation is an
event that drops what is kept, in all processes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from typing import Any, Final, cast
from uuid import UUID

from litestar import Request
from litestar.handlers.base import BaseRouteHandler

from kerben.domains.pos.errors import ClockSkewError, DeviceUnauthenticatedError
from kerben.domains.pos.events import DeviceChanged
from kerben.domains.pos.model import KnownDevice
from kerben.domains.pos.service.devices import find_device
from kerben.platform.access import Connection, client_ip, declare
from kerben.platform.events import Event
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash

TIMESTAMP: Final = "x-kerben-timestamp"
SIGNATURE: Final = "x-kerben-signature"
SKEW_S: Final = 300
"""How far a signature's time may be off, seconds."""

_KEPT_MAX: Final = 20_000
_STATE: Final = "pos_device"


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """The value of the signature header."""
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class DeviceDirectory:
    """Known tills of this process, and how often each may call."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._known: OrderedDict[bytes, KnownDevice] = OrderedDict()
        self._generation = 0
        enabled = runtime.settings.rate_limits
        self._calls = RateLimiter(runtime.clock, burst=120, per_s=20, enabled=enabled)
        # Counted after the look-up: a process that has just started knows no till yet, and a bazaar's tills may all
        # come from one address. Tokens cannot be guessed; this only slows down whoever tries.
        self._misses = RateLimiter(runtime.clock, burst=30, per_s=1, enabled=enabled)

    async def find(self, token: str, ip: str) -> KnownDevice | None:
        """The till of a token. Raises RateLimitedError after too many unknown tokens from one address."""
        hashed = token_hash(token)
        device = self._known.get(hashed)
        if device is not None:
            self._known.move_to_end(hashed)
            return device
        generation = self._generation
        async with self._runtime.db.read() as tx:
            device = await find_device(tx, self._runtime.keys, hashed)
        if device is None:
            self._misses.take(ip)
        # A revocation seen while we read may be newer than what we read.
        elif generation == self._generation:
            self._known[hashed] = device
            if len(self._known) > _KEPT_MAX:
                self._known.popitem(last=False)
        return device

    def take(self, device: KnownDevice) -> None:
        """Count a call of a till. Raises RateLimitedError."""
        self._calls.take(str(device.id))

    def forget(self, device_id: UUID) -> None:
        """Drop a till from memory."""
        self._generation += 1
        for hashed in [h for h, device in self._known.items() if device.id == device_id]:
            del self._known[hashed]


def on_device_changed(runtime: Runtime, event: Event) -> None:
    """What the watch of each process does."""
    runtime.part(DeviceDirectory).forget(cast("DeviceChanged", event).device_id)


@declare("till")
async def pos_device(connection: Connection, _: BaseRouteHandler) -> None:
    """A till with a valid token and signature; 401 otherwise, 401 CLOCK_SKEW when its time is off."""
    runtime = cast("Runtime", connection.app.state.runtime)
    directory = runtime.part(DeviceDirectory)
    scheme, _sep, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise DeviceUnauthenticatedError
    device = await directory.find(token.strip(), client_ip(connection))
    timestamp = connection.headers.get(TIMESTAMP, "")
    if device is None or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise DeviceUnauthenticatedError
    now = runtime.clock.now()
    if abs(now.timestamp() - int(timestamp)) > SKEW_S:
        raise ClockSkewError(server_time=now.isoformat())
    body = await cast("Request[Any, Any, Any]", connection).body()
    if not hmac.compare_digest(
        signature(device.secret, timestamp, body).encode(), connection.headers.get(SIGNATURE, "").strip().encode()
    ):
        raise DeviceUnauthenticatedError
    directory.take(device)
    connection.scope["state"][_STATE] = device


def device_of(connection: Connection) -> KnownDevice:
    """The till that calls; set by the guard."""
    device = connection.scope["state"].get(_STATE)
    if not isinstance(device, KnownDevice):
        raise DeviceUnauthenticatedError
    return device
