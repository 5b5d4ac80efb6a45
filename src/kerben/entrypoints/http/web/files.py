"""The files of the built client, in memory from their first use on; a new build is noticed within a second."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from pathlib import Path
from typing import Final

import msgspec

from kerben.entrypoints.http.web import dist
from kerben.entrypoints.http.web.policy import content_policy
from kerben.entrypoints.http.web.program import Program
from kerben.entrypoints.http.web.routes import ClientRoutes
from kerben.entrypoints.http.web.shell import Shell, first_rules
from kerben.platform.runtime import Runtime

LOOK_S: Final = 1.0
"""How often, at most, it is looked whether there is a new build."""

_TYPES: Final = {
    "html": "text/html",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "txt": "text/plain",
    "wasm": "application/wasm",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
}
_HASHED: Final = re.compile(
    r"(?:main|chunk|styles|polyfills|scripts|worker)-[A-Za-z0-9_-]{8}\.(?:js|css)(?:\.map)?"
    r"|(?:assets|media)/.+-[A-Z0-9]{8}\.[a-z0-9]+"
)
"""Files whose names hold eight characters of their content's hash, as the build names them (`main-QX3PD2ZN.js`)."""

_STYLES: Final = re.compile(r"styles(?:-[A-Za-z0-9_-]{8})?\.css")

_NEVER_KEPT: Final = frozenset({"ngsw.json", "ngsw-worker.js", "safety-worker.js", "worker-basic.min.js"})
IMMUTABLE: Final = "public, max-age=31536000, immutable"


class WebFile(msgspec.Struct, frozen=True):
    """A file with its compressed forms, where there are any; `digest` stands for its content in ETags."""

    body: bytes
    br: bytes | None
    gz: bytes | None
    media_type: str
    cache: str
    digest: str


class Build:
    """One build: which files each application has, and its page."""

    def __init__(self, root: Path, mark: int, tile_url: str) -> None:
        self.mark = mark
        self._names = {app: _names(root / app / "browser") for app in dist.APPS}
        self._read: dict[tuple[str, str], WebFile] = {}
        market = dist.page_of(root, "market").read_text(encoding="utf-8")
        sheets = [name for name in self._names["market"] if _STYLES.fullmatch(name)]
        self.market = Shell(market, first_rules("".join(map(self._text, sheets))))
        self.program = Program(market, sheets, self._text)
        listed = self._names["market"].get("routes.json")
        self.routes = ClientRoutes(listed.read_bytes() if listed is not None else b"[]")
        self.policies: dict[str, str] = {}
        for app in dist.APPS:
            page = self._names[app].get("index.html")
            if page is not None:
                self.policies[app] = content_policy(page.read_text(encoding="utf-8"), tile_url)

    def has(self, app: str, name: str) -> bool:
        """Whether an application has a file."""
        return name in self._names[app]

    def _text(self, name: str) -> str:
        path = self._names["market"].get(name)
        return path.read_text(encoding="utf-8") if path is not None else ""

    async def file(self, app: str, name: str) -> WebFile | None:
        """A file by its path below the application's folder, None when there is none.

        Only names found when the build was listed are read, so a name cannot lead elsewhere.
        """
        kept = self._read.get((app, name))
        if kept is not None:
            return kept
        path = self._names[app].get(name)
        if path is None:
            return None
        try:
            made = await asyncio.to_thread(_read, path, name)
        except OSError:
            # The next build has just taken its place.
            return None
        self._read[app, name] = made
        return made


class WebSite:
    """The client as it is built now."""

    def __init__(self, runtime: Runtime) -> None:
        self._root = dist.find(runtime.settings.web_dir)
        self._tile_url = runtime.settings.tile_url
        self._build: Build | None = None
        self._looked = -LOOK_S

    async def build(self) -> Build | None:
        """The newest build; None while there is none."""
        now = time.monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            mark = dist.mark_of(self._root)
            if mark is not None and (self._build is None or self._build.mark != mark):
                try:
                    self._build = await asyncio.to_thread(Build, self._root, mark, self._tile_url)
                except OSError:
                    # A build is just being put in its place: look again at once.
                    self._looked = now - LOOK_S
        return self._build


def _names(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and not name.endswith((".br", ".gz")):
                path = Path(place, name)
                found[path.relative_to(folder).as_posix()] = path
    return found


def _read(path: Path, name: str) -> WebFile:
    body = path.read_bytes()
    short = name.rpartition("/")[2]
    cache = "no-store" if short in _NEVER_KEPT else "no-cache"
    if _HASHED.fullmatch(name):
        cache = IMMUTABLE
    media_type = _TYPES.get(short.rpartition(".")[2].lower(), "application/octet-stream")
    digest = hashlib.blake2b(body, digest_size=9).hexdigest()
    return WebFile(body, _sibling(path, ".br"), _sibling(path, ".gz"), media_type, cache, digest)


def _sibling(path: Path, suffix: str) -> bytes | None:
    try:
        return path.with_name(path.name + suffix).read_bytes()
    except FileNotFoundError:
        return None
