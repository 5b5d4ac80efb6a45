"""Every address of the four applications, with ids of things that exist."""

from __future__ import annotations

import json
import re
from typing import Final

from tests.browser.stage import BrowserBuyer, Shopkeeper
from tests.flows.market import ROOT

APPS: Final = ROOT / "web" / "apps"
_PATH: Final = re.compile(r"path: '([^']*)'|place\('([^']*)'")
_AUTH: Final = ("/signin", "/signup", "/reset")

# What is behind a step of its own has a test of its own.
ELSEWHERE: Final = {
    "business": {"/goods/import/:id", "/begin"},
    "console": {"/denied"},
    "pos": {"/receipts/:number", "/receipts/:number/refund"},
}


class Things:
    """What the parameters of addresses stand for: each exists."""

    def __init__(self, keeper: Shopkeeper, buyer: BrowserBuyer) -> None:
        self.keeper = keeper
        self.buyer = buyer
        self._of: dict[str, str] = {}

    async def find(self) -> Things:
        """Make or find them."""
        goods = await self.keeper.new_goods("Чайник на каждой странице")
        page = await self.buyer.get(f"/products/{goods['product_id']}")
        place = (await self.buyer.get("/places"))["items"][0]
        body = self.buyer.order_body(self.keeper.shop_id, goods["id"], payment="cash_on_receipt")
        order = await self.buyer.order(body)
        more = await self.keeper.new_goods("Пиала в корзине")
        await self.buyer.call("PUT", f"/cart/items/{more['id']}", json={"qty": 2}, expect=(200, 201, 204))
        self._of = {
            "/c/:id": page["category_id"],
            "/p/:id": goods["product_id"],
            "/s/:id": self.keeper.shop_id,
            "/m/:slug": place["slug"],
            "/checkout/:shopId": self.keeper.shop_id,
            "/orders/:id": order["id"],
            "/orders/:id/edit": order["id"],
            "/goods/:id": goods["product_id"],
        }
        return self

    def address(self, route: str) -> str:
        """The address with what exists. Raises KeyError for a route that nobody has thought of here."""
        return re.sub(r":\w+", self._of[route], route) if ":" in route else route


def market_routes() -> list[str]:
    """The addresses of the storefront, as the server has them."""
    return list(json.loads((APPS / "market" / "public" / "routes.json").read_text(encoding="utf-8")))


def routes_of(app: str) -> list[str]:
    """The addresses of another application as its sources have them, without those that are tested elsewhere."""
    found: list[str] = list(_AUTH) if app in ("business", "console") else []
    if app == "console":
        found.remove("/signup")
    for file in sorted((APPS / app / "src" / "app").glob("**/*routes.ts")):
        for match in _PATH.finditer(file.read_text(encoding="utf-8")):
            path = f"/{match[1] if match[1] is not None else match[2]}"
            if path != "/**" and path not in found and path not in ELSEWHERE[app]:
                found.append(path)
    return found
