"""A till of a shop at which somebody works in a browser, and browsers that are started as people start them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from playwright.async_api import BrowserContext, Page, Playwright, expect
from playwright.async_api import Error as PlaywrightError

from tests.browser.stage import ARGUMENTS, CHROMIUM, DESKTOP, PATIENCE_MS, Shopkeeper, pairing_code
from tests.flows.actors import Till, eventually
from tests.flows.market import Market


class Counter:
    """A till of a shop as somebody stands before it, and what the server knows of it."""

    def __init__(self, market: Market, registered: dict[str, Any]) -> None:
        self.market = market
        self.device_id: str = registered["device_id"]
        self.till = Till(market, registered)
        """The same till as a program, which knows its secret."""
        self.code = pairing_code(registered)

    async def receipts(self) -> list[tuple[str, int]]:
        """Type and total of every receipt that the server has of this till, the oldest first."""
        rows = await self.market.fetch(
            "SELECT type, total FROM pos.sale WHERE device_id = $1::uuid ORDER BY sold_at, receipt_number",
            self.device_id,
        )
        return [(row["type"], row["total"]) for row in rows]

    async def until_received(self, expected: list[tuple[str, int]]) -> None:
        """Wait until the server has these receipts, and no others."""

        async def there() -> bool:
            return len(await self.receipts()) >= len(expected)

        await eventually(there, what=f"the server has {len(expected)} receipts")
        assert sorted(await self.receipts()) == sorted(expected)

    async def last_heard(self) -> datetime:
        """When the last sign of life came."""
        rows = await self.market.fetch("SELECT alive_at FROM pos.device WHERE id = $1::uuid", self.device_id)
        return cast("datetime", rows[0]["alive_at"])

    async def until_heard_again(self) -> None:
        """Wait for the next sign of life."""
        before = await self.last_heard()

        async def heard() -> bool:
            return await self.last_heard() > before

        await eventually(heard, within_s=PATIENCE_MS / 1000, what="the till gives another sign of life")

    async def shift_is_open(self) -> bool:
        """Whether the server has an open shift of this till."""
        sql = "SELECT 1 FROM pos.shift WHERE device_id = $1::uuid AND closed_at IS NULL"
        return bool(await self.market.fetch(sql, self.device_id))


async def new_counter(keeper: Shopkeeper, name: str = "Касса у входа") -> Counter:
    """One more till of the shop."""
    made = await keeper.post(f"/shops/{keeper.shop_id}/pos-devices", {"name": name}, expect=201)
    return Counter(keeper.market, made)


async def pair(page: Page, counter: Counter) -> None:
    """Connect the device by pasting the code, and wait for the shop's goods."""
    await page.get_by_role("heading", name="Подключение кассы").wait_for()
    await page.get_by_label("Или вставьте код текстом").fill(counter.code)
    await page.get_by_role("button", name="Подключить").click()
    await expect(page.get_by_label("Название или код")).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


async def add(page: Page, words: str) -> None:
    """Find goods by name and put them into the receipt."""
    await page.get_by_label("Название или код").fill(words)
    await page.get_by_role("option", name=re.compile(words)).first.click()


async def take_cash(page: Page, received: str | None = None) -> None:
    """Take the money."""
    await page.get_by_role("button", name="Наличные", exact=True).click()
    dialog = page.get_by_role("dialog")
    if received is not None:
        await dialog.get_by_label("Получено").fill(received)
    await dialog.get_by_role("button", name="Принять оплату").click()
    await expect(page.get_by_role("heading", name="Продано")).to_be_visible()


async def sell(page: Page, words: str) -> None:
    """Ring one up for the exact sum and make ready for the next."""
    await add(page, words)
    await take_cash(page)
    await page.get_by_role("link", name="Новый чек").click()
    await expect(page.get_by_text("Чек пуст")).to_be_attached()


async def open_shift(page: Page, cashier: str, cash: str) -> None:
    """Begin a shift with so much in the drawer."""
    await page.get_by_role("link", name="Смена").click()
    await page.get_by_role("main").get_by_role("button", name="Открыть смену").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Кассир").fill(cashier)
    await dialog.get_by_label("Сумма").fill(cash)
    await dialog.get_by_role("button", name="Открыть смену").click()
    await expect(page.get_by_text(re.compile("^Открыта "))).to_be_visible()


async def controlled_by_worker(page: Page) -> None:
    """Wait until the service worker has the whole program and serves the page."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    await expect(page.get_by_label("Название или код")).to_be_visible()
    await page.wait_for_function("navigator.serviceWorker.controller !== null")


@asynccontextmanager
async def till_browser(driver: Playwright, profile: Path, *more: str) -> AsyncGenerator[BrowserContext]:
    """A browser with a profile of its own that is kept, and with service workers."""
    width, height = DESKTOP
    context = await driver.chromium.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        args=[*ARGUMENTS, *more],
        viewport={"width": width, "height": height},
        locale="ru-RU",
        timezone_id="Asia/Bishkek",
        service_workers="allow",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        # One that was killed may be found dead while it is asked to close.
        with suppress(PlaywrightError):
            await context.close()


def kill_browser(profile: Path) -> int:
    """End every process of the browser with this profile at once, as a loss of power does; how many there were."""
    killed = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(profile).encode() in command and b"chrom" in command:
            os.kill(int(folder.name), signal.SIGKILL)
            killed += 1
    for lock in profile.glob("Singleton*"):
        lock.unlink(missing_ok=True)
    return killed


@asynccontextmanager
async def everyday_browser(driver: Playwright, profile: Path) -> AsyncGenerator[BrowserContext]:
    """A browser as people start it. Those that Playwright starts keep every page in front and its timers at speed."""
    process = await asyncio.create_subprocess_exec(
        *(
            CHROMIUM,
            "--headless=new",
            *ARGUMENTS,
            "--no-first-run",
            "--accept-lang=ru-RU",
            "--remote-debugging-port=0",
        ),
        *(f"--user-data-dir={profile}", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told = profile / "DevToolsActivePort"

        async def listening() -> bool:
            return told.exists() and "\n" in told.read_text()

        await eventually(listening, what="the browser listens")
        port, path = told.read_text().split()
        browser = await driver.chromium.connect_over_cdp(f"ws://127.0.0.1:{port}{path}", no_defaults=True)
        browser.contexts[0].set_default_timeout(PATIENCE_MS)
        yield browser.contexts[0]
        await browser.close()
    finally:
        kill_browser(profile)
        await process.wait()
