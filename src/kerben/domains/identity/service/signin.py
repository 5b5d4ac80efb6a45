"""Sign-up and the ways in.

These use cases open their transactions themselves: hashing must not hold one for 0.2 s, and wrong guesses are counted
in transactions that commit although the answer is a refusal.
"""

from __future__ import annotations

from uuid import UUID

import asyncpg

from kerben.domains.identity import rules
from kerben.domains.identity.errors import (
    AccountBlockedError,
    CodeInvalidError,
    InvalidCredentialsError,
    InvalidEmailError,
    InvalidPhoneError,
    LoginTakenError,
    OtpInvalidError,
    OtpRequiredError,
)
from kerben.domains.identity.model import (
    BUYER,
    Channel,
    CodePurpose,
    Device,
    Login,
    NewUser,
    RevocationCause,
    SignedIn,
    UserRow,
)
from kerben.domains.identity.passwords import hash_password, verify_password
from kerben.domains.identity.repository import proofs
from kerben.domains.identity.repository import users as user_rows
from kerben.domains.identity.service import codes, lockout, sessions, totp, users
from kerben.platform.db import WriteTx
from kerben.platform.errors import UnauthenticatedError, invalid
from kerben.platform.runtime import Runtime


async def sign_up(runtime: Runtime, login: Login, password: str, name: str, device: Device) -> SignedIn:
    """Make an account and open its first session.

    InvalidPasswordError, InvalidRequestError for the name, LoginTakenError. That a login is taken is told: here it
    cannot be hidden, so sign-up is rate-limited.
    """
    rules.check_password(password)
    name = rules.check_name(name)
    async with runtime.db.read() as tx:
        if await user_rows.account_by_login(tx, login) is not None:
            raise LoginTakenError
    password_hash = await hash_password(password)
    by_phone = login.channel is Channel.SMS
    new = NewUser(
        phone=login.value if by_phone else None,
        email=None if by_phone else login.value,
        password_hash=password_hash,
        name=name,
        roles=BUYER,
        verified=False,
    )

    async def make(tx: WriteTx) -> SignedIn:
        user_id = await users.create_user(tx, new)
        (row,) = await user_rows.by_ids(tx, [user_id])
        return await sessions.open_session(runtime, tx, row.view, device)

    return await runtime.db.transact(make)


def _login_or_none(text: str) -> Login | None:
    try:
        return rules.parse_login(text)
    except (InvalidPhoneError, InvalidEmailError):
        return None


async def sign_in(runtime: Runtime, login_text: str, password: str, otp: str | None, device: Device) -> SignedIn:
    """Sign in by password.

    InvalidCredentialsError for a wrong password and for a login nobody has, after the same work. OtpRequiredError,
    OtpInvalidError for the second factor. AccountBlockedError once all of that is right. LockedOutError after five
    wrong guesses in a quarter of an hour, also for logins that nobody has.
    """
    login = _login_or_none(login_text)
    key = lockout.login_key(login.value if login else login_text)
    await lockout.check(runtime, key, device.ip)
    account = None
    if login is not None:
        async with runtime.db.read() as tx:
            account = await user_rows.account_by_login(tx, login)
    right = await verify_password(password, account.password_hash if account else None)
    if account is None or not right:
        await lockout.count_failure(runtime, key, device.ip)
        raise InvalidCredentialsError
    found = account

    async def enter(tx: WriteTx) -> SignedIn | None:
        row = await user_rows.lock(tx, found.id)
        if row is None or row.password_hash != found.password_hash:
            # The password was changed while the old one was being checked.
            raise InvalidCredentialsError
        if not await _second_factor(runtime, tx, row, otp):
            return None
        _refuse_blocked(row)
        await lockout.forgive(tx, key)
        return await sessions.open_session(runtime, tx, row.view, device, second_factor=row.totp_enabled)

    if found.totp_enabled:
        await lockout.check(runtime, lockout.factor_key(found.id), device.ip)
    signed_in = await runtime.db.transact(enter)
    if signed_in is None:
        await _count_wrong_otp(runtime, found.id, device.ip)
        raise OtpInvalidError
    return signed_in


async def _count_wrong_otp(runtime: Runtime, user_id: UUID, ip: str) -> None:
    """Count a wrong second factor. By the account, not by the login: a new password, another login or another
    route gives no further guesses."""
    await lockout.count_failure(runtime, lockout.factor_key(user_id), ip)


def _refuse_blocked(row: UserRow) -> None:
    """AccountBlockedError for a blocked account; the row must be locked, so that a block under way is seen."""
    if row.blocked_at is not None:
        raise AccountBlockedError


async def _second_factor(runtime: Runtime, tx: WriteTx, row: UserRow, otp: str | None) -> bool:
    """Whether the second factor is satisfied; OtpRequiredError when one is needed and none was sent."""
    if not row.totp_enabled:
        return True
    if not otp:
        raise OtpRequiredError
    if not await totp.check(runtime, tx, row.id, otp):
        return False
    await lockout.forgive(tx, lockout.factor_key(row.id))
    return True


