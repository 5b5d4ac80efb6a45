"""What the market's public pages say of themselves: titles, Open Graph (ogp.me), JSON-LD (schema.org). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import Category
from kerben.domains.geo.api import Place
from kerben.domains.merchants.api import Hours, ShopFacts
from kerben.entrypoints.http.web.shell import Head, Picture, image_html
from kerben.flows.storefront.api import ProductView, ShownPicture, VariantView
from kerben.platform import money

NAME: Final = "Kerben"
TITLE: Final = f"{NAME} — рынок у вас в телефоне"
DESCRIPTION_MAX: Final = 200
PICTURE_SIZES: Final = "(min-width: 552px) 520px, 100vw"
"""How wide the product page shows its picture; the client's own picture says the same, so that it is loaded once."""
CARD_SIZES: Final = "(width < 720px) 45vw, 240px"
"""The same of a product in a list, as k-picture says it."""
PICTURE_EDGE: Final = 480
"""Pictures are shown square, whatever they are: these two numbers only keep their place."""
PICTURE_WIDTH_MIN: Final = 320
"""The smallest thumbnail for a browser that knows no `srcset`; the client (k-picture) chooses the same."""

_CONTEXT: Final = "https://schema.org"
_DAYS: Final = {"mon": "Mo", "tue": "Tu", "wed": "We", "thu": "Th", "fri": "Fr", "sat": "Sa", "sun": "Su"}
_SPACES: Final = re.compile(r"\s+")


def shorten(text: str, most: int = DESCRIPTION_MAX) -> str:
    """A text in one line, cut at a word."""
    line = _SPACES.sub(" ", text).strip()
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0].rstrip(" ,.;:—-") + "…"


def absolute(base_url: str, address: str) -> str:
    """An address of ours with the market's own, a foreign one as it is."""
    return base_url + address if address.startswith("/") else address


class Pictured(Protocol):
    """A product as far as its pictures go."""

    @property
    def picture(self) -> str | None:
        """An address that the seller gave."""
        ...

    @property
    def pictures(self) -> Sequence[ShownPicture]:
        """Uploaded ones."""
        ...


def first_picture(product: Pictured, sizes: str = PICTURE_SIZES) -> Picture | None:
    """The picture of a product exactly as the client shows it, `sizes` wide; None where it has none."""
    if not product.pictures:
        return Picture(product.picture, PICTURE_EDGE, PICTURE_EDGE) if product.picture else None
    shown = product.pictures[0]
    url = next((small.url for small in shown.thumbnails if small.width >= PICTURE_WIDTH_MIN), shown.url)
    srcset = ", ".join(f"{small.url} {small.width}w" for small in shown.thumbnails)
    return Picture(url, PICTURE_EDGE, PICTURE_EDGE, srcset, sizes if srcset else "")


def product_head(base_url: str, product: ProductView, trail: Sequence[Category]) -> Head:
    """The head of a product page; `trail` are its categories from the root down."""
    address = f"{base_url}/p/{product.id}"
    images = [absolute(base_url, url) for url in [p.url for p in product.pictures] or [product.picture or ""] if url]
    price = product.price
    told = product.description if isinstance(product.description, str) and product.description.strip() else ""
    said = [price.display if price else "", product.shop.name, product.shop.address]
    properties: list[tuple[str, str]] = []
    if price is not None:
        properties = [
            ("product:price:amount", money.to_major(price.amount, price.currency)),
            ("product:price:currency", price.currency),
        ]
    seller = {"@type": "Store", "name": product.shop.name, "url": f"{base_url}/s/{product.shop.id}"}
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "Product",
        "name": product.name,
        "url": address,
        "offers": [_offer(product, variant, address, seller) for variant in product.variants],
    }
    if told:
        data["description"] = told
    if images:
        data["image"] = images
    if trail:
        data["category"] = trail[-1].name
    picture = first_picture(product)
    return Head(
        title=f"{product.name} · {NAME}",
        description=shorten(told or ". ".join(filter(None, [product.name, *said]))),
        canonical=address,
        kind="product",
        image=images[0] if images else "",
        properties=properties,
        data=[data, _breadcrumbs(base_url, trail, (product.name, address))],
        preload=[picture] if picture is not None else (),
    )


def _offer(product: ProductView, variant: VariantView, address: str, seller: object) -> dict[str, Any]:
    if variant.stock_qty <= 0:
        availability = "OutOfStock"
    else:
        availability = "InStock" if product.buy_eligibility == "online_purchase" else "InStoreOnly"
    offer: dict[str, Any] = {
        "@type": "Offer",
        "sku": variant.sku,
        "price": money.to_major(variant.price.amount, variant.price.currency),
        "priceCurrency": variant.price.currency,
        "availability": f"{_CONTEXT}/{availability}",
        "url": address,
        "seller": seller,
    }
    if variant.attributes:
        offer["name"] = f"{product.name}, {', '.join(variant.attributes.values())}"
    return offer


