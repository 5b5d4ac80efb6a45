"""SQL of lists and search. Conditions that are not asked for are left out, so that each query has its own plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.model import CategoryFacet, Facets, PriceRange, SearchQuery, ValueFacet
from kerben.domains.catalog.rules import prefix_query
from kerben.platform.db import ReadTx

HITS_MAX: Final = 10_000
"""So many products are ranked, counted and paged through: the newest, where more are found."""

FACET_HITS_MAX: Final = 1_000
"""So many of the best products are looked at for facets of attributes."""

CODE_RANK: Final = 100_000_000
"""An exact SKU or barcode stands above every match of words."""


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """A found product and its rank."""

    id: UUID
    rank: int


class Found(msgspec.Struct, frozen=True):
    """What one search statement returns."""

    page: list[Hit]
    total: int
    facets: Facets


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
    """Ids of active products, newest first. Uses product_shop, product_category or product_pkey."""
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
) -> Found:
    """One page, the count and the facets, in one statement. Uses product_search (or product_shop, product_category),
    and variant_product for each hit."""
    where = _Where()
    rank = _match(where, words, codes)
    where.add("p.is_active")
    if query.shop_ids is not None:
        where.add(f"p.shop_id = ANY({where.arg(list(query.shop_ids))}::uuid[])")
    if category_ids is not None:
        where.add(f"p.category_id = ANY({where.arg(list(category_ids))}::uuid[])")
    fits = _variant_fits(where, query)
    where.add(f"EXISTS (SELECT 1 FROM catalog.variant AS v WHERE v.product_id = p.id AND {fits})")
    # Ranking is the costly part, so a query that fits half the market ranks only the newest of what it finds.
    first = f"p.id = ANY({where.arg(list(codes))}::uuid[]) DESC, " if codes else ""
    hits = f"""
        SELECT p.id, p.category_id, {rank} AS rank FROM (
            SELECT p.id, p.category_id, p.search FROM catalog.product AS p
            WHERE {" AND ".join(where.conditions)} ORDER BY {first}p.id DESC LIMIT {HITS_MAX}
        ) AS p
    """
    later = ""
    if after is not None:
        later = f"WHERE (rank, id) < ({where.arg(after[0])}::bigint, {where.arg(after[1])}::uuid)"
    row = await tx.fetchrow(
        f"""
        WITH hits AS MATERIALIZED ({hits}),
        page AS (SELECT id, rank FROM hits {later} ORDER BY rank DESC, id DESC LIMIT {where.arg(query.limit + 1)})
        SELECT (SELECT coalesce(json_agg(json_build_array(id, rank) ORDER BY rank DESC, id DESC), '[]')
                FROM page) AS page,
               (SELECT count(*) FROM hits) AS total
               {_facet_columns(fits) if query.facets else ""}
        """,
        *where.args,
    )
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    page = msgspec.json.decode(row["page"], type=list[Hit])
    return Found(page, row["total"], _facets(row) if query.facets else Facets())


def _match(where: _Where, words: Sequence[str], codes: Sequence[UUID]) -> str:
    """Add what the text must match; the SQL of the rank."""
    if not words:
        return "0::bigint"
    head, last, prefix = (where.arg(part) for part in (" ".join(words[:-1]), words[-1], prefix_query(words[-1])))
    # plainto_tsquery drops stop words; the prefix also matches stems, which stand in the same vector.
    tsquery = (
        f"(plainto_tsquery('pg_catalog.russian', {head}) && (plainto_tsquery('pg_catalog.russian', {last})"
        f" || to_tsquery('pg_catalog.simple', {prefix})))"
    )
    rank = f"(ts_rank(p.search, {tsquery}) * 1000000)::bigint"
    if not codes:
        where.add(f"p.search @@ {tsquery}")
        return rank
    exact = where.arg(list(codes))
    where.add(f"(p.search @@ {tsquery} OR p.id = ANY({exact}::uuid[]))")
    return f"({rank} + CASE WHEN p.id = ANY({exact}::uuid[]) THEN {CODE_RANK} ELSE 0 END)"


def _variant_fits(where: _Where, query: SearchQuery) -> str:
    conditions = ["v.is_active"]
    if query.price_min is not None:
        conditions.append(f"v.price >= {where.arg(query.price_min)}::bigint")
    if query.price_max is not None:
        conditions.append(f"v.price <= {where.arg(query.price_max)}::bigint")
    for name, values in sorted(query.attributes.items()):
        conditions.append(f"v.attributes ->> {where.arg(name)}::text = ANY({where.arg(list(values))}::text[])")
    return " AND ".join(conditions)


def _facet_columns(fits: str) -> str:
    return f""",
        (SELECT coalesce(json_agg(json_build_object('category_id', category_id, 'count', n)
                                  ORDER BY n DESC, category_id), '[]')
         FROM (SELECT category_id, count(*) AS n FROM hits GROUP BY category_id) AS c) AS categories,
        (SELECT json_build_object('min', min(v.price), 'max', max(v.price))
         FROM hits JOIN catalog.variant AS v ON v.product_id = hits.id WHERE {fits}) AS price,
        (SELECT coalesce(json_object_agg(name, choices), '{{}}') FROM (
            SELECT name, json_agg(json_build_object('value', value, 'count', n) ORDER BY n DESC, value) AS choices
            FROM (
                SELECT a.key AS name, a.value, count(DISTINCT best.id) AS n,
                       row_number() OVER (PARTITION BY a.key ORDER BY count(DISTINCT best.id) DESC, a.value) AS place
                FROM (SELECT id FROM hits ORDER BY rank DESC, id DESC LIMIT {FACET_HITS_MAX}) AS best
                JOIN catalog.variant AS v ON v.product_id = best.id
                CROSS JOIN LATERAL jsonb_each_text(v.attributes) AS a
                WHERE {fits} GROUP BY a.key, a.value
            ) AS counted WHERE place <= 30 GROUP BY name
        ) AS named) AS attributes
    """


def _facets(row: Any) -> Facets:
    price = msgspec.json.decode(row["price"], type=dict[str, int | None])
    low, high = price.get("min"), price.get("max")
    return Facets(
        msgspec.json.decode(row["categories"], type=list[CategoryFacet]),
        PriceRange(low, high) if low is not None and high is not None else None,
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
