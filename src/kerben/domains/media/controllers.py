"""HTTP of uploads, for anyone who is signed in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, delete, post
from litestar.datastructures import UploadFile
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from kerben.domains.identity.api import signed_in
from kerben.domains.media import service
from kerben.domains.media.errors import NotMultipartError, PictureTooLargeError
from kerben.domains.media.files import PictureFiles
from kerben.domains.media.limits import FILE_MAX, UploadLimiter
from kerben.domains.media.model import Media
from kerben.domains.media.workshop import Workshop
from kerben.platform.access import principal_of
from kerben.platform.db import Database
from kerben.platform.errors import invalid

AnyRequest = Request[Any, Any, Any]

_BODY_MAX = FILE_MAX + 64 * 1024
"""The file and what a form adds to it, bytes."""


@dataclass
class _Upload(Operation):
    """The form of an upload, which the handler reads itself, after it knows that the caller may."""

    def __post_init__(self) -> None:
        """Describe the form."""
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        schema = Schema(type=OpenAPIType.OBJECT, required=["file"], properties={"file": file})
        self.request_body = RequestBody(
            content={"multipart/form-data": OpenAPIMediaType(schema=schema)}, required=True
        )


class MediaUploadController(Controller):
    """Uploading pictures and giving them up."""

    path = "/api/v1/media"
    tags = ("Media",)
    guards = (signed_in,)

    @post("/", request_max_body_size=_BODY_MAX, operation_class=_Upload)
    async def upload(
        self,
        request: AnyRequest,
        db: Database,
        picture_files: PictureFiles,
        upload_limiter: UploadLimiter,
        workshop: Workshop,
    ) -> Media:
        """Upload a picture: JPEG, PNG, WebP or GIF (its first frame), up to 10 MB and 40 megapixels, at least
        100 × 100. It is kept upright, without metadata, its longest edge at most 2560 pixels. What is attached to
        nothing within 24 hours is deleted."""
        owner_id = principal_of(request).user_id
        upload_limiter.take(str(owner_id))
        async with db.read() as tx:
            await service.check_quota(tx, owner_id)
        upload = await _read_form(request)
        try:
            encoded = await workshop.encode(upload.file.read)
        finally:
            await upload.close()
        async with db.write() as tx:
            media_id = await service.announce(tx, owner_id, encoded.stored)
        await asyncio.gather(*(picture_files.put(name, content) for name, content in encoded.files.items()))
        async with db.write() as tx:
            return await service.complete(tx, media_id, encoded.stored)

    @delete("/{media_id:uuid}")
    async def give_up(self, request: AnyRequest, media_id: UUID, db: Database) -> None:
        """Delete an upload of one's own that is attached to nothing (409 when it is)."""
        async with db.write() as tx:
            await service.delete_media(tx, principal_of(request).user_id, media_id)


async def _read_form(request: AnyRequest) -> UploadFile:
    """The upload of a form; large files go to disk as they come in. Raises errors with pointers to the field."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise NotMultipartError
    # Said at once, before the form is looked at; a body of unsaid length is measured as it comes in.
    if (request.content_length or 0) > _BODY_MAX:
        raise PictureTooLargeError(pointer="/file", max_bytes=FILE_MAX)
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile):
        raise invalid("/file", "Приложите файл.", "REQUIRED")
    return upload
