"""Signatures and XML of the FreedomPay/PayBox format, as the acquirer's side sees them.

Source: the FreedomPay/PayBox public API description. Written apart from the adapter on purpose: the two
check each other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import TypeAlias, cast
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from defusedxml import ElementTree  # pyright: ignore[reportMissingTypeStubs]

Value: TypeAlias = "str | Mapping[str, Value]"


def _flat(params: Mapping[str, Value]) -> list[str]:
    values: list[str] = []
    for key in sorted(params):
        value = params[key]
        values.extend([value] if isinstance(value, str) else _flat(value))
    return values


def signature(script: str, params: Mapping[str, Value], secret: str) -> str:
    """`md5(script;values in key order;secret)`, lower-case hex; `pg_sig` itself is left out."""
    values = _flat({key: value for key, value in params.items() if key != "pg_sig"})
    return hashlib.md5(";".join([script, *values, secret]).encode(), usedforsecurity=False).hexdigest()


def signed(script: str, params: Mapping[str, Value], secret: str, salt: str) -> dict[str, Value]:
    """The parameters with a fresh `pg_salt` and their `pg_sig`."""
    salted: dict[str, Value] = {**params, "pg_salt": salt}
    return {**salted, "pg_sig": signature(script, salted, secret)}


def is_signed(script: str, params: Mapping[str, Value], secret: str) -> bool:
    """Whether `pg_sig` is there and right."""
    given = params.get("pg_sig")
    if not isinstance(given, str) or not params.get("pg_salt"):
        return False
    return hmac.compare_digest(given.encode(), signature(script, params, secret).encode())


def script_of(url: str) -> str:
    """The script name a call to `url` is signed with: the last part of its path."""
    return urlsplit(url).path.rpartition("/")[2]


def to_xml(params: Mapping[str, Value]) -> bytes:
    """A `<response>` document."""

    def body(values: Mapping[str, Value]) -> str:
        return "".join(
            f"<{key}>{escape(value) if isinstance(value, str) else body(value)}</{key}>"
            for key, value in values.items()
        )

    return f'<?xml version="1.0" encoding="utf-8"?>\n<response>{body(params)}</response>'.encode()


def from_xml(document: bytes) -> dict[str, Value]:
    """The flat fields of a `<response>`; ValueError when it is not one."""
    try:
        root = ElementTree.fromstring(document)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # pyright: ignore[reportUnknownMemberType]
        raise ValueError("not XML") from error
    if root.tag != "response":  # pyright: ignore[reportUnknownMemberType]
        raise ValueError("no <response>")
    return {str(child.tag): str(child.text or "") for child in cast("list[object]", list(root))}  # pyright: ignore
