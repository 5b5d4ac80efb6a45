"""Barcodes and prices as they stand on the goods."""

from __future__ import annotations

import hashlib
import re

from kerben_demo.content.goods import Code


def with_check_digit(twelve: str) -> str:
    """Append the EAN-13 check digit (GS1 General Specifications, section 7.9: weights 1 and 3 from the left)."""
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(twelve))
    return twelve + str(-total % 10)


def maker_barcode(code: Code, goods: str) -> str:
    """The maker's EAN-13 of a goods text: the same goods carry the same code in every shop.

    Prefix 470 is Kyrgyzstan, 460–469 Russia. The nine digits come from a digest of the text.
    """
    number = int.from_bytes(hashlib.sha256(goods.encode()).digest()[:8], "big")
    prefix = "470" if code == "kg" else f"46{number % 10}"
    return with_check_digit(f"{prefix}{number // 10 % 1_000_000_000:09d}")


def shop_barcode(shop_number: int, number: int) -> str:
    """A shop's own label for goods without a maker's code (prefix 20, for use inside the shop)."""
    return with_check_digit(f"20{shop_number:04d}{number:06d}")


def scale_barcode(item: int) -> str:
    """The label of weighed goods: prefix 21, item number of five digits, five digits that scales fill with grams."""
    return with_check_digit(f"21{item:05d}00000")


def sensible(price: float) -> int:
    """Round a price in som the way a bazaar writes it: 45, 190, 1 250, 8 900."""
    for limit, step in ((100, 5), (1_000, 10), (5_000, 50), (float("inf"), 100)):
        if price < limit:
            return max(step, round(price / step) * step)
    raise AssertionError("the last limit is infinite")


_MEASURE = re.compile(r"(\d+(?:,\d+)?)\s*(кг|г|л|мл|м|шт\w*|лист\w*)(?!\w)")
_SCALE = {"кг": 1000.0, "л": 1000.0}


def _measure(value: str) -> float | None:
    found = _MEASURE.search(value)
    if found is None:
        return None
    return float(found[1].replace(",", ".")) * _SCALE.get(found[2], 1.0)


def price_factor(axis: str, values: tuple[str, ...], index: int) -> float:
    """How many times the first value's price the value at `index` costs: packs by their amount, sizes by steps."""
    if index == 0 or axis == "color":
        return 1.0
    first, this = _measure(values[0]), _measure(values[index])
    if axis in {"weight", "volume", "format"} and first and this:
        return float((this / first) ** 0.92)
    step = {"memory": 0.18, "power": 0.15, "format": 0.18, "length": 0.0}.get(axis)
    if step is None:
        text = values[index]
        step = 0.7 if "×" in text else 0.12 if re.search(r"/|″|[мс]м$", text) else 0.0
    return 1.0 + step * index
