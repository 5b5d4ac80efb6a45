"""Use cases of places."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.geo import repository
from kerben.domains.geo.model import NewPlace, Place, PlaceKind
from kerben.platform.db import ReadTx, WriteTx


async def places_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Places by id; unknown ids are left out."""
    return {place.id: place for place in await repository.by_ids(tx, ids)} if ids else {}


async def list_places(tx: ReadTx, kind: PlaceKind | None = None) -> list[Place]:
    """All places in order of their names, or those of one kind."""
    return await repository.all_places(tx, kind)


async def create_places(tx: WriteTx, places: Sequence[NewPlace]) -> list[UUID]:
    """Add places; their ids in the given order. A slug that is taken raises asyncpg.UniqueViolationError."""
    ids = [tx.new_id() for _ in places]
    if ids:
        await repository.insert(tx, ids, places)
    return ids
