"""Wrong guesses are counted in the database, so that a lock holds in every process; each count is committed on its
own, so that the refusal it belongs to does not roll it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kerben.domains.identity import rules
from kerben.domains.identity.errors import LockedOutError
from kerben.domains.identity.repository import proofs
from kerben.platform.db import WriteTx
from kerben.platform.runtime import Runtime


def login_key(login: str) -> str:
    """What guesses for one login are counted under; the same for logins that nobody has and for texts that cannot be
    a login (which may hold characters that PostgreSQL does not store)."""
    return "login:" + "".join(c if c.isprintable() else "?" for c in login[:200])


def factor_key(user_id: UUID) -> str:
    """What guesses of one account's second factor are counted under, by whichever login or route they come."""
    return f"totp:{user_id}"


def password_key(user_id: UUID) -> str:
    """What guesses of a signed-in person's own password are counted under. Not the login's key: whoever guesses from
    outside would otherwise keep the owner from changing the password."""
    return f"password:{user_id}"


def _limits(key: str | None, ip: str) -> list[tuple[str, int]]:
    limits = [(f"ip:{ip}", rules.IP_FAILURES)]
    if key is not None:
        limits.append((key, rules.LOGIN_FAILURES))
    return sorted(limits)


def _refuse(until: datetime | None, now: datetime) -> None:
    if until is not None:
        raise LockedOutError((until - now).total_seconds())


async def check(runtime: Runtime, key: str | None, ip: str) -> None:
    """LockedOutError while a lock on the key or the address holds."""
    async with runtime.db.read() as tx:
        until = await proofs.locked_until(tx, [name for name, _ in _limits(key, ip)])
    _refuse(until, runtime.clock.now())


async def count_failure(runtime: Runtime, key: str | None, ip: str) -> None:
    """Count a wrong guess. LockedOutError when it came after the allowed ones were used up: of guesses sent all at
    once no more than the allowed number get an answer."""

    async def count(tx: WriteTx) -> datetime | None:
        return await proofs.count_failures(tx, _limits(key, ip))

    _refuse(await runtime.db.transact(count), runtime.clock.now())


async def forgive(tx: WriteTx, key: str) -> None:
    """Forget the guesses of a key after a right one; LockedOutError when the lock fell while this one was checked."""
    if not await proofs.forgive(tx, key, only_unlocked=True):
        raise LockedOutError(rules.LOCK_TIME.total_seconds())
