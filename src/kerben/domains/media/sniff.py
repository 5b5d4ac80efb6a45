"""What a file is, by its content alone: names and headers say what their sender likes.

Signatures: JPEG ITU T.81 B.1.1.3, PNG (W3C) 5.2, GIF89a 17, WebP RFC 9649 2.4–2.7, ISO base media files (HEIC, AVIF)
ISO/IEC 14496-12 4.3.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from kerben.domains.media.errors import BrokenPictureError, HeicError, PolyglotError, UnsupportedPictureError

PictureFormat = Literal["JPEG", "PNG", "WEBP", "GIF"]

_HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"miaf"}
)

_ACTIVE: Final = (
    (b"<script", re.compile(rb"<script[\s>/]")),
    (b"<html", re.compile(rb"<html[\s>]")),
    (b"<body", re.compile(rb"<body[\s>]")),
    (b"<iframe", re.compile(rb"<iframe[\s>]")),
    (b"<!doctype", re.compile(rb"<!doctype\s+html")),
    (b"<svg", re.compile(rb"<svg\s[^>]{0,400}xmlns")),
    (b"<?php", re.compile(rb"<\?php\s")),
)
"""What makes a page or a script, in lower case: first what is searched for, then what it must be. Long enough that
compressed pixels do not hold it by chance. Searching plain bytes takes milliseconds, a pattern over all of them would
keep every other thread waiting."""
_DOCUMENT: Final = re.compile(rb"%PDF-\d")
_DOCUMENT_WITHIN: Final = 1024
"""Readers of PDF look for its beginning in so many bytes."""
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_END_BYTES: Final = 22
_ZIP_COMMENT_MAX: Final = 65_535


def sniff(content: bytes) -> PictureFormat:
    """The format of a picture.

    Raises UnsupportedPictureError, HeicError, and PolyglotError for a picture that also is a page, script, document
    or archive. Such content would be lost with the re-encoding; who sends it is up to something.
    """
    found = _format(content)
    if _is_polyglot(content):
        raise PolyglotError(pointer="/file")
    return found


def _format(content: bytes) -> PictureFormat:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise HeicError(pointer="/file")
    raise UnsupportedPictureError(pointer="/file")


def _is_polyglot(content: bytes) -> bool:
    return (
        _opens_comment(content)
        or _holds_page(content)
        or _DOCUMENT.search(content, 0, _DOCUMENT_WITHIN) is not None
        or _ends_as_archive(content)
    )


def _opens_comment(content: bytes) -> bool:
    """Whether the first length field of a JPEG's JFIF segment or a GIF's width reads as the beginning of a comment:
    then the file is a script, too. No JFIF segment is that long."""
    return content.startswith((b"\xff\xd8\xff\xe0/*", b"GIF89a/*", b"GIF87a/*"))


def _holds_page(content: bytes) -> bool:
    lowered = content.lower()
    for needle, whole in _ACTIVE:
        at = lowered.find(needle)
        while at >= 0:
            if whole.match(lowered, at):
                return True
            at = lowered.find(needle, at + 1)
    return False


def _ends_as_archive(content: bytes) -> bool:
    """Whether a ZIP ends where the file ends (APPNOTE 4.3.16: archives are read from their end)."""
    at = content.rfind(_ZIP_END, max(0, len(content) - _ZIP_END_BYTES - _ZIP_COMMENT_MAX))
    if at < 0 or at + _ZIP_END_BYTES > len(content):
        return False
    comment = int.from_bytes(content[at + 20 : at + 22], "little")
    return at + _ZIP_END_BYTES + comment == len(content)


def webp_size(content: bytes) -> tuple[int, int]:
    """Width and height that a WebP's header names. Its decoder reserves memory for them before anybody can ask.

    Raises BrokenPictureError.
    """
    if len(content) < 30:
        raise BrokenPictureError(pointer="/file")
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return (
            int.from_bytes(content[26:28], "little") & 0x3FFF,
            int.from_bytes(content[28:30], "little") & 0x3FFF,
        )
    raise BrokenPictureError(pointer="/file")
