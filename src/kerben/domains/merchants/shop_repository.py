"""SQL of shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.geo.api import Box
from kerben.domains.merchants.model import Hours, NewShop, PayoutStatus, ShopAccess, ShopFacts
from kerben.platform.db import ReadTx, Row, WriteTx

_SELECT = """
SELECT s.id, s.merchant_id, s.name, m.name AS merchant_name, s.address, s.phone, s.lat, s.lon, s.hours, s.place_id,
       m.verified_at IS NOT NULL AS verified, m.payout_status, m.eligibility_mode,
       coalesce(s.price_master, m.price_master) AS price_master, s.is_active, s.photos
FROM merchants.shop AS s JOIN merchants.merchant AS m ON m.id = s.merchant_id
"""

_hours = msgspec.json.Decoder(Hours)
_photos = msgspec.json.Decoder(list[str])


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _shop(row: Row) -> ShopFacts:
    return ShopFacts(
        row["id"], row["merchant_id"], row["name"], row["merchant_name"], row["address"], row["phone"],
        row["lat"], row["lon"], _hours.decode(row["hours"]), row["place_id"], row["verified"],
        PayoutStatus(row["payout_status"]), row["eligibility_mode"], row["price_master"], row["is_active"],
        _photos.decode(row["photos"]),
    )  # fmt: skip


async def by_ids(tx: ReadTx, ids: Sequence[UUID]) -> list[ShopFacts]:
    """Shops by id. Uses shop_pkey, merchant_pkey."""
    return [_shop(row) for row in await tx.fetch(f"{_SELECT} WHERE s.id = ANY($1::uuid[])", list(ids))]


async def open_after(tx: ReadTx, after: UUID, limit: int) -> list[ShopFacts]:
    """Active shops by id, those after one. Uses shop_pkey, merchant_pkey."""
    rows = await tx.fetch(f"{_SELECT} WHERE s.is_active AND s.id > $1 ORDER BY s.id LIMIT $2", after, limit)
    return [_shop(row) for row in rows]


async def count_by_place(tx: ReadTx, alive: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """For each place its active shops, and how many of them are among `alive`. Uses shop_place."""
    rows = await tx.fetch(
        """
        SELECT place_id, count(*) AS shops, count(*) FILTER (WHERE id = ANY($1::uuid[])) AS alive
        FROM merchants.shop WHERE place_id IS NOT NULL AND is_active GROUP BY place_id
        """,
        list(alive),
    )
    return {row["place_id"]: (row["shops"], row["alive"]) for row in rows}


async def merchant_of(tx: ReadTx, shop_id: UUID) -> UUID | None:
    """Whose a shop is; None when there is none. Uses shop_pkey."""
    return await tx.fetchval("SELECT merchant_id FROM merchants.shop WHERE id = $1", shop_id)


async def foreign(tx: ReadTx, merchant_id: UUID, shop_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that are no shops of a merchant. Uses shop_pkey."""
    rows = await tx.fetch(
        "SELECT id FROM merchants.shop WHERE id = ANY($2::uuid[]) AND merchant_id = $1", merchant_id, list(shop_ids)
    )
    return set(shop_ids) - {row["id"] for row in rows}


async def of_merchants(tx: ReadTx, merchant_ids: Sequence[UUID]) -> list[ShopFacts]:
    """Shops of merchants, oldest first. Uses shop_merchant."""
    rows = await tx.fetch(f"{_SELECT} WHERE s.merchant_id = ANY($1::uuid[]) ORDER BY s.id", list(merchant_ids))
    return [_shop(row) for row in rows]


async def count_locked(tx: WriteTx, merchant_id: UUID) -> int:
    """Lock a merchant and count its shops, so that a limit on them holds. Uses merchant_pkey, shop_merchant."""
    await tx.fetchval("SELECT 1 FROM merchants.merchant WHERE id = $1 FOR UPDATE", merchant_id)
    return int(await tx.fetchval("SELECT count(*) FROM merchants.shop WHERE merchant_id = $1", merchant_id))


async def page(tx: ReadTx, place_id: UUID | None, before: UUID | None, limit: int) -> list[UUID]:
    """Ids of active shops, newest first, that come after `before`. Uses shop_place or shop_pkey."""
    rows = await tx.fetch(
        """
        SELECT id FROM merchants.shop
        WHERE is_active AND ($1::uuid IS NULL OR place_id = $1) AND ($2::uuid IS NULL OR id < $2)
        ORDER BY id DESC LIMIT $3
        """,
        place_id,
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def points_in(tx: ReadTx, box: Box) -> list[tuple[UUID, float, float]]:
    """Active shops in a box: id, lat, lon. Uses shop_point."""
    rows = await tx.fetch(
        """
        SELECT id, lat, lon FROM merchants.shop
        WHERE is_active AND lat BETWEEN $1 AND $2 AND lon BETWEEN $3 AND $4
        """,
        box.lat_min,
        box.lat_max,
        box.lon_min,
        box.lon_max,
    )
    return [(row["id"], row["lat"], row["lon"]) for row in rows]


async def insert(tx: WriteTx, ids: Sequence[UUID], shops: Sequence[NewShop]) -> None:
    """Add shops."""
    await tx.execute(
        """
        INSERT INTO merchants.shop
            (id, merchant_id, place_id, name, address, phone, lat, lon, hours, photos, created_at, updated_at)
        SELECT s.id, s.merchant_id, s.place_id, s.name, s.address, s.phone, s.lat, s.lon,
               s.hours::jsonb, s.photos::jsonb, $11, $11
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::float8[],
                    $8::float8[], $9::text[], $10::text[])
            AS s(id, merchant_id, place_id, name, address, phone, lat, lon, hours, photos)
        """,
        list(ids),
        [shop.merchant_id for shop in shops],
        [shop.place_id for shop in shops],
        [shop.name for shop in shops],
        [shop.address for shop in shops],
        [shop.phone for shop in shops],
        [shop.lat for shop in shops],
        [shop.lon for shop in shops],
        [_text(shop.hours) for shop in shops],
        [_text(shop.photos) for shop in shops],
        tx.now,
    )


async def lock(tx: WriteTx, access: ShopAccess) -> None:
    """Lock a shop until the transaction ends. Uses shop_pkey."""
    await tx.fetchval("SELECT 1 FROM merchants.shop WHERE id = $1 FOR UPDATE", access.shop_id)


async def update(tx: WriteTx, access: ShopAccess, changes: Mapping[str, Any]) -> None:
    """Change the named fields of a shop; a nullable one may be set to NULL. Uses shop_pkey."""
    await tx.execute(
        """
        UPDATE merchants.shop SET
            name = coalesce($2, name), address = coalesce($3, address), phone = coalesce($4, phone),
            lat = coalesce($5, lat), lon = coalesce($6, lon), hours = coalesce($7::jsonb, hours),
            photos = coalesce($8::jsonb, photos), is_active = coalesce($9, is_active),
            place_id = CASE WHEN $10 THEN $11::uuid ELSE place_id END,
            price_master = CASE WHEN $12 THEN $13::text ELSE price_master END,
            updated_at = $14
        WHERE id = $1
        """,
        access.shop_id,
        changes.get("name"),
        changes.get("address"),
        changes.get("phone"),
        changes.get("lat"),
        changes.get("lon"),
        _text(changes["hours"]) if "hours" in changes else None,
        _text(changes["photos"]) if "photos" in changes else None,
        changes.get("is_active"),
        "place_id" in changes,
        changes.get("place_id"),
        "price_master" in changes,
        changes.get("price_master"),
        tx.now,
    )
