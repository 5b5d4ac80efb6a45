"""What a row of a file says, whatever the file's format, and how its texts become numbers.

A row is checked here as far as it can be without the database; SKU, barcode, category and lengths are judged by the
catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from kerben.domains.catalog.api import ImportRow, RowFault
from kerben.platform.money import AMOUNT_MAX, MINOR_DIGITS, convert, from_major
from kerben.platform.qty import InvalidQuantityError, Unit, to_milli

_PRICE: Final = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,2})?")
_QTY: Final = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,3})?")
# "1500.0000" of an accounting program; not "1,500", which may mean one and a half or one and a half thousand.
_ZEROS: Final = re.compile(r"([.,][0-9]{2})00+$")
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f\u2009'")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
# A barcode as spreadsheets write it once they have taken it for a number: "460123.0", "4.60123E+12", "'0460123".
_WHOLE: Final = re.compile(r"'?([0-9]+)(?:[.,]0+)?")
_SCIENTIFIC: Final = re.compile(r"([1-9])(?:[.,]([0-9]+))?[eE]\+([0-9]{1,2})")

UNITS: Final = {
    "pcs": Unit.PCS,
    "pc": Unit.PCS,
    "piece": Unit.PCS,
    "шт": Unit.PCS,
    "штука": Unit.PCS,
    "штук": Unit.PCS,
    "kg": Unit.KG,
    "кг": Unit.KG,
    "килограмм": Unit.KG,
}

CURRENCIES: Final = {
    "RUR": "RUB",
    "СОМ": "KGS",
    "SOM": "KGS",
    "₽": "RUB",
    "РУБ": "RUB",
    "₸": "KZT",
    "$": "USD",
    "€": "EUR",
}
"""Other names of currencies. RUR is what Russian feeds still call RUB."""


class UnreadableFileError(Exception):
    """The file as a whole cannot be read; the text is Russian and for the seller."""


class RawRow(msgspec.Struct, kw_only=True):
    """A row as texts. None: the file does not say.

    `fault` is set when the row could not even be split into fields.
    """

    row: int
    sku: str = ""
    name: str = ""
    price: str = ""
    barcode: str | None = None
    description: str | None = None
    category: str | None = None
    attributes: dict[str, str] | None = None
    currency: str | None = None
    unit: str | None = None
    picture: str | None = None
    group_key: str | None = None
    stock: str | None = None
    fault: RowFault | None = None


class ReadRow(msgspec.Struct, frozen=True):
    """A row that is good as far as its texts go, or the fault that makes it bad.

    `stock_milli` None: the file does not say how much there is. Where it does not say the unit either, it may be a
    fraction that only goods sold by weight can have.
    """

    row: int
    item: ImportRow | None = None
    stock_milli: int | None = None
    fault: RowFault | None = None


class Reader:
    """Turns texts into rows for the catalogue: prices in the market's currency, one row per SKU."""

    def __init__(
        self, market_currency: str, rates: Mapping[str, Decimal], *, default_price: int | None = None
    ) -> None:
        """`rates`: units of the market's currency for one unit of another; `default_price`: minor units of it, for
        new goods whose price the file does not say."""
        self._default_price = default_price
        self._market = market_currency
        self._rates = rates
        self._seen: dict[str, int] = {}

    def read(self, raw: RawRow) -> ReadRow:
        """One row; a SKU that an earlier row had is a fault."""
        try:
            return self._read(raw)
        except _FaultError as fault:
            return ReadRow(raw.row, fault=fault.fault)

    def _read(self, raw: RawRow) -> ReadRow:
        if raw.fault is not None:
            return ReadRow(raw.row, fault=raw.fault)
        sku = raw.sku.strip()
        if not sku:
            raise _FaultError("sku", "REQUIRED", "Не указан артикул.")
        first = self._seen.setdefault(sku, raw.row)
        if first != raw.row:
            raise _FaultError("sku", "DUPLICATE_SKU", f"Артикул {sku[:64]} уже был в строке {first}.")
        if not raw.name.strip():
            raise _FaultError("name", "REQUIRED", "Не указано название.")
        is_default = self._default_price is not None and not raw.price.strip()
        price = self._default_price if self._default_price is not None and is_default else self._price(raw)
        unit = _unit(raw.unit)
        item = ImportRow(
            row=raw.row,
            sku=sku,
            name=_clean(raw.name),
            price=price,
            price_is_default=is_default,
            barcode=_barcode(raw.barcode),
            description=None if raw.description is None else _clean(raw.description),
            category=_optional(raw.category),
            attributes=raw.attributes,
            currency=self._market,
            unit=unit,
            picture=_optional(raw.picture),
            group_key=_optional(raw.group_key),
        )
        # Whether it may have a fraction is known once the goods are: a file need not repeat the unit of known ones.
        return ReadRow(raw.row, item, _stock(raw.stock, unit))

    def _price(self, raw: RawRow) -> int:
        text = _ZEROS.sub(r"\1", raw.price.strip().translate(_SPACES))
        if not text:
            raise _FaultError("price", "REQUIRED", "Не указана цена.")
        if not _PRICE.fullmatch(text):
            raise _FaultError(
                "price", "INVALID_PRICE", "Цена — число больше нуля, не больше двух знаков после запятой."
            )
        currency = self._currency(raw.currency)
        amount = from_major(text.replace(",", "."), currency)
        if currency != self._market:
            rate = self._rates.get(currency)
            if rate is None:
                message = f"Нет курса валюты {currency} к {self._market}. Попросите администратора его задать."
                raise _FaultError("currency", "CURRENCY_RATE_MISSING", message)
            amount = convert(amount, rate)
        if not 0 < amount <= AMOUNT_MAX:
            raise _FaultError("price", "INVALID_PRICE", "Цена должна быть больше нуля.")
        return amount

    def _currency(self, text: str | None) -> str:
        code = (text or "").strip().rstrip(".").upper()
        code = CURRENCIES.get(code, code)
        if not code:
            return self._market
        if not _CURRENCY.fullmatch(code) or (code not in MINOR_DIGITS and code not in self._rates):
            raise _FaultError("currency", "UNKNOWN_CURRENCY", f"Неизвестная валюта «{code[:10]}».")
        return code


