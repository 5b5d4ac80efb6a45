"""Starts the server's processes; imports no framework itself, since only those processes need one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from kerben.platform.settings import Settings

CONNECTIONS_MAX: Final = 16_384


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
        # Connections of one process, idle ones and open pages included; by itself Granian stops at backlog / workers,
        # and whoever comes after that waits for ever.
        backpressure=CONNECTIONS_MAX,
    ).serve()
