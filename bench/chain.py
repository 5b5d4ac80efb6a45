"""Complete orders: cart, order, payment page, approval at the acquirer, webhook, paid; then paid out.

Each of so many buyers does this again and again. When an order is paid is seen in the database, for all buyers at
once: asking over HTTP, as each for itself, would measure the asking.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec

from bench import load
from bench.load import Load, Reader, get, post
from bench.market import Market
from bench.writes import order, pair

WATCH_S: Final = 0.02
"""How often it is looked which orders are paid: times are true to this."""
PAID_TIMEOUT_S: Final = 30.0
PAID_OUT_TIMEOUT_S: Final = 120.0
STEPS: Final = ("cart, line 1", "cart, line 2", "order", "payment page", "approve", "until paid")

_PAID: Final = 'SELECT id FROM orders."order" WHERE id = ANY($1::uuid[]) AND paid_at IS NOT NULL'
_NOT_OUT: Final = """
SELECT (SELECT count(*) FROM payouts.payout WHERE status <> 'paid') AS payouts,
       (SELECT count(*) FROM (
            SELECT 1 FROM ledger.account WHERE kind IN ('merchant_payable', 'payout_transit')
            GROUP BY owner_id, kind, currency HAVING sum(credits) <> sum(debits)
       ) AS open) AS balances
"""
_PAYOUTS: Final = (
    "SELECT count(*) AS n, coalesce(sum(amount), 0)::bigint AS amount FROM payouts.payout WHERE status = 'paid'"
)


class FailedError(Exception):
    """A step was answered otherwise than it should be."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer[:200])
        self.answer = answer


class _Action(msgspec.Struct):
    url: str


class _Payment(msgspec.Struct):
    id: str
    action: _Action


class _Placed(msgspec.Struct):
    id: UUID
    payment: _Payment


_placed = msgspec.json.Decoder(_Placed)


