"""From uploaded bytes to the files that are kept: decoded within limits, turned upright, made smaller, encoded anew.

Nothing of the upload but its pixels survives, so neither does what a camera wrote beside them (place, owner, serial
number). Runs in a thread: Pillow lets other threads run while it decodes, resizes and encodes.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tempfile
import warnings
import zlib
from typing import Any, Final, cast

from PIL import ExifTags, Image, ImageCms

from kerben.domains.media.errors import (
    BrokenPictureError,
    PictureTooLargeError,
    PictureTooSmallError,
    TooManyPixelsError,
)
from kerben.domains.media.limits import EDGE_MAX, EDGE_MIN, FILE_MAX, PIXELS_MAX, THUMBNAIL_WIDTHS
from kerben.domains.media.model import EncodedPicture, StoredPicture, thumbnail_height, thumbnail_name
from kerben.domains.media.sniff import PictureFormat, sniff, webp_size
from kerben.platform.errors import invalid

_JPEG_QUALITY: Final = 85
_WEBP_QUALITY: Final = 82
_THUMBNAIL_QUALITY: Final = 78

_SCAN: Final = b"\xff\xda"
_SCANS_MAX: Final = 60
"""Scans of a JPEG (ITU T.81, B.2.3): encoders make a dozen. Each goes over all pixels, however few bytes it has, so
that a small file with thousands of them would keep a thread busy for minutes."""

_OPAQUE: Final = 255
_ORIENTATION: Final = ExifTags.Base.Orientation.value
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB: Final[Any] = cast("Any", ImageCms).createProfile("sRGB")

# What Pillow's decoders raise for bytes that are not what they should be.
_UNREADABLE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
)


# Our own limit is lower than the one that Pillow warns of.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def encode(content: bytes) -> EncodedPicture:
    """The picture and its thumbnails. JPEG stays JPEG, everything else becomes WebP, which keeps transparency.

    Raises InvalidRequestError for an empty file, PictureTooLargeError, UnsupportedPictureError, HeicError,
    PolyglotError, BrokenPictureError, TooManyPixelsError, PictureTooSmallError.
    """
    if not content:
        raise invalid("/file", "Файл пуст.", "REQUIRED")
    if len(content) > FILE_MAX:
        raise PictureTooLargeError(pointer="/file", max_bytes=FILE_MAX)
    source = sniff(content)
    picture = _decode(content, source)
    if source == "JPEG":
        content_type, whole = "image/jpeg", _jpeg(picture)
    else:
        content_type, whole = "image/webp", _webp(picture, _WEBP_QUALITY)
    digest = hashlib.sha256(whole).hexdigest()
    widths = [width for width in THUMBNAIL_WIDTHS if width <= picture.width]
    stored = StoredPicture(digest, content_type, len(whole), picture.width, picture.height, widths)
    files = {stored.name: whole}
    # Each from the one before, the largest first: quicker than all from the whole, and no worse to see.
    for width in reversed(widths):
        size = (width, thumbnail_height(stored.width, stored.height, width))
        picture = _resized(picture, size)
        files[thumbnail_name(digest, width)] = _webp(picture, _THUMBNAIL_QUALITY)
    return EncodedPicture(stored, files)


def _decode(content: bytes, source: PictureFormat) -> Image.Image:
    """The upright picture in RGB or RGBA, its edges at most EDGE_MAX."""
    if source == "WEBP":
        _check_size(*webp_size(content))
    if source == "JPEG" and content.count(_SCAN) > _SCANS_MAX:
        raise BrokenPictureError(pointer="/file")
    try:
        with Image.open(io.BytesIO(content), formats=[source]) as opened:
            _check_size(*opened.size)
            # A large JPEG is decoded at a half, a quarter or an eighth, which is still enough.
            opened.draft("RGB", (EDGE_MAX, EDGE_MAX))
            opened.load()
            return _upright(opened)
    except Image.DecompressionBombError as error:
        raise TooManyPixelsError(pointer="/file", max_pixels=PIXELS_MAX) from error
    except _UNREADABLE as error:
        raise BrokenPictureError(pointer="/file") from error


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS_MAX:
        raise TooManyPixelsError(pointer="/file", width=width, height=height, max_pixels=PIXELS_MAX)
    if min(width, height) < EDGE_MIN:
        raise PictureTooSmallError(pointer="/file", width=width, height=height, min_edge=EDGE_MIN)


def _upright(opened: Image.Image) -> Image.Image:
    profile = opened.info.get("icc_profile")
    turn = _TURNS.get(_orientation(opened))
    picture = _plain(opened)
    scale = EDGE_MAX / max(picture.size)
    if scale < 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = _resized(picture, size)
    # The colour space that a profile is for stands in its header (ICC.1:2022, 7.2.8).
    if isinstance(profile, bytes) and profile[16:20] == b"RGB " and opened.mode in {"RGB", "RGBA", "P"}:
        picture = _to_srgb(picture, profile)
    if turn is not None:
        picture = picture.transpose(turn)
    # Pillow's encoders write what they find here: comments, resolution, Exif.
    picture.info = {}
    return picture


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    # A gap of 2 halves the work on large pictures and cannot be told from 3 or none.
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)  # pyright: ignore[reportUnknownMemberType]


def _orientation(opened: Image.Image) -> int:
    """How the camera was held (Exif 2.32, 4.6.4, tag 274); 1, upright, when nothing readable says otherwise."""
    try:
        found: object = opened.getexif().get(_ORIENTATION)
    except _UNREADABLE:
        return 1
    return found if isinstance(found, int) else 1


def _plain(opened: Image.Image) -> Image.Image:
    """The pixels in RGB, or RGBA where some are not opaque."""
    if opened.mode.startswith("I"):
        # 16 bits of grey; converting alone would cut them off at 255.
        wide: Any = opened.convert("I")
        return wide.point(lambda value: value * (1 / 256)).convert("RGB")  # pyright: ignore
    if "transparency" not in opened.info and opened.mode not in {"LA", "PA", "RGBA", "La", "RGBa"}:
        return opened.convert("RGB")
    picture = opened.convert("RGBA")
    lowest, _ = picture.getchannel("A").getextrema()
    return picture if lowest != _OPAQUE else picture.convert("RGB")


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours that a profile means, for screens that are told none. A profile that cannot be used is ignored."""
    try:
        changed = ImageCms.profileToProfile(picture, io.BytesIO(profile), _SRGB, outputMode=picture.mode)
    except (ImageCms.PyCMSError, *_UNREADABLE):
        return picture
    return changed if changed is not None else picture


def _jpeg(picture: Image.Image) -> bytes:
    # Into a file, not into memory: only then does Pillow let other threads run while it encodes, a tenth of a second.
    with tempfile.TemporaryFile() as file:
        picture.save(file, "JPEG", quality=_JPEG_QUALITY, progressive=True, optimize=True, exif=b"", icc_profile=None)
        file.seek(0)
        return file.read()


def _webp(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=quality, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return file.getvalue()
