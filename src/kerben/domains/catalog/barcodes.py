"""Barcodes: GS1 numbers and their check digits, numbers of our own, codes printed by scales.

A number of GS1 (EAN-8, UPC-A, EAN-13, GTIN-14) ends with a check digit: with weights 3, 1, 3 … from the right, it
fills the sum up to a multiple of ten (GS1 General Specifications, section 7.9). Leading zeros change nothing in that
sum, so a UPC-A of 12 digits is the EAN-13 with a zero before it, and a number whose zeros a spreadsheet has eaten is
put right.
"""

from __future__ import annotations

from typing import Final

import msgspec

from kerben.domains.catalog.errors import InvalidBarcodeError

TEXT_MAX: Final = 64
"""Longest QR or other code that is not a number of GS1, in characters."""

INTERNAL_PREFIX: Final = "29"
"""Our own numbers: GS1 leaves 20–29 to shops; 20–28 are taken by scales."""

INTERNAL_MAX: Final = 9_999_999_999

WEIGHT_PREFIXES: Final = frozenset({"20", "21", "22", "23", "24"})
"""Scale codes whose value is a weight in grams."""

PRICE_PREFIXES: Final = frozenset({"25", "26", "27", "28"})
"""Scale codes whose value is a price in minor units."""


class ScaleCode(msgspec.Struct, frozen=True):
    """A code printed by scales: which item, and either its weight in grams or its price in minor units."""

    template: str
    """The EAN-13 with value zero that the variant carries as its barcode."""
    item_code: str
    weight_g: int | None
    price: int | None


def check_digit(body: str) -> int:
    """The check digit that a body of digits needs."""
    # Over bytes, because tills send a barcode with every line: ten times cheaper than digit by digit.
    raw = body.encode("ascii")
    odd, even = raw[-1::-2], raw[-2::-2]
    zero = ord("0")
    return -((sum(odd) - zero * len(odd)) * 3 + sum(even) - zero * len(even)) % 10


def has_valid_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return check_digit(digits[:-1]) == int(digits[-1])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def normalise_barcode(text: str) -> str:
    """The one form in which a barcode is stored and compared.

    Numbers: spaces and hyphens between digits are dropped; 7 and 8 digits are an EAN-8; 9 to 13 are an EAN-13 with
    its missing zeros put back (UPC-A has 12); 14 are a GTIN-14, or an EAN-13 when it begins with zero. Anything that
    is not all digits is taken as it is, up to 64 printable characters. Raises InvalidBarcodeError otherwise.
    """
    plain = text.strip()
    digits = plain.replace(" ", "").replace("-", "")
    if not _is_number(digits):
        if not plain or len(plain) > TEXT_MAX or not plain.isprintable():
            raise InvalidBarcodeError
        return plain
    if len(digits) == 14 and digits[0] == "0":
        digits = digits[1:]
    if len(digits) in {7, 8}:
        digits = digits.zfill(8)
    elif 9 <= len(digits) <= 13:
        digits = digits.zfill(13)
    elif len(digits) != 14:
        raise InvalidBarcodeError
    # All zeros have a valid check digit but name nothing.
    if not has_valid_check_digit(digits) or not digits.strip("0"):
        raise InvalidBarcodeError
    return digits


def expand_upc_e(text: str) -> str | None:
    """The UPC-A, 12 digits, that a UPC-E stands for; None for what is no UPC-E with a valid check digit.

    Eight digits with the number system 0 or 1 first and the check digit last (GS1 General Specifications, section
    5.2.2). Many are also valid as an EAN-8 or could be one mistyped, so nobody but a person should decide by this.
    """
    if len(text) != 8 or not _is_number(text) or text[0] not in "01":
        return None
    system, digits, last = text[0], text[1:6], text[6]
    if last in "012":
        body = f"{digits[:2]}{last}0000{digits[2:]}"
    elif last == "3":
        body = f"{digits[:3]}00000{digits[3:]}"
    elif last == "4":
        body = f"{digits[:4]}00000{digits[4]}"
    else:
        body = f"{digits}0000{last}"
    upc = f"{system}{body}{text[7]}"
    return upc if has_valid_check_digit(upc) else None


def internal_barcode(number: int) -> str:
    """Our own EAN-13 for a serial number: 29, ten digits, check digit. ValueError outside of 1…9,999,999,999."""
    if not 1 <= number <= INTERNAL_MAX:
        raise ValueError("serial number out of range")
    body = f"{INTERNAL_PREFIX}{number:010d}"
    return f"{body}{check_digit(body)}"


def parse_scale_code(text: str) -> ScaleCode | None:
    """Read a code printed by scales, None when it is not one.

    Layout of 13 digits `2P CCCCC WWWWW C`: prefix 20–24 (weight in grams) or 25–28 (price in minor units), the item's
    code, the value, the check digit. GS1 leaves this layout to each country; this is the one usual in shops here.
    """
    digits = text.strip()
    if len(digits) != 13 or not _is_number(digits) or not has_valid_check_digit(digits):
        return None
    prefix, item_code, value = digits[:2], digits[2:7], int(digits[7:12])
    if prefix in WEIGHT_PREFIXES:
        return ScaleCode(scale_template(prefix, item_code), item_code, value, None)
    if prefix in PRICE_PREFIXES:
        return ScaleCode(scale_template(prefix, item_code), item_code, None, value)
    return None


def scale_template(prefix: str, item_code: str) -> str:
    """The barcode that a variant sold by scales carries: the layout with value zero."""
    body = f"{prefix}{item_code}00000"
    return f"{body}{check_digit(body)}"
