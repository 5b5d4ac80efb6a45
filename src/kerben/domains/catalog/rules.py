"""Pure decisions about goods: what a name, SKU, attribute or price may be, and what the search finds them by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from kerben.domains.catalog.barcodes import normalise_barcode
from kerben.domains.catalog.errors import InvalidBarcodeError
from kerben.domains.catalog.model import Category, NewVariant
from kerben.platform.errors import InvalidRequestError, invalid
from kerben.platform.money import AMOUNT_MAX

NAME_MAX: Final = 300
DESCRIPTION_MAX: Final = 20_000
SKU_MAX: Final = 64
PICTURE_MAX: Final = 1_000
ATTRIBUTES_MAX: Final = 20
ATTRIBUTE_NAME_MAX: Final = 40
ATTRIBUTE_VALUE_MAX: Final = 120
VARIANTS_MAX: Final = 200
QUERY_MAX: Final = 200
WORDS_MAX: Final = 20_000

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WORD: Final = re.compile(r"[^\W_]+")


def _text(text: str, pointer: str, length_max: int, *, required: bool) -> str:
    plain = text.strip()
    if required and not plain:
        raise invalid(pointer, "Заполните это поле.", "REQUIRED")
    if len(plain) > length_max:
        raise invalid(pointer, f"Не больше {length_max} знаков.", "TOO_LONG")
    # PostgreSQL cannot store NUL in text.
    if "\x00" in plain:
        raise invalid(pointer, "Недопустимый знак.")
    return plain


def clean_name(text: str, pointer: str = "/name") -> str:
    """A product's name without outer and doubled spaces; InvalidRequestError when empty or over 300 characters."""
    return _text(" ".join(text.split()), pointer, NAME_MAX, required=True)


def clean_description(text: str, pointer: str = "/description") -> str:
    """A description, at most 20,000 characters; InvalidRequestError otherwise."""
    return _text(text, pointer, DESCRIPTION_MAX, required=False)


def clean_sku(text: str, pointer: str = "/sku") -> str:
    """A SKU of 1 to 64 printable characters; InvalidRequestError otherwise."""
    plain = _text(text, pointer, SKU_MAX, required=True)
    if not plain.isprintable():
        raise invalid(pointer, "Недопустимый знак.")
    return plain


def clean_picture(text: str | None, pointer: str = "/picture") -> str | None:
    """A path or web address of a picture, None for an empty one; InvalidRequestError for anything else."""
    plain = _text(text or "", pointer, PICTURE_MAX, required=False)
    if plain and (not plain.startswith(("/", "https://", "http://")) or not plain.isprintable()):
        raise invalid(pointer, "Нужен путь или адрес картинки.")
    return plain or None


def clean_attributes(attributes: dict[str, str], pointer: str = "/attributes") -> dict[str, str]:
    """Attributes without empty values; at most 20, names up to 40 and values up to 120 characters."""
    if len(attributes) > ATTRIBUTES_MAX:
        raise invalid(pointer, f"Не больше {ATTRIBUTES_MAX} свойств.", "TOO_LONG")
    clean: dict[str, str] = {}
    for name, value in attributes.items():
        key = _text(name, pointer, ATTRIBUTE_NAME_MAX, required=True)
        text = _text(value, f"{pointer}/{key}", ATTRIBUTE_VALUE_MAX, required=False)
        if text:
            clean[key] = text
    return clean


def check_price(price: int, pointer: str = "/price") -> int:
    """A price in minor units, more than zero and within the range of money; InvalidRequestError otherwise."""
    if not 0 < price <= AMOUNT_MAX:
        raise invalid(pointer, "Цена должна быть больше нуля.", "INVALID_PRICE")
    return price


def check_slug(slug: str, pointer: str = "/slug") -> str:
    """A slug of small Latin letters, digits and single hyphens, at most 64; InvalidRequestError otherwise."""
    if len(slug) > 64 or _SLUG.fullmatch(slug) is None:
        raise invalid(pointer, "Латинские строчные буквы, цифры и дефисы, до 64 знаков.")
    return slug


def clean_barcode(text: str | None, pointer: str = "/barcode") -> str | None:
    """A barcode in its stored form, None for an empty one. InvalidBarcodeError with a pointer otherwise."""
    if text is None or not text.strip():
        return None
    try:
        return normalise_barcode(text)
    except InvalidBarcodeError as error:
        raise InvalidBarcodeError(pointer=pointer) from error


def clean_variant(variant: NewVariant, pointer: str) -> NewVariant:
    """A variant with every field in its stored form; InvalidRequestError or InvalidBarcodeError with pointers."""
    if len(variant.currency) != 3 or not variant.currency.isascii() or not variant.currency.isupper():
        raise invalid(f"{pointer}/price/currency", "Валюта по ISO 4217, например KGS.")
    return NewVariant(
        clean_sku(variant.sku, f"{pointer}/sku"),
        clean_barcode(variant.barcode, f"{pointer}/barcode"),
        clean_attributes(variant.attributes, f"{pointer}/attributes"),
        check_price(variant.price, f"{pointer}/price"),
        variant.unit,
        variant.currency,
    )


def words_of(variants: Iterable[NewVariant]) -> str:
    """What a product is found by besides its name: SKUs, barcodes and attribute values of its variants."""
    words: list[str] = []
    for variant in variants:
        words.append(variant.sku)
        if variant.barcode:
            words.append(variant.barcode)
        words.extend(value for _, value in sorted(variant.attributes.items()))
    return " ".join(words)[:WORDS_MAX]


def query_words(text: str) -> list[str]:
    """The words of a query in the form of the search index: lower case, е for ё, letters and digits only."""
    return _WORD.findall(text[:QUERY_MAX].lower().replace("ё", "е"))


def prefix_query(word: str) -> str:
    """A `to_tsquery` text for a word of `query_words` that may be only begun, once it has two letters."""
    return f"'{word}':*" if len(word) >= 2 else f"'{word}'"


def first_fault(error: InvalidRequestError | InvalidBarcodeError) -> tuple[str, str, str]:
    """Field, code and message of an error, for a row of an import."""
    fault = error.errors[0]
    return fault.pointer.strip("/").split("/")[0], fault.code, fault.detail


def visible(categories: Sequence[Category]) -> list[Category]:
    """Those that are neither hidden nor below a hidden one, in their order."""
    shown = {c.id: c for c in categories if not c.is_hidden}
    for _ in range(len(shown)):
        orphans = [c.id for c in shown.values() if c.parent_id is not None and c.parent_id not in shown]
        if not orphans:
            break
        for category_id in orphans:
            del shown[category_id]
    return list(shown.values())
