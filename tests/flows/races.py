"""Two at once, in the order a test wants: one is held just before its commit until the other waits for its locks."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from kerben.adapters.psp_freedompay import FreedomPay, FreedomPayConfig
from kerben.domains.payments.ports import ProviderState
from kerben.platform.money import to_major
from kerben_sandbox.wire import Value, script_of, signed
from tests.flows.actors import Buyer, Seller, Till, eventually, new_variant
from tests.flows.market import GATE_S_MAX, Market

RACES: Final = int(os.environ.get("KERBEN_TEST_RACES", "20"))
"""How often each race is run in each order; more for a long campaign."""
AT_ONCE: Final = 8

First = TypeVar("First")
Second = TypeVar("Second")
Item = TypeVar("Item")
Out = TypeVar("Out")

Headers = dict[str, str]

_BLOCKED: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND cardinality(pg_blocking_pids(pid)) > 0
"""


async def blocked(market: Market, *others: asyncio.Task[Any]) -> None:
    """Wait until a transaction waits for another one's locks, or all of these tasks are done."""
    async with market.database() as connection:
        async with asyncio.timeout(GATE_S_MAX):
            while not await connection.fetchval(_BLOCKED):
                if others and all(task.done() for task in others):
                    return
                await asyncio.sleep(0.002)


async def in_order(
    market: Market,
    first: Callable[[Headers], Awaitable[First]],
    second: Callable[[], Awaitable[Second]],
) -> tuple[First, Second]:
    """Run both at once so that `first` has done all but commit when `second` comes; what both got.

    `first` is given headers that its request has to carry. One that ends without a transaction is not held.
    """
    gate = market.gate()
    gate.shut()
    try:
        one = asyncio.ensure_future(first(gate.headers))
        held = asyncio.ensure_future(gate.reached())
        await asyncio.wait({one, held}, return_when=asyncio.FIRST_COMPLETED)
        held.cancel()
        assert not one.done(), f"the first was not held: {one.result()}"
        other = asyncio.ensure_future(second())
        await blocked(market, other)
        gate.open()
        return await one, await other
    finally:
        gate.open()


async def each(items: Sequence[Item], work: Callable[[Item], Awaitable[Out]]) -> list[Out]:
    """Run `work` on each item, a few at once; results in order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> Out:
        async with room:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))


async def variants(seller: Seller, count: int, stock_qty: float = 1, price: int = 150_000) -> list[dict[str, Any]]:
    """Variants of one product, with `product_id`."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        size = min(50, count - len(found))
        made = await seller.add_product(
            [new_variant(f"RACE-{uuid4().hex[:10]}", stock_qty, price) for _ in range(size)]
        )
        found += [{**variant, "product_id": made["id"]} for variant in made["variants"]]
    return found


async def place(
    buyer: Buyer, shop_id: str, variant_id: str, headers: Mapping[str, str] | None = None, *, server: int = 0
) -> httpx.Response:
    """Order one piece, whatever comes of it."""
    body = buyer.order_body(shop_id, variant_id)
    keyed = {"Idempotency-Key": str(uuid4()), **(headers or {})}
    return await buyer.send("POST", "/orders", json=body, headers=keyed, server=server)


async def sell(
    till: Till, body: dict[str, Any], headers: Headers | None = None, *, server: int = 0
) -> httpx.Response:
    """Send a receipt, whatever comes of it."""
    content = json.dumps(body).encode()
    signed_headers = {**till.signature(content), **(headers or {})}
    return await till.send("POST", "/pos/sales", content=content, headers=signed_headers, server=server)


async def paid_orders(
    buyer: Buyer, shop_id: str, variant_ids: Sequence[str], *, courier: bool = False
) -> list[dict[str, Any]]:
    """Orders of one piece each, paid at the acquirer."""

    async def pay(variant_id: str) -> dict[str, Any]:
        body = buyer.order_body(shop_id, variant_id)
        if courier:
            body["delivery"] = {"method": "courier", "address": "ул. Киевская, 1"}
        order = await buyer.order(body)
        await buyer.open_payment(order)
        await buyer.approve(order)
        return await buyer.until_status(order["id"], "awaiting_shipment")

    return await each(variant_ids, pay)


@dataclass(frozen=True)
class Stock:
    """What lies in the shop and what of it is kept for orders, in pieces."""

    on_hand: float
    reserved: float


async def stock_of(market: Market, variant_ids: Sequence[str]) -> list[Stock]:
    """Stock of variants in the order given."""
    rows = await market.fetch(
        "SELECT variant_id, on_hand, reserved FROM inventory.stock WHERE variant_id = ANY($1::uuid[])", variant_ids
    )
    found = {str(row["variant_id"]): Stock(row["on_hand"] / 1000, row["reserved"] / 1000) for row in rows}
    return [found[i] for i in variant_ids]


async def actions(market: Market, order_id: str) -> list[str]:
    """What happened to an order, in order."""
    rows = await market.fetch("SELECT action FROM orders.history WHERE order_id = $1::uuid ORDER BY n", order_id)
    return [row["action"] for row in rows]


@asynccontextmanager
async def acquirer(market: Market) -> AsyncGenerator[Callable[[str], Awaitable[ProviderState]]]:
    """The acquirer's own books: asks it about payments by our id."""
    settings = market.settings
    config = FreedomPayConfig(
        base_url=f"{settings.sandbox_url}/acquirer",
        merchant_id=settings.psp_merchant_id,
        secret=settings.psp_secret,
        currency=settings.currency,
    )
    provider = FreedomPay(config)

    async def ask(payment_id: str) -> ProviderState:
        sql = "SELECT provider_payment_id FROM payments.payment WHERE id = $1::uuid"
        return await provider.state(await market.value(sql, payment_id))

    try:
        yield ask
    finally:
        await provider.aclose()


async def give_notice(
    market: Market, buyer: Buyer, order: dict[str, Any], headers: Headers | None = None, *, server: int = 0
) -> httpx.Response:
    """The acquirer's word that an order's payment was captured, said to the server of our choice."""
    payment_id = order["payment"]["id"]
    (row,) = await market.fetch(
        "SELECT provider_payment_id, amount, currency FROM payments.payment WHERE id = $1::uuid", payment_id
    )
    path = "/api/v1/payments/webhooks/freedompay"
    fields: dict[str, Value] = {
        "pg_order_id": payment_id,
        "pg_payment_id": row["provider_payment_id"],
        "pg_amount": to_major(row["amount"], row["currency"]),
        "pg_currency": row["currency"],
        "pg_result": "1",
        "pg_captured": "1",
    }
    body = urlencode(signed(script_of(path), fields, market.settings.psp_secret, uuid4().hex))
    form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "", **(headers or {})}
    response = await buyer.send("POST", path, content=body, headers=form, server=server)
    assert response.status_code == 200, response.text
    assert "<pg_status>ok</pg_status>" in response.text, response.text
    return response


async def until_payments(
    market: Market, payment_ids: Sequence[str], statuses: set[str], within_s: float = 60
) -> None:
    """Wait until all of these payments are in one of the statuses."""
    sql = "SELECT count(*) FROM payments.payment WHERE id = ANY($1::uuid[]) AND NOT status = ANY($2::text[])"

    async def over() -> bool:
        return await market.value(sql, list(payment_ids), list(statuses)) == 0

    await eventually(over, within_s=within_s, what=f"payments are {statuses}")
