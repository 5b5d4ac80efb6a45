"""The statements of the code, collected once per test process, and what is known of the few made at run time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from kerben.entrypoints.wiring import load_modules
from kerben.platform.db import ReadTx, WriteTx
from tests.queries.collect import Collector, Site, Source, load

SRC: Final = Path(__file__).parents[2] / "src"
PACKAGES: Final = ("kerben", "kerben_demo")
"""The sandbox keeps its state in SQLite and is no part of this."""

MADE_AT_RUN_TIME: Final[dict[str, str]] = {
    "kerben/domains/catalog/search_repository.py:list_ids": "conditions that are not asked for are left out",
    "kerben/domains/catalog/search_repository.py:search": "conditions that are not asked for are left out",
    "kerben/platform/housekeeping.py:ensure_outbox_partitions": "partitions are called after their day",
    "kerben/platform/housekeeping.py:drop_old_outbox_partitions": "partitions are called after their day",
}
"""Calls whose texts cannot be known beforehand: `test_statements` runs each and looks at what it sends."""

PASSED_ON: Final[dict[str, str]] = {
    "kerben/platform/db.py:ReadTx.fetch": "the method that all others call",
    "kerben/platform/db.py:ReadTx.fetchrow": "the method that all others call",
    "kerben/platform/db.py:ReadTx.fetchval": "the method that all others call",
    "kerben/platform/db.py:WriteTx.execute": "the method that all others call",
    "kerben/platform/db.py:WriteTx.executemany": "the method that all others call",
    "kerben/platform/invariants.py:broken": "runs Module.checks, which are prepared here",
    "kerben/platform/jobs.py:_TxDriver.fetch": "PgQueuer's own statements",
    "kerben/platform/migrations.py:migrate": "the files of migrations/, which every test runs",
}
"""Calls that only pass on a text."""

ELSEWHERE: Final[dict[str, str]] = {
    "kerben/platform/embedded_postgres/": "sent by the control process to PostgreSQL in single-user mode or at start",
    "kerben/platform/schema_dump.py": "a prefix of lines that pg_dump writes",
    "kerben/platform/invariants.py": "wraps Module.checks, which are prepared here",
}
"""Files with SQL that no transaction sends."""


class Sent(msgspec.Struct, frozen=True):
    """A statement that was sent, by which function, with what."""

    place: str
    sql: str
    args: tuple[Any, ...]


@lru_cache(maxsize=1)
def sources() -> list[Source]:
    """The modules of the code."""
    return load(SRC, *PACKAGES)


@lru_cache(maxsize=1)
def sites() -> list[Site]:
    """All calls that send SQL."""
    return Collector(sources()).sites()


def checks() -> dict[str, str]:
    """Invariants of every module, plugged in or not."""
    found = {name: sql for module in load_modules() for name, sql in module.checks.items()}
    for source in sources():
        own = source.names.get("MODULE") if source.path.endswith("/module.py") else None
        found |= own.checks if own is not None else {}
    return found


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Generator[list[Sent]]:
    """What transactions send inside the block, with the function that sends it."""
    sent: list[Sent] = []

    def recording(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(tx: ReadTx, sql: str, *args: Any) -> Any:
            # Not a coroutine itself, so that the frame before is the function that calls.
            code = sys._getframe(1).f_code  # pyright: ignore[reportPrivateUsage]
            path = Path(code.co_filename)
            if path.is_relative_to(SRC):
                place = f"{path.relative_to(SRC).as_posix()}:{code.co_qualname.replace('.<locals>', '')}"
                sent.append(Sent(place, sql, args))
            return method(tx, sql, *args)

        return call

    with monkeypatch.context() as patch:
        for cls, names in ((ReadTx, ("fetch", "fetchrow", "fetchval")), (WriteTx, ("execute", "executemany"))):
            for name in names:
                patch.setattr(cls, name, recording(getattr(cls, name)))
        yield sent
