"""The inbox's HTTP side."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get, post

from kerben_sandbox import pages
from kerben_sandbox.bank_http import has_secret
from kerben_sandbox.inbox import NewMessage
from kerben_sandbox.world import AnyRequest, world_of


@post("/inbox/messages")
async def add_message(request: AnyRequest) -> Response[object]:
    """Take a message the platform sends."""
    world = world_of(request)
    if not has_secret(request, world.config.secrets.inbox_secret):
        return Response({"error": "unauthorized"}, status_code=401)
    try:
        message = msgspec.json.decode(await request.body(), type=NewMessage)
    except msgspec.DecodeError as error:
        return Response({"error": "invalid", "detail": str(error)}, status_code=422)
    number = world.inbox.add(message)
    await world.store.durable()
    return Response({"id": number}, status_code=201)


@get("/inbox")
async def inbox(request: AnyRequest, to: str = "") -> Response[object]:
    """Messages to an address (or to anyone), newest first."""
    return Response({"messages": world_of(request).inbox.messages(to)})


@get("/inbox/page")
async def inbox_page(request: AnyRequest, to: str = "") -> Response[str]:
    """Messages for people to read."""
    world = world_of(request)
    return pages.html(pages.inbox(world.config.public_url, world.inbox.messages(to), to))


HANDLERS: Final = [add_message, inbox, inbox_page]
