"""Litestar with one difference: two controllers may share a path.

Litestar makes a router of each controller, with an OPTIONS handler of its own for each path; merging two of them on
one path then fails. None of our controllers answers OPTIONS itself, so those handlers are left out when routes are
merged, and the merged route makes its own.
"""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Router
from litestar.types import RouteHandlerType
from litestar.types.internal_types import RouteHandlerMapItem

Routes = dict[str, RouteHandlerMapItem]


class Application(Litestar):
    """See the module's docstring."""

    @property
    def route_handler_method_map(self) -> Routes:
        """Handlers by path and method, without the automatic OPTIONS."""
        return _without_options(super().route_handler_method_map)

    @classmethod
    def get_route_handler_map(cls, value: RouteHandlerType | Router) -> Routes:
        """Handlers to be registered, without the automatic OPTIONS."""
        return _without_options(super().get_route_handler_map(value))


def _without_options(routes: Routes) -> Routes:
    kept: dict[str, Any] = {
        path: {method: handler for method, handler in handlers.items() if method != "OPTIONS"}
        for path, handlers in routes.items()
    }
    return kept
