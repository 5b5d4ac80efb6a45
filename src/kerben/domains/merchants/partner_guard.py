"""Guards of routes for partners' programs: the header `X-API-Key`.

A key is kept in memory by its secret's hash, so that a request asks the database only the first time; a rotation or
revocation is an event that drops what is kept, in all processes. Its times (expiry, the grace after a rotation) are
looked at with each request.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from functools import cache
from typing import Final, cast
from uuid import UUID

from litestar.handlers.base import BaseRouteHandler

from kerben.domains.identity.api import authenticate
from kerben.domains.merchants import partner_repository
from kerben.domains.merchants.access import Caller
from kerben.domains.merchants.errors import ApiKeyInvalidError, ScopeMissingError
from kerben.domains.merchants.events import ApiKeyChanged
from kerben.domains.merchants.model import Partner, Scope
from kerben.domains.merchants.partner_repository import KnownKey
from kerben.platform.access import Connection, Guard, client_ip, declare, principal_of
from kerben.platform.errors import UnauthenticatedError
from kerben.platform.events import Event
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash

HEADER: Final = "x-api-key"
USE_NOTED_EVERY: Final = timedelta(minutes=1)

_KEPT_MAX: Final = 20_000
_SECRET_CHARS_MAX: Final = 200
_STATE: Final = "partner"


class KeyDirectory:
    """Working keys of this process, and how often each may call."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._known: OrderedDict[bytes, KnownKey] = OrderedDict()
        self._use_noted: dict[UUID, datetime] = {}
        self._generation = 0
        enabled = runtime.settings.rate_limits
        self._calls = RateLimiter(runtime.clock, burst=200, per_s=50, enabled=enabled)
        # Secrets cannot be guessed; this slows down whoever tries.
        self._misses = RateLimiter(runtime.clock, burst=30, per_s=1, enabled=enabled)

    async def find(self, secret: str, ip: str) -> Partner | None:
        """Who a secret stands for; None when it does not work. Raises RateLimitedError after too many secrets from
        one address that do not, or too many calls with one key."""
        known = await self._look_up(token_hash(secret)) if len(secret) <= _SECRET_CHARS_MAX else None
        if known is None:
            self._misses.take(ip)
            return None
        self._calls.take(str(known.partner.key_id))
        await self._note_use(known.partner.key_id)
        return known.partner

    async def _look_up(self, hashed: bytes) -> KnownKey | None:
        known = self._known.get(hashed)
        if known is not None:
            if known.valid_until is None or known.valid_until > self._runtime.clock.now():
                self._known.move_to_end(hashed)
                return known
            del self._known[hashed]
            return None
        generation = self._generation
        async with self._runtime.db.read_by_key() as tx:
            known = await partner_repository.by_hash(tx, hashed)
        # A revocation seen while we read may be newer than what we read.
        if known is not None and generation == self._generation:
            self._known[hashed] = known
            if len(self._known) > _KEPT_MAX:
                self._known.popitem(last=False)
        return known

    async def _note_use(self, key_id: UUID) -> None:
        now = self._runtime.clock.now()
        noted = self._use_noted.get(key_id)
        if noted is not None and now - noted < USE_NOTED_EVERY:
            return
        if len(self._use_noted) > _KEPT_MAX:
            self._use_noted.clear()
        self._use_noted[key_id] = now
        async with self._runtime.db.write() as tx:
            await partner_repository.mark_used(tx, key_id, USE_NOTED_EVERY)

    def forget(self, key_id: UUID) -> None:
        """Drop a key's secrets from memory."""
        self._generation += 1
        for hashed in [h for h, known in self._known.items() if known.partner.key_id == key_id]:
            del self._known[hashed]


def on_key_changed(runtime: Runtime, event: Event) -> None:
    """What the watch of each process does."""
    runtime.part(KeyDirectory).forget(cast("ApiKeyChanged", event).key_id)


async def _authenticate_partner(connection: Connection, scope: Scope | None) -> Partner | None:
    """Set and return the partner of a request; None without the header. ApiKeyInvalidError, ScopeMissingError."""
    secret = connection.headers.get(HEADER)
    if secret is None:
        return None
    runtime = cast("Runtime", connection.app.state.runtime)
    found = await runtime.part(KeyDirectory).find(secret, client_ip(connection))
    if found is None:
        raise ApiKeyInvalidError
    if scope is not None and scope not in found.scopes:
        raise ScopeMissingError(scope=scope.value)
    connection.scope["state"][_STATE] = found
    return found


def _named(scope: Scope | None) -> str:
    return f"partner key: {scope.value}" if scope is not None else "partner key"


@cache
def partner(scope: Scope | None = None) -> Guard:
    """A guard: partners' programs whose key has a scope (None: any key). 401 without a working key, 403 without the
    scope."""

    @declare(_named(scope))
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if await _authenticate_partner(connection, scope) is None:
            raise ApiKeyInvalidError

    return guard


@cache
def staff_or_partner(scope: Scope | None = None) -> Guard:
    """A guard: signed-in people, and partners' programs whose key has a scope (None: any key). A request with both
    is the program's. What the caller may reach is for `shop_access` and `merchant_access` to say, called with
    `caller_of(request)` and the same scope."""

    @declare(f"signed in, or {_named(scope)}")
    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if await _authenticate_partner(connection, scope) is None and authenticate(connection) is None:
            raise UnauthenticatedError

    return guard


def partner_of(connection: Connection) -> Partner:
    """The program that calls; ApiKeyInvalidError when there is none."""
    found = connection.scope["state"].get(_STATE)
    if not isinstance(found, Partner):
        raise ApiKeyInvalidError
    return found


def caller_of(connection: Connection) -> Caller:
    """The program or the signed-in person that calls; UnauthenticatedError when there is neither."""
    found = connection.scope["state"].get(_STATE)
    return found if isinstance(found, Partner) else principal_of(connection)
