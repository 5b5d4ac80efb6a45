"""Every SQL statement of the code is PREPAREd against the migrated database: no name, type or parameter is wrong."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest

from kerben.domains.catalog import search_repository
from kerben.domains.catalog.model import SearchQuery
from kerben.platform import housekeeping
from kerben.platform.db import Database, ReadTx
from tests.queries import statements
from tests.queries.collect import Collector, Site, Source, hidden

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]


@pytest.fixture
async def connection(database_url: str) -> AsyncGenerator[Connection]:
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def complaints(connection: Connection, found: Sequence[Site]) -> list[str]:
    """What PostgreSQL says against statements, and calls that bind another number of parameters than there are."""
    bad: list[str] = []
    for site in found:
        for sql in site.statements:
            try:
                prepared = await connection.prepare(sql)
            except asyncpg.PostgresError as error:
                bad.append(f"{site.place} line {site.line}: {error}")
                continue
            asked = len(prepared.get_parameters())
            if site.arguments is not None and site.arguments != asked:
                bad.append(f"{site.place} line {site.line}: binds {site.arguments} of {asked} parameters")
    return bad


async def test_every_statement_is_accepted(connection: Connection) -> None:
    found = statements.sites()
    assert len(found) > 250
    assert await complaints(connection, found) == []


async def test_every_invariant_is_accepted(connection: Connection) -> None:
    checks = statements.checks()
    assert len(checks) > 15
    assert await complaints(connection, [_site(name, sql) for name, sql in checks.items()]) == []


def test_every_call_is_followed_or_listed() -> None:
    unknown = {site.place for site in statements.sites() if not site.statements}
    assert unknown == statements.MADE_AT_RUN_TIME.keys() | statements.PASSED_ON.keys()


async def test_no_sql_stands_where_nobody_looks(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    made = await send_what_is_made_at_run_time(monkeypatch, db)
    texts = [sql for site in statements.sites() for sql in site.statements]
    known = "\n".join([*texts, *statements.checks().values(), *(sent.sql for sent in made)])
    strange = [
        line
        for source in statements.sources()
        for line in hidden(source, known)
        if not line.startswith(tuple(statements.ELSEWHERE))
    ]
    assert strange == []


async def test_what_is_made_at_run_time_is_run(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    made = await send_what_is_made_at_run_time(monkeypatch, db)
    assert {sent.place for sent in made} >= statements.MADE_AT_RUN_TIME.keys()
    assert len({sent.sql for sent in made if "search_repository" in sent.place}) > 100


async def send_what_is_made_at_run_time(monkeypatch: pytest.MonkeyPatch, db: Database) -> list[statements.Sent]:
    """Run each function of MADE_AT_RUN_TIME with everything that changes its text; PostgreSQL runs what it sends."""
    with statements.recorded(monkeypatch) as sent:
        async with db.read() as tx:
            await list_in_every_way(tx)
            await search_in_every_way(tx)
        async with db.write() as tx:
            await housekeeping.ensure_outbox_partitions(tx)
            tx.now += timedelta(days=30)
            assert await housekeeping.drop_old_outbox_partitions(tx) > 0
    return sent


async def list_in_every_way(tx: ReadTx) -> None:
    for shop_id in (None, uuid4()):
        for categories in (None, [uuid4()]):
            for before in (None, uuid4()):
                await search_repository.list_ids(tx, shop_id, categories, before, 10)


async def search_in_every_way(tx: ReadTx) -> None:
    choices: dict[str, Any] = {
        "shop_ids": [uuid4()],
        "price_min": 1,
        "price_max": 2,
        "attributes": {"size": ["M", "L"], "цвет": ["синий"]},
        "facets": False,
        "sort": "price_asc",
    }
    for count in range(len(choices) + 1):
        for names in combinations(choices, count):
            query = SearchQuery(limit=10, **{name: choices[name] for name in names})
            for words, codes in (([], []), (["чай"], []), (["чай", "чёрный"], [uuid4()])):
                after = (5, uuid4()) if count % 2 else None
                for newest in (False, True):
                    shops = [uuid4()] if count else None
                    await search_repository.search(tx, query, words, codes, shops, after, newest=newest)


def _site(place: str, *texts: str, arguments: int | None = None) -> Site:
    return Site(place, "-", 1, "fetch", texts, arguments)


BAD = {
    "no such column": _site("a", "SELECT colour FROM catalog.product"),
    "no such table": _site("a", "SELECT 1 FROM catalog.goods"),
    "types": _site("a", "SELECT 1 FROM catalog.product WHERE id = 5"),
    "a parameter is forgotten": _site("a", "SELECT 1 FROM catalog.product WHERE id = $1 AND name = $2", arguments=1),
    "an invariant": _site("a", "SELECT id FROM orders.order WHERE state = 'paid'"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_statement_is_noticed(case: str, connection: Connection) -> None:
    assert len(await complaints(connection, [BAD[case]])) == 1


FOLLOWED = {
    "constant": ("async def f(tx): await tx.fetch('SELECT 1')", ["SELECT 1"]),
    "module constant": ("async def f(tx): await tx.fetch(_Q + ' LIMIT 1')", ["SELECT 2 LIMIT 1"]),
    "f-string": ("async def f(tx): await tx.fetch(f'{_Q} LIMIT {_N}')", ["SELECT 2 LIMIT 7"]),
    "choice": (
        "async def f(tx, up):\n    way = 'ASC' if up else 'DESC'\n    await tx.fetch(f'{_Q} ORDER BY 1 {way}')",
        ["SELECT 2 ORDER BY 1 ASC", "SELECT 2 ORDER BY 1 DESC"],
    ),
    "parameter": (
        "async def f(tx, column): await tx.execute(f'SELECT {column}')\n"
        "async def g(tx): await f(tx, 'a')\nasync def h(tx): await f(tx, column='b')",
        ["SELECT a", "SELECT b"],
    ),
    "loop": (
        "async def f(tx):\n    for n in ('a', 'b'):\n        await tx.fetch('SELECT ' + n)",
        ["SELECT a", "SELECT b"],
    ),
}  # fmt: skip

NOT_FOLLOWED = {
    "argument of a stranger": "async def f(tx, sql): await tx.fetch(sql)",
    "argument that is made": "async def f(tx, q): await tx.fetch(q)\nasync def g(tx): await f(tx, ' '.join(['a']))\n"
    "async def h(tx, x): await f(tx, x)",
    "appended": "async def f(tx):\n    q = 'SELECT 1'\n    q += ' LIMIT 1'\n    await tx.fetch(q)",
    "unpacked": "async def f(tx, pair):\n    q, n = pair\n    await tx.fetch(q)",
}


def _source(text: str) -> Source:
    source = Source("bad.py", text, None)
    source.names.update(_Q="SELECT 2", _N=7)
    return source


@pytest.mark.parametrize("case", FOLLOWED)
def test_a_text_is_followed(case: str) -> None:
    text, expected = FOLLOWED[case]
    (site,) = (site for site in Collector([_source(text)]).sites())
    assert list(site.statements) == expected


@pytest.mark.parametrize("case", NOT_FOLLOWED)
def test_a_text_that_cannot_be_followed_is_reported(case: str) -> None:
    (site,) = (site for site in Collector([_source(NOT_FOLLOWED[case])]).sites())
    assert site.statements == ()


def test_hidden_sql_is_noticed() -> None:
    source = _source("QUERIES = {'a': 'SELECT id FROM catalog.product'}\n")
    assert len(hidden(source, known="SELECT 1")) == 1
    assert hidden(source, known="SELECT id FROM catalog.product") == []
