"""The requests whose statements are counted: each prepares a market and gives the function that sends one."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from kerben.domains.cart.module import MODULE as CART
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.ledger.repository import create_accounts
from kerben.domains.ledger.rules import PLATFORM_OWNER, SHARDED, SHARDS, AccountKey
from kerben.domains.payments.api import PaymentProvider, ProviderState, ProviderStatus
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.domains.pos.model import DeviceSecrets
from kerben.domains.pos.module import MODULE as POS
from kerben.domains.pos.service.devices import create_device
from kerben.domains.pos.tests.make import call
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import Market, make_market, order
from kerben.flows.order_desk.module import MODULE as ORDER_DESK
from kerben.flows.order_payment.module import MODULE as ORDER_PAYMENT
from kerben.flows.storefront.module import MODULE as STOREFRONT
from kerben.platform.runtime import Runtime
from tests.queries.budget import MANY, Send
from tests.support import MakeClient

MODULES: Final = (IDENTITY, POS, CART, CHECKOUT, ORDER_PAYMENT, ORDER_DESK, STOREFRONT)
WARM: Final = 1
"""Requests that are sent before the counting starts: number 0."""
SENT_MAX: Final = WARM + 1 + MANY
RECEIPTS: Final = 10
"""Receipts of an upload."""


class Stage(msgspec.Struct):
    """A market that is open, and a client on its application."""

    runtime: Runtime
    client: httpx.AsyncClient
    acquirer: FakeAcquirer
    market: Market

    @property
    def shop_url(self) -> str:
        """The shop as a parameter."""
        return f"shop_id={self.market.shop_id}"

    def variant(self, number: int) -> str:
        """A variant of the shop, in turn."""
        return str(self.market.counter.goods[number % len(self.market.counter.goods)].id)


async def open_stage(runtime: Runtime, http_client: MakeClient) -> Stage:
    """A shop with ten goods, a thousand of each."""
    acquirer = FakeAcquirer()
    runtime.bind(PaymentProvider, acquirer)
    client = await http_client(*MODULES)
    return Stage(runtime, client, acquirer, await make_market(runtime, goods=10, qty=1000))


async def buyers(stage: Stage, count: int) -> list[dict[str, str]]:
    """Headers of new buyers."""
    async with stage.runtime.db.write() as tx:
        made = [await make_user(tx) for _ in range(count)]
    return [await bearer(stage.runtime, user) for user in made]


async def placed(stage: Stage, count: int) -> list[dict[str, Any]]:
    """Orders of the market's buyer that await payment."""
    found: list[dict[str, Any]] = []
    for number in range(count):
        item = {"variant_id": stage.variant(number), "qty": 1}
        answer = await order(stage.client, stage.market.body(item), stage.market.buyer_headers)
        found.append(answer.raise_for_status().json())
    return found


async def product(stage: Stage) -> Send:
    """Product pages of different products."""
    async with stage.runtime.db.read() as tx:
        rows = await tx.fetch(
            "SELECT product_id FROM catalog.variant WHERE shop_id = $1 ORDER BY id", stage.market.shop_id
        )
    return lambda n: stage.client.get(f"/api/v1/products/{rows[n % len(rows)][0]}")


async def product_list(stage: Stage) -> Send:
    """The first page of a shop."""
    return lambda _: stage.client.get(f"/api/v1/products?{stage.shop_url}")


async def search(stage: Stage) -> Send:
    """A search for a word."""
    return lambda _: stage.client.get("/api/v1/search?q=чапан&limit=10")


async def me(stage: Stage) -> Send:
    """The account of whoever calls; the check of the token itself sends nothing."""
    return lambda _: stage.client.get("/api/v1/me", headers=stage.market.buyer_headers)


async def eligibility(stage: Stage) -> Send:
    """Whether a merchant sells."""
    return lambda _: stage.client.get(f"/api/v1/merchants/{stage.market.counter.merchant_id}/eligibility")


async def spread_orders(stage: Stage) -> Send:
    """Orders of two lines by different buyers."""
    headers = await buyers(stage, SENT_MAX)

    async def send(n: int) -> httpx.Response:
        items = [{"variant_id": stage.variant(n), "qty": 1}, {"variant_id": stage.variant(n + 1), "qty": 1}]
        return await order(stage.client, stage.market.body(*items), headers[n])

    return send


