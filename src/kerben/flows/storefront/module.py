"""How the storefront plugs in."""

from __future__ import annotations

from kerben.flows.storefront.controllers import StorefrontController
from kerben.flows.storefront.service import ProductPages, SearchLimiter
from kerben.platform.modules import Module

MODULE = Module(
    name="storefront",
    controllers=[StorefrontController],
    provides={"product_pages": ProductPages, "search_limiter": SearchLimiter},
)
