"""The server process: makes the application from the environment; Granian and uvicorn both start it here."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar

from kerben.entrypoints import wiring
from kerben.entrypoints.http.app import create_app
from kerben.entrypoints.http.media import MediaController
from kerben.entrypoints.http.pages import PagesController
from kerben.entrypoints.http.sandbox_proxy import sandbox_proxy
from kerben.platform import logs, settings


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
