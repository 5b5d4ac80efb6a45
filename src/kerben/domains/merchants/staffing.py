"""Who works for a merchant: changed and removed by its owners and managers; every deed is audited.

Changes of one merchant's staff wait for each other on the merchant's row, and the rights of whoever changes are read
again after the wait: an owner who was lowered meanwhile lowers nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity.api import demand_second_factor, hold_users, users_by_ids
from kerben.domains.merchants import invitation_repository, repository, shop_repository, staff_repository
from kerben.domains.merchants.access import merchant_access
from kerben.domains.merchants.errors import LastOwnerError
from kerben.domains.merchants.events import StaffChanged
from kerben.domains.merchants.model import MerchantAccess, StaffMember, StaffRole
from kerben.domains.merchants.rules import LEADING, highest
from kerben.domains.merchants.staffing_model import Position, StaffChange, StaffPerson
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import ForbiddenError, NotFoundError, invalid

STAFFING: Final = (StaffRole.OWNER, StaffRole.MANAGER)
"""Who may see and change staff; only for the merchant as a whole."""


async def held_access(tx: WriteTx, principal: Principal, merchant_id: UUID) -> MerchantAccess:
    """Prove that a person may change a merchant's staff, and make others who change it wait. Raises what
    `merchant_access` raises."""
    await merchant_access(tx, principal, merchant_id, STAFFING)
    await repository.locked_merchant(tx, merchant_id)
    return await merchant_access(tx, principal, merchant_id, STAFFING)


def check_may_give(access: MerchantAccess, roles: Collection[StaffRole]) -> None:
    """ForbiddenError when somebody who is not an owner gives, changes or takes the role of an owner or manager."""
    if access.role == StaffRole.MANAGER and not LEADING.isdisjoint(roles):
        raise ForbiddenError("Владельцев и управляющих назначает и меняет только владелец.")


async def check_shops(tx: ReadTx, merchant_id: UUID, position: Position, pointer: str) -> None:
    """InvalidRequestError unless the shops are different ones of the merchant; an owner has them all."""
    if position.shop_ids is None:
        return
    if position.role is StaffRole.OWNER:
        raise invalid(pointer, "Владелец отвечает за все магазины: оставьте null.")
    if len(set(position.shop_ids)) != len(position.shop_ids):
        raise invalid(pointer, "Магазин назван дважды.")
    if await shop_repository.foreign(tx, merchant_id, position.shop_ids):
        raise invalid(pointer, "Такого магазина у продавца нет.", "UNKNOWN_SHOP")


async def list_staff(tx: ReadTx, access: MerchantAccess) -> list[StaffPerson]:
    """Everybody who works for a merchant."""
    return await _people(tx, await staff_repository.staff(tx, access.merchant_id))


async def _people(tx: ReadTx, members: Sequence[StaffMember]) -> list[StaffPerson]:
    by_user: dict[UUID, list[StaffMember]] = {}
    for member in members:
        by_user.setdefault(member.user_id, []).append(member)
    users = await users_by_ids(tx, list(by_user))
    people: list[StaffPerson] = []
    for user_id, roles in by_user.items():
        user = users.get(user_id)
        name, phone, email = (user.name, user.phone, user.email) if user else ("", None, None)
        people.append(StaffPerson(user_id, name, phone, email, positions_of(roles)))
    return people


def positions_of(members: Sequence[StaffMember]) -> list[Position]:
    """A person's roles as they are shown."""
    return [Position(member.role, member.shop_ids) for member in members]


async def change(
    tx: WriteTx, principal: Principal, merchant_id: UUID, user_id: UUID, data: StaffChange, ip: str
) -> StaffPerson:
    """Give a person exactly these roles at a merchant. InvalidRequestError, NotFoundError for somebody who does not
    work there, ForbiddenError, LastOwnerError."""
    access = await held_access(tx, principal, merchant_id)
    now = await _staff_of(tx, merchant_id, user_id)
    positions = _wanted(data)
    check_may_give(access, {m.role for m in now} | {p.role for p in positions})
    await _check_positions(tx, merchant_id, positions)
    wanted = [StaffMember(merchant_id, user_id, p.role, p.shop_ids) for p in positions]
    if positions_of(now) != positions_of(wanted):
        await _write(tx, access, user_id, now, wanted, "staff.change", ip)
    (person,) = await _people(tx, wanted)
    return person


def _wanted(data: StaffChange) -> list[Position]:
    if data.positions is not None:
        if data.role is not None or data.shop_ids is not None:
            raise invalid("/positions", "Укажите либо одну роль, либо список ролей.")
        return data.positions
    if data.role is None:
        raise invalid("/role", "Укажите роль.")
    return [Position(data.role, data.shop_ids)]


