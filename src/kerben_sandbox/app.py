"""The ASGI application of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from litestar import Litestar, Response, get
from litestar.datastructures import State

from kerben_sandbox import acquirer_http, bank_http, inbox_http, index_http
from kerben_sandbox.config import SandboxConfig
from kerben_sandbox.world import build

BODY_BYTES_MAX: Final = 64 * 1024


@get("/healthz")
async def healthz() -> Response[object]:
    """Alive."""
    return Response({"status": "ok"})


def create_app(config: SandboxConfig) -> Litestar:
    """The application; the data directory is opened when it starts and released when it stops."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        world = build(config)
        app.state["world"] = world
        world.dispatcher.start()
        try:
            yield
        finally:
            world.dispatcher.stop()
            world.store.close()

    return Litestar(
        route_handlers=[
            healthz,
            *index_http.HANDLERS,
            *acquirer_http.HANDLERS,
            *bank_http.HANDLERS,
            *inbox_http.HANDLERS,
        ],
        lifespan=[lifespan],
        state=State(),
        openapi_config=None,
        request_max_body_size=BODY_BYTES_MAX,
    )
