"""What a process of Kerben has in hand: settings, database, keys, and the parts that modules build once.

Outside systems are bound to their ports here by the entry points; modules ask for the port, never for the adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from kerben.platform.clock import Clock, SystemClock
from kerben.platform.db import Database
from kerben.platform.secrets import Keyring
from kerben.platform.settings import Settings

T = TypeVar("T")


class UnboundPortError(LookupError):
    """No adapter is bound to a port in this process."""


class Runtime:
    """One per process."""

    def __init__(self, settings: Settings, db: Database, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.db = db
        self.clock: Clock = clock or db.clock or SystemClock()
        self.keys = Keyring(settings.secret_key)
        self._ports: dict[Any, object] = {}
        self._parts: dict[Any, object] = {}

    def bind(self, port: type[T], adapter: T) -> None:
        """Bind an adapter to a port (a Protocol)."""
        self._ports[port] = adapter

    def port(self, port: type[T]) -> T:
        """The adapter of a port; UnboundPortError when this process has none."""
        try:
            return cast("T", self._ports[port])
        except KeyError as error:
            raise UnboundPortError(port.__name__) from error

    def has_port(self, port: type[Any]) -> bool:
        """Whether an adapter is bound."""
        return port in self._ports

    def part(self, kind: Callable[[Runtime], T]) -> T:
        """The process-wide instance of a part (a batcher, a cache), made by `kind(runtime)` on first use."""
        made = self._parts.get(kind)
        if made is None:
            made = self._parts[kind] = kind(self)
        return cast("T", made)

    def adapters(self) -> list[object]:
        """All bound adapters, to close them at the end."""
        return list(self._ports.values())
