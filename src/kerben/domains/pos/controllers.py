"""HTTP of tills and of those who look after them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import StaffRole, shop_access
from kerben.domains.pos import wire
from kerben.domains.pos.desks import HeartbeatDesk, SaleDesk
from kerben.domains.pos.guards import DeviceDirectory, device_of, pos_device
from kerben.domains.pos.model import BuyEligibility, DeviceSecrets, PosStatus, Receipt, SaleResult
from kerben.domains.pos.repository import devices as device_repository
from kerben.domains.pos.service import devices, downlink, eligibility, shifts
from kerben.platform.access import client_ip, principal_of, public
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import DomainError
from kerben.platform.http import EXPRESS, decode_cursor, encode_cursor
from kerben.platform.qty import to_number
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings

HttpRequest = Request[Any, Any, Any]

_KEEPERS = (StaffRole.OWNER, StaffRole.MANAGER)
_BULK_BODY_MAX = 4 * 1024 * 1024


class NewDevice(msgspec.Struct):
    """A till to be registered, under a name that the shop gives it."""

    name: wire.Label


class DeviceView(msgspec.Struct):
    """A till. `status` is what its last heartbeat said, `pos_status` whether it is heard now."""

    device_id: UUID
    name: str
    status: str
    pos_status: PosStatus
    firmware_version: str | None
    last_heartbeat_at: datetime | None
    created_at: datetime
    revoked_at: datetime | None


class DeviceList(msgspec.Struct):
    """A shop's tills."""

    items: list[DeviceView]


class ShopEligibilityView(msgspec.Struct):
    """Whether buyers may buy at a shop; `eligible_until` is when that ends if no till is heard again."""

    shop_id: UUID
    buy_eligibility: BuyEligibility
    pos_status: PosStatus
    last_heartbeat_at: datetime | None
    eligible_until: datetime | None
    reasons: list[str]


class EligibilityView(msgspec.Struct):
    """Whether buyers may buy from a merchant: they may when any of its shops sells."""

    buy_eligibility: BuyEligibility
    reasons: list[str]
    shops: list[ShopEligibilityView]


class TillShopView(msgspec.Struct):
    """The shop a till stands in, as its receipts name it."""

    id: UUID
    name: str
    address: str
    phone: str


class TillView(msgspec.Struct):
    """A till to itself, with its open shift, which another browser of the same till may have opened."""

    device_id: UUID
    name: str
    shop: TillShopView
    merchant_name: str
    open_shift_id: UUID | None


class GoodsView(msgspec.Struct):
    """A variant for the till; `price` in major units."""

    variant_id: UUID
    product_id: UUID
    name: str
    sku: str
    barcode: str | None
    attributes: dict[str, str]
    price: int | float
    currency: str
    unit: str
    on_hand: int | float
    reserved: int | float
    is_active: bool


class GoodsList(msgspec.Struct):
    """A page of changes. Ask with `next_cursor` until it is null, then with `next_since` as `since`."""

    items: list[GoodsView]
    next_cursor: str | None
    next_since: datetime
    server_time: datetime


class DeviceController(Controller):
    """Tills of a shop, for its staff."""

    path = "/api/v1/shops/{shop_id:uuid}"
    tags = ("POS",)
    guards = [signed_in]

    @post("/pos-devices", status_code=HTTP_201_CREATED)
    async def register(self, request: HttpRequest, runtime: Runtime, shop_id: UUID, data: NewDevice) -> DeviceSecrets:
        """Register a till. Its token and secret are shown this once."""

        async def work(tx: WriteTx) -> DeviceSecrets:
            access = await shop_access(tx, principal_of(request), shop_id, _KEEPERS)
            return await devices.register(tx, runtime.keys, access, data.name, client_ip(request))

        return await runtime.db.transact(work)

    @get("/pos-devices")
    async def list_devices(self, request: HttpRequest, db: Database, settings: Settings, shop_id: UUID) -> DeviceList:
        """The shop's tills, revoked ones too."""
        async with db.read() as tx:
            access = await shop_access(tx, principal_of(request), shop_id)
            rows = await devices.devices_of_shop(tx, access)
        silence_s = settings.pos_silence_s
        return DeviceList(
            [
                DeviceView(
                    device_id=row.id,
                    name=row.name,
                    status=row.status,
                    pos_status="pos_active"
                    if row.revoked_at is None
                    and row.alive_at is not None
                    and (tx.now - row.alive_at).total_seconds() <= silence_s
                    else "pos_offline",
                    firmware_version=row.firmware_version,
                    last_heartbeat_at=row.last_heartbeat_at,
                    created_at=row.created_at,
                    revoked_at=row.revoked_at,
                )
                for row in rows
            ]
        )

    @delete("/pos-devices/{device_id:uuid}", status_code=HTTP_204_NO_CONTENT)
    async def revoke(self, request: HttpRequest, runtime: Runtime, shop_id: UUID, device_id: UUID) -> None:
        """Lock a till out, at once in every process."""

        async def work(tx: WriteTx) -> None:
            access = await shop_access(tx, principal_of(request), shop_id, _KEEPERS)
            await devices.revoke(tx, access, device_id, runtime.settings.pos_silence_s, client_ip(request))

        await runtime.db.transact(work)
        runtime.part(DeviceDirectory).forget(device_id)


