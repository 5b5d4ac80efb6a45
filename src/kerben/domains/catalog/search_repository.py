"""SQL of lists and search. Conditions that are not asked for are left out, so that each query has its own plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.model import CategoryFacet, Facets, PriceRange, SearchQuery, ValueFacet
from kerben.domains.catalog.rules import prefix_query
from kerben.platform.db import ReadTx
from kerben.platform.money import AMOUNT_MAX

MATCHES_MAX: Final = 5_000
"""So many products are ranked, counted and paged through. Where more match, it is the newest 2,000."""

NEWEST_MAX: Final = 2_000
"""So many of what more than 5,000 products match are looked at."""

FACET_HITS_MAX: Final = 300
"""So many of the best products are looked at for the facets of prices and attributes."""

SHOPS_PROBED_MAX: Final = 1_000
"""Where more shops are asked for than this, products are gone through instead."""

CODE_RANK: Final = 100_000_000
"""An exact SKU or barcode stands above every match of words."""


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """A found product and its rank."""

    id: UUID
    rank: int


class Found(msgspec.Struct, frozen=True):
    """What one search statement returns. `looked_at`: how many matched, before their variants were asked. `best` are
    the products that facets are to be counted over."""

    page: list[Hit]
    total: int
    looked_at: int
    categories: list[CategoryFacet]
    best: list[UUID]


class _Where:
    """Conditions and their numbered arguments."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.args: list[Any] = []

    def arg(self, value: Any) -> str:
        self.args.append(value)
        return f"${len(self.args)}"

    def add(self, condition: str) -> None:
        self.conditions.append(condition)


async def list_ids(
    tx: ReadTx, shop_id: UUID | None, category_ids: Sequence[UUID] | None, before: UUID | None, limit: int
) -> list[UUID]:
    """Ids of active products, newest first. Uses product_on_sale_shop, product_on_sale_category or product_pkey."""
    where = _Where()
    where.add("is_active")
    if shop_id is not None:
        where.add(f"shop_id = {where.arg(shop_id)}")
    if category_ids is not None:
        where.add(f"category_id = ANY({where.arg(list(category_ids))}::uuid[])")
    if before is not None:
        where.add(f"id < {where.arg(before)}")
    rows = await tx.fetch(
        f"""
        SELECT id FROM catalog.product WHERE {" AND ".join(where.conditions)}
        ORDER BY id DESC LIMIT {where.arg(limit)}
        """,
        *where.args,
    )
    return [row["id"] for row in rows]


async def products_by_code(tx: ReadTx, text: str, barcode: str | None) -> list[UUID]:
    """Products that have a variant with exactly this SKU or barcode. Uses variant_by_sku, variant_by_barcode."""
    rows = await tx.fetch(
        """
        SELECT product_id FROM catalog.variant WHERE lower(sku) = lower($1)
        UNION SELECT product_id FROM catalog.variant WHERE barcode = $2
        LIMIT 1000
        """,
        text,
        barcode,
    )
    return [row["product_id"] for row in rows]


