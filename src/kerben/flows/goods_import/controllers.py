"""HTTP of imports and exports, for a shop's staff."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.response import Stream

from kerben.domains.catalog.api import ImportFormat, NewImport, import_by_id, imports_of_shop
from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import shop_access, shops_by_ids
from kerben.flows.goods_import.errors import FormatNotSupportedError, NotMultipartError
from kerben.flows.goods_import.export import export_csv, export_yml
from kerben.flows.goods_import.service import (
    FILE_MAX,
    KEEPERS,
    ImportLimiter,
    ImportView,
    import_view,
    queue_import,
    stop_import,
)
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database
from kerben.platform.errors import invalid
from kerben.platform.files import FileStore
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.settings import Settings

AnyRequest = Request[Any, Any, Any]

_BY_SUFFIX: dict[str, ImportFormat] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xml": "yml",
    ".yml": "yml",
    ".xlsx": "xlsx",
}
_BODY_MAX = FILE_MAX + 64 * 1024
"""The file and what a form adds to it, bytes."""

_YES = frozenset({"true", "1", "on", "yes"})
_NO = frozenset({"false", "0", "off", "no", ""})


class ImportQueued(msgspec.Struct, frozen=True):
    """The run that will read the file."""

    id: UUID


@dataclass
class _Upload(Operation):
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
            },
        )
        self.request_body = RequestBody(
            content={"multipart/form-data": OpenAPIMediaType(schema=schema)}, required=True
        )


class ImportController(Controller):
    """Runs of import and exports."""

    path = "/api/v1"
    tags = ("Import",)

    @post(
        "/shops/{shop_id:uuid}/imports",
        guards=[signed_in],
        status_code=202,
        request_max_body_size=_BODY_MAX,
        operation_class=_Upload,
    )
    async def start(
        self,
        request: AnyRequest,
        shop_id: UUID,
        db: Database,
        file_store: FileStore,
        import_limiter: ImportLimiter,
    ) -> ImportQueued:
        """Load goods from a file of at most 200 MB, in the background; `dry_run` only tells what would happen.

        `format` may be left out when the file's name tells it.
        """
        principal = principal_of(request)
        async with db.read() as tx:
            access = await shop_access(tx, principal, shop_id, KEEPERS)
        import_limiter.take(str(shop_id))
        upload, file_format, dry_run = await _read_form(request)
        try:
            ref = await file_store.save(cast("Any", upload.file))
        finally:
            await upload.close()
        name = PurePath(upload.filename.replace("\\", "/")).name.replace("\x00", "")[:200] or None
        new = NewImport(shop_id, file_format, ref, dry_run, name, principal.user_id)
        try:
            async with db.write() as tx:
                return ImportQueued(await queue_import(tx, access, new, client_ip(request)))
        except BaseException:
            await file_store.delete(ref)
            raise

    @get("/shops/{shop_id:uuid}/imports", guards=[signed_in])
    async def of_shop(
        self,
        request: AnyRequest,
        shop_id: UUID,
        db: Database,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[ImportView]:
        """A shop's runs, the newest first, without their errors."""
        size = page_limit(limit)
        after = decode_cursor(cursor, tuple[UUID])
        async with db.read() as tx:
            await shop_access(tx, principal_of(request), shop_id)
            runs = await imports_of_shop(tx, shop_id, before=after[0] if after else None, limit=size + 1)
        more = encode_cursor(runs[size - 1].id) if len(runs) > size else None
        return Page([import_view(run, faults=False) for run in runs[:size]], more)

    @get("/imports/{import_id:uuid}", guards=[signed_in])
    async def progress(self, request: AnyRequest, import_id: UUID, db: Database) -> ImportView:
        """How far a run has come, with the first 1,000 errors."""
        async with db.read() as tx:
            run = await import_by_id(tx, import_id)
            await shop_access(tx, principal_of(request), run.shop_id)
        return import_view(run)

    @post("/imports/{import_id:uuid}/cancel", guards=[signed_in], status_code=200)
    async def cancel(self, request: AnyRequest, import_id: UUID, db: Database) -> ImportView:
        """Stop a run; what it has written stays."""
        async with db.write() as tx:
            run = await import_by_id(tx, import_id)
            access = await shop_access(tx, principal_of(request), run.shop_id, KEEPERS)
            return import_view(await stop_import(tx, access, run, client_ip(request)))

    @get(
        "/shops/{shop_id:uuid}/export",
        guards=[signed_in],
        responses={200: ResponseSpec(bytes, generate_examples=False, description="The file", media_type="text/csv")},
    )
    async def export(
        self,
        request: AnyRequest,
        shop_id: UUID,
        db: Database,
        settings: Settings,
        format: Literal["csv", "yml"] = "csv",
    ) -> Response[Any]:
        """The shop's goods on sale as CSV or YML; importing the file again changes nothing."""
        async with db.read() as tx:
            await shop_access(tx, principal_of(request), shop_id)
            shop = (await shops_by_ids(tx, [shop_id]))[shop_id]
        pieces: AsyncIterator[bytes]
        if format == "csv":
            pieces, media, suffix = export_csv(db, shop_id), "text/csv", "csv"
        else:
            pieces, media, suffix = export_yml(db, shop, settings.base_url), "application/xml", "xml"
        headers = {"Content-Disposition": f'attachment; filename="goods-{shop_id.hex[-8:]}.{suffix}"'}
        return Stream(pieces, media_type=media, headers=headers)


async def _read_form(request: AnyRequest) -> tuple[UploadFile, ImportFormat, bool]:
    """The upload of a form; large files go to disk as they come in. Raises errors with pointers to the fields."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise NotMultipartError
    # Said at once, before the form is looked at; a body of unsaid length is measured as it comes in.
    if (request.content_length or 0) > _BODY_MAX:
        raise RequestEntityTooLarge
    form = await request.form()
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise invalid("/file", "Приложите файл.", "REQUIRED")
    try:
        file_format = _format(form.get("format"), upload.filename)
        dry_run = str(form.get("dry_run", "")).strip().lower()
        if dry_run not in _YES | _NO:
            raise invalid("/dry_run", "true или false.")
        if file_format == "xlsx":
            raise FormatNotSupportedError(pointer="/format")
        if not upload.file.read(1):
            raise invalid("/file", "Файл пуст.")
    except BaseException:
        await upload.close()
        raise
    upload.file.seek(0)
    return upload, file_format, dry_run in _YES


def _format(given: object, file_name: str) -> ImportFormat:
    text = str(given).strip().lower() if given is not None else ""
    found = text or _BY_SUFFIX.get(PurePath(file_name).suffix.lower(), "")
    if found not in {"csv", "xlsx", "yml"}:
        raise invalid("/format", "csv, xlsx или yml.")
    return cast("ImportFormat", found)