class TillController(Controller):
    """What tills call: bearer device token and signature."""

    path = "/api/v1/pos"
    tags = ("POS",)
    guards = [pos_device]

    @post("/heartbeat", opt=EXPRESS, status_code=HTTP_200_OK)
    async def heartbeat(self, request: HttpRequest, runtime: Runtime, data: wire.HeartbeatIn) -> wire.HeartbeatOut:
        """A sign of life, every 30 seconds. Any status but `active` says that the till stops selling."""
        beat = msgspec.structs.replace(wire.read_heartbeat(data, device_of(request)), counted_at=data.timestamp)
        found = await runtime.part(HeartbeatDesk).beat(beat)
        return wire.HeartbeatOut("ok", runtime.clock.now(), [wire.discrepancy_out(entry) for entry in found])

    @post("/sales", opt=EXPRESS, status_code=HTTP_201_CREATED)
    async def sale(self, request: HttpRequest, runtime: Runtime, data: wire.ReceiptIn) -> wire.SaleOut:
        """Record a receipt: a sale, a refund or a void. Never refused for lack of stock."""
        receipt = wire.read_receipt(data, device_of(request), runtime.clock.now(), runtime.settings.currency)
        return wire.sale_out(await runtime.part(SaleDesk).record(receipt))

    @post("/sales/bulk", status_code=HTTP_200_OK, request_max_body_size=_BULK_BODY_MAX)
    async def bulk(
        self,
        request: HttpRequest,
        runtime: Runtime,
        sale_desk: SaleDesk,
        data: wire.BulkIn,
    ) -> wire.BulkOut:
        """Record receipts kept while offline, in order; a result for each."""
        device = device_of(request)
        wire.check_device(data.device_id, device)
        read = wire.read_bulk(data.sales, device, runtime.clock.now(), runtime.settings.currency)
        good = [entry for entry in read if isinstance(entry, Receipt)]
        recorded = iter(await sale_desk.record_upload(good))
        results: list[SaleResult | DomainError] = [next(recorded) if isinstance(e, Receipt) else e for e in read]
        rows = [
            wire.bulk_row(row.get("receipt_number"), result) for row, result in zip(data.sales, results, strict=True)
        ]
        out = wire.BulkOut(
            rows,
            recorded=sum(row.status == HTTP_201_CREATED for row in rows),
            duplicates=sum(row.code == "DUPLICATE_SALE" for row in rows),
            rejected=sum(row.code not in {None, "DUPLICATE_SALE"} for row in rows),
        )
        if rows:
            message = f"recorded {out.recorded}, duplicates {out.duplicates}, rejected {out.rejected}"
            async with runtime.db.write() as tx:
                await device_repository.log(tx, [(device.id, device.shop_id, "bulk", message)])
        return out

    @get("/device")
    async def show_self(self, request: HttpRequest, db: Database) -> TillView:
        """Which till of which shop this is, and what stands at the head of its receipts."""
        device = device_of(request)
        async with db.read() as tx:
            row, shop = await devices.till_with_shop(tx, device)
            shift_id = await shifts.open_shift_id(tx, device.id)
        place = TillShopView(shop.id, shop.name, shop.address, shop.phone)
        return TillView(row.id, row.name, place, shop.merchant_name, shift_id)

    @get("/catalog")
    async def catalog(
        self, request: HttpRequest, db: Database, since: datetime | None = None, cursor: str | None = None
    ) -> GoodsList:
        """Goods of the till's shop that changed at or after `since`; without it all of them."""
        asked = since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since
        place = decode_cursor(cursor, tuple[downlink.Place])
        async with db.read() as tx:
            page = await downlink.changes(tx, device_of(request).shop_id, asked, place[0] if place else None)
        return GoodsList(
            items=[_goods(entry) for entry in page.goods],
            next_cursor=encode_cursor(page.next) if page.next else None,
            next_since=page.next_since,
            server_time=tx.now,
        )


def _goods(entry: downlink.Goods) -> GoodsView:
    variant, level = entry.variant, entry.level
    return GoodsView(
        variant_id=variant.id,
        product_id=variant.product_id,
        name=variant.product_name,
        sku=variant.sku,
        barcode=variant.barcode,
        attributes=variant.attributes,
        price=wire.major(variant.price, variant.currency),
        currency=variant.currency,
        unit=variant.unit,
        on_hand=to_number(level.on_hand_milli) if level else 0,
        reserved=to_number(level.reserved_milli) if level else 0,
        is_active=variant.is_active,
    )


class EligibilityController(Controller):
    """Whether buyers may buy."""

    path = "/api/v1/merchants"
    tags = ("Merchants",)

    @get("/{merchant_id:uuid}/eligibility", guards=[public])
    async def show(self, db: Database, settings: Settings, merchant_id: UUID) -> EligibilityView:
        """Whether buyers may buy from a merchant and its shops now, and if not, why."""
        async with db.read() as tx:
            reasons, shops = await eligibility.merchant_eligibility(tx, merchant_id, tx.now, settings.pos_silence_s)
        return EligibilityView(
            buy_eligibility="manual_contact" if reasons else "online_purchase",
            reasons=reasons,
            shops=[
                ShopEligibilityView(
                    shop_id=shop.shop_id,
                    buy_eligibility=shop.buy_eligibility,
                    pos_status=shop.pos_status,
                    last_heartbeat_at=shop.last_heartbeat_at,
                    eligible_until=shop.eligible_until,
                    reasons=shop.reasons,
                )
                for shop in shops
            ],
        )
