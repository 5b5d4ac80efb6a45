"""How media plugs in."""

from __future__ import annotations

from kerben.domains.media.controllers import MediaUploadController
from kerben.domains.media.files import PictureFiles
from kerben.domains.media.jobs import SWEEPS
from kerben.domains.media.limits import UploadLimiter
from kerben.domains.media.workshop import Workshop
from kerben.platform.modules import Module

MODULE = Module(
    name="media",
    controllers=[MediaUploadController],
    sweeps=SWEEPS,
    provides={"picture_files": PictureFiles.of, "upload_limiter": UploadLimiter, "workshop": Workshop},
    checks={
        "attached_uploads_hang_on_something": (
            "SELECT u.id FROM media.upload AS u"
            " WHERE (u.attached_at IS NOT NULL)"
            " <> EXISTS (SELECT 1 FROM media.attachment AS a WHERE a.media_id = u.id)"
        ),
        "every_file_has_an_upload": (
            "SELECT f.hash FROM media.file AS f"
            " WHERE NOT EXISTS (SELECT 1 FROM media.upload AS u WHERE u.hash = f.hash)"
        ),
    },
)
