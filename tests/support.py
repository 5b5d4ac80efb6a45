"""What tests of every folder share besides the fixtures of the root conftest."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import httpx

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
"""The fixture `http_client`: makes a client on an in-process application of the given modules."""


def database_dsn(dsn: str, name: str) -> str:
    """The same server, another database."""
    return re.sub(r"(://[^/]*)/[^?]*", rf"\1/{name}", dsn, count=1)
