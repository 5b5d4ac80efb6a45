"""`kerben web`: the pages of the market."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from kerben.entrypoints.cli.common import fail
from kerben.entrypoints.http.web.build import WebBuilder, WebBuildError
from kerben.entrypoints.http.web.dist import APPS, packaged, workspace


@click.group()
def web() -> None:
    """The web client."""


@web.command("build")
@click.option("--force", is_flag=True, help="Build even what has not changed.")
@click.option("--app", "apps", type=click.Choice(APPS), multiple=True, help="Only this application; may be repeated.")
def build_command(force: bool, apps: tuple[str, ...]) -> None:
    """Build the web client of this checkout, unless it is built already."""
    source = workspace()
    if source is None:
        if packaged().is_dir():
            click.echo("Веб-клиент уже есть в установленном пакете, собирать его не нужно.")
            return
        fail("Здесь нет исходников веб-клиента: собирать его можно в папке, полученной из репозитория.")
    # A build has processes of its own, which must end with this one.
    signal.signal(signal.SIGTERM, _end)
    builder = WebBuilder(source, lambda text: click.echo(f"… {text}", err=True))
    try:
        built = builder.build(apps or APPS, force=force)
    except WebBuildError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("Сборка прервана. Прежняя осталась.", 130)
    if not built:
        click.echo("Веб-клиент уже собран, с тех пор ничего не изменилось.")


@web.command("check")
def check_command() -> None:
    """Check layout, types and unit tests of the web client's sources."""
    source = workspace()
    if source is None:
        fail("Здесь нет исходников веб-клиента.")
    signal.signal(signal.SIGTERM, _end)
    try:
        WebBuilder(source, lambda text: click.echo(f"… {text}", err=True)).check()
    except WebBuildError as error:
        fail(str(error))


def _end(_: int, __: FrameType | None) -> NoReturn:
    sys.exit(143)
