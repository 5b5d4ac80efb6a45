"""The catalogue of events as text: what each module publishes, who hears it. A golden file in docs/events.md."""

from __future__ import annotations

from typing import Any, get_type_hints

from kerben.entrypoints import wiring
from kerben.platform.events import Event, catalogue

_HEAD = """# Events

Written by `kerben events`; a test compares it with the code. An event is a fact with ids and values, stored in the
outbox by the transaction that causes it, ordered by its key.
"""


def catalogue_text() -> str:
    """Every event with its key, fields and consumers."""
    modules = wiring.load_modules()
    heard: dict[type[Event], list[str]] = {}
    for module in modules:
        for reaction in module.reactions:
            for event in reaction.events:
                heard.setdefault(event, []).append(f"reaction `{reaction.name}`")
        for watch in module.watches:
            for event in watch.events:
                heard.setdefault(event, []).append(f"watch `{watch.name}`")
        for live in module.live:
            for event in live.events:
                heard.setdefault(event, []).append("open pages")
    parts = [_HEAD]
    for name, cls in catalogue().items():
        # Events of tests, which a test run has loaded as well, are left out.
        if cls.__module__.startswith("kerben.") and ".tests." not in cls.__module__:
            parts.append(_entry(name, cls, heard.get(cls, [])))
    return "\n".join(parts)


def _entry(name: str, cls: type[Event], heard: list[str]) -> str:
    fields = ", ".join(
        f"`{field}` {_type(hint)}" for field, hint in get_type_hints(cls).items() if field in cls.__struct_fields__
    )
    about = (cls.__doc__ or "").strip().splitlines()[0]
    listeners = ", ".join(dict.fromkeys(heard)) or "nobody yet"
    return f"## {name}\n\n{about}\n\n- key: `{cls.key_field}`\n- fields: {fields}\n- heard by: {listeners}\n"


def _type(hint: Any) -> str:
    return getattr(hint, "__name__", None) or str(hint).replace("typing.", "")
