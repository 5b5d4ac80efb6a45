"""What open pages hear of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from kerben.domains.catalog.events import PriceChanged, ProductChanged
from kerben.platform import money
from kerben.platform.modules import Live


def messages(event: PriceChanged | ProductChanged) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    """A new price, or the word that a product should be read again, for its page and its shop's."""
    data: dict[str, Any] = {"product_id": str(event.product_id)}
    kind = "product_changed"
    if isinstance(event, PriceChanged):
        kind = "price_changed"
        data["variant_id"] = str(event.variant_id)
        data["price"] = msgspec.to_builtins(money.view(event.new_price, event.currency))
    return [(f"product:{event.product_id}", kind, data), (f"shop:{event.shop_id}", kind, data)]


LIVE: Final = Live((PriceChanged, ProductChanged), messages)
