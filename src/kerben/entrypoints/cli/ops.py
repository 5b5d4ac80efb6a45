"""Running a market by hand or under a service manager: serve, worker, migrate, doctor, settings, schema."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import asyncpg
import click
import msgspec

from kerben.entrypoints import wiring
from kerben.entrypoints.cli.common import fail, load_settings, run
from kerben.platform import invariants, logs, migrations, settings
from kerben.platform.settings import InvalidSettingsError, Settings

RECOVERY_S: Final = 60.0
"""How long a recovering database is waited for, seconds; one that does not answer at all for STARTING_S."""
STARTING_S: Final = 3.0
POLL_S: Final = 0.2


async def has_demo(database_url: str) -> bool:
    """Whether the database holds the demo market."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(database_url)
    try:
        if not await connection.fetchval("SELECT to_regclass('platform.fact')"):
            return False
        return bool(await connection.fetchval("SELECT EXISTS (SELECT 1 FROM platform.fact WHERE name = 'demo')"))
    finally:
        await connection.close()


def _needed(current: Settings) -> str:
    if not current.database_url:
        fail("KERBEN_DATABASE_URL не задан. Для пробы на одной машине запустите `kerben up`.", 2)
    return current.database_url


def _connectable(current: Settings) -> bool:
    """Whether the database holds the demo; ends the program when it cannot be reached.

    A database that recovers from a crash is waited for, so that a supervisor that starts everything anew does not
    give up; one that is not there at all may be just starting, too.
    """
    deadline = time.monotonic() + STARTING_S
    while True:
        try:
            return run(has_demo(_needed(current)))
        except (OSError, asyncpg.PostgresError) as error:
            patience = RECOVERY_S - STARTING_S if isinstance(error, asyncpg.CannotConnectNowError) else 0.0
            if time.monotonic() >= deadline + patience:
                fail(f"База данных не отвечает: {logs.scrub(str(error))}")
            time.sleep(POLL_S)


@click.command("serve")
@click.option("--demo-ok", is_flag=True, help="Serve a database that holds demo accounts.")
@click.option("--port", type=int, default=None, help="Port (default KERBEN_PORT).")
@click.option("--workers", type=int, default=None, help="Server processes (default KERBEN_WORKERS).")
def serve_command(demo_ok: bool, port: int | None, workers: int | None) -> None:
    """Run the HTTP server. Refuses a database with demo accounts unless told."""
    current = load_settings()
    if _connectable(current) and not demo_ok:
        fail(
            "В этой базе есть демо-учётные записи с известными паролями. Для настоящего рынка нужна чистая база; "
            "если это и есть демо, добавьте --demo-ok.",
            3,
        )
    from kerben.entrypoints.http.serving import serve

    try:
        wiring.check_settings(current)
    except InvalidSettingsError as error:
        fail(str(error), 2)
    overrides = {k: v for k, v in (("port", port), ("workers", workers)) if v is not None}
    serve(msgspec.structs.replace(current, **overrides))


@click.command("worker")
def worker_command() -> None:
    """Run the worker: events, due work, background jobs."""
    current = load_settings()
    _needed(current)
    from kerben.entrypoints.worker import run_worker

    async def work() -> None:
        try:
            runtime = wiring.make_runtime(current, role="worker")
        except InvalidSettingsError as error:
            fail(str(error), 2)
        await run_worker(runtime, wiring.load_modules())

    run(work())


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database's schema up to date."""
    current = load_settings()
    try:
        applied = run(migrations.migrate(_needed(current), progress=lambda name: click.echo(f"… {name}", err=True)))
    except (migrations.MigrationError, OSError, asyncpg.PostgresError) as error:
        fail(f"Миграция не удалась, база осталась на прежнем шаге: {logs.scrub(str(error))}")
    click.echo(f"Применено: {len(applied)}" if applied else "Схема уже последняя.")


@click.command("settings")
def settings_command() -> None:
    """List every setting: what it is and what it is set to. Secrets are not shown."""
    current = load_settings()
    for name, (_, description) in settings.field_kinds().items():
        value = getattr(current, name)
        shown = ("задан" if value else "не задан") if name in settings.SECRET_FIELDS else value
        if isinstance(shown, bool):
            shown = "on" if shown else "off"
        click.echo(f"{settings.PREFIX}{name.upper()}={shown}")
        click.secho(f"    {description}", dim=True)


@click.command("doctor")
def doctor() -> None:
    """Say in a sentence each what is missing or broken."""
    current = load_settings()
    troubles: list[str] = []
    try:
        from kerben.platform.embedded_postgres import binary

        subprocess.run([str(binary("postgres")), "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError, ImportError):
        troubles.append("Встроенный PostgreSQL не запускается: переустановите зависимости (`uv sync`).")
    if not current.secret_key:
        troubles.append("KERBEN_SECRET_KEY не задан: для `kerben serve` нужны хотя бы 32 случайных знака.")
    if not current.database_url:
        troubles.append("KERBEN_DATABASE_URL не задан: работать будет только `kerben up` со своей базой.")
    else:
        troubles += run(_database_troubles(current))
    if not Path(current.sample_data).is_dir():
        troubles.append(f"Папки {current.sample_data} с образцами нет: часть проверок будет пропущена.")
    for trouble in troubles:
        click.secho(f"• {trouble}", fg="yellow")
    if not troubles:
        click.secho("Всё на месте.", fg="green")
    sys.exit(1 if troubles else 0)


async def _database_troubles(current: Settings) -> list[str]:
    try:
        async with asyncio.timeout(10):
            connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(current.database_url)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return [f"База данных не отвечает: {logs.scrub(str(error) or type(error).__name__)}"]
    troubles: list[str] = []
    try:
        try:
            if missing := await migrations.pending(connection):
                troubles.append(f"Не применено миграций: {len(missing)}. Запустите `kerben migrate`.")
                return troubles
        except migrations.MigrationError as error:
            return [f"История миграций не сходится: {error}"]
        parked = await connection.fetchval("SELECT count(*) FROM platform.dead_letter")
        if parked:
            troubles.append(f"Отложенных событий: {parked}. Смотрите `kerben admin dead-letters`.")
        broken = await invariants.broken(connection, wiring.load_modules())
        troubles += [f"Нарушен инвариант {name}: строк {count}." for name, count in broken.items()]
    finally:
        await connection.close()
    return troubles
