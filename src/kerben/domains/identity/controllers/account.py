"""One's own account."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post

from kerben.domains.identity.controllers.bodies import (
    AccountPatch,
    HttpRequest,
    PasswordChange,
    PhoneProof,
    device_of,
)
from kerben.domains.identity.guards import signed_in
from kerben.domains.identity.limits import AuthLimits
from kerben.domains.identity.model import MeView, UserRow
from kerben.domains.identity.repository import users as user_rows
from kerben.domains.identity.service import own_account, signin
from kerben.platform.access import principal_of
from kerben.platform.batching import Batcher
from kerben.platform.db import Database
from kerben.platform.errors import UnauthenticatedError
from kerben.platform.http import EXPRESS
from kerben.platform.runtime import Runtime


def me_view(row: UserRow) -> MeView:
    """An account as its owner sees it."""
    return MeView(
        id=row.id,
        phone=row.phone,
        email=row.email,
        name=row.name,
        roles=row.roles,
        kind=row.kind,
        phone_verified=row.phone_verified_at is not None,
        email_verified=row.email_verified_at is not None,
        totp_enabled=row.totp_enabled,
        second_factor=row.totp_enabled,
        second_factor_required=row.second_factor_required,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
    )


class Accounts:
    """Accounts as their owners see them, gathered: callers that arrive together share one statement."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._batcher: Batcher[UUID, MeView] = Batcher("identity.accounts", self._run)

    async def get(self, user_id: UUID) -> MeView:
        """An account; UnauthenticatedError for one that is no more."""
        return await self._batcher.submit(user_id)

    async def _run(self, user_ids: Sequence[UUID]) -> list[MeView | Exception]:
        async with self._db.read_by_key() as tx:
            rows = await user_rows.by_ids(tx, list(dict.fromkeys(user_ids)))
        views = {row.id: me_view(row) for row in rows}
        return [views.get(user_id) or UnauthenticatedError() for user_id in user_ids]


class AccountController(Controller):
    """The caller's account."""

    path = "/api/v1/me"
    tags = ["identity"]

    @get("/", guards=[signed_in], opt=EXPRESS)
    async def me(self, request: HttpRequest, runtime: Runtime) -> MeView:
        """Who the caller is."""
        return await runtime.part(Accounts).get(principal_of(request).user_id)

    @patch("/", guards=[signed_in])
    async def change(self, request: HttpRequest, data: AccountPatch, db: Database) -> MeView:
        """Change the name: 1 to 80 characters, blanks around and between words are tidied. 422."""
        name = None if isinstance(data.name, msgspec.UnsetType) else data.name
        async with db.write() as tx:
            return me_view(await own_account.change(tx, principal_of(request).user_id, name))

    @post("/password", guards=[signed_in], status_code=204)
    async def change_password(self, request: HttpRequest, data: PasswordChange, runtime: Runtime) -> None:
        """Change the password by the present one; all other sessions are closed.

        422 at `/current_password` (`WRONG_PASSWORD`; `PASSWORD_NOT_SET`: the first one is set by
        `/auth/password/reset`), `/new_password` (`INVALID_PASSWORD`) and `/otp` (`OTP_REQUIRED`, `OTP_INVALID`);
        429 LOCKED_OUT.
        """
        ip = device_of(request).ip
        runtime.part(AuthLimits).signin.take(ip)
        wish = own_account.NewPassword(data.current_password, data.new_password, data.otp)
        await own_account.change_password(runtime, principal_of(request), wish, ip)

    @post("/phone/verify", guards=[signed_in], status_code=200)
    async def verify_phone(self, request: HttpRequest, data: PhoneProof, runtime: Runtime) -> MeView:
        """Prove a phone by a code of purpose `phone_verify`; orders placed with it as a guest join the account.
        409 LOGIN_TAKEN, 422 CODE_INVALID, 429 LOCKED_OUT."""
        user_id, ip = principal_of(request).user_id, device_of(request).ip
        return me_view(await signin.verify_phone(runtime, user_id, data.phone, data.code, ip))
