"""Requests whose JSON bodies are read strictly.

Litestar decodes a body into plain values and converts them leniently together with path and query parameters, where
`"2"` has to become a number. In a JSON body it must not: here the bytes are decoded straight into the type of the
handler's `data`, so that a text is no number and `"true"` no truth value, in one pass.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.types import Empty

_decoders: Final[dict[Any, msgspec.json.Decoder[Any]]] = {}


def _body_type(handler: object) -> Any:
    """What a handler takes as `data`; None when it takes none."""
    if not isinstance(handler, HTTPRouteHandler):
        return None
    field = handler.parsed_fn_signature.parameters.get("data")
    return field.raw if field is not None else None


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        # A wrong type may be met before the place where the text stops being JSON: then it is not JSON.
        msgspec.json.decode(body)
        raise


class StrictRequest(Request[Any, Any, Any]):
    """See the module's docstring."""

    async def json(self) -> Any:
        """The JSON body as the type of the handler's `data`, or as plain values where it has none.

        Raises msgspec.ValidationError (422) and msgspec.DecodeError (400).
        """
        if self._json is Empty:
            kind = _body_type(self.scope["route_handler"])
            if kind is None:
                return await super().json()
            decoder = _decoders.get(kind)
            if decoder is None:
                decoder = _decoders[kind] = msgspec.json.Decoder(kind)
            self._json = _decode(decoder, await self.body())
        return self._json
