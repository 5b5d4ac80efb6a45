"""What the entry points may use of the storefront: its answers, to put them into pages."""

from kerben.flows.storefront.home import HomePages
from kerben.flows.storefront.service import Encoded, ProductPages
from kerben.flows.storefront.views import ProductView, ShownPicture, VariantView

__all__ = ["Encoded", "HomePages", "ProductPages", "ProductView", "ShownPicture", "VariantView"]
