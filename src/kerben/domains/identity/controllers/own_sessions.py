"""The caller's sessions and second factor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.datastructures import CacheControlHeader

from kerben.domains.identity.controllers.bodies import Code, HttpRequest, device_of
from kerben.domains.identity.errors import OtpInvalidError
from kerben.domains.identity.guards import signed_in
from kerben.domains.identity.model import RevocationCause, SessionView, TotpSetup
from kerben.domains.identity.repository import sessions as session_rows
from kerben.domains.identity.repository import users as user_rows
from kerben.domains.identity.service import factor, lockout, sessions, totp
from kerben.platform.access import Principal, principal_of
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import UnauthenticatedError
from kerben.platform.http import Page
from kerben.platform.runtime import Runtime


class OwnSessionsController(Controller):
    """Sessions and the second factor of the caller."""

    path = "/api/v1/auth"
    tags = ["identity"]
    cache_control = CacheControlHeader(no_store=True)

    @post("/signout", guards=[signed_in], status_code=204)
    async def sign_out(self, request: HttpRequest, runtime: Runtime, db: Database) -> None:
        """Close the session of this token."""
        principal = principal_of(request)
        async with db.write() as tx:
            await sessions.revoke(runtime, tx, principal.session_id, principal.user_id, RevocationCause.SIGNOUT)

    @get("/sessions", guards=[signed_in])
    async def list_sessions(self, request: HttpRequest, db: Database) -> Page[SessionView]:
        """The caller's open sessions, newest first, at most 100."""
        principal = principal_of(request)
        async with db.read() as tx:
            return Page(await session_rows.of_user(tx, principal.user_id, principal.session_id))

    @delete("/sessions/{session_id:uuid}", guards=[signed_in])
    async def revoke_session(self, request: HttpRequest, session_id: UUID, runtime: Runtime, db: Database) -> None:
        """Close one of the caller's sessions; 404 for anyone else's."""
        async with db.write() as tx:
            await sessions.revoke_own(runtime, tx, session_id, principal_of(request).user_id)

    @post("/2fa/totp", guards=[signed_in])
    async def set_up_totp(self, request: HttpRequest, runtime: Runtime, db: Database) -> TotpSetup:
        """A new secret and recovery codes, shown once; in force after the confirmation. 409 TOTP_ALREADY_ENABLED."""
        async with db.write() as tx:
            user = await user_rows.lock(tx, principal_of(request).user_id)
            if user is None:
                raise UnauthenticatedError
            return await totp.set_up(runtime, tx, user)

    @post("/2fa/totp/confirm", guards=[signed_in], status_code=204)
    async def confirm_totp(self, request: HttpRequest, data: Code, runtime: Runtime, db: Database) -> None:
        """Put the second factor in force by a code of the app; the account's other sessions are closed.
        401 OTP_INVALID, 409, 429 LOCKED_OUT."""
        await _guarded(request, data, runtime, db, factor.confirm)

    @post("/2fa/totp/disable", guards=[signed_in], status_code=204)
    async def disable_totp(self, request: HttpRequest, data: Code, runtime: Runtime, db: Database) -> None:
        """Switch the second factor off by a code of the app or a recovery code; every session is closed.
        401 OTP_INVALID, 409 SECOND_FACTOR_DEMANDED (sellers and admins need it), TOTP_NOT_SET_UP, 429."""
        await _guarded(request, data, runtime, db, factor.switch_off)


_Action = Callable[[Runtime, WriteTx, Principal, str, str], Awaitable[None]]


async def _guarded(request: HttpRequest, data: Code, runtime: Runtime, db: Database, action: _Action) -> None:
    """Run what a code of the second factor allows; wrong codes are counted, so that it cannot be guessed."""
    principal, ip = principal_of(request), device_of(request).ip
    key = lockout.factor_key(principal.user_id)
    await lockout.check(runtime, key, ip)
    try:
        async with db.write() as tx:
            await action(runtime, tx, principal, data.code, ip)
            await lockout.forgive(tx, key)
    except OtpInvalidError:
        await lockout.count_failure(runtime, key, ip)
        raise
