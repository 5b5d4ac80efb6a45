"""A database that is away or just recovering is waited for, if one is asked to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from kerben.platform.db import Database

pytestmark = pytest.mark.slow

AWAY = "No such file|refused"


def away(directory: Path) -> Database:
    """A database whose server does not run."""
    return Database(f"postgresql://nobody@/none?host={directory}")


async def test_a_database_that_is_away_is_said_at_once(tmp_path: Path) -> None:
    async with asyncio.timeout(5):
        with pytest.raises(OSError, match=AWAY):
            await away(tmp_path).open()


async def test_waiting_ends(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(OSError, match=AWAY):
        await away(tmp_path).open(wait_s=0.3)
    assert 0.3 <= loop.time() - started < 5


async def test_a_database_that_recovers_is_waited_for(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    db = Database(database_url, size=1)
    connect: Any = asyncpg.create_pool  # pyright: ignore[reportUnknownMemberType]
    refusals = [asyncpg.CannotConnectNowError("starting up"), ConnectionRefusedError()]

    async def recovering(*args: Any, **kwargs: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return await connect(*args, **kwargs)

    monkeypatch.setattr(asyncpg, "create_pool", recovering)
    await db.open(wait_s=10)
    try:
        async with db.read() as tx:
            assert await tx.fetchval("SELECT 1") == 1
    finally:
        await db.close()
    assert refusals == []


async def test_another_error_is_not_waited_for(database_url: str) -> None:
    wrong = Database(database_url.split("?")[0].rsplit("/", 1)[0] + "/no_such?" + database_url.split("?")[1])
    async with asyncio.timeout(5):
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await wrong.open(wait_s=60)
