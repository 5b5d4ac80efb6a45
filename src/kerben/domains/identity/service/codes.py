"""One-time codes: asked for by anyone, sent only to those who exist, good for one use."""

from __future__ import annotations

import secrets

from kerben.domains.identity import rules
from kerben.domains.identity.errors import CodeInvalidError
from kerben.domains.identity.model import Channel, CodePurpose, Login
from kerben.domains.identity.repository import proofs, users
from kerben.domains.identity.service import lockout, messages
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import Keyring


def _key(keys: Keyring) -> bytes:
    return keys.key("one-time-code")


async def request_code(runtime: Runtime, tx: WriteTx, login: Login, purpose: CodePurpose, *, signed_in: bool) -> None:
    """Send a code, if there is somebody to send it to and the last one was not just now. The caller sees no
    difference: a row is written for a login that nobody has, too."""
    code = rules.new_code(secrets.randbelow)
    mac = rules.code_mac(_key(runtime.keys), login, purpose, code)
    if not await proofs.put_code(tx, login, purpose, mac):
        return
    if await _wanted(tx, login, purpose, signed_in=signed_in):
        subject, text = rules.code_message(purpose, code)
        await messages.enqueue(runtime, tx, login, subject, text, tx.now + rules.CODE_LIFE)


async def _wanted(tx: ReadTx, login: Login, purpose: CodePurpose, *, signed_in: bool) -> bool:
    if await users.account_by_login(tx, login) is not None:
        return True
    if login.channel is not Channel.SMS or purpose is CodePurpose.PASSWORD_RESET:
        return False
    # A phone that ordered as a guest may sign in; a signed-in person may prove a phone that is new to us.
    return (purpose is CodePurpose.PHONE_VERIFY and signed_in) or bool(await users.guest_ids(tx, [login.value]))


async def prove(runtime: Runtime, login: Login, purpose: CodePurpose, code: str, ip: str) -> bytes:
    """Check a code and return its MAC, by which `use` uses it up in the transaction of what it is for.

    The try is counted and committed before the code is looked at. CodeInvalidError when it is wrong, used or too
    old; LockedOutError when the address guesses too much.
    """
    await lockout.check(runtime, None, ip)
    given = rules.code_mac(_key(runtime.keys), login, purpose, code)
    async with runtime.db.write() as tx:
        stored = await proofs.count_try(tx, login, purpose)
    if stored is None or not secrets.compare_digest(stored, given):
        await lockout.count_failure(runtime, None, ip)
        raise CodeInvalidError(pointer="/code")
    return stored


async def use(tx: WriteTx, login: Login, purpose: CodePurpose, mac: bytes) -> None:
    """Use a proven code up; CodeInvalidError for all but the first who try."""
    if not await proofs.use_code(tx, login, purpose, mac):
        raise CodeInvalidError(pointer="/code")
