"""The HTTP application: modules' controllers behind one set of conventions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute

from kerben import __version__
from kerben.entrypoints.http.application import Application
from kerben.entrypoints.http.express import Express
from kerben.entrypoints.http.health import HealthController
from kerben.entrypoints.http.live import LiveHub, live_socket
from kerben.entrypoints.http.middleware import ADDRESS_BURST, ADDRESS_PER_S, RequestContext
from kerben.entrypoints.http.strict_json import StrictRequest
from kerben.entrypoints.http.watcher import Watcher
from kerben.entrypoints.http.web.config import WebConfigController
from kerben.platform.access import UndeclaredAccessError, declared, public
from kerben.platform.modules import Module
from kerben.platform.problems import EXCEPTION_HANDLERS
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]

BODY_MAX = 1024 * 1024
"""Largest body of ordinary routes, bytes; uploads declare their own."""


def create_app(
    runtime: Runtime,
    modules: Sequence[Module],
    *extra: Any,
    lifespans: Sequence[Lifespan] = (),
    express: bool = True,
) -> Litestar:
    """The application of the given modules and extra routes.

    `lifespans` run around everything else; one of them, or the caller, opens the runtime's database. `express` False
    sends the hot routes through the framework like all others (to compare). Raises UndeclaredAccessError when a
    route does not declare who may call it.
    """
    hub = LiveHub(runtime, modules)
    watcher = Watcher(runtime, modules, hub)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        await watcher.start()
        task = asyncio.create_task(watcher.run_forever(), name="watcher")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await watcher.close()

    def configure(config: AppConfig) -> AppConfig:
        config.debug = False
        return config

    provided = _provided(runtime, modules)
    app = Application(
        route_handlers=[
            HealthController,
            WebConfigController,
            live_socket,
            *(controller for module in modules for controller in module.controllers),
            *extra,
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        dependencies={name: Provide(make, sync_to_thread=False) for name, make in provided.items()},
        lifespan=[*lifespans, lifespan],
        state=State({"runtime": runtime, "hub": hub, "modules": tuple(modules)}),
        openapi_config=openapi_config(),
        request_max_body_size=BODY_MAX,
        request_class=StrictRequest,
        logging_config=None,
        on_app_init=[configure],
    )
    if forgotten := undeclared(app):
        raise UndeclaredAccessError(", ".join(forgotten))
    if express:
        routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
        app.asgi_handler = Express(app.asgi_handler, routes, provided)
    # Around the router, not as middleware of the routes: unknown routes get an id and safety headers, too.
    settings = runtime.settings
    limiter = RateLimiter(runtime.clock, burst=ADDRESS_BURST, per_s=ADDRESS_PER_S, enabled=settings.rate_limits)
    app.asgi_handler = RequestContext(app.asgi_handler, limiter, behind_proxy=settings.behind_proxy)
    return app


def undeclared(app: Litestar) -> list[str]:
    """Routes without a declaration of access. OPTIONS answers are the framework's own and hold no data."""
    found: list[str] = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            handlers: list[BaseRouteHandler] = [h for h in route.route_handlers if h.http_methods != {"OPTIONS"}]
        else:
            handlers = [route.route_handler]
        found += [f"{route.path} {handler}" for handler in handlers if not declared(handler)]
    return found


def _provided(runtime: Runtime, modules: Sequence[Module]) -> dict[str, Callable[[], object]]:
    """What handlers may name as parameters; each is one object per process."""

    def part(factory: Callable[[Runtime], object]) -> Callable[[], object]:
        return lambda: runtime.part(factory)

    provided: dict[str, Callable[[], object]] = {
        "runtime": lambda: runtime,
        "db": lambda: runtime.db,
        "settings": lambda: runtime.settings,
        "clock": lambda: runtime.clock,
    }
    for module in modules:
        for name, factory in module.provides.items():
            if name in provided:
                raise ValueError(f"{module.name} provides {name}, which exists already")
            provided[name] = part(factory)
    return provided


def openapi_config() -> OpenAPIConfig:
    """OpenAPI 3.1 at /api/openapi.json; Swagger UI is served by the docs controller from its own files."""
    return OpenAPIConfig(
        title="Kerben",
        version=__version__,
        description="Marketplace platform for local markets: the cash register keeps the online stock true.",
        path="/api",
        openapi_router=Router("/api", route_handlers=[], guards=[public], include_in_schema=False),
        render_plugins=[JsonRenderPlugin()],
        use_handler_docstrings=True,
        create_examples=False,
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
                "api_key": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
            }
        ),
    )