async def search(
    tx: ReadTx,
    query: SearchQuery,
    words: Sequence[str],
    codes: Sequence[UUID],
    category_ids: Sequence[UUID] | None,
    after: tuple[int, UUID] | None,
    *,
    newest: bool = False,
) -> Found:
    """One page and the count, in one statement. Looks at 5,000 products that match, whichever they are; with
    `newest` at the newest 2,000, which is fast only where very many match.

    Uses product_search (or product_on_sale_shop, product_on_sale_category, product_pkey), and variant_product for
    each hit.
    """
    where = _Where()
    rank = _match(where, words, codes)
    where.add("p.is_active")
    if query.shop_ids is not None:
        shops = f"{where.arg(list(query.shop_ids))}::uuid[]"
        # Few shops are probed in their index; many are hashed and asked for each product, which needs the detour.
        many = len(query.shop_ids) > SHOPS_PROBED_MAX
        where.add(f"(p.shop_id IN (SELECT unnest({shops}))) IS TRUE" if many else f"p.shop_id = ANY({shops})")
    if category_ids is not None:
        where.add(f"p.category_id = ANY({where.arg(list(category_ids))}::uuid[])")
    fits = f"FROM catalog.variant AS v WHERE v.product_id = p.id AND {_variant_fits(where, query)}"
    sold = f"(SELECT true {fits} LIMIT 1)"
    # Nearly every product has a variant on sale, so what is looked at may be cut before that is asked; a price or an
    # attribute fits few.
    if _asks_variants(query):
        where.add(sold)
    if query.sort in _BY_PRICE:
        # The rank is what sorts: the price of the cheapest variant that fits, turned round for the cheapest first.
        rank = f"({_BY_PRICE[query.sort]} * (SELECT min(v.price) {fits}))"
        sold = "p.rank IS NOT NULL"
    elif query.sort == "new":
        rank = "0::bigint"
    cut = f"LIMIT {MATCHES_MAX + 1}"
    if newest or not words:
        cut = f"ORDER BY p.id DESC LIMIT {NEWEST_MAX if newest else MATCHES_MAX}"
    later = ""
    if after is not None:
        later = f"WHERE (rank, id) < ({where.arg(after[0])}::bigint, {where.arg(after[1])}::uuid)"
    row = await tx.fetchrow(
        f"""
        WITH {_ASKED} matching AS MATERIALIZED (
            SELECT p.id, p.category_id, {rank} AS rank FROM (
                SELECT p.id, p.category_id, p.search FROM catalog.product AS p
                WHERE {" AND ".join(where.conditions)} {cut}
            ) AS p
        ), hits AS MATERIALIZED (
            SELECT p.id, p.category_id, p.rank FROM matching AS p {"" if _asks_variants(query) else f"WHERE {sold}"}
        ), page AS (SELECT id, rank FROM hits {later} ORDER BY rank DESC, id DESC LIMIT {where.arg(query.limit + 1)})
        SELECT (SELECT coalesce(json_agg(json_build_array(id, rank) ORDER BY rank DESC, id DESC), '[]')
                FROM page) AS page,
               (SELECT count(*) FROM hits) AS total, (SELECT count(*) FROM matching) AS matching
               {_FACET_COLUMNS if query.facets and after is None else _NO_FACETS}
        """,
        *where.args,
    )
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return Found(
        msgspec.json.decode(row["page"], type=list[Hit]),
        row["total"],
        row["matching"],
        msgspec.json.decode(row["categories"], type=list[CategoryFacet]),
        row["best"],
    )


# The query is made once: planned for all values, its functions would otherwise run again for every product. The last
# word may be only begun; plainto_tsquery drops stop words, and the prefix also matches stems, in the same vector.
_ASKED: Final = """
    asked AS MATERIALIZED (
        SELECT plainto_tsquery('pg_catalog.russian', $1) && (
            plainto_tsquery('pg_catalog.russian', $2) || to_tsquery('pg_catalog.simple', $3)
        ) AS q
    ),
"""

_FACET_COLUMNS: Final = f""",
    (SELECT coalesce(json_agg(json_build_object('category_id', category_id, 'count', n)
                              ORDER BY n DESC, category_id), '[]')
     FROM (SELECT category_id, count(*) AS n FROM hits GROUP BY category_id) AS c) AS categories,
    (SELECT coalesce(array_agg(id), '{{}}')
     FROM (SELECT id FROM hits ORDER BY rank DESC, id DESC LIMIT {FACET_HITS_MAX}) AS b) AS best
"""

_BY_PRICE: Final = {"price_asc": "-1", "price_desc": "1"}

_NO_FACETS: Final = ", '[]' AS categories, '{}'::uuid[] AS best"


