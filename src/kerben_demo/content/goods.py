"""What a kind of goods is: the pattern from which a shop's products and variants are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Code = Literal["own", "kg", "ru"]
"""Where the barcode comes from: the shop's own label (prefix 20), a Kyrgyz (470) or a Russian maker (460–469)."""


@dataclass(frozen=True, slots=True)
class Good:
    """A pattern of goods.

    `name` may hold {}, filled with one of `forms`. `low` and `high` bound the price in som, for the first value
    of the axes; later forms cost more. `axes` multiply into variants; of `pick` each product takes one value
    for all its variants. The pick `tint` only colours the picture, it is no attribute of the goods.
    """

    leaf: str
    name: str
    forms: tuple[str, ...]
    low: int
    high: int
    about: str
    unit: Literal["pcs", "kg"]
    code: Code
    axes: tuple[tuple[str, tuple[str, ...]], ...]
    pick: tuple[tuple[str, tuple[str, ...]], ...]
    picture: str

    @property
    def single(self) -> bool:
        """Whether it is sold by the piece in one variant only."""
        return self.unit == "pcs" and not self.axes


def words(text: str) -> tuple[str, ...]:
    """Split a list written with spaces."""
    return tuple(text.split())


def _choices(values: Mapping[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, tuple(text.split("|"))) for key, text in values.items())


def piece(
    leaf: str, name: str, forms: str, low: int, high: int, about: str,
    code: Code = "kg", picture: str = "", **pick: str,
) -> Good:  # fmt: skip
    """Goods sold by the piece in one variant; lists are written "one|two"."""
    return Good(leaf, name, tuple(forms.split("|")), low, high, about, "pcs", code, (), _choices(pick), picture)


def varied(
    leaf: str, name: str, forms: str, low: int, high: int, about: str,
    code: Code = "own", picture: str = "", **axes: str,
) -> Good:  # fmt: skip
    """Goods sold by the piece in several variants along the given axes."""
    tint = {"tint": axes.pop("tint")} if "tint" in axes else {}
    parts = (_choices(axes), _choices(tint))
    return Good(leaf, name, tuple(forms.split("|")), low, high, about, "pcs", code, *parts, picture)


def weighed(
    leaf: str, name: str, forms: str, low: int, high: int, about: str, picture: str = "", **pick: str
) -> Good:  # fmt: skip
    """Goods sold by the kilogram, priced per kilogram."""
    return Good(leaf, name, tuple(forms.split("|")), low, high, about, "kg", "own", (), _choices(pick), picture)
