"""No statement reads a whole table that grows, hot ones use their indexes, and docstrings name real ones.

Plans are those of production: generic ones for what is kept prepared (`force_generic_plan`), over tables with some
ten thousands of rows.
"""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from typing import Any, Final

import asyncpg
import msgspec
import pytest

from kerben.platform.db import Database
from tests.queries import loaded, statements
from tests.queries.test_statements import send_what_is_made_at_run_time

READS_WHOLE: Final[dict[str, str]] = {
    "kerben/domains/pos/repository/market.py:page": "an administrator's list of tills that do not work; few rows",
    "kerben/domains/audit/repository.py:page": "its filters are optional; `read()` plans it for those that are given",
    "kerben/domains/pos/repository/summaries.py:rebuild": "works all sums out again, by hand",
    "kerben/platform/housekeeping.py:ensure_outbox_partitions": "the default partition, which is empty",
    "kerben/domains/ledger/repository.py:trial_balance": "the sums of all accounts, for an administrator",
    "kerben/domains/merchants/repository.py:page": "an administrator's list, as the audit's",
    "kerben/domains/pos/repository/devices.py:silence": "one small row for each shop, once in some seconds",
}
"""Statements that may read a growing table from end to end, and why."""

HOT: Final[dict[str, set[str]]] = {
    "kerben/domains/cart/repository.py:find": {"cart_user", "cart_token"},
    "kerben/domains/catalog/repository.py:products": {"product_pkey"},
    "kerben/domains/catalog/repository.py:variants": {"variant_pkey", "product_pkey"},
    "kerben/domains/catalog/repository.py:variants_of_products": {"variant_product", "product_pkey"},
    "kerben/domains/catalog/repository.py:find": {"variant_pkey", "variant_sku", "variant_barcode", "product_pkey"},
    "kerben/domains/inventory/repository.py:levels": {"stock_pkey"},
    "kerben/domains/inventory/repository.py:reserve_all": {"stock_pkey"},
    "kerben/domains/inventory/repository.py:move": {"stock_pkey"},
    "kerben/domains/inventory/repository.py:close": {"stock_pkey", "reservation_pkey"},
    "kerben/domains/ledger/repository.py:lock_accounts": {"account_owner_id_kind_currency_shard_key"},
    "kerben/domains/merchants/shop_repository.py:by_ids": {"shop_pkey", "merchant_pkey"},
    "kerben/domains/orders/repository.py:due": {"order_due"},
    "kerben/domains/orders/repository.py:lock": {"order_pkey"},
    "kerben/domains/orders/repository.py:move": {"order_pkey"},
    "kerben/domains/orders/repository.py:orders_by_ids": {"order_pkey"},
    "kerben/domains/payments/repository.py:by_ids": {"payment_pkey"},
    "kerben/domains/payments/repository.py:by_subjects": {"payment_subject"},
    "kerben/domains/payments/repository.py:lock": {"payment_pkey", "payment_provider_id"},
    "kerben/domains/payments/repository.py:move": {"payment_pkey"},
    "kerben/domains/pos/repository/devices.py:beat": {"device_pkey"},
    "kerben/domains/pos/repository/sales.py:claim": {"receipt_key_pkey"},
    "kerben/platform/idempotency.py:find": {"idempotency_key_pkey"},
}
"""What is sent by every order, payment, sale or product page, and the indexes it must use."""

pytestmark = pytest.mark.slow
"""Loading the tables takes longer than a commit should wait."""


LISTS_ALL: Final = "WHERE p.is_active AND EXISTS"
"""A search that asks for nothing lists the market, at most `HITS_MAX` products."""


class Plan(msgspec.Struct):
    """What a statement does: the indexes it uses, the tables it reads whole or adds to, the schemas it touches."""

    place: str
    indexes: set[str] = msgspec.field(default_factory=set[str])
    scanned: set[str] = msgspec.field(default_factory=set[str])
    added: set[str] = msgspec.field(default_factory=set[str])
    schemas: set[str] = msgspec.field(default_factory=set[str])


class Plans(msgspec.Struct):
    """The plans of all statements, the indexes of tables that grow (with the table), and all names there are."""

    plans: list[Plan]
    indexes: dict[str, str]
    names: set[str]

    def used(self, place: str) -> set[str]:
        """The indexes that the statements of a function use."""
        return set[str]().union(*(plan.indexes for plan in self.plans if plan.place == place))

    def added(self, place: str) -> set[str]:
        """The tables that the statements of a function insert into, their indexes with them."""
        return set[str]().union(*(plan.added for plan in self.plans if plan.place == place))


