"""Fixtures of every test: a real PostgreSQL, a migrated template, a clean database per test module."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest
from litestar import Litestar

from kerben.entrypoints.http.app import create_app
from kerben.platform import migrations
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.embedded_postgres import EmbeddedPostgres
from kerben.platform.ids import new_id
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings
from tests.support import MakeClient, database_dsn

TEST_PARAMETERS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


@pytest.fixture(scope="session")
def postgres() -> Generator[str]:
    """DSN of a PostgreSQL of this test process, with a migrated database `template_kerben`."""
    folder = Path(tempfile.mkdtemp(prefix="kerben-test-", dir="/tmp" if os.name == "posix" else None))  # noqa: S108
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "pg", parameters=TEST_PARAMETERS)
    dsn = server.start()
    try:
        asyncio.run(_make_template(dsn))
        yield dsn
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _make_template(dsn: str) -> None:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    await connection.execute("CREATE DATABASE template_kerben")
    await connection.close()
    await migrations.migrate(database_dsn(dsn, "template_kerben"))


async def _clone(dsn: str) -> str:
    name = f"t{new_id().hex}"
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    # Copying files is several times faster than the default, which writes the whole template to the log.
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_kerben STRATEGY file_copy")
    await connection.close()
    return name


async def _drop(dsn: str, name: str) -> None:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture(scope="module")
def database_url(postgres: str) -> Generator[str]:
    """DSN of a fresh database for this test module."""
    name = asyncio.run(_clone(postgres))
    yield database_dsn(postgres, name)
    asyncio.run(_drop(postgres, name))


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at 2026-11-20 06:00 UTC until it is moved."""
    return ManualClock()


@pytest.fixture(scope="module")
async def module_database(database_url: str) -> AsyncGenerator[Database]:
    """Pools on the module's database: opened once, since connecting costs more than most tests."""
    database = Database(database_url, size=4)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def db(module_database: Database, clock: ManualClock) -> Database:
    """The module's pools at this test's clock."""
    module_database.clock = clock
    return module_database


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a test process."""
    return Settings(
        database_url=database_url,
        secret_key="test-secret-key-test-secret-key-0123",
        data_dir=str(tmp_path),
        demo=True,
        rate_limits=False,
        psp_secret="test-psp-secret",
        sandbox_secret="test-sandbox-secret",
    )


@pytest.fixture
def runtime(settings: Settings, db: Database, clock: ManualClock) -> Runtime:
    """A runtime without adapters; a test binds what it needs."""
    return Runtime(settings, db, clock=clock)


class _CurrentRuntime(Runtime):
    """Stands for the runtime of the test that runs just now, so that an application can serve one after another."""

    def __init__(self, target: Runtime) -> None:
        self.__dict__["target"] = target

    def __getattribute__(self, name: str) -> Any:
        own = object.__getattribute__(self, "__dict__")
        return own if name == "__dict__" else getattr(own["target"], name)


class _Apps:
    """Applications by their modules: making one costs more than most tests, and most ask for the same."""

    def __init__(self) -> None:
        self._idle: dict[tuple[int, ...], list[tuple[Litestar, _CurrentRuntime]]] = {}

    @asynccontextmanager
    async def lend(self, runtime: Runtime, modules: tuple[Module, ...]) -> AsyncGenerator[Litestar]:
        """An application that nobody else uses meanwhile, serving with this runtime."""
        # By identity, which lasts: the application holds its modules.
        idle = self._idle.setdefault(tuple(id(module) for module in modules), [])
        if idle:
            app, current = idle.pop()
            current.__dict__["target"] = runtime
        else:
            current = _CurrentRuntime(runtime)
            app = create_app(current, modules)
        async with _living(app):
            yield app
        idle.append((app, current))


_apps = _Apps()


@pytest.fixture
async def http_client(runtime: Runtime) -> AsyncGenerator[MakeClient]:
    """A function that makes an HTTP client on an in-process application of the given modules."""
    stack = AsyncExitStack()

    async def make(*modules: Module) -> httpx.AsyncClient:
        app = await stack.enter_async_context(_apps.lend(runtime, modules))
        transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
        return await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://kerben.test"))

    async with stack:
        yield make


@asynccontextmanager
async def _living(app: Litestar) -> AsyncGenerator[None]:
    """Run a lifespan within one task: it must end in the task that began it, and fixtures do not promise that."""
    ready, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            ready.set()
            await stop.wait()

    task = asyncio.create_task(live())
    waiter = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiter.cancel()
        await task
    try:
        yield
    finally:
        stop.set()
        await task
