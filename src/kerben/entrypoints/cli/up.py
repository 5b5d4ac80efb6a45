"""`kerben up`: the whole market on one machine with one command."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Final

import click
import httpx
import msgspec
from msgspec.structs import replace

from kerben.entrypoints.cli import installation
from kerben.entrypoints.cli.common import fail, home, load_settings, program
from kerben.entrypoints.cli.ops import has_demo
from kerben.entrypoints.cli.supervisor import Child, Supervisor
from kerben.entrypoints.http.web.build import WebBuilder
from kerben.entrypoints.http.web.dist import workspace
from kerben.platform import migrations
from kerben.platform.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from kerben.platform.logs import scrub
from kerben.platform.settings import Settings

READY_TIMEOUT_S: Final = 60.0
DATABASE_LOOK_S: Final = 0.5
"""How often the database is looked after."""


@click.command()
@click.option("--port", type=int, default=None, help="Port of the market (default 8000).")
@click.option(
    "--data-dir", type=click.Path(file_okay=False), default=None, help="Folder of database, files and secrets."
)
@click.option("--no-demo", is_flag=True, help="Start empty, without the demo market.")
@click.option("--workers", type=int, default=None, help="Server processes (default 2).")
def up(port: int | None, data_dir: str | None, no_demo: bool, workers: int | None) -> None:
    """Start everything on this machine and say what to open. Ctrl-C stops it cleanly."""
    base = load_settings()
    port = port or base.port
    folder = installation.data_dir(data_dir, home())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"Папку {folder} не удалось создать: {error.strerror}.")
    if not _port_is_free(base.host, port):
        fail(f"Порт {port} занят другой программой. Выберите другой: {program()} up --port {port + 1}")
    postgres = None
    database_url = base.database_url
    if not database_url:
        _say("База данных")
        postgres = EmbeddedPostgres(folder / "postgres")
        try:
            database_url = postgres.start()
        except EmbeddedPostgresError as error:
            fail(str(error))
    try:
        code = asyncio.run(_run(base, folder, database_url, port, postgres, demo=not no_demo, workers=workers))
    except KeyboardInterrupt:
        code = 130
    finally:
        if postgres is not None:
            postgres.stop()
        with contextlib.suppress(FileNotFoundError):
            (folder / "running.json").unlink()
    sys.exit(code)


async def _run(
    base: Settings,
    folder: Path,
    database_url: str,
    port: int,
    postgres: EmbeddedPostgres | None,
    *,
    demo: bool,
    workers: int | None,
) -> int:
    started = time.monotonic()
    secrets = installation.load_secrets(folder)
    sandbox_port = _free_port()
    settings = replace(
        base,
        database_url=database_url,
        data_dir=str(folder),
        secret_key=base.secret_key or secrets.secret_key,
        psp_secret=base.psp_secret or secrets.psp_secret,
        sandbox_secret=base.sandbox_secret or secrets.sandbox_secret,
        sandbox_url=f"http://127.0.0.1:{sandbox_port}",
        base_url=base.base_url if "KERBEN_BASE_URL" in os.environ else f"http://localhost:{port}",
        port=port,
        workers=workers or base.workers,
        demo=demo,
        log_level=base.log_level if "KERBEN_LOG_LEVEL" in os.environ else "warning",
    )
    applied = await migrations.migrate(database_url, progress=lambda name: _say(f"Миграция {name}"))
    if applied:
        _say(f"Схема базы обновлена: {len(applied)}")
    await _refuse_foreign_demo(settings)
    environment = installation.environment(settings) | installation.sandbox_environment(settings)
    supervisor = Supervisor(folder / "logs", environment)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    running = installation.Running(os.getpid(), settings.base_url, database_url, settings.sandbox_url)
    installation.write_private(folder / "running.json", msgspec.json.encode(running))
    python = sys.executable
    kerben = [python, "-m", "kerben"]
    sandbox_args = ["--port", str(sandbox_port), "--data-dir", str(folder / "sandbox")]
    sandbox_args += ["--public-url", f"{settings.base_url}/sandbox"]
    # The server takes longest to import, so it starts first.
    children = [
        Child("server", [*kerben, "serve", "--demo-ok"]),
        Child("worker", [*kerben, "worker"]),
        Child("sandbox", [python, "-m", "kerben_sandbox", *sandbox_args]),
    ]
    keeper = asyncio.create_task(_keep_database(postgres)) if postgres is not None else None
    # Beside everything else: the market answers while its pages are being built, and finds them when they are there.
    builder = asyncio.create_task(_build_web(settings))
    try:
        await supervisor.start(children)
        if demo and not await has_demo(database_url):
            from kerben.entrypoints.cli.demo import load_demo

            await load_demo(settings, folder, say=_say)
        if not await _until_ready(f"http://127.0.0.1:{port}/readyz", stop, supervisor):
            return 1
        if demo:
            await supervisor.start([Child("tills", [*kerben, "demo", "tills", "--data-dir", str(folder)])])
        _welcome(settings, folder, time.monotonic() - started, demo=demo, built=builder.done())
        return await supervisor.watch(stop)
    finally:
        builder.cancel()
        await asyncio.gather(builder, return_exceptions=True)
        if keeper is not None:
            keeper.cancel()
        await supervisor.stop()


async def _keep_database(postgres: EmbeddedPostgres) -> None:
    """Start the database again whenever it has died; the other processes wait for it."""
    while True:
        if postgres.pid is None:
            _say("База данных упала и запускается снова")
            try:
                await asyncio.to_thread(postgres.start)
            except EmbeddedPostgresError as error:
                click.secho(str(error), fg="red", err=True)
        await asyncio.sleep(DATABASE_LOOK_S)


async def _build_web(settings: Settings) -> None:
    """Build the web client of a checkout when it has changed; a market without its pages still works."""
    source = workspace()
    if settings.web_dir or source is None or not await asyncio.to_thread(WebBuilder(source, _say).stale):
        return
    # A process of its own, so that it can be ended with everything it starts.
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "kerben", "web", "build")
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _refuse_foreign_demo(settings: Settings) -> None:
    """`--no-demo` on a folder that already holds the demo market would leave demo accounts in a real one."""
    if settings.demo:
        return
    if await has_demo(settings.database_url):
        fail("В этой папке уже есть демо-рынок. Для пустого рынка укажите другую: kerben up --no-demo --data-dir …")


async def _until_ready(url: str, stop: asyncio.Event, supervisor: Supervisor) -> bool:
    deadline = time.monotonic() + READY_TIMEOUT_S
    async with httpx.AsyncClient(timeout=2) as client:
        while time.monotonic() < deadline and not stop.is_set():
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(url)).is_success:
                    return True
            if supervisor.given_up:
                break
            await asyncio.sleep(0.1)
    if not stop.is_set():
        click.secho("Рынок не поднялся. Последние строки журналов:", fg="red", err=True)
        click.echo(scrub(supervisor.tails()), err=True)
    return False


def _welcome(settings: Settings, folder: Path, seconds: float, *, demo: bool, built: bool) -> None:
    click.echo()
    click.secho(f"Рынок открыт за {seconds:.1f} с", fg="green", bold=True)
    later = "" if built else ", страницы ещё собираются"
    click.echo(f"  {settings.base_url}/                 рынок{later}")
    click.echo(f"  {settings.base_url}/business/        кабинет продавца; рядом /pos/ и /console/")
    click.echo(f"  {settings.base_url}/api/docs         API")
    click.echo(f"  {settings.base_url}/sandbox/         песочница: банк, эквайер, сообщения")
    if demo:
        command = f"{program()} demo accounts{_data_dir_hint(folder)}"
        click.echo(f"  {command}       как войти: покупатель, продавец, администратор")
    click.echo(f"  Данные и журналы: {folder}")
    click.echo("Ctrl-C — остановить.")


def _data_dir_hint(folder: Path) -> str:
    return "" if folder == installation.data_dir(None, home()) else f" --data-dir {folder}"


def _say(text: str) -> None:
    click.echo(f"… {text}", err=True)


def _port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
