"""The market client's own routes, as it lists them in `routes.json` beside its page."""

from __future__ import annotations

import re
from typing import Final

import msgspec

UUID_PATTERN: Final = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"

_PARAMETER: Final = re.compile(r":([A-Za-z]+)")


class ClientRoutes:
    """Which addresses the client has a page for."""

    def __init__(self, listed: bytes) -> None:
        """`listed` is JSON like `["/cart", "/orders/:id", "/m/:slug"]`; parameters are UUIDs, but for slugs.

        Raises msgspec.DecodeError when it is not a list of texts.
        """
        patterns = [route_pattern(route) for route in msgspec.json.decode(listed, type=list[str])]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def knows(self, path: str) -> bool:
        """Whether a path is one of the routes; where none are listed, all are."""
        return self._pattern is None or self._pattern.fullmatch(path) is not None


def route_pattern(route: str) -> str:
    """The pattern of a route's paths."""
    # Parts at odd places are the names of parameters.
    parts = _PARAMETER.split(route)
    return "".join(
        (r"[^/]{1,100}" if part == "slug" else UUID_PATTERN) if n % 2 else re.escape(part)
        for n, part in enumerate(parts)
    )
