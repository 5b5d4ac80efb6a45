"""How the catalogue plugs into the processes."""

from kerben.domains.catalog.controllers import (
    CategoriesController,
    ExchangeRatesController,
    PriceHistoryController,
)
from kerben.domains.catalog.directory import CategoryTree
from kerben.domains.catalog.events import CategoriesChanged
from kerben.domains.catalog.live import LIVE
from kerben.platform.events import Event
from kerben.platform.modules import Module, Watch
from kerben.platform.runtime import Runtime


def _forget_categories(runtime: Runtime, _: Event) -> None:
    runtime.part(CategoryTree).forget()


MODULE = Module(
    name="catalog",
    controllers=[CategoriesController, ExchangeRatesController, PriceHistoryController],
    live=[LIVE],
    watches=[Watch("catalog-categories", (CategoriesChanged,), _forget_categories)],
    checks={
        "variants_stand_in_the_shop_of_their_product": (
            "SELECT v.id FROM catalog.variant AS v JOIN catalog.product AS p ON p.id = v.product_id"
            " WHERE v.shop_id <> p.shop_id"
        ),
        "every_product_has_a_variant": (
            "SELECT p.id FROM catalog.product AS p"
            " WHERE NOT EXISTS (SELECT 1 FROM catalog.variant AS v WHERE v.product_id = p.id)"
        ),
        "every_variant_has_a_barcode": "SELECT id FROM catalog.variant WHERE barcode IS NULL",
        "price_is_the_last_of_its_history": (
            "SELECT v.id FROM catalog.variant AS v"
            " JOIN (SELECT DISTINCT ON (variant_id) variant_id, new_price, currency FROM catalog.price_history"
            " ORDER BY variant_id, id DESC) AS h ON h.variant_id = v.id"
            " WHERE h.currency = v.currency AND h.new_price <> v.price"
        ),
    },
)
