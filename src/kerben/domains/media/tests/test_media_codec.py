"""What becomes of uploaded bytes, and which are refused."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from kerben.domains.media import sniff
from kerben.domains.media.codec import encode
from kerben.domains.media.model import EncodedPicture
from kerben.domains.media.tests.make import drawing, encoded, photo, png_header, webp_header
from kerben.platform.errors import DomainError

pytestmark = pytest.mark.slow


def opened(made: EncodedPicture, width: int | None = None) -> Image.Image:
    stored = made.stored
    picture = Image.open(io.BytesIO(made.files[stored.name if width is None else f"{stored.hash}-{width}.webp"]))
    picture.load()
    return picture


def colour(picture: Image.Image, x: float, y: float) -> str:
    """The nearest of the drawing's colours at a place given in parts of the edges."""
    found: Any = picture.convert("RGB").getpixel((int(picture.width * x), int(picture.height * y)))
    red, green, blue = (value > 128 for value in found)
    return {(True, False, False): "red", (False, True, False): "lime", (False, False, True): "blue"}.get(
        (red, green, blue), "white"
    )


def code_of(content: bytes) -> str:
    with pytest.raises(DomainError) as caught:
        encode(content)
    faults = caught.value.errors
    assert [fault.pointer for fault in faults] == ["/file"]
    return faults[0].code


@pytest.mark.parametrize(
    ("kind", "mode", "content_type"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGB", "image/webp"),
        ("PNG", "RGBA", "image/webp"),
        ("PNG", "P", "image/webp"),
        ("PNG", "1", "image/webp"),
        ("WEBP", "RGB", "image/webp"),
        ("WEBP", "RGBA", "image/webp"),
        ("GIF", "P", "image/webp"),
    ],
)
def test_each_type_is_kept_with_thumbnails(kind: str, mode: str, content_type: str) -> None:
    made = encode(encoded(kind, 1000, 500, mode))
    assert (made.stored.content_type, made.stored.width, made.stored.height) == (content_type, 1000, 500)
    assert made.stored.widths == [160, 480, 960]
    assert set(made.files) == set(made.stored.names)
    assert made.stored.size == len(made.files[made.stored.name])
    assert opened(made).size == (1000, 500)
    for width in (160, 480, 960):
        small = opened(made, width)
        assert (small.format, small.size) == ("WEBP", (width, width // 2))
    if mode not in {"1", "L"}:
        assert [colour(opened(made, 160), x, y) for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8))] == [
            "red", "lime", "blue",
        ]  # fmt: skip


def test_transparency_stays() -> None:
    picture = drawing(300, 300, "RGBA")
    picture.putalpha(Image.linear_gradient("L").crop((0, 0, 300, 300)))
    file = io.BytesIO()
    picture.save(file, "PNG")
    made = encode(file.getvalue())
    assert opened(made).mode == "RGBA"
    lowest: Any = opened(made, 160).getchannel("A").getextrema()[0]
    assert lowest < 20


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    file = io.BytesIO()
    Image.new("I;16", (200, 200), 0x8000).save(file, "PNG")
    shade: Any = opened(encode(file.getvalue())).convert("L").getpixel((100, 100))
    assert abs(shade - 128) < 4


def test_the_first_frame_of_a_moving_picture_counts() -> None:
    frames = [drawing(200, 200), Image.new("RGB", (200, 200), "black")]
    for kind in ("GIF", "WEBP"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
        assert colour(opened(encode(file.getvalue())), 0.2, 0.2) == "red"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_set_upright_and_loses_its_metadata(orientation: int) -> None:
    content = photo(orientation, 800, 400)
    assert b"SECRETPHONE" in content
    made = encode(content)
    expected: Any = Image.open(io.BytesIO(content))

    expected = ImageOps.exif_transpose(expected)
    kept = opened(made)
    assert kept.size == expected.size == ((800, 400) if orientation < 5 else (400, 800))
    for place in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)):
        assert colour(kept, *place) == colour(expected, *place)
    for name, data in made.files.items():
        assert b"SECRETPHONE" not in data, name
        picture = Image.open(io.BytesIO(data))
        assert not picture.getexif()
        assert {"exif", "xmp", "comment", "icc_profile"}.isdisjoint(picture.info)


