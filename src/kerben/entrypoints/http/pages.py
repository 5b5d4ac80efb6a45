"""Pages for browsers: the four applications of the web client, their files, the site map.

While there is no built client, a small page says how to get one. The client's own routes are its business: below
`/business/`, `/pos/` and `/console/` every address without a dot is its page; the market lists its routes in
`routes.json`, so that an address which does not exist is answered with 404.
"""

from __future__ import annotations

import gzip
from typing import Final

from litestar import Controller, route
from litestar.enums import HttpMethod
from litestar.response.base import ASGIResponse

from kerben.entrypoints.http.web.answers import AnyRequest, accepted, file_answer, page_headers, text_answer
from kerben.entrypoints.http.web.asks import inside
from kerben.entrypoints.http.web.files import Build, WebSite
from kerben.entrypoints.http.web.market import MarketPages
from kerben.entrypoints.http.web.shell import Inserted
from kerben.entrypoints.http.web.sitemap import Sitemaps, robots_text
from kerben.platform.access import public
from kerben.platform.errors import NotFoundError
from kerben.platform.runtime import Runtime

_METHODS: Final = [HttpMethod.GET, HttpMethod.HEAD]
_HTML: Final = "text/html"
_XML: Final = "application/xml; charset=utf-8"
_FOR_MINUTES: Final = "public, max-age=300"

_NOT_BUILT: Final = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>Kerben</title><style>
:root{--paper:#FBF8F3;--ink:#211D18;--blue:#1B6784;--clay:#6E6155}
@media (prefers-color-scheme:dark){:root{--paper:#171512;--ink:#F3EEE6;--blue:#7FB9D0;--clay:#B5A697}}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:560px;margin:0 auto;padding:48px 20px}h1{font-size:28px;margin:0 0 8px}p{color:var(--clay)}
a{color:var(--blue);display:inline-block;min-height:48px;line-height:48px;margin-right:20px}code{color:var(--ink)}
</style></head><body><main><h1>Страницы рынка ещё не собраны</h1>
<p>Если рынок только что запущен, они собираются около минуты, и эта страница откроется сама.
Собрать их можно и командой <code>./kerben web build</code>. Сам рынок уже работает.</p>
<p><a href="/api/docs">API рынка</a><a href="/readyz">Состояние</a></p></main></body></html>
"""


class PagesController(Controller):
    """Everything of the port that is not the API."""

    include_in_schema = False

    @route(["/", "/{rest:path}"], http_method=_METHODS, guards=[public])
    async def market(self, request: AnyRequest, runtime: Runtime, rest: str = "") -> ASGIResponse:
        """A page or file of the market; 404 with its page for an address that does not exist."""
        build = await runtime.part(WebSite).build()
        path = "/" + rest.lstrip("/")
        if is_file(path):
            return await _file(request, build, "market", path.lstrip("/"))
        if build is None:
            return _not_built(request)
        query = bytes(request.scope["query_string"]).decode("latin-1")
        inserted = await runtime.part(MarketPages).page(path, query, build.routes, inside(request))
        return _filled(request, build, inserted, build.program.links(path))

    @route(["/business", "/business/{rest:path}"], http_method=_METHODS, guards=[public])
    async def business(self, request: AnyRequest, runtime: Runtime, rest: str = "") -> ASGIResponse:
        """The seller's cabinet."""
        return await _application(request, runtime, "business", rest)

    @route(["/pos", "/pos/{rest:path}"], http_method=_METHODS, guards=[public])
    async def pos(self, request: AnyRequest, runtime: Runtime, rest: str = "") -> ASGIResponse:
        """The till."""
        return await _application(request, runtime, "pos", rest)

    @route(["/console", "/console/{rest:path}"], http_method=_METHODS, guards=[public])
    async def console(self, request: AnyRequest, runtime: Runtime, rest: str = "") -> ASGIResponse:
        """The administrator's pages."""
        return await _application(request, runtime, "console", rest)

    @route("/sitemap.xml", http_method=_METHODS, guards=[public])
    async def sitemap(self, request: AnyRequest, runtime: Runtime) -> ASGIResponse:
        """The index of the site map."""
        return _map(request, await runtime.part(Sitemaps).index())

    @route("/sitemap/{name:str}", http_method=_METHODS, guards=[public])
    async def sitemap_part(self, request: AnyRequest, runtime: Runtime, name: str) -> ASGIResponse:
        """A part of the site map."""
        return _map(request, await runtime.part(Sitemaps).part(name))

    @route("/robots.txt", http_method=_METHODS, guards=[public])
    async def robots(self, request: AnyRequest, runtime: Runtime) -> ASGIResponse:
        """What search engines may look at."""
        text = robots_text(runtime.settings.base_url).encode()
        return text_answer(request, text, "text/plain", cache=_FOR_MINUTES)


def is_file(path: str) -> bool:
    """Whether an address is that of a file: its last part has a dot."""
    return "." in path.rpartition("/")[2]


async def _application(request: AnyRequest, runtime: Runtime, app: str, rest: str) -> ASGIResponse:
    build = await runtime.part(WebSite).build()
    name = rest.lstrip("/")
    if is_file(f"/{name}"):
        return await _file(request, build, app, name)
    # The framework takes a slash off the end of `path`.
    raw_path: object = request.scope.get("raw_path")  # pyright: ignore[reportUnknownMemberType]
    if raw_path == f"/{app}".encode():
        # Its addresses are relative to the folder, so the page has to be in it.
        return ASGIResponse(status_code=308, headers={"Location": f"/{app}/"}, media_type=_HTML)
    if build is None or not build.has(app, "index.html"):
        return _not_built(request)
    return await _page(request, build, app)


async def _file(request: AnyRequest, build: Build | None, app: str, name: str) -> ASGIResponse:
    file = await build.file(app, name) if build is not None else None
    if build is None or file is None:
        raise NotFoundError
    return file_answer(request, file, page_headers(build.policies[app]) if name == "index.html" else None)


async def _page(request: AnyRequest, build: Build, app: str) -> ASGIResponse:
    file = await build.file(app, "index.html")
    if file is None:
        return _not_built(request)
    return file_answer(request, file, {**page_headers(build.policies[app]), "X-Robots-Tag": "noindex"})


def _filled(request: AnyRequest, build: Build, inserted: Inserted, program: str) -> ASGIResponse:
    headers = page_headers(build.policies["market"])
    if inserted.head.hidden:
        headers["X-Robots-Tag"] = "noindex"
    status = 200 if inserted.found else 404
    return text_answer(request, build.market.fill(inserted, program), _HTML, status=status, headers=headers)


def _not_built(request: AnyRequest) -> ASGIResponse:
    # 200, as everything but the client's pages works; never kept, since the client may be there in a moment.
    return text_answer(request, _NOT_BUILT.encode(), _HTML, cache="no-store")


def _map(request: AnyRequest, compressed: bytes) -> ASGIResponse:
    takes = accepted(request.headers.get("accept-encoding", ""))
    if "gzip" in takes:
        headers = {"Content-Encoding": "gzip"}
        return text_answer(request, compressed, _XML, headers=headers, cache=_FOR_MINUTES, ready=True)
    return text_answer(request, gzip.decompress(compressed), _XML, cache=_FOR_MINUTES)
