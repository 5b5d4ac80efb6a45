"""Domain events: frozen facts with ids and values, named `domain.what_happened.vN`.

A subclass registers itself by its name; the outbox stores the JSON, consumers get the Struct back.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, TypeVar
from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Base of all events. `key_field` names the field whose value orders events of one thing."""

    name: ClassVar[str]
    key_field: ClassVar[str]

    @property
    def key(self) -> str:
        """The thing this event is about; events of one key are handled in order."""
        return str(getattr(self, self.key_field))


E = TypeVar("E", bound=type[Event])

_registry: dict[str, type[Event]] = {}


def event(name: str, *, key: str):
    """Class decorator: give an event its name and the field that is its key, and register it."""

    def register(cls: E) -> E:
        if name in _registry:
            raise ValueError(f"event {name} is declared twice")
        if key not in cls.__struct_fields__:
            raise ValueError(f"event {name} has no field {key}")
        cls.name = name
        cls.key_field = key
        _registry[name] = cls
        return cls

    return register


def event_class(name: str) -> type[Event] | None:
    """The class registered for a name; None for an event this version does not know."""
    return _registry.get(name)


def catalogue() -> dict[str, type[Event]]:
    """All registered events by name."""
    return dict(sorted(_registry.items()))


class Envelope(msgspec.Struct, frozen=True):
    """An event as a consumer gets it. `position` is its place in the outbox, not a gapless number."""

    position: int
    event_id: UUID
    event: Event
    occurred_at: datetime
    request_id: str | None
