"""HTTP of merchants and shops."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta

from kerben.domains.geo.api import Latitude, Longitude
from kerben.domains.identity.api import admin, signed_in
from kerben.domains.merchants import cabinet, repository, rules, service
from kerben.domains.merchants.access import merchant_access, shop_access
from kerben.domains.merchants.model import (
    Hours,
    Merchant,
    MerchantPatch,
    NewShop,
    PayoutStatus,
    ShopFacts,
    ShopPatch,
    StaffMember,
    StaffRole,
)
from kerben.platform.access import client_ip, principal_of, public
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.http import Page, decode_cursor, encode_cursor, json_with_etag, page_limit
from kerben.platform.runtime import Runtime

HttpRequest = Request[Any, Any, Any]

_OWNER: Final = (StaffRole.OWNER,)
_OWNER_OR_MANAGER: Final = (StaffRole.OWNER, StaffRole.MANAGER)
_SEES_MONEY: Final = frozenset({StaffRole.OWNER, StaffRole.ACCOUNTANT})
_OWNER_OR_ACCOUNTANT: Final = (StaffRole.OWNER, StaffRole.ACCOUNTANT)


class MerchantBody(msgspec.Struct, frozen=True):
    """A merchant to be opened."""

    name: str
    description: str = ""


class ShopBody(msgspec.Struct, frozen=True):
    """A shop to be opened; hours as `{"mon": "09:00-18:00", "sun": "closed"}`."""

    name: str
    address: str
    phone: str
    lat: Latitude
    lon: Longitude
    hours: Hours = msgspec.field(default_factory=dict[str, str])
    place_id: UUID | None = None
    photos: list[str] = msgspec.field(default_factory=list[str])


class PayoutBody(msgspec.Struct, frozen=True):
    """Where to pay out: an account number or IBAN, and the bank."""

    account_number: Annotated[str, Meta(max_length=60)]
    bank_name: str


class PayoutView(msgspec.Struct, frozen=True):
    """Whether payouts are on."""

    payout_status: PayoutStatus


class ShopView(msgspec.Struct, frozen=True):
    """A shop as everybody sees it."""

    id: UUID
    merchant_id: UUID
    merchant_name: str
    name: str
    address: str
    phone: str
    lat: float
    lon: float
    hours: Hours
    place_id: UUID | None
    photos: list[str]
    verified: bool
    is_active: bool


class PublicMerchant(msgspec.Struct, frozen=True):
    """A merchant as everybody sees it, with its open shops."""

    id: UUID
    name: str
    description: str
    verified: bool
    shops: list[ShopView]


class OwnMerchant(msgspec.Struct, frozen=True):
    """A merchant that the caller owns or works for."""

    role: StaffRole
    merchant: Merchant
    shops: list[ShopFacts]


def shop_view(shop: ShopFacts) -> ShopView:
    """What everybody may see of a shop."""
    return ShopView(
        shop.id, shop.merchant_id, shop.merchant_name, shop.name, shop.address, shop.phone, shop.lat, shop.lon,
        shop.hours, shop.place_id, shop.photos, shop.verified, shop.is_active,
    )  # fmt: skip


class MerchantsController(Controller):
    """Sellers."""

    path = "/api/v1/merchants"
    tags = ("Merchants",)

    @post(guards=[signed_in])
    async def create(self, request: HttpRequest, data: MerchantBody, db: Database) -> Merchant:
        """Become a seller: the caller owns the new merchant. 409 MERCHANT_LIMIT."""
        who, ip = principal_of(request), client_ip(request)
        return await db.transact(lambda tx: cabinet.open_merchant(tx, who, data.name, data.description, ip))

    @get(
        "/{merchant_id:uuid}",
        guards=[public],
        responses={200: ResponseSpec(PublicMerchant, generate_examples=False, description="The merchant")},
    )
    async def show(self, request: HttpRequest, merchant_id: UUID, db: Database) -> Response[bytes]:
        """A merchant as everybody sees it, with an ETag."""
        async with db.snapshot() as tx:
            facts = (await service.merchants_by_ids(tx, [merchant_id])).get(merchant_id)
            if facts is None:
                raise NotFoundError
            shops = await service.shops_of_merchant(tx, merchant_id)
        views = [shop_view(shop) for shop in shops if shop.is_active]
        return json_with_etag(request, PublicMerchant(facts.id, facts.name, facts.description, facts.verified, views))

    @patch("/{merchant_id:uuid}", guards=[signed_in])
    async def change(self, request: HttpRequest, merchant_id: UUID, data: MerchantPatch, db: Database) -> Merchant:
        """Change name, description or settings (owner). 404 for somebody else's merchant."""
        who, ip = principal_of(request), client_ip(request)

        async def work(tx: WriteTx) -> Merchant:
            access = await merchant_access(tx, who, merchant_id, _OWNER)
            return await cabinet.change_merchant(tx, access, data, ip)

        return await db.transact(work)

    @post("/{merchant_id:uuid}/shops", guards=[signed_in])
    async def open_shop(self, request: HttpRequest, merchant_id: UUID, data: ShopBody, db: Database) -> ShopFacts:
        """Open a shop (owner or manager). 404 for somebody else's merchant, 409 SHOP_LIMIT."""
        who, ip = principal_of(request), client_ip(request)
        new = NewShop(
            merchant_id, data.name, data.address, data.phone, data.lat, data.lon, data.hours, data.place_id,
            data.photos,
        )  # fmt: skip

        async def work(tx: WriteTx) -> ShopFacts:
            access = await merchant_access(tx, who, merchant_id, _OWNER_OR_MANAGER)
            return await cabinet.open_shop(tx, access, new, ip)

        return await db.transact(work)

    @post("/{merchant_id:uuid}/payout/onboard", guards=[signed_in], status_code=200)
    async def onboard_payout(
        self, request: HttpRequest, merchant_id: UUID, data: PayoutBody, runtime: Runtime
    ) -> PayoutView:
        """Give or change the payout account (owner or accountant); an admin activates it then.
        404 for somebody else's merchant, 409 ILLEGAL_PAYOUT_TRANSITION while payouts are suspended."""
        who, ip = principal_of(request), client_ip(request)

        async def work(tx: WriteTx) -> PayoutStatus:
            access = await merchant_access(tx, who, merchant_id, _OWNER_OR_ACCOUNTANT)
            return await cabinet.start_payouts(tx, runtime.keys, access, data.account_number, data.bank_name, ip)

        return PayoutView(await runtime.db.transact(work))


