"""The server process: makes the application from the environment; Granian and uvicorn both start it here."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

from litestar import Litestar

from kerben.entrypoints import wiring
from kerben.entrypoints.http.app import create_app
from kerben.entrypoints.http.media import MediaController
from kerben.entrypoints.http.pages import PagesController
from kerben.entrypoints.http.sandbox_proxy import sandbox_proxy
from kerben.platform import logs, settings

DATABASE_WAIT_S: Final = 60.0
"""How long a server that starts waits for a database that is just recovering."""


ORPHAN_S: Final = 5.0
"""How long an orphan may take to finish what it is at."""


def _end_with_parent() -> None:
    """End this process when the one that started it as its worker is killed.

    The orphan would go on answering on the port it shares with those that a supervisor starts in its place, and
    nobody could stop it.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ORPHAN_S)
        os._exit(1)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()


def make_app() -> Litestar:
    """The application of one server process."""
    _end_with_parent()
    current = settings.load()
    logs.configure(current.log_level, current.log_format)
    runtime = wiring.make_runtime(current, role="server")

    @asynccontextmanager
    async def database(_: Litestar) -> AsyncGenerator[None]:
        await runtime.db.open(wait_s=DATABASE_WAIT_S)
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
