"""The files of pictures in the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kerben.platform.files import FileStore
from kerben.platform.runtime import Runtime

FOLDER: Final = "uploads"


class PictureFiles(FileStore):
    """A store of their own, apart from files that are nobody else's business; `runtime.part(PictureFiles.of)`."""

    @classmethod
    def of(cls, runtime: Runtime) -> PictureFiles:
        """The store of a process."""
        return cls(Path(runtime.settings.data_dir) / FOLDER)
