"""Administration of people, and the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put

from kerben.domains.audit import api as audit
from kerben.domains.audit.api import AuditEntry, AuditFilter, RecordedEntry
from kerben.domains.identity.controllers.bodies import Block, HttpRequest, NewGroup
from kerben.domains.identity.guards import admin, support_or_admin
from kerben.domains.identity.model import AdminUserView, GroupView, Role
from kerben.domains.identity.service import blocks, groups, users
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import ForbiddenError, NotFoundError, invalid
from kerben.platform.http import Page, page_limit
from kerben.platform.runtime import Runtime


class RolesView(msgspec.Struct, frozen=True):
    """A user's platform roles."""

    roles: list[str]


class AuditView(msgspec.Struct, frozen=True):
    """An entry of the audit log with the name of who did it; null for the platform itself and for programs."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str | None
    actor_role: str
    action: str
    entity: str
    entity_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    ip: str | None
    request_id: str | None
    merchant_id: UUID | None


def _audit_view(e: RecordedEntry, names: dict[UUID, str]) -> AuditView:
    return AuditView(
        e.id, e.at, e.actor_id, names.get(e.actor_id) if e.actor_id else None, e.actor_role, e.action, e.entity,
        e.entity_id, e.before, e.after, e.ip, e.request_id, e.merchant_id,
    )  # fmt: skip


async def _roles_of(tx: WriteTx, user_id: UUID) -> list[str]:
    found = await users.users_by_ids(tx, [user_id])
    if user_id not in found:
        raise NotFoundError
    return found[user_id].roles


def _entry(
    request: HttpRequest,
    action: str,
    entity: str,
    entity_id: UUID,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> AuditEntry:
    principal = principal_of(request)
    return AuditEntry(principal.user_id, "admin", action, entity, str(entity_id), before, after, client_ip(request))


def _utc(moment: datetime | None) -> datetime | None:
    """A moment without a zone is read as UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


class AdminUserController(Controller):
    """Finding people, giving them roles, blocking them."""

    path = "/api/v1/admin/users"
    tags = ["admin"]

    @get("/", guards=[support_or_admin])
    async def list_users(
        self,
        request: HttpRequest,
        db: Database,
        phone: str | None = None,
        q: str | None = None,
        role: Role | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[AdminUserView]:
        """With `phone`: its account and its guest, account first (422 INVALID_PHONE); support may ask this, too.

        Without: accounts, newest first, for admins. `q` is part of a name, phone or address.
        """
        size = page_limit(limit)
        if phone is None and not principal_of(request).is_admin:
            raise ForbiddenError
        async with db.read() as tx:
            if phone is not None:
                return Page(await blocks.users_of_phone(tx, phone))
            return await blocks.list_accounts(tx, q, role, cursor, size)

    @post("/{user_id:uuid}/block", guards=[admin], status_code=200)
    async def block(
        self, request: HttpRequest, user_id: UUID, data: Block, runtime: Runtime, db: Database
    ) -> AdminUserView:
        """Block an account: signed out everywhere at once, and no way in. 409 OWN_BLOCK, LAST_ADMIN."""
        who, ip = principal_of(request), client_ip(request)
        return await db.transact(lambda tx: blocks.block(runtime, tx, who, user_id, data.reason, ip))

    @post("/{user_id:uuid}/unblock", guards=[admin], status_code=200)
    async def unblock(self, request: HttpRequest, user_id: UUID, db: Database) -> AdminUserView:
        """Lift a block; the person signs in anew."""
        who, ip = principal_of(request), client_ip(request)
        return await db.transact(lambda tx: blocks.unblock(tx, who, user_id, ip))

    @put("/{user_id:uuid}/roles/{role:str}", guards=[admin])
    async def grant_role(self, request: HttpRequest, user_id: UUID, role: str, db: Database) -> RolesView:
        """Give a platform role; it counts from the user's next token on."""
        async with db.write() as tx:
            before = await _roles_of(tx, user_id)
            after = await users.grant_role(tx, user_id, role)
            if before != after:
                await audit.record(
                    tx, _entry(request, "user.role_granted", "user", user_id, {"roles": before}, {"roles": after})
                )
        return RolesView(after)

    @delete("/{user_id:uuid}/roles/{role:str}", guards=[admin], status_code=200)
    async def withdraw_role(
        self, request: HttpRequest, user_id: UUID, role: str, runtime: Runtime, db: Database
    ) -> RolesView:
        """Take a platform role away; the user is signed out everywhere. 409 LAST_ADMIN."""
        async with db.write() as tx:
            before = await _roles_of(tx, user_id)
            after = await users.withdraw_role(runtime, tx, user_id, role)
            if before != after:
                await audit.record(
                    tx, _entry(request, "user.role_withdrawn", "user", user_id, {"roles": before}, {"roles": after})
                )
        return RolesView(after)


class AdminGroupController(Controller):
    """User groups."""

    path = "/api/v1/admin/user-groups"
    tags = ["admin"]

    @get("/", guards=[admin])
    async def list_groups(self, db: Database) -> Page[GroupView]:
        """All groups by name."""
        async with db.read() as tx:
            return Page(await groups.list_groups(tx))

    @post("/", guards=[admin])
    async def create_group(self, request: HttpRequest, data: NewGroup, db: Database) -> GroupView:
        """Make a group. 409 GROUP_NAME_TAKEN."""
        async with db.write() as tx:
            group = await groups.create_group(tx, data.name)
            await audit.record(tx, _entry(request, "group.created", "group", group.id, None, {"name": group.name}))
        return group

    @put("/{group_id:uuid}/members/{user_id:uuid}", guards=[admin], status_code=204)
    async def add_member(self, request: HttpRequest, group_id: UUID, user_id: UUID, db: Database) -> None:
        """Put an account into a group; doing it again changes nothing."""
        async with db.write() as tx:
            if await groups.add_member(tx, group_id, user_id):
                await audit.record(
                    tx, _entry(request, "group.member_added", "group", group_id, None, {"user_id": user_id})
                )

    @delete("/{group_id:uuid}/members/{user_id:uuid}", guards=[admin])
    async def remove_member(self, request: HttpRequest, group_id: UUID, user_id: UUID, db: Database) -> None:
        """Take an account out of a group; 404 when it is not in it."""
        async with db.write() as tx:
            await groups.remove_member(tx, group_id, user_id)
            await audit.record(
                tx, _entry(request, "group.member_removed", "group", group_id, {"user_id": user_id}, None)
            )


class AdminAuditController(Controller):
    """The audit log."""

    path = "/api/v1/admin/audit"
    tags = ["admin"]

    @get("/", guards=[admin])
    async def list_audit(
        self,
        db: Database,
        actor_id: UUID | None = None,
        entity: str | None = None,
        entity_id: str | None = None,
        action: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[AuditView]:
        """Who did what, newest first. `since` is inclusive, `until` exclusive."""
        for name, text in (("entity", entity), ("entity_id", entity_id), ("action", action)):
            if text is not None and not text.isprintable():
                raise invalid(f"/{name}", "Недопустимый символ.")
        wanted = AuditFilter(actor_id, entity, entity_id, action, _utc(since), _utc(until))
        async with db.read() as tx:
            page = await audit.list_entries(tx, wanted, cursor, page_limit(limit))
            names = await blocks.names_of(tx, [e.actor_id for e in page.items])
        return Page([_audit_view(e, names) for e in page.items], page.next_cursor)
