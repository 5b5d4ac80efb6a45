"""Orders on a real database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kerben.domains.orders import attention, pickups, service
from kerben.domains.orders.errors import OrderNotEditableError
from kerben.domains.orders.model import (
    SYSTEM,
    Actor,
    CancelReason,
    Delivery,
    DeliveryMethod,
    DeliveryOption,
    Move,
    Order,
    OrderChange,
    OrderFilter,
    OrderStatus,
    PaymentMethod,
)
from kerben.domains.orders.module import MODULE
from kerben.domains.orders.tests.make import line, new_order, placed
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id

MANAGER = Actor(new_id(), "manager")


async def outbox_count(db: Database, name: str, key: object) -> int:
    async with db.read() as tx:
        return await tx.fetchval("SELECT count(*) FROM platform.outbox WHERE name = $1 AND key = $2", name, str(key))


async def assert_sound(db: Database) -> None:
    async with db.read() as tx:
        for name, sql in MODULE.checks.items():
            assert await tx.fetch(sql) == [], name


async def test_many_orders_are_placed_at_once_with_rising_numbers(db: Database) -> None:
    async with db.write() as tx:
        orders = [new_order(tx, lines=[line(), line(price=333, qty_milli=1500)]) for _ in range(5)]
        placed_orders = await service.place(tx, orders)
    assert [p.id for p in placed_orders] == [o.id for o in orders]
    assert len({p.number for p in placed_orders}) == 5
    assert all(p.number.startswith("K-") for p in placed_orders)
    async with db.read() as tx:
        stored = await service.orders_by_ids(tx, [o.id for o in orders])
        lines = await service.lines_by_orders(tx, [o.id for o in orders])
    assert {o.id: o.total for o in orders} == {i: o.total for i, o in stored.items()}
    assert [entry.n for entry in lines[orders[0].id]] == [1, 2]
    assert await outbox_count(db, "orders.order_placed.v1", orders[0].id) == 1
    await assert_sound(db)


async def test_a_step_is_taken_once_and_leaves_its_trace(db: Database) -> None:
    order = await placed(db)
    async with db.write() as tx:
        first = await service.mark_paid(tx, [order.id])
    async with db.write() as tx:
        second = await service.mark_paid(tx, [order.id])
    assert set(first) == {order.id}
    assert second == {}
    async with db.read() as tx:
        history = await service.history(tx, order.id)
    assert [(h.n, h.action, h.to_status) for h in history] == [
        (1, "placed", OrderStatus.AWAITING_PAYMENT),
        (2, "paid", OrderStatus.AWAITING_SHIPMENT),
    ]
    assert await outbox_count(db, "orders.order_paid.v1", order.id) == 1
    await assert_sound(db)


async def test_an_illegal_step_changes_nothing(db: Database) -> None:
    order = await placed(db)
    async with db.write() as tx:
        moved = await service.move(tx, [Move(order_id=order.id, to=OrderStatus.DELIVERED, actor=MANAGER)])
    assert moved == {}
    async with db.read() as tx:
        assert (await service.orders_by_ids(tx, [order.id]))[order.id] == order


async def test_of_racing_payment_and_cancellation_one_wins(db: Database) -> None:
    for _ in range(10):
        order = await placed(db)

        async def pay(order_id: UUID = order.id) -> bool:
            async with db.write() as tx:
                return bool(await service.mark_paid(tx, [order_id]))

        async def drop(order_id: UUID = order.id) -> bool:
            async with db.write() as tx:
                return bool(await service.cancel(tx, [order_id], actor=SYSTEM, reason=CancelReason.UNPAID))

        assert sum(await asyncio.gather(pay(), drop())) == 1
    await assert_sound(db)


async def test_unpaid_orders_expire_and_only_those_revive(db: Database, clock: ManualClock) -> None:
    unpaid, unconfirmed = await placed(db), await placed(db, payment=PaymentMethod.CASH_ON_RECEIPT)
    by_buyer = await placed(db)
    async with db.write() as tx:
        await service.cancel(tx, [by_buyer.id], actor=Actor(None, "buyer"), reason=CancelReason.BUYER)
    clock.advance(minutes=29, seconds=59)
    async with db.write() as tx:
        assert unpaid.id not in await service.expire(tx, [unpaid.id, unconfirmed.id])
    clock.advance(seconds=1)
    async with db.write() as tx:
        assert unpaid.id in await service.due(tx, 100)
        expired = await service.expire(tx, [unpaid.id, unconfirmed.id, by_buyer.id])
    assert expired[unpaid.id].order.cancel_reason == "unpaid"
    assert unconfirmed.id not in expired
    clock.advance(hours=24)
    async with db.write() as tx:
        assert (await service.expire(tx, await service.due(tx, 100)))[
            unconfirmed.id
        ].order.cancel_reason == "unconfirmed"
    async with db.write() as tx:
        revived = await service.revive(tx, [unpaid.id, unconfirmed.id, by_buyer.id])
    assert set(revived) == {unpaid.id}
    assert revived[unpaid.id].order.cancelled_at is None
    await assert_sound(db)


async def test_a_reminder_is_published_once(db: Database, clock: ManualClock) -> None:
    order = await placed(db)
    async with db.write() as tx:
        await service.remind(tx, 100)
    assert await outbox_count(db, "orders.payment_reminder_due.v1", order.id) == 0
    clock.advance(minutes=20)
    for _ in range(2):
        async with db.write() as tx:
            await service.remind(tx, 100)
    assert await outbox_count(db, "orders.payment_reminder_due.v1", order.id) == 1


async def test_pickups_expire(db: Database, clock: ManualClock) -> None:
    order = await placed(db)
    async with db.write() as tx:
        await service.mark_paid(tx, [order.id])
        await service.move(
            tx,
            [
                Move(
                    order_id=order.id,
                    to=OrderStatus.READY_FOR_PICKUP,
                    actor=MANAGER,
                    keep_until=tx.now + timedelta(hours=24),
                )
            ],
        )
    clock.advance(hours=24)
    async with db.write() as tx:
        assert set(await pickups.expire_pickups(tx, 10)) == {order.id}


def edit_of(order: Order, **changed: Any) -> OrderChange:
    values: dict[str, Any] = {
        "delivery": order.delivery,
        "contact": order.contact,
        "comment": order.comment,
        "payment_method": order.payment_method,
        "delivery_fee": order.delivery_fee,
    }
    return OrderChange(**(values | changed))


async def test_a_manager_edits_everything_then_delivery_then_nothing(db: Database) -> None:
    order = await placed(db, payment=PaymentMethod.CARD_TRANSFER, delivery=DeliveryMethod.COURIER)
    async with db.write() as tx:
        lines = (await service.lines_by_orders(tx, [order.id]))[order.id]
        order = await service.change(tx, order, lines, edit_of(order, lines=[line(price=500)]), MANAGER)
    assert order.total == 1000
    async with db.write() as tx:
        order = (await service.move(tx, [Move(order_id=order.id, to=OrderStatus.AWAITING_PAYMENT, actor=MANAGER)]))[
            order.id
        ].order
    elsewhere = Delivery(DeliveryMethod.COURIER, address="ул. Московская, 5")
    async with db.write() as tx:
        order = await service.change(tx, order, lines, edit_of(order, delivery=elsewhere), MANAGER)
    assert order.delivery == elsewhere
    with pytest.raises(OrderNotEditableError):
        async with db.write() as tx:
            await service.change(tx, order, lines, edit_of(order, comment="ещё"), MANAGER)
    async with db.write() as tx:
        await service.move(
            tx, [Move(order_id=order.id, to=OrderStatus.AWAITING_SHIPMENT, actor=Actor(None, "accountant"))]
        )
        shipped = (await service.orders_by_ids(tx, [order.id]))[order.id]
    with pytest.raises(OrderNotEditableError):
        async with db.write() as tx:
            await service.change(tx, shipped, lines, edit_of(shipped, delivery=order.delivery), MANAGER)
    async with db.read() as tx:
        history = await service.history(tx, order.id)
    assert [h.action for h in history] == ["placed", "edited", "transition", "edited", "transition"]
    assert history[3].before == {"delivery": {"method": "courier", "address": "ул. Киевская, 1"}}
    await assert_sound(db)


async def test_lists_page_by_user_and_shop(db: Database) -> None:
    user, shop = new_id(), new_id()
    mine = [await placed(db, user_id=user, shop_id=shop) for _ in range(3)]
    async with db.read() as tx:
        first = await service.list_orders(tx, OrderFilter(user_id=user), 2)
        rest = await service.list_orders(tx, OrderFilter(user_id=user, before=first[-1].id), 2)
        of_shop = await service.list_orders(tx, OrderFilter(shop_id=shop, statuses=(OrderStatus.CANCELLED,)), 5)
    assert [o.id for o in [*first, *rest]] == [o.id for o in reversed(mine)]
    assert of_shop == []


async def test_a_shops_own_option_replaces_the_default(db: Database) -> None:
    shop, other = new_id(), new_id()
    async with db.write() as tx:
        await service.set_delivery_option(
            tx, shop, DeliveryOption(DeliveryMethod.COURIER, True, 15_000, [PaymentMethod.CARD], ["KG"])
        )
        options = await service.delivery_options(tx, [shop, other])
    assert {o.method: o.fee for o in options[shop]}[DeliveryMethod.COURIER] == 15_000
    default = {o.method: o for o in options[other]}
    assert default[DeliveryMethod.COURIER].payment_methods == [
        PaymentMethod.CASH_ON_RECEIPT,
        PaymentMethod.TERMINAL_ON_RECEIPT,
        PaymentMethod.CARD,
        PaymentMethod.BANK_QR,
        PaymentMethod.CARD_TRANSFER,
    ]
    assert default[DeliveryMethod.POST].payment_methods == [PaymentMethod.CARD]


async def test_attention_is_asked_for_once(db: Database) -> None:
    order = await placed(db)
    async with db.write() as tx:
        assert len(await attention.need_attention(tx, [order.id], "нет товара")) == 1
        assert await attention.need_attention(tx, [order.id], "нет товара") == []
    assert await outbox_count(db, "orders.attention_needed.v1", order.id) == 1


async def test_orders_of_a_guest_move_to_the_account(db: Database) -> None:
    guest, account = new_id(), new_id()
    order = await placed(db, user_id=guest)
    async with db.write() as tx:
        assert await service.claim(tx, [(guest, account)]) == 1
        assert (await service.orders_by_ids(tx, [order.id]))[order.id].user_id == account
