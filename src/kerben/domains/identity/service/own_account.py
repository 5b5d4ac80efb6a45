"""What signed-in people change of their own account.

A refusal here is never 401: the caller is known, and programs take 401 for the end of the session.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity import rules
from kerben.domains.identity.errors import AccountBlockedError, OtpInvalidError, OtpRequiredError
from kerben.domains.identity.model import RevocationCause, UserRow
from kerben.domains.identity.passwords import hash_password, verify_password
from kerben.domains.identity.repository import users
from kerben.domains.identity.service import lockout, sessions, totp
from kerben.platform.access import Principal
from kerben.platform.db import WriteTx
from kerben.platform.errors import InvalidRequestError, UnauthenticatedError, invalid
from kerben.platform.runtime import Runtime


class NewPassword(msgspec.Struct, frozen=True):
    """The password a person wants, and the proofs that the account is theirs."""

    current: str
    new: str
    otp: str | None


async def change(tx: WriteTx, user_id: UUID, name: str | None) -> UserRow:
    """Change the name, None leaves it; the account afterwards. InvalidRequestError, UnauthenticatedError for an
    account that is no more."""
    cleaned = None if name is None else rules.check_name(name, chars_max=rules.RENAME_CHARS_MAX)
    if await users.lock(tx, user_id) is None:
        raise UnauthenticatedError
    if cleaned is not None:
        await users.set_name(tx, user_id, cleaned)
    (row,) = await users.by_ids(tx, [user_id])
    return row


async def change_password(runtime: Runtime, principal: Principal, wish: NewPassword, ip: str) -> None:
    """Replace the caller's password; all sessions but this one are closed.

    It opens its transactions itself, like the ways in (`signin`). InvalidPasswordError for a weak new one.
    InvalidRequestError for a wrong present one, for an account that has none (a first password asks for the proof of
    `signin.reset_password`), and for a second factor that is missing or wrong. LockedOutError after five wrong
    guesses of either in a quarter of an hour. AccountBlockedError.
    """
    rules.check_password(wish.new, pointer="/new_password")
    key = lockout.password_key(principal.user_id)
    await lockout.check(runtime, key, ip)
    known = await _with_right_password(runtime, principal.user_id, wish.current, key, ip)
    if known.totp_enabled:
        if not wish.otp:
            raise invalid("/otp", OtpRequiredError.text, OtpRequiredError.code)
        await lockout.check(runtime, lockout.factor_key(known.id), ip)
    password_hash = await hash_password(wish.new)

    async def replace(tx: WriteTx) -> bool:
        row = await users.lock(tx, known.id)
        if row is None or row.password_hash != known.password_hash:
            # It was changed while the former one was being checked.
            raise _wrong_password()
        if row.blocked_at is not None:
            raise AccountBlockedError
        if row.totp_enabled:
            if not wish.otp or not await totp.check(runtime, tx, row.id, wish.otp):
                return False
            await lockout.forgive(tx, lockout.factor_key(row.id))
        await lockout.forgive(tx, key)
        await users.set_password(tx, row.id, password_hash)
        await sessions.revoke_all(runtime, tx, row.id, RevocationCause.PASSWORD, but=principal.session_id)
        await record(tx, AuditEntry(row.id, "self", "user.password_changed", "user", str(row.id), None, None, ip))
        return True

    if not await runtime.db.transact(replace):
        await lockout.count_failure(runtime, lockout.factor_key(known.id), ip)
        raise invalid("/otp", OtpInvalidError.text, OtpInvalidError.code)


async def _with_right_password(runtime: Runtime, user_id: UUID, password: str, key: str, ip: str) -> UserRow:
    """The account, if this is its password; a wrong guess is counted."""
    async with runtime.db.read() as tx:
        rows = await users.by_ids(tx, [user_id])
    if not rows:
        raise UnauthenticatedError
    (row,) = rows
    if row.password_hash is None:
        raise invalid(
            "/current_password",
            "У аккаунта ещё нет пароля. Задайте первый через восстановление: по коду на телефон или почту.",
            "PASSWORD_NOT_SET",
        )
    if not await verify_password(password, row.password_hash):
        await lockout.count_failure(runtime, key, ip)
        raise _wrong_password()
    return row


def _wrong_password() -> InvalidRequestError:
    return invalid("/current_password", "Текущий пароль не подошёл.", "WRONG_PASSWORD")
