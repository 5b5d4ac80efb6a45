"""A demo market of real processes with the built web client, and people who use it in a real browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self, cast
from uuid import uuid4

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request
from pyotp.totp import TOTP

from kerben.entrypoints.cli.demo import load_demo
from kerben_demo.accounts import Account, Accounts, PosDevice, read_accounts
from tests.flows.actors import Buyer, Caller, Person, Seller, eventually, new_variant
from tests.flows.market import ROOT, Market

PHONE: Final = (390, 844)
DESKTOP: Final = (1280, 800)
SIZES: Final = {"phone": PHONE, "desktop": DESKTOP}
CHROMIUM: Final = os.environ.get("KERBEN_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS: Final = [
    "--no-sandbox",  # as root, in CI
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
PATIENCE_MS: Final = 40_000
"""How long a page may take to show what it should; two cores carry the market and the browser together."""
SCREENS: Final = Path(os.environ.get("KERBEN_SCREENS", ROOT / ".artifacts" / "screens"))
WEB_DIR: Final = os.environ.get("KERBEN_WEB_DIR", "")
"""A client that was built already, to be tested as it is; empty: the checkout's own, built when it is stale."""
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

# What a browser reports although nothing is wrong with the page.
_HARMLESS: Final = ("GPU stall due to ReadPixels", "GL Driver Message")


class BrowserMarket(Market):
    """The market with its demo content; silent tills beside those that are played."""

    def __init__(self) -> None:
        super().__init__(servers=1, overrides={"demo": True, "web_dir": WEB_DIR})

    def _start(self) -> None:
        super()._start()
        folder = self.folder / "data"
        accounts = read_accounts(folder)
        assert accounts is not None, "the demo has no accounts"
        self.accounts: Accounts = accounts
        self.run("tills", "-m", "kerben", "demo", "tills", "--data-dir", str(folder))

    def wait_ready(self, port: int) -> None:
        """Load the demo, once; a demo market is not ready without it."""
        asyncio.run(load_demo(self.settings, self.folder / "data", say=lambda _: None))
        super().wait_ready(port)

    def account(self, role: str, nth: int = 0) -> Account:
        """One of the demo's people: buyer, seller, admin, staff."""
        return [account for account in self.accounts.accounts if account.role == role][nth]

    def device(self, play: str, nth: int = 0) -> PosDevice:
        """One of the demo's tills: alive, silent, reserved."""
        return [device for device in self.accounts.pos_devices if device.play == play][nth]

    async def silence(self, shop_id: str, seconds: int = 660) -> None:
        """Let a shop's tills have been silent this long. The real wait is ten minutes, so the last sign of life is
        moved back instead."""
        async with self.database() as connection:
            for table in ("pos.device", "pos.shop_presence"):
                await connection.execute(
                    f"UPDATE {table} SET last_heartbeat_at = now() - make_interval(secs => $2),"
                    " alive_at = now() - make_interval(secs => $2) WHERE shop_id = $1::uuid",
                    shop_id,
                    float(seconds),
                )


class _Remembering(Person):
    """Somebody over HTTP whose session a browser may take over."""

    session: dict[str, Any]

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """One request that must be answered as expected; remembers the session it may open."""
        found = await super().call(method, path, **options)
        if isinstance(found, dict) and "refresh_token" in found:
            self.session = cast("dict[str, Any]", found)
        return cast("Any", found)


class BrowserBuyer(_Remembering, Buyer):
    """A signed-up buyer."""

    name = "Айгуль"
    password = secrets.token_urlsafe(9)

    async def open_account(self) -> Self:
        """Sign up."""
        body = {"phone": self.phone, "password": self.password, "name": self.name}
        answer = await self.post("/auth/signup", body, expect=201)
        self.token, self.user_id = answer["access_token"], answer["user"]["id"]
        return self