def product_body(product: ProductView) -> str:
    """What a buyer sees of a product before the client has started."""
    picture = first_picture(product)
    shown = image_html(picture, product.name, "k-first-picture") if picture is not None else ""
    price = f'<p class="k-first-price">{escape(product.price.display)}</p>' if product.price is not None else ""
    shop = product.shop
    return (
        f'<main class="k-first" id="content">{shown}<h1 class="k-first-name">{escape(product.name)}</h1>{price}'
        f'<p class="k-first-shop"><a href="/s/{shop.id}">{escape(shop.name)}</a></p></main>'
    )


def shop_head(base_url: str, shop: ShopFacts) -> Head:
    """The head of a shop's page."""
    address = f"{base_url}/s/{shop.id}"
    images = [absolute(base_url, url) for url in shop.photos]
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "Store",
        "name": shop.name,
        "url": address,
        "telephone": shop.phone,
        "address": _address(shop.address),
        "geo": _geo(shop.lat, shop.lon),
        "parentOrganization": {"@type": "Organization", "name": shop.merchant_name},
    }
    if hours := opening_hours(shop.hours):
        data["openingHours"] = hours
    if images:
        data["image"] = images
    return Head(
        title=f"{shop.name} · {NAME}",
        description=shorten(f"{shop.name}: товары, цены и остатки. {shop.address}. Телефон {shop.phone}."),
        canonical=address,
        image=images[0] if images else "",
        data=[data, _breadcrumbs(base_url, (), (shop.name, address))],
    )


def opening_hours(hours: Hours) -> list[str]:
    """Opening hours in schema.org's form: `Mo 09:00-18:00`, a line for each day and interval."""
    return [
        f"{short} {interval.strip()}"
        for day, short in _DAYS.items()
        for interval in hours.get(day, "closed").split(",")
        if interval.strip() != "closed"
    ]


def category_head(base_url: str, trail: Sequence[Category]) -> Head:
    """The head of a category's page; `trail` leads from the root to it."""
    category = trail[-1]
    address = f"{base_url}/c/{category.id}"
    return Head(
        title=f"{category.name} · {NAME}",
        description=f"{category.name}: товары магазинов и базаров с ценами и остатками на сегодня.",
        canonical=address,
        data=[_breadcrumbs(base_url, trail[:-1], (category.name, address))],
    )


def place_head(base_url: str, place: Place) -> Head:
    """The head of the page of a bazaar, mall or street."""
    address = f"{base_url}/m/{place.slug}"
    data = {
        "@context": _CONTEXT,
        "@type": "ShoppingCenter" if place.kind in {"bazaar", "mall"} else "Place",
        "name": place.name,
        "url": address,
        "address": _address(place.address),
        "geo": _geo(place.lat, place.lon),
    }
    return Head(
        title=f"{place.name} · {NAME}",
        description=shorten(place.description or f"{place.name}: магазины, товары и цены. {place.address}"),
        canonical=address,
        data=[data, _breadcrumbs(base_url, (), (place.name, address))],
    )


def home_head(base_url: str) -> Head:
    """The head of the first page."""
    data = {
        "@context": _CONTEXT,
        "@type": "WebSite",
        "name": NAME,
        "url": f"{base_url}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{base_url}/search?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    return Head(
        title=TITLE,
        description="Товары магазинов и базаров рядом с вами: цены и остатки из касс, покупка онлайн и самовывоз.",
        canonical=f"{base_url}/",
        image=f"{base_url}/icons/icon-512.png",
        data=[data],
    )


def own_head() -> Head:
    """The head of what is the visitor's own business, such as a search, the cart, an order: not to be listed."""
    return Head(title=TITLE, hidden=True)


def unknown_head() -> Head:
    """The head of a page that does not exist."""
    return Head(title=f"Такой страницы нет · {NAME}", hidden=True)


def trail_to(categories: Sequence[Category], category_id: UUID) -> list[Category]:
    """A category with all above it, the root first; empty for an unknown one."""
    known = {category.id: category for category in categories}
    trail: list[Category] = []
    current = known.get(category_id)
    while current is not None and current not in trail:
        trail.insert(0, current)
        current = known.get(current.parent_id) if current.parent_id is not None else None
    return trail


def _address(street: str) -> dict[str, str]:
    return {"@type": "PostalAddress", "streetAddress": street, "addressCountry": "KG"}


def _geo(lat: float, lon: float) -> dict[str, Any]:
    return {"@type": "GeoCoordinates", "latitude": lat, "longitude": lon}


class _Crumb(msgspec.Struct, frozen=True, rename={"kind": "@type"}):
    position: int
    name: str
    item: str
    kind: str = "ListItem"


def _breadcrumbs(base_url: str, trail: Sequence[Category], last: tuple[str, str]) -> dict[str, Any]:
    steps = [(NAME, f"{base_url}/"), *((c.name, f"{base_url}/c/{c.id}") for c in trail), last]
    items = [_Crumb(n, name, address) for n, (name, address) in enumerate(steps, 1)]
    return {"@context": _CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}
