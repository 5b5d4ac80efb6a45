"""Quantities: integer thousandths inside, JSON numbers outside.

Pieces are whole (1 piece = 1000), kilograms have three decimals (1 g = 1).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

ONE: Final = 1000
QTY_MAX: Final = 10**12
"""A thousand million units: no shop counts more of anything."""


class Unit(StrEnum):
    """Unit of sale."""

    PCS = "pcs"
    KG = "kg"


class InvalidQuantityError(ValueError):
    """A quantity is not a number, has more than three decimals, is out of range or splits a piece."""


def to_milli(value: Decimal | float | str, unit: Unit | None = None) -> int:
    """Thousandths from a JSON number or decimal text, exactly.

    A float is read by its shortest decimal form (0.1 is one tenth). Raises InvalidQuantityError when it is not a
    finite number, has more than three decimals, is out of range or, for pieces, is not whole.
    """
    if type(value) is int and -QTY_MAX <= value * ONE <= QTY_MAX:
        return value * ONE
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise InvalidQuantityError("not a number") from error
    if not number.is_finite():
        raise InvalidQuantityError("not a finite number")
    if abs(number) > QTY_MAX // ONE:
        raise InvalidQuantityError("out of range")
    scaled = number * ONE
    if scaled != scaled.to_integral_value():
        raise InvalidQuantityError("more than three decimals")
    milli = int(scaled)
    if unit is Unit.PCS and milli % ONE:
        raise InvalidQuantityError("pieces are whole")
    return milli


def to_number(qty_milli: int) -> int | float:
    """The JSON number of a quantity: an int when whole, else a float with at most three decimals."""
    whole, rest = divmod(qty_milli, ONE)
    return whole if rest == 0 else qty_milli / ONE


def available(on_hand_milli: int, reserved_milli: int) -> int:
    """What can be bought now, in thousandths; never below zero (a till may have sold more than we knew)."""
    return max(0, on_hand_milli - reserved_milli)
