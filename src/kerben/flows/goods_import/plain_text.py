"""HTML in descriptions of feeds as plain text.

Written by hand because the standard library's HTMLParser takes time by the square of a text's length on unclosed
tags and comments, while it holds the interpreter's lock: one description of 200 KB stopped a worker for minutes.
Here every search for an end begins where the last one stopped, so the time is in proportion to the length.
"""

from __future__ import annotations

import html
import re
from typing import Final

_BREAKS: Final = frozenset({"p", "br", "li", "div", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN: Final = frozenset({"script", "style"})
_NAME: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,20})")
_TAG_PART: Final = re.compile(r"[>\"']")


def plain_text(text: str) -> str:
    """A text with HTML in it as plain text: one line per block, no tags, no doubled spaces."""
    # Line breaks of the source mean nothing in HTML.
    text = "".join(_visible(" ".join(text.split()))) if "<" in text else html.unescape(text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _visible(text: str) -> list[str]:
    parts: list[str] = []
    shown = here = 0
    while (start := text.find("<", here)) >= 0:
        following = text[start + 1 : start + 2]
        if text.startswith("<!--", start):
            end = _behind(text, "-->", start + 4)
        elif following in {"!", "?"}:
            end = _behind(text, ">", start + 2)
        elif (name := _NAME.match(text, start)) is not None:
            end = _tag_end(text, name.end())
        else:
            here = start + 1
            continue
        if end is None:
            # Nothing closes it any more. A comment hides the rest; what only looks like a tag ("<3 кг") is text.
            hidden = text.startswith("<!--", start)
            parts.append(html.unescape(text[shown : start if hidden else len(text)]))
            return parts
        parts.append(html.unescape(text[shown:start]))
        tag = _NAME.match(text, start)
        word = tag.group(1).lower() if tag is not None else ""
        if word in _BREAKS:
            parts.append("\n")
        if word in _HIDDEN and following != "/":
            end = _behind_hidden(text, word, end)
            if end is None:
                return parts
        shown = here = end
    parts.append(html.unescape(text[shown:]))
    return parts


def _behind(text: str, mark: str, start: int) -> int | None:
    found = text.find(mark, start)
    return found + len(mark) if found >= 0 else None


def _tag_end(text: str, start: int) -> int | None:
    """Behind the ">" that closes a tag; one within quotes does not."""
    here = start
    while (part := _TAG_PART.search(text, here)) is not None:
        if part.group() == ">":
            return part.end()
        close = text.find(part.group(), part.end())
        here = close + 1 if close >= 0 else part.end()
    return None


def _behind_hidden(text: str, word: str, start: int) -> int | None:
    """Behind the end tag of a script or style sheet."""
    end = re.compile(rf"</{word}", re.IGNORECASE).search(text, start)
    return _behind(text, ">", end.end()) if end is not None else None
