"""HTTP of a shop's goods, for its owner, managers and storekeepers."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post, put
from msgspec import Meta

from kerben.domains.catalog.api import GoodsState
from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import shop_access
from kerben.flows.goods import changing
from kerben.flows.goods.adding import BULK_MAX, Draft, add_many, add_products, grow_product
from kerben.flows.goods.changing import KEEPERS
from kerben.flows.goods.looking import goods_of_shop, goods_of_variants
from kerben.flows.goods.pictures import change_pictures, check_pictures
from kerben.flows.goods.views import (
    BulkResults,
    PicturesInput,
    ProductChange,
    ProductInput,
    ProductsInput,
    StaffProduct,
    StaffVariant,
    VariantChange,
    VariantInput,
)
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.http import Page, page_limit
from kerben.platform.settings import Settings

AnyRequest = Request[Any, Any, Any]

_BULK_BODY_MAX = 8 * 1024 * 1024


class GoodsController(Controller):
    """Products and variants of a shop."""

    path = "/api/v1"
    tags = ("Goods",)
    guards = (signed_in,)

    @post("/shops/{shop_id:uuid}/products")
    async def add(
        self, request: AnyRequest, shop_id: UUID, data: ProductInput, db: Database, settings: Settings
    ) -> Response[StaffProduct]:
        """Add a product with its variants and their opening stock."""

        async def work(tx: WriteTx) -> StaffProduct:
            access = await shop_access(tx, principal_of(request), shop_id, KEEPERS)
            draft = Draft(shop_id, data, settings.currency)
            return (await add_products(tx, access, [draft], client_ip(request)))[0]

        product = await db.transact(work)
        headers = {"ETag": product.etag, "Location": f"/api/v1/products/{product.id}"}
        return Response(product, status_code=201, headers=headers)

    @post("/shops/{shop_id:uuid}/products/bulk", status_code=200, request_max_body_size=_BULK_BODY_MAX)
    async def add_bulk(
        self, request: AnyRequest, shop_id: UUID, data: ProductsInput, db: Database, settings: Settings
    ) -> BulkResults:
        """Add up to 100 products, each for itself: a result per product, in order."""
        if not 1 <= len(data.products) <= BULK_MAX:
            raise invalid("/products", f"От 1 до {BULK_MAX} товаров за раз.")

        async def work(tx: WriteTx) -> BulkResults:
            access = await shop_access(tx, principal_of(request), shop_id, KEEPERS)
            return BulkResults(await add_many(tx, access, data.products, settings.currency, client_ip(request)))

        return await db.transact(work)

    @get("/shops/{shop_id:uuid}/products")
    async def products(
        self,
        request: AnyRequest,
        shop_id: UUID,
        db: Database,
        q: Annotated[str, Meta(max_length=200)] = "",
        status: GoodsState = "all",
        variant_id: Annotated[list[UUID], Meta(max_length=100)] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[StaffProduct]:
        """A shop's goods as its staff see them, newest first; `q`: words, SKU or barcode.

        With `variant_id` (repeated, 100 at most) the products of these variants instead, in one page.
        """
        size = page_limit(limit)
        async with db.read() as tx:
            access = await shop_access(tx, principal_of(request), shop_id)
            if variant_id is not None:
                return await goods_of_variants(tx, access, variant_id)
            return await goods_of_shop(tx, access, q, status, cursor, size)

    @get("/shops/{shop_id:uuid}/products/{product_id:uuid}")
    async def product(
        self, request: AnyRequest, shop_id: UUID, product_id: UUID, db: Database
    ) -> Response[StaffProduct]:
        """A product as its shop's staff see it, off sale or not, with the ETags that changes need."""
        async with db.read() as tx:
            access, facts = await changing.product_of_staff(tx, principal_of(request), product_id)
            if access.shop_id != shop_id:
                raise NotFoundError
            product = await changing.show_product(tx, facts)
        return Response(product, headers={"ETag": product.etag})

    @get("/variants/{variant_id:uuid}")
    async def variant(self, request: AnyRequest, variant_id: UUID, db: Database) -> Response[StaffVariant]:
        """A variant as its shop's staff see it, with the ETag that changes of price and stock need."""
        async with db.read() as tx:
            _, facts = await changing.variant_of_staff(tx, principal_of(request), variant_id)
            variant = await changing.show_variant(tx, facts)
        return Response(variant, headers={"ETag": variant.etag})

    @patch("/products/{product_id:uuid}")
    async def change_product(
        self, request: AnyRequest, product_id: UUID, data: ProductChange, db: Database
    ) -> Response[StaffProduct]:
        """Change a product's name, texts, category, picture, or whether it is on sale."""
        version = changing.read_product_match(request.headers.get("if-match"))

        async def work(tx: WriteTx) -> StaffProduct:
            access, before = await changing.product_of_staff(tx, principal_of(request), product_id, KEEPERS)
            return await changing.change_product(tx, access, before, data, version, client_ip(request))

        product = await db.transact(work)
        return Response(product, headers={"ETag": product.etag})

    @put("/products/{product_id:uuid}/pictures")
    async def set_pictures(
        self, request: AnyRequest, product_id: UUID, data: PicturesInput, db: Database
    ) -> Response[StaffProduct]:
        """Replace a product's pictures by uploads, at most 10, in this order; the first is the main picture.

        An upload must be one's own or belong to a product of the same seller already.
        """
        check_pictures(data.media_ids)
        version = changing.read_product_match(request.headers.get("if-match"))

        async def work(tx: WriteTx) -> StaffProduct:
            access, _ = await changing.product_of_staff(tx, principal_of(request), product_id, KEEPERS)
            return await change_pictures(tx, access, product_id, data.media_ids, version, client_ip(request))

        product = await db.transact(work)
        return Response(product, headers={"ETag": product.etag})

    @post("/products/{product_id:uuid}/variants")
    async def add_variant(
        self, request: AnyRequest, product_id: UUID, data: VariantInput, db: Database, settings: Settings
    ) -> Response[StaffVariant]:
        """Add a variant with its opening stock to a product."""

        async def work(tx: WriteTx) -> StaffVariant:
            access, product = await changing.product_of_staff(tx, principal_of(request), product_id, KEEPERS)
            return await grow_product(tx, access, product, data, settings.currency, client_ip(request))

        variant = await db.transact(work)
        headers = {"ETag": variant.etag, "Location": f"/api/v1/variants/{variant.id}"}
        return Response(variant, status_code=201, headers=headers)

    @patch("/variants/{variant_id:uuid}")
    async def change_variant(
        self, request: AnyRequest, variant_id: UUID, data: VariantChange, db: Database, settings: Settings
    ) -> Response[StaffVariant]:
        """Change a variant. Price and stock need If-Match with the variant's `etag` (428 without it, 412 when it is
        an old one)."""

        async def work(tx: WriteTx) -> StaffVariant:
            access, before = await changing.variant_of_staff(tx, principal_of(request), variant_id, KEEPERS)
            match = request.headers.get("if-match")
            return await changing.change_variant(
                tx, access, before, data, match, currency=settings.currency, ip=client_ip(request)
            )

        variant = await db.transact(work)
        return Response(variant, headers={"ETag": variant.etag})

    @delete("/products/{product_id:uuid}")
    async def remove_product(self, request: AnyRequest, product_id: UUID, db: Database) -> None:
        """Take a product off sale; orders and history keep it."""

        async def work(tx: WriteTx) -> None:
            access, before = await changing.product_of_staff(tx, principal_of(request), product_id, KEEPERS)
            if before.is_active:
                off = ProductChange(is_active=False)
                await changing.change_product(tx, access, before, off, None, client_ip(request))

        await db.transact(work)

    @delete("/variants/{variant_id:uuid}")
    async def remove_variant(self, request: AnyRequest, variant_id: UUID, db: Database, settings: Settings) -> None:
        """Take a variant off sale; orders and history keep it."""

        async def work(tx: WriteTx) -> None:
            access, before = await changing.variant_of_staff(tx, principal_of(request), variant_id, KEEPERS)
            off = VariantChange(is_active=False)
            await changing.change_variant(
                tx, access, before, off, None, currency=settings.currency, ip=client_ip(request)
            )

        await db.transact(work)
