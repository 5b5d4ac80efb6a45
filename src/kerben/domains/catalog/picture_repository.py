"""SQL of products' uploaded pictures."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from kerben.domains.catalog.model import ProductPicture
from kerben.platform.db import WriteTx

_decoder = msgspec.json.Decoder(list[ProductPicture])
_encoder = msgspec.json.Encoder()


def pictures_of(stored: str, picture: str | None) -> list[ProductPicture]:
    """The pictures in a row; none when an import or a person has since given the product another main picture."""
    if stored == "[]":
        return []
    pictures = _decoder.decode(stored)
    return pictures if pictures[0].url == picture else []


async def set_pictures(
    tx: WriteTx, product_id: UUID, pictures: Sequence[ProductPicture], picture: str | None
) -> None:
    """Write the pictures and the main one of a locked product and count its version up. Uses product_pkey."""
    await tx.execute(
        """
        UPDATE catalog.product SET pictures = $2::jsonb, picture = $3, version = version + 1, updated_at = $4
        WHERE id = $1
        """,
        product_id,
        _encoder.encode(pictures).decode(),
        picture,
        tx.now,
    )
