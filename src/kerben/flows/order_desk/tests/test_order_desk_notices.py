"""Who is told what, and when."""

from __future__ import annotations

import pytest

from kerben.domains.identity.tests.messages import KeptMessages, bind_messages, send_due
from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust
from kerben.flows.checkout.tests.make import CONTACT
from kerben.flows.order_desk.module import MODULE
from kerben.flows.order_desk.tests.make import World
from kerben.platform.clock import ManualClock
from kerben.platform.consumers import Consumer


@pytest.fixture
def kept(world: World) -> KeptMessages:
    return bind_messages(world.runtime)


async def react(world: World) -> None:
    for reaction in MODULE.reactions:
        consumer = Consumer(world.runtime, reaction)
        for _ in range(2):
            await consumer.step()
        while await consumer.step():
            pass
    while await send_due(world.runtime):
        pass


def about(kept: KeptMessages, number: str, *, shop: bool = False) -> list[str]:
    """What the buyer (or the shop) was told of an order."""
    return [text for _, to, text, _ in kept.arrived if number in text and (to != CONTACT["phone"]) is shop]


async def test_an_expired_pickup(world: World, clock: ManualClock, kept: KeptMessages) -> None:
    await react(world)
    made = await world.ready()
    clock.advance(hours=24)
    await world.sweep("orders.pickups")
    await react(world)
    number = made["number"]
    assert about(kept, number) == [f"Заказ {number} ждёт вас до 22.11, 12:00, потом мы вернём деньги."]
    assert about(kept, number, shop=True) == [
        f"Заказ {number} не забрали вовремя. Продлите до 22.11, 12:00, иначе он закроется."
    ]
    await world.post(made, "extend", {"hours": 2})
    await react(world)
    assert about(kept, number)[1:] == [f"Магазин хранит ваш заказ {number} до 21.11, 14:00."]
    clock.advance(hours=2)
    await world.sweep("orders.pickups")
    clock.advance(hours=24)
    await world.sweep("orders.unclaimed")
    await react(world)
    # The second expiry was over before anybody could be told of it.
    assert about(kept, number)[2:] == [f"Заказ {number} отменён: его не забрали вовремя. Деньги вернутся полностью."]
    assert about(kept, number, shop=True)[1:] == [f"Заказ {number} закрыт: его не забрали. Товар снова в продаже."]


async def test_goods_that_a_till_has_sold(world: World, kept: KeptMessages) -> None:
    await react(world)
    paid, unpaid = await world.place(), await world.place()
    await world.pay(paid)
    async with world.db.write() as tx:
        variant_id = world.market.counter.goods[0].id
        await adjust(tx, [StockChange(variant_id=variant_id, delta_milli=-10_000, cause=AdjustmentCause.POS_SALE)])
    await react(world)
    (told,) = about(kept, unpaid["number"])
    assert told.startswith(f"Заказ {unpaid['number']} отменён: последний товар только что купили в магазине.")
    (alarm,) = about(kept, paid["number"], shop=True)
    assert alarm.endswith("Верните деньги или пополните остаток.")
    assert about(kept, unpaid["number"], shop=True) == []
    assert about(kept, paid["number"]) == []
