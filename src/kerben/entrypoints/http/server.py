"""The server process: makes the application from the environment; Granian and uvicorn both start it here."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar

from kerben.entrypoints import wiring
from kerben.entrypoints.http.app import create_app
from kerben.entrypoints.http.media import MediaController
from kerben.entrypoints.http.pages import PagesController
from kerben.entrypoints.http.sandbox_proxy import sandbox_proxy
from kerben.platform import logs, settings
from kerben.platform.settings import Settings


def make_app() -> Litestar:
    """The application of one server process."""
    current = settings.load()
    logs.configure(current.log_level, current.log_format)
    runtime = wiring.make_runtime(current, role="server")

    @asynccontextmanager
    async def database(_: Litestar) -> AsyncGenerator[None]:
        await runtime.db.open()
        # What is alive now lives for ever: keeping it out of collections cuts the slow requests several times.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        try:
            yield
        finally:
            await runtime.db.close()

    extra: list[Any] = [PagesController, MediaController]
    if current.sandbox_url:
        extra.append(sandbox_proxy(current.sandbox_url))
    return create_app(runtime, wiring.load_modules(), *extra, lifespans=[database])


def _share_metrics(folder: Path) -> None:
    """Let the processes that share a port count together; the folder is theirs and begins empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    # Read by prometheus_client when the server's processes import it.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def serve(current: Settings) -> None:
    """Run the server in this process until it is told to stop."""
    if current.workers > 1:
        _share_metrics(Path(current.data_dir) / "metrics" / str(current.port))
    if current.server == "uvicorn":
        import uvicorn

        uvicorn.run(
            "kerben.entrypoints.http.server:make_app",
            factory=True,
            host=current.host,
            port=current.port,
            workers=current.workers,
            log_level="warning",
            access_log=False,
        )
        return
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "kerben.entrypoints.http.server:make_app",
        address=current.host,
        port=current.port,
        workers=current.workers,
        interface=Interfaces.ASGI,
        factory=True,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=1,
        workers_kill_timeout=5,
        backlog=2048,
    ).serve()
