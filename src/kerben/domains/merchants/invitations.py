"""Invitations to work for a merchant: a one-time code by SMS or e-mail, good for a week and for the person whose
proven phone or address it went to."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity.api import Login, login_of, proven_contacts, send_message
from kerben.domains.merchants import invitation_repository, repository, rules, service, staff_repository
from kerben.domains.merchants.errors import (
    AlreadyOwnerError,
    InvitationClosedError,
    InvitationInvalidError,
    InvitationLimitError,
    InvitationNotYoursError,
)
from kerben.domains.merchants.model import MerchantAccess, StaffMember, StaffRole
from kerben.domains.merchants.staffing import check_may_give, check_shops, held_access, join, positions_of
from kerben.domains.merchants.staffing_model import Invitation, InvitationStatus, Joined, Position
from kerben.platform.access import Principal
from kerben.platform.db import WriteTx
from kerben.platform.errors import NotFoundError, RateLimitedError
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash

LIFE: Final = timedelta(days=7)
RESEND_PAUSE: Final = timedelta(seconds=60)
OPEN_MAX: Final = 100

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ROLE_NAMES: Final = {
    StaffRole.OWNER: "владелец",
    StaffRole.MANAGER: "управляющий",
    StaffRole.CASHIER: "кассир",
    StaffRole.STOREKEEPER: "кладовщик",
    StaffRole.ACCOUNTANT: "бухгалтер",
}


class InvitationLimits:
    """How often a merchant may send messages and a person may try codes; in the memory of each process. Codes have
    59 random bits, so this only slows a flood down."""

    def __init__(self, runtime: Runtime) -> None:
        on = runtime.settings.rate_limits
        self.send = RateLimiter(runtime.clock, burst=50, per_s=0.01, enabled=on)
        self.accept = RateLimiter(runtime.clock, burst=20, per_s=0.1, enabled=on)


def _new_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return "-".join(letters[i : i + 4] for i in range(0, 12, 4))


def _hash(code: str) -> bytes:
    # 59 random bits: a plain hash is enough. "\x00" and the like cannot be part of a code and hash to nobody's.
    return token_hash("".join(code.split()).replace("-", "").lower())


async def invite(
    runtime: Runtime,
    tx: WriteTx,
    principal: Principal,
    merchant_id: UUID,
    contact: tuple[str | None, str | None],
    position: Position,
    ip: str,
) -> Invitation:
    """Invite a person by phone or e-mail (`contact`: one of the two). Only owners invite owners and managers.

    InvalidPhoneError, InvalidEmailError, InvalidRequestError, ForbiddenError, InvitationLimitError, and what
    `merchant_access` raises.
    """
    access = await held_access(tx, principal, merchant_id)
    check_may_give(access, {position.role})
    login = login_of(*contact)
    await check_shops(tx, merchant_id, position, "/shop_ids")
    if await invitation_repository.count_open(tx, merchant_id) >= OPEN_MAX:
        raise InvitationLimitError
    code = _new_code()
    invitation_id = await invitation_repository.insert(
        tx, merchant_id, login, position, _hash(code), access.actor, LIFE
    )
    await _send(runtime, tx, merchant_id, login, position.role, code)
    invitation = await _found(tx, merchant_id, invitation_id)
    shown = {"role": position.role.value, "to": login.value}
    await record(tx, _entry(access, "staff.invite", invitation_id, shown, ip))
    return invitation


async def _send(runtime: Runtime, tx: WriteTx, merchant_id: UUID, login: Login, role: StaffRole, code: str) -> None:
    merchant = await service.merchant_by_id(tx, merchant_id)
    text = (
        f"«{merchant.name}» приглашает вас в Kerben. Роль: {_ROLE_NAMES[role]}. "
        f"Войдите с этим телефоном или адресом: {runtime.settings.base_url}/business/invite?code={code} "
        f"Код приглашения: {code}. Действует {LIFE.days} дней."
    )
    await send_message(runtime, tx, login, "Kerben: приглашение на работу", text, tx.now + LIFE)


async def resend(
    runtime: Runtime, tx: WriteTx, principal: Principal, merchant_id: UUID, invitation_id: UUID, ip: str
) -> Invitation:
    """Send a new code for another week; the former one is dead. NotFoundError, InvitationClosedError,
    RateLimitedError within a minute of the last."""
    access = await held_access(tx, principal, merchant_id)
    invitation = await _found(tx, merchant_id, invitation_id)
    check_may_give(access, {invitation.role})
    code = _new_code()
    renewed = await invitation_repository.renew(
        tx, merchant_id, invitation_id, _hash(code), LIFE, tx.now - RESEND_PAUSE
    )
    if not renewed:
        _refuse_closed(invitation)
        raise RateLimitedError((invitation.sent_at + RESEND_PAUSE - tx.now).total_seconds())
    login = login_of(invitation.phone, invitation.email)
    await _send(runtime, tx, merchant_id, login, invitation.role, code)
    await record(tx, _entry(access, "staff.invitation_resend", invitation_id, {"to": login.value}, ip))
    return await _found(tx, merchant_id, invitation_id)


async def withdraw(tx: WriteTx, principal: Principal, merchant_id: UUID, invitation_id: UUID, ip: str) -> None:
    """Withdraw an invitation. NotFoundError, ForbiddenError, InvitationClosedError."""
    access = await held_access(tx, principal, merchant_id)
    invitation = await _found(tx, merchant_id, invitation_id)
    check_may_give(access, {invitation.role})
    if not await invitation_repository.withdraw(tx, merchant_id, invitation_id):
        raise InvitationClosedError(status=invitation.status.value)
    await record(tx, _entry(access, "staff.invitation_withdraw", invitation_id, None, ip))


async def accept(tx: WriteTx, principal: Principal, code: str, ip: str) -> Joined:
    """Start to work for the merchant of an invitation. InvitationInvalidError, InvitationNotYoursError,
    AlreadyOwnerError (the invitation stays open)."""
    hashed = _hash(code)
    found = await invitation_repository.by_code(tx, hashed)
    if found is None:
        raise InvitationInvalidError(pointer="/code")
    contacts = await proven_contacts(tx, principal.user_id)
    if not contacts.holds(found.login.channel, found.login.value):
        raise InvitationNotYoursError
    merchant = await repository.locked_merchant(tx, found.merchant_id)
    now = await staff_repository.staff(tx, found.merchant_id, principal.user_id)
    if any(member.role is StaffRole.OWNER for member in now):
        raise AlreadyOwnerError
    if merchant is None or not await invitation_repository.accept(tx, found.id, hashed, principal.user_id):
        raise InvitationInvalidError(pointer="/code")
    role, shop_ids = found.position.role, found.position.shop_ids
    new = StaffMember(found.merchant_id, principal.user_id, role, shop_ids)
    wanted = [new] if role is StaffRole.OWNER else rules.joined(now, new)
    await join(tx, MerchantAccess(found.merchant_id, role.value, principal.user_id), now, wanted, ip)
    return Joined(merchant.id, merchant.name, positions_of(wanted))


async def _found(tx: WriteTx, merchant_id: UUID, invitation_id: UUID) -> Invitation:
    invitation = await invitation_repository.by_id(tx, merchant_id, invitation_id)
    if invitation is None:
        raise NotFoundError
    return invitation


def _refuse_closed(invitation: Invitation) -> None:
    if invitation.status in {InvitationStatus.ACCEPTED, InvitationStatus.WITHDRAWN}:
        raise InvitationClosedError(status=invitation.status.value)


def _entry(
    access: MerchantAccess, action: str, invitation_id: UUID, after: dict[str, str] | None, ip: str
) -> AuditEntry:
    return AuditEntry(
        access.actor, access.role, action, "staff_invitation", str(invitation_id), None, after, ip,
        access.merchant_id,
    )  # fmt: skip
