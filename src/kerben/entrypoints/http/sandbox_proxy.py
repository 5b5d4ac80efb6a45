"""Makes the sandbox neighbours reachable through the market's own port, for demos and tests.

Mounted only when `KERBEN_SANDBOX_URL` is set; production has no such route.
"""

from __future__ import annotations

from typing import Any, Final

import httpx
from litestar import HttpMethod, Request, Response, route
from litestar.handlers import HTTPRouteHandler

from kerben.platform.access import public
from kerben.platform.errors import UnavailableError

PREFIX: Final = "/sandbox"
_PASSED_ON: Final = {"content-type", "accept", "authorization", "accept-language"}
_GIVEN_BACK: Final = {"content-type", "location", "cache-control"}


def sandbox_proxy(base_url: str) -> HTTPRouteHandler:
    """A route that hands `/sandbox/…` on to the sandbox process."""
    client = httpx.AsyncClient(
        base_url=base_url, timeout=35, limits=httpx.Limits(max_connections=200, max_keepalive_connections=50)
    )

    async def proxy(request: Request[Any, Any, Any]) -> Response[bytes]:
        path = str(request.scope["path"]).removeprefix(PREFIX) or "/"
        headers = {name: value for name, value in request.headers.items() if name in _PASSED_ON}
        try:
            answer = await client.request(
                request.method,
                path,
                params=list(request.query_params.multi_items()),
                content=await request.body(),
                headers=headers,
            )
        except httpx.HTTPError as error:
            raise UnavailableError("Песочница не отвечает.") from error
        return Response(
            answer.content,
            status_code=answer.status_code,
            headers={name: value for name, value in answer.headers.items() if name in _GIVEN_BACK},
            media_type=answer.headers.get("content-type", "application/octet-stream"),
        )

    return route(
        [PREFIX, f"{PREFIX}/{{path:path}}"],
        http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE],
        guards=[public],
        include_in_schema=False,
        name="sandbox",
    )(proxy)
