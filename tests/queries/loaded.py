"""A database with so many rows in every table that grows that the planner weighs as it does in production."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[asyncpg.Record]

ROWS: Final = 2_000

LARGE: Final = dict.fromkeys(
    (
        "catalog.product",
        "catalog.variant",
        "catalog.word",
        "inventory.stock",
        "inventory.reservation",
        "orders.order",
        "orders.order_line",
        "payments.payment",
        "platform.idempotency_key",
        "pos.receipt_key",
        "pos.sale",
    ),
    20_000,
)
"""Tables of hot statements."""

SMALL: Final[dict[str, int]] = {
    "catalog.category": 60,
    "geo.place": 60,
    "catalog.exchange_rate": 10,
    "orders.delivery_option": 2_000,
    "platform.consumer": 10,
    "platform.worker": 4,
    "platform.fact": 4,
    "platform.dead_letter": 4,
    "identity.attempt": 200,
    "identity.message": 50,
}
"""Tables that do not grow with the market, or are emptied as fast as they fill, and how many rows they get here."""

COLUMNS: Final[dict[str, str]] = {
    "orders.order.status": "(ARRAY['delivered','delivered','delivered','cancelled','awaiting_payment'])[1 + n % 5]",
    "payments.payment.status": "(ARRAY['captured','captured','captured','voided','pending'])[1 + n % 5]",
    "payments.payment.subject": "'order'",
    "payments.payment.next_check_at": "CASE WHEN n % 50 = 0 THEN {moment} END",
    "payments.payment.void_due_at": "CASE WHEN n % 50 = 1 THEN {moment} END",
    "orders.order.remind_at": "CASE WHEN n % 50 = 0 THEN {moment} END",
    "orders.order.needs_attention": "CASE WHEN n % 100 = 0 THEN 'oversold' END",
    "inventory.reservation.status": "(ARRAY['released','handed_over','active'])[1 + n % 3]",
    "payouts.payout.status": "(ARRAY['paid','paid','paid','paid','pending'])[1 + n % 5]",
    "identity.users.kind": "(ARRAY['account','guest'])[1 + n % 2]",
    "catalog.product.is_active": "true",
    "catalog.product.category_id": "{uuid_60}",
    "catalog.import_run.status": "'finished'",
    "pos.shop_presence.shop_id": "{uuid_n}",
    "catalog.variant.barcode": "'b' || n / 100",
    "catalog.word.word": "md5(n::text)",
    "catalog.variant.attributes": "jsonb_build_object('size', n % 5)",
}
"""Values that matter for a plan; the rest are made of the row's number by their type."""

_UUID: Final = "lpad(to_hex({n}), 32, '0')::uuid"
_MOMENT: Final = "timestamptz '2026-11-20 06:00+00' - n * interval '1 second'"


class Column(msgspec.Struct, frozen=True):
    """A column to be filled."""

    name: str
    type: str
    array: bool


async def load(connection: Connection) -> None:
    """Fill every table of the domains and of the platform, without its foreign keys and checks, and ANALYZE."""
    await connection.execute("SET session_replication_role = replica")
    rows = await connection.fetch(
        "SELECT conrelid::regclass::text AS t, conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid"
        " WHERE contype IN ('c', 'f') AND conparentid = 0 AND coninhcount = 0"
        " AND connamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'jobs')"
    )
    for row in rows:
        await connection.execute(f'ALTER TABLE {row["t"]} DROP CONSTRAINT IF EXISTS "{row["conname"]}" CASCADE')
    for table in await tables(connection):
        await _fill(connection, table)
    await connection.execute("ANALYZE")


async def tables(connection: Connection) -> list[str]:
    """Tables of the domains and of the platform, partitioned ones once."""
    rows = await connection.fetch(
        "SELECT n.nspname || '.' || c.relname AS t FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'public', 'jobs') ORDER BY 1"
    )
    return [row["t"] for row in rows]


async def _fill(connection: Connection, table: str) -> None:
    schema, name = table.split(".")
    rows = await connection.fetch(
        "SELECT a.attname, t.typname, t.typcategory = 'A' AS is_array, e.typname AS element FROM pg_attribute a"
        " JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem"
        " WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attgenerated = '' AND a.attidentity = ''",
        f'{schema}."{name}"',
    )
    columns = [Column(row["attname"], row["typname"], row["is_array"]) for row in rows]
    names = ", ".join(f'"{c.name}"' for c in columns)
    values = ", ".join(_value(table, c) for c in columns)
    await connection.execute(
        f'INSERT INTO {schema}."{name}" ({names}) SELECT {values}'
        f" FROM generate_series(1, {(LARGE | SMALL).get(table, ROWS)}) AS n ON CONFLICT DO NOTHING"
    )


def _value(table: str, column: Column) -> str:
    own = COLUMNS.get(f"{table}.{column.name}")
    if own is not None:
        return own.format(moment=_MOMENT, uuid_60=_UUID.format(n="1 + n % 60"), uuid_n=_UUID.format(n="n"))
    if table != f"merchants.{column.name[:-3]}" and column.name in ("shop_id", "merchant_id"):
        # A shop has some hundreds of everything.
        return _UUID.format(n="1 + n % 100")
    if column.array:
        return "'{}'"
    kinds: dict[str, Any] = {
        "uuid": _UUID.format(n="n"),
        "text": "'x' || n",
        "bool": "n % 2 = 0",
        "timestamptz": _MOMENT,
        "date": "date '2026-11-20' - n",
        "jsonb": "'{}'",
        "json": "'{}'",
        "bytea": "decode(lpad(to_hex(n), 64, '0'), 'hex')",
        "bpchar": "'KGS'",
        "inet": "'10.0.0.1'",
    }
    return kinds.get(column.type, "n")
