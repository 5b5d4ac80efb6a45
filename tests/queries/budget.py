"""Counts the statements that requests send to PostgreSQL, BEGIN and COMMIT among them.

A request is followed by its context: tasks that it starts, a batch among them, count as its own, while what the
process does besides (NOTIFY, the watcher's reading) does not.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import asyncpg
import httpx
import pytest
from asyncpg.prepared_stmt import PreparedStatement

from kerben.platform.batching import Batcher

MANY: Final = 64
TIMEOUT_S: Final = 20

Send = Callable[[int], Awaitable[httpx.Response]]
"""Sends the request of a number; each number asks for something of its own."""

_sent: ContextVar[list[str] | None] = ContextVar("sent", default=None)


def listed(sent: list[str]) -> str:
    """The statements in order, repeated ones counted, for the message of a failure."""
    short = [" ".join(sql.split())[:110] for sql in sent]
    counts = Counter(short)
    return "\n".join(f"{counts[sql]:>4} × {sql}" for sql in dict.fromkeys(short))


class Meter:
    """Sends requests and counts. Made by `metered`."""

    def __init__(self) -> None:
        self.gathering = 0

    async def lone(self, send: Send, number: int) -> list[str]:
        """The statements of one request."""
        return await self._counted([(send, number)])

    async def many(self, send: Send, first: int) -> list[str]:
        """The statements of 64 requests at once; whoever gathers waits for all of them: they are one batch."""
        self.gathering = MANY
        try:
            return await self._counted([(send, first + n) for n in range(MANY)])
        finally:
            self.gathering = 0

    async def _counted(self, calls: list[tuple[Send, int]]) -> list[str]:
        sent: list[str] = []
        token = _sent.set(sent)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answers = await asyncio.gather(*(send(number) for send, number in calls))
        finally:
            _sent.reset(token)
        refused = [f"{answer.status_code} {answer.text}" for answer in answers if answer.status_code >= 400]
        assert not refused, refused[0]
        return sent


@contextmanager
def metered(monkeypatch: pytest.MonkeyPatch) -> Generator[Meter]:
    """A meter; statements are counted where asyncpg sends them, whatever the code around it does."""
    meter = Meter()
    with monkeypatch.context() as patch:
        _count(patch, asyncpg.Connection, "execute", lambda args: args[0] if len(args) == 1 else None)
        _count(patch, asyncpg.Connection, "_execute", lambda args: args[0])
        _count(patch, asyncpg.Connection, "_executemany", lambda args: args[0])
        for name in ("copy_records_to_table", "copy_to_table"):
            _count(patch, asyncpg.Connection, name, lambda args: f"COPY {args[0]}")
        for name in ("fetch", "fetchrow", "fetchval", "executemany"):
            _count(patch, PreparedStatement, name, lambda _: "prepared")
        _hold(patch, meter)
        yield meter


def _count(patch: pytest.MonkeyPatch, cls: type, name: str, text: Callable[[tuple[Any, ...]], str | None]) -> None:
    method = getattr(cls, name)

    def counting(self: Any, *args: Any, **named: Any) -> Any:
        sent, sql = _sent.get(), text(args)
        if sent is not None and sql is not None:
            sent.append(sql)
        return method(self, *args, **named)

    patch.setattr(cls, name, counting)


def _hold(patch: pytest.MonkeyPatch, meter: Meter) -> None:
    """Let a batcher start only when all that are sent together wait in it."""
    start = Batcher._start  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]

    def held(batcher: Any) -> None:
        if len(batcher._waiting) >= meter.gathering:
            start(batcher)
        else:
            batcher._scheduled = False

    patch.setattr(Batcher, "_start", held)
