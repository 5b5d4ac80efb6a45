"""Messages about orders: what a buyer or a shop has to know though nobody looks at a page just now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kerben.domains.identity.api import Channel, Login, send_message
from kerben.domains.merchants import api as merchants
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import CancelReason, Order, OrderStatus
from kerben.domains.orders.events import AttentionNeeded, OrderCancelled, OrderStatusChanged, PickupExtended
from kerben.platform.db import WriteTx
from kerben.platform.events import Envelope, Event
from kerben.platform.modules import Handler
from kerben.platform.runtime import Runtime

EVENTS: Final = (OrderStatusChanged, OrderCancelled, PickupExtended, AttentionNeeded)
_OF_USE: Final = timedelta(hours=24)


def tell(runtime: Runtime) -> Handler:
    """Put messages into the outgoing mail, in the transaction that takes the events: each is written once."""
    zone = ZoneInfo(runtime.settings.timezone)

    async def handle(tx: WriteTx, envelopes: Sequence[Envelope]) -> None:
        events = [(order_id, e.event) for e in envelopes if (order_id := _subject(e.event))]
        if not events:
            return
        known = await orders.orders_by_ids(tx, sorted({order_id for order_id, _ in events}))
        shops = await merchants.shops_by_ids(tx, sorted({order.shop_id for order in known.values()}))
        for order_id, event in events:
            order = known[order_id]
            shop = shops.get(order.shop_id)
            if text := to_buyer(order, event, zone):
                await _send(runtime, tx, order.contact.phone, order, text)
            if shop is not None and shop.phone and (text := to_shop(order, event, zone)):
                await _send(runtime, tx, shop.phone, order, text)

    return handle


def _subject(event: Event) -> UUID | None:
    """The order of an event that somebody is to be told of."""
    if isinstance(event, OrderStatusChanged):
        return event.order_id if event.status == OrderStatus.PICKUP_EXPIRED else None
    if isinstance(event, OrderCancelled):
        return event.order_id if event.reason in {CancelReason.UNCLAIMED, CancelReason.OVERSOLD} else None
    return event.order_id if isinstance(event, PickupExtended | AttentionNeeded) else None


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%d.%m, %H:%M")


def to_buyer(order: Order, event: Event, zone: ZoneInfo) -> str | None:
    """What the buyer is told; None: nothing (any more)."""
    until = order.pickup_until
    if isinstance(event, OrderStatusChanged) and order.status is OrderStatus.PICKUP_EXPIRED and until:
        after = "потом мы вернём деньги" if order.paid_at else "потом он будет отменён"
        return f"Заказ {order.number} ждёт вас до {_moment(until, zone)}, {after}."
    if isinstance(event, PickupExtended) and until:
        return f"Магазин хранит ваш заказ {order.number} до {_moment(until, zone)}."
    if isinstance(event, OrderCancelled) and event.reason == CancelReason.UNCLAIMED:
        money = " Деньги вернутся полностью." if order.paid_at else ""
        return f"Заказ {order.number} отменён: его не забрали вовремя.{money}"
    if isinstance(event, OrderCancelled):
        return (
            f"Заказ {order.number} отменён: последний товар только что купили в магазине."
            " Если вы уже оплатили его, деньги вернутся полностью."
        )
    return None


def to_shop(order: Order, event: Event, zone: ZoneInfo) -> str | None:
    """What the shop is told; None: nothing (any more)."""
    until = order.pickup_until
    if isinstance(event, OrderStatusChanged) and order.status is OrderStatus.PICKUP_EXPIRED and until:
        return f"Заказ {order.number} не забрали вовремя. Продлите до {_moment(until, zone)}, иначе он закроется."
    if isinstance(event, OrderCancelled) and event.reason == CancelReason.UNCLAIMED:
        return f"Заказ {order.number} закрыт: его не забрали. Товар снова в продаже."
    if isinstance(event, AttentionNeeded) and order.needs_attention:
        return f"Заказ {order.number}: {order.needs_attention}"
    return None


async def _send(runtime: Runtime, tx: WriteTx, phone: str, order: Order, text: str) -> None:
    await send_message(runtime, tx, Login(Channel.SMS, phone), f"Заказ {order.number}", text, tx.now + _OF_USE)
