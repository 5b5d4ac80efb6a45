"""Signatures of the FreedomPay/PayBox format.

Source: the FreedomPay/PayBox public API description: `pg_sig` is the MD5 of the script name, the values in the order
of their keys, and the secret, joined by semicolons. Nested values are flattened in place, each level in key order.
The script name is the last part of the called address's path, in both directions.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | Sequence[Value] | Mapping[str, Value]"


def _flat(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = [value[key] for key in sorted(value)] if isinstance(value, Mapping) else value
    return [text for child in inner for text in _flat(child)]


def sign(script: str, params: Mapping[str, Value], secret: str) -> str:
    """The `pg_sig` of `params` in lower-case hex; a `pg_sig` among them is left out."""
    values = _flat({key: value for key, value in params.items() if key != "pg_sig"})
    # MD5 is what the format prescribes; it is keyed by the secret and compared in constant time.
    return hashlib.md5(";".join([script, *values, secret]).encode(), usedforsecurity=False).hexdigest()


def is_signed(script: str, params: Mapping[str, Value], secret: str) -> bool:
    """Whether `params` carry the right `pg_sig`; a missing one is wrong."""
    given = params.get("pg_sig")
    if not isinstance(given, str):
        return False
    return hmac.compare_digest(given.encode(), sign(script, params, secret).encode())
