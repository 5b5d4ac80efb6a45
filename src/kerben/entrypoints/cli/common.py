"""What commands share: settings with clear errors, a short-lived runtime, plain words on the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import asyncpg
import click

from kerben.platform import logs, settings
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime
from kerben.platform.settings import InvalidSettingsError, Settings

T = TypeVar("T")


def fail(text: str, code: int = 1) -> NoReturn:
    """Say in a sentence what is wrong and end with an exit code."""
    click.secho(text, fg="red", err=True)
    sys.exit(code)


def load_settings() -> Settings:
    """Settings of the environment; ends the program with a sentence when one cannot be read."""
    try:
        current = settings.load()
    except InvalidSettingsError as error:
        fail(str(error), 2)
    logs.configure(current.log_level, current.log_format)
    return current


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine of a command, on uvloop where it is installed (not on Windows)."""
    try:
        import uvloop

        runner: Callable[[Coroutine[Any, Any, T]], T] = uvloop.run
    except ImportError:
        runner = asyncio.run
    try:
        return runner(work)
    except KeyboardInterrupt:
        sys.exit(130)


def _is_checkout() -> bool:
    return (checkout() / "kerben").is_file()


def program() -> str:
    """How the command is called here: a checkout has its own launcher, an installed Kerben is on the PATH."""
    return "./kerben" if _is_checkout() else "kerben"


def home() -> Path:
    """The folder that keeps a market's data unless another is named: the checkout, or the user's own folder when
    Kerben is installed, whose packages are thrown away with the next version."""
    return checkout() if _is_checkout() else Path.home()


def checkout() -> Path:
    """The folder of the source checkout."""
    return Path(__file__).resolve().parents[4]


@asynccontextmanager
async def open_runtime(current: Settings) -> AsyncGenerator[Runtime]:
    """A runtime for one command; ends the program with a sentence when the database cannot be reached."""
    if not current.database_url:
        fail("KERBEN_DATABASE_URL не задан. Для пробы на одной машине запустите `kerben up`.", 2)
    db = Database(current.database_url, size=2, name="kerben-cli")
    try:
        await db.open()
    except (OSError, asyncpg.PostgresError) as error:
        fail(f"База данных не отвечает: {logs.scrub(str(error))}")
    try:
        yield Runtime(current, db)
    finally:
        await db.close()
