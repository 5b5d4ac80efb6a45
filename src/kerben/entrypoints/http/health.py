"""Signs of life, metrics, and the API's documentation."""

from __future__ import annotations

import importlib.resources
import os
from datetime import timedelta
from typing import Final

import asyncpg
import msgspec
from litestar import Controller, MediaType, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from kerben.platform.access import public
from kerben.platform.db import Database
from kerben.platform.errors import NotFoundError
from kerben.platform.settings import Settings

MULTIPROC_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
WORKER_SILENCE: Final = timedelta(seconds=15)

_SWAGGER: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui-standalone-preset.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}

_DOCS_PAGE: Final = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kerben API</title><link rel="stylesheet" href="/api/docs/assets/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/assets/swagger-ui-standalone-preset.js"></script>
<script>SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#ui", deepLinking: true,
presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset]});</script></body></html>"""


class Readiness(msgspec.Struct, frozen=True):
    """Which parts are ready; `ready` when all of them are."""

    ready: bool
    database: bool
    migrations: bool
    worker: bool
    demo: bool


class HealthController(Controller):
    """Routes outside the API proper."""

    tags = ["platform"]

    @get("/healthz", guards=[public], media_type=MediaType.JSON, include_in_schema=False)
    async def healthz(self) -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @get("/readyz", guards=[public], include_in_schema=False)
    async def readyz(self, db: Database, settings: Settings) -> Response[Readiness]:
        """Database, worker and demo market are ready (200), or not yet (503)."""
        readiness = await _readiness(db, settings)
        return Response(readiness, status_code=200 if readiness.ready else 503)

    @get("/metrics", guards=[public], include_in_schema=False)
    async def metrics(self) -> Response[bytes]:
        """Prometheus metrics: of all server processes together where several share the port."""
        text = generate_latest(_registry())
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST}, media_type=CONTENT_TYPE_LATEST)

    @get("/api/docs", guards=[public], include_in_schema=False, media_type=MediaType.HTML)
    async def docs(self) -> str:
        """Swagger UI."""
        return _DOCS_PAGE

    @get("/api/docs/assets/{name:str}", guards=[public], include_in_schema=False)
    async def docs_asset(self, name: str) -> Response[bytes]:
        """Swagger UI's own files, from its package: nothing is loaded from elsewhere."""
        if name not in _SWAGGER:
            raise NotFoundError
        file = importlib.resources.files("swagger_ui") / "static" / name
        return Response(file.read_bytes(), media_type=_SWAGGER[name], headers={"Cache-Control": "no-cache"})


def _registry() -> CollectorRegistry:
    if MULTIPROC_VARIABLE not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # pyright: ignore[reportUnknownMemberType, reportUnusedCallResult]
    return registry


async def _readiness(db: Database, settings: Settings) -> Readiness:
    try:
        async with db.read() as tx:
            seen = await tx.fetchval("SELECT max(seen_at) FROM platform.worker")
            demo = await tx.fetchval("SELECT value FROM platform.fact WHERE name = 'demo'")
            migrated = await tx.fetchval("SELECT count(*) > 0 FROM public.kerben_migration")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Readiness(ready=False, database=False, migrations=False, worker=False, demo=False)
    worker = seen is not None and tx.now - seen < WORKER_SILENCE
    demo_ready = demo == "ready" or not settings.demo
    return Readiness(bool(worker and demo_ready and migrated), True, bool(migrated), worker, demo_ready)
