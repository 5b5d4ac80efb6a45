"""HTTP of the order desk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from kerben.domains.identity.api import optional_auth, signed_in
from kerben.domains.merchants.api import StaffRole, shop_access
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import Actor, Order, OrderFilter, OrderStatus, PaymentLinks, PaymentView
from kerben.flows.order_desk import attention, pickup, service, views
from kerben.flows.order_desk import edit as editing
from kerben.flows.order_desk.access import GUEST_HEADER, staff_order, visible_order
from kerben.flows.order_desk.export import ROWS_MAX, to_csv
from kerben.flows.order_desk.model import (
    AttentionBody,
    CancelBody,
    DetailedOrder,
    EditBody,
    ExtendBody,
    ListedOrder,
    RefundBody,
    RefundedView,
    TransitionBody,
)
from kerben.flows.order_desk.pickup import PickupCodes
from kerben.flows.order_desk.service import OrderMovedError
from kerben.platform import idempotency
from kerben.platform.access import Principal, optional_principal_of, principal_of
from kerben.platform.db import Database, ReadTx, WriteTx
from kerben.platform.errors import ForbiddenError, IllegalTransitionError
from kerben.platform.http import Page, decode_cursor, encode_cursor, json_with_etag, page_limit
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

HttpRequest = Request[Any, Any, State]
Find = Callable[[ReadTx], Awaitable[tuple[Order, Actor]]]
Work = Callable[[WriteTx, Order, Actor], Awaitable[Order]]

_TRIES: Final = 3
_REFUNDS: Final = frozenset({StaffRole.OWNER, StaffRole.MANAGER})
_CSV: Final = {200: ResponseSpec(bytes, generate_examples=False, media_type="text/csv", description="A table")}
_DETAILED: Final = {200: ResponseSpec(DetailedOrder, generate_examples=False, description="The order")}
_REFUNDED: Final = {201: ResponseSpec(RefundedView, generate_examples=False, description="The refund is under way")}
_PAYMENT: Final = {201: ResponseSpec(PaymentView, generate_examples=False, description="The payment to open")}

Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Attention = Annotated[bool, Parameter(description="Only orders that wait for the seller's decision")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]


def _viewer(request: HttpRequest, order_id: UUID) -> Find:
    principal, token = optional_principal_of(request), request.headers.get(GUEST_HEADER)
    return lambda tx: visible_order(tx, order_id, principal, token)


def _staff(request: HttpRequest, order_id: UUID) -> Find:
    principal = principal_of(request)
    return lambda tx: staff_order(tx, order_id, principal)


async def _change(db: Database, find: Find, work: Work) -> None:
    """Run a use case on an order; again when somebody else moved the order at the same time."""

    async def attempt(tx: WriteTx) -> None:
        order, actor = await find(tx)
        await work(tx, order, actor)

    for _ in range(_TRIES):
        try:
            return await db.transact(attempt)
        except OrderMovedError:
            continue
    raise IllegalTransitionError


class OrderDeskController(Controller):
    """Orders as buyers and staff see and move them."""

    path = "/api/v1/orders"
    tags = ("Orders",)

    @get(guards=[signed_in], summary="Orders")
    async def list_orders(
        self,
        request: HttpRequest,
        db: Database,
        runtime: Runtime,
        shop_id: UUID | None = None,
        status: list[OrderStatus] | None = None,
        attention: Attention = False,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Page[ListedOrder]:
        """The caller's own orders, or with `shop_id` those of a shop whose staff the caller is; newest first."""
        principal: Principal = principal_of(request)
        size = page_limit(limit)
        before = decode_cursor(cursor, tuple[UUID])
        async with db.read() as tx:
            if shop_id is not None:
                await shop_access(tx, principal, shop_id)
            wanted = OrderFilter(
                None if shop_id else principal.user_id, shop_id, tuple(status or ()), before[0] if before else None,
                attention,
            )  # fmt: skip
            found = await orders.list_orders(tx, wanted, size + 1)
            page = await views.listed(tx, _links(runtime), found[:size])
        return Page(page, encode_cursor(page[-1].id) if len(found) > size else None)

    @get("/export", guards=[signed_in], summary="Orders as CSV", responses=_CSV)
    async def export(self, request: HttpRequest, db: Database, shop_id: UUID) -> Response[bytes]:
        """The newest 10,000 orders of a shop, for its staff."""
        async with db.read() as tx:
            await shop_access(tx, principal_of(request), shop_id)
            found = await orders.list_orders(tx, OrderFilter(shop_id=shop_id), ROWS_MAX)
        return Response(
            await asyncio.to_thread(to_csv, found),
            media_type="text/csv",
            headers={"Content-Disposition": 'attachment; filename="orders.csv"', "Cache-Control": "no-store"},
        )

    @get("/{order_id:uuid}", guards=[optional_auth], summary="One order", responses=_DETAILED)
    async def one(self, request: HttpRequest, order_id: UUID, db: Database, runtime: Runtime) -> Response[bytes]:
        """An order with payment and history: its buyer (guests by X-Guest-Token), its shop's staff, admins."""
        return json_with_etag(request, await _detailed(db, runtime, _viewer(request, order_id)))

    @post("/{order_id:uuid}/cancel", guards=[optional_auth], summary="Cancel", status_code=200)
    async def cancel(
        self, request: HttpRequest, order_id: UUID, data: CancelBody, db: Database, runtime: Runtime
    ) -> DetailedOrder:
        """Cancel while it is still possible; a paid order is refunded in full."""
        find = _viewer(request, order_id)
        await _change(db, find, lambda tx, order, actor: service.cancel(tx, order, actor, data.reason or None))
        return await _detailed(db, runtime, find)

    @post("/{order_id:uuid}/transitions", guards=[signed_in], summary="Move an order", status_code=200)
    async def transition(
        self, request: HttpRequest, order_id: UUID, data: TransitionBody, db: Database, runtime: Runtime
    ) -> DetailedOrder:
        """A staff member's step along the table of states."""
        find = _staff(request, order_id)
        await _change(db, find, lambda tx, order, actor: service.transition(tx, order, actor, data.to, data.comment))
        return await _detailed(db, runtime, find)

    @patch("/{order_id:uuid}", guards=[signed_in], summary="Edit an order")
    async def edit(
        self,
        request: HttpRequest,
        order_id: UUID,
        data: EditBody,
        db: Database,
        runtime: Runtime,
        settings: Settings,
    ) -> DetailedOrder:
        """A manager's edit: everything while the order awaits confirmation, delivery while it awaits payment."""
        find = _staff(request, order_id)
        await _change(db, find, lambda tx, order, actor: editing.edit(tx, settings, order, actor, data))
        return await _detailed(db, runtime, find)

    @post("/{order_id:uuid}/payments", guards=[optional_auth], summary="Pay again", responses=_PAYMENT)
    async def pay_again(
        self, request: HttpRequest, order_id: UUID, db: Database, runtime: Runtime, settings: Settings
    ) -> PaymentView:
        """Another payment after a failed one, while the order still awaits payment; else the one that is open."""
        find = _viewer(request, order_id)

        async def work(tx: WriteTx) -> PaymentView:
            order, _ = await find(tx)
            payment = await service.new_payment(tx, order, order.commission_bp, settings.acquiring_bp)
            action = _links(runtime).action(order.payment_method, payment.id)
            return PaymentView(payment.id, payment.status.value, action)

        return await db.transact(work)

    @post("/{order_id:uuid}/refund", guards=[signed_in], summary="Refund in full", responses=_REFUNDED)
    async def refund(self, request: HttpRequest, order_id: UUID, data: RefundBody, db: Database) -> Response[bytes]:
        """Give all the money back; needs an Idempotency-Key. The order is cancelled, or returned once it had left."""
        principal = principal_of(request)
        keyed = idempotency.keyed(request, await request.body(), str(principal.user_id))

        async def work(tx: WriteTx) -> RefundedView:
            order, actor = await staff_order(tx, order_id, principal)
            if actor.role != "admin" and actor.role not in _REFUNDS:
                raise ForbiddenError
            return await service.refund(tx, order, actor, data)

        for _ in range(_TRIES):
            try:
                return await idempotency.once(db, keyed, work)
            except OrderMovedError:
                # Somebody else refunded or moved it at the same moment: what they did counts, and is found now.
                continue
        raise IllegalTransitionError

    @post("/{order_id:uuid}/extend", guards=[signed_in], summary="Keep it for longer", status_code=200)
    async def extend(
        self, request: HttpRequest, order_id: UUID, data: ExtendBody, db: Database, runtime: Runtime
    ) -> DetailedOrder:
        """Keep an order at the counter for so many hours from now on; an expired pickup is ready again."""
        find = _staff(request, order_id)
        await _change(db, find, lambda tx, order, actor: pickup.extend(tx, order, actor, data))
        return await _detailed(db, runtime, find)

    @post("/{order_id:uuid}/attention", guards=[signed_in], summary="Decide about sold goods", status_code=200)
    async def attend(
        self, request: HttpRequest, order_id: UUID, data: AttentionBody, db: Database, runtime: Runtime
    ) -> DetailedOrder:
        """The seller's decision about an order whose goods a till has sold: they are there after all, or it ends."""
        find = _staff(request, order_id)
        await _change(db, find, lambda tx, order, actor: attention.decide(tx, order, actor, data))
        return await _detailed(db, runtime, find)


async def _detailed(db: Database, runtime: Runtime, find: Find) -> DetailedOrder:
    async with db.read() as tx:
        order, viewer = await find(tx)
        code = runtime.part(PickupCodes).shown(order, viewer)
        return await views.detailed(tx, _links(runtime), order, viewer, code)


def _links(runtime: Runtime) -> PaymentLinks:
    return runtime.part(_make_links)


def _make_links(runtime: Runtime) -> PaymentLinks:
    return PaymentLinks(runtime.keys, runtime.settings.base_url)