async def hot_orders(stage: Stage) -> Send:
    """Orders of one product by different buyers."""
    headers = await buyers(stage, SENT_MAX)
    return lambda n: order(stage.client, stage.market.body(), headers[n])


async def guest_orders(stage: Stage) -> Send:
    """Orders of people who never signed in."""

    async def send(n: int) -> httpx.Response:
        contact = {"name": "Айгуль", "phone": f"+99670055{n:04d}"}
        return await order(stage.client, stage.market.body(contact=contact, payment_method="bank_qr"))

    return send


async def one_order(stage: Stage) -> Send:
    """The buyer looks at an order."""
    (made,) = await placed(stage, 1)
    return lambda _: stage.client.get(f"/api/v1/orders/{made['id']}", headers=stage.market.buyer_headers)


async def cart_item(stage: Stage) -> Send:
    """Different buyers put something into their carts."""
    headers = await buyers(stage, SENT_MAX)
    return lambda n: stage.client.put(f"/api/v1/cart/items/{stage.variant(n)}", json={"qty": 1}, headers=headers[n])


def receipt(stage: Stage, number: str, n: int) -> dict[str, Any]:
    """A receipt of one line."""
    line = {"variant_id": stage.variant(n), "qty": 1, "unit_price": 1500}
    return {"receipt_number": number, "items": [line], "timestamp": stage.runtime.clock.now().isoformat()}


async def sale(stage: Stage) -> Send:
    """Receipts of one till."""
    till = stage.market.counter.device
    return lambda n: call(stage.client, stage.runtime.db, till, "/api/v1/pos/sales", receipt(stage, f"R-{n}", n))


async def upload(stage: Stage) -> Send:
    """Uploads of ten receipts."""
    till = stage.market.counter.device

    async def send(n: int) -> httpx.Response:
        sales = [receipt(stage, f"U-{n}-{k}", k) for k in range(RECEIPTS)]
        return await call(stage.client, stage.runtime.db, till, "/api/v1/pos/sales/bulk", {"sales": sales})

    return send


async def heartbeat(stage: Stage) -> Send:
    """Signs of life of different tills, whose tokens the process knows already."""
    async with stage.runtime.db.write() as tx:
        made = [
            await create_device(tx, stage.runtime.keys, stage.market.shop_id, f"Касса {n}") for n in range(SENT_MAX)
        ]

    async def beat(till: DeviceSecrets) -> httpx.Response:
        body = {"status": "active", "timestamp": stage.runtime.clock.now().isoformat()}
        return await call(stage.client, stage.runtime.db, till, "/api/v1/pos/heartbeat", body)

    for till in made:
        (await beat(till)).raise_for_status()
    return lambda n: beat(made[n])


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def open_payment(stage: Stage) -> Send:
    """Buyers open their payments for the first time."""
    made = await placed(stage, SENT_MAX)
    return lambda n: stage.client.get(_path(made[n]["payment"]["action"]["url"]))


async def webhook(stage: Stage) -> Send:
    """The acquirer says that payments are captured: orders paid, ledger posted, payouts made."""
    made = await placed(stage, SENT_MAX)
    for one in made:
        assert (await stage.client.get(_path(one["payment"]["action"]["url"]))).status_code == 303
    async with stage.runtime.db.write() as tx:
        # Which shard a batch uses is chance, and the first batch of a shard opens its accounts.
        keys = [AccountKey(PLATFORM_OWNER, kind.value, "KGS", shard) for kind in SHARDED for shard in range(SHARDS)]
        await create_accounts(tx, keys)

    async def send(n: int) -> httpx.Response:
        state: ProviderState = stage.acquirer.set(f"fp-{made[n]['payment']['id']}", ProviderStatus.CAPTURED)
        body = msgspec.json.encode(state)
        answer = await stage.client.post("/api/v1/payments/webhooks/fake", content=body, headers=dict(SIGNED))
        assert answer.text == "ok", answer.text
        return answer

    return send


async def repeated_order(stage: Stage) -> Send:
    """The same request again: the stored answer."""
    key = uuid.uuid4().hex
    return lambda _: order(stage.client, stage.market.body(), stage.market.buyer_headers, key)


Prepare = Callable[[Stage], Awaitable[Send]]
