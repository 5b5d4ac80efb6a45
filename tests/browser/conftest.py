"""The web client as built, one demo market and one browser for all browser tests of a test process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, Playwright, async_playwright, expect

from tests.browser.stage import (
    ARGUMENTS,
    CHROMIUM,
    PATIENCE_MS,
    WEB_DIR,
    BrowserMarket,
    Shopkeeper,
    Visitor,
    new_visitor,
    sign_in,
)
from tests.flows.actors import Admin
from tests.flows.market import ROOT

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def web_build() -> None:
    """The client, built from the sources as they are; nothing is done when that has happened already."""
    if WEB_DIR:
        return
    done = subprocess.run(
        [sys.executable, "-m", "kerben", "web", "build"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def bazaar(web_build: None) -> Generator[BrowserMarket]:
    """The market."""
    with BrowserMarket() as running:
        yield running
        assert running.bugs() == [], running.tails()


@pytest.fixture(scope="session")
async def driver() -> AsyncGenerator[Playwright]:
    """What drives browsers."""
    async with async_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
async def browser(driver: Playwright) -> AsyncGenerator[Browser]:
    """Debian's Chromium."""
    chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield chromium
    await chromium.close()


@pytest.fixture(scope="session")
async def people(bazaar: BrowserMarket) -> AsyncGenerator[AsyncExitStack]:
    """Closes everybody's connections in the end."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
async def admin(bazaar: BrowserMarket, people: AsyncExitStack) -> Admin:
    """An administrator over HTTP, not the demo's."""
    boss = Admin(bazaar)
    people.push_async_callback(boss.close)
    return await boss.enter()


@pytest.fixture(scope="session")
async def admin_session(bazaar: BrowserMarket) -> dict[str, Any]:
    """The demo's administrator, signed in."""
    return await sign_in(bazaar, bazaar.account("admin"))


NewShopkeeper = Callable[[], Awaitable[Shopkeeper]]


@pytest.fixture(scope="session")
def new_shopkeeper(bazaar: BrowserMarket, people: AsyncExitStack, admin: Admin) -> NewShopkeeper:
    """Makes sellers whose shop sells online."""

    async def make() -> Shopkeeper:
        keeper = Shopkeeper(bazaar)
        people.push_async_callback(keeper.close)
        return await keeper.open_shop(admin)

    return make


@pytest.fixture(scope="module")
async def keeper(new_shopkeeper: NewShopkeeper) -> Shopkeeper:
    """A seller of this file's tests, with a shop that sells online."""
    return await new_shopkeeper()


NewVisitor = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def visit(bazaar: BrowserMarket, browser: Browser) -> AsyncGenerator[NewVisitor]:
    """Makes visitors; when the test is over, nobody's console may have complained."""
    visitors: list[Visitor] = []

    async def make(size: str = "phone", **options: Any) -> Visitor:
        visitor = await new_visitor(bazaar, browser, size, **options)
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        await visitor.context.close()
    faults = [fault for visitor in visitors for fault in visitor.faults()]
    assert not faults, "\n".join(faults)
