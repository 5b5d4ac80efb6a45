"""What the worker does for pictures: takes away uploads that nobody uses, and what crashes left of files."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kerben.domains.media import repository
from kerben.domains.media.files import PictureFiles
from kerben.platform.files import FileStore
from kerben.platform.modules import Sweep
from kerben.platform.runtime import Runtime

_ROWS: Final = 200
_PARTS_AFTER: Final = timedelta(hours=24)
"""No upload takes so long to be written."""


async def sweep_uploads(runtime: Runtime) -> int:
    """Take away uploads whose time is over, and files that no upload uses then; how many were done."""
    async with runtime.db.write() as tx:
        due = await repository.condemn_due(tx, _ROWS)
    async with runtime.db.read() as tx:
        hashes = await repository.condemned(tx, _ROWS)
    for content_hash in hashes:
        await _take_away(runtime, content_hash)
    return due


async def _take_away(runtime: Runtime, content_hash: str) -> None:
    """Delete the marked uploads of a file, and the file when it has no others.

    The file's row is locked all the while: whoever uploads the same picture now waits, finds no files, writes them.
    If this is killed after the files are gone, only marked uploads still name them: the next sweep ends the work.
    """
    files = runtime.part(PictureFiles.of)
    async with runtime.db.write() as tx:
        picture = await repository.lock_file(tx, content_hash)
        if picture is None or await repository.delete_condemned(tx, content_hash):
            return
        for name in picture.names:
            await files.delete(name)
        await repository.delete_file(tx, content_hash)


async def sweep_parts(runtime: Runtime) -> int:
    """Take away files that were never written to their end."""
    before = runtime.clock.now() - _PARTS_AFTER
    for store in (runtime.part(FileStore.of), runtime.part(PictureFiles.of)):
        await store.delete_parts(before)
    return 0


SWEEPS: Final = (Sweep("media.uploads", 60.0, sweep_uploads), Sweep("media.parts", 3600.0, sweep_parts))
