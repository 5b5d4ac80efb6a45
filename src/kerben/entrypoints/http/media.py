"""Pictures from the local folder: named by their content, so kept by browsers for ever."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from litestar import Controller, Response, get

from kerben.platform.access import public
from kerben.platform.errors import NotFoundError
from kerben.platform.settings import Settings

_NAME: Final = re.compile(r"^/?([a-z0-9_-]+/)*[a-z0-9_-]+\.(svg|png|jpg|webp)$")
_TYPES: Final = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class MediaController(Controller):
    """Static pictures."""

    include_in_schema = False

    @get("/media/{name:path}", guards=[public], sync_to_thread=True)
    def picture(self, name: str, settings: Settings) -> Response[bytes]:
        """One picture."""
        if not _NAME.match(name):
            raise NotFoundError
        file = Path(settings.data_dir) / "media" / name.lstrip("/")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise NotFoundError from error
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            # A drawn picture is an image, never a page that may run scripts.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        }
        return Response(content, media_type=_TYPES[file.suffix[1:]], headers=headers)