class ShopsController(Controller):
    """Shops of sellers."""

    path = "/api/v1/shops"
    tags = ("Shops",)

    @get(guards=[public])
    async def list_shops(
        self,
        db: Database,
        place_id: UUID | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[ShopView]:
        """Open shops, newest first, of one place if asked."""
        size = page_limit(limit)
        after = decode_cursor(cursor, tuple[UUID])
        async with db.read() as tx:
            ids = await service.list_shop_ids(
                tx, place_id=place_id, before=after[0] if after else None, limit=size + 1
            )
            shops = await service.shops_by_ids(tx, ids[:size])
        return Page(
            [shop_view(shops[i]) for i in ids[:size] if i in shops],
            encode_cursor(ids[size - 1]) if len(ids) > size else None,
        )

    @get(
        "/{shop_id:uuid}",
        guards=[public],
        responses={200: ResponseSpec(ShopView, generate_examples=False, description="The shop")},
    )
    async def show(self, request: HttpRequest, shop_id: UUID, db: Database) -> Response[bytes]:
        """One shop, with an ETag."""
        async with db.read() as tx:
            shop = (await service.shops_by_ids(tx, [shop_id])).get(shop_id)
        if shop is None:
            raise NotFoundError
        return json_with_etag(request, shop_view(shop))

    @patch("/{shop_id:uuid}", guards=[signed_in])
    async def change(self, request: HttpRequest, shop_id: UUID, data: ShopPatch, db: Database) -> ShopFacts:
        """Change a shop's data or settings (owner or manager). 404 for somebody else's shop."""
        who, ip = principal_of(request), client_ip(request)

        async def work(tx: WriteTx) -> ShopFacts:
            access = await shop_access(tx, who, shop_id, _OWNER_OR_MANAGER)
            return await cabinet.change_shop(tx, access, data, ip)

        return await db.transact(work)


class OwnMerchantsController(Controller):
    """Merchants of the caller."""

    path = "/api/v1/me/merchants"
    tags = ("Merchants",)

    @get(guards=[signed_in])
    async def list_own(self, request: HttpRequest, db: Database) -> Page[OwnMerchant]:
        """Merchants that the caller owns or works for, with the shops they work in, closed ones too; one page."""
        async with db.snapshot() as tx:
            own = await service.positions_of_user(tx, principal_of(request).user_id)
            shops = await service.shops_of_merchants(tx, [merchant.id for merchant, _ in own])
        return Page([_own(merchant, roles, shops[merchant.id]) for merchant, roles in own])


def _own(merchant: Merchant, roles: list[StaffMember], shops: list[ShopFacts]) -> OwnMerchant:
    allowed = rules.shops_worked_in(roles)
    if not any(m.shop_ids is None and m.role in _SEES_MONEY for m in roles):
        merchant = msgspec.structs.replace(merchant, payout_account_last4=None, payout_bank_name=None)
    mine = [shop for shop in shops if allowed is None or shop.id in allowed]
    return OwnMerchant(rules.highest([m.role for m in roles]), merchant, mine)


class AdminMerchantsController(Controller):
    """What admins do with sellers."""

    path = "/api/v1/admin/merchants"
    tags = ("Admin",)

    @get(guards=[admin])
    async def list_merchants(
        self,
        db: Database,
        verified: bool | None = None,
        payout_status: PayoutStatus | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[Merchant]:
        """Merchants, newest first; those that wait are found by `verified=false` and `payout_status=pending`."""
        size = page_limit(limit)
        after = decode_cursor(cursor, tuple[UUID])
        async with db.read() as tx:
            found = await repository.page(tx, verified, payout_status, after[0] if after else None, size + 1)
        return Page(found[:size], encode_cursor(found[size - 1].id) if len(found) > size else None)

    @post("/{merchant_id:uuid}/verify", guards=[admin], status_code=200)
    async def verify(self, request: HttpRequest, merchant_id: UUID, db: Database) -> Merchant:
        """Verify a merchant."""
        who, ip = principal_of(request), client_ip(request)
        return await db.transact(lambda tx: cabinet.verify(tx, who, merchant_id, verified=True, ip=ip))

    @post("/{merchant_id:uuid}/unverify", guards=[admin], status_code=200)
    async def unverify(self, request: HttpRequest, merchant_id: UUID, db: Database) -> Merchant:
        """Take the verification back."""
        who, ip = principal_of(request), client_ip(request)
        return await db.transact(lambda tx: cabinet.verify(tx, who, merchant_id, verified=False, ip=ip))

    @post("/{merchant_id:uuid}/payout/{action:str}", guards=[admin], status_code=200)
    async def decide_payouts(
        self, request: HttpRequest, merchant_id: UUID, action: Literal["activate", "suspend"], db: Database
    ) -> PayoutView:
        """Activate or suspend payouts. 409 ILLEGAL_PAYOUT_TRANSITION before onboarding."""
        who, ip = principal_of(request), client_ip(request)
        status = PayoutStatus.ACTIVE if action == "activate" else PayoutStatus.SUSPENDED
        return PayoutView(await db.transact(lambda tx: cabinet.decide_payouts(tx, who, merchant_id, status, ip)))
