"""A market with orders that tests can drive: pay, move, let time pass, look at money and goods."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec

from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.api import AdjustmentCause, StockChange, adjust
from kerben.domains.inventory.module import MODULE as INVENTORY
from kerben.domains.ledger.api import AccountKind, balances, merchant_balance, platform_account, trial_balance
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.orders.module import MODULE as ORDERS
from kerben.domains.payments.api import PaymentProvider, ProviderStatus
from kerben.domains.payments.module import MODULE as PAYMENTS
from kerben.domains.payments.tests.fake import SIGNED, FakeAcquirer
from kerben.flows.checkout.tests.make import Market, keep_alive, order, stock
from kerben.flows.order_desk.module import MODULE
from kerben.flows.order_payment.module import MODULE as PAYING
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime

PRICE = 150_000
COURIER = {"method": "courier", "address": "ул. Киевская, 1"}


class World:
    """A client, a market and an acquirer, and shorthands for orders in it."""

    def __init__(self, client: httpx.AsyncClient, market: Market, runtime: Runtime) -> None:
        self.client, self.market, self.runtime = client, market, runtime

    @property
    def db(self) -> Database:
        """The test's database."""
        return self.runtime.db

    @property
    def acquirer(self) -> FakeAcquirer:
        """The fake that is bound."""
        fake = self.runtime.port(PaymentProvider)
        assert isinstance(fake, FakeAcquirer)
        return fake

    async def place(self, *items: dict[str, Any], guest: bool = False, **changed: Any) -> dict[str, Any]:
        """A new order as the API answers it."""
        headers = None if guest else self.market.buyer_headers
        await keep_alive(self.runtime, self.market.counter)
        answer = await order(self.client, self.market.body(*items, **changed), headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def pay(self, made: dict[str, Any]) -> None:
        """Let the acquirer capture an order's payment."""
        parts = urlsplit(str(made["payment"]["action"]["url"]))
        await self.client.get(f"{parts.path}?{parts.query}")
        state = self.acquirer.set(f"fp-{made['payment']['id']}", ProviderStatus.CAPTURED)
        answer = await self.client.post(
            "/api/v1/payments/webhooks/fake", content=msgspec.json.encode(state), headers=dict(SIGNED)
        )
        assert answer.text == "ok"

    async def post(
        self, made: dict[str, Any], what: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Do something to an order, as its shop's owner unless headers are given; keys are ever new."""
        keyed = {"Idempotency-Key": uuid.uuid4().hex, **(headers or self.market.owner_headers)}
        return await self.client.post(f"/api/v1/orders/{made['id']}/{what}", json=body, headers=keyed)

    async def step(self, made: dict[str, Any], *steps: str, headers: dict[str, str] | None = None) -> None:
        """Move an order along."""
        for to in steps:
            answer = await self.post(made, "transitions", {"to": to}, headers)
            assert answer.status_code == 200, answer.text

    async def ready(self, method: str = "card", **changed: Any) -> dict[str, Any]:
        """An order that waits at the counter: paid by card, or to be paid there."""
        made = await self.place(payment_method=method, **changed)
        if method == "card":
            await self.pay(made)
        else:
            await self.step(made, "awaiting_shipment_cod")
        await self.step(made, "ready_for_pickup")
        return made

    async def see(self, made: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        """An order as its shop's owner sees it."""
        answer = await self.client.get(f"/api/v1/orders/{made['id']}", headers=headers or self.market.owner_headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def status(self, made: dict[str, Any]) -> str:
        """Where an order stands."""
        async with self.db.read() as tx:
            return await tx.fetchval("SELECT status FROM orders.order WHERE id = $1", UUID(made["id"]))

    async def sweep(self, *names: str) -> None:
        """Run sweeps of the worker until nothing is left to do."""
        for module in (ORDERS, PAYING, MODULE, PAYMENTS):
            for sweep in module.sweeps:
                if sweep.name in names:
                    while await sweep.run(self.runtime):
                        pass

    async def shelf(self, n: int = 0) -> tuple[int, int]:
        """Pieces on hand and reserved of the n-th goods."""
        level = await stock(self.db, self.market.counter.goods[n].id)
        return level.on_hand_milli // 1000, level.reserved_milli // 1000

    async def goods_in(self, pieces: int) -> None:
        """More of the first goods."""
        variant_id = self.market.counter.goods[0].id
        async with self.db.write() as tx:
            await adjust(
                tx, [StockChange(variant_id=variant_id, delta_milli=1000 * pieces, cause=AdjustmentCause.GOODS_IN)]
            )

    async def owed(self) -> tuple[int, int]:
        """What we owe the merchant, and what was paid out to him."""
        ref = merchant_balance(self.market.counter.merchant_id)
        async with self.db.read() as tx:
            balance = (await balances(tx, [ref], "KGS"))[ref]
            paid = await tx.fetchval(
                "SELECT coalesce(sum(amount), 0)::bigint FROM payouts.payout"
                " WHERE merchant_id = $1 AND status <> 'failed'",
                self.market.counter.merchant_id,
            )
        return balance, paid

    async def account(self, kind: AccountKind) -> int:
        """Balance of an account of the platform's."""
        async with self.db.read() as tx:
            ref = platform_account(kind)
            return (await balances(tx, [ref], "KGS"))[ref]

    async def staff(self, role: StaffRole) -> dict[str, str]:
        """A new member of the shop's staff."""
        async with self.db.write() as tx:
            user = await make_user(tx)
            await add_staff(tx, [StaffMember(self.market.counter.merchant_id, user.id, role)])
        return await bearer(self.runtime, user)

    async def admin(self) -> dict[str, str]:
        """An admin."""
        async with self.db.write() as tx:
            user = await make_user(tx)
        return await bearer(self.runtime, user, ["admin"])

    async def assert_sound(self) -> None:
        """All invariants hold and the ledger balances."""
        await assert_sound(self.db)


async def assert_sound(db: Database) -> None:
    """All invariants of orders, money and goods hold."""
    async with db.read() as tx:
        for module in (INVENTORY, ORDERS, PAYMENTS, PAYING, MODULE):
            for name, sql in module.checks.items():
                assert await tx.fetch(sql) == [], name
        assert all(line.difference == 0 for line in await trial_balance(tx))


async def waiting_for_locks(db: Database, count: int) -> None:
    """Until so many sessions of this database wait for a lock."""
    async with asyncio.timeout(10):
        while True:
            async with db.read() as tx:
                waiting = await tx.fetchval(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
            if waiting >= count:
                return


@asynccontextmanager
async def held(db: Database, order_id: UUID) -> AsyncGenerator[None]:
    """Hold an order's row, so that all who want it queue up; they get it in the order in which they came."""
    async with db.write() as tx:
        await tx.fetchval("SELECT id FROM orders.order WHERE id = $1 FOR UPDATE", order_id)
        yield


async def in_this_order(db: Database, order_id: UUID, *rivals: Awaitable[Any]) -> list[Any]:
    """Run rivals for an order really at once, each waiting for its row behind the one before; their results."""
    tasks: list[asyncio.Future[Any]] = []
    async with held(db, order_id):
        for n, rival in enumerate(rivals, 1):
            tasks.append(asyncio.ensure_future(rival))
            await waiting_for_locks(db, n)
    return list(await asyncio.gather(*tasks))
