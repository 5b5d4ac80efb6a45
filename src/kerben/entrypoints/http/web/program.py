"""Which files a page of the client needs before it can be drawn, read from the built program itself.

A page's code comes in a file of its own, which names further ones: a browser learns of each only when it has run the
one before, a round trip every time. Named in the page, they all come at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Final

from kerben.entrypoints.http.web.routes import route_pattern

_MODULE: Final = re.compile(r'<script\b[^>]*\bsrc="([\w.-]+\.js)"[^>]*\btype="module"')
_STATIC: Final = re.compile(r"""\b(?:from|import)\s*([`"'])\./([\w.-]+\.js)\1""")
_LAZY: Final = re.compile(r"""\bpath:\s*([`"'])([^`"'*]*)\1[^{}]*?\bimport\(\s*([`"'])\./([\w.-]+\.js)\3\s*\)""")
"""A route as the bundler leaves it: `{path:"search",title:…,loadComponent:()=>import("./chunk-….js").then(…)}`."""
_FONT: Final = re.compile(r"""url\(["']?(?:\./)?([^)"']+-(?:latin|cyrillic)-wght-normal-[\w-]+\.woff2)["']?\)""")
"""The letters that every page has: numbers and marks stand among the Latin ones."""

Read = Callable[[str], str]
"""The text of a file of the build; empty for one that is not there."""


class Program:
    """The files of each page of the market."""

    def __init__(self, page: str, styles: Sequence[str], read: Read) -> None:
        """`page` is the built page, `styles` are the names of its style sheets. What cannot be found out is left out:
        the page then loads as it would by itself."""
        begin = _MODULE.findall(page)
        common = _closure(begin, read)
        fonts = dict.fromkeys(font for sheet in styles for font in _FONT.findall(read(sheet)))
        # In the order in which they are needed: a browser has few connections.
        self._first = "".join([*(_preload("style", name) for name in styles), *map(_module, common)])
        self._last = "".join(_preload("font", font, ' type="font/woff2" crossorigin') for font in fonts)
        self._pages: list[tuple[re.Pattern[str], str]] = []
        for _, route, _, name in (m for file in begin for m in _LAZY.findall(read(file))):
            own = [one for one in _closure([name], read) if one not in common]
            self._pages.append((re.compile(route_pattern(f"/{route}")), "".join(map(_module, own))))

    def links(self, path: str) -> str:
        """Elements of the head that fetch what the page of a path needs."""
        own = next((links for pattern, links in self._pages if pattern.fullmatch(path)), "")
        return self._first + own + self._last


def _closure(names: Iterable[str], read: Read) -> list[str]:
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found and (text := read(name)):
            found[name] = None
            waiting += [other for _, other in _STATIC.findall(text)]
    return list(found)


def _preload(kind: str, name: str, attributes: str = "") -> str:
    return f'<link rel="preload" as="{kind}"{attributes} href="{escape(name)}">'


def _module(name: str) -> str:
    return f'<link rel="modulepreload" href="{escape(name)}">'
