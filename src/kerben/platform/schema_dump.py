"""The schema that all migrations add up to, as pg_dump prints it: a golden file that shows in every diff."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

from kerben.platform import migrations
from kerben.platform.embedded_postgres import EmbeddedPostgres, binary


def dump_schema() -> str:
    """Migrate an empty database of a throw-away server and dump its schema."""
    with tempfile.TemporaryDirectory(prefix="kerben-schema-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "pg", parameters={"fsync": "off"})
        dsn = server.start()
        try:
            asyncio.run(migrations.migrate(dsn))
            return dump(dsn)
        finally:
            server.stop()


def dump(dsn: str) -> str:
    """The schema of a database without what differs from run to run."""
    command = [str(binary("pg_dump")), "--schema-only", "--no-owner", "--no-privileges", dsn]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [
        line
        for line in text.splitlines()
        if not line.startswith(("--", "SET ", "SELECT pg_catalog.set_config", "\\restrict", "\\unrestrict"))
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
