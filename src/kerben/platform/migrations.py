"""Plain-SQL migrations, one linear numbered history.

Each file runs in one transaction with a lock time-out and a statement time-out; its checksum is kept, so that a
changed old file is an error. A session lock keeps two migrating processes apart.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

_NAME: Final = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_LOCK: Final = 0x6B65_7262  # "kerb"
LOCK_TIMEOUT: Final = "5s"
STATEMENT_TIMEOUT: Final = "10min"

_HISTORY: Final = """
CREATE TABLE IF NOT EXISTS public.kerben_migration (
    number int PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """The history on disk and in the database do not fit, or a file is misnamed."""


class Migration(msgspec.Struct, frozen=True):
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def folder() -> Path:
    """Where the migrations are: in the checkout, or beside the installed package."""
    packaged = Path(__file__).parent.parent / "_migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "migrations"


def history(path: Path | None = None) -> list[Migration]:
    """All migrations in order. Raises MigrationError for a misnamed file or a gap in the numbers."""
    found: list[Migration] = []
    for file in sorted((path or folder()).glob("*.sql")):
        if file.name == "schema.sql":
            continue
        match = _NAME.match(file.name)
        if match is None:
            raise MigrationError(f"{file.name}: the name must be NNNN_words.sql")
        found.append(Migration(int(match.group(1)), file.name, file.read_text(encoding="utf-8")))
    for expected, migration in enumerate(found, 1):
        if migration.number != expected:
            raise MigrationError(f"{migration.name}: number {expected:04} is missing or stands twice")
    return found


async def pending(connection: asyncpg.Connection[asyncpg.Record], path: Path | None = None) -> list[Migration]:
    """Migrations that the database lacks. Raises MigrationError when its history differs from the files."""
    exists = await connection.fetchval("SELECT to_regclass('public.kerben_migration')")
    rows = await connection.fetch("SELECT number, checksum FROM public.kerben_migration") if exists else []
    applied = {int(row["number"]): str(row["checksum"]) for row in rows}
    files = history(path)
    for migration in files:
        if migration.number in applied and applied[migration.number] != migration.checksum:
            raise MigrationError(f"{migration.name} was changed after it had been applied")
    if unknown := set(applied) - {m.number for m in files}:
        raise MigrationError(f"the database has migrations {sorted(unknown)} that this version does not know")
    return [m for m in files if m.number not in applied]


async def migrate(dsn: str, path: Path | None = None, progress: Callable[[str], None] | None = None) -> list[str]:
    """Bring a database up to date; the names of what was applied.

    Raises MigrationError, or asyncpg's errors; a failing file leaves the database as it was before that file.
    """
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1::bigint)", _LOCK)
        await connection.execute(_HISTORY)
        applied: list[str] = []
        for migration in await pending(connection, path):
            if progress:
                progress(migration.name)
            async with connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                await connection.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO public.kerben_migration (number, name, checksum) VALUES ($1, $2, $3)",
                    migration.number,
                    migration.name,
                    migration.checksum,
                )
            applied.append(migration.name)
        return applied
    finally:
        await connection.close()
