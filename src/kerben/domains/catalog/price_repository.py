"""SQL of prices, their history, and exchange rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from kerben.domains.catalog.model import PriceChange, PricePoint, Rate
from kerben.platform.db import ReadTx, WriteTx


class ChangedPrice(msgspec.Struct, frozen=True):
    """A price that was changed."""

    variant_id: UUID
    product_id: UUID
    shop_id: UUID
    old_price: int
    new_price: int
    currency: str
    source: str


async def set_prices(tx: WriteTx, changes: Sequence[PriceChange]) -> list[ChangedPrice]:
    """Set prices and keep the old ones in the history, in one statement; those that differ, locked in order of id.

    One change per variant. Uses variant_pkey.
    """
    rows = await tx.fetch(
        """
        WITH locked AS MATERIALIZED (
            SELECT v.id, v.price AS old_price, w.price, w.source, w.reference
            FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) AS w(id, price, source, reference)
            JOIN catalog.variant AS v ON v.id = w.id
            WHERE v.price <> w.price
            ORDER BY v.id FOR UPDATE OF v
        ), changed AS (
            UPDATE catalog.variant AS v SET price = l.price, version = v.version + 1, updated_at = $5
            FROM locked AS l WHERE v.id = l.id
            RETURNING v.id, v.product_id, v.shop_id, l.old_price, v.price, v.currency, l.source, l.reference
        ), history AS (
            INSERT INTO catalog.price_history (variant_id, old_price, new_price, currency, source, reference, at)
            SELECT id, old_price, price, currency, source, reference, $5 FROM changed ORDER BY id
        )
        SELECT id, product_id, shop_id, old_price, price, currency, source FROM changed ORDER BY id
        """,
        [change.variant_id for change in changes],
        [change.price for change in changes],
        [change.source for change in changes],
        [change.reference for change in changes],
        tx.now,
    )
    return [ChangedPrice(*row) for row in rows]


async def history(tx: ReadTx, variant_id: UUID, limit: int) -> list[PricePoint]:
    """Changes of one price, the newest first. Uses price_history_variant."""
    rows = await tx.fetch(
        """
        SELECT variant_id, old_price, new_price, currency, source, reference, at FROM catalog.price_history
        WHERE variant_id = $1 ORDER BY id DESC LIMIT $2
        """,
        variant_id,
        limit,
    )
    return [PricePoint(*row) for row in rows]


async def rates(tx: ReadTx, at: datetime) -> list[Rate]:
    """The rate of each currency that is in force at a moment. Uses exchange_rate_pkey."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT ON (currency) currency, rate, valid_from FROM catalog.exchange_rate
        WHERE valid_from <= $1 ORDER BY currency, valid_from DESC
        """,
        at,
    )
    return [Rate(*row) for row in rows]


async def set_rate(tx: WriteTx, currency: str, rate: Decimal, by: UUID | None) -> None:
    """A rate in force from now on; earlier ones stay as history."""
    await tx.execute(
        """
        INSERT INTO catalog.exchange_rate (currency, valid_from, rate, created_by) VALUES ($1, $2, $3, $4)
        ON CONFLICT (currency, valid_from) DO UPDATE SET rate = excluded.rate, created_by = excluded.created_by
        """,
        currency,
        tx.now,
        rate,
        by,
    )
