"""HTTP of categories, exchange rates and price history. Pages of products need stock too, so they are flows'."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, patch, post, put
from litestar.openapi.datastructures import ResponseSpec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog import categories as use_cases
from kerben.domains.catalog import service
from kerben.domains.catalog.model import Category, CategoryPatch, NewCategory, PriceSource, Rate
from kerben.domains.identity.api import admin, signed_in
from kerben.domains.merchants.api import shop_access
from kerben.platform.access import client_ip, principal_of, public
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.http import Page, json_with_etag, page_limit
from kerben.platform.money import MoneyView, view

HttpRequest = Request[Any, Any, Any]


class CategoryView(msgspec.Struct, frozen=True):
    """A node of the tree; `depth` 0 is a root."""

    id: UUID
    parent_id: UUID | None
    slug: str
    name: str
    depth: int


class CategoryTree(msgspec.Struct, frozen=True):
    """All categories, each followed by those below it; there is one page."""

    items: list[CategoryView]
    next_cursor: str | None = None


class RateBody(msgspec.Struct, frozen=True):
    """KGS for one unit of the currency, a decimal as string or number."""

    rate: Decimal


class RateView(msgspec.Struct, frozen=True):
    """KGS for one unit of a currency, as a decimal string, and since when."""

    currency: str
    rate: str
    valid_from: datetime


class PricePointView(msgspec.Struct, frozen=True):
    """One change of a price and who made it."""

    old_price: MoneyView
    new_price: MoneyView
    source: PriceSource
    reference: str | None
    at: datetime


def tree(categories: list[Category]) -> list[CategoryView]:
    """Siblings keep their order; every category stands behind its parent."""
    children: dict[UUID | None, list[Category]] = {}
    for category in categories:
        children.setdefault(category.parent_id, []).append(category)
    found: list[CategoryView] = []
    waiting = [(category, 0) for category in reversed(children.get(None, []))]
    while waiting:
        category, depth = waiting.pop()
        found.append(CategoryView(category.id, category.parent_id, category.slug, category.name, depth))
        waiting.extend((child, depth + 1) for child in reversed(children.get(category.id, [])))
    return found


def _rate_view(rate: Rate) -> RateView:
    return RateView(rate.currency, f"{rate.rate.normalize():f}", rate.valid_from)


class CategoriesController(Controller):
    """The directory of categories."""

    path = "/api/v1"
    tags = ("Catalogue",)

    @get(
        "/categories",
        guards=[public],
        responses={200: ResponseSpec(CategoryTree, generate_examples=False, description="The whole tree")},
    )
    async def list_categories(self, request: HttpRequest, db: Database) -> Response[bytes]:
        """The tree, parents before children, with an ETag."""
        async with db.read() as tx:
            found = await use_cases.categories(tx)
        return json_with_etag(request, CategoryTree(tree(found)))

    @post("/admin/categories", guards=[admin])
    async def create(self, request: HttpRequest, data: NewCategory, db: Database) -> Category:
        """Add a category. 409 SLUG_TAKEN."""
        who, ip = principal_of(request), client_ip(request)

        async def work(tx: WriteTx) -> Category:
            (category_id,) = await use_cases.create_categories(tx, [data])
            after = {"slug": data.slug, "name": data.name, "parent_id": str(data.parent_id or "")}
            await record(
                tx,
                AuditEntry(who.user_id, "admin", "category.create", "category", str(category_id), after=after, ip=ip),
            )
            return next(c for c in await use_cases.categories(tx, hidden=True) if c.id == category_id)

        return await db.transact(work)

    @get("/admin/categories", guards=[admin])
    async def list_all(self, db: Database) -> Page[Category]:
        """The whole directory, hidden ones too, siblings in their order; there is one page."""
        async with db.read() as tx:
            return Page(await use_cases.categories(tx, hidden=True))

    @patch("/admin/categories/{category_id:uuid}", guards=[admin])
    async def change(self, request: HttpRequest, category_id: UUID, data: CategoryPatch, db: Database) -> Category:
        """Rename, move, reorder, hide or show a category. 409 CATEGORY_LOOP."""
        who, ip = principal_of(request), client_ip(request)

        async def work(tx: WriteTx) -> Category:
            old, new = await use_cases.change_category(tx, category_id, data)
            if old != new:
                before, after = _changed(old, new), _changed(new, old)
                await record(
                    tx,
                    AuditEntry(
                        who.user_id, "admin", "category.change", "category", str(category_id), before, after, ip
                    ),
                )
            return new

        return await db.transact(work)


def _changed(this: Category, other: Category) -> dict[str, Any]:
    """Fields in which a category differs from another state of it."""
    fields = {name: getattr(this, name) for name in this.__struct_fields__}
    return {name: value for name, value in fields.items() if value != getattr(other, name)}


class ExchangeRatesController(Controller):
    """Exchange rates to the som."""

    path = "/api/v1"
    tags = ("Catalogue",)

    @get("/exchange-rates", guards=[public])
    async def list_rates(self, db: Database) -> Page[RateView]:
        """The rates in force; one page."""
        async with db.read() as tx:
            found = await use_cases.rates(tx)
        return Page([_rate_view(rate) for rate in found.values()])

    @put("/admin/exchange-rates/{currency:str}", guards=[admin])
    async def set_rate(self, request: HttpRequest, currency: str, data: RateBody, db: Database) -> RateView:
        """Put a rate in force from now on; earlier ones are kept."""
        who, ip = principal_of(request), client_ip(request)

        async def work(tx: WriteTx) -> Rate:
            old = (await use_cases.rates(tx)).get(currency)
            await use_cases.set_rate(tx, currency, data.rate, by=who.user_id)
            new = (await use_cases.rates(tx))[currency]
            before = {"rate": str(old.rate)} if old else None
            await record(
                tx,
                AuditEntry(
                    who.user_id, "admin", "exchange_rate.set", "currency", currency, before,
                    {"rate": str(new.rate)}, ip,
                ),
            )  # fmt: skip
            return new

        return _rate_view(await db.transact(work))


class PriceHistoryController(Controller):
    """How prices changed."""

    path = "/api/v1/variants"
    tags = ("Catalogue",)

    @get("/{variant_id:uuid}/price-history", guards=[signed_in])
    async def history(
        self, request: HttpRequest, variant_id: UUID, db: Database, limit: int | None = None
    ) -> Page[PricePointView]:
        """The newest changes of a price (the shop's staff, admins; others 404)."""
        size = page_limit(limit)
        async with db.snapshot() as tx:
            variant = (await service.variants_by_ids(tx, [variant_id])).get(variant_id)
            if variant is None:
                raise NotFoundError
            await shop_access(tx, principal_of(request), variant.shop_id)
            points = await service.price_history(tx, variant_id, size)
        return Page(
            [
                PricePointView(
                    view(p.old_price, p.currency), view(p.new_price, p.currency), p.source, p.reference, p.at
                )
                for p in points
            ]
        )
