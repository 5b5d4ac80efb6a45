"""Those who use the market in the flow tests. They speak only HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, Self
from uuid import uuid4

import httpx
import websockets
from pyotp.totp import TOTP

from tests.flows.market import ADMIN_PHONE, Market

_PASSWORD: Final = "correct horse battery"
SETTLE_S_MAX: Final = 20.0
POLL_S: Final = 0.05
TOTP_STEP_S: Final = 30


def new_phone() -> str:
    """A Kyrgyz mobile number that no other test uses."""
    return f"+99655{secrets.randbelow(10_000_000):07d}"


async def eventually(check: Callable[[], Awaitable[Any]], *, within_s: float = SETTLE_S_MAX, what: str = "") -> Any:
    """Ask again until the answer is true, and return it."""
    deadline = time.monotonic() + within_s
    while True:
        found = await check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within_s} s: {what or check}")
        await asyncio.sleep(POLL_S)


class Caller:
    """Somebody with an HTTP client to each server process, and perhaps an access token."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.token: str | None = None
        self._clients = [httpx.AsyncClient(base_url=market.url(n), timeout=30) for n in range(len(market.ports))]

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            await client.aclose()

    async def send(
        self, method: str, path: str, *, server: int = 0, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """One request, whatever comes of it. Paths without a root of their own are under /api/v1."""
        rooted = path.startswith(("/api/", "/sandbox/", "/healthz", "/readyz", "http"))
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = path if rooted else f"/api/v1{path}"
        return await self._clients[server].request(method, url, headers={**own, **(headers or {})}, **options)

    async def call(self, method: str, path: str, *, expect: int | Iterable[int] = (200, 201), **options: Any) -> Any:
        """One request that must be answered as expected; its JSON, or None."""
        response = await self.send(method, path, **options)
        statuses = (expect,) if isinstance(expect, int) else tuple(expect)
        assert response.status_code in statuses, f"{method} {path}: {response.status_code} {response.text[:2000]}"
        return response.json() if response.content else None

    async def get(self, path: str, **options: Any) -> Any:
        """GET that must succeed."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """POST that must succeed."""
        return await self.call("POST", path, json=body, **options)


_ON_THE_WAY_S: Final = 8
"""A code may take so long to be looked at, seconds."""


class Authenticator:
    """The app with the codes of one account's second factor. A code works once, so it remembers the last one used."""

    def __init__(self, secret: str) -> None:
        self._app = TOTP(secret)
        self._used = 0

    async def code(self) -> str:
        """A code that was not used yet: of the step before this one, of this or of the next, which are all taken;
        waits when all three are used up."""
        while True:
            here = int(time.time()) // TOTP_STEP_S
            # The step before is taken until this one ends: not when that is about to happen.
            step = max(self._used + 1, int(time.time() + _ON_THE_WAY_S) // TOTP_STEP_S - 1)
            if step <= here + 1:
                self._used = step
                return self._app.generate_otp(step)
            await asyncio.sleep(POLL_S)


_AUTHENTICATORS: Final[dict[tuple[str, str], Authenticator]] = {}
"""By market and phone: an account's second factor is set up once, whoever enters it later."""


class Person(Caller):
    """Somebody with an account."""

    def __init__(self, market: Market, phone: str | None = None) -> None:
        super().__init__(market)
        self.phone = phone or new_phone()
        self.email = f"u{self.phone[1:]}@example.kg"
        self.user_id = ""

    async def sign_up(self, name: str) -> Self:
        """Open an account."""
        body = {"phone": self.phone, "password": _PASSWORD, "name": name}
        answer = await self.post("/auth/signup", body, expect=201)
        self.token, self.user_id = answer["access_token"], answer["user"]["id"]
        return self

    async def sign_in(self, password: str = _PASSWORD) -> Self:
        """Sign in with the password, and with a code where the account has a second factor."""
        body = {"login": self.phone, "password": password}
        if self._account in _AUTHENTICATORS:
            body["otp"] = await _AUTHENTICATORS[self._account].code()
        answer = await self.post("/auth/signin", body, expect=200)
        self.token, self.user_id = answer["access_token"], answer["user"]["id"]
        return self

    @property
    def _account(self) -> tuple[str, str]:
        return str(self.market.folder), self.phone

    async def set_up_second_factor(self) -> None:
        """Put a second factor in force: sellers and admins must have one."""
        made = await self.post("/auth/2fa/totp", expect=201)
        app = Authenticator(made["secret"])
        await self.post("/auth/2fa/totp/confirm", {"code": await app.code()}, expect=204)
        _AUTHENTICATORS[self._account] = app


class Admin(Person):
    """The administrator made by `kerben admin create`."""

    def __init__(self, market: Market) -> None:
        super().__init__(market, ADMIN_PHONE)

    async def enter(self) -> Self:
        """Sign in; the first time this sets the second factor up."""
        await self.sign_in(self.market.admin_password)
        if self._account not in _AUTHENTICATORS:
            await self.set_up_second_factor()
            await self.sign_in(self.market.admin_password)
        return self

    async def trial_balance(self) -> list[dict[str, Any]]:
        """Debits and credits by currency."""
        return (await self.get("/admin/ledger/trial-balance"))["currencies"]


class Buyer(Person):
    """Somebody who orders."""

    def order_body(self, shop_id: str, variant_id: str, qty: float = 1, *, payment: str = "card") -> dict[str, Any]:
        """An order of one line, to be picked up."""
        return {
            "shop_id": shop_id,
            "items": [{"variant_id": variant_id, "qty": qty}],
            "delivery": {"method": "pickup"},
            "payment_method": payment,
            "contact": {"name": "Айгуль", "phone": self.phone, "email": self.email},
        }

    async def order(self, body: dict[str, Any], *, key: str | None = None, **options: Any) -> Any:
        """Place an order."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return await self.call("POST", "/orders", json=body, headers=headers, **{"expect": 201, **options})

    async def open_payment(self, order: dict[str, Any]) -> str:
        """Follow the order's link as a browser would; the address of the acquirer's page."""
        action = order["payment"]["action"]
        assert action["type"] in {"redirect", "qr"}, action
        response = await self.send("GET", action["url"], headers={"Authorization": ""})
        assert response.status_code in {302, 303, 307}, f"{response.status_code} {response.text[:2000]}"
        return response.headers["location"]

    async def approve(self, order: dict[str, Any]) -> None:
        """Pay on the acquirer's side."""
        payment_id = order["payment"]["id"]
        await self.post(f"/sandbox/acquirer/payments/{payment_id}/approve", expect=200)

    async def spoil(self, order: dict[str, Any], *, webhook: str = "normal", api: str = "normal") -> None:
        """Make the acquirer misbehave for this order's payment alone."""
        faults = {"payment_id": order["payment"]["id"], "webhook": {"mode": webhook}, "api": {"mode": api}}
        await self.call("PUT", "/sandbox/acquirer/faults", json=faults)

    async def spoil_once(self, order: dict[str, Any]) -> None:
        """Let the acquirer fail once when it is told or asked about this order's payment."""
        faults = {"payment_id": order["payment"]["id"], "api": {"mode": "http_500", "times": 1}}
        await self.call("PUT", "/sandbox/acquirer/faults", json=faults)

    async def until_spoiled(self, order: dict[str, Any]) -> None:
        """Wait until that has happened."""

        async def happened() -> bool:
            found = (await self.get("/sandbox/acquirer/faults"))["payments"]
            return all(f["api"]["mode"] == "normal" for f in found if f["payment_id"] == order["payment"]["id"])

        await eventually(happened, what="the acquirer has failed")

    async def order_state(self, order_id: str, **options: Any) -> Any:
        """The order as its buyer sees it."""
        return await self.get(f"/orders/{order_id}", **options)

    async def until_status(self, order_id: str, status: str, *, within_s: float = SETTLE_S_MAX) -> Any:
        """Wait until the order has a status."""
        seen: dict[str, Any] = {}

        async def has_it() -> bool:
            seen.update(await self.order_state(order_id))
            return seen["status"] == status

        await eventually(has_it, within_s=within_s, what=f"order {order_id} is {status}")
        return seen


class Till(Caller):
    """A shop's cash register: signs what it sends."""

    def __init__(self, market: Market, registered: dict[str, Any]) -> None:
        super().__init__(market)
        self.device_id: str = registered["device_id"]
        self.token = registered["token"]
        self.secret: str = registered["secret"]
        self._receipts = 0

    def signature(self, body: bytes, at_s: int | None = None) -> dict[str, str]:
        """Headers of a signed request."""
        moment = str(int(time.time()) if at_s is None else at_s)
        mac = hmac.new(self.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Kerben-Timestamp": moment,
            "X-Kerben-Signature": f"sha256={mac}",
        }

    async def signed(self, path: str, body: dict[str, Any], **options: Any) -> httpx.Response:
        """A signed POST, whatever comes of it."""
        content = json.dumps(body).encode()
        return await self.send("POST", path, content=content, headers=self.signature(content), **options)

    async def heartbeat(self, stock: list[dict[str, Any]] | None = None) -> Any:
        """Say that the till is alive."""
        body = {"device_id": self.device_id, "status": "active", "timestamp": stamp(), "stock": stock or []}
        response = await self.signed("/pos/heartbeat", body)
        assert response.status_code == 200, response.text
        return response.json()

    def next_receipt(self) -> str:
        """The next number."""
        self._receipts += 1
        return f"R{self._receipts:06d}"

    def sale_body(self, items: list[dict[str, Any]], *, receipt: str | None = None, **more: Any) -> dict[str, Any]:
        """A receipt. `items` as in API.md."""
        number = receipt or self.next_receipt()
        basics = {"device_id": self.device_id, "receipt_number": number, "timestamp": stamp()}
        return {**basics, "type": "sale", "payment": "cash", "items": items, **more}

    async def sell(self, items: list[dict[str, Any]], **more: Any) -> Any:
        """Record a receipt."""
        response = await self.signed("/pos/sales", self.sale_body(items, **more))
        assert response.status_code == 201, response.text
        return response.json()


class Seller(Person):
    """The owner of a shop that sells online."""

    merchant_id: str
    shop_id: str
    account_number: str
    till: Till

    async def open_shop(self, admin: Admin, *, lively: bool = True) -> Self:
        """Sign up and set everything up that selling online needs; `lively`: the till says so."""
        await self.sign_up("Нурлан")
        await self.found_merchant()
        await admin.post(f"/admin/merchants/{self.merchant_id}/verify", expect=(200, 201, 204))
        await self.onboard_payouts()
        await admin.post(f"/admin/merchants/{self.merchant_id}/payout/activate", expect=(200, 201, 204))
        await self.found_shop()
        await self.register_till()
        if lively:
            await self.till.heartbeat()
        return self

    async def close(self) -> None:
        """Close the connections, the till's too."""
        if hasattr(self, "till"):
            await self.till.close()
        await super().close()

    async def found_merchant(self) -> None:
        """Become a merchant; what comes after needs a second factor."""
        await self.set_up_second_factor()
        made = await self.post("/merchants", {"name": "Лавка Нурлана", "description": "Электроника"}, expect=201)
        self.merchant_id = made["id"]

    async def onboard_payouts(self) -> None:
        """Say where money goes."""
        self.account_number = "1180000" + f"{random.randrange(10**9):09d}"
        body = {"account_number": self.account_number, "bank_name": "Оптима Банк"}
        answer = await self.post(f"/merchants/{self.merchant_id}/payout/onboard", body)
        assert answer["payout_status"] == "pending"

    async def found_shop(self) -> None:
        """Open a shop."""
        body = {
            "name": "Дордой, ряд 7",
            "address": "Бишкек, рынок Дордой",
            "phone": self.phone,
            "lat": 42.9396,
            "lon": 74.6198,
        }
        made = await self.post(f"/merchants/{self.merchant_id}/shops", body, expect=201)
        self.shop_id = made["id"]

    async def register_till(self) -> None:
        """Get a till."""
        made = await self.post(f"/shops/{self.shop_id}/pos-devices", {"name": "Касса 1"}, expect=201)
        self.till = Till(self.market, made)

    async def add_product(self, variants: list[dict[str, Any]], name: str = "Чайник электрический") -> Any:
        """Add a product to the shop; the answer has the variants' ids in the order given."""
        body = {
            "name": name,
            "description": "Проверочный товар",
            "category_id": await self.any_category(),
            "variants": variants,
        }
        return await self.post(f"/shops/{self.shop_id}/products", body, expect=201)

    async def add_variant(self, stock_qty: float = 10, price: int = 150_000) -> dict[str, Any]:
        """A product of one variant; the variant, with `product_id`."""
        made = await self.add_product([new_variant(f"SKU-{uuid4().hex[:8]}", stock_qty, price)])
        return {**made["variants"][0], "product_id": made["id"]}

    async def count(self, variant_id: str, on_hand: float) -> None:
        """Write down what was counted in the shop."""
        seen = await self.send("GET", f"/variants/{variant_id}")
        match = {"If-Match": seen.headers["etag"]}
        await self.call("PATCH", f"/variants/{variant_id}", json={"on_hand": on_hand}, headers=match)

    async def any_category(self) -> str:
        """A category that exists."""
        return (await self.get("/categories"))["items"][0]["id"]

    async def eligibility(self, **options: Any) -> Any:
        """Whether buyers may buy."""
        return await self.get(f"/merchants/{self.merchant_id}/eligibility", **options)

    async def balance(self) -> int:
        """What the platform owes, minor units."""
        return (await self.get(f"/merchants/{self.merchant_id}/balance"))["balance"]["amount"]

    async def stock_qty(self, product_id: str, variant_id: str, **options: Any) -> float:
        """What the product page says can be bought."""
        page = await self.get(f"/products/{product_id}", **options)
        return next(v["stock_qty"] for v in page["variants"] if v["id"] == variant_id)


def new_variant(sku: str, stock_qty: float, price: int = 150_000) -> dict[str, Any]:
    """A variant without a barcode: the shop issues one."""
    money = {"amount": price, "currency": "KGS"}
    return {"sku": sku, "barcode": None, "attributes": {}, "price": money, "unit": "pcs", "stock_qty": stock_qty}


def stamp() -> str:
    """This moment as tills write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@asynccontextmanager
async def listening(
    market: Market, topic: str, *, server: int, token: str | None = None
) -> AsyncGenerator[list[dict[str, Any]]]:
    """A socket that is subscribed to a topic; what it hears, as it comes."""
    heard: list[dict[str, Any]] = []
    url = market.url(server).replace("http://", "ws://") + "/api/v1/ws"
    async with websockets.connect(url) as socket:
        await socket.send(json.dumps({"subscribe": [topic], "token": token}))
        welcome = json.loads(await asyncio.wait_for(socket.recv(), 5))
        assert (welcome["kind"], welcome["topics"]) == ("subscribed", [topic]), f"refused: {welcome}"

        async def hear() -> None:
            async for text in socket:
                heard.append(json.loads(text))

        task = asyncio.create_task(hear())
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
