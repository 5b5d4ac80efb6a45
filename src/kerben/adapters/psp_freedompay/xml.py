"""The acquirer's XML: `<response>` with flat and nested fields. Entities and external documents are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from defusedxml import ElementTree as Defused  # pyright: ignore[reportMissingTypeStubs]

from kerben.adapters.psp_freedompay.signature import Value

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

BYTES_MAX: Final = 256 * 1024


class MalformedAnswerError(Exception):
    """What came is no `<response>` document."""


def parse(document: bytes) -> dict[str, Value]:
    """The fields of a `<response>`; a field that occurs several times is a list. Raises MalformedAnswerError."""
    if len(document) > BYTES_MAX:
        raise MalformedAnswerError("too long")
    try:
        root = Defused.fromstring(document)  # pyright: ignore[reportUnknownMemberType]
    except (SyntaxError, ValueError, LookupError) as error:
        # ParseError is a SyntaxError, a forbidden entity a ValueError, an unknown encoding a LookupError.
        raise MalformedAnswerError("not XML") from error
    if root.tag != "response":
        raise MalformedAnswerError("no <response>")
    try:
        return _fields(root)
    except RecursionError as error:
        raise MalformedAnswerError("too deep") from error


def _fields(element: Element) -> dict[str, Value]:
    fields: dict[str, list[Value]] = {}
    for child in element:
        fields.setdefault(child.tag, []).append(_fields(child) if len(child) else (child.text or "").strip())
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def render(params: Mapping[str, str]) -> bytes:
    """A `<response>` of flat fields."""
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in params.items())
    return f'<?xml version="1.0" encoding="utf-8"?><response>{body}</response>'.encode()
