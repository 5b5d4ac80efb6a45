"""HTTP of the storefront; everyone may look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.openapi.datastructures import ResponseSpec

from kerben.domains.catalog.api import SearchQuery, list_ask
from kerben.flows.storefront.query import read_attributes, read_near, read_query
from kerben.flows.storefront.service import ProductLists, ProductPages, Searches, SearchLimiter
from kerben.flows.storefront.views import ProductView, SearchPage
from kerben.platform.access import client_ip, public
from kerben.platform.http import EXPRESS, Page, known_or, page_limit


class StorefrontController(Controller):
    """Products and search."""

    path = "/api/v1"
    tags = ("Storefront",)

    @get(
        "/products/{product_id:uuid}",
        guards=[public],
        opt=EXPRESS,
        responses={200: ResponseSpec(ProductView, generate_examples=False, description="The product")},
    )
    async def product(
        self, request: Request[Any, Any, Any], product_id: UUID, product_pages: ProductPages
    ) -> Response[bytes]:
        """A product with its variants, live stock, shop and whether it can be bought online; with an ETag."""
        page = await product_pages.get(product_id)
        return known_or(request, page.body, page.etag)

    @get(
        "/products",
        guards=[public],
        opt=EXPRESS,
        responses={200: ResponseSpec(Page[ProductView], generate_examples=False, description="One page")},
    )
    async def products(
        self,
        request: Request[Any, Any, Any],
        product_lists: ProductLists,
        shop_id: UUID | None = None,
        category_id: UUID | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Response[bytes]:
        """Products on sale, newest first: of a shop, of a category with all below it, or all."""
        ask = list_ask(shop_id=shop_id, category_id=category_id, cursor=cursor, limit=page_limit(limit))
        page = await product_lists.get(ask)
        return known_or(request, page.body, page.etag)

    @get(
        "/search",
        guards=[public],
        opt=EXPRESS,
        responses={200: ResponseSpec(SearchPage, generate_examples=False, description="One page")},
    )
    async def search(
        self,
        request: Request[Any, Any, Any],
        searches: Searches,
        search_limiter: SearchLimiter,
        q: str | None = None,
        category_id: UUID | None = None,
        shop_id: UUID | None = None,
        near: str | None = None,
        radius_m: int | None = None,
        price_min: int | None = None,
        price_max: int | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Response[bytes]:
        """Search by words of the name, SKU or barcode, with facets.

        Prices are in minor units. `attr.<name>=<value>` asks for an attribute, again and again for alternatives.
        `near=lat,lon` with `radius_m` (5,000 unless said) looks only at shops within that circle.
        429 for too many searches from one address.
        """
        search_limiter.take(client_ip(request))
        circle = read_near(near, radius_m)
        query: SearchQuery = read_query(
            q=q,
            category_id=category_id,
            price_min=price_min,
            price_max=price_max,
            attributes=read_attributes(request.query_params.multi_items()),
            limit=limit,
            cursor=cursor,
        )
        page = await searches.get(query, shop_id=shop_id, near=circle)
        return known_or(request, page.body, page.etag)