class Caller(asyncio.Protocol):
    """A keep-alive connection on which one asks and waits for the answer."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        answer = self._reader.feed(data)
        if answer is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the connection was closed"))

    async def ask(self, request: bytes, status: bytes) -> bytes:
        """The whole answer. Raises FailedError when its status is another, OSError when there is none."""
        assert self._transport is not None
        if self._transport.is_closing():
            raise ConnectionError("the connection was closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        answer = await self._answer
        if answer[9:12] != status:
            raise FailedError(answer)
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class Watch:
    """Tells buyers that their orders are paid, all by one statement every WATCH_S."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection
        self._waiting: dict[UUID, asyncio.Future[None]] = {}

    async def paid(self, order_id: UUID) -> None:
        """Wait until an order is paid. Raises TimeoutError after PAID_TIMEOUT_S."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[order_id] = future
        try:
            async with asyncio.timeout(PAID_TIMEOUT_S):
                await future
        finally:
            self._waiting.pop(order_id, None)

    async def run(self) -> None:
        """Look again and again."""
        statement = await self._connection.prepare(_PAID)
        while True:
            if self._waiting:
                for row in await statement.fetch(list(self._waiting)):
                    future = self._waiting.get(row["id"])
                    if future is not None and not future.done():
                        future.set_result(None)
            await asyncio.sleep(WATCH_S)


class _Run:
    """What the buyers of a run share."""

    def __init__(self, market: Market, numbers: itertools.count[int], watch: Watch, found: Load) -> None:
        self.market = market
        self.numbers = numbers
        self.watch = watch
        self.found = found
        self.count_from = 0.0
        self.until = 0.0

    async def buy_on(self, server: Caller, acquirer: Caller) -> None:
        """One buyer after the other, until the time is over."""
        while time.perf_counter() < self.until:
            try:
                times = await self._buy(server, acquirer, next(self.numbers))
            except FailedError as error:
                self.found.refuse(int(error.answer[9:12]), error.answer)
                continue
            except (OSError, TimeoutError) as error:
                self.found.unexpected["lost" if isinstance(error, ConnectionError) else "not paid"] += 1
                return
            self.found.answered += 1
            self.found.finished += times[-1] >= self.count_from
            if self.count_from <= times[-1] <= self.until:
                self.found.statuses[200] += 1
                self.found.latencies.append(times[-1] - times[0])
                for name, begun, done in zip(STEPS, times, times[1:], strict=False):
                    self.found.steps[name].append(done - begun)

    async def _buy(self, server: Caller, acquirer: Caller, n: int) -> list[float]:
        """The moments between the steps of one complete order. Raises FailedError, OSError, TimeoutError."""
        world, clock = self.market.world, time.perf_counter
        shop, bearer = world.shops[n % len(world.shops)], world.bearers[n % len(world.bearers)]
        variants = [str(shop.goods[i].variant_id) for i in pair(len(shop.goods), n // len(world.shops))]
        times = [clock()]
        for variant_id in variants:
            headers = f"Authorization: Bearer {bearer}\r\n"
            await server.ask(post(f"/api/v1/cart/items/{variant_id}", headers, b'{"qty":1}', "PUT"), b"200")
            times.append(clock())
        answer = await server.ask(order(shop, variants, bearer, f"complete-{n}"), b"201")
        placed = _placed.decode(answer[answer.index(b"\r\n\r\n") + 4 :])
        times.append(clock())
        parts = urlsplit(placed.payment.action.url)
        await server.ask(get(f"{parts.path}?{parts.query}"), b"303")
        times.append(clock())
        # From here on the acquirer may be quicker than its answer.
        paid = asyncio.ensure_future(self.watch.paid(placed.id))
        try:
            await acquirer.ask(post(f"/acquirer/payments/{placed.payment.id}/approve", "", b""), b"200")
            times.append(clock())
            await paid
        finally:
            paid.cancel()
        times.append(clock())
        return times


async def drive(
    market: Market,
    numbers: itertools.count[int],
    connections: int,
    seconds: float,
    warm_up_s: float,
    on_window: Callable[[], None],
) -> Load:
    """So many buyers at once; counted are orders paid within the measured window.

    Afterwards all money must arrive at the bank; what does not is counted as an error of the run.
    """
    found = Load(connections, steps={name: [] for name in STEPS})
    loop = asyncio.get_running_loop()
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(market.settings.database_url)
    callers: list[Caller] = []
    before = await _payouts(connection)
    watch = Watch(connection)
    watching = asyncio.create_task(watch.run())
    try:
        run = _Run(market, numbers, watch, found)
        for port in [market.port, market.sandbox_port] * connections:
            _, caller = await loop.create_connection(Caller, load.HOST, port)
            callers.append(caller)
        with load.no_collection():
            run.count_from = time.perf_counter() + warm_up_s
            run.until = run.count_from + seconds
            opener = loop.call_later(warm_up_s, on_window)
            buyers = [run.buy_on(server, bank) for server, bank in zip(callers[::2], callers[1::2], strict=True)]
            try:
                await asyncio.gather(*buyers)
            finally:
                opener.cancel()
        found.seconds = seconds
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await _paid_out(connection, found, before)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        for caller in callers:
            caller.close()
        await connection.close()
    return found


async def _payouts(connection: asyncpg.Connection[asyncpg.Record]) -> tuple[int, int]:
    row = await connection.fetchrow(_PAYOUTS)
    assert row is not None
    return row["n"], row["amount"]


async def _paid_out(connection: asyncpg.Connection[asyncpg.Record], found: Load, before: tuple[int, int]) -> None:
    """Wait until nothing is owed to any merchant and no payout is under way."""
    started = time.monotonic()
    while True:
        row = await connection.fetchrow(_NOT_OUT)
        assert row is not None
        if not row["payouts"] and not row["balances"]:
            break
        if time.monotonic() - started > PAID_OUT_TIMEOUT_S:
            found.unexpected["not paid out"] += row["payouts"] or row["balances"]
            found.samples.append(f"{row['payouts']} payouts, {row['balances']} balances are open")
            break
        await asyncio.sleep(0.1)
    count, amount = await _payouts(connection)
    found.notes = {
        "orders paid": found.answered,
        "payouts": count - before[0],
        "paid out, som": (amount - before[1]) / 100,
        "seconds until all were paid out": round(time.monotonic() - started, 1),
    }