async def sign_in_by_code(runtime: Runtime, login: Login, code: str, otp: str | None, device: Device) -> SignedIn:
    """Sign in by a one-time code of purpose `signin`.

    The code proves the phone or address. A phone that so far only ordered as a guest gets an account, which takes
    over what the guest has. An account whose owner never proved its contact may have been opened by somebody else in
    advance: its password, second factor and sessions are void from here on (but see `_proven`).
    CodeInvalidError, OtpRequiredError (the code stays good), OtpInvalidError, AccountBlockedError, LockedOutError.
    """
    mac = await codes.prove(runtime, login, CodePurpose.SIGNIN, code, device.ip)
    async with runtime.db.read() as tx:
        known = await user_rows.account_by_login(tx, login)
    if known is not None and known.totp_enabled and (known.contact_proven or known.second_factor_required):
        await lockout.check(runtime, lockout.factor_key(known.id), device.ip)

    async def enter(tx: WriteTx) -> SignedIn:
        account = await user_rows.account_by_login(tx, login)
        if account is None:
            await codes.use(tx, login, CodePurpose.SIGNIN, mac)
            row = await _account_of_guest(tx, login)
        else:
            locked = await user_rows.lock(tx, account.id)
            row = await _proven(runtime, tx, locked or account, login)
            # Refused before the code is used up: it serves for the next try, with the second factor.
            if not await _second_factor(runtime, tx, row, otp):
                raise OtpInvalidError
            _refuse_blocked(row)
            await codes.use(tx, login, CodePurpose.SIGNIN, mac)
        return await sessions.open_session(runtime, tx, row.view, device, second_factor=row.totp_enabled)

    try:
        return await runtime.db.transact(enter)
    except OtpInvalidError:
        if known is not None:
            await _count_wrong_otp(runtime, known.id, device.ip)
        raise


async def _account_of_guest(tx: WriteTx, login: Login) -> UserRow:
    guests = await user_rows.guest_ids(tx, [login.value]) if login.channel is Channel.SMS else {}
    if not guests:
        raise CodeInvalidError(pointer="/code")
    (guest,) = await user_rows.by_ids(tx, list(guests.values()))
    new = NewUser(phone=login.value, email=None, password_hash=None, name=guest.name, roles=BUYER)
    user_id = await users.create_user(tx, new)
    await users.claim_guest(tx, user_id, login.value)
    (row,) = await user_rows.by_ids(tx, [user_id])
    return row


async def _proven(runtime: Runtime, tx: WriteTx, row: UserRow, login: Login) -> UserRow:
    """Note that a code proved the account's contact, and void what an unproven owner may have left behind.

    The second factor of somebody who must have one stays all the same: a code sent by SMS alone opens no seller's
    account.
    """
    if not row.contact_proven:
        await user_rows.set_password(tx, row.id, None)
        if not row.second_factor_required:
            await proofs.delete_totp(tx, row.id)
        await sessions.revoke_all(runtime, tx, row.id, RevocationCause.TAKEOVER)
    await user_rows.mark_verified(tx, row.id, login.channel)
    (now,) = await user_rows.by_ids(tx, [row.id])
    return now


async def reset_password(runtime: Runtime, login: Login, code: str, password: str, ip: str) -> None:
    """Set a new password by a code of purpose `password_reset`; all sessions are closed and the login's lock is
    lifted. A second factor stays, unless the contact was never proven before (see `_proven`), and so does its lock.
    InvalidPasswordError, CodeInvalidError, LockedOutError."""
    rules.check_password(password)
    mac = await codes.prove(runtime, login, CodePurpose.PASSWORD_RESET, code, ip)
    password_hash = await hash_password(password)

    async def reset(tx: WriteTx) -> None:
        account = await user_rows.account_by_login(tx, login)
        if account is None:
            raise CodeInvalidError(pointer="/code")
        row = await user_rows.lock(tx, account.id) or account
        await codes.use(tx, login, CodePurpose.PASSWORD_RESET, mac)
        await _proven(runtime, tx, row, login)
        await user_rows.set_password(tx, row.id, password_hash)
        await sessions.revoke_all(runtime, tx, row.id, RevocationCause.PASSWORD)
        await proofs.forgive(tx, lockout.login_key(login.value), only_unlocked=False)

    await runtime.db.transact(reset)


async def verify_phone(runtime: Runtime, user_id: UUID, phone: str | None, code: str, ip: str) -> UserRow:
    """Prove the account's phone, or a new one, by a code of purpose `phone_verify`; what a guest of that phone has
    joins the account. InvalidPhoneError, CodeInvalidError, LoginTakenError for a phone of another account."""
    async with runtime.db.read() as tx:
        rows = await user_rows.by_ids(tx, [user_id])
    if not rows:
        raise UnauthenticatedError
    wanted = rules.login_of(phone, None).value if phone is not None else rows[0].phone
    if wanted is None:
        raise invalid("/phone", "Укажите телефон, который подтверждаете.")
    login = Login(Channel.SMS, wanted)
    mac = await codes.prove(runtime, login, CodePurpose.PHONE_VERIFY, code, ip)

    async def verify(tx: WriteTx) -> UserRow:
        await user_rows.lock(tx, user_id)
        await codes.use(tx, login, CodePurpose.PHONE_VERIFY, mac)
        try:
            await user_rows.set_phone(tx, user_id, wanted)
        except asyncpg.UniqueViolationError as error:
            raise LoginTakenError(pointer="/phone") from error
        await users.claim_guest(tx, user_id, wanted)
        (row,) = await user_rows.by_ids(tx, [user_id])
        return row

    return await runtime.db.transact(verify)
