"""A shop's orders by day, and those that wait for its decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kerben.domains.identity.tests.make import bearer, make_user
from kerben.flows.order_desk.tests.make import PRICE, World


async def _days(world: World, query: str = "", headers: dict[str, str] | None = None) -> Any:
    answer = await world.client.get(
        f"/api/v1/shops/{world.market.counter.shop_id}/order-summary{query}",
        headers=headers or world.market.owner_headers,
    )
    return answer.json() if answer.status_code == 200 else answer


async def _placed_at(world: World, made: dict[str, Any], at: datetime) -> None:
    async with world.db.write() as tx:
        await tx.execute("UPDATE orders.order SET created_at = $2 WHERE id = $1", UUID(made["id"]), at)


async def test_orders_are_summed_by_the_day_on_which_they_were_placed(world: World) -> None:
    made = [await world.place() for _ in range(4)]
    await world.pay(made[1])
    await world.pay(made[2])
    await world.post(made[3], "cancel", {"reason": "нет"})
    # 19:00 UTC is already the next day in Bishkek.
    evening = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
    await _placed_at(world, made[0], evening - timedelta(hours=4))
    for one in made[1:]:
        await _placed_at(world, one, evening)
    found = await _days(world, "?from=2026-03-10&to=2026-03-11")
    assert [(d["day"], d["placed"], d["paid"], d["cancelled"]) for d in found["items"]] == [
        ("2026-03-10", 1, 0, 0),
        ("2026-03-11", 3, 2, 1),
    ]
    assert [d["revenue"]["amount"] for d in found["items"]] == [0, made[1]["total"]["amount"] * 2]
    assert made[1]["total"]["amount"] >= PRICE
    assert [d["day"] for d in (await _days(world, "?from=2026-03-11&to=2026-03-11"))["items"]] == ["2026-03-11"]
    assert (await _days(world, "?from=2026-03-12&to=2026-04-11"))["items"] == []


async def test_bad_spans_are_refused(world: World) -> None:
    for query in ("?from=2026-03-11&to=2026-03-10", "?from=2024-01-01&to=2026-01-01"):
        answer = await _days(world, query)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/from")


async def test_only_the_shops_staff_see_its_sums(world: World) -> None:
    async with world.db.write() as tx:
        stranger = await make_user(tx)
    assert (await _days(world, headers=await bearer(world.runtime, stranger))).status_code == 404
    assert (await _days(world, headers={"X-Nobody": "1"})).status_code == 401


async def test_the_list_shows_only_orders_that_wait_for_a_decision(world: World) -> None:
    plain, marked = await world.place(), await world.place()
    async with world.db.write() as tx:
        await tx.execute("UPDATE orders.order SET needs_attention = 'x' WHERE id = $1", UUID(marked["id"]))
    url = f"/api/v1/orders?shop_id={world.market.counter.shop_id}"
    found = (await world.client.get(f"{url}&attention=true", headers=world.market.owner_headers)).json()
    everything = (await world.client.get(url, headers=world.market.owner_headers)).json()
    assert [o["id"] for o in found["items"]] == [marked["id"]]
    assert {o["id"] for o in everything["items"]} == {plain["id"], marked["id"]}


async def test_a_parameter_is_named_as_the_caller_says_it(world: World) -> None:
    url = f"/api/v1/shops/{world.market.counter.shop_id}/order-summary?from=yesterday"
    refused = await world.client.get(url, headers=world.market.owner_headers)
    assert refused.status_code == 422
    assert [(e["pointer"], e["detail"]) for e in refused.json()["errors"]] == [
        ("/from", "Укажите дату как 2026-11-20.")
    ]