class _FaultError(Exception):
    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(code)
        self.fault = RowFault(field, code, message)


def _clean(text: str) -> str:
    # PostgreSQL cannot store NUL in text.
    return text.replace("\x00", "").strip()


def _optional(text: str | None) -> str | None:
    return (_clean(text) or None) if text is not None else None


def _barcode(text: str | None) -> str | None:
    """A barcode without what spreadsheets add to a number; one that they have rounded is a fault."""
    plain = _optional(text)
    if plain is None:
        return None
    if (whole := _WHOLE.fullmatch(plain)) is not None:
        return whole.group(1)
    if (scientific := _SCIENTIFIC.fullmatch(plain)) is None:
        return plain
    first, decimals, exponent = scientific.groups()
    digits, length = first + (decimals or "").rstrip("0"), int(exponent) + 1
    if len(digits) < length:
        message = f"Таблица округлила штрихкод до {plain}: задайте столбцу текстовый формат и впишите код целиком."
        raise _FaultError("barcode", "BARCODE_ROUNDED", message)
    return digits if len(digits) == length else plain


def _unit(text: str | None) -> Unit | None:
    """None when the file does not say: goods that are known keep their unit."""
    name = (text or "").strip().rstrip(".").lower()
    if not name:
        return None
    unit = UNITS.get(name)
    if unit is None:
        raise _FaultError("unit", "INVALID_UNIT", "Единица — шт (pcs) или кг (kg).")
    return unit


WHOLE_PIECES: Final = "Штуки считаются целыми."


def _stock(text: str | None, unit: Unit | None) -> int | None:
    plain = (text or "").strip().translate(_SPACES)
    if not plain:
        return None
    plain = plain.replace(",", ".")
    if not _QTY.fullmatch(plain):
        raise _FaultError(
            "stock_qty", "INVALID_STOCK", "Остаток — число не меньше нуля, не больше трёх знаков после запятой."
        )
    try:
        return to_milli(plain, unit)
    except InvalidQuantityError as error:
        message = WHOLE_PIECES if unit is Unit.PCS else "Остаток слишком велик."
        raise _FaultError("stock_qty", "INVALID_STOCK", message) from error