def short_limits(sql: str) -> str:
    """A statement whose LIMIT is planned as 10 rows: without its value a plan takes it for a tenth of the table."""
    return re.sub(r"\bLIMIT (\$\d+)", r"LIMIT coalesce(10, \1)", sql)


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from nodes(child)


class Planner:
    """Asks PostgreSQL how it would run statements on the loaded tables."""

    def __init__(self, connection: loaded.Connection, parents: dict[str, str], growing: set[str]) -> None:
        self.connection = connection
        self.parents = parents
        self.growing = growing

    async def generic(self, place: str, sql: str) -> Plan:
        """The plan that is made once, for whatever values."""
        count = len((await self.connection.prepare(sql)).get_parameters())
        await self.connection.execute(f"PREPARE candidate AS {short_limits(sql)}")
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        text = await self.connection.fetchval(f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE candidate{values}")
        await self.connection.execute("DEALLOCATE candidate")
        return self._read(place, text)

    async def custom(self, place: str, sql: str, args: tuple[Any, ...]) -> Plan:
        """The plan for these values."""
        return self._read(place, await self.connection.fetchval(f"EXPLAIN (FORMAT JSON, VERBOSE) {sql}", *args))

    def _read(self, place: str, text: str) -> Plan:
        plan = Plan(place)
        for node in nodes(msgspec.json.decode(text)[0]["Plan"]):
            names: list[str] = node.get("Conflict Arbiter Indexes", [])
            if "Index Name" in node:
                names.append(node["Index Name"])
            plan.indexes.update(self.parents.get(name, name) for name in names)
            if "Relation Name" in node:
                plan.schemas.add(node["Schema"])
                if node.get("Operation") == "Insert":
                    plan.added.add(f"{node['Schema']}.{node['Relation Name']}")
            if node["Node Type"] == "Seq Scan":
                table = f"{node['Schema']}.{node['Relation Name']}"
                table = self.parents.get(table, table)
                if table in self.growing:
                    plan.scanned.add(table)
        return plan


async def make_planner(connection: loaded.Connection) -> Planner:
    await loaded.load(connection)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    parents = await connection.fetch(
        "SELECT CASE WHEN c.relkind IN ('i', 'I') THEN c.relname ELSE cn.nspname || '.' || c.relname END AS child,"
        " CASE WHEN c.relkind IN ('i', 'I') THEN p.relname ELSE pn.nspname || '.' || p.relname END AS parent"
        " FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_class p ON p.oid = h.inhparent"
        " JOIN pg_namespace cn ON cn.oid = c.relnamespace JOIN pg_namespace pn ON pn.oid = p.relnamespace"
    )
    growing = {table for table in await loaded.tables(connection) if table not in loaded.SMALL}
    return Planner(connection, {row["child"]: row["parent"] for row in parents}, growing)


@pytest.fixture(scope="module")
def plans(database_url: str) -> Plans:
    """The plans of everything that is not made at run time."""
    return asyncio.run(_plans(database_url))


async def _plans(dsn: str) -> Plans:
    connection: loaded.Connection = await asyncpg.connect(dsn)
    try:
        planner = await make_planner(connection)
        found = [
            await planner.generic(site.place, sql)
            for site in statements.sites()
            for sql in site.statements
            if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", sql)
        ]
        rows = await connection.fetch(
            "SELECT c.relname, n.nspname || '.' || t.relname AS of"
            " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
        )
        names = await connection.fetch(
            "SELECT relname::text AS name FROM pg_class UNION SELECT attname::text FROM pg_attribute"
            " UNION SELECT extname::text FROM pg_extension"
        )
    finally:
        await connection.close()
    indexes = {row["relname"]: row["of"] for row in rows if row["of"] in planner.growing}
    return Plans(found, indexes, {row["name"] for row in names})


def test_nothing_reads_a_growing_table_from_end_to_end(plans: Plans) -> None:
    assert len(plans.plans) > 250
    found = {plan.place: plan.scanned for plan in plans.plans if plan.scanned}
    wrong = [f"{place} reads all of {tables}" for place, tables in found.items() if place not in READS_WHOLE]
    assert not wrong, "\n".join(wrong)
    places = {plan.place for plan in plans.plans}
    assert READS_WHOLE.keys() & places <= found.keys(), "take from READS_WHOLE what reads by an index by now"


def strays(plan: Plan) -> set[str]:
    """Schemas that a statement may not touch: a domain has its own and the platform's, a flow has none."""
    match = re.match(r"kerben/(domains|flows)/(\w+)/", plan.place)
    if match is None:
        return set()
    kind, name = match.groups()
    return plan.schemas - {"platform", "pg_catalog"} - ({name} if kind == "domains" else set())


def test_a_domain_touches_only_its_own_schema(plans: Plans) -> None:
    assert sum(len(plan.schemas) for plan in plans.plans) > 250
    assert {plan.place: strays(plan) for plan in plans.plans if strays(plan)} == {}


@pytest.mark.parametrize("place", HOT)
def test_a_hot_statement_uses_its_index(place: str, plans: Plans) -> None:
    assert HOT[place] <= plans.used(place)


def test_each_docstring_names_indexes_that_are_there_and_used(plans: Plans) -> None:
    places = {plan.place for plan in plans.plans}
    wrong: list[str] = []
    named = 0
    for source in statements.sources():
        for function in (n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
            place = f"{source.path}:{source.qualified(function)}.{function.name}".replace("<module>.", "")
            declared = declared_indexes(ast.get_docstring(function) or "")
            if place not in places or not declared:
                continue
            named += 1
            if unknown := declared - plans.names:
                wrong.append(f"{place} names {unknown}, which there is not")
            # Of two indexes of a table that fit, the planner's choice depends on the data.
            if place in READS_WHOLE:
                continue
            reached = {plans.indexes.get(index) for index in plans.used(place)} | plans.added(place)
            if missing := {i for i in declared if i in plans.indexes and plans.indexes[i] not in reached}:
                wrong.append(f"{place} does not use {missing} but {plans.used(place)}")
    assert named > 90
    assert not wrong, "\n".join(wrong)


def declared_indexes(text: str) -> set[str]:
    """The indexes that a docstring says its statement uses."""
    return {
        name
        for sentence in re.findall(r"\bUses ([^.]*)", text)
        for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", sentence)
    }


async def test_what_is_made_at_run_time_reads_by_an_index(
    monkeypatch: pytest.MonkeyPatch, db: Database, database_url: str, plans: Plans
) -> None:
    made = await send_what_is_made_at_run_time(monkeypatch, db)
    connection: loaded.Connection = await asyncpg.connect(database_url)
    planner = Planner(connection, {}, {"catalog.product", "catalog.variant"})
    asked = [s for s in made if "search_repository" in s.place and LISTS_ALL not in s.sql]
    found = [await planner.custom(s.place, s.sql, s.args) for s in asked]
    await connection.close()
    assert plans.indexes
    assert len(found) > 100
    wrong = [s.sql for s, plan in zip(asked, found, strict=True) if plan.scanned]
    assert not wrong, "\n".join(wrong)


BAD = {
    "no index fits": "SELECT id FROM orders.order WHERE comment = $1",
    "a function hides the column": "SELECT id FROM catalog.variant WHERE lower(barcode) = $1",
    "a foreign column of a write": "UPDATE payments.payment SET problem = NULL WHERE redirect_url = $1",
    "a join without an index": "SELECT o.id FROM orders.order o JOIN unnest($1::text[]) AS c(t) ON c.t = o.comment",
}


@pytest.mark.parametrize("case", BAD)
async def test_a_statement_without_an_index_is_noticed(case: str, database_url: str, plans: Plans) -> None:
    connection: loaded.Connection = await asyncpg.connect(database_url)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    planner = Planner(connection, {}, {"orders.order", "catalog.variant", "payments.payment"})
    plan = await planner.generic(case, BAD[case])
    await connection.close()
    assert plan.scanned
    assert plans.used(case) == set()


async def test_a_statement_that_climbs_over_a_wall_is_noticed(database_url: str, plans: Plans) -> None:
    connection: loaded.Connection = await asyncpg.connect(database_url)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    planner = Planner(connection, {}, set())
    sql = (
        "UPDATE orders.order o SET comment = p.status FROM payments.payment p WHERE p.subject_id = o.id AND o.id = $1"
    )
    plan = await planner.generic("kerben/domains/orders/repository.py:f", sql)
    await connection.close()
    assert strays(plan) == {"payments"}
    assert strays(msgspec.structs.replace(plan, place="kerben/flows/checkout/service.py:f")) == {"payments", "orders"}
    assert plans.plans


def test_a_docstring_that_names_indexes_is_read() -> None:
    assert declared_indexes("Locks. Uses order_pkey and order_user.") == {"order_pkey", "order_user"}
    assert declared_indexes("Orders that are due.") == set()
