"""Files and shells of the client over HTTP."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from kerben.entrypoints.http.web.files import LOOK_S
from kerben.entrypoints.http.web.policy import content_policy, tile_origin
from kerben.entrypoints.http.web.tests.make import MAIN_SCRIPT, MARKET_PAGE, make_dist
from kerben.platform.ids import new_id


async def test_without_a_build_a_page_says_how_to_get_one(bare: httpx.AsyncClient) -> None:
    for path in ("/", "/business/", "/p/" + str(new_id())):
        answer = await bare.get(path)
        assert answer.status_code == 200
        assert "kerben web build" in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert (await bare.get("/main-ABCDEFGH.js")).status_code == 404


async def test_hashed_files_are_kept_for_ever_and_others_are_asked_for_again(web: httpx.AsyncClient) -> None:
    kept = await web.get("/main-ABCDEFGH.js")
    assert (kept.status_code, kept.text) == (200, MAIN_SCRIPT)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-type"] == "text/javascript; charset=utf-8"
    types = {
        "/manifest.webmanifest": ("application/manifest+json", "no-cache"),
        "/reader.wasm": ("application/wasm", "no-cache"),
        "/assets/golos-ABCDEFGH.woff2": ("font/woff2", "public, max-age=31536000, immutable"),
        "/ngsw.json": ("application/json", "no-store"),
        "/ngsw-worker.js": ("text/javascript; charset=utf-8", "no-store"),
    }
    for path, (media_type, cache) in types.items():
        answer = await web.get(path)
        assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (
            200,
            media_type,
            cache,
        )


@pytest.mark.parametrize(
    ("asked", "got"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("deflate", None), ("gzip;q=0.0", None)],
)
async def test_files_come_in_the_best_form_that_is_taken(web: httpx.AsyncClient, asked: str, got: str | None) -> None:
    async with web.stream("GET", "/main-ABCDEFGH.js", headers={"Accept-Encoding": asked}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == got
    assert answer.headers["vary"] == "Accept-Encoding"
    assert (raw == b"brotli form") == (got == "br")
    assert int(answer.headers["content-length"]) == len(raw)


async def test_a_known_etag_is_answered_with_304_and_head_without_a_body(web: httpx.AsyncClient) -> None:
    for path in ("/index.html", "/", "/pos/", "/sitemap.xml", "/robots.txt"):
        first = await web.get(path)
        again = await web.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        head = await web.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(first.content))
        assert head.headers["etag"] == first.headers["etag"]


async def test_index_html_is_the_file_itself_and_pages_are_filled(web: httpx.AsyncClient) -> None:
    assert (await web.get("/index.html")).text == MARKET_PAGE
    home = await web.get("/")
    assert "<!--kerben:" not in home.text
    assert '<link rel="canonical" href="https://kerben.example/">' in home.text
    # The visitor's own pages bring nothing but the names of their files.
    cart = (await web.get("/cart")).text
    assert "<app-root></app-root>" in cart
    assert '<meta name="robots" content="noindex">' in cart
    assert ('"modulepreload"' in cart, "kerben-state" in cart) == (True, False)


async def test_every_application_has_its_page(web: httpx.AsyncClient) -> None:
    for app in ("business", "pos", "console"):
        moved = await web.get(f"/{app}")
        assert (moved.status_code, moved.headers["location"]) == (308, f"/{app}/")
        for path in (f"/{app}/", f"/{app}/goods/new", f"/{app}/a/b/c/"):
            answer = await web.get(path)
            assert (answer.status_code, answer.headers["x-robots-tag"]) == (200, "noindex")
            assert f"<title>{app}</title>" in answer.text
        assert (await web.get(f"/{app}/main-HGFEDCBA.js")).text == f"// {app}"
        assert (await web.get(f"/{app}/main-ABCDEFGH.js")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/..%2foutside.txt",
        "/%2e%2e/%2e%2e/outside.txt",
        "/media/../../../outside.txt",
        "/business/..%2f..%2f..%2foutside.txt",
        "/.secret",
        "/.hash",
        "/main-ABCDEFGH.js.br",
        "/main-ABCDEFGH.js%00.html",
        "//etc/passwd.txt",
    ],
)
async def test_no_address_leads_out_of_the_build(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(httpx.URL("http://kerben.test", raw_path=path.encode()))
    assert answer.status_code == 404
    assert "outside" not in answer.text
    assert "hidden" not in answer.text


async def test_a_new_build_is_noticed(
    web: httpx.AsyncClient, dist_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await web.get("/main-ABCDEFGH.js")).text == MAIN_SCRIPT
    make_dist(dist_folder, built=2)
    (dist_folder / "market/browser/main-ABCDEFGH.js").write_text("new", encoding="utf-8")
    later = time.monotonic() + LOOK_S
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert (await web.get("/main-ABCDEFGH.js")).text == "new"


async def test_pages_say_what_they_may_load(web: httpx.AsyncClient) -> None:
    for path in ("/", "/cart", "/nowhere", "/index.html", "/pos/"):
        headers = (await web.get(path)).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe-inline" not in policy["script-src"]
        assert headers["permissions-policy"].startswith("camera=(self), geolocation=(self)")
        assert headers["referrer-policy"]


def test_scripts_in_the_page_are_allowed_by_their_hashes_only() -> None:
    page = (
        '<script>let a = 1;</script><script src="x.js"></script>'
        '<script type="application/json">{}</script><link onload="this.media=\'all\'">'
    )
    policy = content_policy(page, "https://{s}.tiles.example/{z}/{x}/{y}.png")
    assert policy.count("'sha256-") == 2
    # printf 'let a = 1;' | openssl dgst -sha256 -binary | base64
    assert "'sha256-xY6QKfH9PRsQnLz56nj6MBwiK5oHg+im1Jkpdp1x/Ck='" in policy
    assert "'unsafe-hashes'" in policy
    assert "connect-src 'self' ws: wss: https://*.tiles.example;" in policy


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://tiles.example:8443/{z}/{x}/{y}.png?key=1", "https://tiles.example:8443"),
        ("https://{switch:a,b}.tiles.example/{z}", "https://*.tiles.example"),
        ("https://tiles.example;script-src *", ""),
        ("/tiles/{z}", ""),
        ("", ""),
    ],
)
def test_tiles_come_from_their_origin(url: str, origin: str) -> None:
    assert tile_origin(url) == origin
