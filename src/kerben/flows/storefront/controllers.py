"""HTTP of the storefront; everyone may look."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from kerben.domains.catalog.api import SearchQuery, SearchSort, list_ask, products_by_ids
from kerben.domains.geo.api import read_near
from kerben.flows.storefront.cards import look
from kerben.flows.storefront.home import HomePages
from kerben.flows.storefront.query import read_attributes, read_query
from kerben.flows.storefront.service import ProductLists, ProductPages, Searches, SearchLimiter, Whose
from kerben.flows.storefront.suggestions import SuggestionLimiter, Suggestions
from kerben.flows.storefront.views import HomeView, ProductLooks, ProductView, SearchPage, SuggestionsView
from kerben.platform.access import client_ip, public
from kerben.platform.db import Database
from kerben.platform.http import EXPRESS, Page, json_with_etag, known_or, page_limit

Ids = Annotated[list[UUID], Parameter(min_items=1, max_items=100, description="ids of products")]


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
        "/products/cards",
        guards=[public],
        summary="How products look",
        responses={200: ResponseSpec(ProductLooks, generate_examples=False, description="The products")},
    )
    async def cards(self, request: Request[Any, Any, Any], db: Database, ids: Ids) -> Response[bytes]:
        """Names and pictures of up to 100 products, also of those that are off sale: for the lines of carts and
        orders. Unknown ids are left out."""
        async with db.read_by_key() as tx:
            found = await products_by_ids(tx, list(set(ids)))
        looks = [look(found[i]) for i in dict.fromkeys(ids) if i in found]
        return json_with_etag(request, ProductLooks(looks))

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
        place_id: UUID | None = None,
        buyable: bool = False,
        sort: SearchSort = "relevance",
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Response[bytes]:
        """Search by words of the name, SKU or barcode, with facets.

        Prices are in minor units. `attr.<name>=<value>` asks for an attribute, again and again for alternatives.
        `near=lat,lon` with `radius_m` (5,000 unless said) looks only at shops within that circle, `place_id` at those
        of a place, `buyable` at those that sell online now. `sort` by price looks at the lowest price of a product.
        429 for too many searches from one address.
        """
        search_limiter.take(client_ip(request))
        whose = Whose(shop_id=shop_id, near=read_near(near, radius_m), place_id=place_id, buyable=buyable)
        query: SearchQuery = read_query(
            q=q,
            category_id=category_id,
            price_min=price_min,
            price_max=price_max,
            attributes=read_attributes(request.query_params.multi_items()),
            limit=limit,
            cursor=cursor,
            sort=sort,
        )
        page = await searches.get(query, whose)
        return known_or(request, page.body, page.etag)

    @get(
        "/search/suggestions",
        guards=[public],
        opt=EXPRESS,
        responses={200: ResponseSpec(SuggestionsView, generate_examples=False, description="What may be meant")},
    )
    async def suggest(
        self,
        request: Request[Any, Any, Any],
        suggestions: Suggestions,
        suggestion_limiter: SuggestionLimiter,
        q: str = "",
    ) -> Response[bytes]:
        """Up to 6 products, 4 categories and 4 shops whose names have words that begin like those of `q` (at most 80
        characters); ё is е. 429 for too many from one address."""
        suggestion_limiter.take(client_ip(request))
        return json_with_etag(request, await suggestions.get(q))

    @get(
        "/home",
        guards=[public],
        opt=EXPRESS,
        responses={200: ResponseSpec(HomeView, generate_examples=False, description="The first page")},
    )
    async def home(self, request: Request[Any, Any, Any], home_pages: HomePages) -> Response[bytes]:
        """Places with their shops, the roots of the directory, the 24 newest products; with an ETag."""
        page = await home_pages.get()
        return known_or(request, page.body, page.etag)