async def _check_positions(tx: ReadTx, merchant_id: UUID, positions: Sequence[Position]) -> None:
    seen: set[UUID] = set()
    for number, position in enumerate(positions):
        pointer = f"/positions/{number}/shop_ids" if len(positions) > 1 else "/shop_ids"
        await check_shops(tx, merchant_id, position, pointer)
        if not seen.isdisjoint(position.shop_ids or ()):
            raise invalid(pointer, "В одном магазине — одна роль.")
        seen.update(position.shop_ids or ())
    roles = [position.role for position in positions]
    if len(set(roles)) != len(roles):
        raise invalid("/positions", "Роль названа дважды: перечислите её магазины вместе.")
    if sum(position.shop_ids is None for position in positions) > 1:
        raise invalid("/positions", "Роль во всех магазинах может быть одна.")
    if StaffRole.OWNER in roles and len(roles) > 1:
        raise invalid("/positions", "У владельца есть все права: другие роли не нужны.")


async def remove(tx: WriteTx, principal: Principal, merchant_id: UUID, user_id: UUID, ip: str) -> None:
    """End a person's work for a merchant; it counts at once. Anybody may leave by themselves.

    NotFoundError for somebody who does not work there, ForbiddenError, LastOwnerError.
    """
    if principal.user_id == user_id:
        own = await _staff_of(tx, merchant_id, user_id)
        await repository.locked_merchant(tx, merchant_id)
        access = MerchantAccess(merchant_id, highest([m.role for m in own]).value, user_id)
    else:
        access = await held_access(tx, principal, merchant_id)
    now = await _staff_of(tx, merchant_id, user_id)
    if principal.user_id != user_id:
        check_may_give(access, {m.role for m in now})
    await _write(tx, access, user_id, now, [], "staff.remove", ip)


async def _staff_of(tx: ReadTx, merchant_id: UUID, user_id: UUID) -> list[StaffMember]:
    found = await staff_repository.staff(tx, merchant_id, user_id)
    if not found:
        raise NotFoundError
    return found


async def join(
    tx: WriteTx, access: MerchantAccess, now: Sequence[StaffMember], wanted: Sequence[StaffMember], ip: str
) -> None:
    """Write the roles of somebody who accepted an invitation; the merchant's row must be locked."""
    await _write(tx, access, access.actor, now, wanted, "staff.join", ip)


async def _write(
    tx: WriteTx,
    access: MerchantAccess,
    user_id: UUID,
    now: Sequence[StaffMember],
    wanted: Sequence[StaffMember],
    action: str,
    ip: str,
) -> None:
    merchant_id = access.merchant_id
    was_owner = any(m.role is StaffRole.OWNER for m in now)
    stays_owner = any(m.role is StaffRole.OWNER for m in wanted)
    if was_owner and not stays_owner:
        await _pass_on(tx, merchant_id, user_id)
    await staff_repository.set_roles(tx, merchant_id, user_id, wanted)
    if not any(m.shop_ids is None and m.role in LEADING for m in wanted):
        await invitation_repository.withdraw_of(tx, merchant_id, user_id)
    # Held first, so that of two removals at two merchants the later one sees the earlier.
    await hold_users(tx, [user_id])
    await demand_second_factor(tx, [user_id], demanded=await staff_repository.employed(tx, user_id))
    tx.publish(StaffChanged(merchant_id, user_id))
    before = {"positions": _audited(now)} if now else None
    after = {"positions": _audited(wanted)} if wanted else None
    entity_id = f"{merchant_id}:{user_id}"
    await record(
        tx, AuditEntry(access.actor, access.role, action, "staff", entity_id, before, after, ip, merchant_id)
    )  # fmt: skip


async def _pass_on(tx: WriteTx, merchant_id: UUID, leaving: UUID) -> None:
    """The merchant is booked to another owner when the one it is booked to leaves; LastOwnerError without one."""
    others = [owner for owner in await staff_repository.owners(tx, merchant_id) if owner != leaving]
    if not others:
        raise LastOwnerError
    merchant = await repository.merchant(tx, merchant_id)
    if merchant is not None and merchant.owner_id == leaving:
        await staff_repository.set_founder(tx, merchant_id, others[0])


def _audited(members: Sequence[StaffMember]) -> list[dict[str, Any]]:
    return [
        {"role": m.role.value, "shop_ids": None if m.shop_ids is None else [str(i) for i in m.shop_ids]}
        for m in members
    ]
