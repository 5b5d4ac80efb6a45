"""The express lane: hot routes without the framework's path of a request.

Half of what a gathered read costs is routing, guards, arguments and response of the framework. A route marked
`opt=EXPRESS` is called here instead: the same handler behind the same guards, decoded into the same type, its errors
shown by the same functions. Whatever is not the ordinary case (another form of the path, a body that cannot be
decoded, a parameter that does not fit) goes the framework's way, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Litestar, Request, Response
from litestar.datastructures import URL, Address, MultiDict
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from kerben.platform.http import Prepared, is_express
from kerben.platform.problems import answer_to

_BODY_MAX: Final = 1024 * 1024
_UUID_LENGTH: Final = 36
_PARAMETER: Final = "{id}"

Guard = Callable[[Any, Any], Awaitable[None]]
Provided = Mapping[str, Callable[[], object]]
"""What handlers may name as parameters, by name."""
_encode: Final = msgspec.json.Encoder().encode


class UnfitForExpressError(Exception):
    """A route is marked for the express lane but has a shape that the lane does not know."""


class Headers(dict[str, str]):
    """Headers by lower-case name; asked for in any case."""

    def get(self, key: str, default: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The value of a header."""
        return super().get(key.lower(), default)


class ExpressRequest:
    """What guards and handlers ask a request for, without building more than they ask."""

    __slots__ = ("_body", "_headers", "scope")

    def __init__(self, scope: Any, body: bytes) -> None:
        self.scope = scope
        self._body = body
        self._headers: Headers | None = None

    @property
    def headers(self) -> Headers:
        """All headers; of repeated ones the last."""
        if self._headers is None:
            self._headers = Headers({k.decode("latin-1"): v.decode("latin-1") for k, v in self.scope["headers"]})
        return self._headers

    @property
    def app(self) -> Litestar:
        """The application."""
        return self.scope["litestar_app"]

    @property
    def client(self) -> Address | None:
        """Address of the caller."""
        client = self.scope["client"]
        return Address(*client) if client else None

    @property
    def method(self) -> str:
        """GET, POST and so on."""
        return self.scope["method"]

    @property
    def url(self) -> URL:
        """The address asked for."""
        return URL.from_scope(self.scope)

    @property
    def query_params(self) -> MultiDict[str]:
        """Parameters of the query."""
        return MultiDict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    async def body(self) -> bytes:
        """The body as it came."""
        return self._body


class _Unusual(Exception):  # noqa: N818 - no error: the framework takes over
    """Not the ordinary case."""


class ExpressRoute:
    """One marked route."""

    def __init__(self, path: str, handler: HTTPRouteHandler, provided: Provided) -> None:
        self._handler = handler
        self._guards = cast("list[Guard]", handler.resolve_guards())  # pyright: ignore[reportUnknownMemberType]
        self._call: Callable[..., Awaitable[Any]] = handler.fn
        self._status = handler.status_code
        self._has_body = not {"POST", "PUT", "PATCH"}.isdisjoint(cast("Any", handler).http_methods)
        parameters = dict(handler.parsed_fn_signature.parameters)
        self._takes_request = parameters.pop("request", None) is not None
        data = parameters.pop("data", None)
        self._decoder = msgspec.json.Decoder(data.raw) if data is not None else None
        self._makers = [(name, provided[name]) for name in parameters if name in provided]
        for name, _ in self._makers:
            del parameters[name]
        self._path_name: str | None = None
        self._read_place: Callable[[str | None], object] = _uuid
        for kind, read in (("uuid", _uuid), ("str", _text)):
            for name in [n for n in parameters if f"{{{n}:{kind}}}" in path]:
                self._path_name, self._read_place = name, read
                del parameters[name]
        self._query = _query_type(parameters) if parameters else None
        if not handler.parsed_fn_signature.return_type or handler.has_sync_callable:
            raise UnfitForExpressError(path)

    async def __call__(self, scope: Scope, send: Send, body: bytes, place: str | None) -> None:
        """Answer a request. Raises _Unusual before anything happened when the framework should do it."""
        request = ExpressRequest(scope, body)
        asked = cast("Request[Any, Any, Any]", request)
        try:
            answer = await self._answer(request, place)
        except _Unusual:
            raise
        except Exception as error:
            answer = answer_to(asked, error)
        if isinstance(answer, Prepared):
            await answer.send(send)
        elif isinstance(answer, Response):
            whole = cast("Response[Any]", answer)
            await whole.to_asgi_response(app=None, request=asked)(scope, _nothing, send)  # pyright: ignore[reportUnknownMemberType]
        else:
            content = b"" if answer is None else _encode(answer)
            await Prepared(content, self._status).send(send)

    async def _answer(self, request: ExpressRequest, place: str | None) -> Any:
        for guard in self._guards:
            await guard(request, self._handler)
        arguments: dict[str, Any] = {name: make() for name, make in self._makers}
        if self._takes_request:
            arguments["request"] = request
        if self._path_name is not None:
            arguments[self._path_name] = self._read_place(place)
        if self._decoder is not None:
            try:
                arguments["data"] = self._decoder.decode(await request.body())
            except (msgspec.MsgspecError, RecursionError) as error:
                raise _Unusual from error
        if self._query is not None:
            arguments |= self._query(request.scope["query_string"])
        return await self._call(**arguments)

    @property
    def reads_body(self) -> bool:
        """Whether the request may have a body to wait for."""
        return self._has_body


