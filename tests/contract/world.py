"""An in-process market with two sellers, a buyer, an administrator and a till, for requests that must be refused."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, cast
from uuid import UUID, uuid4

import httpx
from litestar import Litestar
from litestar.routes import HTTPRoute
from pyotp.totp import TOTP

from kerben.domains.catalog.api import NewProduct, NewVariant, create_products
from kerben.domains.catalog.model import FALLBACK_CATEGORY
from kerben.domains.identity.api import NewUser, create_user, hash_password
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.merchants.api import Scope, StaffMember, StaffRole, add_staff
from kerben.platform.access import declared
from kerben.platform.clock import ManualClock
from kerben.platform.runtime import Runtime
from tests.contract.samples import Operation

PASSWORD: Final = "correct horse battery"

BOOKKEEPING: Final[dict[str, str]] = {
    "payments.provider_event": "every notice of an acquirer is kept, believed or not",
    "pos.sync_log": "a rejected receipt is noted in the till's log",
}
"""Tables that a refused request may write to, and why."""


class World:
    """The application, its people, and what the first seller has."""

    def __init__(self, app: Litestar, client: httpx.AsyncClient, runtime: Runtime, clock: ManualClock) -> None:
        self.app = app
        self.client = client
        self.runtime = runtime
        self.clock = clock
        self.tokens: dict[str, str] = {}
        self.ids = {"currency": "RUB", "role": "support", "provider": "freedompay"}
        self.till: dict[str, str] = {}
        self.partner_key = ""

    async def ask(
        self,
        method: str,
        url: str,
        who: str | None,
        *,
        content: bytes | None = None,
        headers: Any = None,
        **more: Any,
    ) -> httpx.Response:
        """A request of one of the people, of a partner's program, or of the till, which signs it."""
        own: dict[str, str] = {"Content-Type": "application/json"} if content is not None else {}
        if who == "till":
            own |= self.signature(content or b"")
        elif who == "partner":
            own["X-API-Key"] = self.partner_key
        elif who is not None:
            own["Authorization"] = f"Bearer {self.tokens[who]}"
        own["Idempotency-Key"] = str(uuid4())
        return await self.client.request(method, url, content=content, headers={**own, **(headers or {})}, **more)

    async def must(self, method: str, url: str, who: str | None, body: Any = None) -> Any:
        """A request that must succeed."""
        response = (
            await self.ask(method, url, who, json=body) if body is not None else await self.ask(method, url, who)
        )
        assert response.is_success, f"{method} {url}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def signature(self, body: bytes) -> dict[str, str]:
        """What a till puts on its requests."""
        moment = str(int(self.clock.now().timestamp()))
        mac = hmac.new(self.till["secret"].encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "Authorization": f"Bearer {self.till['token']}",
            "X-Kerben-Timestamp": moment,
            "X-Kerben-Signature": f"sha256={mac}",
        }

    def access(self) -> dict[tuple[str, str], str]:
        """What each route of the document declares about who may call it."""
        found: dict[tuple[str, str], str] = {}
        for route in self.app.routes:
            if not isinstance(route, HTTPRoute):
                continue
            for handler in route.route_handlers:
                if not handler.resolve_include_in_schema():
                    continue
                for method in cast("set[str]", handler.http_methods):
                    found[method, _plain(route.path)] = " / ".join(declared(handler))
        return found

    def caller_of(self, operation: Operation, access: str) -> str | None:
        """Who has every right on a route."""
        if "till" in access or "device" in access or operation.path.startswith("/api/v1/pos/"):
            return "till"
        if access.startswith("partner key"):
            return "partner"
        if "admin" in access:
            return "admin"
        return None if access == "public" else "seller"

    async def contents(self) -> dict[str, str]:
        """A fingerprint of every table but those of BOOKKEEPING."""
        async with self.runtime.db.read() as tx:
            tables = await tx.fetch(
                "SELECT n.nspname || '.' || c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
                " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
                " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            )
            found: dict[str, str] = {}
            for name, quoted in tables:
                if name in BOOKKEEPING:
                    continue
                rows = f"SELECT string_agg(t::text, '|' ORDER BY t::text) FROM {quoted} t"
                found[name] = await tx.fetchval(f"SELECT md5(coalesce(({rows}), ''))")
        return found

    async def people(self) -> None:
        """The administrator, two sellers, a buyer."""
        hashed = await hash_password(PASSWORD)
        phones = {"admin": "+996700000001", "seller": "+996700000002", "rival": "+996700000003"}
        phones |= {"buyer": "+996700000004", "cashier": "+996700000005"}
        ids: dict[str, UUID] = {}
        async with self.runtime.db.write() as tx:
            for who, phone in phones.items():
                roles = frozenset({"buyer", "admin"} if who == "admin" else {"buyer"})
                ids[who] = await create_user(tx, NewUser(phone, f"{who}@example.kg", hashed, who.title(), roles))
        for who, phone in phones.items():
            body = {"login": phone, "password": PASSWORD}
            signed_in = await self.must("POST", "/api/v1/auth/signin", None, body)
            self.tokens[who] = signed_in["access_token"]
            if who != "buyer":
                await self._second_factor(who, signed_in["refresh_token"])
        self.ids["user_id"] = str(ids["buyer"])
        await self._shops(ids["cashier"])

    async def _second_factor(self, who: str, refresh_token: str) -> None:
        secret = (await self.must("POST", "/api/v1/auth/2fa/totp", who))["secret"]
        await self.must("POST", "/api/v1/auth/2fa/totp/confirm", who, {"code": TOTP(secret).at(self.clock.now())})
        refreshed = await self.must("POST", "/api/v1/auth/refresh", None, {"refresh_token": refresh_token})
        self.tokens[who] = refreshed["access_token"]

    async def _shops(self, cashier: UUID) -> None:
        for who in ("seller", "rival"):
            made = await self.must(
                "POST", "/api/v1/merchants", who, {"name": f"Лавка {who}", "description": "Разное"}
            )
            merchant = made["id"]
            await self.must("POST", f"/api/v1/admin/merchants/{merchant}/verify", "admin")
            account = {"account_number": "1180000123456789", "bank_name": "Оптима Банк"}
            await self.must("POST", f"/api/v1/merchants/{merchant}/payout/onboard", who, account)
            await self.must("POST", f"/api/v1/admin/merchants/{merchant}/payout/activate", "admin")
            place = {"name": "Ряд", "address": "Дордой", "phone": "+996700000002", "lat": 42.94, "lon": 74.62}
            shop = await self.must(
                "POST", f"/api/v1/merchants/{merchant}/shops", who, {"name": f"Ряд {who}", **place}
            )
            if who == "seller":
                self.ids |= {"merchant_id": merchant, "shop_id": shop["id"]}
        async with self.runtime.db.write() as tx:
            await add_staff(tx, [StaffMember(UUID(self.ids["merchant_id"]), cashier, StaffRole.CASHIER)])
        await self._partner()
        await self._goods()

    async def _partner(self) -> None:
        """A key of every scope, which has been used, and an open invitation."""
        merchant = f"/api/v1/merchants/{self.ids['merchant_id']}"
        key = {"name": "1С", "scopes": [scope.value for scope in Scope]}
        issued = await self.must("POST", f"{merchant}/api-keys", "seller", key)
        self.partner_key = issued["secret"]
        await self.must("GET", "/api/v1/partner/me", "partner")
        invitation = {"phone": "+996700000006", "role": "cashier"}
        invited = await self.must("POST", f"{merchant}/staff/invitations", "seller", invitation)
        self.ids |= {"key_id": issued["key"]["id"], "invitation_id": invited["id"]}

    async def _goods(self) -> None:
        shop = self.ids["shop_id"]
        self.till = await self.must("POST", f"/api/v1/shops/{shop}/pos-devices", "seller", {"name": "Касса"})
        self.ids["device_id"] = self.till["device_id"]
        variant = NewVariant("A-1", None, {}, 15_000)
        goods = NewProduct(UUID(shop), "Чай", "Чёрный", FALLBACK_CATEGORY, [variant])
        async with self.runtime.db.write() as tx:
            (made,) = await create_products(tx, [goods])
            await open_stock(tx, [OpeningStock(made.variant_ids[0], UUID(shop), made.id, 20_000)])
        self.ids |= {"category_id": str(FALLBACK_CATEGORY), "product_id": str(made.id)}
        self.ids["variant_id"] = str(made.variant_ids[0])
        beat = {"device_id": self.ids["device_id"], "status": "active", "timestamp": self.clock.now().isoformat()}
        await self._signed("/api/v1/pos/heartbeat", beat)
        line = {"sku": "A-1", "qty": 1, "unit_price": 150}
        receipt = {**beat, "receipt_number": "R-1", "type": "sale", "payment": "cash", "items": [line]}
        del receipt["status"]
        await self._signed("/api/v1/pos/sales", receipt)
        await self._order()

    async def _signed(self, url: str, body: Mapping[str, Any]) -> None:
        response = await self.ask("POST", url, "till", content=json.dumps(body).encode())
        assert response.is_success, f"{url}: {response.status_code} {response.text}"

    async def _order(self) -> None:
        order = {
            "shop_id": self.ids["shop_id"],
            "items": [{"variant_id": self.ids["variant_id"], "qty": 1}],
            "delivery": {"method": "pickup"},
            "payment_method": "card",
            "contact": {"name": "Айгуль", "phone": "+996700000004", "email": "a@example.kg"},
        }
        placed = await self.must("POST", "/api/v1/orders", "buyer", order)
        self.ids |= {"order_id": placed["id"], "payment_id": placed["payment"]["id"]}


def _plain(path: str) -> str:
    """`/shops/{shop_id:uuid}` as the document writes it: `/shops/{shop_id}`."""
    parts = [f"{{{part[1:-1].partition(':')[0]}}}" if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


@asynccontextmanager
async def living(app: Litestar) -> AsyncGenerator[None]:
    """Run an application's lifespan within one task: it must end in the task that began it."""
    ready, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            ready.set()
            await stop.wait()

    task = asyncio.create_task(live())
    waiter = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiter.cancel()
        await task
    try:
        yield
    finally:
        stop.set()
        await task
