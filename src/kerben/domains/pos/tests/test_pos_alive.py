"""Signs of life of the whole market, and the part of eligibility that tills do not decide."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from kerben.domains.merchants.api import EligibilityMode, PayoutStatus, ShopDirectory, ShopFacts
from kerben.domains.merchants.events import ShopChanged
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.domains.merchants.tests.points import make_point
from kerben.domains.pos.api import Alive, AliveShops, SellingShops, sells_while_alive
from kerben.domains.pos.model import Presence
from kerben.domains.pos.rules import eligibility
from kerben.domains.pos.service import alive as alive_module
from kerben.platform.clock import ManualClock
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime


async def hear(runtime: Runtime, shop_id: UUID, at: datetime | None) -> None:
    async with runtime.db.write() as tx:
        await tx.execute(
            "INSERT INTO pos.shop_presence (shop_id, pos_status, alive_at, changed_at)"
            " VALUES ($1, 'pos_active', $2, $3) ON CONFLICT (shop_id) DO UPDATE SET alive_at = $2",
            shop_id,
            at,
            runtime.clock.now(),
        )


async def alive(runtime: Runtime) -> Alive:
    async with runtime.db.read_by_key() as tx:
        return await runtime.part(AliveShops).get(tx)


async def test_shops_count_as_heard_until_they_were_silent_too_long(
    runtime: Runtime, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alive_module, "PAGE", 2)
    silence, now = timedelta(seconds=runtime.settings.pos_silence_s), clock.now()
    loud = [new_id() for _ in range(4)]
    edge, silent, closed = new_id(), new_id(), new_id()
    for n, shop_id in enumerate(loud):
        await hear(runtime, shop_id, now - timedelta(seconds=n))
    await hear(runtime, edge, now - silence)
    await hear(runtime, silent, now - silence - timedelta(microseconds=1))
    await hear(runtime, closed, None)
    until = (await alive(runtime)).until
    assert [until[i] for i in loud] == [now + silence - timedelta(seconds=n) for n in range(4)]
    assert until[edge] == now
    assert silent not in until
    assert closed not in until


async def test_they_are_read_at_most_once_in_two_seconds(runtime: Runtime, clock: ManualClock) -> None:
    shop_id = new_id()
    before = await alive(runtime)
    await hear(runtime, shop_id, clock.now())
    clock.advance(seconds=1)
    assert await alive(runtime) is before
    clock.advance(seconds=1)
    assert shop_id in (await alive(runtime)).until


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("payout", list(PayoutStatus))
@pytest.mark.parametrize("mode", ["pos", "manual", "hybrid"])
@pytest.mark.parametrize("is_active", [True, False])
def test_the_quick_rule_is_that_of_eligibility(
    clock: ManualClock, verified: bool, payout: PayoutStatus, mode: EligibilityMode, is_active: bool
) -> None:
    now = clock.now()
    facts = ShopFacts(
        new_id(), new_id(), "Лавка", "Кербен", "Дордой", "+996555010203", 42.9, 74.6, {}, None, verified, payout,
        mode, "pos", is_active,
    )  # fmt: skip
    decided = eligibility(facts, Presence(facts.id, "pos_active", now, now), now, 600)
    assert sells_while_alive(facts) == (decided.buy_eligibility == "online_purchase")


async def test_shops_that_sell_follow_the_directory_and_the_tills(runtime: Runtime, clock: ManualClock) -> None:
    selling = runtime.part(SellingShops)

    async def sold() -> set[UUID]:
        async with runtime.db.read_by_key() as tx:
            found = await selling.get(tx)
        return {shop.id for shop, live in zip(found.index.points, found.live, strict=True) if live}

    async with runtime.db.write() as tx:
        merchant_id = await make_merchant(tx)
        first, second = [await make_shop(tx, merchant_id) for _ in range(2)]
        poor = await make_shop(tx, await make_merchant(tx, payouts="none"))
    for shop_id in (first, poor):
        await hear(runtime, shop_id, clock.now())
    assert {first, second, poor} & await sold() == {first}
    await hear(runtime, second, clock.now())
    clock.advance(seconds=2)
    assert {first, second, poor} & await sold() == {first, second}
    async with runtime.db.write() as tx:
        await tx.execute("UPDATE merchants.shop SET is_active = false WHERE id = $1", first)
    runtime.part(ShopDirectory).heard(ShopChanged(first, merchant_id))
    assert {first, second, poor} & await sold() == {second}


def test_what_tills_do_not_decide() -> None:
    shop = make_point(42.9, 74.6)
    assert sells_while_alive(shop)
    for change in (
        {"verified": False},
        {"payout_status": PayoutStatus.SUSPENDED},
        {"eligibility_mode": "manual"},
        {"is_active": False},
    ):
        assert not sells_while_alive(msgspec.structs.replace(shop, **change)), change
    assert sells_while_alive(msgspec.structs.replace(shop, eligibility_mode="hybrid"))
