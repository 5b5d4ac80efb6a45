"""Builders for tests: real files, made with Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import httpx
from PIL import Image, ImageDraw

from kerben.platform.ids import new_id


def drawing(width: int = 640, height: int = 480, mode: str = "RGB", seed: str = "") -> Image.Image:
    """Four quarters, red, green, blue and white, so that turns can be told; `seed` makes pictures differ."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    x, y = width // 2, height // 2
    draw.rectangle((0, 0, x, y), "red")
    draw.rectangle((x, 0, width, y), "lime")
    draw.rectangle((0, y, x, height), "blue")
    draw.text((x + 5, y + 5), seed or new_id().hex, "black")
    return picture.convert(mode)


def encoded(kind: str = "JPEG", width: int = 640, height: int = 480, mode: str = "RGB", **options: Any) -> bytes:
    """A picture file, different from all others."""
    file = io.BytesIO()
    drawing(width, height, mode).save(file, kind, **options)
    return file.getvalue()


def photo(orientation: int, width: int = 640, height: int = 480) -> bytes:
    """A JPEG as phones make it: with an orientation, a place and a maker's name."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETPHONE"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (42.0, 52.0, 28.0)
    return encoded("JPEG", width, height, exif=exif, comment=b"SECRETPHONE", quality=95)


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and has next to no pixels: a bomb's header."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


def webp_header(width: int, height: int) -> bytes:
    """The same as a WebP."""
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + (width - 1).to_bytes(3, "little")
    body += (height - 1).to_bytes(3, "little") + bytes(40)
    return b"RIFF" + struct.pack("<I", len(body)) + body


async def upload(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    content: bytes,
    name: str = "photo.jpg",
    content_type: str = "image/jpeg",
) -> httpx.Response:
    """Upload a file."""
    return await client.post("/api/v1/media", files={"file": (name, content, content_type)}, headers=headers)
