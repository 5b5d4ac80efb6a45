"""What comes in: the form of an upload, and the folder where its file waits until it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final, cast

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from kerben.domains.catalog.api import ImportFormat
from kerben.flows.goods_import.errors import NotMultipartError
from kerben.flows.goods_import.workbook_check import why_not_excel
from kerben.platform.errors import invalid
from kerben.platform.files import FileStore
from kerben.platform.money import AMOUNT_MAX, InvalidAmountError, from_major
from kerben.platform.runtime import Runtime

FILE_MAX: Final = 200 * 1024 * 1024
"""Largest file, bytes."""
BODY_MAX: Final = FILE_MAX + 64 * 1024
"""The file and what a form adds to it, bytes."""

_BY_SUFFIX: Final[dict[str, ImportFormat]] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xml": "yml",
    ".yml": "yml",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    # Refused with a word about how to save it anew.
    ".xls": "xlsx",
}
_YES: Final = frozenset({"true", "1", "on", "yes"})
_NO: Final = frozenset({"false", "0", "off", "no", ""})


class ImportFiles(FileStore):
    """Uploads of imports: a folder of their own, so that what nobody waits for any more can be told and removed."""

    @classmethod
    def of(cls, runtime: Runtime) -> ImportFiles:
        """The store of a process, in the data folder; `runtime.part(ImportFiles.of)`."""
        return cls(folder_of(runtime))


def folder_of(runtime: Runtime) -> Path:
    """The folder of the uploads."""
    return Path(runtime.settings.data_dir) / "imports"


class Upload(msgspec.Struct, frozen=True):
    """A form that is in order. `default_price`: minor units of the market's currency."""

    file: UploadFile
    format: ImportFormat
    dry_run: bool
    revive: bool
    default_price: int | None

    @property
    def name(self) -> str | None:
        """The file's own name, without folders."""
        return PurePath(self.file.filename.replace("\\", "/")).name.replace("\x00", "")[:200] or None


@dataclass
class UploadOperation(Operation):
    """The form of an upload, which the handler reads itself, after it knows that the caller may."""

    def __post_init__(self) -> None:
        """Describe the form."""
        text = OpenAPIType.STRING
        schema = Schema(
            type=OpenAPIType.OBJECT,
            required=["file"],
            properties={
                "file": Schema(type=text, format=OpenAPIFormat.BINARY),
                "format": Schema(type=text, enum=["csv", "xlsx", "yml"]),
                "dry_run": Schema(type=OpenAPIType.BOOLEAN),
                "revive": Schema(
                    type=OpenAPIType.BOOLEAN,
                    description="Put goods on sale again that were taken off sale and that the file names.",
                ),
                "default_price": Schema(
                    type=text,
                    description="Price, in major units, of new goods that the file has no price for.",
                ),
            },
        )
        self.request_body = RequestBody(
            content={"multipart/form-data": OpenAPIMediaType(schema=schema)}, required=True
        )


async def read_form(request: Request[Any, Any, Any], currency: str) -> Upload:
    """The upload of a form; large files go to disk as they come in. `currency` is the market's.

    The caller closes the file. Raises InvalidRequestError with pointers to the fields, NotMultipartError,
    RequestEntityTooLarge.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise NotMultipartError
    # Said at once, before the form is looked at; a body of unsaid length is measured as it comes in.
    if (request.content_length or 0) > BODY_MAX:
        raise RequestEntityTooLarge
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise invalid("/file", "Приложите файл.", "REQUIRED")
    try:
        upload = Upload(
            file,
            _format(form.get("format"), file.filename),
            _flag(form.get("dry_run"), "/dry_run"),
            _flag(form.get("revive"), "/revive"),
            _price(form.get("default_price"), currency),
        )
        head = file.file.read(8)
        if not head:
            raise invalid("/file", "Файл пуст.")
        if upload.format == "xlsx" and (why := why_not_excel(head)) is not None:
            raise invalid("/file", why)
    except BaseException:
        await file.close()
        raise
    file.file.seek(0)
    return upload


def _format(given: object, file_name: str) -> ImportFormat:
    text = str(given).strip().lower() if given is not None else ""
    found = text or _BY_SUFFIX.get(PurePath(file_name).suffix.lower(), "")
    if found not in {"csv", "xlsx", "yml"}:
        raise invalid("/format", "csv, xlsx или yml.")
    return cast("ImportFormat", found)


def _flag(given: object, pointer: str) -> bool:
    text = str(given).strip().lower() if given is not None else ""
    if text not in _YES | _NO:
        raise invalid(pointer, "true или false.")
    return text in _YES


def _price(given: object, currency: str) -> int | None:
    text = str(given).strip().replace(",", ".") if given is not None else ""
    if not text:
        return None
    try:
        amount = from_major(text, currency)
    except InvalidAmountError as error:
        raise invalid("/default_price", "Цена — число больше нуля, не больше двух знаков после запятой.") from error
    if not 0 < amount <= AMOUNT_MAX:
        raise invalid("/default_price", "Цена должна быть больше нуля.")
    return amount
