"""Signing up and in."""

from __future__ import annotations

from litestar import Controller, post
from litestar.datastructures import CacheControlHeader

from kerben.domains.identity import rules
from kerben.domains.identity.controllers.bodies import (
    CodeRequest,
    CodeRequested,
    CodeSignIn,
    HttpRequest,
    PasswordReset,
    Refresh,
    SignIn,
    SignUp,
    device_of,
)
from kerben.domains.identity.guards import optional_auth
from kerben.domains.identity.limits import AuthLimits
from kerben.domains.identity.model import Channel, CodePurpose, SignedIn, TokenPair
from kerben.domains.identity.service import codes, sessions, signin
from kerben.platform.access import optional_principal_of, public
from kerben.platform.db import Database
from kerben.platform.errors import invalid
from kerben.platform.runtime import Runtime


class AuthController(Controller):
    """What a caller without an account or a session needs."""

    path = "/api/v1/auth"
    tags = ["identity"]
    # Tokens must not be kept by any cache (RFC 6749 section 5.1).
    cache_control = CacheControlHeader(no_store=True)

    @post("/signup", guards=[public])
    async def sign_up(self, request: HttpRequest, data: SignUp, runtime: Runtime) -> SignedIn:
        """Open an account by phone or e-mail. 409 LOGIN_TAKEN, 422, 429."""
        device = device_of(request)
        runtime.part(AuthLimits).signup.take(device.ip)
        login = rules.login_of(data.phone, data.email)
        return await signin.sign_up(runtime, login, data.password, data.name, device)

    @post("/signin", guards=[public], status_code=200)
    async def sign_in(self, request: HttpRequest, data: SignIn, runtime: Runtime) -> SignedIn:
        """Sign in by password. 401 INVALID_CREDENTIALS, OTP_REQUIRED, OTP_INVALID; 403 ACCOUNT_BLOCKED;
        429 LOCKED_OUT."""
        device = device_of(request)
        runtime.part(AuthLimits).signin.take(device.ip)
        return await signin.sign_in(runtime, data.login, data.password, data.otp, device)

    @post("/codes", guards=[optional_auth], status_code=202)
    async def request_code(
        self, request: HttpRequest, data: CodeRequest, runtime: Runtime, db: Database
    ) -> CodeRequested:
        """Ask for a one-time code: `signin`, `password_reset` or `phone_verify`. The answer is always the same."""
        runtime.part(AuthLimits).codes.take(device_of(request).ip)
        login = rules.login_of(data.phone, data.email)
        if data.purpose is CodePurpose.PHONE_VERIFY and login.channel is not Channel.SMS:
            raise invalid("/phone", "Укажите телефон, который подтверждаете.")
        signed_in = optional_principal_of(request) is not None
        async with db.write() as tx:
            await codes.request_code(runtime, tx, login, data.purpose, signed_in=signed_in)
        return CodeRequested(
            expires_in=int(rules.CODE_LIFE.total_seconds()), resend_after_s=int(rules.CODE_PAUSE.total_seconds())
        )

    @post("/signin/code", guards=[public], status_code=200)
    async def sign_in_by_code(self, request: HttpRequest, data: CodeSignIn, runtime: Runtime) -> SignedIn:
        """Sign in by a one-time code. 422 CODE_INVALID; 401 OTP_REQUIRED, OTP_INVALID; 403 ACCOUNT_BLOCKED; 429."""
        device = device_of(request)
        runtime.part(AuthLimits).signin.take(device.ip)
        login = rules.login_of(data.phone, data.email)
        return await signin.sign_in_by_code(runtime, login, data.code, data.otp, device)

    @post("/password/reset", guards=[public], status_code=204)
    async def reset_password(self, request: HttpRequest, data: PasswordReset, runtime: Runtime) -> None:
        """Set a new password by a one-time code; every session is closed. 422 CODE_INVALID, INVALID_PASSWORD; 429."""
        device = device_of(request)
        runtime.part(AuthLimits).signin.take(device.ip)
        login = rules.login_of(data.phone, data.email)
        await signin.reset_password(runtime, login, data.code, data.password, device.ip)

    @post("/refresh", guards=[public], status_code=200)
    async def refresh(self, request: HttpRequest, data: Refresh, runtime: Runtime) -> TokenPair:
        """Exchange a refresh token for a new pair. 401 REFRESH_REUSED (its session is closed), REFRESH_INVALID."""
        device = device_of(request)
        runtime.part(AuthLimits).refresh.take(device.ip)
        return await sessions.refresh(runtime, data.refresh_token, device)
