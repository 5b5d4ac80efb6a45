"""User groups."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.identity.errors import GroupNameTakenError
from kerben.domains.identity.model import GroupRef, GroupView
from kerben.domains.identity.repository import users
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid


async def create_group(tx: WriteTx, name: str) -> GroupView:
    """Make a group. GroupNameTakenError; InvalidRequestError for a blank name."""
    cleaned = " ".join(name.split())
    if not cleaned or not cleaned.isprintable():
        raise invalid("/name", "Укажите название группы.")
    group_id = await users.insert_group(tx, cleaned)
    if group_id is None:
        raise GroupNameTakenError
    return GroupView(group_id, cleaned, 0)


async def list_groups(tx: ReadTx) -> list[GroupView]:
    """All groups by name."""
    return await users.groups(tx)


async def add_member(tx: WriteTx, group_id: UUID, user_id: UUID) -> bool:
    """Put an account into a group; False when it is in it already. NotFoundError without such a group or account."""
    if await users.add_member(tx, group_id, user_id):
        return True
    if await users.is_member(tx, group_id, user_id):
        return False
    raise NotFoundError


async def remove_member(tx: WriteTx, group_id: UUID, user_id: UUID) -> None:
    """Take an account out of a group; NotFoundError when it is not in it."""
    if not await users.remove_member(tx, group_id, user_id):
        raise NotFoundError


async def groups_of(tx: ReadTx, user_ids: Sequence[UUID]) -> dict[UUID, list[GroupRef]]:
    """Groups by user; who is in none is left out."""
    return await users.groups_of(tx, user_ids) if user_ids else {}
