"""A barcode as a picture, and as a film for a camera that Chromium only pretends to have."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

# The patterns of EAN-13: GS1 General Specifications, 5.2.1. Set A; set C is A with bars and spaces swapped, set B is
# C backwards. The first digit is told by which of the sets write the six digits of the left half.
_A: Final = (
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
_PARITY: Final = (
    "AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA",
)  # fmt: skip
_GUARD: Final = "101"
_MIDDLE: Final = "01010"
_QUIET: Final = 11
"""Empty modules at each side."""


def check_digit(twelve: str) -> str:
    """The last digit of a GTIN-13 whose first twelve are given."""
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-weighed % 10)


def gtin() -> str:
    """A right GTIN-13 of the kind that shops may use as they like (prefix 2), at random."""
    twelve = f"29{secrets.randbelow(10**10):010d}"
    return twelve + check_digit(twelve)


def modules(code: str) -> str:
    """The 95 modules of an EAN-13 symbol, `1` for a bar. Raises ValueError for anything but a right GTIN-13."""
    if len(code) != 13 or not code.isdecimal() or check_digit(code[:12]) != code[12]:
        raise ValueError(f"{code!r} is no GTIN-13")
    inverse = str.maketrans("01", "10")
    left = ""
    for digit, which in zip(code[1:7], _PARITY[int(code[0])], strict=True):
        pattern = _A[int(digit)]
        left += pattern if which == "A" else pattern.translate(inverse)[::-1]
    right = "".join(_A[int(digit)].translate(inverse) for digit in code[7:])
    return _GUARD + left + _MIDDLE + right + _GUARD


def draw(code: str, width: int = 640, height: int = 480) -> Image.Image:
    """The symbol in the middle of a light picture, as a camera would see it on a box."""
    bars = modules(code)
    step = width // (len(bars) + 2 * _QUIET)
    picture = Image.new("L", (width, height), 235)
    pen = ImageDraw.Draw(picture)
    x = (width - step * len(bars)) // 2
    for bar in bars:
        if bar == "1":
            pen.rectangle((x, height // 4, x + step - 1, height * 3 // 4), fill=20)
        x += step
    return picture


def film(code: str, file: Path, *, frames: int = 10, fps: int = 10) -> Path:
    """Write the picture as a YUV4MPEG2 film (4:2:0) for `--use-file-for-fake-video-capture`, which repeats it."""
    picture = draw(code)
    width, height = picture.size
    grey = bytes([128]) * (width * height // 4)
    with file.open("wb") as stream:
        stream.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420\n".encode())
        for _ in range(frames):
            stream.write(b"FRAME\n" + picture.tobytes() + grey + grey)
    return file
