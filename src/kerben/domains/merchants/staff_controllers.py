"""Staff and invitations over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, patch, post
from msgspec import Meta

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants import invitation_repository, invitations, staffing
from kerben.domains.merchants.access import merchant_access
from kerben.domains.merchants.invitations import InvitationLimits
from kerben.domains.merchants.model import StaffRole
from kerben.domains.merchants.staffing import STAFFING
from kerben.domains.merchants.staffing_model import Invitation, Joined, Position, ShopIds, StaffChange, StaffPerson
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.runtime import Runtime

HttpRequest = Request[Any, Any, Any]


class InvitationBody(msgspec.Struct, frozen=True):
    """Whom to invite, by phone or e-mail, and as what; `shop_ids` null means all shops."""

    role: StaffRole
    phone: Annotated[str, Meta(max_length=254)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    shop_ids: ShopIds | None = None


class CodeBody(msgspec.Struct, frozen=True):
    """The code of an invitation, as the message says it."""

    code: Annotated[str, Meta(min_length=1, max_length=100)]


class StaffController(Controller):
    """People who work for a merchant, for its owners and managers."""

    path = "/api/v1/merchants/{merchant_id:uuid}/staff"
    tags = ("Staff",)

    @get(guards=[signed_in])
    async def list_staff(self, request: HttpRequest, merchant_id: UUID, db: Database) -> Page[StaffPerson]:
        """Everybody with their roles; one page. 404 for somebody else's merchant."""
        async with db.read() as tx:
            access = await merchant_access(tx, principal_of(request), merchant_id, STAFFING)
            return Page(await staffing.list_staff(tx, access))

    @patch("/{user_id:uuid}", guards=[signed_in])
    async def change(
        self, request: HttpRequest, merchant_id: UUID, user_id: UUID, data: StaffChange, db: Database
    ) -> StaffPerson:
        """Replace a person's roles; managers change neither owners nor managers. 409 LAST_OWNER."""
        who, ip = principal_of(request), client_ip(request)
        return await db.transact(lambda tx: staffing.change(tx, who, merchant_id, user_id, data, ip))

    @delete("/{user_id:uuid}", guards=[signed_in])
    async def remove(self, request: HttpRequest, merchant_id: UUID, user_id: UUID, db: Database) -> None:
        """End a person's work, at once everywhere; anybody may leave by themselves. 409 LAST_OWNER."""
        who, ip = principal_of(request), client_ip(request)
        await db.transact(lambda tx: staffing.remove(tx, who, merchant_id, user_id, ip))

    @get("/invitations", guards=[signed_in])
    async def list_invitations(
        self,
        request: HttpRequest,
        merchant_id: UUID,
        db: Database,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[Invitation]:
        """Invitations, newest first, closed ones too."""
        size = page_limit(limit)
        after = decode_cursor(cursor, tuple[UUID])
        async with db.read() as tx:
            await merchant_access(tx, principal_of(request), merchant_id, STAFFING)
            found = await invitation_repository.page(tx, merchant_id, after[0] if after else None, size + 1)
        return Page(found[:size], encode_cursor(found[size - 1].id) if len(found) > size else None)

    @post("/invitations", guards=[signed_in])
    async def invite(
        self, request: HttpRequest, merchant_id: UUID, data: InvitationBody, runtime: Runtime
    ) -> Invitation:
        """Send an invitation; it is good for 7 days. Only owners invite owners and managers. 409 INVITATION_LIMIT."""
        who, ip = principal_of(request), client_ip(request)
        runtime.part(InvitationLimits).send.take(str(who.user_id))
        contact, position = (data.phone, data.email), Position(data.role, data.shop_ids)
        return await runtime.db.transact(
            lambda tx: invitations.invite(runtime, tx, who, merchant_id, contact, position, ip)
        )

    @post("/invitations/{invitation_id:uuid}/resend", guards=[signed_in], status_code=200)
    async def resend(
        self, request: HttpRequest, merchant_id: UUID, invitation_id: UUID, runtime: Runtime
    ) -> Invitation:
        """Send a new code for another 7 days; the former one is dead. 409 INVITATION_CLOSED, 429 within a minute."""
        who, ip = principal_of(request), client_ip(request)
        runtime.part(InvitationLimits).send.take(str(who.user_id))
        return await runtime.db.transact(
            lambda tx: invitations.resend(runtime, tx, who, merchant_id, invitation_id, ip)
        )

    @delete("/invitations/{invitation_id:uuid}", guards=[signed_in])
    async def withdraw(self, request: HttpRequest, merchant_id: UUID, invitation_id: UUID, db: Database) -> None:
        """Withdraw an invitation. 409 INVITATION_CLOSED when it was accepted or withdrawn."""
        who, ip = principal_of(request), client_ip(request)
        await db.transact(lambda tx: invitations.withdraw(tx, who, merchant_id, invitation_id, ip))


class InvitationController(Controller):
    """Invitations, for those who got one."""

    path = "/api/v1/staff/invitations"
    tags = ("Staff",)

    @post("/accept", guards=[signed_in], status_code=200)
    async def accept(self, request: HttpRequest, data: CodeBody, runtime: Runtime) -> Joined:
        """Accept an invitation that went to the caller's proven phone or address. Before the work begins a second
        factor must be set up. 403 INVITATION_NOT_YOURS, 409 ALREADY_OWNER, 422 INVITATION_INVALID."""
        who, ip = principal_of(request), client_ip(request)
        runtime.part(InvitationLimits).accept.take(str(who.user_id))
        return await runtime.db.transact(lambda tx: invitations.accept(tx, who, data.code, ip))