def test_what_other_formats_carry_beside_pixels_is_lost_too() -> None:

    texts = PngInfo()
    texts.add_text("Author", "SECRETPHONE")
    exif = Image.Exif()
    exif[0x010F] = "SECRETPHONE"
    samples: list[tuple[str, dict[str, Any]]] = [
        ("PNG", {"pnginfo": texts, "exif": exif}),
        ("WEBP", {"exif": exif, "xmp": b"SECRETPHONE"}),
    ]
    for kind, options in samples:
        content = encoded(kind, **options)
        assert b"SECRETPHONE" in content
        assert not any(b"SECRETPHONE" in data for data in encode(content).files.values())


def test_colours_of_another_profile_become_those_of_srgb() -> None:
    cms: Any = ImageCms
    # A profile whose red and blue are exchanged against sRGB's tells whether it is applied.
    plain = bytearray(ImageCms.ImageCmsProfile(cms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", plain[128:132])[0]
    places = {bytes(plain[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    plain[red + 4 : red + 12], plain[blue + 4 : blue + 12] = plain[blue + 4 : blue + 12], plain[red + 4 : red + 12]
    made = encode(encoded("JPEG", icc_profile=bytes(plain)))
    assert colour(opened(made), 0.2, 0.2) == "blue"
    broken = encode(encoded("JPEG", icc_profile=bytes(plain[:16]) + b"RGB " + b"\x00" * 40))
    assert colour(opened(broken), 0.2, 0.2) == "red"


def test_a_large_picture_becomes_2560_wide_and_a_small_one_is_never_blown_up() -> None:
    made = encode(encoded("JPEG", 5200, 2600))
    assert (made.stored.width, made.stored.height) == (2560, 1280)
    small = encode(encoded("PNG", 300, 110))
    assert (small.stored.width, small.stored.widths) == (300, [160])
    assert encode(encoded("PNG", 100, 100)).stored.widths == []


def test_equal_pictures_have_equal_files() -> None:
    content = encoded("JPEG")
    assert encode(content) == encode(content)
    assert encode(content).stored.hash != encode(encoded("JPEG")).stored.hash


@pytest.mark.slow
def test_exactly_forty_megapixels_are_taken_and_more_are_not() -> None:
    assert encode(encoded("PNG", 8000, 5000, "1")).stored.width == 2560
    assert code_of(encoded("PNG", 8001, 5000, "1")) == "TOO_MANY_PIXELS"
    assert code_of(encoded("JPEG", 8200, 5000, "L", quality=10)) == "TOO_MANY_PIXELS"


@pytest.mark.parametrize("edges", [(60_000, 60_000), (20_000, 20_000), (2_000_000_000, 100)])
def test_a_bombs_header_is_refused_before_anything_is_unpacked(edges: tuple[int, int]) -> None:
    assert code_of(png_header(*edges)) == "TOO_MANY_PIXELS"
    if max(edges) < 1 << 24:
        assert code_of(webp_header(*edges)) == "TOO_MANY_PIXELS"


def test_a_gif_whose_frame_is_larger_than_it_says_is_refused() -> None:
    content = bytearray(encoded("GIF", 200, 200, "P"))
    at = content.index(b"\x2c")
    content[at + 5 : at + 9] = struct.pack("<HH", 65_000, 65_000)
    assert code_of(bytes(content)) == "TOO_MANY_PIXELS"


def test_a_photo_with_thousands_of_scans_is_refused_before_it_takes_minutes() -> None:
    content = encoded("JPEG", 1000, 1000, progressive=True)
    at = content.rindex(b"\xff\xda")
    scan = content[at:-2]
    assert encode(content[:-2] + scan * 10 + b"\xff\xd9").stored.width == 1000
    assert code_of(content[:-2] + scan * 100 + b"\xff\xd9") == "BROKEN_PICTURE"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.9])
def test_a_truncated_picture_is_refused(kind: str, part: float) -> None:
    content = encoded(kind, 640, 480, "P" if kind == "GIF" else "RGB")
    assert code_of(content[: max(16, int(len(content) * part))]) in {"BROKEN_PICTURE", "UNSUPPORTED_PICTURE"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_whatever_is_changed_in_a_picture_it_is_taken_or_refused(kind: str) -> None:
    content = encoded(kind, 160, 160, "P" if kind == "GIF" else "RGB")
    outcomes: set[str] = set()
    step = max(1, len(content) // 120)
    for at in range(0, len(content), step):
        changed = bytearray(content)
        changed[at] ^= 0xFF
        try:
            encode(bytes(changed))
            outcomes.add("taken")
        except DomainError:
            outcomes.add("refused")
    assert outcomes == {"taken", "refused"}


def test_too_small_and_empty_and_too_long_files() -> None:
    assert code_of(encoded("JPEG", 99, 400)) == "PICTURE_TOO_SMALL"
    assert code_of(encoded("PNG", 400, 99)) == "PICTURE_TOO_SMALL"
    assert code_of(b"") == "REQUIRED"
    assert code_of(encoded("JPEG") + bytes(10 * 1024 * 1024)) == "PICTURE_TOO_LARGE"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"just some text, named .jpg", "UNSUPPORTED_PICTURE"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "UNSUPPORTED_PICTURE"),
        (b'<?xml version="1.0"?><svg/>', "UNSUPPORTED_PICTURE"),
        (b"<!doctype html><script>alert(1)</script>", "UNSUPPORTED_PICTURE"),
        (b"%PDF-1.7 ...", "UNSUPPORTED_PICTURE"),
        (b"BM" + bytes(100), "UNSUPPORTED_PICTURE"),
        (b"II*\x00" + bytes(100), "UNSUPPORTED_PICTURE"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "HEIC_NOT_SUPPORTED"),
        (b"\x00\x00\x00\x18ftypmif1" + bytes(100), "HEIC_NOT_SUPPORTED"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(100), "HEIC_NOT_SUPPORTED"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "UNSUPPORTED_PICTURE"),
        (b"\xff\xd8\xff", "BROKEN_PICTURE"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "BROKEN_PICTURE"),
        (b"\x89PNG\r\n\x1a\n", "BROKEN_PICTURE"),
        (b"GIF89a", "BROKEN_PICTURE"),
        (b"RIFF\x00\x00\x00\x00WEBP", "BROKEN_PICTURE"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8?" + bytes(40), "BROKEN_PICTURE"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_content(content: bytes, code: str) -> None:
    assert code_of(content) == code


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("evil.class", "x" * 100)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize(
    "tail",
    [
        b"<script>alert(1)</script>",
        b"\n<HTML><BODY>",
        b"<!DOCTYPE  html>",
        b'<svg onload="alert(1)" xmlns="http://www.w3.org/2000/svg">',
        b"<?php system($_GET[0]);",
        _archive(),
    ],
)
def test_a_picture_that_is_something_else_too_is_refused(kind: str, tail: bytes) -> None:
    content = encoded(kind, 200, 200, "P" if kind == "GIF" else "RGB")
    assert encode(content).stored.width == 200
    assert code_of(content + tail) == "PICTURE_WITH_FOREIGN_CONTENT"


def test_polyglots_that_begin_as_a_picture_are_refused() -> None:
    jpeg = encoded("JPEG", comment=b"<script>alert(1)</script>")
    assert code_of(jpeg) == "PICTURE_WITH_FOREIGN_CONTENT"
    assert code_of(encoded("JPEG", comment=b"%PDF-1.4 obj")) == "PICTURE_WITH_FOREIGN_CONTENT"
    script = b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)//;"
    assert code_of(script) == "PICTURE_WITH_FOREIGN_CONTENT"


def test_what_phones_append_to_photos_does_no_harm() -> None:
    second = encoded("JPEG", 200, 200)
    assert encode(encoded("JPEG") + second).stored.width == 640
    assert sniff.sniff(encoded("JPEG") + b"PK\x05\x06 by chance") == "JPEG"
