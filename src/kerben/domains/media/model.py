"""Uploads and their files."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

URL_PREFIX: Final = "/media/u/"
"""Where uploaded pictures are served."""

_SUFFIXES: Final = {"image/jpeg": "jpg", "image/webp": "webp"}
_URL: Final = re.compile(re.escape(URL_PREFIX) + r"([0-9a-f]{64})\.(jpg|webp)")


class UploadStatus(StrEnum):
    """Announced and being written; may be attached; about to be swept."""

    PENDING = "pending"
    READY = "ready"
    DELETING = "deleting"


class Thumbnail(msgspec.Struct, frozen=True):
    """A smaller copy (WebP), pixels."""

    width: int
    height: int
    url: str


class StoredPicture(msgspec.Struct, frozen=True):
    """A picture as it is stored: `hash` is the SHA-256 of its bytes, `size` counts them; edges in pixels."""

    hash: str
    content_type: str
    size: int
    width: int
    height: int
    widths: list[int]
    """Widths of its thumbnails."""

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.hash}.{_SUFFIXES[self.content_type]}"

    @property
    def names(self) -> list[str]:
        """The names of its file and of its thumbnails'."""
        return [self.name, *(thumbnail_name(self.hash, width) for width in self.widths)]


class EncodedPicture(msgspec.Struct, frozen=True):
    """A picture ready to be stored, with the bytes of each file by name."""

    stored: StoredPicture
    files: dict[str, bytes]


class Media(msgspec.Struct, frozen=True):
    """An upload, with all that is needed to show it."""

    id: UUID
    url: str
    width: int
    height: int
    content_type: str
    size: int
    thumbnails: list[Thumbnail]


def thumbnail_name(content_hash: str, width: int) -> str:
    """The name of a thumbnail's file."""
    return f"{content_hash}-{width}.webp"


def thumbnail_height(picture_width: int, picture_height: int, width: int) -> int:
    """The height that keeps the proportions, at least one pixel."""
    return max(1, round(picture_height * width / picture_width))


def thumbnails(url: str, picture_width: int, picture_height: int, widths: list[int]) -> list[Thumbnail]:
    """The thumbnails of a picture by its address; none for an address that is not ours."""
    match = _URL.fullmatch(url)
    if match is None:
        return []
    return [
        Thumbnail(
            width,
            thumbnail_height(picture_width, picture_height, width),
            URL_PREFIX + thumbnail_name(match[1], width),
        )
        for width in widths
    ]


def media_of(media_id: UUID, picture: StoredPicture) -> Media:
    """An upload of a stored picture."""
    url = URL_PREFIX + picture.name
    return Media(
        media_id,
        url,
        picture.width,
        picture.height,
        picture.content_type,
        picture.size,
        thumbnails(url, picture.width, picture.height, picture.widths),
    )
