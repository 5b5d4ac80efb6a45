"""Users as other domains need them: made, registered as guests, looked up, given roles."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.identity import rules
from kerben.domains.identity.errors import LastAdminError, LoginTakenError
from kerben.domains.identity.events import GuestClaimed, RolesChanged, UserRegistered
from kerben.domains.identity.model import Contacts, GuestContact, NewUser, RevocationCause, Role, UserKind, UserView
from kerben.domains.identity.repository import directory, users
from kerben.domains.identity.service import sessions
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.runtime import Runtime


async def create_user(tx: WriteTx, new: NewUser) -> UUID:
    """Make an account; phone and e-mail must be normalised. LoginTakenError when another account has one of them."""
    user_id = await users.insert_account(tx, new)
    if user_id is None:
        raise LoginTakenError
    tx.publish(UserRegistered(user_id))
    return user_id


async def register_guests(tx: WriteTx, contacts: Sequence[GuestContact]) -> list[UUID]:
    """Guest users of these phones, in order; the same phone is always the same guest.

    Phones must be normalised. A phone that an account has gets a guest all the same: whoever types a phone into an
    order form has not shown that it is theirs.
    """
    first: dict[str, GuestContact] = {}
    for contact in contacts:
        first.setdefault(contact.phone, contact)
    known = await users.guest_ids(tx, list(first))
    missing = [first[phone] for phone in sorted(first) if phone not in known]
    if missing:
        await users.insert_guests(tx, missing)
        known |= await users.guest_ids(tx, [c.phone for c in missing])
    return [known[contact.phone] for contact in contacts]


async def users_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, UserView]:
    """Users by id; unknown ids are left out."""
    return {row.id: row.view for row in await users.by_ids(tx, ids)}


async def users_by_phone(tx: ReadTx, phone: str) -> list[UserView]:
    """The account and the guest of a phone, account first; InvalidPhoneError when it is none."""
    return [row.view for row in await users.by_phone(tx, rules.normalise_phone(phone))]


async def proven_contacts(tx: ReadTx, user_id: UUID) -> Contacts:
    """The phone and the address that an account has proven to be its own."""
    rows = await users.by_ids(tx, [user_id])
    if not rows:
        return Contacts(None, None)
    (row,) = rows
    return Contacts(
        row.phone if row.phone_verified_at is not None else None,
        row.email if row.email_verified_at is not None else None,
    )


async def claim_guest(tx: WriteTx, user_id: UUID, phone: str) -> bool:
    """Give an account what the guest of its proven phone has; False when the phone never ordered as a guest."""
    guest_id = await users.claim_guest(tx, phone, user_id)
    if guest_id is None:
        return False
    tx.publish(GuestClaimed(guest_id, user_id))
    return True


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        raise invalid("/role", "Такой роли нет.") from error


async def grant_role(tx: WriteTx, user_id: UUID, role: str) -> list[str]:
    """Give an account a platform role; its roles afterwards. It counts from the next token on (refresh or sign-in).

    NotFoundError without such an account, InvalidRequestError for an unknown role.
    """
    wanted = _role(role)
    row = await users.lock(tx, user_id)
    if row is None or row.kind != UserKind.ACCOUNT:
        raise NotFoundError
    if wanted in row.roles:
        return row.roles
    roles = sorted({*row.roles, wanted.value})
    await users.set_roles(tx, user_id, roles)
    tx.publish(RolesChanged(user_id, roles))
    return roles


async def withdraw_role(runtime: Runtime, tx: WriteTx, user_id: UUID, role: str) -> list[str]:
    """Take a platform role away; all sessions of the user are closed, so it is gone at once everywhere.

    NotFoundError without such an account, InvalidRequestError for an unknown role or for `buyer`, which all have,
    LastAdminError.
    """
    wanted = _role(role)
    if wanted is Role.BUYER:
        raise invalid("/role", "Роль покупателя есть у всех.")
    if wanted is Role.ADMIN and await directory.lock_admins(tx) == [user_id]:
        raise LastAdminError
    row = await users.lock(tx, user_id)
    if row is None or row.kind != UserKind.ACCOUNT:
        raise NotFoundError
    if wanted not in row.roles:
        return row.roles
    roles = sorted({*row.roles} - {wanted.value})
    await users.set_roles(tx, user_id, roles)
    await sessions.revoke_all(runtime, tx, user_id, RevocationCause.ROLES)
    tx.publish(RolesChanged(user_id, roles))
    return roles
