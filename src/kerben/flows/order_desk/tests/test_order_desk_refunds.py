"""Refunds in full: who bears them, what they are founded on, where goods and money are afterwards."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest

from kerben.domains.ledger.api import AccountKind
from kerben.domains.merchants.tests.make import TEST_KEYS
from kerben.domains.payments.api import newest_refunds
from kerben.domains.payouts.api import send_payouts
from kerben.domains.payouts.tests.fake import FakeBank
from kerben.flows.order_desk.tests.make import COURIER, PRICE, World
from kerben.platform.settings import Settings

REFUNDS = "payments.refunds.order"
COMMISSION, ACQUIRING = PRICE * 5 // 100, PRICE * 2 // 100
NET = PRICE - COMMISSION - ACQUIRING
EVIDENCE = ["01939d5c-0000-7000-8000-000000000001", "https://example.kg/akt.pdf"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """5 % commission and 2 % for the acquirer."""
    return msgspec.structs.replace(settings, commission_bp=500, acquiring_bp=200)


async def delivered(world: World) -> dict[str, Any]:
    made = await world.place(delivery=COURIER)
    await world.pay(made)
    await world.step(made, "delivering", "delivered")
    return made


def body(**changed: Any) -> dict[str, Any]:
    return {"reason": "Брак", "responsible": "seller", "evidence": EVIDENCE} | changed


async def books(world: World) -> dict[str, int]:
    kinds = (AccountKind.PLATFORM_REVENUE, AccountKind.ACQUIRING_FEES, AccountKind.ACQUIRER_RECEIVABLE)
    return {kind.value: await world.account(kind) for kind in kinds} | {"seller": (await world.owed())[0]}


def change(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


async def test_the_seller_bears_a_refund(world: World) -> None:
    before = await books(world)
    made = await delivered(world)
    assert await world.owed() == (0, NET)
    answer = await world.post(made, "refund", body())
    assert answer.status_code == 201, answer.text
    refund = answer.json()["refund"]
    assert (refund["reason"], refund["responsible"], refund["borne_by"]) == ("Брак", "seller", "seller")
    assert refund["evidence"] == EVIDENCE
    assert await world.shelf() == (10, 0)
    assert await world.owed() == (-NET, NET)
    await world.sweep(REFUNDS)
    assert change(before, await books(world)) == {"seller": -NET}
    await world.assert_sound()
    seen = (await world.see(made, world.market.buyer_headers))["refund"]
    assert (seen["status"], seen["responsible"], seen["evidence"]) == ("done", None, [])


async def test_the_platform_bears_what_an_admin_says(world: World) -> None:
    before = await books(world)
    made = await delivered(world)
    answer = await world.post(made, "refund", body(responsible="platform"), await world.admin())
    assert answer.json()["refund"]["borne_by"] == "platform", answer.text
    assert await world.owed() == (0, NET)
    await world.sweep(REFUNDS)
    assert await world.owed() == (0, NET)
    assert change(before, await books(world)) == {"platform_revenue": -NET}
    await world.assert_sound()


async def test_a_sellers_word_costs_the_platform_nothing_until_an_admin_agrees(world: World) -> None:
    made = await delivered(world)
    refund = (await world.post(made, "refund", body(responsible="platform"))).json()["refund"]
    assert (refund["responsible"], refund["borne_by"]) == ("platform", "seller")
    assert await world.owed() == (-NET, NET)
    url = f"/api/v1/admin/refunds/{refund['id']}/bearer"
    agreed = {"borne_by": "platform", "note": "Курьер площадки повредил товар"}
    assert (await world.client.post(url, json=agreed, headers=world.market.owner_headers)).status_code == 403
    admin = await world.admin()
    bad = await world.client.post(url, json={**agreed, "borne_by": "buyer"}, headers=admin)
    assert bad.json()["errors"][0]["pointer"] == "/borne_by"
    assert await world.owed() == (-NET, NET)
    await world.sweep(REFUNDS)
    for _ in range(2):
        answer = await world.client.post(url, json=agreed, headers=admin)
        assert (answer.status_code, answer.json()["borne_by"]) == (200, "platform")
    assert await world.owed() == (0, NET)
    await world.assert_sound()


async def claims(world: World) -> set[str]:
    async with world.db.read() as tx:
        return {str(r.id) for r in await newest_refunds(tx, None, 1000, claimed=True)}


async def test_a_claim_waits_until_it_is_decided(world: World) -> None:
    before = await claims(world)
    refunds = [
        (await world.post(await delivered(world), "refund", body(responsible=who))).json()["refund"]["id"]
        for who in ("platform", "seller", "platform")
    ]
    assert await claims(world) - before == {refunds[0], refunds[2]}
    await world.sweep(REFUNDS)
    owed = await world.owed()
    admin = await world.admin()

    async def decide(refund_id: str, who: str) -> tuple[int, str | None]:
        url = f"/api/v1/admin/refunds/{refund_id}/bearer"
        answer = await world.client.post(url, json={"borne_by": who, "note": "По акту"}, headers=admin)
        return answer.status_code, answer.json().get("code")

    for _ in range(2):
        assert await decide(refunds[0], "seller") == (200, None)
    assert await world.owed() == owed, "a claim that is declined moves nothing"
    assert await decide(refunds[2], "platform") == (200, None)
    made_good = await world.owed()
    assert sum(made_good) == sum(owed) + NET
    assert await claims(world) - before == set()
    assert await decide(refunds[2], "seller") == (409, "BEARER_DECIDED")
    assert await world.owed() == made_good
    assert await decide(refunds[0], "platform") == (200, None)
    assert sum(await world.owed()) == sum(owed) + 2 * NET
    await world.assert_sound()


async def test_cash_that_the_seller_gave_back_is_made_good_by_the_platform(world: World) -> None:
    made = await world.ready("cash_on_receipt")
    await world.step(made, "delivered")
    assert await world.owed() == (-COMMISSION, 0)
    answer = await world.post(made, "refund", body(responsible="platform"), await world.admin())
    assert (answer.json()["refund"]["status"], answer.json()["refund"]["borne_by"]) == ("done", "platform")
    # He took the price in cash and gave it back; of the sale he would have kept the price without the commission.
    assert await world.owed() == (PRICE - COMMISSION, 0)
    await world.assert_sound()


async def test_goods_that_did_not_come_back_are_not_in_stock(world: World) -> None:
    made = await delivered(world)
    answer = await world.post(made, "refund", body(restock=False))
    assert answer.json()["status"] == "returned"
    assert await world.shelf() == (9, 0)
    kept = await world.place()
    await world.pay(kept)
    refused = await world.post(kept, "refund", body(restock=False))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/restock")
    assert (await world.status(kept), await world.shelf()) == ("awaiting_shipment", (9, 1))
    assert (await world.post(kept, "refund", body())).json()["status"] == "cancelled"
    assert await world.shelf() == (9, 0)
    async with world.db.read() as tx:
        causes = await tx.fetch(
            "SELECT cause FROM inventory.adjustment WHERE variant_id = $1 AND cause <> 'opening'",
            world.market.counter.goods[0].id,
        )
    assert [row["cause"] for row in causes] == ["order_handover"]
    await world.assert_sound()


async def test_two_refunds_at_once_are_one(world: World) -> None:
    for _ in range(4):
        made = await delivered(world)
        answers = await asyncio.gather(*(world.post(made, "refund", body()) for _ in range(4)))
        assert {a.status_code for a in answers} == {201}, [a.text for a in answers]
        assert len({a.json()["refund"]["id"] for a in answers}) == 1
        async with world.db.read() as tx:
            asked = await tx.fetchval(
                "SELECT count(*) FROM payments.refund WHERE payment_id = $1", UUID(made["payment"]["id"])
            )
        assert asked == 1
    assert await world.shelf() == (10, 0)
    await world.assert_sound()


@pytest.mark.parametrize("bank_refuses", [False, True])
async def test_a_refund_while_the_payout_is_in_flight(world: World, bank_refuses: bool) -> None:
    bank = FakeBank()
    bank.refuse = bank_refuses
    made = await delivered(world)
    assert await world.owed() == (0, NET)
    await world.post(made, "refund", body())
    assert await world.owed() == (-NET, NET)
    await send_payouts(world.db, bank, TEST_KEYS)
    # Money that the bank sent back nets what the refund took; money that arrived is owed by the seller.
    assert await world.owed() == ((0, 0) if bank_refuses else (-NET, NET))
    await world.sweep(REFUNDS)
    await world.assert_sound()


async def test_later_sales_net_a_negative_balance(world: World) -> None:
    first = await delivered(world)
    await world.post(first, "refund", body())
    assert await world.owed() == (-NET, NET)
    second, third = await world.place(), await world.place()
    await world.pay(second)
    assert await world.owed() == (0, NET)
    await world.pay(third)
    assert await world.owed() == (0, 2 * NET)
    await world.assert_sound()


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"reason": ""}, "/reason"),
        ({"responsible": "nobody"}, "/responsible"),
        ({"evidence": [""]}, "/evidence/0"),
        ({"evidence": ["x"] * 21}, "/evidence"),
        ({"restock": "yes"}, "/restock"),
    ],
)
async def test_bad_refunds_change_nothing(world: World, changed: dict[str, Any], pointer: str) -> None:
    made = await delivered(world)
    answer = await world.post(made, "refund", body(**changed))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await world.status(made), await world.owed()) == ("delivered", (0, NET))


async def test_a_refused_refund_stays_the_platforms(world: World) -> None:
    made = await delivered(world)
    await world.post(made, "refund", body(responsible="platform"), await world.admin())
    async with world.db.write() as tx:
        await tx.execute(
            "UPDATE payments.refund SET status = 'failed', next_attempt_at = NULL WHERE payment_id = $1",
            UUID(made["payment"]["id"]),
        )
    assert (await world.see(made))["refund"] is None
    again = await world.post(made, "refund", body())
    assert again.json()["refund"]["borne_by"] == "platform", again.text
    await world.sweep(REFUNDS)
    assert (await world.see(made))["payment"]["status"] == "refunded"
    assert await world.owed() == (0, NET)
    async with world.db.read() as tx:
        held = await tx.fetchval(
            "SELECT count(*) FROM payments.refund WHERE payment_id = $1", UUID(made["payment"]["id"])
        )
    assert held == 2
    await world.assert_sound()
