"""Errors of pictures."""

from __future__ import annotations

from kerben.platform.errors import DomainError, Kind


class NotMultipartError(DomainError):
    """The upload is not a form."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    kind = Kind.UNSUPPORTED_MEDIA
    text = "Файл отправляют формой multipart/form-data."


class UnsupportedPictureError(DomainError):
    """The content is none of the types that are taken, whatever its name says."""

    code = "UNSUPPORTED_PICTURE"
    kind = Kind.UNSUPPORTED_MEDIA
    text = "Это не картинка JPEG, PNG, WebP или GIF."


class HeicError(DomainError):
    """HEIC or AVIF, as phones save photos."""

    code = "HEIC_NOT_SUPPORTED"
    kind = Kind.UNSUPPORTED_MEDIA
    text = "Фото HEIC и AVIF не принимаются. Сохраните его как JPEG и загрузите снова."


class PolyglotError(DomainError):
    """A picture that is something else at the same time: a page, a script, a document, an archive."""

    code = "PICTURE_WITH_FOREIGN_CONTENT"
    kind = Kind.INVALID
    text = "Внутри картинки есть посторонние данные. Пересохраните её и загрузите снова."


class BrokenPictureError(DomainError):
    """Begins like a picture but cannot be read to its end."""

    code = "BROKEN_PICTURE"
    kind = Kind.INVALID
    text = "Файл повреждён или загружен не целиком."


class PictureTooLargeError(DomainError):
    """More bytes than are taken; `data` has `max_bytes`."""

    code = "PICTURE_TOO_LARGE"
    kind = Kind.TOO_LARGE
    text = "Файл больше 10 МБ."


class TooManyPixelsError(DomainError):
    """More pixels than are taken; `data` has `width`, `height`, `max_pixels`."""

    code = "TOO_MANY_PIXELS"
    kind = Kind.INVALID
    text = "В картинке больше 40 мегапикселей."


class PictureTooSmallError(DomainError):
    """Fewer pixels than can be shown; `data` has `width`, `height`, `min_edge`."""

    code = "PICTURE_TOO_SMALL"
    kind = Kind.INVALID
    text = "Картинка меньше 100 × 100 точек."


class TooManyUnusedError(DomainError):
    """The account has too many uploads that hang on nothing; they are swept within a day."""

    code = "TOO_MANY_UNUSED_PICTURES"
    kind = Kind.CONFLICT
    text = "У вас слишком много загруженных, но не использованных картинок. Удалите лишние или подождите день."


class MediaAttachedError(DomainError):
    """A picture that is shown somewhere cannot be deleted."""

    code = "MEDIA_ATTACHED"
    kind = Kind.CONFLICT
    text = "Картинка используется. Сначала уберите её оттуда."


class UnknownMediaError(DomainError):
    """There is no such upload, or it is somebody else's."""

    code = "UNKNOWN_MEDIA"
    kind = Kind.INVALID
    text = "Такой загруженной картинки нет."
