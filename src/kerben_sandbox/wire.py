"""Signatures and XML of the FreedomPay/PayBox format, as the acquirer's side sees them.

Source: the FreedomPay/PayBox public API description. Written apart from the adapter on purpose: the two
check each other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from binascii import unhexlify
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias, cast
from urllib.parse import quote_plus, urlsplit
from xml.sax.saxutils import escape

from defusedxml import ElementTree  # pyright: ignore[reportMissingTypeStubs]

Value: TypeAlias = "str | Mapping[str, Value]"


_FIELD: Final = re.compile(rb"<([A-Za-z_][A-Za-z0-9_]*)>([ -%'-;=?-~]*)</\1>")
_FLAT: Final = re.compile(
    rb"""(?:<\?xml version="1\.0" encoding="utf-8"\?>\n?)?"""
    rb"<response>((?:<([A-Za-z_][A-Za-z0-9_]*)>[ -%'-;=?-~]*</\2>)*)</response>\n?"
)
"""A `<response>` of plain fields in plain characters, without entities: what answers nearly always are."""
_ESCAPES: Final = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_QUOTED: Final = tuple(quote_plus(bytes([byte])) for byte in range(256))
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")


def _flat(params: Mapping[str, Value], leave_out: str = "") -> list[str]:
    values: list[str] = []
    for key in sorted(params):
        value = params[key]
        if isinstance(value, str):
            if key != leave_out:
                values.append(value)
        elif key != leave_out:
            values += _flat(value)
    return values


def signature(script: str, params: Mapping[str, Value], secret: str) -> str:
    """`md5(script;values in key order;secret)`, lower-case hex; `pg_sig` itself is left out."""
    values = _flat(params, "pg_sig")
    return hashlib.md5(";".join([script, *values, secret]).encode(), usedforsecurity=False).hexdigest()


def signed(script: str, params: Mapping[str, Value], secret: str, salt: str) -> dict[str, Value]:
    """The parameters with a fresh `pg_salt` and their `pg_sig`."""
    salted: dict[str, Value] = {**params, "pg_salt": salt}
    # Last, whatever was there before.
    salted.pop("pg_sig", None)
    salted["pg_sig"] = signature(script, salted, secret)
    return salted


def is_signed(script: str, params: Mapping[str, Value], secret: str) -> bool:
    """Whether `pg_sig` is there and right."""
    given = params.get("pg_sig")
    if not isinstance(given, str) or not params.get("pg_salt"):
        return False
    return hmac.compare_digest(given.encode(), signature(script, params, secret).encode())


@lru_cache(maxsize=1024)
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
    plain = _FLAT.fullmatch(document)
    if plain is not None:
        return {name.decode(): text.decode() for name, text in _FIELD.findall(plain[1])}
    try:
        root = ElementTree.fromstring(document)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # pyright: ignore[reportUnknownMemberType]
        raise ValueError("not XML") from error
    if root.tag != "response":  # pyright: ignore[reportUnknownMemberType]
        raise ValueError("no <response>")
    return {str(child.tag): str(child.text or "") for child in cast("list[object]", list(root))}  # pyright: ignore


def to_form(params: Mapping[str, Value]) -> str:
    """An URL-encoded form of flat fields, as `urllib.parse.urlencode` makes it."""
    return "&".join([f"{_quoted_name(key)}={_quoted(str(value))}" for key, value in params.items()])


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else "".join([_QUOTED[byte] for byte in text.encode()])


_quoted_name: Final = lru_cache(maxsize=256)(_quoted)


def from_form(body: bytes) -> dict[str, str] | None:
    """The fields of an URL-encoded form, of repeated ones the last; None when it is not written in plain ASCII.

    As `urllib.parse.parse_qsl` with blank values, which takes four times as long.
    """
    if not body.isascii():
        return None
    fields: dict[str, str] = {}
    for part in body.decode("ascii").replace("+", " ").split("&"):
        if part:
            name, _, value = part.partition("=")
            fields[_unquoted(name) if "%" in name else name] = _unquoted(value) if "%" in value else value
    return fields


def _unquoted(text: str) -> str:
    # What addresses are full of. None of the four can become part of another escape.
    text = text.replace("%3A", ":").replace("%2F", "/").replace("%3F", "?").replace("%3D", "=")
    return _ESCAPES.sub(_bytes_of, text.encode()).decode("utf-8", "replace") if "%" in text else text


def _bytes_of(escapes: re.Match[bytes]) -> bytes:
    return unhexlify(escapes[0].replace(b"%", b""))
