"""HTTP of imports and exports, for a shop's staff."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from kerben.domains.catalog.api import NewImport, import_by_id, imports_of_shop
from kerben.domains.merchants.api import shops_by_ids
from kerben.flows.goods_import import access
from kerben.flows.goods_import.export import export_csv, export_yml
from kerben.flows.goods_import.export_xlsx import export_xlsx
from kerben.flows.goods_import.service import ImportLimiter, ImportView, import_view, queue_import, stop_import
from kerben.flows.goods_import.uploads import BODY_MAX, ImportFiles, UploadOperation, read_form
from kerben.platform.access import client_ip
from kerben.platform.db import Database
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.settings import Settings

AnyRequest = Request[Any, Any, Any]

XLSX_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportQueued(msgspec.Struct, frozen=True):
    """The run that will read the file."""

    id: UUID


class ImportController(Controller):
    """Runs of import and exports."""

    path = "/api/v1"
    tags = ("Import",)

    @post(
        "/shops/{shop_id:uuid}/imports",
        guards=[access.MAY_LOAD],
        status_code=202,
        request_max_body_size=BODY_MAX,
        operation_class=UploadOperation,
    )
    async def start(
        self,
        request: AnyRequest,
        shop_id: UUID,
        db: Database,
        settings: Settings,
        import_files: ImportFiles,
        import_limiter: ImportLimiter,
    ) -> ImportQueued:
        """Load goods from a file of at most 200 MB (a workbook: 64 MB), in the background, after the shop's other
        files; `dry_run` only tells what would happen.

        `format` may be left out when the file's name tells it. Goods that were taken off sale are brought up to date
        but stay off sale, with the warning OFF_SALE, unless `revive` is true. Rows without a price are refused, or
        begin with `default_price` (major units); the price of goods that the shop has already stays.
        """
        async with db.read() as tx:
            right = await access.to_load(tx, request, shop_id)
        import_limiter.take(str(shop_id))
        upload = await read_form(request, settings.currency)
        try:
            ref = await import_files.save(cast("Any", upload.file.file))
        finally:
            await upload.file.close()
        new = NewImport(
            shop_id,
            upload.format,
            ref,
            upload.dry_run,
            upload.name,
            right.actor,
            upload.default_price,
            upload.revive,
        )
        try:
            async with db.write() as tx:
                return ImportQueued(await queue_import(tx, right, new, client_ip(request)))
        except BaseException:
            await import_files.delete(ref)
            raise

    @get("/shops/{shop_id:uuid}/imports", guards=[access.MAY_LOOK])
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
            await access.to_look(tx, request, shop_id)
            runs = await imports_of_shop(tx, shop_id, before=after[0] if after else None, limit=size + 1)
        more = encode_cursor(runs[size - 1].id) if len(runs) > size else None
        return Page([import_view(run, faults=False) for run in runs[:size]], more)

    @get("/imports/{import_id:uuid}", guards=[access.MAY_LOOK])
    async def progress(self, request: AnyRequest, import_id: UUID, db: Database) -> ImportView:
        """How far a run has come, with the first 1,000 errors."""
        async with db.read() as tx:
            run = await import_by_id(tx, import_id)
            await access.to_look(tx, request, run.shop_id)
        return import_view(run)

    @post("/imports/{import_id:uuid}/cancel", guards=[access.MAY_LOAD], status_code=200)
    async def cancel(self, request: AnyRequest, import_id: UUID, db: Database) -> ImportView:
        """Stop a run; what it has written stays."""
        async with db.write() as tx:
            run = await import_by_id(tx, import_id)
            right = await access.to_load(tx, request, run.shop_id)
            return import_view(await stop_import(tx, right, run, client_ip(request)))

    @get(
        "/shops/{shop_id:uuid}/export",
        guards=[access.MAY_LOOK],
        responses={200: ResponseSpec(bytes, generate_examples=False, description="The file", media_type="text/csv")},
    )
    async def export(
        self,
        request: AnyRequest,
        shop_id: UUID,
        db: Database,
        settings: Settings,
        format: Literal["csv", "xlsx", "yml"] = "csv",
    ) -> Response[Any]:
        """The shop's goods on sale as CSV, XLSX or YML; importing the file again changes nothing."""
        async with db.read() as tx:
            await access.to_look(tx, request, shop_id)
            shop = (await shops_by_ids(tx, [shop_id]))[shop_id]
        pieces: AsyncIterator[bytes]
        if format == "csv":
            pieces, media, suffix = export_csv(db, shop_id), "text/csv", "csv"
        elif format == "xlsx":
            pieces, media, suffix = await export_xlsx(db, shop_id), XLSX_MEDIA, "xlsx"
        else:
            pieces, media, suffix = export_yml(db, shop, settings.base_url), "application/xml", "xml"
        headers = {"Content-Disposition": f'attachment; filename="goods-{shop_id.hex[-8:]}.{suffix}"'}
        return Stream(pieces, media_type=media, headers=headers)
