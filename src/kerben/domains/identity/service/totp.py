"""The second factor: time-based codes (RFC 6238: SHA-1, 6 digits, 30 s) and recovery codes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pyotp.totp import TOTP

from kerben.domains.identity import rules
from kerben.domains.identity.errors import OtpInvalidError, TotpAlreadyEnabledError, TotpNotSetUpError
from kerben.domains.identity.model import TotpSetup, UserRow, UserView
from kerben.domains.identity.repository import proofs
from kerben.platform.db import WriteTx
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import Keyring, token_hash

_PURPOSE: Final = "totp"
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_RECOVERY_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ISSUER: Final = "Kerben"


def _new_secret() -> str:
    # 32 base32 characters are the 160 bits that RFC 4226 section 4 recommends.
    return "".join(secrets.choice(_BASE32) for _ in range(32))


def _new_recovery_code() -> str:
    letters = "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(12))
    return "-".join(letters[i : i + 4] for i in range(0, 12, 4))


def _recovery_hash(code: str) -> bytes:
    # 59 random bits: a plain hash is enough, there is nothing to guess by.
    return token_hash(rules.normalise_recovery_code(code))


async def set_up(runtime: Runtime, tx: WriteTx, user: UserRow) -> TotpSetup:
    """Make a secret and recovery codes; they are in force after `confirm`. TotpAlreadyEnabledError when a second
    factor is on."""
    made = _new_setup(user.phone or user.email or str(user.id))
    sealed = runtime.keys.seal(_PURPOSE, made.secret.encode())
    if not await proofs.put_totp(tx, user.id, sealed, [_recovery_hash(code) for code in made.recovery_codes]):
        raise TotpAlreadyEnabledError
    return made


def _new_setup(account: str) -> TotpSetup:
    secret = _new_secret()
    uri = TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)
    return TotpSetup(secret, uri, [_new_recovery_code() for _ in range(rules.RECOVERY_CODES)])


async def enrol(keys: Keyring, tx: WriteTx, users: Sequence[UserView]) -> list[TotpSetup]:
    """Give users without a second factor one that is in force at once, in their order. For whoever sets an
    installation up and hands the secrets over; people themselves use `set_up` and `confirm`."""
    made = [_new_setup(user.phone or user.email or str(user.id)) for user in users]
    sealed = [keys.seal(_PURPOSE, setup.secret.encode()) for setup in made]
    pairs = [(u.id, _recovery_hash(c)) for u, setup in zip(users, made, strict=True) for c in setup.recovery_codes]
    await proofs.put_confirmed_totps(tx, [user.id for user in users], sealed, pairs)
    return made


async def confirm(runtime: Runtime, tx: WriteTx, user_id: UUID, code: str) -> None:
    """Put the second factor in force. TotpNotSetUpError, TotpAlreadyEnabledError, OtpInvalidError."""
    row = await proofs.totp(tx, user_id)
    if row is None:
        raise TotpNotSetUpError
    if row.confirmed_at is not None:
        raise TotpAlreadyEnabledError
    if not await _use_step(runtime, tx, user_id, code, row, confirm_it=True):
        raise OtpInvalidError


async def check(runtime: Runtime, tx: WriteTx, user_id: UUID, code: str) -> bool:
    """Whether a code of the app or a recovery code is right; it is used up by that."""
    row = await proofs.totp(tx, user_id)
    if row is None or row.confirmed_at is None:
        return False
    if await _use_step(runtime, tx, user_id, code.strip(), row, confirm_it=False):
        return True
    return await proofs.use_recovery_code(tx, user_id, _recovery_hash(code))


async def switch_off(runtime: Runtime, tx: WriteTx, user_id: UUID, code: str) -> None:
    """Remove the second factor, given a right code of it. TotpNotSetUpError, OtpInvalidError."""
    row = await proofs.totp(tx, user_id)
    if row is None or row.confirmed_at is None:
        raise TotpNotSetUpError
    if not await check(runtime, tx, user_id, code):
        raise OtpInvalidError
    await proofs.delete_totp(tx, user_id)


async def _use_step(
    runtime: Runtime, tx: WriteTx, user_id: UUID, code: str, row: proofs.TotpRow, *, confirm_it: bool
) -> bool:
    secret = runtime.keys.unseal(_PURPOSE, row.sealed_secret).decode()
    step = rules.totp_step(secret, code, int(tx.now.timestamp()))
    return step is not None and await proofs.use_totp_step(tx, user_id, step, confirm=confirm_it)