class Shopkeeper(_Remembering, Seller):
    """A seller under a name that no other has."""

    merchant_name = ""

    async def found_merchant(self) -> None:
        """Become a merchant."""
        await self.set_up_second_factor()
        self.merchant_name = f"Лавка {secrets.token_hex(4)}"
        body = {"name": self.merchant_name, "description": "Посуда и подарки"}
        self.merchant_id = (await self.post("/merchants", body, expect=201))["id"]

    async def new_goods(self, name: str, *, stock_qty: float = 10, price: int = 150_000) -> dict[str, Any]:
        """A product of one variant under a name of its own; the variant, with `product_id`."""
        made = await self.add_product([new_variant(f"SKU-{uuid4().hex[:8]}", stock_qty, price)], name)
        return {**made["variants"][0], "product_id": made["id"]}


class Visitor:
    """A person at a browser: collects what goes wrong on its pages."""

    def __init__(self, market: BrowserMarket, context: BrowserContext, page: Page, size: str) -> None:
        self.market = market
        self.context = context
        self.page = page
        self.size = size
        self.complaints: list[str] = []
        self._scanned_until = 0.0
        self.expected: list[str] = []
        """Parts of console messages that this test brings about on purpose."""
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in _HARMLESS):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def faults(self) -> list[str]:
        """What the console said that was not expected."""
        return [c for c in self.complaints if not any(part in c for part in self.expected)]

    async def open(self, path: str) -> None:
        """Go to an address of the market and wait for its page to have a heading."""
        await self.page.goto(self.market.url() + path)
        await self.page.locator("main h1, main h2").first.wait_for()

    def watch_loads(self) -> list[str]:
        """Addresses that the page loads as documents from now on: stays empty while nothing is reloaded."""
        loads: list[str] = []

        def asked(request: Request) -> None:
            if request.is_navigation_request():
                loads.append(request.url)

        self.page.on("request", asked)
        return loads

    async def sign_in(self, account: Account) -> None:
        """Be signed in from now on, as after the sign-in page, in every page of this browser."""
        await self.take_session(await sign_in(self.market, account))

    async def take_session(self, answer: dict[str, Any]) -> None:
        """Be signed in with an answer of sign-in or sign-up."""
        session = {
            "access": answer["access_token"],
            "refresh": answer["refresh_token"],
            "until": int((time.time() + answer["expires_in"]) * 1000),
            "user": answer["user"],
        }
        text = json.dumps(json.dumps(session))
        # Only where nobody is: a session renewed by the page must not be overwritten by the old one.
        script = f"localStorage.getItem('kerben.session') ?? localStorage.setItem('kerben.session', {text})"
        await self.context.add_init_script(script)

    async def scan(self, code: str) -> None:
        """Type a code as a scanner does that poses as a keyboard: 5 ms a key, with Enter."""
        keys: Any = await self.context.new_cdp_session(self.page)
        strokes: list[dict[str, Any]] = []
        # Never before the scan before: its moments may lie ahead of the clock.
        at = max(time.time(), self._scanned_until + 0.5)
        for key, text in [*((c, c) for c in code), ("Enter", "\r")]:
            # The moment is given, for a busy machine passes keys on more slowly than any scanner types.
            at += 0.005
            strokes += [{"type": kind, "key": key, "timestamp": at} for kind in ("keyDown", "keyUp")]
            strokes[-2]["text"] = text
        self._scanned_until = at
        for stroke in strokes:
            await keys.send("Input.dispatchKeyEvent", stroke)
        await keys.detach()

    async def picture(self, name: str, *, full: bool = False) -> None:
        """Keep a screenshot as an artefact: `<name>-<size>.png`."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENS / f"{name}-{self.size}.png", full_page=full)

    async def grave_violations(self) -> list[str]:
        """What axe-core finds serious or critical on the page as it stands."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = await self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{v['id']}: {node['target']} {node['failureSummary'][:300]}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
            for node in v["nodes"][:4]
        ]

    async def overflow(self) -> int:
        """How many pixels the page is wider than the screen."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    async def small_targets(self, least: int = 40) -> list[str]:
        """Buttons and fields that are hard to hit with a thumb: lower than `least` pixels."""
        script = """least => [...document.querySelectorAll('button, input:not([type=hidden]), select, a.k-btn')]
            .filter(e => e.checkVisibility() && !e.closest('.k-sr, label, [aria-hidden=true]'))
            .filter(e => e.getBoundingClientRect().height + 0.5 < least)
            .map(e => `${e.tagName} ${e.getAttribute('aria-label') ?? e.textContent.trim().slice(0, 40)}`)"""
        return list(await self.page.evaluate(script, least))

    def text(self, words: str) -> Locator:
        """Something on the page that holds these words."""
        return self.page.get_by_text(words).first


async def new_visitor(market: BrowserMarket, browser: Browser, size: str = "phone", **options: Any) -> Visitor:
    """Somebody with a fresh browser profile. `options` are those of a Playwright context."""
    width, height = SIZES[size]
    settings: dict[str, Any] = {
        "viewport": {"width": width, "height": height},
        "has_touch": size == "phone",
        "locale": "ru-RU",
        "timezone_id": "Asia/Bishkek",
        "service_workers": "block",
        "reduced_motion": "reduce",
    }
    context = await browser.new_context(**{**settings, **options})
    if "service_workers" not in options:
        # Blocked registrations are reported as a warning; the worker has tests of its own.
        await context.add_init_script("delete Navigator.prototype.serviceWorker")
    return Visitor(market, context, await context.new_page(), size)


async def sign_in(market: BrowserMarket, account: Account) -> dict[str, Any]:
    """The answer of sign-in. A code of the second factor works once, so a used one is waited out."""
    async with httpx.AsyncClient(base_url=market.url(), timeout=30) as client:
        deadline = time.monotonic() + 70
        while True:
            body = {"login": account.login, "password": account.password}
            if account.totp_secret is not None:
                body["otp"] = TOTP(account.totp_secret).now()
            answer = await client.post("/api/v1/auth/signin", json=body)
            if answer.is_success:
                return dict(answer.json())
            assert time.monotonic() < deadline, answer.text
            await asyncio.sleep(1)


async def message_code(market: Market, to: str, pattern: str = r"\b\d{6}\b") -> str:
    """The newest code that was sent to a phone or an address."""
    anyone = Caller(market)

    async def found() -> str:
        messages = (await anyone.get("/sandbox/inbox", params={"to": to}))["messages"]
        codes = [code for message in messages for code in re.findall(pattern, message["text"])]
        return codes[-1] if codes else ""

    try:
        return str(await eventually(found, what=f"a code was sent to {to}"))
    finally:
        await anyone.close()


async def prove_phone(visitor: Visitor, phone: str) -> None:
    """Confirm the account's phone in the settings, by the code that is sent to it."""
    page = visitor.page
    await visitor.open("/account/settings")
    await page.get_by_role("button", name="Получить код").click()
    await page.get_by_label("Код из сообщения").fill(await message_code(visitor.market, phone))
    await page.get_by_role("button", name="Подтвердить").click()
    await page.get_by_text("Телефон подтверждён").wait_for()


def pairing_code(registered: dict[str, Any]) -> str:
    """What the cabinet shows once for a new till, and the till takes."""
    return "kerben-pos:{device_id}:{token}:{secret}".format(**registered)


async def check_page(visitor: Visitor, name: str, *, targets: int = 40, ignore: Sequence[str] = ()) -> None:
    """What every page has to be: accessible, no wider than its screen, easy to hit; its picture is kept.

    What is wrong goes to the visitor's faults, so that a story is told to its end and fails then.
    """
    await visitor.picture(name)
    wrong = [v for v in await visitor.grave_violations() if not any(part in v for part in ignore)]
    if (wider := await visitor.overflow()) > 0:
        wrong.append(f"{wider} px wider than the screen")
    if visitor.size == "phone":
        wrong += [f"lower than {targets} px: {control}" for control in await visitor.small_targets(targets)]
    visitor.complaints += [f"{name} ({visitor.size}): {fault}" for fault in wrong]
