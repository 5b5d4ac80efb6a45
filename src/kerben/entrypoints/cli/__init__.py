"""The command line: `kerben`."""

from __future__ import annotations

import click

from kerben import __version__
from kerben.entrypoints.cli.admin import admin
from kerben.entrypoints.cli.check import check
from kerben.entrypoints.cli.demo import demo
from kerben.entrypoints.cli.ops import (
    doctor,
    events,
    migrate_command,
    openapi,
    schema,
    serve_command,
    settings_command,
    worker_command,
)
from kerben.entrypoints.cli.pos import pos
from kerben.entrypoints.cli.up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kerben")
def main() -> None:
    """Kerben: a marketplace for local markets. Start with `kerben up`."""


for command in (
    up,
    check,
    serve_command,
    worker_command,
    migrate_command,
    doctor,
    settings_command,
    schema,
    openapi,
    demo,
    pos,
    admin,
    events,
):
    main.add_command(command)

__all__ = ["main"]
