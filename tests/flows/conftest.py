"""One market of real processes for all flow tests of a test process; each test makes its own merchants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack

import pytest

from tests.flows.actors import Admin, Buyer, Caller, Seller
from tests.flows.market import Market


@pytest.fixture(scope="session")
def market() -> Generator[Market]:
    """The market. When the last test is over nothing may be left that should not be there."""
    with Market() as running:
        yield running
        faults = asyncio.run(running.faults())
        assert faults == [], "\n".join([*faults, running.tails()])


@pytest.fixture(scope="session")
async def people(market: Market) -> AsyncGenerator[AsyncExitStack]:
    """Closes everybody's connections in the end."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
async def admin(market: Market, people: AsyncExitStack) -> Admin:
    """The administrator, signed in."""
    boss = Admin(market)
    people.push_async_callback(boss.close)
    return await boss.enter()


NewSeller = Callable[[], Awaitable[Seller]]
NewBuyer = Callable[[], Awaitable[Buyer]]


@pytest.fixture(scope="session")
def new_seller(market: Market, people: AsyncExitStack, admin: Admin) -> NewSeller:
    """Makes sellers whose shop may sell online."""

    async def make() -> Seller:
        seller = Seller(market)
        people.push_async_callback(seller.close)
        return await seller.open_shop(admin)

    return make


@pytest.fixture(scope="session")
def new_buyer(market: Market, people: AsyncExitStack) -> NewBuyer:
    """Makes signed-up buyers."""

    async def make() -> Buyer:
        buyer = Buyer(market)
        people.push_async_callback(buyer.close)
        return await buyer.sign_up("Айгуль")

    return make


@pytest.fixture(scope="session")
async def guest(market: Market, people: AsyncExitStack) -> Caller:
    """Somebody without an account."""
    nobody = Caller(market)
    people.push_async_callback(nobody.close)
    return nobody
