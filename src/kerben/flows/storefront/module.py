"""How the storefront plugs in."""

from __future__ import annotations

from kerben.domains.merchants.events import MerchantChanged, MerchantVerified, PayoutStatusChanged, ShopChanged
from kerben.flows.storefront.controllers import StorefrontController
from kerben.flows.storefront.home import HomePages
from kerben.flows.storefront.service import ProductLists, ProductPages, Searches, SearchLimiter
from kerben.flows.storefront.shelf import Shops
from kerben.flows.storefront.suggestions import SuggestionLimiter, Suggestions
from kerben.platform.events import Event
from kerben.platform.modules import Module, Watch
from kerben.platform.runtime import Runtime


def _forget(runtime: Runtime, event: Event) -> None:
    if isinstance(event, ShopChanged):
        runtime.part(Shops).forget(event.shop_id)
    elif isinstance(event, MerchantChanged | MerchantVerified | PayoutStatusChanged):
        runtime.part(Shops).forget_merchant(event.merchant_id)


MODULE = Module(
    name="storefront",
    controllers=[StorefrontController],
    watches=[
        Watch("storefront.shops", (ShopChanged, MerchantChanged, MerchantVerified, PayoutStatusChanged), _forget)
    ],
    provides={
        "product_pages": ProductPages,
        "product_lists": ProductLists,
        "searches": Searches,
        "search_limiter": SearchLimiter,
        "suggestions": Suggestions,
        "suggestion_limiter": SuggestionLimiter,
        "home_pages": HomePages,
    },
)
