"""Partners' keys over HTTP, and what a program may ask about itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.datastructures import CacheControlHeader
from msgspec import Meta

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants import partner_keys, partners
from kerben.domains.merchants.model import Scope, ShopFacts
from kerben.domains.merchants.partner_guard import caller_of, partner, partner_of, staff_or_partner
from kerben.domains.merchants.partner_keys import GRACE_H, GRACE_H_MAX
from kerben.domains.merchants.partners import PartnerView
from kerben.domains.merchants.staffing_model import ApiKey, IssuedKey, ShopIds
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database
from kerben.platform.http import Page
from kerben.platform.runtime import Runtime

HttpRequest = Request[Any, Any, Any]


class KeyBody(msgspec.Struct, frozen=True):
    """A key to be issued; `shop_ids` null means all shops, `expires_at` null means until it is revoked."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=20)]
    shop_ids: ShopIds | None = None
    expires_at: datetime | None = None


class RotateBody(msgspec.Struct, frozen=True):
    """For how many hours the former secret still works; 0 ends it at once."""

    grace_h: Annotated[float, Meta(ge=0, le=GRACE_H_MAX)] = GRACE_H


class ApiKeyController(Controller):
    """Keys of partners' programs, for a merchant's owners and managers."""

    path = "/api/v1/merchants/{merchant_id:uuid}/api-keys"
    tags = ("Partners",)
    # Secrets must not be kept by any cache.
    cache_control = CacheControlHeader(no_store=True)

    @get(guards=[signed_in])
    async def list_keys(self, request: HttpRequest, merchant_id: UUID, db: Database) -> Page[ApiKey]:
        """Keys, newest first, revoked ones too, never a secret; one page."""
        async with db.read() as tx:
            return Page(await partner_keys.list_keys(tx, principal_of(request), merchant_id))

    @post(guards=[signed_in])
    async def issue(self, request: HttpRequest, merchant_id: UUID, data: KeyBody, db: Database) -> IssuedKey:
        """Issue a key; the secret is shown this once. 409 API_KEY_LIMIT."""
        who, ip = principal_of(request), client_ip(request)
        return await db.transact(
            lambda tx: partner_keys.issue(
                tx, who, merchant_id, data.name, data.scopes, data.shop_ids, data.expires_at, ip
            )
        )

    @post("/{key_id:uuid}/rotate", guards=[signed_in], status_code=200)
    async def rotate(
        self, request: HttpRequest, merchant_id: UUID, key_id: UUID, data: RotateBody, runtime: Runtime
    ) -> IssuedKey:
        """A new secret, shown this once; the former works for `grace_h` hours more. 409 API_KEY_REVOKED."""
        who, ip = principal_of(request), client_ip(request)
        return await runtime.db.transact(
            lambda tx: partner_keys.rotate(runtime, tx, who, merchant_id, key_id, data.grace_h, ip)
        )

    @delete("/{key_id:uuid}", guards=[signed_in])
    async def revoke(self, request: HttpRequest, merchant_id: UUID, key_id: UUID, runtime: Runtime) -> None:
        """End a key, within a second everywhere; again changes nothing."""
        who, ip = principal_of(request), client_ip(request)
        await runtime.db.transact(lambda tx: partner_keys.revoke(runtime, tx, who, merchant_id, key_id, ip))


class PartnerController(Controller):
    """What a partner's program may ask about itself."""

    path = "/api/v1/partner"
    tags = ("Partners",)

    @get("/me", guards=[partner()])
    async def me(self, request: HttpRequest, db: Database) -> PartnerView:
        """The key's name, merchant, shops and scopes."""
        async with db.read() as tx:
            return await partners.describe(tx, partner_of(request))


class MerchantShopsController(Controller):
    """A merchant's shops, for those who work for it and for its programs."""

    path = "/api/v1/merchants/{merchant_id:uuid}/shops"
    tags = ("Merchants",)

    @get(guards=[staff_or_partner()])
    async def list_shops(self, request: HttpRequest, merchant_id: UUID, db: Database) -> Page[ShopFacts]:
        """The merchant's shops that the caller may work with, closed ones too; one page. For staff, or with a
        partner's key of any scope. 404 for somebody else's merchant."""
        async with db.read() as tx:
            return Page(await partners.reachable_shops(tx, caller_of(request), merchant_id))
