"""The limit: pgbench runs the equivalent SQL, one transaction after the other, on a copy of the same database.

pgbench is written in C, has no HTTP, no tokens, no rules and no JSON. It shows what this PostgreSQL does on this
machine when every request is a transaction of its own; gathering may go beyond it.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from bench import names
from bench.world import World
from kerben.platform.embedded_postgres import binary

DATABASE: Final = "bench_limit"
SCRIPTS: Final = Path(__file__).parent / "sql"
CLIENTS_MAX: Final = 64
"""pgbench needs a database connection for each; the server leaves it so many."""

_TABLES: Final = """
CREATE SCHEMA bench;
CREATE TABLE bench.goods (
    n int PRIMARY KEY, product_id uuid NOT NULL, variant_id uuid NOT NULL, shop_id uuid NOT NULL,
    merchant_id uuid NOT NULL, device_id uuid NOT NULL, barcode text NOT NULL, user_id uuid NOT NULL,
    category_id uuid NOT NULL, words text NOT NULL
);
"""


def _dsn_of(dsn: str, database: str) -> str:
    """Another database of the same server."""
    return re.sub(r"(://[^/]*)/[^?]*", rf"\1/{database}", dsn, count=1)


async def prepare(dsn: str, world: World) -> None:
    """Copy the loaded database; nobody may be connected to it. pgbench draws numbers, so there they stand for ids."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(_dsn_of(dsn, "postgres"))
    await connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE kerben STRATEGY FILE_COPY")
    await connection.close()
    connection = await asyncpg.connect(_dsn_of(dsn, DATABASE))
    try:
        users = [r["id"] for r in await connection.fetch("SELECT id FROM identity.users ORDER BY id")]
        await connection.execute(_TABLES)
        everything = [(shop, goods) for shop in world.shops for goods in shop.goods]
        rows = [
            (
                *(n, goods.product_id, goods.variant_id, shop.id, shop.merchant_id, shop.device_id, goods.barcode),
                *(users[n % len(users)], goods.category_id, names.query(goods.name, n)),
            )
            for n, (shop, goods) in enumerate(everything)
        ]
        await connection.copy_records_to_table(
            "goods",
            schema_name="bench",
            records=rows,
        )
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def measure(dsn: str, script: str, world: World, *, clients: int, seconds: float) -> float:
    """Transactions per second of one script, CLIENTS_MAX clients at most. RuntimeError when pgbench fails."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    environment = {
        **os.environ,
        "PGHOST": query["host"][0] if "host" in query else parts.hostname or "127.0.0.1",
        "PGPORT": query["port"][0] if "port" in query else str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    clients = min(clients, CLIENTS_MAX)
    per_shop = len(world.shops[0].goods)
    arguments = [
        *("-n", "-M", "prepared", "-f", str(SCRIPTS / f"{script}.sql")),
        *("-c", str(clients), "-j", str(min(2, clients))),
        # Whole seconds only; in less it is a number of transactions.
        *(("-T", str(round(seconds))) if seconds >= 1 else ("-t", "50")),
        *("-D", f"shops={len(world.shops)}", "-D", f"per_shop={per_shop}"),
    ]
    process = await asyncio.create_subprocess_exec(
        str(binary("pgbench")),
        *arguments,
        DATABASE,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    text = out.decode()
    found = re.search(r"tps = ([\d.]+)", text)
    failed = re.search(r"number of failed transactions: (\d+)", text)
    if process.returncode or found is None or (failed is not None and int(failed[1])):
        raise RuntimeError(f"pgbench {script}: {text}{err.decode()}"[-3000:])
    return float(found[1])
