"""Counter and online shop at odds, and the till emulator: who gets the goods, where the money goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.actors import Buyer, Seller, eventually, listening
from tests.flows.conftest import NewBuyer, NewSeller
from tests.flows.market import Market

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def seller(new_seller: NewSeller) -> Seller:
    """A seller whose shop sells online."""
    return await new_seller()


@pytest.fixture(scope="module")
async def buyer(new_buyer: NewBuyer) -> Buyer:
    """A buyer."""
    return await new_buyer()


async def paid_order(seller: Seller, buyer: Buyer, variant: dict[str, Any], qty: float = 1) -> dict[str, Any]:
    """An order whose payment has arrived."""
    order = await buyer.order(buyer.order_body(seller.shop_id, variant["id"], qty))
    await buyer.open_payment(order)
    await buyer.approve(order)
    await buyer.until_status(order["id"], "awaiting_shipment")
    return order


async def test_what_the_till_has_sold_the_newest_unpaid_order_loses(
    market: Market, seller: Seller, buyer: Buyer
) -> None:
    variant = await seller.add_variant(stock_qty=3)
    paid = await paid_order(seller, buyer, variant)
    older = await buyer.order(buyer.order_body(seller.shop_id, variant["id"], payment="cash_on_receipt"))
    newest = await buyer.order(buyer.order_body(seller.shop_id, variant["id"]))
    async with listening(market, f"order:{newest['id']}", server=1, token=buyer.token) as heard:
        # One of the three reserved pieces is sold over the counter.
        await seller.till.sell([{"sku": variant["sku"], "qty": 1, "unit_price": 1500}])
        lost = await buyer.until_status(newest["id"], "cancelled")

        async def told() -> bool:
            return any(m.get("data", {}).get("status") == "cancelled" for m in heard)

        await eventually(told, within_s=5, what="the open page hears of it")
    assert lost["cancel_reason"] == "oversold"
    assert (await buyer.order_state(older["id"]))["status"] == "awaiting_confirmation"
    # Then the other unpaid one, and only then the paid one is put before the seller.
    await seller.till.sell([{"sku": variant["sku"], "qty": 2, "unit_price": 1500}])
    await buyer.until_status(older["id"], "cancelled")

    async def alarmed() -> bool:
        return bool((await seller.get(f"/orders/{paid['id']}"))["needs_attention"])

    await eventually(alarmed, what="the paid order is put before the seller")
    assert (await buyer.order_state(paid["id"]))["status"] == "awaiting_shipment"
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 0


async def test_others_do_not_hear_of_an_order(market: Market, seller: Seller, new_buyer: NewBuyer) -> None:
    mine, other = await new_buyer(), await new_buyer()
    variant = await seller.add_variant(stock_qty=1)
    order = await mine.order(mine.order_body(seller.shop_id, variant["id"]))
    for token in (other.token, None, "nonsense"):
        with pytest.raises(AssertionError, match="refused"):
            async with listening(market, f"order:{order['id']}", server=0, token=token):
                pass


async def test_a_refund_after_the_payout_is_netted_by_later_sales(
    market: Market, new_seller: NewSeller, buyer: Buyer
) -> None:
    seller = await new_seller()
    variant = await seller.add_variant(stock_qty=9, price=100_000)

    async def paid_out() -> list[int]:
        headers = {"Authorization": f"Bearer {market.settings.sandbox_secret}"}
        query = {"account_number": seller.account_number}
        found = (await seller.get("/sandbox/bank/transfers", params=query, headers=headers))["transfers"]
        return [t["amount"] for t in found if t["status"] == "paid"]

    async def until_paid_out(amounts: list[int]) -> None:
        async def so() -> bool:
            return await paid_out() == amounts

        await eventually(so, what=f"paid out {amounts}")

    order = await paid_order(seller, buyer, variant)
    await until_paid_out([100_000])
    body, keyed = {"reason": "Брак", "responsible": "seller"}, {"Idempotency-Key": f"refund {order['id']}"}
    first = await seller.send("POST", f"/orders/{order['id']}/refund", json=body, headers=keyed)
    again = await seller.send("POST", f"/orders/{order['id']}/refund", json=body, headers=keyed, server=1)
    assert first.status_code in {200, 201, 202}, first.text
    assert (again.content, again.headers.get("Idempotent-Replayed")) == (first.content, "true")

    async def refunded() -> bool:
        return (await buyer.order_state(order["id"]))["payment"]["status"] == "refunded"

    await eventually(refunded, within_s=30, what="the payment is refunded")
    assert await seller.balance() == -100_000
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 9
    await paid_order(seller, buyer, variant, 3)
    await until_paid_out([200_000, 100_000])
    assert await seller.balance() == 0


async def test_goods_leave_when_an_order_is_handed_over(market: Market, seller: Seller, buyer: Buyer) -> None:
    variant = await seller.add_variant(stock_qty=4)
    order = await buyer.order(buyer.order_body(seller.shop_id, variant["id"], payment="cash_on_receipt"))
    refused = await buyer.send("POST", f"/orders/{order['id']}/transitions", json={"to": "delivered"})
    assert refused.status_code in {403, 404, 409}, refused.text
    for to in ("awaiting_shipment_cod", "ready_for_pickup", "delivered"):
        await seller.post(f"/orders/{order['id']}/transitions", {"to": to}, server=1)
    done = await buyer.order_state(order["id"])
    assert (done["status"], done["phase"]) == ("delivered", "fulfilled")
    assert [entry["to_status"] for entry in done["history"]][-3:] == [
        "awaiting_shipment_cod",
        "ready_for_pickup",
        "delivered",
    ]
    sql = "SELECT on_hand, reserved FROM inventory.stock WHERE variant_id = $1::uuid"
    assert tuple((await market.fetch(sql, variant["id"]))[0]) == (3000, 0)
    late = await seller.send("POST", f"/orders/{order['id']}/transitions", json={"to": "cancelled"})
    assert (late.status_code, late.json()["code"]) == (409, "ILLEGAL_TRANSITION")


def play(market: Market, seller: Seller, folder: Path, steps: list[dict[str, Any]], *, exit_code: int = 0) -> None:
    """Let `kerben pos` play a script with the seller's till. Exit code 1: receipts are left on disk."""
    script = folder / "script.json"
    script.write_text(json.dumps(steps), encoding="utf-8")
    credentials = ["--device-id", seller.till.device_id, "--token", str(seller.till.token)]
    credentials += ["--secret", seller.till.secret]
    where = ["--base-url", market.url(1), "--spool-dir", str(folder / "spool"), "--script", str(script)]
    shown = market.kerben("pos", *credentials, *where)
    assert shown.returncode == exit_code, shown.stdout + shown.stderr


async def test_the_emulated_till_keeps_receipts_while_offline_and_uploads_them_once(
    market: Market, new_seller: NewSeller, tmp_path: Path
) -> None:
    seller = await new_seller()
    variant = await seller.add_variant(stock_qty=20)
    sale = {"do": "sale", "items": [{"sku": variant["sku"], "qty": 1, "unit_price": 1500}]}
    play(market, seller, tmp_path, [{"do": "heartbeat"}, sale, {"do": "refund"}, sale])
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 19
    # The program ends while offline: what it has rung up stays on disk.
    play(market, seller, tmp_path, [{"do": "offline"}, sale, sale, sale], exit_code=1)
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 19
    play(market, seller, tmp_path, [{"do": "online"}, {"do": "heartbeat"}])
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 16
    play(market, seller, tmp_path, [{"do": "online"}])
    assert await seller.stock_qty(variant["product_id"], variant["id"]) == 16
