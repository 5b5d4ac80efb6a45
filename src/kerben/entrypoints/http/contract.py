"""The HTTP contract as text: what `/api/openapi.json` says, formatted for a golden file."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Litestar

from kerben.entrypoints import wiring
from kerben.entrypoints.http.app import create_app
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings


def offline_app(*extra: type[Controller]) -> Litestar:
    """The application of all modules (and `extra` controllers) without a database, to look at its routes."""
    settings = Settings(secret_key="routes-only-routes-only-routes-only")  # noqa: S106 - signs nothing
    runtime = Runtime(settings, Database("postgresql://nowhere/none"))
    return create_app(runtime, wiring.load_modules(), *extra)


def contract_text() -> str:
    """The OpenAPI document with sorted keys, so that a change shows as a small diff."""
    schema: dict[str, Any] = offline_app().openapi_schema.to_schema()
    encoded = msgspec.json.encode(schema, order="deterministic")
    return msgspec.json.format(encoded, indent=1).decode() + "\n"
