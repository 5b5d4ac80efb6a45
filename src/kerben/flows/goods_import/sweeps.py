"""What looks after runs that nobody works on and files that nobody waits for."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from kerben.domains.catalog.api import ImportRun, ImportStatus, imports_of_shop
from kerben.flows.goods_import.service import ask_for
from kerben.flows.goods_import.uploads import folder_of
from kerben.platform.logs import logger
from kerben.platform.runtime import Runtime

_log = logger("goods_import")

IDLE: Final = timedelta(seconds=60)
"""A running run that no worker has touched for so long is asked for again. A chunk takes a second; reading a file
before the first one may take longer, which does no harm: a job that is under way is not doubled."""
WAITING: Final = timedelta(seconds=10)
"""A queued run that could begin is asked for again after so long."""
FILE_AGE_S: Final = 3_600.0
"""Uploads younger than this are left alone, seconds: their run may not have been written down yet."""


async def resume_idle(runtime: Runtime) -> int:
    """Ask for the jobs of runs that should be under way and are not: the worker died, or the job has no retries left.

    A run that is taken up too often without getting on is failed by its job (`runner.ATTEMPTS_MAX`). Returns 0, since
    asking again at once would find the same.
    """
    async with runtime.db.read() as tx:
        now, runs = tx.now, await imports_of_shop(tx, None, unfinished=True)
    busy = {run.shop_id for run in runs if run.status is ImportStatus.RUNNING}
    for run in runs:
        first = run.shop_id not in busy
        busy.add(run.shop_id)
        if _is_idle(run, now, first=first):
            async with runtime.db.write() as tx:
                await ask_for(tx, run.id)
    return 0


def _is_idle(run: ImportRun, now: datetime, *, first: bool) -> bool:
    if run.status is ImportStatus.RUNNING:
        return (run.touched_at or run.created_at) < now - IDLE
    return first and (run.touched_at or run.created_at) < now - WAITING


async def purge_uploads(runtime: Runtime) -> int:
    """Delete uploads that no open run waits for, and what is left of those that broke off. Returns 0: all at once."""
    limit_s = runtime.clock.now().timestamp() - FILE_AGE_S
    old = await asyncio.to_thread(_files_before, folder_of(runtime), limit_s)
    if not old:
        return 0
    async with runtime.db.read() as tx:
        wanted = {run.file_ref for run in await imports_of_shop(tx, None, unfinished=True)}
    unwanted = [path for path in old if path.name not in wanted]
    await asyncio.to_thread(_remove, unwanted)
    if unwanted:
        _log.info("uploads_purged", files=len(unwanted))
    return 0


def _files_before(folder: Path, limit_s: float) -> list[Path]:
    found: list[Path] = []
    for path in folder.glob("*/*"):
        try:
            if path.is_file() and path.stat().st_mtime < limit_s:
                found.append(path)
        except FileNotFoundError:
            continue
    return found


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
