"""Random walks of orders through everything that can happen to them; after each the invariants hold."""

from __future__ import annotations

import random
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.ledger.api import trial_balance
from kerben.domains.orders.api import OrderStatus
from kerben.domains.orders.module import MODULE as ORDERS
from kerben.domains.payments.api import PaymentProvider, ProviderStatus
from kerben.domains.payments.module import MODULE as PAYMENTS
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import Market, make_market, order
from kerben.flows.order_desk.module import MODULE
from kerben.flows.order_payment.module import MODULE as PAYING
from kerben.platform.db import Database
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime

COMBINATIONS = [
    ("pickup", "card"),
    ("pickup", "cash_on_receipt"),
    ("courier", "bank_qr"),
    ("courier", "terminal_on_receipt"),
    ("courier", "card_transfer"),
    ("carrier_door", "card"),
]
FORMS: dict[str, dict[str, str]] = {
    "pickup": {},
    "courier": {"address": "ул. Киевская, 1"},
    "carrier_door": {"city": "Ош", "street": "Ленина", "house": "2"},
}
MODULES: tuple[Module, ...] = (INVENTORY, ORDERS, PAYMENTS, PAYING)


class Walk:
    """One order and what may be done to it."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        market: Market,
        acquirer: FakeAcquirer,
        runtime: Runtime,
        made: dict[str, Any],
    ) -> None:
        self.client, self.market, self.acquirer, self.runtime = client, market, acquirer, runtime
        self.payments: list[dict[str, Any]] = [made["payment"]]
        self.made: dict[str, Any] = made
        self.url = f"/api/v1/orders/{made['id']}"

    async def open(self, _: random.Random) -> None:
        if url := self.payments[-1]["action"].get("url"):
            parts = urlsplit(str(url))
            await self.client.get(f"{parts.path}?{parts.query}")

    async def report(self, dice: random.Random) -> None:
        known = f"fp-{dice.choice(self.payments)['id']}"
        status = dice.choice([ProviderStatus.CAPTURED, ProviderStatus.CAPTURED, ProviderStatus.FAILED])
        if known in self.acquirer.states and self.acquirer.states[known].status is not ProviderStatus.REFUNDED:
            state = self.acquirer.set(known, status)
            for _ in range(dice.choice([1, 2])):
                await self.client.post(
                    "/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(SIGNED)
                )

    async def step(self, dice: random.Random) -> None:
        seen = (await self.client.get(self.url, headers=self.market.owner_headers)).json()
        to = dice.choice([*seen["can_become"], dice.choice(list(OrderStatus)).value])
        answer = await self.client.post(f"{self.url}/transitions", json={"to": to}, headers=self.market.owner_headers)
        assert answer.status_code == (200 if to in seen["can_become"] else 409), answer.text

    async def pay_again(self, _: random.Random) -> None:
        answer = await self.client.post(f"{self.url}/payments", headers=self.market.buyer_headers)
        assert answer.status_code in {201, 409}, answer.text
        if answer.status_code == 201:
            self.payments.append(answer.json())

    async def cancel(self, _: random.Random) -> None:
        await self.client.post(f"{self.url}/cancel", json={"reason": ""}, headers=self.market.buyer_headers)

    async def refund(self, dice: random.Random) -> None:
        await self.client.post(
            f"{self.url}/refund",
            json={"reason": "брак", "responsible": "platform"},
            headers={"Idempotency-Key": str(dice.randint(1, 2)), **self.market.owner_headers},
        )

    async def overdue(self, _: random.Random) -> None:
        async with self.runtime.db.write() as tx:
            await tx.execute(
                "UPDATE orders.order SET reserved_until = $2 WHERE id = $1 AND reserved_until IS NOT NULL",
                uuid.UUID(self.made["id"]),
                tx.now,
            )
        await self.sweep(_)

    async def sweep(self, _: random.Random) -> None:
        for sweep in [*PAYING.sweeps, *ORDERS.sweeps, *MODULE.sweeps]:
            await sweep.run(self.runtime)


async def assert_sound(db: Database) -> None:
    async with db.read() as tx:
        for module in MODULES:
            for name, sql in module.checks.items():
                assert await tx.fetch(sql) == [], name
        assert all(line.difference == 0 for line in await trial_balance(tx))


@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(3, 25), marks=pytest.mark.slow)], ids=["few", "many"])
@pytest.mark.parametrize(("delivery", "payment"), COMBINATIONS)
async def test_whatever_happens_money_and_goods_add_up(
    http_client: Any, runtime: Runtime, db: Database, delivery: str, payment: str, seeds: range
) -> None:
    acquirer = FakeAcquirer()
    runtime.bind(PaymentProvider, acquirer)
    client = await http_client(CHECKOUT, PAYING, MODULE)
    market = await make_market(runtime, qty=100)
    for seed in seeds:
        dice = random.Random(f"{delivery} {payment} {seed}")
        body = market.body(delivery={"method": delivery, **FORMS[delivery]}, payment_method=payment)
        answer = await order(client, body, market.buyer_headers)
        assert answer.status_code == 201, answer.text
        walk = Walk(client, market, acquirer, runtime, answer.json())
        actions: list[Callable[[random.Random], Awaitable[None]]] = [
            walk.open, walk.report, walk.report, walk.pay_again, walk.step, walk.step, walk.step, walk.cancel,
            walk.refund, walk.overdue, walk.sweep,
        ]  # fmt: skip
        for _ in range(dice.randint(3, 9)):
            await dice.choice(actions)(dice)
        await assert_sound(db)
