"""What a page of the market asks the API first, and those answers, asked inside this process.

The question is put to the application itself, as a browser would put it that is signed in nowhere: so what goes into
a page is the route's own answer to the byte, behind the same guards and limits, and nobody's but the public's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar import Request

from kerben.entrypoints.http.middleware import RequestContext

Ask = Callable[[str], Coroutine[Any, Any, bytes | None]]
"""The body of the answer to GET of an address of the API; None where it is not 200."""

HOME: Final = "/api/v1/home"
DIRECTORY: Final = ("/api/v1/categories", "/api/v1/places")
"""What every list of goods needs besides the goods."""

PAGE: Final = 24
"""How many of a list the client asks for at once."""

QUERY_MAX: Final = 200
STATE_MAX: Final = 96 * 1024
"""Bytes of all answers of a page; what does not fit is left for the client to ask."""

WAIT_S: Final = 0.2
"""A page waits no longer for an answer: by then the client would have asked for it itself."""

_FILTERS: Final = frozenset({"c", "now", "place", "near", "r", "min", "max", "sort"})
"""Parameters of an address that say which goods, words aside; those of attributes begin with `a.`."""


def search_ask(query_string: str, **of: UUID) -> list[str]:
    """The search that a list of goods begins with: the words of the page's address, in `of` a category or shop.

    An address with filters is left to the client, which alone knows how it reads them.
    """
    given: dict[str, str] = {}
    for name, value in parse_qsl(query_string):
        given.setdefault(name, value)
    if any(name in _FILTERS or name.startswith("a.") for name in given):
        return []
    words = given.get("q", "").strip()
    if len(words) > QUERY_MAX:
        return []
    order = {"q": words} if words else {"sort": "new"}
    return [address("/api/v1/search", {"limit": str(PAGE), **order, **{k: str(v) for k, v in of.items()}})]


def shops_ask(place_id: UUID) -> str:
    """The shops that the page of a place begins with."""
    return address("/api/v1/shops", {"limit": str(PAGE), "place_id": str(place_id)})


def eligibility_ask(merchant_id: UUID) -> str:
    """Whether the tills of a shop's merchant are alive."""
    return f"/api/v1/merchants/{merchant_id}/eligibility"


def address(path: str, parameters: Mapping[str, str]) -> str:
    """An address with its parameters in the order of their names, written as browsers write them (URL Standard,
    section 5.2): the client finds the answer by it."""
    return f"{path}?{urlencode(sorted(parameters.items()), safe='*').replace('~', '%7E')}"


async def answers(ask: Ask, addresses: Sequence[str]) -> dict[str, bytes]:
    """The answers by address, asked all at once; what is refused, late or too large is not among them."""
    if not addresses:
        return {}
    tasks = [asyncio.create_task(ask(one)) for one in addresses]
    await asyncio.wait(tasks, timeout=WAIT_S)
    found: dict[str, bytes] = {}
    left = STATE_MAX
    for one, task in zip(addresses, tasks, strict=True):
        if not task.done():
            # Let alone: to stop a statement costs the database more than to finish it.
            _late.add(task)
            task.add_done_callback(_forget)
            continue
        # A fault of the API is told where it belongs; the page is whole without its answer.
        body = task.result() if task.exception() is None else None
        if body is not None and len(body) <= left:
            found[one] = body
            left -= len(body)
    return found


_late: Final[set[asyncio.Task[bytes | None]]] = set()
"""The loop itself holds its tasks loosely."""


def _forget(task: asyncio.Task[bytes | None]) -> None:
    _late.discard(task)
    if not task.cancelled():
        task.exception()  # seen: nobody waits for it


def inside(request: Request[Any, Any, Any]) -> Ask:
    """Asks the application that is answering a request, for the same caller's address."""
    application: Any = request.app.asgi_handler
    # One visit is one request: the answers in it are not counted, limited and logged as requests of their own.
    while isinstance(application, RequestContext):
        application = application.app

    async def ask(wanted: str) -> bytes | None:
        path, _, query = wanted.partition("?")
        scope = _scope(request, path, query)
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await application(scope, _nothing_more, send)
        if not sent or sent[0]["status"] != 200:
            return None
        return b"".join(message.get("body", b"") for message in sent[1:])

    return ask


def _scope(request: Request[Any, Any, Any], path: str, query: str) -> dict[str, Any]:
    """A question of its own: no header of the visitor's, so nothing that tells who it is."""
    outer: Any = request.scope
    return {
        "type": "http",
        "asgi": outer["asgi"],
        "http_version": outer.get("http_version", "1.1"),
        "method": "GET",
        "scheme": outer.get("scheme", "http"),
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [],
        "client": outer.get("client"),
        "server": outer.get("server"),
        "extensions": {},
        "app": request.app,
        "litestar_app": request.app,
        "state": {},
    }


async def _nothing_more() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}
