"""HTTP of inventory: what staff do with stock by hand, and its history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog.api import variants_by_ids
from kerben.domains.identity.api import signed_in
from kerben.domains.inventory import repository, service
from kerben.domains.inventory.counting import ROWS_MAX, Movement, move
from kerben.domains.inventory.model import StockLevel
from kerben.domains.merchants.api import ShopAccess, StaffRole, shop_access
from kerben.platform import idempotency, qty
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database, ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.http import decode_cursor, encode_cursor, page_limit

HttpRequest = Request[Any, Any, Any]

KEEPS_STOCK = frozenset({StaffRole.OWNER, StaffRole.MANAGER, StaffRole.STOREKEEPER})


class Movements(msgspec.Struct):
    """What happened to the stock of a shop; all lines or none."""

    items: Annotated[list[Movement], Meta(min_length=1, max_length=ROWS_MAX)]


class LevelView(msgspec.Struct):
    """Stock of a variant: `on_hand` lies in the shop, `stock_qty` of it can be bought online."""

    variant_id: UUID
    on_hand: float
    reserved: float
    stock_qty: float
    low_stock: float | None


class Levels(msgspec.Struct):
    """Stock after the change."""

    items: list[LevelView]


class AdjustmentView(msgspec.Struct):
    """One change of on hand. `unit_cost` in minor units."""

    id: UUID
    qty: float
    cause: str
    reference: UUID | None
    actor_id: UUID | None
    note: str | None
    unit_cost: int | None
    supplier: str | None
    created_at: datetime


class Adjustments(msgspec.Struct):
    """A variant's history, newest first."""

    items: list[AdjustmentView]
    next_cursor: str | None


class LowStockBody(msgspec.Struct):
    """From where on the seller is alerted; null: never."""

    threshold: Annotated[float, Meta(ge=0, le=10**9)] | None


class InventoryController(Controller):
    """Stock by hand."""

    path = "/api/v1"
    tags = ("Inventory",)

    @post(
        "/shops/{shop_id:uuid}/stock-adjustments",
        guards=[signed_in],
        summary="Goods in, write-off, stocktake",
        responses={201: ResponseSpec(Levels, generate_examples=False, description="The stock after it")},
    )
    async def adjust(self, request: HttpRequest, shop_id: UUID, data: Movements, db: Database) -> Response[bytes]:
        """Change on hand with a cause; needs an Idempotency-Key, since goods that came in once must count once."""
        principal = principal_of(request)
        async with db.read() as tx:
            access = await shop_access(tx, principal, shop_id, KEEPS_STOCK)
        keyed = idempotency.keyed(request, await request.body(), str(principal.user_id))

        async def work(tx: WriteTx) -> Levels:
            _, levels = await move(tx, access, data.items, client_ip(request))
            return Levels([_view(levels[m.variant_id]) for m in data.items])

        return await idempotency.once(db, keyed, work)

    @get("/variants/{variant_id:uuid}/adjustments", guards=[signed_in], summary="History of a variant's stock")
    async def history(
        self,
        request: HttpRequest,
        variant_id: UUID,
        db: Database,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Adjustments:
        """Every change with its cause, newest first; for the shop's staff."""
        size = page_limit(limit, 50)
        before = decode_cursor(cursor, tuple[datetime, UUID])
        async with db.read() as tx:
            await _access(tx, request, variant_id)
            rows = await service.history(tx, variant_id, before, size + 1)
        items = [
            AdjustmentView(
                a.id,
                qty.to_number(a.delta_milli),
                a.cause.value,
                a.reference,
                a.actor_id,
                a.note,
                a.unit_cost,
                a.supplier,
                a.created_at,
            )
            for a in rows[:size]
        ]
        return Adjustments(items, encode_cursor(items[-1].created_at, items[-1].id) if len(rows) > size else None)

    @put(
        "/variants/{variant_id:uuid}/low-stock", guards=[signed_in], summary="Set a low-stock alert", status_code=200
    )
    async def set_low_stock(
        self, request: HttpRequest, variant_id: UUID, data: LowStockBody, db: Database
    ) -> LevelView:
        """Alert the seller when no more than this can be bought; null ends it."""
        async with db.write() as tx:
            access = await _access(tx, request, variant_id)
            try:
                threshold = None if data.threshold is None else qty.to_milli(data.threshold)
            except qty.InvalidQuantityError as error:
                raise invalid("/threshold", "Не больше трёх знаков после запятой.") from error
            if not await repository.set_low_stock(tx, access.shop_id, variant_id, threshold):
                raise NotFoundError
            after = {"threshold": data.threshold}
            ip = client_ip(request)
            entry = AuditEntry(
                access.actor,
                access.role,
                "stock.low_stock_set",
                "variant",
                str(variant_id),
                None,
                after,
                ip,
                access.merchant_id,
            )
            await record(tx, entry)
            level = (await service.levels(tx, [variant_id]))[variant_id]
        return _view(level)

    @get("/shops/{shop_id:uuid}/low-stock", guards=[signed_in], summary="What is running out")
    async def low_stock(self, request: HttpRequest, shop_id: UUID, db: Database) -> Levels:
        """Variants at or below their alert level."""
        async with db.read() as tx:
            await shop_access(tx, principal_of(request), shop_id)
            return Levels([_view(level) for level in await repository.low_levels(tx, shop_id)])


async def _access(tx: ReadTx, request: HttpRequest, variant_id: UUID) -> ShopAccess:
    """The right to keep the stock of a variant's shop; NotFoundError for anybody else."""
    fact = (await variants_by_ids(tx, [variant_id])).get(variant_id)
    if fact is None:
        raise NotFoundError
    return await shop_access(tx, principal_of(request), fact.shop_id, KEEPS_STOCK)


def _view(level: StockLevel) -> LevelView:
    return LevelView(
        level.variant_id,
        qty.to_number(level.on_hand_milli),
        qty.to_number(level.reserved_milli),
        qty.to_number(level.available_milli),
        None if level.low_stock_milli is None else qty.to_number(level.low_stock_milli),
    )
