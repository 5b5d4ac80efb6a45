"""Where the time comes from. Code under test gets a clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """A source of timezone-aware UTC time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a test's clock may return at once."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only when told, for tests."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 11, 20, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment it was last moved to."""
        return self._now

    def advance(self, **delta: float) -> datetime:
        """Move forward by a timedelta's keyword arguments and return the new moment."""
        self._now += timedelta(**delta)
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move forward instead of waiting."""
        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)
