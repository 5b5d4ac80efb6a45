"""HTTP of carts."""

from __future__ import annotations

import secrets
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec

from kerben.domains.cart import service
from kerben.domains.cart.desk import CartDesk
from kerben.domains.cart.errors import CartTokenError
from kerben.domains.cart.limits import CartLimits
from kerben.domains.cart.model import CartView, Owner, Wanted
from kerben.domains.identity.api import optional_auth, signed_in
from kerben.platform.access import client_ip, optional_principal_of, principal_of
from kerben.platform.db import Database, WriteTx
from kerben.platform.http import EXPRESS, Prepared
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash
from kerben.platform.settings import Settings

HttpRequest = Request[Any, Any, State]

HEADER: Final = "X-Cart-Token"
_TOKEN_MAX: Final = 100
_CART: Final = {200: ResponseSpec(CartView, generate_examples=False, description="The cart")}

_json = msgspec.json.Encoder()


class PutItem(msgspec.Struct, frozen=True):
    """How much of a variant the cart shall hold; 0 takes it out."""

    qty: int | float


class CartController(Controller):
    """The caller's cart: of the account, or of whoever holds the token in X-Cart-Token."""

    path = "/api/v1/cart"
    tags = ("Cart",)

    @get(guards=[optional_auth], summary="The cart", responses=_CART)
    async def show(self, request: HttpRequest, db: Database, settings: Settings) -> Response[bytes]:
        """The cart by shop, with totals line by line. A guest's cart is merged into the account's at sign-in."""
        owner, token = await _owner(request, db)
        return await _answer(db, settings, owner, token)

    @put(
        "/items/{variant_id:uuid}",
        guards=[optional_auth],
        opt=EXPRESS,
        summary="Set a quantity",
        responses=_CART,
    )
    async def put_item(
        self, request: HttpRequest, variant_id: UUID, data: PutItem, runtime: Runtime
    ) -> Response[bytes]:
        """Set how much of a variant the cart holds. A guest without a token gets one in X-Cart-Token."""
        principal = optional_principal_of(request)
        runtime.part(CartLimits).take(str(principal.user_id) if principal else client_ip(request))
        owner, token = await _owner(request, runtime.db)
        if owner is None:
            token = secrets.token_urlsafe(24)
            owner = Owner(None, token_hash(token))
        return _shown(await runtime.part(CartDesk).put(Wanted(owner, variant_id, data.qty)), token)

    @delete("/items/{variant_id:uuid}", guards=[optional_auth], status_code=200, summary="Take out", responses=_CART)
    async def delete_item(
        self, request: HttpRequest, variant_id: UUID, db: Database, settings: Settings
    ) -> Response[bytes]:
        """Take a variant out; it need not be in."""
        owner, token = await _owner(request, db)
        if owner is not None:
            mine = owner

            async def work(tx: WriteTx) -> int:
                return await service.remove(tx, mine, [variant_id])

            await db.transact(work)
        return await _answer(db, settings, owner, token)

    @post("/merge", guards=[signed_in], status_code=200, summary="Merge at sign-in", responses=_CART)
    async def merge(self, request: HttpRequest, db: Database, settings: Settings) -> Response[bytes]:
        """Put the guest's cart of X-Cart-Token into the account's; repeating it does nothing."""
        if not _token(request):
            raise CartTokenError
        owner, _ = await _owner(request, db)
        return await _answer(db, settings, owner or Owner(principal_of(request).user_id), None)


def _token(request: HttpRequest) -> str | None:
    token = request.headers.get(HEADER, "").strip()
    return token if token and len(token) <= _TOKEN_MAX else None


async def _owner(request: HttpRequest, db: Database) -> tuple[Owner | None, str | None]:
    """Whose cart this is about, and the guest's token. A signed-in caller with a token takes that cart over."""
    principal, token = optional_principal_of(request), _token(request)
    if principal is None:
        return (Owner(None, token_hash(token)), token) if token else (None, None)
    user = Owner(principal.user_id)
    if token:
        guest = Owner(None, token_hash(token))

        async def work(tx: WriteTx) -> bool:
            return await service.merge(tx, guest, user)

        await db.transact(work)
    return user, None


async def _answer(db: Database, settings: Settings, owner: Owner | None, token: str | None) -> Response[bytes]:
    if owner is None:
        return _shown(service.empty(settings), token)
    async with db.read() as tx:
        carts = await service.views(tx, settings, [owner])
    return _shown(carts[owner], token)


def _shown(cart: CartView, token: str | None) -> Response[bytes]:
    headers = [(b"cache-control", b"no-store")]
    if token:
        cart = msgspec.structs.replace(cart, token=token)
        headers.append((HEADER.lower().encode(), token.encode()))
    return Prepared(_json.encode(cart), 200, headers)
