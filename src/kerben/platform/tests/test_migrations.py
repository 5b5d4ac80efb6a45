"""Migrations: one linear history, checksums, nothing half-done; the committed schema is what they add up to."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from kerben.platform import migrations
from kerben.platform.ids import new_id
from kerben.platform.schema_dump import dump
from tests.support import database_dsn

ROOT = Path(__file__).parents[4]


async def fresh(postgres: str) -> str:
    name = f"m{new_id().hex}"
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return database_dsn(postgres, name)


def write(folder: Path, name: str, sql: str) -> None:
    (folder / name).write_text(sql, encoding="utf-8")


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    await connection.close()
    return {row["relname"] for row in rows}


async def test_each_file_is_applied_once_and_a_failing_one_leaves_nothing(postgres: str, tmp_path: Path) -> None:
    dsn = await fresh(postgres)
    write(tmp_path, "0001_first.sql", "CREATE TABLE a (n int);")
    assert await migrations.migrate(dsn, tmp_path) == ["0001_first.sql"]
    assert await migrations.migrate(dsn, tmp_path) == []
    write(tmp_path, "0002_broken.sql", "CREATE TABLE b (n int); SELECT 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrations.migrate(dsn, tmp_path)
    assert await tables(dsn) == {"a", "kerben_migration"}
    write(tmp_path, "0002_broken.sql", "CREATE TABLE b (n int);")
    assert await migrations.migrate(dsn, tmp_path) == ["0002_broken.sql"]


async def test_a_changed_or_missing_file_is_refused(postgres: str, tmp_path: Path) -> None:
    dsn = await fresh(postgres)
    write(tmp_path, "0001_first.sql", "CREATE TABLE a (n int);")
    await migrations.migrate(dsn, tmp_path)
    write(tmp_path, "0001_first.sql", "CREATE TABLE a (n bigint);")
    with pytest.raises(migrations.MigrationError, match="changed"):
        await migrations.migrate(dsn, tmp_path)
    (tmp_path / "0001_first.sql").unlink()
    with pytest.raises(migrations.MigrationError, match="does not know"):
        await migrations.migrate(dsn, tmp_path)
    write(tmp_path, "0002_gap.sql", "SELECT 1;")
    with pytest.raises(migrations.MigrationError, match="0001"):
        migrations.history(tmp_path)
    write(tmp_path, "first.sql", "SELECT 1;")
    with pytest.raises(migrations.MigrationError, match="name"):
        migrations.history(tmp_path)


async def test_a_migration_does_not_wait_for_a_lock_for_ever(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = await fresh(postgres)
    write(tmp_path, "0001_first.sql", "CREATE TABLE a (n int);")
    await migrations.migrate(dsn, tmp_path)
    write(tmp_path, "0002_alter.sql", "ALTER TABLE a ADD COLUMN m int;")
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "100ms")
    holder = await asyncpg.connect(dsn)
    async with holder.transaction():
        await holder.execute("LOCK TABLE a IN ACCESS SHARE MODE")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await migrations.migrate(dsn, tmp_path)
    await holder.close()
    assert await migrations.migrate(dsn, tmp_path) == ["0002_alter.sql"]


def test_the_committed_schema_is_what_the_migrations_add_up_to(postgres: str) -> None:
    text = dump(database_dsn(postgres, "template_kerben"))
    committed = (ROOT / "migrations" / "schema.sql").read_text(encoding="utf-8")
    assert committed == text, "run `kerben schema` and commit migrations/schema.sql"