def _uuid(text: str | None) -> UUID:
    if text is None or len(text) != _UUID_LENGTH:
        raise _Unusual
    try:
        return UUID(text)
    except ValueError as error:
        raise _Unusual from error


def _text(text: str | None) -> str:
    if not text:
        raise _Unusual
    return text


def _query_type(parameters: Mapping[str, Any]) -> Callable[[bytes], dict[str, Any]]:
    """A reader of the query's parameters; their types are converted as the framework would."""
    fields: list[Any] = [
        (name, field.raw, field.default) if field.has_default else (name, field.raw)
        for name, field in parameters.items()
    ]
    kind = msgspec.defstruct("Query", fields, kw_only=True)
    defaults = {name: field.default for name, field in parameters.items()}
    optional = all(field.has_default for field in parameters.values())

    def read(query: bytes) -> dict[str, Any]:
        if not query and optional:
            return defaults
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        given = {key: value for key, value in pairs if key in parameters}
        if sum(key in parameters for key, _ in pairs) != len(given):
            raise _Unusual
        try:
            return msgspec.structs.asdict(msgspec.convert(given, kind, strict=False))
        except msgspec.ValidationError as error:
            raise _Unusual from error

    return read


async def _nothing() -> Any:
    raise RuntimeError("the body was read before")


class Express:
    """Around the framework: takes the marked routes, hands everything else on."""

    def __init__(self, app: ASGIApp, routes: Iterable[HTTPRoute], provided: Provided) -> None:
        """Raises UnfitForExpressError for a marked route that it cannot serve."""
        self._app = app
        self._exact: dict[tuple[str, str], ExpressRoute] = {}
        # By method and what stands before the parameter: what stands behind it, and the route.
        self._with_parameter: dict[tuple[str, str], list[tuple[str, ExpressRoute]]] = {}
        self._begins: list[int] = []
        for route in routes:
            for handler in route.route_handlers:
                if is_express(handler):
                    self._add(route, handler, provided)

    def _add(self, route: HTTPRoute, handler: HTTPRouteHandler, provided: Provided) -> None:
        express = ExpressRoute(route.path, handler, provided)
        begin, brace, rest = route.path.partition("{")
        kind, _, end = rest.partition("}")
        if "{" in end or (brace and not kind.endswith((":uuid", ":str"))) or (end and kind.endswith(":str")):
            raise UnfitForExpressError(route.path)
        for method in cast("Any", handler).http_methods:
            if not brace:
                self._exact[str(method), begin] = express
            else:
                self._with_parameter.setdefault((str(method), begin), []).append((end, express))
        if brace and len(begin) not in self._begins:
            self._begins.append(len(begin))

    @property
    def paths(self) -> list[tuple[str, str]]:
        """Method and path of what is served here."""
        found = list(self._exact)
        for (method, begin), ends in self._with_parameter.items():
            found += [(method, f"{begin}{_PARAMETER}{end}") for end, _ in ends]
        return found

    def _find(self, scope: Any) -> tuple[ExpressRoute, str | None] | None:
        method, path = scope["method"], scope["path"]
        route = self._exact.get((method, path))
        if route is not None:
            return route, None
        for length in self._begins:
            for end, express in self._with_parameter.get((method, path[:length]), ()):
                place = path[length : len(path) - len(end)]
                if path.endswith(end) and place and "/" not in place:
                    return express, place
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        route, place = found
        body = b""
        if route.reads_body:
            if not _is_small(scope["headers"]):
                await self._app(scope, receive, send)
                return
            body = await _read(receive)
        try:
            await route(scope, send, body, place)
        except _Unusual:
            await self._app(scope, _again(body, receive), send)


def _is_small(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"content-length":
            return value.isdigit() and int(value) <= _BODY_MAX
    return False


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = cast("Any", await receive())
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read once more."""
    told = False

    async def replay() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return cast("Receive", replay)
