"""The site map (sitemaps.org, protocol 0.9): an index and parts of at most 40,000 addresses.

A part is called after the last id before it, so it stays the same part while goods are added behind.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape

from kerben.domains.catalog.api import categories
from kerben.domains.geo.api import list_places
from kerben.platform.db import ReadTx, Row
from kerben.platform.errors import NotFoundError
from kerben.platform.runtime import Runtime

PART_MAX: Final = 40_000
KEPT_FOR: Final = timedelta(minutes=10)
KEPT_MAX: Final = 40
"""Parts kept in memory, compressed: some 700 kB each."""

_FIRST: Final = UUID(int=0)
_PART: Final = re.compile(r"(products|shops)-([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.xml")
_XMLNS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"

_NEXT_PRODUCTS: Final = """
SELECT id FROM catalog.product WHERE is_active AND id > $1 ORDER BY id OFFSET $2 LIMIT 2
"""
_NEXT_SHOPS: Final = """
SELECT id FROM merchants.shop WHERE is_active AND id > $1 ORDER BY id OFFSET $2 LIMIT 2
"""
_PRODUCTS: Final = """
SELECT id, updated_at FROM catalog.product WHERE is_active AND id > $1 ORDER BY id LIMIT $2
"""
_SHOPS: Final = """
SELECT id, updated_at FROM merchants.shop WHERE is_active AND id > $1 ORDER BY id LIMIT $2
"""


class Sitemaps:
    """The site map's files, made when they are asked for and kept for some minutes."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._base = runtime.settings.base_url.rstrip("/")
        self._kept: OrderedDict[str, tuple[datetime, bytes]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self.part_max = PART_MAX

    async def index(self) -> bytes:
        """The index of all parts, gzip."""
        return await self._get("")

    async def part(self, name: str) -> bytes:
        """One part by its file name, gzip. Raises NotFoundError for a name that no part has."""
        if name not in {"categories.xml", "places.xml"} and _PART.fullmatch(name) is None:
            raise NotFoundError
        return await self._get(name)

    async def _get(self, name: str) -> bytes:
        async with self._one_at_a_time:
            kept = self._kept.get(name)
            if kept is not None and self._clock.now() - kept[0] < KEPT_FOR:
                return kept[1]
            async with self._db.read() as tx:
                lines, now = await self._lines(tx, name), tx.now
            made = await asyncio.to_thread(_compressed, lines)
            self._kept.pop(name, None)
            self._kept[name] = (now, made)
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
            return made

    async def _lines(self, tx: ReadTx, name: str) -> list[str]:
        if not name:
            return await self._index(tx)
        if name == "categories.xml":
            return self._urls("c", [(str(category.id), None) for category in await categories(tx)])
        if name == "places.xml":
            return self._urls("m", [(place.slug, None) for place in await list_places(tx)])
        match = _PART.fullmatch(name)
        assert match is not None  # noqa: S101 - `part` has looked
        after = UUID(match[2])
        if match[1] == "products":
            rows = await _products(tx, after, self.part_max)
            return self._urls("p", [(str(row["id"]), row["updated_at"]) for row in rows])
        rows = await _shops(tx, after, self.part_max)
        return self._urls("s", [(str(row["id"]), row["updated_at"]) for row in rows])

    async def _index(self, tx: ReadTx) -> list[str]:
        names = ["categories.xml", "places.xml"]
        after: UUID | None = _FIRST
        while after is not None:
            names.append(f"shops-{after}.xml")
            after = await _next_shops(tx, after, self.part_max)
        after = _FIRST
        while after is not None:
            names.append(f"products-{after}.xml")
            after = await _next_products(tx, after, self.part_max)
        parts = [f"<sitemap><loc>{escape(self._base)}/sitemap/{name}</loc></sitemap>" for name in names]
        return [f'<sitemapindex xmlns="{_XMLNS}">', *parts, "</sitemapindex>"]

    def _urls(self, kind: str, found: Sequence[tuple[str, datetime | None]]) -> list[str]:
        base = escape(f"{self._base}/{kind}/")
        lines = [f'<urlset xmlns="{_XMLNS}">']
        if kind == "c":
            lines.append(f"<url><loc>{escape(self._base)}/</loc></url>")
        for name, changed in found:
            when = f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed is not None else ""
            lines.append(f"<url><loc>{base}{escape(name)}</loc>{when}</url>")
        lines.append("</urlset>")
        return lines


async def _next_products(tx: ReadTx, after: UUID, most: int) -> UUID | None:
    """Where the part behind a part of products begins. Uses product_on_sale."""
    rows = await tx.fetch(_NEXT_PRODUCTS, after, most - 1)
    return rows[0]["id"] if len(rows) == 2 else None


async def _next_shops(tx: ReadTx, after: UUID, most: int) -> UUID | None:
    """Where the part behind a part of shops begins. Uses shop_pkey."""
    rows = await tx.fetch(_NEXT_SHOPS, after, most - 1)
    return rows[0]["id"] if len(rows) == 2 else None


async def _products(tx: ReadTx, after: UUID, most: int) -> list[Row]:
    """Products on sale behind an id. Uses product_on_sale."""
    return await tx.fetch(_PRODUCTS, after, most)


async def _shops(tx: ReadTx, after: UUID, most: int) -> list[Row]:
    """Open shops behind an id. Uses shop_pkey."""
    return await tx.fetch(_SHOPS, after, most)


def _compressed(lines: Sequence[str]) -> bytes:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n"
    return gzip.compress(text.encode(), 6, mtime=0)


def robots_text(base_url: str) -> str:
    """robots.txt (RFC 9309): what is nobody's to be listed, and where the site map is."""
    hidden = ("api", "sandbox", "business", "console", "pos")
    own = ("cart", "checkout", "orders", "account")
    lines = [
        "User-agent: *",
        *(f"Disallow: /{name}/" for name in hidden),
        *(f"Disallow: /{name}" for name in own),
        "",
        f"Sitemap: {base_url.rstrip('/')}/sitemap.xml",
        "",
    ]
    return "\n".join(lines)
