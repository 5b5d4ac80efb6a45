"""Errors of the catalogue."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class InvalidBarcodeError(DomainError):
    """A text that cannot be a barcode, or a number whose check digit is wrong."""

    code = "INVALID_BARCODE"
    kind = Kind.INVALID
    text = "Штрихкод записан с ошибкой: проверьте цифры."


class SkuTakenError(DomainError):
    """The shop already has a variant with this SKU; `data` has `sku`."""

    code = "SKU_TAKEN"
    kind = Kind.CONFLICT
    text = "Такой артикул в этом магазине уже есть."


class BarcodeTakenError(DomainError):
    """The shop already has a variant with this barcode; `data` has `barcode`."""

    code = "BARCODE_TAKEN"
    kind = Kind.CONFLICT
    text = "Такой штрихкод в этом магазине уже есть."


class SlugTakenError(DomainError):
    """Another category has this slug."""

    code = "SLUG_TAKEN"
    kind = Kind.CONFLICT
    text = "Категория с таким кодом уже есть."


class CategoryLoopError(DomainError):
    """A category cannot lie below itself."""

    code = "CATEGORY_LOOP"
    kind = Kind.CONFLICT
    text = "Категорию нельзя перенести в неё саму или в её подкатегорию."


class VersionMismatchError(DomainError):
    """Somebody changed the product or variant since the caller read it."""

    code = "PRECONDITION_FAILED"
    kind = Kind.PRECONDITION_FAILED
    text = "Данные успели измениться. Обновите страницу и повторите."
