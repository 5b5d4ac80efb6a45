"""Refusals of goods_import."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class NotMultipartError(DomainError):
    """The body is not multipart/form-data."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    kind = Kind.UNSUPPORTED_MEDIA
    text = "Отправьте файл как multipart/form-data, в поле file."


class ImportEndedError(DomainError):
    """A run that has ended cannot be cancelled."""

    code = "IMPORT_ENDED"
    kind = Kind.CONFLICT
    text = "Загрузка уже завершена."


class TooManyRowsError(DomainError):
    """A workbook has no room for so many goods."""

    code = "TOO_MANY_ROWS"
    kind = Kind.INVALID
    text = "Столько товаров не помещается на лист Excel: выгрузите их в CSV."
