"""SQL of places."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.geo.model import NewPlace, Place, PlaceKind
from kerben.platform.db import ReadTx, Row, WriteTx

_COLUMNS = "id, slug, name, kind, address, description, lat, lon, radius_m"


def _place(row: Row) -> Place:
    return Place(
        row["id"], row["slug"], row["name"], PlaceKind(row["kind"]), row["address"], row["description"],
        row["lat"], row["lon"], row["radius_m"],
    )  # fmt: skip


async def by_ids(tx: ReadTx, ids: Sequence[UUID]) -> list[Place]:
    """Places by id. Uses place_pkey."""
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM geo.place WHERE id = ANY($1::uuid[])", list(ids))
    return [_place(row) for row in rows]


async def all_places(tx: ReadTx, kind: PlaceKind | None) -> list[Place]:
    """All places, by name: a city has tens of them, so they are read whole."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM geo.place WHERE $1::text IS NULL OR kind = $1 ORDER BY name, id", kind
    )
    return [_place(row) for row in rows]


async def insert(tx: WriteTx, ids: Sequence[UUID], places: Sequence[NewPlace]) -> None:
    """Add places; a slug that is taken raises asyncpg.UniqueViolationError."""
    await tx.execute(
        """
        INSERT INTO geo.place (id, slug, name, kind, address, description, lat, lon, radius_m, created_at)
        SELECT p.*, $10 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                                    $7::float8[], $8::float8[], $9::int[]) AS p
        """,
        list(ids),
        [place.slug for place in places],
        [place.name for place in places],
        [str(place.kind) for place in places],
        [place.address for place in places],
        [place.description for place in places],
        [place.lat for place in places],
        [place.lon for place in places],
        [place.radius_m for place in places],
        tx.now,
    )
