"""Programs that use a market while its processes are killed, and the journal of what they were told.

Each repeats a request whose answer did not come, with the same key, until there is one: as buyers' browsers, sellers'
programs and the spools of tills do. When the load ends every wish has its answer, so the journal is exact.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.flows.actors import Buyer, Seller, Till
from tests.flows.market import Market

PAUSE_S: Final = 0.1
"""Between two tries; while everything lives nobody notices it."""
GIVE_UP_S: Final = 180.0
"""A wish that has no answer for so long is a finding."""
WINDOW_S: Final = 1.0


class UnexpectedAnswerError(AssertionError):
    """A market answered something that no repetition makes good."""


@dataclass(frozen=True)
class Acknowledged:
    """An order that somebody was told is placed. `total` is in minor units."""

    order_id: str
    number: str
    payment_id: str
    variant_id: str
    total: int


@dataclass
class Journal:
    """What the clients were told. Whatever stands here must be in the books once."""

    orders: dict[str, Acknowledged] = field(default_factory=dict[str, Acknowledged])
    """By idempotency key."""
    approved: set[str] = field(default_factory=set[str])
    """Payments that the acquirer says are approved."""
    sales: dict[tuple[str, str], tuple[str, str, int]] = field(
        default_factory=dict[tuple[str, str], tuple[str, str, int]]
    )
    """(sale, variant, pieces) by (device, receipt number)."""
    refunded: dict[str, str] = field(default_factory=dict[str, str])
    """Refund by order."""
    delivered: set[str] = field(default_factory=set[str])
    cancelled: set[str] = field(default_factory=set[str])
    repeats: int = 0
    """Requests that were not answered and sent again."""
    writes: int = 0
    _recent: deque[float] = field(default_factory=deque[float])

    def wrote(self) -> None:
        """Count an acknowledged write."""
        self.writes += 1
        self._recent.append(time.monotonic())

    def per_s(self) -> float:
        """Acknowledged writes in the last second."""
        since = time.monotonic() - WINDOW_S
        while self._recent and self._recent[0] < since:
            self._recent.popleft()
        return len(self._recent) / WINDOW_S


@dataclass
class Load:
    """All clients of a campaign. `stop` lets each end what it is at."""

    market: Market
    journal: Journal = field(default_factory=Journal)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    to_serve: asyncio.Queue[Acknowledged] = field(default_factory=asyncio.Queue[Acknowledged])
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def start(self, buyers: list[Buyer], seller: Seller, tills: list[Till], goods: list[dict[str, Any]]) -> None:
        """Let everybody begin."""
        loops = [self._buy(buyer, seller.shop_id, goods) for buyer in buyers]
        loops += [self._sell(till, goods) for till in tills]
        loops += [self._serve(seller) for _ in range(2)]
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self) -> list[str]:
        """Wait until everybody has his answers; what went wrong for them."""
        self.stopping.set()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        return [f"{type(e).__name__}: {e}" for e in ended if isinstance(e, BaseException)]

    def failed(self) -> bool:
        """Whether somebody has given up."""
        return any(task.done() and task.exception() is not None for task in self._tasks)

    async def _answer(
        self, send: Callable[[int], Awaitable[httpx.Response]], accepted: Collection[int], *, write: bool = True
    ) -> httpx.Response:
        """Send until there is an answer; to another server each time."""
        server = random.randrange(len(self.market.ports))
        deadline = time.monotonic() + GIVE_UP_S
        said = "nothing"
        while time.monotonic() < deadline:
            try:
                answer = await send(server)
            except httpx.HTTPError as error:
                said = repr(error)
            else:
                if answer.status_code in accepted:
                    if write:
                        self.journal.wrote()
                    return answer
                said = f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}"
                if answer.status_code < 500 and "REQUEST_IN_FLIGHT" not in said:
                    raise UnexpectedAnswerError(said)
            self.journal.repeats += 1
            server = (server + 1) % len(self.market.ports)
            await asyncio.sleep(PAUSE_S)
        raise UnexpectedAnswerError(f"no answer for {GIVE_UP_S:.0f} s, at last: {said}")

    async def _pause(self) -> None:
        await asyncio.sleep(random.uniform(0.02, 0.1))

    # --- buyers

    async def _buy(self, buyer: Buyer, shop_id: str, goods: list[dict[str, Any]]) -> None:
        while not self.stopping.is_set():
            placed = await self._order(buyer, shop_id, random.choice(goods)["id"])
            chance = random.random()
            if chance < 0.7:
                await self._pay(buyer, placed)
            elif chance < 0.85:
                await self._cancel(buyer, placed.order_id)
            await self._pause()

    async def _order(self, buyer: Buyer, shop_id: str, variant_id: str) -> Acknowledged:
        key, body = str(uuid4()), buyer.order_body(shop_id, variant_id)
        answer = await self._answer(
            lambda server: buyer.send("POST", "/orders", json=body, headers={"Idempotency-Key": key}, server=server),
            {201},
        )
        made = answer.json()
        placed = Acknowledged(made["id"], made["number"], made["payment"]["id"], variant_id, made["total"]["amount"])
        self.journal.orders[key] = placed
        await self._open(buyer, made["payment"]["action"]["url"])
        return placed

    async def _open(self, buyer: Buyer, url: str) -> None:
        """Follow the link to the acquirer's page, at whichever server lives."""
        path = url.split("/", 3)[3]
        label = {"Authorization": "", "X-Request-ID": f"open-{uuid4().hex}"}
        await self._answer(
            lambda server: buyer.send("GET", f"{self.market.url(server)}/{path}", headers=label, server=server), {303}
        )

    async def _pay(self, buyer: Buyer, placed: Acknowledged) -> None:
        url = f"{self.market.settings.sandbox_url}/acquirer/payments/{placed.payment_id}/approve"
        await self._answer(lambda _: buyer.send("POST", url, headers={"Authorization": ""}), {200})
        self.journal.approved.add(placed.payment_id)
        self.to_serve.put_nowait(placed)

    async def _cancel(self, buyer: Buyer, order_id: str) -> None:
        body, label = {"reason": "Передумал"}, {"X-Request-ID": f"move-{uuid4().hex}"}
        path = f"/orders/{order_id}/cancel"
        answer = await self._answer(
            lambda server: buyer.send("POST", path, json=body, headers=label, server=server), {200, 409}
        )
        if answer.status_code == 409:
            # An earlier try went through and its answer was lost.
            await self._expect(buyer, order_id, {"cancelled"})
        self.journal.cancelled.add(order_id)

    async def _expect(self, who: Buyer | Seller, order_id: str, statuses: set[str]) -> None:
        answer = await self._answer(
            lambda server: who.send("GET", f"/orders/{order_id}", server=server), {200}, write=False
        )
        if answer.json()["status"] not in statuses:
            raise UnexpectedAnswerError(f"order {order_id} is {answer.json()['status']}, not {statuses}")

    # --- the shop

    async def _serve(self, seller: Seller) -> None:
        """Hand paid orders over, or refund them, or leave them."""
        while not (self.stopping.is_set() and self.to_serve.empty()):
            try:
                placed = self.to_serve.get_nowait()
            except asyncio.QueueEmpty:
                await asyncio.sleep(PAUSE_S)
                continue
            chance = random.random()
            if chance < 0.6 and await self._is_paid(seller, placed):
                if chance < 0.2:
                    await self._refund(seller, placed.order_id)
                else:
                    await self._hand_over(seller, placed.order_id)

    async def _is_paid(self, seller: Seller, placed: Acknowledged) -> bool:
        """Whether the word of the payment has come; one whose word takes long is left to the sweeps."""
        for _ in range(20):
            answer = await self._answer(
                lambda server: seller.send("GET", f"/orders/{placed.order_id}", server=server), {200}, write=False
            )
            if answer.json()["phase"] == "paid":
                return True
            await asyncio.sleep(PAUSE_S)
        return False

    async def _refund(self, seller: Seller, order_id: str) -> None:
        body = {"reason": "Нет в наличии", "responsible": "seller"}
        headers = {"Idempotency-Key": str(uuid4()), "X-Request-ID": f"refund-{uuid4().hex}"}
        path = f"/orders/{order_id}/refund"
        answer = await self._answer(
            lambda server: seller.send("POST", path, json=body, headers=headers, server=server), {201}
        )
        self.journal.refunded[order_id] = answer.json()["refund"]["id"]

    async def _hand_over(self, seller: Seller, order_id: str) -> None:
        path = f"/orders/{order_id}/transitions"
        for to, beyond in (("ready_for_pickup", {"ready_for_pickup"}), ("delivered", {"delivered"})):
            body, label = {"to": to, "comment": ""}, {"X-Request-ID": f"move-{uuid4().hex}"}
            answer = await self._answer(
                lambda server, body=body, label=label: seller.send(
                    "POST", path, json=body, headers=label, server=server
                ),
                {200, 409},
            )
            if answer.status_code == 409:
                await self._expect(seller, order_id, beyond)
        self.journal.delivered.add(order_id)

    # --- the counter

    async def _sell(self, till: Till, goods: list[dict[str, Any]]) -> None:
        while not self.stopping.is_set():
            variant, pieces = random.choice(goods), random.randint(1, 3)
            body = till.sale_body([{"sku": variant["sku"], "qty": pieces, "unit_price": 1500}])
            content = json.dumps(body).encode()

            async def send(server: int, content: bytes = content) -> httpx.Response:
                headers = till.signature(content)
                return await till.send("POST", "/pos/sales", content=content, headers=headers, server=server)

            answer = await self._answer(send, {201, 409})
            told = answer.json()
            if answer.status_code == 409 and told["code"] != "DUPLICATE_SALE":
                raise UnexpectedAnswerError(answer.text)
            sale_id = told["sale_id"] if answer.status_code == 201 else told["data"]["sale_id"]
            self.journal.sales[till.device_id, body["receipt_number"]] = (sale_id, variant["id"], pieces)
            await self._pause()
