"""Who must have a second factor, and what happens when it comes into force or goes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity.errors import SecondFactorDemandedError, SecondFactorRequiredError
from kerben.domains.identity.model import RevocationCause
from kerben.domains.identity.repository import proofs, users
from kerben.domains.identity.service import sessions, totp
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import UnauthenticatedError
from kerben.platform.runtime import Runtime


async def require_second_factor(tx: ReadTx, principal: Principal) -> None:
    """SecondFactorRequiredError unless the caller's account has a confirmed second factor.

    The database is asked only when the token does not say so: a session opened before the confirmation goes on at
    once, in every process.
    """
    if not principal.second_factor and not await proofs.has_second_factor(tx, principal.user_id):
        raise SecondFactorRequiredError


async def hold_users(tx: WriteTx, ids: Sequence[UUID]) -> None:
    """Make other transactions that change these users wait, before something is decided that
    `demand_second_factor` then writes."""
    await users.lock_all(tx, ids)


async def demand_second_factor(tx: WriteTx, ids: Sequence[UUID], *, demanded: bool = True) -> None:
    """Note that people got rights which need a second factor, or have none of them any more. While it is demanded
    the factor cannot be switched off."""
    if ids:
        await users.demand_second_factor(tx, ids, demanded=demanded)


async def confirm(runtime: Runtime, tx: WriteTx, principal: Principal, code: str, ip: str) -> None:
    """Put the second factor in force; the account's other sessions are closed, since they were opened without it.

    TotpNotSetUpError, TotpAlreadyEnabledError, OtpInvalidError.
    """
    await users.lock(tx, principal.user_id)
    await totp.confirm(runtime, tx, principal.user_id, code)
    await sessions.revoke_all(runtime, tx, principal.user_id, RevocationCause.FACTOR, but=principal.session_id)
    await record(tx, _entry(principal, "user.second_factor_on", ip))


async def switch_off(runtime: Runtime, tx: WriteTx, principal: Principal, code: str, ip: str) -> None:
    """Remove the second factor, given a right code of it. All sessions are closed, this one too: their tokens say
    that there is a factor.

    SecondFactorDemandedError while the person works for a seller or the platform, TotpNotSetUpError,
    OtpInvalidError.
    """
    row = await users.lock(tx, principal.user_id)
    if row is None:
        raise UnauthenticatedError
    if row.totp_enabled and row.second_factor_required:
        raise SecondFactorDemandedError
    await totp.switch_off(runtime, tx, principal.user_id, code)
    await sessions.revoke_all(runtime, tx, principal.user_id, RevocationCause.FACTOR)
    await record(tx, _entry(principal, "user.second_factor_off", ip))


def _entry(principal: Principal, action: str, ip: str) -> AuditEntry:
    return AuditEntry(principal.user_id, "self", action, "user", str(principal.user_id), None, None, ip)
