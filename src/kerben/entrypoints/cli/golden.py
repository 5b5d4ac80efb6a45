"""Copies of things made from the code that are committed, so that a change to them shows in the diff."""

from __future__ import annotations

import click

from kerben.entrypoints.cli.common import checkout, fail


def _golden(name: str, text: str, *, only_check: bool, command: str) -> None:
    """Write a committed copy of something made from the code, or compare it."""
    file = checkout() / name
    if not only_check:
        file.write_text(text, encoding="utf-8")
        click.echo(f"{file}: {len(text.splitlines())} строк")
    elif not file.is_file() or file.read_text(encoding="utf-8") != text:
        fail(f"{name} не соответствует коду: запустите `kerben {command}`.")


CHECK = click.option(
    "--check", "only_check", is_flag=True, help="Compare with the committed copy instead of writing it."
)


@click.command("schema")
@CHECK
def schema(only_check: bool) -> None:
    """Write the schema that all migrations add up to, to migrations/schema.sql."""
    from kerben.platform.schema_dump import dump_schema

    _golden("migrations/schema.sql", dump_schema(), only_check=only_check, command="schema")


@click.command("openapi")
@CHECK
def openapi(only_check: bool) -> None:
    """Write the HTTP contract to docs/openapi.json."""
    from kerben.entrypoints.http.contract import contract_text

    _golden("docs/openapi.json", contract_text(), only_check=only_check, command="openapi")


@click.command("events")
@CHECK
def events(only_check: bool) -> None:
    """Write the catalogue of events to docs/events.md."""
    from kerben.entrypoints.event_catalogue import catalogue_text

    _golden("docs/events.md", catalogue_text(), only_check=only_check, command="events")
