"""The console's list of people, and blocking: a blocked account has no session and gets none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity import rules
from kerben.domains.identity.errors import LastAdminError, OwnBlockError
from kerben.domains.identity.model import AdminUserView, RevocationCause, Role, UserKind, UserRow
from kerben.domains.identity.repository import directory, users
from kerben.domains.identity.service import sessions
from kerben.domains.identity.service.groups import groups_of
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.http import Page, decode_cursor, encode_cursor
from kerben.platform.runtime import Runtime

WORDS_MIN: Final = 2
WORDS_MAX: Final = 100
_LIKE: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


async def list_accounts(
    tx: ReadTx, text: str | None, role: Role | None, cursor: str | None, limit: int
) -> Page[AdminUserView]:
    """Accounts, newest first; `text` is part of a name, phone or address.

    InvalidRequestError for a text that is too short or long, or a cursor that is not ours.
    """
    position = decode_cursor(cursor, tuple[UUID])
    # Everybody buys.
    wanted = role.value if role is not None and role is not Role.BUYER else None
    found = await directory.accounts(tx, _words(text), wanted, position[0] if position else None, limit + 1)
    shown = await admin_views(tx, found[:limit])
    return Page(shown, encode_cursor(shown[-1].id) if len(found) > limit else None)


async def admin_views(tx: ReadTx, rows: Sequence[UserRow]) -> list[AdminUserView]:
    """People as admins see them, in one statement for all."""
    groups = await groups_of(tx, [row.id for row in rows])
    return [row.admin_view(groups.get(row.id, [])) for row in rows]


def _words(text: str | None) -> str | None:
    words = " ".join((text or "").split()).lower()
    if not words:
        return None
    if not words.isprintable() or not WORDS_MIN <= len(words) <= WORDS_MAX:
        raise invalid("/q", f"От {WORDS_MIN} до {WORDS_MAX} знаков.")
    # As people write phones: +996 700 123-456. As they are kept: +996700123456.
    digits = words.translate({ord(c): None for c in " ()-"})
    if digits.removeprefix("+").isdecimal():
        words = digits
    return words.translate(_LIKE)


async def users_of_phone(tx: ReadTx, phone: str) -> list[AdminUserView]:
    """The account and the guest of a phone, account first; InvalidPhoneError when it is none."""
    return await admin_views(tx, await users.by_phone(tx, rules.normalise_phone(phone)))


async def names_of(tx: ReadTx, ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Names of people by id; None and unknown ids are left out."""
    known = sorted({i for i in ids if i is not None})
    return await directory.names(tx, known) if known else {}


async def block(
    runtime: Runtime, tx: WriteTx, admin: Principal, user_id: UUID, reason: str, ip: str
) -> AdminUserView:
    """Block an account: its sessions end at once, in every process. Again is no deed.

    InvalidRequestError for an empty reason, OwnBlockError, LastAdminError, NotFoundError without such an account.
    """
    words = " ".join(reason.split())
    if not words or not words.isprintable():
        raise invalid("/reason", "Укажите причину.")
    if user_id == admin.user_id:
        raise OwnBlockError
    # All admins are held, in id order: of two who block each other the second finds itself the last one.
    admins = await directory.lock_admins(tx)
    row = await _account(tx, user_id)
    if row.blocked_at is not None:
        return await _view(tx, row)
    if admins == [user_id]:
        raise LastAdminError
    await directory.block(tx, user_id, words)
    await sessions.revoke_all(runtime, tx, user_id, RevocationCause.BLOCKED)
    await record(tx, _entry(admin, "user.blocked", user_id, {"blocked": True, "reason": words}, ip))
    return await _view(tx, await _account(tx, user_id))


async def unblock(tx: WriteTx, admin: Principal, user_id: UUID, ip: str) -> AdminUserView:
    """Let a person sign in again. Again is no deed. NotFoundError without such an account."""
    await _account(tx, user_id)
    if await directory.unblock(tx, user_id):
        await record(tx, _entry(admin, "user.unblocked", user_id, {"blocked": False}, ip))
    return await _view(tx, await _account(tx, user_id))


async def _view(tx: ReadTx, row: UserRow) -> AdminUserView:
    (view,) = await admin_views(tx, [row])
    return view


async def _account(tx: WriteTx, user_id: UUID) -> UserRow:
    row = await users.lock(tx, user_id)
    if row is None or row.kind != UserKind.ACCOUNT:
        raise NotFoundError
    return row


def _entry(admin: Principal, action: str, user_id: UUID, after: dict[str, object], ip: str) -> AuditEntry:
    return AuditEntry(admin.user_id, "admin", action, "user", str(user_id), None, after, ip)
