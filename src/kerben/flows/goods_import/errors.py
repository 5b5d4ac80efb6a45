"""Refusals of goods_import."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class FormatNotSupportedError(DomainError):
    """The format is known, but files of it cannot be read yet."""

    code = "FORMAT_NOT_SUPPORTED_YET"
    kind = Kind.INVALID
    text = "Файлы Excel пока не читаются: сохраните таблицу как CSV."


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
