"""Money: an integer number of minor units and an ISO 4217 currency.

Nothing here ever sees a float: document formats that write decimals in major units ("1500.50") are parsed
exactly by `from_major`, and quantities of thousandths are multiplied with one documented rounding.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

import msgspec

NARROW_SPACE: Final = "\u202f"

MINOR_DIGITS: Final[dict[str, int]] = {"KGS": 2, "KZT": 2, "UZS": 2, "UAH": 2, "RUB": 2, "USD": 2, "EUR": 2}
"""Decimal places of the currencies we know (ISO 4217)."""

_SYMBOLS: Final[dict[str, str]] = {
    "KGS": "сом",
    "KZT": "₸",
    "UZS": "сум",
    "UAH": "₴",
    "RUB": "₽",
    "USD": "$",
    "EUR": "€",
}

AMOUNT_MAX: Final = 10**15
"""No single amount may pass ten trillion in major units: sums of many stay far inside 64 bits."""


class InvalidAmountError(ValueError):
    """An amount is not a number, has too many decimal places, or is out of range."""


class Money(msgspec.Struct, frozen=True, order=True):
    """An amount in minor units (tyiyn for KGS) with its currency."""

    amount: int
    currency: str = "KGS"

    def __add__(self, other: Money) -> Money:
        """Sum of two amounts of one currency; ValueError when the currencies differ."""
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Difference of two amounts of one currency; ValueError when the currencies differ."""
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.amount

    def times_milli(self, qty_milli: int) -> Money:
        """Price of a quantity given in thousandths, rounded half away from zero to a minor unit."""
        return Money(times_milli(self.amount, qty_milli), self.currency)

    @property
    def display(self) -> str:
        """The amount as people read it: «1 500 сом», minor units only where they are not zero."""
        return display(self.amount, self.currency)


class MoneyView(msgspec.Struct, frozen=True):
    """Money as responses show it."""

    amount: int
    currency: str
    display: str


def view(amount: int, currency: str = "KGS") -> MoneyView:
    """Money for a response, from minor units."""
    return MoneyView(amount, currency, display(amount, currency))


def times_milli(amount: int, qty_milli: int) -> int:
    """`amount × qty_milli / 1000` in minor units, rounded half away from zero."""
    product = amount * qty_milli
    quotient, rest = divmod(abs(product), 1000)
    if rest * 2 >= 1000:
        quotient += 1
    return quotient if product >= 0 else -quotient


def share(amount: int, basis_points: int) -> int:
    """A share of an amount (1 basis point = 0.01 %), rounded half away from zero to a minor unit."""
    quotient, rest = divmod(abs(amount * basis_points), 10_000)
    if rest * 2 >= 10_000:
        quotient += 1
    return quotient if amount * basis_points >= 0 else -quotient


@lru_cache(maxsize=16_384)
def display(amount: int, currency: str = "KGS") -> str:
    """«1 500 сом», «12,50 сом»; narrow no-break spaces between groups and before the symbol's word."""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, minor = divmod(abs(amount), 10**digits)
    grouped = f"{whole:,}".replace(",", NARROW_SPACE)
    text = f"{grouped},{minor:0{digits}d}" if minor else grouped
    sign = "−" if amount < 0 else ""
    return f"{sign}{text}{NARROW_SPACE}{_SYMBOLS.get(currency, currency)}"


def from_major(value: Decimal | str | int, currency: str = "KGS") -> int:
    """Minor units from a decimal in major units, exactly.

    Raises InvalidAmountError when it is not a finite number, has more decimal places than the currency, or is
    out of range.
    """
    digits = MINOR_DIGITS.get(currency, 2)
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError) as error:
        raise InvalidAmountError("not a number") from error
    if not number.is_finite():
        raise InvalidAmountError("not a finite number")
    if abs(number) > AMOUNT_MAX:
        raise InvalidAmountError("out of range")
    scaled = number.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise InvalidAmountError(f"more than {digits} decimal places")
    return int(scaled)


def to_major(amount: int, currency: str = "KGS") -> str:
    """A decimal in major units from minor units, with the currency's decimal places ("1500.50")."""
    digits = MINOR_DIGITS.get(currency, 2)
    sign = "-" if amount < 0 else ""
    whole, minor = divmod(abs(amount), 10**digits)
    return f"{sign}{whole}.{minor:0{digits}d}"


def convert(amount: int, rate: Decimal) -> int:
    """Minor units of another currency at `rate` (target per source unit), rounded half up to a minor unit."""
    return int((Decimal(amount) * rate).to_integral_value(rounding=ROUND_HALF_UP))
