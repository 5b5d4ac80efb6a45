"""The market's built page and what is put into it: head, first look, answers of the API.

Everything that comes from people is escaped here and nowhere else: texts as HTML, data as JSON that cannot end its
script element (HTML Living Standard, section 4.12.1.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import msgspec

TITLE: Final = re.compile(r"<!--kerben:title-->.*?<!--/kerben:title-->", re.DOTALL)
HEAD: Final = "<!--kerben:head-->"
BODY: Final = "<!--kerben:body-->"

_FIRST_RULE: Final = re.compile(r"\.k-first\b[^{}]*\{[^{}]*\}")

_encode: Final = msgspec.json.Encoder().encode


class Picture(msgspec.Struct, frozen=True):
    """A picture as a page shows it. `srcset` and `sizes` are empty where there is one size only; edges in pixels."""

    url: str
    width: int
    height: int
    srcset: str = ""
    sizes: str = ""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What search engines and messengers are told of a page. Addresses are absolute; `data` is JSON-LD."""

    title: str
    description: str = ""
    canonical: str = ""
    kind: str = "website"
    image: str = ""
    properties: Sequence[tuple[str, str]] = ()
    data: Sequence[object] = ()
    preload: Sequence[Picture] = ()
    """Pictures that are seen first, the largest first."""
    hidden: bool = False
    """Not to be listed by search engines."""


class Inserted(msgspec.Struct, frozen=True):
    """All that is put into a page: `body` is ready HTML, `state` has answers of the API (JSON) by path."""

    head: Head
    body: str = ""
    state: Mapping[str, bytes] = msgspec.field(default_factory=dict[str, bytes])
    found: bool = True
    asks: Sequence[str] = ()
    """Addresses of the API whose answers are still to be put into `state`."""


class Shell:
    """The built page, ready to be filled."""

    def __init__(self, page: str, first_styles: str = "") -> None:
        """`first_styles` are rules that the first look needs before the style sheet has come."""
        self._page = page
        self._first_styles = f"<style>{first_styles}</style>" if first_styles and "</" not in first_styles else ""

    def fill(self, inserted: Inserted, program: str = "") -> bytes:
        """The page with what belongs into it; `program` are elements that fetch the page's files.

        A page with a first look gets its picture first, the program may follow. Any other shows nothing before the
        program has come.
        """
        head = head_html(inserted.head)
        head += self._first_styles if inserted.body else program
        title = f"<title>{escape(inserted.head.title)}</title>"
        # The first occurrence only, and by functions or plain text: what is inserted is never read as a pattern.
        page = TITLE.sub(lambda _: title, self._page, count=1)
        before, found, after = page.partition(HEAD)
        if found:
            page = before + head + after
        before, found, after = page.rpartition(BODY)
        if found:
            page = before + inserted.body + after
        if inserted.state:
            # Behind all that is seen: the program, which reads it, runs when the page is whole.
            state = _block("application/json", _state(inserted.state), ' id="kerben-state"')
            before, found, after = page.rpartition("</body>")
            page = before + state + found + after if found else page + state
        return page.encode()


def first_rules(styles: str) -> str:
    """The rules of a style sheet for what the server draws (`.k-first…`).

    The build puts rules into the page only for what its own HTML holds, and loads the rest behind the first paint.
    """
    return "".join(_FIRST_RULE.findall(styles))


def head_html(head: Head) -> str:
    """The elements of a head, but for its title."""
    parts = [_preload(picture) for picture in head.preload]
    if head.description:
        parts.append(f'<meta name="description" content="{escape(head.description)}">')
    if head.hidden:
        parts.append('<meta name="robots" content="noindex">')
    if head.canonical:
        parts.append(f'<link rel="canonical" href="{escape(head.canonical)}">')
    graph = [
        ("og:site_name", "Kerben"),
        ("og:locale", "ru_RU"),
        ("og:type", head.kind),
        ("og:title", head.title),
        ("og:description", head.description),
        ("og:url", head.canonical),
        ("og:image", head.image),
        *head.properties,
    ]
    if not head.hidden:
        parts += [f'<meta property="{escape(n)}" content="{escape(value)}">' for n, value in graph if value]
    parts += [_block("application/ld+json", _encode(item)) for item in head.data]
    return "".join(parts)


def image_html(picture: Picture, alt: str, css_class: str) -> str:
    """A picture that is loaded before all others."""
    return (
        f'<img class="{css_class}" src="{escape(picture.url)}"{_sizes(picture)} width="{picture.width}"'
        f' height="{picture.height}" alt="{escape(alt)}" fetchpriority="high" decoding="sync">'
    )


def _sizes(picture: Picture, prefix: str = "") -> str:
    if not picture.srcset:
        return ""
    return f' {prefix}srcset="{escape(picture.srcset)}" {prefix}sizes="{escape(picture.sizes)}"'


def _preload(picture: Picture) -> str:
    sizes = _sizes(picture, "image")
    return f'<link rel="preload" as="image" href="{escape(picture.url)}"{sizes} fetchpriority="high">'


def _state(answers: Mapping[str, bytes]) -> bytes:
    return b"{" + b",".join(_encode(path) + b":" + body for path, body in answers.items()) + b"}"


def _block(media_type: str, data: bytes, attributes: str = "") -> str:
    """A script element of data. In JSON these characters stand in texts only, where they may be written so."""
    text = data.decode().replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="{media_type}"{attributes}>{text}</script>'
