"""The command line: `kerben`. A command's module is imported when it is called, so that each starts fast."""

from __future__ import annotations

import importlib
from typing import Final

import click

from kerben import __version__

COMMANDS: Final = {
    "up": "up:up",
    "check": "check:check",
    "serve": "ops:serve_command",
    "worker": "ops:worker_command",
    "migrate": "ops:migrate_command",
    "doctor": "ops:doctor",
    "settings": "ops:settings_command",
    "schema": "golden:schema",
    "openapi": "golden:openapi",
    "events": "golden:events",
    "web": "web:web",
    "demo": "demo:demo",
    "pos": "pos:pos",
    "admin": "admin:admin",
}
"""Command → module and name in this package, in the order that help shows them."""


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names; importing nothing."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now; None when there is none."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        return getattr(importlib.import_module(f"{__name__}.{module}"), name)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kerben")
def main() -> None:
    """Kerben: a marketplace for local markets. Start with `kerben up`."""


__all__ = ["main"]
