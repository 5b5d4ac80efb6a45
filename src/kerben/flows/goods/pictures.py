"""The uploaded pictures of products, in catalogue and media together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog.api import ProductPicture, lock_for_pictures, set_pictures
from kerben.domains.media.api import Media, attach_media
from kerben.domains.merchants.api import ShopAccess
from kerben.flows.goods.changing import show_product
from kerben.flows.goods.views import StaffProduct
from kerben.platform.db import WriteTx
from kerben.platform.errors import FieldError, InvalidRequestError, invalid

PICTURES_MAX: Final = 10
"""Pictures of one product."""


def check_pictures(media_ids: Sequence[UUID]) -> None:
    """Raise InvalidRequestError for too many pictures or one that stands twice."""
    if len(media_ids) > PICTURES_MAX:
        raise invalid("/media_ids", f"Не больше {PICTURES_MAX} картинок.", "TOO_LONG")
    twice = [
        FieldError(f"/media_ids/{n}", "DUPLICATE", "Эта картинка уже есть в списке.")
        for n, media_id in enumerate(media_ids)
        if media_id in media_ids[:n]
    ]
    if twice:
        raise InvalidRequestError(errors=twice)


async def change_pictures(
    tx: WriteTx, access: ShopAccess, product_id: UUID, media_ids: Sequence[UUID], version: int | None, ip: str
) -> StaffProduct:
    """Replace a product's pictures, the first being its main one. `version`: as the caller saw it, None for any.

    Raises VersionMismatchError (412), UnknownMediaError with pointers.
    """
    before = await lock_for_pictures(tx, product_id, expected_version=version)
    media = await attach_media(tx, product_id, access.merchant_id, access.actor, media_ids)
    after = await set_pictures(tx, before, [_picture(item) for item in media])
    if after.version != before.version:
        entry = AuditEntry(
            access.actor,
            access.role,
            "product.pictures",
            "product",
            str(product_id),
            {"pictures": [str(p.media_id) for p in before.pictures], "picture": before.picture},
            {"pictures": [str(p.media_id) for p in after.pictures], "picture": after.picture},
            ip,
            access.merchant_id,
        )
        await record(tx, entry)
    return await show_product(tx, after)


def _picture(media: Media) -> ProductPicture:
    return ProductPicture(media.id, media.url, media.width, media.height, [t.width for t in media.thumbnails])
