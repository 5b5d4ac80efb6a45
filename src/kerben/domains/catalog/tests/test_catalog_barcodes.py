"""Barcodes: check digits, the normal form, numbers of our own, codes of scales."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.catalog.barcodes import (
    INTERNAL_MAX,
    PRICE_PREFIXES,
    WEIGHT_PREFIXES,
    check_digit,
    has_valid_check_digit,
    internal_barcode,
    normalise_barcode,
    parse_scale_code,
    scale_template,
)
from kerben.domains.catalog.errors import InvalidBarcodeError

DIGITS = "0123456789"


def numbers(length: int) -> st.SearchStrategy[str]:
    """Valid numbers of GS1 with this many digits, not all zeros."""
    bodies = st.text(DIGITS, min_size=length - 1, max_size=length - 1).filter(lambda body: body.strip("0") != "")
    return bodies.map(lambda body: f"{body}{check_digit(body)}")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("4006381333931", "4006381333931"),  # EAN-13
        (" 4 006381 333931 ", "4006381333931"),
        ("978-3-16-148410-0", "9783161484100"),  # ISBN
        ("73513537", "73513537"),  # EAN-8
        ("036000291452", "0036000291452"),  # UPC-A
        ("36000291452", "0036000291452"),  # a spreadsheet ate its zero
        ("0036000291452", "0036000291452"),
        ("10012345678902", "10012345678902"),  # GTIN-14
        ("04006381333931", "4006381333931"),
        ("https://kerben.kg/p/1", "https://kerben.kg/p/1"),
        ("АБ-12", "АБ-12"),
    ],
)
def test_normal_forms(text: str, stored: str) -> None:
    assert normalise_barcode(text) == stored
    assert normalise_barcode(stored) == stored


@pytest.mark.parametrize(
    "text", ["", "  ", "4006381333932", "123456", "123456789012345", "0000000000000", "x" * 65, "a\x00b", "a\nb"]
)
def test_what_is_no_barcode_is_refused(text: str) -> None:
    with pytest.raises(InvalidBarcodeError):
        normalise_barcode(text)


@given(st.sampled_from([8, 12, 13, 14]).flatmap(numbers), st.data())
def test_one_wrong_digit_is_always_noticed(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 1))
    digit = data.draw(st.sampled_from(DIGITS).filter(lambda d: d != number[place]))
    broken = number[:place] + digit + number[place + 1 :]
    assert has_valid_check_digit(number)
    assert not has_valid_check_digit(broken)
    with pytest.raises(InvalidBarcodeError):
        normalise_barcode(broken)


@given(numbers(12))
def test_a_upc_is_the_ean_with_a_zero(number: str) -> None:
    assert normalise_barcode(number) == normalise_barcode("0" + number) == "0" + number


@given(st.text(max_size=80))
def test_the_normal_form_is_stable_and_fits(text: str) -> None:
    try:
        stored = normalise_barcode(text)
    except InvalidBarcodeError:
        return
    assert normalise_barcode(stored) == stored
    assert 0 < len(stored) <= 64


@given(st.integers(1, INTERNAL_MAX))
def test_internal_numbers_are_valid_and_no_scale_codes(number: int) -> None:
    code = internal_barcode(number)
    assert len(code) == 13
    assert code.startswith("2")
    assert normalise_barcode(code) == code
    assert parse_scale_code(code) is None


@pytest.mark.parametrize("number", [0, -1, INTERNAL_MAX + 1])
def test_serial_numbers_have_a_range(number: int) -> None:
    with pytest.raises(ValueError, match="range"):
        internal_barcode(number)


@given(
    st.sampled_from(sorted(WEIGHT_PREFIXES | PRICE_PREFIXES)),
    st.text(DIGITS, min_size=5, max_size=5),
    st.integers(0, 99_999),
)
def test_scale_codes_are_read_back(prefix: str, item: str, value: int) -> None:
    body = f"{prefix}{item}{value:05d}"
    code = parse_scale_code(f"{body}{check_digit(body)}")
    assert code is not None
    assert code.item_code == item
    assert code.template == scale_template(prefix, item)
    assert (code.weight_g, code.price) == ((value, None) if prefix in WEIGHT_PREFIXES else (None, value))
    assert parse_scale_code(f"{body}{(check_digit(body) + 1) % 10}") is None


def test_other_codes_are_no_scale_codes() -> None:
    assert [parse_scale_code(text) for text in ("4006381333931", "", "20", "２012345000003", "QR")] == [None] * 5