def _match(where: _Where, words: Sequence[str], codes: Sequence[UUID]) -> str:
    """Add what the text must match; the SQL of the rank. The first three arguments are the query's words."""
    last = words[-1] if words else ""
    for part in (" ".join(words[:-1]), last, prefix_query(last) if last else ""):
        where.arg(part)
    if not words:
        return "0::bigint"
    rank = "(ts_rank(p.search, (SELECT q FROM asked)) * 1000000)::bigint"
    if not codes:
        where.add("p.search @@ (SELECT q FROM asked)")
        return rank
    exact = where.arg(list(codes))
    where.add(f"(p.search @@ (SELECT q FROM asked) OR p.id = ANY({exact}::uuid[]))")
    return f"({rank} + CASE WHEN p.id = ANY({exact}::uuid[]) THEN {CODE_RANK} ELSE 0 END)"


def _asks_variants(query: SearchQuery) -> bool:
    return query.price_min is not None or query.price_max is not None or bool(query.attributes)


def _variant_fits(where: _Where, query: SearchQuery) -> str:
    conditions = ["v.is_active"]
    if query.price_min is not None:
        conditions.append(f"v.price >= {where.arg(query.price_min)}::bigint")
    if query.price_max is not None:
        conditions.append(f"v.price <= {where.arg(query.price_max)}::bigint")
    for name, values in sorted(query.attributes.items()):
        conditions.append(f"v.attributes ->> {where.arg(name)}::text = ANY({where.arg(list(values))}::text[])")
    return " AND ".join(conditions)


async def facets(tx: ReadTx, query: SearchQuery, found: Found) -> Facets:
    """What the best of the found products can be narrowed by: prices and attributes of variants that fit the query.

    Uses variant_product.
    """
    row = await tx.fetchrow(
        """
        WITH offers AS MATERIALIZED (
            SELECT v.product_id, v.price, v.attributes FROM unnest($1::uuid[]) AS b(id)
            CROSS JOIN LATERAL (
                SELECT product_id, price, attributes FROM catalog.variant AS x
                WHERE x.product_id = b.id AND x.is_active AND x.price BETWEEN $2::bigint AND $3::bigint
                    AND NOT EXISTS (
                        SELECT 1 FROM jsonb_each($4::jsonb) AS w(name, choices)
                        WHERE NOT coalesce(w.choices ? (x.attributes ->> w.name), false)
                    )
                OFFSET 0
            ) AS v
        )
        SELECT (SELECT min(price) FROM offers) AS low, (SELECT max(price) FROM offers) AS high,
        (SELECT coalesce(json_object_agg(name, choices), '{}') FROM (
            SELECT name, json_agg(json_build_object('value', value, 'count', n) ORDER BY n DESC, value) AS choices
            FROM (
                SELECT name, value, count(*) AS n,
                       row_number() OVER (PARTITION BY name ORDER BY count(*) DESC, value) AS place
                FROM (
                    SELECT DISTINCT o.product_id, a.key AS name, a.value
                    FROM offers AS o CROSS JOIN LATERAL jsonb_each_text(o.attributes) AS a
                ) AS had GROUP BY name, value
            ) AS counted WHERE place <= 30 GROUP BY name
        ) AS named) AS attributes
        """,
        found.best,
        query.price_min or 0,
        AMOUNT_MAX if query.price_max is None else query.price_max,
        msgspec.json.encode(query.attributes).decode(),
    )
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return Facets(
        found.categories,
        PriceRange(row["low"], row["high"]) if row["low"] is not None else None,
        msgspec.json.decode(row["attributes"], type=dict[str, list[ValueFacet]]),
    )


async def corrections(tx: ReadTx, words: Sequence[str]) -> list[str]:
    """The known word most like each of these; itself when it is known or nothing is like it.

    Uses word_trigrams with pg_trgm's own threshold of similarity (0.3), and word_pkey.
    """
    rows = await tx.fetch(
        """
        SELECT coalesce(
            (SELECT k.word FROM catalog.word AS k WHERE k.word = q.word),
            (SELECT k.word FROM catalog.word AS k WHERE k.word % q.word
             ORDER BY similarity(k.word, q.word) DESC, abs(length(k.word) - length(q.word)), k.word LIMIT 1),
            q.word
        ) AS word
        FROM unnest($1::text[]) WITH ORDINALITY AS q(word, n) ORDER BY q.n
        """,
        list(words),
    )
    return [row["word"] for row in rows]
