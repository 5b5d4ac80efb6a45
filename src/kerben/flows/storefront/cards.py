"""Products as JSON, made once: all that is shown of a product but its stock and its shop.

A card is kept with the stamp of the product it was made of. Whoever uses it has read the product's stamp from the
database for this very answer, and a stamp is another after every change, so a card that still fits is not stale.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import ProductFacts, ProductPicture, VariantFacts
from kerben.domains.media.api import thumbnails
from kerben.flows.storefront.views import ProductLook, ShownPicture
from kerben.platform import money
from kerben.platform.money import MoneyView
from kerben.platform.qty import Unit
from kerben.platform.runtime import Runtime

CARD_BYTES_MAX: Final = 128 * 1024
"""Larger cards (hundreds of variants, a book of a description) are made anew each time."""

_OVERHEAD: Final = 500
"""Bytes of the objects that hold a card together, and of each of its variants as much again by half."""

_encode: Final = msgspec.json.Encoder().encode


class _Product(msgspec.Struct, frozen=True):
    """The lasting fields of ProductView."""

    id: UUID
    name: str
    picture: str | None
    pictures: list[ShownPicture]
    category_id: UUID
    price: MoneyView | None


class _Variant(msgspec.Struct, frozen=True):
    """The lasting fields of VariantView."""

    id: UUID
    sku: str
    barcode: str | None
    attributes: dict[str, str]
    price: MoneyView
    unit: Unit


class Card(msgspec.Struct, frozen=True, gc=False):
    """A product on sale as JSON with gaps: `pieces[n]` stands before the stock of the n-th variant, `end` behind the
    last (behind `pieces[0]` where there is none), and what says something of the shop follows.

    `digest` stands for these bytes in an ETag.
    """

    stamp: int
    shop_id: UUID
    variant_ids: tuple[UUID, ...]
    pieces: tuple[bytes, ...]
    end: bytes
    description: bytes
    digest: bytes

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        text = sum(map(len, self.pieces)) + len(self.description)
        return text + _OVERHEAD * (1 + len(self.pieces) // 2)


class Cards:
    """The cards a process keeps: `kept_products_mb`, about 800 ordinary products a MiB; then the oldest go."""

    def __init__(self, runtime: Runtime) -> None:
        self._bytes_max = runtime.settings.kept_products_mb * 1024 * 1024
        self._kept: OrderedDict[UUID, Card] = OrderedDict()
        self._bytes = 0

    def fitting(self, stamps: Mapping[UUID, int]) -> tuple[dict[UUID, Card], list[UUID]]:
        """The cards that fit stamps just read, and the products whose cards have to be made."""
        kept = self._kept
        found: dict[UUID, Card] = {}
        missing: list[UUID] = []
        for product_id, stamp in stamps.items():
            card = kept.get(product_id)
            if card is not None and card.stamp == stamp:
                found[product_id] = card
            else:
                missing.append(product_id)
        return found, missing

    def keep(self, product_id: UUID, card: Card) -> None:
        """Keep a card just made, in place of an older one."""
        former = self._kept.pop(product_id, None)
        if former is not None:
            self._bytes -= former.size
        if card.size > CARD_BYTES_MAX:
            return
        self._kept[product_id] = card
        self._bytes += card.size
        while self._bytes > self._bytes_max:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size


def make_card(product: ProductFacts) -> Card:
    """The card of an active product; variants that are not on sale are left out."""
    on_sale = [variant for variant in product.variants if variant.is_active]
    cheapest = min(on_sale, key=lambda variant: variant.price, default=None)
    head = _encode(
        _Product(
            product.id,
            product.name,
            product.picture,
            [picture_view(picture) for picture in product.pictures],
            product.category_id,
            money.view(cheapest.price, cheapest.currency) if cheapest is not None else None,
        )
    )
    # Objects are left open before their brace, to be gone on with.
    pieces = [head[:-1] + b',"variants":[']
    for n, variant in enumerate(on_sale):
        text = _open(variant) + b',"stock_qty":'
        if n:
            pieces.append(b"}," + text)
        else:
            pieces[0] += text
    description = b',"description":' + _encode(product.description)
    return Card(
        product.stamp,
        product.shop_id,
        tuple(variant.id for variant in on_sale),
        tuple(pieces),
        b"}]" if on_sale else b"]",
        description,
        hashlib.blake2b(b"\0".join((*pieces, description)), digest_size=12).digest(),
    )


def _open(variant: VariantFacts) -> bytes:
    view = _Variant(
        variant.id,
        variant.sku,
        variant.barcode,
        variant.attributes,
        money.view(variant.price, variant.currency),
        variant.unit,
    )
    return _encode(view)[:-1]


def picture_view(picture: ProductPicture) -> ShownPicture:
    """A picture with the addresses of its thumbnails."""
    smaller = thumbnails(picture.url, picture.width, picture.height, picture.widths)
    return ShownPicture(picture.url, picture.width, picture.height, smaller)


def look(product: ProductFacts) -> ProductLook:
    """A product's name and pictures, on sale or not."""
    pictures = [picture_view(picture) for picture in product.pictures]
    return ProductLook(product.id, product.name, product.picture, pictures, product.is_active)
