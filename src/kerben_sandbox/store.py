"""The sandbox's memory: one SQLite file in WAL mode, written by one event loop, committed in groups.

Handlers write at once and reply after `durable()`, so many requests share one commit. A commit survives the death
of the process (kill -9); a power cut may take the last moments, which is fine for a sandbox and spares the disk
the database under test is using.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

DATABASE_FILE: Final = "sandbox.sqlite3"
GROUP_S: Final = 0.001
"""How long a commit waits for company."""
LATER_S: Final = 0.05
"""How long what is put off waits for somebody else's commit."""
RETRY_S: Final = 1.0
"""A commit that failed is tried again after so long."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS payments (
    pg_id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL UNIQUE,
    page TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    result_url TEXT NOT NULL,
    success_url TEXT NOT NULL,
    failure_url TEXT NOT NULL,
    auto_clearing INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('new', 'approved', 'declined', 'cancelled')),
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured BETWEEN 0 AND amount),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND captured),
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dropped', 'given_up'))
);
CREATE INDEX IF NOT EXISTS notices_pending ON notices (due_at) WHERE status = 'pending';
CREATE TABLE IF NOT EXISTS transfers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    account_number TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'paid', 'failed')),
    failure TEXT,
    decide_at REAL
);
CREATE INDEX IF NOT EXISTS transfers_account ON transfers (account_number, id);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT,
    text TEXT NOT NULL,
    sent_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_recipient ON messages (recipient, id);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class DataDirTakenError(Exception):
    """Another sandbox is using the data directory."""


class Store:
    """One SQLite connection with group commit; every method belongs to the event loop's thread."""

    def __init__(self, data_dir: Path, *, first_payment_id: int) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(data_dir / DATABASE_FILE, timeout=3, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        try:
            # Exclusive: a second sandbox on this directory is refused; the lock dies with the process.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            # Checkpoints are the only moments that wait for the disk: seldom, and a bigger cache to make them so.
            self._db.execute("PRAGMA wal_autocheckpoint = 8000")
            self._db.execute("PRAGMA cache_size = -32000")
            self._db.executescript(SCHEMA)
            # Payment numbers go on from the clock, so a new data directory never repeats an old one's numbers.
            self._db.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT 'payments', ?"
                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'payments')",
                (first_payment_id,),
            )
        except sqlite3.OperationalError as error:
            self._db.close()
            raise DataDirTakenError(f"the folder {data_dir} is in use by another sandbox: {error}") from error
        self._waiting: list[asyncio.Future[None]] = []
        self._afterwards: list[Callable[[], None]] = []
        self._later: dict[str, list[Sequence[object]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._commit_at = math.inf

    def write(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run a statement that changes something; call `durable` before telling anyone."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        return self._db.execute(sql, values)

    def write_later(self, sql: str, values: Sequence[object]) -> None:
        """Run a statement with the next commit, all of one text at once, LATER_S from now at the latest.

        For what nobody reads before the next start and may be done twice; statements of different texts come in any
        order.
        """
        rows = self._later.get(sql)
        if rows is None:
            rows = self._later[sql] = []
        rows.append(values)
        self._commit_within(LATER_S)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        return self._db.execute(sql, values).fetchone()

    async def durable(self) -> None:
        """Wait until everything seen so far is committed, others' writes too: nobody is told what may be lost."""
        if not self._db.in_transaction:
            return
        self._commit_within(GROUP_S)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    def when_durable(self, call: Callable[[], None]) -> None:
        """Call after everything written so far is committed: at once when it is."""
        if not self._db.in_transaction:
            call()
            return
        self._afterwards.append(call)
        self._commit_within(GROUP_S)

    def _commit_within(self, wait_s: float) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time() + wait_s
        if at >= self._commit_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._commit_at, self._timer = at, loop.call_at(at, self._commit)

    def _commit(self) -> None:
        self._commit_at, self._timer = math.inf, None
        waiting, self._waiting = self._waiting, []
        try:
            for sql, rows in self._later.items():
                if not self._db.in_transaction:
                    self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(sql, rows)
            self._later.clear()
            if self._db.in_transaction:
                self._db.execute("COMMIT")
        except sqlite3.Error as error:
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_exception(error)
            # Nobody may come again for what has no waiter: webhooks and what was put off.
            self._commit_within(RETRY_S)
            return
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)
        afterwards, self._afterwards = self._afterwards, []
        for call in afterwards:
            call()

    def close(self) -> None:
        """Commit what is left and close the file."""
        self._afterwards.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._db.in_transaction or self._later:
            self._commit()
        self._db.close()
