"""The uploaded pictures of products."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.catalog import change_repository, picture_repository
from kerben.domains.catalog.errors import VersionMismatchError
from kerben.domains.catalog.events import ProductChanged
from kerben.domains.catalog.model import ProductFacts, ProductPicture
from kerben.domains.catalog.service import products_by_ids
from kerben.platform.db import WriteTx
from kerben.platform.errors import NotFoundError


async def lock_for_pictures(tx: WriteTx, product_id: UUID, *, expected_version: int | None = None) -> ProductFacts:
    """Lock a product whose pictures are about to change; the product as it is.

    `expected_version` is `ProductFacts.version` as the caller saw it, None for whatever is there. Raises
    NotFoundError, VersionMismatchError (412).
    """
    locked = await change_repository.lock_product(tx, product_id)
    if locked is None:
        raise NotFoundError
    if expected_version is not None and locked[1] != expected_version:
        raise VersionMismatchError(version=locked[1])
    return (await products_by_ids(tx, [product_id]))[product_id]


async def set_pictures(tx: WriteTx, before: ProductFacts, pictures: Sequence[ProductPicture]) -> ProductFacts:
    """Replace the pictures of a locked product, the first one being its main picture; the product as it is then.

    Without any it has no main picture either.
    """
    main = pictures[0].url if pictures else None
    if list(pictures) == before.pictures and main == before.picture:
        return before
    await picture_repository.set_pictures(tx, before.id, pictures, main)
    tx.publish(ProductChanged(before.id, before.shop_id))
    return (await products_by_ids(tx, [before.id]))[before.id]
